"""Whose the conversations are: said at import or later, asked by queries, named by the card."""

from pathlib import Path

import pytest

from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.library.recipes import Recipe
from talekeep.library.recipes import Split
from talekeep.ops.exchange.training import recipe
from talekeep.ops.library import sources
from talekeep.ops.workspace.select import select

TWO = Split(parts={"train": 1})


@pytest.fixture
def two(take, talk) -> None:
    rights = {"licence": "CC-BY-4.0", "author": "Wren", "models": ["Llama 3"]}
    take([talk("1"), talk("2")], "open.jsonl", rights=rights)
    take([talk("3")], "mine.jsonl")


def texts(dataset, where: str) -> list[str]:
    return [s.entry["messages"][0]["content"] for s in select(dataset, dataset.now(), where)]


def test_what_is_said_at_import_is_kept_and_asked(dataset, two) -> None:
    rows = {row.file: row for row in sources.list_sources(dataset).sources}

    assert (rows["open.jsonl"].author, rows["open.jsonl"].licence, rows["open.jsonl"].models) == (
        "Wren",
        "CC-BY-4.0",
        ["Llama 3"],
    )
    assert texts(dataset, "licence:cc-by-4.0") == ["1", "2"]
    assert texts(dataset, "-author:wren") == ["3"]
    assert texts(dataset, 'model:"llama 3" text:2') == ["2"]
    with pytest.raises(NotFound, match="no licence cc_by_4_1") as error:
        texts(dataset, "licence:cc-by-4.1")
    assert "cc_by_4_0" in error.value.hint


def test_it_is_said_later_too(dataset, two) -> None:
    result = sources.edit_source(dataset, ["mine.jsonl"], {"licence": "CC-BY-NC-4.0"})

    assert result.files == ["library/sources.toml"]
    assert result.commit is not None
    assert texts(dataset, "licence:cc-by-nc-4.0") == ["3"]
    assert sources.edit_source(dataset, ["mine"], {"licence": "CC-BY-NC-4.0"}).files == []
    with pytest.raises(NotFound, match="no source 'mien'"):
        sources.edit_source(dataset, ["mien"], {"licence": "MIT"})
    with pytest.raises(Usage):
        sources.edit_source(dataset, ["mine"], {})


def test_an_export_asks_for_licences_and_the_card_names_the_strictest(dataset, two, tmp_path: Path) -> None:
    wanted = Recipe(split=TWO, require_licence=True)
    with pytest.raises(Refused, match="no licence is known of: mine"):
        recipe.export_split(dataset, wanted, tmp_path / "out")
    sources.edit_source(dataset, ["mine"], {"licence": "CC-BY-NC-4.0", "author": "Mara | <b>"})

    recipe.export_split(dataset, wanted, tmp_path / "out")

    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert 'license: "cc-by-nc-4.0"' in card
    assert "| open.jsonl | Wren | CC-BY-4.0 | Llama 3 |" in card
    assert "Mara \\| &lt;b>" in card
