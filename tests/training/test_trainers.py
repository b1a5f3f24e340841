"""The table of trainers: every row is complete, and its own policies save every entry that can be saved."""

import pytest
from tests.training.oracles.odd_entries import ENTRIES

from talekeep.training import policies
from talekeep.training.base import Context
from talekeep.training.base import Draft
from talekeep.training.features import FEATURES
from talekeep.training.foretold import after_policies
from talekeep.training.foretold import foretell
from talekeep.training.foretold import worst
from talekeep.training.policies import BY_NAME
from talekeep.training.trainers import TRAINERS
from talekeep.training.trainers.base import FATES
from talekeep.training.writers import WRITERS


@pytest.mark.parametrize("name", TRAINERS)
def test_a_row_is_complete(name: str) -> None:
    trainer = TRAINERS[name]
    assert {trainer.WRITER, trainer.READS} <= {*WRITERS}
    assert {*trainer.VERDICTS} | {*trainer.TEMPLATED} <= {*FEATURES}
    assert {*trainer.ORDER} == {*FATES}
    policies.check(trainer.POLICIES)
    for verdict in trainer.VERDICTS.values():
        policy, _, value = verdict.policy.partition("=")
        allowed = (trainer.WRITER,) if policy == "format" else BY_NAME[policy].VALUES if policy else ("",)
        assert value in allowed


@pytest.mark.parametrize("name", TRAINERS)
def test_the_snippet_names_the_file_and_is_no_data(name: str) -> None:
    ending, text = TRAINERS[name].snippet("train.jsonl", {"conversations", "tools"}, 8192)
    assert ending.startswith(".")
    # What `datasets` would take for data in the folder of an export.
    assert not ending.endswith((".json", ".jsonl", ".csv", ".tsv", ".txt", ".parquet", ".arrow"))
    assert "train.jsonl" in text


def test_llama_factory_names_only_columns_that_the_file_has() -> None:
    snippet = TRAINERS["llama-factory"].snippet
    assert '"tools"' in snippet("train.jsonl", {"conversations", "tools"}, 8192)[1]
    assert '"tools"' not in snippet("train.jsonl", {"conversations"}, 8192)[1]


# Services, whose models have a length that no request changes.
FIXED = ("openai", "together")


@pytest.mark.parametrize("name", TRAINERS)
def test_the_configuration_sets_the_length_that_fit_measures_by(name: str) -> None:
    trainer = TRAINERS[name]
    if name in FIXED:
        assert trainer.MAX_LENGTH == trainer.OWN_LENGTH
    else:
        assert "4321" in trainer.snippet("train.jsonl", (), 4321)[1]
    assert trainer.MAX_LENGTH[0] >= trainer.OWN_LENGTH[0]


# An entry that no policy saves: calls of tools that are broken, where calls are kept as they are.
BROKEN = {
    ("axolotl", "arguments that are no JSON"),
    ("openai", "result of no call"),
    ("openai", "call without result"),
}


@pytest.mark.parametrize("name", TRAINERS)
def test_its_own_policies_save_what_a_policy_can_save(name: str) -> None:
    trainer = TRAINERS[name]
    for kind, entry in ENTRIES.items():
        for draft in policies.apply(Draft(entry), trainer.POLICIES, Context()):
            lost, altered = after_policies(trainer, draft, trainer.POLICIES, trainer.WRITER)
            assert (lost is not None) == ((name, kind) in BROKEN), kind
            assert lost or not [verdict for verdict in altered if verdict.policy], kind


def test_the_worst_fate_counts() -> None:
    trainer = TRAINERS["mistral"]
    first = worst(trainer, foretell(trainer, Draft(ENTRIES["reasoning in two replies"])))
    assert first is not None
    assert first.verdict.fate == "stops"


def test_what_llama_factory_drops_never_stops_the_run() -> None:
    trainer = TRAINERS["llama-factory"]
    first = worst(trainer, foretell(trainer, Draft(ENTRIES["two calls at once"])))
    assert first is not None
    assert first.verdict.fate == "dropped"


def test_what_the_user_asked_for_is_no_surprise() -> None:
    trainer = TRAINERS["trl"]
    draft = Draft(ENTRIES["picture beside"])
    assert after_policies(trainer, draft, trainer.POLICIES, trainer.WRITER)[0] is not None
    kept = {**trainer.POLICIES, "media": "keep"}
    assert after_policies(trainer, draft, kept, trainer.WRITER) == (None, [])
