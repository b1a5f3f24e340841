"""Each kind of file is merged its own way; what cannot be is refused, never guessed."""

import tomllib

import pytest

from talekeep.core.entry import CONFLICT_KEY
from talekeep.store.filemerge import by_record
from talekeep.store.filemerge import merge_file

PART = "entries/0000/00000-aaaa.jsonl"
TAGS = "library/characters.toml"


def test_parts_sidecars_and_libraries_are_merged_by_record_and_nothing_else() -> None:
    assert all(map(by_record, [PART, "sidecars/0000/00000-aaaa.jsonl", TAGS]))
    assert not any(map(by_record, ["README.md", "talekeep.toml", "notes/a.jsonl", "library/README.md"]))


def test_tables_of_both_sides_come_together() -> None:
    result = merge_file(
        TAGS,
        (b"[mara]\nname = 'M'\n", b"[mara]\nname = 'Mara'\n", b"[mara]\nname = 'M'\n[wren]\nname = 'W'\n"),
    )

    assert result.clean
    assert result.data is not None
    assert tomllib.loads(result.data.decode()) == {"mara": {"name": "Mara"}, "wren": {"name": "W"}}


def test_a_conflict_in_a_library_is_data_in_its_table_and_still_toml() -> None:
    result = merge_file(
        TAGS, (b"[mara]\nname = 'M'\n", b"[mara]\nname = 'Ours'\n", b"[mara]\nname = 'Theirs'\n")
    )

    assert result.data is not None
    table = tomllib.loads(result.data.decode())["mara"]
    assert table["name"] == "Ours"
    assert table[CONFLICT_KEY] == [{"path": ["name"], "base": "M", "ours": "Ours", "theirs": "Theirs"}]
    assert [slug for slug, _ in result.conflicts] == ["mara"]


def test_a_table_removed_and_edited_is_a_conflict_in_valid_toml() -> None:
    result = merge_file(TAGS, (b"[mara]\nname = 'M'\n", b"", b"[mara]\nname = 'Theirs'\n"))

    assert result.data is not None
    table = tomllib.loads(result.data.decode())["mara"]
    assert table["name"] == "Theirs"
    assert "ours" not in table[CONFLICT_KEY][0]


@pytest.mark.parametrize(
    ("path", "base", "ours", "theirs"),
    [
        (TAGS, b"", b"[mara]\nname = 'M'\n", b"<<<<<<< HEAD\n"),
        (TAGS, b"a = 1\n", b"a = 2\n", b"a = 3\n"),
        (PART, b"", b'{"id":"1"}\n', b"<<<<<<< HEAD\n"),
        ("cover.png", b"\0a", b"\0b", b"\0c"),
    ],
)
def test_what_cannot_be_merged_is_refused_with_our_side(
    path: str, base: bytes, ours: bytes, theirs: bytes
) -> None:
    result = merge_file(path, (base, ours, theirs))

    assert result.refused
    assert result.data == ours


@pytest.mark.parametrize("path", [PART, TAGS, "README.md"])
def test_changed_here_and_deleted_there_is_for_a_person_and_keeps_the_changed_one(path: str) -> None:
    for sides in ((b"", b"ours", None), (b"", None, b"ours")):
        result = merge_file(path, sides)
        assert result.refused
        assert result.data == b"ours"


def test_templates_of_prompts_merge_by_table_and_in_one_order() -> None:
    base = b'[chunks.a]\ntext = "a"\n'
    ours = base + b'\n[chunks.c]\ntext = "c"\n'
    theirs = b'[chunks.a]\ntext = "A"\n\n[chunks.b]\ntext = "b"\n'

    merged = merge_file("library/generation.toml", (base, ours, theirs))
    swapped = merge_file("library/generation.toml", (base, theirs, ours))

    assert not merged.conflicts
    assert merged.data == swapped.data
    assert merged.data is not None
    assert [line for line in merged.data.decode().splitlines() if line] == [
        *("[chunks.a]", 'text = "A"', "[chunks.b]", 'text = "b"', "[chunks.c]", 'text = "c"'),
    ]
