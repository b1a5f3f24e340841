"""Alternatives follow their messages through merges, undo, hand edits and resolved conflicts."""

import json

import pytest

from talekeep.core.codec import digest
from talekeep.core.entry_edit.alternatives import by_message
from talekeep.ops.entries import split_join
from talekeep.ops.history import branches
from talekeep.ops.history import commit
from talekeep.ops.merge import merge
from talekeep.ops.merge import resolve
from talekeep.ops.merge import undo

LINES = [
    f"The lamp was lit on evening {n}, and the sea was {w}."
    for n, w in enumerate(("calm", "high", "grey", "dark"))
]


@pytest.fixture
def spoken(dataset, take):
    """One entry of four exchanges, the third reply with an alternative, and a branch `side`."""
    messages = [
        m
        for n, line in enumerate(LINES)
        for m in ({"role": "user", "content": f"And then, {n}?"}, {"role": "assistant", "content": line})
    ]
    take(
        [
            {"messages": messages},
            {
                "messages": [
                    {"role": "user", "content": "Far off."},
                    {"role": "assistant", "content": "Gulls."},
                ]
            },
        ]
    )
    (entry, _) = (line.value for line in dataset.now().entries())
    annotate(
        dataset,
        entry["id"],
        [
            {
                "of": digest(messages[5]),
                "kind": "swipe",
                "messages": [{"role": "assistant", "content": "Late."}],
            }
        ],
    )
    branches.create_branch(dataset, "side")
    return dataset


def annotate(dataset, name, alternatives):
    (file,) = (dataset.path / "sidecars").rglob("*.jsonl")
    lines = [json.loads(line) for line in file.read_bytes().splitlines()]
    lines = [{**line, "alternatives": alternatives} if line["id"] == name else line for line in lines]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    commit.commit(dataset, "Keep another reply")


def on_side(dataset, change):
    branches.switch(dataset, "side")
    change()
    branches.switch(dataset, "main")


def held(dataset):
    """The message each alternative is of, with its text, by the number of its entry."""
    now = dataset.now()
    rows = []
    for part in now.parts():
        sidecars = now.sidecars(part)
        for line in now.lines(part):
            entry = line.value
            for place, others in by_message(entry, sidecars.get(entry["id"], {})).items():
                rows += [(entry["messages"][place]["content"], o["messages"][0]["content"]) for o in others]
    return rows


def first(dataset):
    return next(line.value["id"] for line in dataset.now().entries())


def by_hand(dataset, edit, old, new):
    edit(old, new)
    commit.commit(dataset, "By hand")


def test_it_follows_an_edit_by_hand(spoken, edit):
    by_hand(spoken, edit, "sea was grey", "sea was green")
    assert held(spoken) == [(LINES[2].replace("grey", "green"), "Late.")]


def test_it_follows_edits_of_both_sides(spoken, edit):
    on_side(spoken, lambda: by_hand(spoken, edit, "sea was grey", "sea was green"))
    by_hand(spoken, edit, "The lamp was lit on evening 2", "A lamp was lit on evening 2")
    result = merge.merge(spoken, "side")
    assert result.conflicts == []
    assert held(spoken) == [("A lamp was lit on evening 2, and the sea was green.", "Late.")]


def test_it_goes_to_the_part_that_the_other_side_split_off(spoken, edit):
    on_side(spoken, lambda: by_hand(spoken, edit, "sea was grey", "sea was green"))
    split_join.split(spoken, [1], [first(spoken)])
    result = merge.merge(spoken, "side")
    assert result.conflicts == []
    assert held(spoken) == [("The lamp was lit on evening 2, and the sea was green.", "Late.")]


def test_one_that_was_added_while_the_entry_was_split_goes_to_the_part(spoken):
    entry = next(line.value for line in spoken.now().entries())
    both = [
        {
            "of": digest(entry["messages"][n]),
            "kind": "swipe",
            "messages": [{"role": "assistant", "content": text}],
        }
        for n, text in ((1, "Soon."), (5, "Late."), (7, "Never."))
    ]
    on_side(spoken, lambda: annotate(spoken, entry["id"], both))
    split_join.split(spoken, [1], [entry["id"]])
    result = merge.merge(spoken, "side")
    assert result.conflicts == []
    assert held(spoken) == [(LINES[0], "Soon."), (LINES[2], "Late."), (LINES[3], "Never.")]


def test_one_added_beside_an_edit_of_its_message_is_of_the_edited_one(spoken, edit):
    entry = next(line.value for line in spoken.now().entries())
    one = {
        "of": digest(entry["messages"][1]),
        "kind": "swipe",
        "messages": [{"role": "assistant", "content": "Soon."}],
    }
    on_side(spoken, lambda: annotate(spoken, entry["id"], [one]))
    by_hand(spoken, edit, "sea was calm", "sea was still")
    assert merge.merge(spoken, "side").conflicts == []
    assert held(spoken) == [(LINES[0].replace("calm", "still"), "Soon.")]


def test_it_goes_along_when_entries_are_joined(spoken, edit):
    on_side(spoken, lambda: by_hand(spoken, edit, "sea was grey", "sea was green"))
    names = [line.value["id"] for line in spoken.now().entries()]
    split_join.join(spoken, list(reversed(names)))
    assert merge.merge(spoken, "side").conflicts == []
    assert held(spoken) == [(LINES[2].replace("grey", "green"), "Late.")]


def test_an_undo_of_a_split_brings_it_back_with_its_edited_message(spoken, edit):
    split_join.split(spoken, [1], [first(spoken)])
    by_hand(spoken, edit, "sea was grey", "sea was green")
    undo.undo(spoken, "HEAD~1")
    assert held(spoken) == [(LINES[2].replace("grey", "green"), "Late.")]
    assert len([*spoken.now().entries()]) == 2


def test_an_undo_of_a_join_gives_it_back_to_its_entry(spoken, edit):
    names = [line.value["id"] for line in spoken.now().entries()]
    split_join.join(spoken, list(reversed(names)))
    by_hand(spoken, edit, "sea was grey", "sea was green")
    undo.undo(spoken, "HEAD~1")
    assert held(spoken) == [(LINES[2].replace("grey", "green"), "Late.")]
    assert sorted(line.value["id"] for line in spoken.now().entries()) == sorted(names)


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_it_is_of_the_side_that_was_chosen(spoken, edit, side):
    on_side(spoken, lambda: by_hand(spoken, edit, "sea was grey", "sea was green"))
    by_hand(spoken, edit, "sea was grey", "sea was black")
    assert merge.merge(spoken, "side").conflicts
    resolve.resolve(spoken, resolve.choose_side(side))
    commit.commit(spoken, "Settled")
    word = {"ours": "black", "theirs": "green"}[side]
    assert held(spoken) == [(LINES[2].replace("grey", word), "Late.")]
