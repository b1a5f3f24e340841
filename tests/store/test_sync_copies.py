"""Copies of sync programs are told from new parts by name and content."""

import json

import pytest

from talekeep.store.sync_copies import copies

PART = "entries/0000/00000-da86.jsonl"
IDS = ("123e4567-e89b-42d3-a456-426614174000", "123e4567-e89b-42d3-a456-426614174001")


def part(*ids: str) -> bytes:
    return b"".join(json.dumps({"id": one, "messages": []}).encode() + b"\n" for one in ids)


def output_of(path: str, data: bytes, original: str = PART) -> bool:
    return path in copies(
        [path], [original, "README.md"], {path: data}.__getitem__, {original: part(*IDS)}.get
    )


NAMES = [
    "00000-da86 (PC's conflicted copy 2026-01-01)",
    "00000-da86 (Case Conflict)",
    "00000-da86.sync-conflict-20260101-120000-ABCDEFG",
    "00000-da86-PC",
    "00000-da86 2",
    "00000-da86~1",
    "00000-da86 (1)",
    "00000-da86_conf(1)",
    "00000-da86 - Kopie",
    "Copy of 00000-da86",
    "00000-da86_コピー",
]


@pytest.mark.parametrize("name", NAMES)
def test_every_client_s_name_is_known(name: str) -> None:
    assert output_of(f"entries/0000/{name}.jsonl", part(IDS[1]))
    assert output_of(f"entries/0000/{name}.jsonl", b'{"half of a li')
    assert output_of(f"sidecars/0000/{name}.jsonl", part(IDS[1]), "sidecars/0000/00000-da86.jsonl")


@pytest.mark.parametrize("name", NAMES)
def test_new_entries_are_no_copy_whatever_their_file_is_called(name: str) -> None:
    assert not output_of(f"entries/0000/{name}.jsonl", part(IDS[0].replace("1", "2")))


@pytest.mark.parametrize("name", ["00000-da87", "00001-da86", "100000-da86", "mine", "da86"])
def test_another_part_is_no_copy(name: str) -> None:
    assert not output_of(f"entries/0000/{name}.jsonl", part(*IDS))


def test_copies_of_libraries_are_known_by_name() -> None:
    assert output_of("library/tags (conflicted copy).toml", b"", "library/tags.toml")
    assert not output_of("library/hashtags.toml", b"", "library/tags.toml")
