"""Random evenings in RoleThread Lite beside random edits here.

The import takes what was done there, keeps what was done here, and asks only where both did something to the
same thing.
"""

import random
from pathlib import Path
from typing import Any

import pytest
from tests.ops.exchange.rolethread_lite import RoleThread

from talekeep.core import codec
from talekeep.ops.entries import split_join
from talekeep.ops.exchange.incoming import import_files
from talekeep.ops.history import commit as commit_op
from talekeep.ops.merge import resolve

WORDS = ["salt", "harbour", "lamp", "rope", "fog", "keeper", "storm", "gull", "bell", "tide", "mast"]


class Evening:
    """Random edits on either side; `touched` are the entries that a side did something to."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.dice, self.rtl = random.Random(seed), RoleThread(folder)
        for name in ("mara", "kai"):
            self.rtl.character(name)
        for _ in range(8):
            self._create()

    def words(self, count: int = 9) -> str:
        return " ".join(self.dice.choice(WORDS) for _ in range(count)) + f" {self.dice.random():.8f}"

    def _create(self) -> None:
        texts = [self.words() for _ in range(2 * self.dice.randint(1, 4))]
        speakers = {
            i: self.dice.choice(["mara", "kai"]) for i in range(1, len(texts)) if self.dice.random() < 0.5
        }
        self.rtl.add(*texts, tags=(self.dice.choice(WORDS),), speakers=speakers)

    def there(self, free: list[str]) -> set[str]:
        """A session in RoleThread Lite on entries of `free`; returns those it touched."""
        touched: set[str] = set()
        for _ in range(self.dice.randint(1, 6)):
            own = [one for one in free if one in self.rtl.speakers]
            step = self.dice.choice(
                [self._say, self._tag, self._speaker, self._delete, self._split, self._join]
            )
            if own and self.dice.random() < 0.85:
                touched |= step(own)
            else:
                self._create()
        return touched

    def _say(self, own: list[str]) -> set[str]:
        one = self.dice.choice(own)
        self.dice.choice(self.rtl.of(one)["messages"])["content"] = self.words()
        return {one}

    def _tag(self, own: list[str]) -> set[str]:
        one = self.dice.choice(own)
        self.rtl.of(one)["tags"] = self.dice.sample(WORDS, self.dice.randint(0, 3))
        return {one}

    def _speaker(self, own: list[str]) -> set[str]:
        one = self.dice.choice(own)
        place = self.dice.randrange(1, len(self.rtl.of(one)["messages"]))
        if place in self.rtl.speakers[one]:
            del self.rtl.speakers[one][place]
        else:
            self.rtl.speakers[one][place] = self.dice.choice(["mara", "kai"])
        return {one}

    def _delete(self, own: list[str]) -> set[str]:
        one = self.dice.choice(own)
        self.rtl.entries.remove(self.rtl.of(one))
        del self.rtl.speakers[one]
        return {one}

    def _split(self, own: list[str]) -> set[str]:
        long = [one for one in own if len(self.rtl.of(one)["messages"]) >= 5]
        if long:
            one = self.dice.choice(long)
            self.rtl.split(one, 1)
            return {one}
        return set()

    def _join(self, own: list[str]) -> set[str]:
        if len(own) > 1:
            pair = self.dice.sample(own, 2)
            self.rtl.join(*pair)
            return set(pair)
        return set()


def stored(dataset: Any) -> dict[str, Any]:
    return {line.value["id"]: line.value for line in dataset.now().entries()}


def edit_here(dataset: Any, evening: Evening, ids: list[str]) -> set[str]:
    """Random edits of ours on these entries, each committed; returns those that were touched."""
    touched = set()
    for one in ids:
        kind = evening.dice.choice(["text", "tag", "remove", "split"])
        entry = stored(dataset)[one]
        if kind == "split" and len(entry["messages"]) >= 5:
            split_join.split(dataset, [1], [one])
        elif kind == "remove":
            rewrite(dataset, one, None)
        else:
            changed = {**entry, "tags": [*entry["tags"], "ours"]}
            if kind == "text":
                last = {**entry["messages"][-1], "content": evening.words()}
                changed = {**entry, "messages": [*entry["messages"][:-1], last]}
            rewrite(dataset, one, changed)
        touched.add(one)
    return touched


def rewrite(dataset: Any, one: str, entry: dict[str, Any] | None) -> None:
    for part in sorted((dataset.path / "entries").rglob("*.jsonl")):
        lines = part.read_bytes().splitlines(keepends=True)
        mark = f'"id":"{one}"'.encode()
        ours = b"" if entry is None else codec.encode(entry)
        new = [ours if mark in line else line for line in lines]
        part.write_bytes(b"".join(new))
    commit_op.commit(dataset, "Edit")


SEEDS = [pytest.param(seed, marks=[] if seed < 3 else [pytest.mark.slow]) for seed in range(40)]


@pytest.mark.parametrize("seed", SEEDS)
def test_where_nothing_was_done_here_the_dataset_is_what_rolethread_has(
    dataset, tmp_path: Path, seed: int
) -> None:
    evening = Evening(seed, tmp_path / "rtl")
    import_files.import_files(dataset, [evening.rtl.save()])
    for _ in range(3):
        evening.there([*evening.rtl.speakers])

        result = import_files.import_files(dataset, [evening.rtl.save()])

        assert (result.conflicts, result.refused) == ([], [])
        assert stored(dataset) == evening.rtl.as_stored()


@pytest.mark.parametrize("seed", SEEDS)
def test_edits_of_different_entries_come_together_without_a_question(
    dataset, tmp_path: Path, seed: int
) -> None:
    evening = Evening(seed, tmp_path / "rtl")
    import_files.import_files(dataset, [evening.rtl.save()])
    ours: set[str] = set()
    for _ in range(3):
        free = [one for one in evening.rtl.speakers if one in stored(dataset) and one not in ours]
        ours |= edit_here(dataset, evening, evening.dice.sample(free, min(2, len(free))))
        before = stored(dataset)
        known = set(evening.rtl.speakers)
        evening.there([one for one in evening.rtl.speakers if one not in ours])

        result = import_files.import_files(dataset, [evening.rtl.save()])

        assert result.conflicts == []
        theirs = {one: e for one, e in evening.rtl.as_stored().items() if one not in ours}
        now = stored(dataset)
        assert {one: now.get(one) for one in theirs} == theirs
        rest = {one: e for one, e in before.items() if one in ours or one not in known}
        assert {one: e for one, e in now.items() if one not in theirs} == rest


@pytest.mark.parametrize("seed", SEEDS)
def test_a_conflict_is_of_an_entry_that_both_changed_and_has_a_way_out(
    dataset, tmp_path: Path, seed: int
) -> None:
    evening = Evening(seed, tmp_path / "rtl")
    import_files.import_files(dataset, [evening.rtl.save()])
    ours = edit_here(dataset, evening, evening.dice.sample([*evening.rtl.speakers], 4))
    before, known = stored(dataset), {*evening.rtl.speakers}
    touched = evening.there([*evening.rtl.speakers])
    made = evening.rtl.speakers.keys() - known

    result = import_files.import_files(dataset, [evening.rtl.save()])

    # A half or a join has a new id; it may carry a question about an entry that both touched.
    both = ours & touched
    assert not result.conflicts or both
    assert {c.entry for c in result.conflicts} <= both | made | (before.keys() - known)
    theirs, now = evening.rtl.as_stored(), stored(dataset)
    alone = touched - ours
    assert {one: now.get(one) for one in alone if one in theirs} == {
        i: theirs[i] for i in alone if i in theirs
    }
    if result.conflicts:
        resolve.resolve(dataset, resolve.choose_side("ours"))
        commit_op.commit(dataset, "Settled")
    again = import_files.import_files(dataset, [evening.rtl.save()])
    assert (again.conflicts, again.commit) == ([], None)
