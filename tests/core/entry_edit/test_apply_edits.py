"""What was told as it was, is as it was; what was not told has not changed."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from talekeep.core.entry_edit.apply_edits import lift
from talekeep.core.merge.align import same

_TEXT = st.text("ab", max_size=3)
_MESSAGE = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant"]), "content": _TEXT | st.none()},
    optional={"name": _TEXT, "weight": st.integers(0, 1)},
)
_ENTRY = st.fixed_dictionaries(
    {"messages": st.lists(_MESSAGE, max_size=4)},
    optional={"tags": st.lists(_TEXT, max_size=2), "x": st.dictionaries(_TEXT, _TEXT, max_size=2)},
)


@given(real=_ENTRY, told=_ENTRY)
def test_what_came_back_as_it_was_told_is_as_it_was(real: dict[str, Any], told: dict[str, Any]) -> None:
    if len(real["messages"]) == len(told["messages"]):
        assert same(lift(real, told, told), real)


@given(real=_ENTRY, theirs=_ENTRY)
def test_where_everything_was_told_the_file_says_it_all(real: dict[str, Any], theirs: dict[str, Any]) -> None:
    assert same(lift(real, real, theirs), theirs)


def test_an_edit_beside_what_was_not_told_keeps_it() -> None:
    real = {"messages": [{"role": "user", "name": "mara", "content": ["a"]}], "secret": 1}
    turns = {"messages": [{"role": "user", "content": "a"}]}

    named = {"messages": [{"role": "user", "content": "a", "note": 1}]}
    assert lift(real, turns, named) == {
        "messages": [{"role": "user", "name": "mara", "content": ["a"], "note": 1}],
        "secret": 1,
    }
    worded = {"messages": [{"role": "user", "content": "b"}]}
    assert lift(real, turns, worded)["messages"] == [{"role": "user", "name": "mara", "content": "b"}]


def test_an_edit_of_the_words_leaves_parts_that_are_no_text() -> None:
    thought = {"type": "reasoning", "value": "Hm."}
    real = {"messages": [{"role": "assistant", "content": [thought, {"type": "text", "value": "a"}]}]}
    turns = {"messages": [{"role": "assistant", "content": "a", "reasoning_content": "Hm."}]}
    theirs = {"messages": [{"role": "assistant", "content": "b"}]}

    assert lift(real, turns, theirs)["messages"][0]["content"] == [thought, {"type": "text", "value": "b"}]


def test_a_missing_key_is_a_deletion_unless_programs_drop_it() -> None:
    real = {"messages": [{"role": "user", "content": "a", "weight": 1}], "x": 1}
    theirs = {"messages": [{"role": "user", "content": "b"}]}

    assert lift(real, real, theirs) == theirs
    assert lift(real, real, theirs, lambda key, value: True) == {
        "messages": [{"role": "user", "content": "b", "weight": 1}],
        "x": 1,
    }


def test_tags_that_were_not_told_stay_beside_edited_ones() -> None:
    real, output = {"tags": ["恋愛", "night", "old"]}, {"tags": ["night", "old"]}

    assert lift(real, output, {"tags": ["new", "night"]}) == {"tags": ["恋愛", "new", "night"]}


def test_messages_taken_out_are_gone() -> None:
    real = {"messages": [{"role": "user", "content": t, "name": "m"} for t in ("one", "two", "three")]}
    turns = {"messages": [{"role": "user", "content": t} for t in ("one", "two", "three")]}

    kept = lift(real, turns, {"messages": turns["messages"][::2]})

    assert kept == {"messages": real["messages"][::2]}
