"""Days of work on real files: every editing verb in random order, then all of it undone, to the byte."""

import random
from collections import Counter

import pytest

from talekeep.core import script
from talekeep.core.codec import digest
from talekeep.core.entry import exchanges_of
from talekeep.ops import checking
from talekeep.ops import undoing
from talekeep.ops.editing import add
from talekeep.ops.editing import begin
from talekeep.ops.editing import save
from talekeep.ops.replacing import Search
from talekeep.ops.replacing import replace
from talekeep.ops.shaping import duplicate
from talekeep.ops.shaping import join
from talekeep.ops.shaping import remove
from talekeep.ops.shaping import split
from talekeep.ops.system_prompts import set_system

FILES = ("rolethread/group_chat/group_chat.incoming.jsonl", "real/sharegpt-toolcalls.json")


class Day:
    """One verb after the other on entries chosen by dice; `said` counts the messages after each."""

    def __init__(self, dataset, seed):
        self.dataset, self.dice = dataset, random.Random(seed)

    def entries(self):
        return {line.value["id"]: line.value for line in self.dataset.now().entries()}

    def said(self):
        """Every message with all its keys."""
        found = Counter()
        for entry in self.entries().values():
            found.update(map(digest, entry["messages"]))
        return found

    def some(self, count):
        return self.dice.sample(sorted(self.entries()), count)

    def work(self):
        making = (self.add, self.edit, self.replace, self.duplicate, self.split, self.system)
        fewer = (self.remove, self.join) if len(self.entries()) > 6 else ()
        return self.dice.choice((*making, *fewer))()

    def add(self):
        spoken = [
            {"role": "user", "name": "wren", "content": f"And then, {self.dice.random()}?", "weight": 0}
        ]
        return add(self.dataset, [{"messages": spoken, "mood": "calm"}], system="Night.", tags=["new"])

    def edit(self):
        (name,) = self.some(1)
        base = begin(self.dataset, name)
        entry = script.parse(script.render(base))
        entry["messages"][-1]["content"] = f"Said again, {self.dice.random()}."
        return save(self.dataset, base, entry)

    def replace(self):
        return replace(self.dataset, Search(self.dice.choice("aeiou")), "é", self.some(3))

    def duplicate(self):
        before = self.said()
        done = duplicate(self.dataset, self.some(2))
        assert set(self.said()) == set(before)
        return done

    def remove(self):
        return remove(self.dataset, self.some(1))

    def split(self):
        before = self.said()
        long = [name for name, entry in self.entries().items() if exchanges_of(entry) > 1]
        if not long:
            return self.edit()
        done = split(self.dataset, [1], [self.dice.choice(long)])
        after = self.said()
        assert (set(after), before - after) == (set(before), Counter())
        return done

    def join(self):
        names, before = self.some(2), self.said()
        done = join(self.dataset, names, keep_prompts=True, take_first=True)
        assert set(self.said()) == set(before)
        return done

    def system(self):
        return set_system(self.dataset, f"Night {self.dice.random()}.", self.some(2))


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "count"), [(1, 20), (2, 200)])
@pytest.mark.parametrize("name", FILES)
def test_a_day_of_editing_is_sound_and_can_be_undone_step_by_step(
    dataset, take, shared, git, name, seed, count
):
    take(shared / name)
    ids = [line.value["id"] for line in dataset.now().entries()]
    if len(ids) > 60:
        remove(dataset, ids[60:])
    first = dataset.head_tree()
    day, trees = Day(dataset, seed), []
    while len(trees) < count:
        before = dataset.head_tree()
        if day.work().commit:
            trees.append(before)
        assert not dataset.now().differing(dataset.of_tree(dataset.head_tree()))
    assert checking.validate(dataset, dataset.now()).counts["error"] == 0
    for tree in reversed(trees):
        undoing.undo(dataset)
        assert dataset.head_tree() == tree
    assert dataset.head_tree() == first
    git("fsck", "--full", "--strict", "--no-dangling", cwd=dataset.path, check=0)
