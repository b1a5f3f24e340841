"""Merging the bytes of parts: valid parts in, a valid part out, and no record gone that nobody removed."""

import json

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.core import codec
from talekeep.core.entry import CONFLICT_KEY
from talekeep.core.merge import parts as module
from talekeep.core.merge.parts import merge_part


def entry(number: int, text: str = "Hello.", **more) -> dict:
    messages = [{"role": "user", "content": f"Question {number}"}, {"role": "assistant", "content": text}]
    return {"id": f"00000000-0000-4000-8000-{number:012d}", "messages": messages, **more}


def part(*entries: dict) -> bytes:
    return b"".join(codec.encode(one) for one in entries)


def records(data: bytes | None) -> list[dict]:
    assert data is not None
    assert data == b"" or data.endswith(b"\n")
    return [json.loads(line) for line in data.split(b"\n")[:-1]]


def test_edits_of_two_entries_come_together_in_canonical_bytes() -> None:
    result = merge_part(
        part(entry(1), entry(2)), part(entry(1, "Ours."), entry(2)), part(entry(1), entry(2, "Theirs."))
    )

    assert result.clean
    assert result.data == part(entry(1, "Ours."), entry(2, "Theirs."))


def test_a_hand_spelled_line_is_the_same_entry() -> None:
    loose = json.dumps(entry(1), indent=None).encode() + b"\n\n"

    result = merge_part(part(entry(1)), loose, part(entry(1, "Theirs.")))

    assert result.clean
    assert result.data == part(entry(1, "Theirs."))


def test_a_conflict_stays_inside_its_entry_and_names_it() -> None:
    result = merge_part(
        part(entry(1), entry(2)),
        part(entry(1, "One way."), entry(2)),
        part(entry(1, "Other road!"), entry(2)),
    )

    assert not result.clean
    [(named, conflict)] = result.conflicts
    found = records(result.data)
    assert named == entry(1)["id"] == found[0]["id"]
    assert (conflict["ours"], conflict["theirs"]) == ("One way.", "Other road!")
    assert found[0][CONFLICT_KEY] == [conflict]
    assert found[0]["messages"][1]["content"] == "One way."
    assert found[1] == entry(2)


@pytest.mark.parametrize("side", range(3))
def test_a_side_that_cannot_be_read_refuses_and_names_the_line(side: int) -> None:
    sides = [part(entry(1)), part(entry(1), entry(2)), part(entry(1), entry(3))]
    sides[side] += b'<<<<<<< HEAD\n{"id": 1}\n'
    lines = sides[side].count(b"\n") - 1

    result = merge_part(*sides)

    assert not result.clean
    assert result.refused is not None
    assert result.refused.startswith(f"line {lines}: ")
    assert result.data == sides[1]


def test_a_merge_that_would_drop_an_entry_refuses_instead(monkeypatch) -> None:
    real = module.merge_keyed

    def careless(*sides):
        return dict([*real(*sides).items()][:-1])

    monkeypatch.setattr(module, "merge_keyed", careless)
    result = merge_part(part(entry(1)), part(entry(1), entry(2)), part(entry(1), entry(3)))

    assert result.refused is not None
    assert "would be lost" in result.refused
    assert result.data == part(entry(1), entry(2))


def test_both_sides_of_a_new_part_are_kept() -> None:
    result = merge_part(b"", part(entry(1)), part(entry(2)))
    assert result.clean
    assert {one["id"] for one in records(result.data)} == {entry(1)["id"], entry(2)["id"]}


numbers = st.sets(st.integers(0, 9), max_size=8)
texts = st.sampled_from(["Hello.", "A lamp.", "The rope, and no more.", ""])
parts = st.dictionaries(st.integers(0, 9), texts, max_size=8).map(
    lambda found: [entry(number, text) for number, text in found.items()]
)


@settings(max_examples=100)
@given(base=parts, ours=parts, theirs=parts)
def test_every_record_is_in_the_result_or_was_removed_by_somebody(base, ours, theirs) -> None:
    result = merge_part(part(*base), part(*ours), part(*theirs))

    found = {one["id"]: one for one in records(result.data)}
    old, mine, yours = ({one["id"]: one for one in side} for side in (base, ours, theirs))
    for name in mine.keys() | yours.keys():
        removed = name in old and old[name] in (mine.get(name), yours.get(name))
        assert name in found or (removed and (name not in mine or name not in yours))
    assert {name for name, _ in result.conflicts} == {n for n, one in found.items() if CONFLICT_KEY in one}
    for name, one in found.items():
        output = json.dumps(one)
        for side in (mine, yours):
            new = name in side and side[name] != old.get(name)
            assert not new or side[name]["messages"][1]["content"] in output
