"""Parts: what they are called, the order they stand in, and where a line ends."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talekeep.store import parts


@pytest.mark.parametrize(
    ("number", "path"),
    [
        (0, "entries/0000/00000-3fa9.jsonl"),
        (255, "entries/0000/00255-3fa9.jsonl"),
        (256, "entries/0001/00256-3fa9.jsonl"),
        (100_000, "entries/0390/100000-3fa9.jsonl"),
        (2_560_000, "entries/10000/2560000-3fa9.jsonl"),
    ],
)
def test_a_part_is_named_by_number_and_suffix_256_a_folder(number: int, path: str) -> None:
    assert parts.name(number, "3fa9") == path
    assert parts.is_part(path)
    assert parts.number_of(path) == number
    assert parts.number_of(parts.sidecar_of(path)) == number


def test_a_sidecar_lies_at_the_same_place_under_sidecars() -> None:
    path = parts.sidecar_of("entries/0001/00256-3fa9.jsonl")

    assert path == "sidecars/0001/00256-3fa9.jsonl"
    assert parts.is_part(path)
    assert not parts.is_entries(path)


@pytest.mark.parametrize(
    "path", ["entries/notes.jsonl", "entries/0000/00000-3FA9.jsonl", "entries/0000/1-3fa9.jsonl", "x.jsonl"]
)
def test_other_names_are_no_parts(path: str) -> None:
    assert not parts.is_part(path)
    assert parts.number_of(path) == -1


def test_the_order_is_by_number_then_suffix_and_hand_made_files_come_last_and_are_seen() -> None:
    wanted = [
        "entries/0000/00002-ffff.jsonl",
        "entries/0000/00010-0000.jsonl",
        "entries/0000/00010-0001.jsonl",
        "entries/0390/99999-aaaa.jsonl",
        "entries/0390/100000-aaaa.jsonl",
        "entries/0000/by-hand.jsonl",
        "entries/extra.jsonl",
    ]
    others = ["sidecars/0000/00002-ffff.jsonl", "entries/readme.txt", "talekeep.toml"]
    mixed = [*wanted, *others]
    random.Random(4).shuffle(mixed)

    assert parts.in_order(mixed) == wanted


def test_only_a_newline_ends_a_line() -> None:
    text = '{"a":"x\u2028y\u2029z\u0085w\x0b\x0c\x1c"}\n{"b":1}\n'

    assert [number for number, _ in parts.lines_of(text.encode())] == [1, 2]


def test_carriage_returns_and_blank_lines_are_no_content_and_numbers_are_those_of_an_editor() -> None:
    data = b'{"a":1}\r\n\r\n  \n{"b":2}'

    assert list(parts.lines_of(data)) == [(1, b'{"a":1}'), (4, b'{"b":2}')]
    assert list(parts.lines_of(b"")) == []


@given(st.lists(st.binary(max_size=8).filter(lambda b: b.strip() and b"\n" not in b and b"\r" not in b)))
def test_no_line_is_lost(lines: list[bytes]) -> None:
    data = b"".join(line + b"\n" for line in lines)

    assert [line for _, line in parts.lines_of(data)] == lines
