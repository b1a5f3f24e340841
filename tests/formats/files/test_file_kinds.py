"""Any file as JSON: packed, in another encoding, a table, a transcript; or refused once, by what it is."""

import bz2
import gzip
import json
import lzma
import zlib
from collections.abc import Iterator
from typing import Any

import pytest

from talekeep.core.codec import decode
from talekeep.core.errors import BadRecord
from talekeep.formats import recognise
from talekeep.formats.files.file_kinds import json_of
from talekeep.formats.files.records import records
from talekeep.formats.files.stream import split

CHAT = {"messages": [{"role": "user", "content": "Café?"}, {"role": "assistant", "content": "“Oui” 🙂"}]}
LINE = json.dumps(CHAT, ensure_ascii=False).encode() + b"\n"


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


def values(data: bytes, name: str = "a.jsonl", size: int = 1 << 20, **more: Any) -> list[Any]:
    items = list(records(split(json_of(pieces(data, size), name, **more)), decode))
    assert [record.reason for record in items if record.reason] == []
    return [record.value for record in items]


def turns(data: bytes, name: str, **more: Any) -> list[list[tuple[str, Any]]]:
    collected = []
    for value in values(data, name, **more):
        reader = recognise(value)
        assert reader is not None, value
        collected.append([(m["role"], m["content"]) for m in reader.read(value).entry["messages"]])
    return collected


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_packed_file_is_read_as_if_it_were_not(pack: Any, size: int) -> None:
    assert values(pack(LINE * 3), "a.jsonl.gz", size) == [CHAT] * 3


def test_archives_one_behind_the_other_are_one_file() -> None:
    assert values(gzip.compress(LINE) + gzip.compress(LINE)) == [CHAT] * 2


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "utf-8"])
@pytest.mark.parametrize("size", [3, 1 << 20])
def test_unicode_in_any_spelling_is_read(encoding: str, size: int) -> None:
    assert values(LINE.decode().encode(encoding) * 1, size=size) == [CHAT]


def test_another_encoding_is_read_where_it_is_named() -> None:
    line = json.dumps({"messages": [{"role": "user", "content": "Café"}]}, ensure_ascii=False)
    assert values(line.encode("cp1252"), encoding="cp1252") == [json.loads(line)]
    with pytest.raises(BadRecord, match="no encoding"):
        values(LINE, encoding="klingon")


TABLES = {
    "pairs": ("question,answer\nHi,Hey.\n", [[("user", "Hi"), ("assistant", "Hey.")]]),
    "turns": (
        'conversation_id,role,content\n1,user,Hi\n1,assistant,"Hello, you."\n'
        "2,user,Bye\n2,assistant,Night.\n",
        [
            [("user", "Hi"), ("assistant", "Hello, you.")],
            [("user", "Bye"), ("assistant", "Night.")],
        ],
    ),
    "a chat": ("role;content\nuser;Hi\nassistant;Hey.\n", [[("user", "Hi"), ("assistant", "Hey.")]]),
    "json cells": (
        'id,messages\n1,"[{""role"":""user"",""content"":""Hi""},'
        '{""role"":""assistant"",""content"":""Hey.""}]"\n',
        [[("user", "Hi"), ("assistant", "Hey.")]],
    ),
    "line breaks": ('prompt,completion\n"Hi\nyou",Hey.\n', [[("user", "Hi\nyou"), ("assistant", "Hey.")]]),
}


@pytest.mark.parametrize("case", TABLES)
def test_a_table_is_read_row_by_row(case: str) -> None:
    text, expected = TABLES[case]
    assert turns(text.encode(), "a.csv") == expected


def test_columns_are_named_by_hand() -> None:
    data = b"Frage\tAntwort\nHi\tHey.\n"
    output = turns(data, "a.tsv", columns={"Frage": "prompt", "Antwort": "completion"})
    assert output == [[("user", "Hi"), ("assistant", "Hey.")]]


def test_a_transcript_is_one_conversation() -> None:
    assert turns(b"Wren: Hi\n\nMara: Hello.\nCome in.\n\nWren: Bye\n", "a.txt") == [
        [("user", "Hi\n"[:-1]), ("assistant", "Hello.\nCome in."), ("user", "Bye")]
    ]
    assert turns(b"<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello.<|im_end|>\n", "a.txt") == [
        [("user", "Hi"), ("assistant", "Hello.")]
    ]


def test_json_in_a_text_file_is_json() -> None:
    assert values(LINE * 2, "a.txt") == [CHAT] * 2


REFUSED = {
    "a Git LFS pointer": ("a.jsonl", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"),
    "a web page": ("a.json", b"<!DOCTYPE html><html></html>"),
    "a picture": ("a.jpg", b"\xff\xd8\xff\xe0 JFIF"),
    "a text without speakers": ("a.txt", b"It rained.\nNobody spoke.\n"),
    "a damaged archive": ("a.gz", gzip.compress(LINE)[:4] + b"rubbish, and more of it"),
    "--encoding": ("a.csv", "a,b\ncaf\xe9,x\n".encode("cp1252")),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_a_file_without_conversations_is_refused_once_by_what_it_is(reason: str) -> None:
    name, data = REFUSED[reason]
    with pytest.raises(BadRecord, match=reason):
        values(data, name)


def _zeros() -> Iterator[bytes]:
    """A gzip file of a hundred gigabytes of spaces, in chunks."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b" " * (1 << 20)
    for _ in range(100 * 1024):
        yield packer.compress(block)


def test_a_bomb_is_refused_long_before_it_has_gone_off() -> None:
    given = [0]

    def counted(chunks: Iterator[bytes]) -> None:
        for chunk in chunks:
            given[0] += len(chunk)

    with pytest.raises(BadRecord, match="200 times"):
        counted(json_of(_zeros(), "a.gz"))
    assert given[0] < 512 * 2**20


def test_a_table_with_a_cell_that_never_ends_is_refused() -> None:
    def endless() -> Iterator[bytes]:
        yield b'a,b\n"'
        while True:
            yield b"x" * (1 << 20)

    with pytest.raises(BadRecord):
        list(json_of(endless(), "a.csv"))


def test_yaml_is_read_and_its_aliases_are_not() -> None:
    pytest.importorskip("yaml")
    text = b"- messages:\n  - role: user\n    content: Hi\n  - role: assistant\n    content: Hey.\n"
    assert turns(text, "a.yaml") == [[("user", "Hi"), ("assistant", "Hey.")]]
    bomb = b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
    with pytest.raises(BadRecord, match="aliases"):
        values(bomb, "a.yaml")
