"""What two bases disagreed about is asked once more exactly where it was settled differently."""

from typing import Any

import pytest

from talekeep.core.merge.records import conflicts_of
from talekeep.core.merge.records import merge_entry
from talekeep.core.merge.records import merge_records
from talekeep.core.merge.virtual_base import unsettled

LONG = "The lamp was out and the stair was cold and nobody came down to see who it was tonight"


def entry(*texts: str, **more: Any) -> dict[str, Any]:
    roles = ("user", "assistant")
    return {
        "id": "e",
        "messages": [{"role": roles[n % 2], "content": text} for n, text in enumerate(texts)],
        **more,
    }


def turned(*order: int) -> dict[str, Any]:
    texts = "the lamp is out", "who comes there", "a letter from the harbor", "nobody at all"
    return {"id": "e", "messages": [{"role": "user", "content": texts[n]} for n in order]}


def base_of(base: Any, ours: Any, theirs: Any) -> Any:
    (record,) = merge_records([base], *([one] if one else [] for one in (ours, theirs))).records
    assert conflicts_of(record)
    return unsettled(record)


CASES = [
    (entry("a", "b"), entry("a", "mine"), entry("a", "yours")),
    (entry("a", LONG), entry("a", LONG.replace("lamp", "fire")), entry("a", LONG.replace("lamp", "oil"))),
    (entry("a", "b", note=1), entry("a", "b", note=2), entry("a", "b", note=3)),
    (entry("a", "b"), entry("a", "mine", "b"), entry("a", "yours", "b")),
    (entry("a", "b", LONG), entry("a", "b"), entry("a", "b", LONG.replace("lamp", "fire"))),
    (turned(0, 1, 2, 3), turned(3, 2, 0, 1), turned(1, 3, 0, 2)),
    (entry("a", "b", meta={"x": 1}), entry("a", "b", meta={"x": 2}), entry("a", "b", meta={})),
]


@pytest.mark.parametrize(("base", "ours", "theirs"), CASES)
def test_what_was_settled_differently_is_a_conflict_again(base: Any, ours: Any, theirs: Any) -> None:
    common = base_of(base, ours, theirs)

    assert conflicts_of(common) == []
    assert merge_entry(common, ours, theirs).conflicts
    assert merge_entry(common, theirs, ours).conflicts


@pytest.mark.parametrize(("base", "ours", "theirs"), [*CASES[:3], CASES[-1]])
def test_going_back_to_what_was_before_is_a_decision_too(base: Any, ours: Any, theirs: Any) -> None:
    common = base_of(base, ours, theirs)

    assert merge_entry(common, ours, base).conflicts
    assert merge_entry(common, base, theirs).conflicts


@pytest.mark.parametrize(("base", "ours", "theirs"), CASES)
def test_what_was_settled_the_same_way_is_settled(base: Any, ours: Any, theirs: Any) -> None:
    common = base_of(base, ours, theirs)

    for chosen in (base, ours, theirs, entry("quite", "another")):
        merged = merge_entry(common, chosen, chosen)
        assert (merged.value, merged.conflicts) == (chosen, ())


def test_a_later_edit_beside_what_was_settled_the_same_way_comes_in() -> None:
    ours, theirs = entry("a", LONG.replace("lamp", "fire")), entry("a", LONG.replace("lamp", "oil"))
    common = base_of(entry("a", LONG), ours, theirs)
    edited = entry("a", ours["messages"][1]["content"].replace("nobody", "somebody"))

    merged = merge_entry(common, edited, ours)

    assert (merged.value, merged.conflicts) == (edited, ())


def test_an_entry_removed_on_one_side_is_asked_for_unless_both_agree() -> None:
    base, edited = entry("a", "b"), entry("a", "edited")
    common = base_of(base, None, edited)

    assert merge_records([common], [], [edited]).conflicts
    assert merge_records([common], [], []).records == []
    assert merge_records([common], [edited], [edited]).records == [edited]
    assert merge_records([common], [edited], [base]).conflicts
