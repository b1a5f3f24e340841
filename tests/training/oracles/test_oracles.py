"""The trainers' own code says what becomes of an entry, and `fit` said it before."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.training.oracles.conftest import PROGRAMS
from tests.training.oracles.conftest import Asked
from tests.training.oracles.odd_entries import ENTRIES
from tests.training.oracles.samples import SAMPLES
from tests.training.oracles.verdict import expected_of
from tests.training.oracles.verdict import is_whole
from tests.training.oracles.verdict import observed
from tests.training.oracles.verdict import trained_words

from talekeep.ops.exchange.training.fit import fit
from talekeep.training.base import Draft
from talekeep.training.foretold import foretell
from talekeep.training.foretold import worst
from talekeep.training.trainers import TRAINERS

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", PROGRAMS)
def test_fit_foretells_each_verdict(name: str, asked: Asked) -> None:
    answers = asked(name).answers
    values = {kind: observed(entry, answers[kind]) for kind, entry in ENTRIES.items()}
    foretold = {}
    for kind, entry in ENTRIES.items():
        first = worst(TRAINERS[name], foretell(TRAINERS[name], Draft(entry)))
        foretold[kind] = first.verdict.fate if first else "kept"
    assert foretold == values


@pytest.mark.parametrize("records", ["odd", "role-play", "real tools"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_an_export_is_taken_whole_and_unaltered(name: str, records: str, asked: Asked) -> None:
    given = asked(name)
    if records not in given.datasets:
        pytest.skip("the shared data is not on this machine")
    answer, rows = given.answers[f"export of {records}"], _rows_of(given.files[records])
    assert answer["error"] == ""
    assert len(answer["rows"]) == len(rows)
    for row, turns in zip(rows, answer["rows"], strict=True):
        assert is_whole(expected_of(row, only_last=name == "mistral"), turns)
    output = fit(given.datasets[records], [name], profile=True).trainers[name]
    losses = given.written[records].losses
    assert output.dropped + output.stops == sum(
        n for loss, n in losses.items() if loss.startswith("whole entries")
    )


@pytest.mark.parametrize("name", PROGRAMS)
def test_no_trained_word_of_a_role_play_is_lost(name: str, asked: Asked) -> None:
    rows = asked(name).answers["export of role-play"]["rows"]
    trained = " ".join(turn["trained"] for turns in rows for turn in turns)
    words = {word for entry in SAMPLES.values() for word in trained_words(entry)}
    assert {word for word in words if word not in trained} == set()


def _rows_of(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").split("\n") if line]
