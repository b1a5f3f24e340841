"""`doctor --hub`: what would keep a folder from being published, or from being read there."""

import json
import sys
from pathlib import Path

import pytest

from talekeep.core.errors import NotFound
from talekeep.library.recipes import Recipe
from talekeep.library.recipes import Split
from talekeep.ops.exchange.training import recipe as recipes
from talekeep.ops.library import sources
from talekeep.ops.project import doctor
from talekeep.ops.project import hub

pytest.importorskip("yaml")


@pytest.fixture
def folder(dataset, take, talk) -> Path:
    """The folder of a recipe, sound in every way."""
    take([talk(f"number {n} of a long night", **({"label": True} if n % 2 else {})) for n in range(48)])
    sources.edit_source(dataset, ["chat"], {"licence": "CC-BY-4.0"})
    recipes.save(dataset, "night", Recipe(split=Split(parts={"train": 2, "test": 1}, by="entry")))
    recipes.export_recipe(dataset, "night")
    return dataset.path / "exports" / "night"


def faults(folder: Path) -> dict[str, list[str]]:
    checks = doctor.doctor(folder, hub=folder).checks
    assert [check.name for check in checks] == list(hub.HUB_CHECKS)
    return {check.name: [fault.message for fault in check.faults] for check in checks if check.faults}


def write(folder: Path, name: str, rows: list[dict]) -> None:
    (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))


def test_the_folder_of_a_recipe_is_fit_to_be_published(folder) -> None:
    assert faults(folder) == {}


def test_a_dataset_is_looked_at_too_and_what_goes_along_is_said(dataset, folder) -> None:
    checks = {check.name: check for check in doctor.doctor(dataset.path, hub=dataset.path).checks}

    assert [fault.message for fault in checks["hub: card"].faults] == ["the card names no licence"]
    assert checks["hub: configs and splits"].ok
    assert [state.message for state in checks["hub: private data"].states] == [
        "sidecars and history go along: notes, other replies, names and addresses of authors"
    ]


def test_without_a_reader_of_yaml_nothing_is_said_of_what_the_card_holds(folder, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    checks = {check.name: check for check in doctor.doctor(folder, hub=folder).checks}
    assert [fault.message for check in checks.values() for fault in check.faults] == [
        "the card is YAML, and its reader is missing"
    ]
    assert "not looked at" in checks["hub: configs and splits"].states[0].message
    write(folder, "data/train.jsonl", [{"messages": [{"role": "user", "content": "mara@lamp-harbour.org"}]}])
    assert "hub: private data" in faults(folder)


def test_a_card_is_missing_broken_or_wrong(folder) -> None:
    card = (folder / "README.md").read_text()
    (folder / "README.md").write_text(card.replace("n<1K", "1K<n<10K").replace('license: "cc-by-4.0"\n', ""))
    assert faults(folder)["hub: card"] == [
        "the card names no licence",
        "size_categories says ['1K<n<10K'], and there are 48 rows",
    ]
    (folder / "README.md").write_text("---\na: [\n---\n")
    assert faults(folder)["hub: card"][0].startswith("the front matter is no YAML")
    (folder / "README.md").write_text("# Night\n")
    assert faults(folder)["hub: card"] == ["README.md does not begin with front matter"]
    (folder / "README.md").unlink()
    assert faults(folder)["hub: card"] == ["there is no README.md"]
    assert faults(folder)["hub: configs and splits"] == ["the card has no configs with data_files"]


def test_splits_without_files_or_rows_and_files_without_a_split_are_named(folder) -> None:
    (folder / "data" / "test.jsonl").write_text("")
    write(folder, "data/more.jsonl", [{"a": 1}])
    assert faults(folder)["hub: configs and splits"] == [
        "test of default has no row",
        "data/more.jsonl belongs to no split",
    ]
    (folder / "data" / "test.jsonl").unlink()
    assert "test of default has no file" in faults(folder)["hub: configs and splits"]


def test_columns_that_no_loader_brings_together_are_named(folder) -> None:
    write(folder, "data/test.jsonl", [{"messages": "text"}])
    assert "messages is list" in faults(folder)["hub: configs and splits"][0]

    card = (folder / "README.md").read_text()
    before, _, rest = card.partition("dataset_info:")
    (folder / "README.md").write_text(before + "---\n" + rest.partition("---\n")[2])
    write(folder, "data/test.jsonl", [{"messages": [], "score": 1}])
    (only,) = faults(folder)["hub: configs and splits"]
    assert only == "the first file has no column score, and a later one has"


def test_what_plain_git_does_not_take_is_named(folder, monkeypatch) -> None:
    (folder / "cover.png").write_bytes(b"\x89PNG\0\0")
    monkeypatch.setattr(hub, "_MOST_BYTES", 1000)
    sizes = faults(folder)["hub: sizes"]
    assert any(text.startswith("data/train.jsonl has ") for text in sizes)
    assert "cover.png is no text, which plain git does not take" in sizes


def test_rows_that_hold_what_is_somebodys_are_counted(dataset, take, talk, tmp_path: Path) -> None:
    take([talk("Write to mara@harrowpoint.org."), talk("Or ring."), talk("ada@harrowpoint.org, say")])
    recipes.export_split(dataset, Recipe(), tmp_path / "out")
    assert faults(tmp_path / "out")["hub: private data"] == ["rows hold an e-mail address: 2"]


def test_the_command_says_it_and_exits_1(folder, run) -> None:
    assert "ok         hub: sizes" in run("doctor", "--hub", str(folder), check=0).out
    (folder / "README.md").unlink()
    answer = run("doctor", "--hub", str(folder), "--json", check=1).json
    assert answer["ok"] is False
    run("doctor", str(folder), check=2)
    with pytest.raises(NotFound, match="no folder"):
        doctor.doctor(folder, hub=folder / "gone")
