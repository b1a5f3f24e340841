"""What every kind of library promises, whichever kind it is. A new row needs an example here."""

import tomllib
from typing import Any

import pytest

from talekeep.library.base import Kind
from talekeep.library.kinds import KINDS
from talekeep.library.model import WrongValue
from talekeep.library.model import plain
from talekeep.library.model import read
from talekeep.store import filemerge
from talekeep.store import toml

# Two items of each kind and a changed field of the first: as tables of the file.
EXAMPLES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "characters": ({"name": "Mara"}, {"name": "Wren"}, {"description": "keeps the light"}),
    "models": (
        {"recipe": "all", "commit": "c", "entries": 2, "sha256": "s"},
        {"recipe": "few", "commit": "d", "entries": 1, "sha256": "t"},
        {"note": "the second try"},
    ),
    "prompts": (
        {"name": "Keeper", "content": "You keep it."},
        {"name": "B", "content": "C"},
        {"active": False},
    ),
    "sources": (
        {"file": "a.jsonl", "sha256": "0", "format": "chatml", "records": 1},
        {"file": "b.jsonl", "sha256": "1", "format": "chatml", "records": 2},
        {"licence": "CC-BY-4.0"},
    ),
    "generation": (
        {"chunks": {"a": {"text": "One."}}},
        {"chunks": {"b": {"text": "Two."}}},
        {"chunks": {"a": {"text": "One.", "when": "mood"}}},
    ),
    "tags": ({"tags": {"noir": {}}}, {"tags": {"calm": {}}}, {"tags": {"noir": {"status": "hidden"}}}),
}

each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


def _file(kind: Kind, **items: dict[str, Any]) -> dict[str, Any]:
    """The tables of a file that holds these items."""
    if not kind.whole:
        return items
    merged: dict[str, Any] = {}
    for item in items.values():
        for table, rows in item.items():
            merged[table] = {**merged.get(table, {}), **rows}
    return merged


@each_kind
def test_its_file_lies_in_the_library_and_is_merged_by_item(kind: Kind) -> None:
    assert kind.path == f"library/{kind.name}.toml"
    assert filemerge.by_record(kind.path)
    assert (kind.path in filemerge._SECTIONED) == kind.whole


@each_kind
def test_what_was_read_is_written_as_it_was(kind: Kind) -> None:
    first, second, _ = EXAMPLES[kind.name]
    tables = _file(kind, a=first, b=second)

    model = read(kind.shape, tables)

    written = (
        plain(model, defaults=False)
        if kind.whole
        else {k: plain(v, defaults=False) for k, v in model.items()}
    )
    assert written == tables


@each_kind
def test_items_that_both_sides_added_come_together(kind: Kind) -> None:
    first, second, _ = EXAMPLES[kind.name]
    base, ours, theirs = b"", toml.dump(_file(kind, a=first)), toml.dump(_file(kind, b=second))

    merged = filemerge.merge_file(kind.path, (base, ours, theirs))

    assert merged.clean
    assert merged.data is not None
    assert tomllib.loads(merged.data.decode()) == _file(kind, a=first, b=second)
    assert filemerge.merge_file(kind.path, (base, theirs, ours)).data == merged.data


@each_kind
def test_a_value_of_the_wrong_type_is_refused_by_its_key(kind: Kind) -> None:
    key = next(iter(EXAMPLES[kind.name][0])) if kind.whole else "a"

    with pytest.raises(WrongValue) as refused:
        read(kind.shape, {key: 3})

    assert refused.value.key == key


@each_kind
def test_one_side_changes_a_field_and_the_other_adds_an_item(kind: Kind) -> None:
    first, second, change = EXAMPLES[kind.name]
    base = _file(kind, a=first)
    ours = _file(kind, a=first, more=change) if kind.whole else {"a": {**first, **change}}
    theirs = _file(kind, a=first, b=second)

    merged = filemerge.merge_file(kind.path, (toml.dump(base), toml.dump(ours), toml.dump(theirs)))

    assert merged.clean
    assert merged.data is not None
    result = tomllib.loads(merged.data.decode())
    assert result == (_file(kind, a=first, b=second, more=change) if kind.whole else {**ours, "b": second})
    read(kind.shape, result)
