"""Random histories: edits, branches, merges, rebases, undo and redo in any order, and nothing is lost."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine
from hypothesis.stateful import initialize
from hypothesis.stateful import invariant
from hypothesis.stateful import precondition
from hypothesis.stateful import rule
from hypothesis.stateful import run_state_machine_as_test

from talekeep.core import codec
from talekeep.core.entry import exchanges_of
from talekeep.core.errors import Negative
from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.ops.entries import split_join
from talekeep.ops.history import branches
from talekeep.ops.history import commit
from talekeep.ops.library import assign_speakers
from talekeep.ops.library import vocabulary
from talekeep.ops.merge import merge as merge_op
from talekeep.ops.merge import resolve
from talekeep.ops.merge import undo as undo_op
from talekeep.ops.project import init
from talekeep.ops.quality import repair as repair_op
from talekeep.ops.workspace import validation
from talekeep.store.dataset import Dataset

NAMES = ("main", "side", "other")
TAGS = ("night", "storm", "calm")
OPERATIONS = ("commit", "split", "join", "tag rename", "tag merge", "assign", "repair")


class Histories(RuleBasedStateMachine):
    """`whole` are the entries nobody ever removed, undid or chose against, by branch."""

    def __init__(self) -> None:
        super().__init__()
        self.top = Path(mkdtemp(prefix="talekeep-histories-"))
        init.init(self.top / "harbor")
        self.dataset = Dataset.open(self.top / "harbor")
        self.count = 0
        self.kept: dict[str, set[str]] = {}

    def teardown(self) -> None:
        fsck = self.git("fsck", "--full", "--strict")
        self.dataset.close()
        shutil.rmtree(self.top)
        assert fsck.returncode == 0, fsck.stderr

    def git(self, *words: str) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(["git", *words], cwd=self.dataset.path, capture_output=True, check=False)

    @property
    def branch(self) -> str:
        return str(branches.branches(self.dataset).current)

    @property
    def ids(self) -> set[str]:
        return {line.value["id"] for line in self.dataset.now().entries()}

    def lines(self) -> Iterator[tuple[Path, list[dict[str, Any]]]]:
        for part in sorted((self.dataset.path / "entries").rglob("*.jsonl")):
            yield part, [json.loads(line) for line in part.read_bytes().split(b"\n")[:-1]]

    @initialize()
    def begin(self) -> None:
        part = self.dataset.path / "entries/0000/00000-aaaa.jsonl"
        part.parent.mkdir(parents=True)
        part.write_bytes(b"".join(codec.encode(self.fresh()) for _ in range(5)))
        commit.commit(self.dataset, "Begin")
        for name in NAMES[1:]:
            branches.create_branch(self.dataset, name)
        self.kept = {name: self.ids | set() for name in NAMES}

    def fresh(self) -> dict[str, Any]:
        self.count += 1
        text = " ".join(f"n{self.count}w{word}" for word in range(12))
        messages = [
            {"role": role, "content": f"{words} {text}"}
            for role, words in (("user", "One"), ("assistant", "To"), ("user", "Two"), ("assistant", "And"))
        ]
        return {"id": f"{self.count:08x}-0000-4000-8000-000000000000", "messages": messages, "tags": []}

    @rule(which=st.integers(0, 50), message=st.integers(0, 3), word=st.integers(0, 11), whole=st.booleans())
    def edit(self, which: int, message: int, word: int, whole: bool) -> None:
        for part, entries in self.lines():
            if entries:
                self.count += 1
                messages = entries[which % len(entries)]["messages"]
                output = messages[message % len(messages)]
                words = output["content"].split(" ")
                words[word % len(words)] = f"e{self.count}"
                output["content"] = f"All new, e{self.count}." if whole else " ".join(words)
                part.write_bytes(b"".join(codec.encode(e) for e in entries))
        commit.commit(self.dataset, "Edit")

    @rule(tag=st.sampled_from(TAGS), which=st.integers(0, 50))
    def tag(self, tag: str, which: int) -> None:
        for part, entries in self.lines():
            if entries and tag not in entries[which % len(entries)]["tags"]:
                entries[which % len(entries)]["tags"].append(tag)
                part.write_bytes(b"".join(codec.encode(e) for e in entries))
        commit.commit(self.dataset, "Tag")

    @rule(first=st.booleans())
    def add(self, first: bool) -> None:
        part, entries = next(self.lines())
        new = self.fresh()
        entries.insert(0 if first else len(entries), new)
        part.write_bytes(b"".join(codec.encode(e) for e in entries))
        commit.commit(self.dataset, "Add")
        self.kept[self.branch].add(new["id"])

    @rule(which=st.integers(0, 50))
    def remove(self, which: int) -> None:
        for part, entries in self.lines():
            if len(entries) > 2:
                self.forget(entries.pop(which % len(entries))["id"])
                part.write_bytes(b"".join(codec.encode(e) for e in entries))
        commit.commit(self.dataset, "Remove")

    @rule(which=st.integers(0, 50))
    def split(self, which: int) -> None:
        long = [e["id"] for _, entries in self.lines() for e in entries if exchanges_of(e) > 1]
        if long:
            made = split_join.split(self.dataset, [1], [long[which % len(long)]]).made
            self.kept[self.branch].update(made)

    @rule(first=st.integers(0, 50), second=st.integers(0, 50))
    def join(self, first: int, second: int) -> None:
        ids = sorted(self.ids)
        names = {ids[first % len(ids)], ids[second % len(ids)]}
        if len(names) == 2 and len(ids) > 2:
            self.forget(*split_join.join(self.dataset, sorted(names), take_first=True).retired)

    @rule(old=st.sampled_from(TAGS), new=st.sampled_from([*TAGS, "dusk", "dawn"]), one=st.booleans())
    def rename_tag(self, old: str, new: str, one: bool) -> None:
        before = self.ids, self.dataset.repo.head()
        try:
            if one:
                vocabulary.merge(self.dataset, [old], new)
            else:
                vocabulary.rename(self.dataset, old, new)
        except (NotFound, Refused, Usage):
            assert self.dataset.repo.head() == before[1]
        assert self.ids == before[0]

    @rule(which=st.integers(0, 50), message=st.integers(1, 2), who=st.sampled_from(["mara", "wren", ""]))
    def assign(self, which: int, message: int, who: str) -> None:
        ids = sorted(self.ids)
        assign_speakers.assign(self.dataset, {message: who}, [ids[which % len(ids)]], create=True)

    @rule(which=st.integers(0, 50))
    def repair(self, which: int) -> None:
        """Something to mend by hand (a space at the end, a tag twice), then mended."""
        part, entries = next(self.lines())
        if entries:
            entry = entries[which % len(entries)]
            entry["messages"][0]["content"] += " "
            entry["tags"] = [*entry["tags"], "Storm", "STORM"]
            part.write_bytes(b"".join(codec.encode(e) for e in entries))
        commit.commit(self.dataset, "By hand")
        repair_op.repair(self.dataset)
        assert repair_op.repair(self.dataset).repairs == []

    def forget(self, *gone: str) -> None:
        for kept in self.kept.values():
            kept.difference_update(gone)

    @rule(name=st.sampled_from(NAMES))
    def switch(self, name: str) -> None:
        branches.switch(self.dataset, name)

    @rule(name=st.sampled_from(NAMES), side=st.sampled_from(["ours", "theirs"]), by_git=st.booleans())
    def merge(self, name: str, side: str, by_git: bool) -> None:
        if by_git:
            result = self.git("merge", "-q", "--no-edit", name).returncode == 0
        else:
            result = merge_op.merge(self.dataset, name).done
        self.kept[self.branch] |= self.kept[name]
        if not result:
            before = self.ids
            resolve.resolve(self.dataset, resolve.choose_side(side))
            self.forget(*(before - self.ids))
            commit.commit(self.dataset)

    @rule(name=st.sampled_from(NAMES))
    def abort(self, name: str) -> None:
        before = self.ids, self.dataset.repo.head()
        if not merge_op.merge(self.dataset, name, preview=True).done:
            merge_op.merge(self.dataset, name)
            merge_op.abort(self.dataset)
            assert (self.ids, self.dataset.repo.head()) == before

    @rule(name=st.sampled_from(NAMES))
    def rebase(self, name: str) -> None:
        before = self.ids
        if self.git("rebase", "-q", name).returncode:
            self.git("rebase", "--abort")
            assert self.ids == before
        else:
            self.kept[self.branch] |= self.kept[name]

    @rule(number=st.integers(0, 5))
    def undo(self, number: int) -> None:
        items = [o for o in undo_op.operations(self.dataset) if not o.undone and o.operation in OPERATIONS]
        if items[:-1]:
            self.reverse(lambda: undo_op.undo(self.dataset, items[:-1][number % len(items[:-1])].id))

    @precondition(lambda self: self.kept)
    @rule()
    def redo(self) -> None:
        self.reverse(lambda: undo_op.redo(self.dataset))

    def reverse(self, doing: Any) -> None:
        before = self.ids, self.dataset.repo.head()
        try:
            doing()
        except (Negative, Refused):
            assert (self.ids, self.dataset.repo.head()) == before
        self.forget(*(before[0] - self.ids))
        # What came back counts again; what another branch removed does not by standing here still.
        self.kept[self.branch] |= self.ids - before[0]

    @invariant()
    def all_is_well(self) -> None:
        if self.kept:
            assert self.kept[self.branch] <= self.ids
            assert validation.validate_at(self.dataset).counts["error"] == 0
            assert self.git("status", "--porcelain").stdout == b""


def run(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )  # fmt: skip


pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not on PATH")


def test_random_histories_lose_nothing() -> None:
    run(6, 15)


@pytest.mark.slow
def test_many_random_histories_lose_nothing() -> None:
    run(50, 40)
