"""Craft of a dataset: of all, by character and source, against other texts; kept for unchanged parts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from talekeep.core.errors import NotFound
from talekeep.core.errors import Usage
from talekeep.metrics import craft as measuring
from talekeep.metrics.craft_report import Top
from talekeep.metrics.repeated_phrases import Repeat
from talekeep.ops.entries.list_show import list_entries
from talekeep.ops.quality import craft as crafting
from talekeep.ops.quality.craft import craft
from talekeep.ops.workspace import validation
from talekeep.store.dataset import Dataset

CUT = "The lamp is lit. I keep it for the boats that come in late, and for the"


@pytest.fixture
def told(take: Callable[..., Any]) -> None:
    def record(*replies: str, name: str) -> dict[str, Any]:
        pairs = [({"role": "user", "content": "Go on."}, text) for text in replies]
        spoken = [[user, {"role": "assistant", "name": name, "content": text}] for user, text in pairs]
        return {"messages": [message for pair in spoken for message in pair]}

    take([record(CUT, "Ships pass by in the night.", name="mara")], "first.jsonl")
    others = [record(f"Ships pass by in the night, {n}.", name="tam") for n in ("says he", "and one")]
    take(others, "second.jsonl")


@pytest.mark.usefixtures("told")
def test_replies_are_counted_by_character_and_source(dataset: Dataset) -> None:
    result = craft(dataset)
    assert (result.entries, result.all.replies) == (3, 4)
    assert result.all.marks["ends-mid-sentence"] == 0.25
    assert [(g.name, g.replies, g.marks["ends-mid-sentence"]) for g in result.characters] == [
        ("mara", 2, 0.5),
        ("tam", 2, 0.0),
    ]
    assert [(g.name, g.replies) for g in result.sources] == [("first.jsonl", 2), ("second.jsonl", 2)]
    assert result.all.openings == [Top("ships pass by in", 3)]
    assert result.repeats == [Repeat("ships pass by in the night", 3, 3)]


@pytest.mark.usefixtures("told")
def test_a_query_counts_what_it_selects(dataset: Dataset) -> None:
    result = craft(dataset, where="character:tam")
    assert (result.entries, result.all.replies) == (2, 2)
    assert [g.name for g in result.characters] == ["tam"]
    assert craft(dataset, where="source:first.jsonl").all.replies == 2


@pytest.mark.usefixtures("told")
def test_only_changed_parts_are_measured_again(
    dataset: Dataset, edit: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = craft(dataset)
    measured: list[int] = []
    real = measuring.measure
    monkeypatch.setattr(measuring, "measure", lambda *a, **k: measured.append(1) or real(*a, **k))
    assert craft(dataset) == before
    assert not measured
    edit("and for the", "and for the boats.")
    assert craft(dataset).all.marks["ends-mid-sentence"] == 0.0
    assert measured


@pytest.mark.usefixtures("told")
def test_texts_are_compared_with_a_file_or_a_commit(dataset: Dataset, tmp_path: Path) -> None:
    file = tmp_path / "novel.txt"
    file.write_text("Boats come in at dawn. " * 50)
    result = craft(dataset, against=file)
    assert "ships pass by in" in [row.text for row in result.overused]
    assert not craft(dataset, against="HEAD").overused
    line = '{"messages":[{"role":"assistant","content":"ships pass by in the night"}]}\n'
    file.write_text(line * 3)
    assert not craft(dataset, against=file).overused


@pytest.mark.usefixtures("told")
def test_a_reference_that_is_none_is_a_problem(dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    with pytest.raises(Usage):
        craft(dataset, against=tmp_path / "empty.txt")
    with pytest.raises(NotFound):
        craft(dataset, against="nowhere")


@pytest.mark.usefixtures("told")
def test_large_sums_are_those_of_small_ones(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    before = craft(dataset)
    monkeypatch.setattr(crafting, "_BATCH", 1)
    assert craft(dataset) == before
    # An opening that nobody shares is let go where there is no room for it.
    monkeypatch.setattr(crafting, "_ROOM", 1)
    assert craft(dataset).all.openings == before.all.openings
    next((dataset.path / "entries").rglob("*.jsonl")).write_bytes(b"")
    assert craft(dataset).entries == 0


def test_a_dataset_without_entries_has_no_craft(dataset: Dataset) -> None:
    result = craft(dataset)
    assert (result.entries, result.characters, result.repeats) == (0, [], [])


@pytest.mark.usefixtures("told")
def test_phrases_of_the_dataset_count(dataset: Dataset) -> None:
    place = dataset.path / "talekeep.toml"
    place.write_text(place.read_text().replace("phrases = []", 'phrases = ["in the night"]'))
    with Dataset.open(dataset.path) as again:
        assert craft(again).all.phrases == [Top("in the night", 3)]
        assert len(validation.validate_at(again, select=["overused-phrase"]).findings) == 3


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("issue", ["P504", "ends-mid-sentence", "p5"])
def test_rules_of_craft_select_entries_though_they_are_off(dataset: Dataset, issue: str) -> None:
    assert not validation.validate_at(dataset, select=["P"]).counts["error"]
    assert not [f for f in validation.validate_at(dataset).findings if f.code.startswith("P")]
    assert list_entries(dataset, where=f"issue:{issue}").total == 1


def test_a_dataset_lets_replies_end_with_words_of_its_own_and_hears_of_languages_without_a_list(
    dataset, take, run
) -> None:
    czech = "Lampa svítí a nikdo se to nedozví. Sešla k člunům, které se vracely, a hlídala je. Konec dílu"
    take([{"messages": [{"role": "user", "content": "A?"}, {"role": "assistant", "content": czech}]}])
    before = craft(dataset)
    assert before.all.marks["ends-mid-sentence"] == 1.0
    assert before.unlisted == {"Czech": 1}
    out = run("-C", dataset.path, "craft", check=0).out
    assert "No list of words that end a text for Czech (1 entry)" in out
    config = dataset.path / "talekeep.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("endings = []", 'endings = ["konec dílu"]'), encoding="utf-8")
    with Dataset.open(dataset.path) as opened:
        assert craft(opened).all.marks["ends-mid-sentence"] == 0.0
    assert run("-C", dataset.path, "list", "--count", "--where", "issue:P504", check=0).out == "0\n"
