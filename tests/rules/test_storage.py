"""What must hold before anything can be stored safely."""

from typing import Any

import pytest

from talekeep.core.codec import decode
from talekeep.core.entry import CONFLICT_KEY
from talekeep.core.errors import BadRecord
from talekeep.rules import BY_CODE
from talekeep.rules import Context
from talekeep.rules import bad_line
from talekeep.rules import conflicts_in
from talekeep.rules import dangling_sidecars
from talekeep.rules import duplicate_ids
from talekeep.rules import plan
from talekeep.rules import run
from talekeep.rules import select
from talekeep.rules import severities

A = "0193c7aa-0000-7000-8000-00000000000a"
B = "0193c7aa-0000-7000-8000-00000000000b"
STORAGE = plan(severities(), select(["S0"]))


def results_of(entry: Any, context: Context | None = None) -> list[str]:
    return [f.code for f in run(entry, STORAGE, context or Context())]


@pytest.mark.parametrize("identity", [A, A.upper(), "00000000-0000-0000-0000-000000000000"])
def test_a_uuid_of_any_version_is_an_id(identity: str) -> None:
    assert results_of({"id": identity}) == []


@pytest.mark.parametrize(
    "identity", ["", "scene-12", 7, [A], {}, False, A[:-1], f" {A}", f"{{{A}}}", f"{A}\n"]
)
def test_anything_else_is_an_invalid_id(identity: Any) -> None:
    assert results_of({"id": identity}) == ["S004"]


def test_no_id_and_an_id_of_null_are_missing() -> None:
    assert results_of({}) == results_of({"id": None}) == ["S003"]


def test_ids_that_stand_twice_are_named_with_every_place() -> None:
    places = [(A, ("p1", 1)), (B, ("p1", 2)), (A.upper(), ("p2", 1)), (A, ("p2", 9))]
    assert duplicate_ids(places) == {A: [("p1", 1), ("p2", 1), ("p2", 9)]}
    assert duplicate_ids([]) == {}


def test_a_sidecar_line_without_its_entry_is_named_with_its_place() -> None:
    assert dangling_sidecars([A], [(A, 1), (B, 2)]) == [(B, 2)]


@pytest.mark.parametrize(
    "path",
    [
        (CONFLICT_KEY,),
        ("messages", 1, CONFLICT_KEY),
        ("messages", 0, "tool_calls", 0, "function", CONFLICT_KEY),
        ("source", CONFLICT_KEY),
    ],
)
def test_a_conflict_is_found_at_any_depth(path: tuple[Any, ...]) -> None:
    value: Any = {"base": None}
    for step in reversed(path):
        value = {step: value} if isinstance(step, str) else [{}] * step + [value]
    assert list(conflicts_in(value)) == [path]
    assert [f.path for f in run({"id": A, **value}, STORAGE, Context())] == [path]


def test_what_a_conflict_holds_is_not_a_second_conflict() -> None:
    inner = {CONFLICT_KEY: [{"ours": {CONFLICT_KEY: []}}]}
    assert list(conflicts_in({"id": A, **inner})) == [(CONFLICT_KEY,)]


def test_the_word_for_a_conflict_may_stand_in_text() -> None:
    assert results_of({"id": A, "messages": [{"role": "user", "content": CONFLICT_KEY}]}) == []


@pytest.mark.parametrize("line", [b"<<<<<<< ours", b"|||||||", b"=======", b">>>>>>> theirs"])
def test_a_line_left_by_a_text_merge_is_told_from_a_broken_one(line: bytes) -> None:
    with pytest.raises(BadRecord) as refused:
        decode(line)
    rule, hit = bad_line(line, str(refused.value))
    assert rule.code == "S007"
    assert line[:7].decode() in hit.message


@pytest.mark.parametrize("line", [b'{"id":', b"", b"\xff\xfe", b"<<<<<< six", b'{"a":NaN}'])
def test_a_line_that_cannot_be_read_says_why(line: bytes) -> None:
    with pytest.raises(BadRecord) as refused:
        decode(line)
    rule, hit = bad_line(line, str(refused.value))
    assert (rule.code, hit.message) == ("S001", str(refused.value))


def test_the_line_rules_agree_with_the_reader() -> None:
    for line, code in (("{", "S001"), ("<<<<<<< HEAD", "S007"), ("{}", None)):
        hits = [c for c in ("S001", "S007") if list(BY_CODE[c].check(line, Context()))]
        assert hits == ([code] if code else [])


def test_size_is_that_of_the_line_on_disk() -> None:
    entry = {"id": A, "note": "é" * 10}
    size = len('{"id":"","note":""}\n') + len(A) + 20
    assert results_of(entry, Context(max_bytes=size)) == []
    assert results_of(entry, Context(max_bytes=size - 1)) == ["S008"]
