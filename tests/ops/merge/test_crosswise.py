"""Branches that merged each other crosswise merge again as git merges them, and nothing is lost."""

import itertools
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from talekeep.core import codec
from talekeep.ops.history import branches
from talekeep.ops.history import commit
from talekeep.ops.merge import merge
from talekeep.ops.merge import resolve
from talekeep.store.dataset import Dataset

pytestmark = pytest.mark.slow

WORDS = ["rope", "lamp", "harbor", "gull", "letter", "storm", "tide", "keel", "bell", "watch", "salt", "oar"]


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each commit a second after the one before it."""
    ticks = itertools.count(1_700_000_000)
    monkeypatch.setattr("talekeep.store.dataset.time", SimpleNamespace(time=lambda: next(ticks)))


class Two:
    """A dataset with the branches `main` and `side`, changed word by word."""

    def __init__(self, dataset: Dataset, seed: int) -> None:
        self.dataset, self.dice = dataset, random.Random(seed)
        self.new = (f"zq{n}" for n in itertools.count())
        self.words: dict[str, list[str]] = {"main": [], "side": []}

    def lines(self) -> tuple[Path, list[dict[str, Any]]]:
        (part,) = sorted((self.dataset.path / "entries").rglob("*.jsonl"))
        return part, [json.loads(line) for line in part.read_bytes().split(b"\n")[:-1]]

    def put(self, branch: str, entry: int, message: int, word: str) -> None:
        """Put one new word into one message on one branch."""
        branches.switch(self.dataset, branch) if self.branch != branch else None
        part, entries = self.lines()
        words = entries[entry]["messages"][message]["content"].split(" ")
        words[{"main": 2, "side": 18}.get(word[:4], 10)] = word
        entries[entry]["messages"][message]["content"] = " ".join(words)
        part.write_bytes(b"".join(codec.encode(e) for e in entries))
        commit.commit(self.dataset, word)

    def edit(self, branch: str) -> None:
        """Change a word that only this branch changes: nothing to decide in any merge."""
        word = f"{branch}{next(self.new)}"
        count = len(self.lines()[1])
        self.put(branch, self.dice.randrange(count), self.dice.randrange(3), word)
        self.words[branch].append(word)

    @property
    def branch(self) -> str:
        return str(self.dataset.repo.head_ref()).removeprefix("refs/heads/")

    def cross(self, choice: Callable[[str], str] = lambda branch: "ours") -> None:
        """Each branch merges what the other was before."""
        tips = {name: str(self.dataset.repo.ref(f"refs/heads/{name}")) for name in ("main", "side")}
        for branch, other in (("main", "side"), ("side", "main")):
            branches.switch(self.dataset, branch) if self.branch != branch else None
            result = merge.merge(self.dataset, tips[other])
            if not result.done:
                resolve.resolve(self.dataset, resolve.choose_side(choice(branch)))
                commit.commit(self.dataset)

    def both_ways(self, git: Any, tmp_path: Path) -> merge.Merged:
        """Merge `side` into `main` by git and by Talekeep; the same comes of it."""
        branches.switch(self.dataset, "main") if self.branch != "main" else None
        other = shutil.copytree(self.dataset.path, tmp_path / f"by-git-{next(self.new)}")
        code = git("merge", "-q", "--no-edit", "side", cwd=other).code

        result = merge.merge(self.dataset, "side")

        assert code == int(not result.done)
        for what in (["ls-files", "-s"], ["status", "--porcelain"]):
            assert git(*what, cwd=other).out == git(*what, cwd=self.dataset.path, check=0).out
        mine, yours = ((d / "entries").rglob("*.jsonl") for d in (self.dataset.path, other))
        assert [p.read_bytes() for p in sorted(mine)] == [p.read_bytes() for p in sorted(yours)]
        git("fsck", "--strict", cwd=self.dataset.path, check=0)
        return result


@pytest.fixture
def two(dataset, take) -> Callable[[int], Two]:
    def build(seed: int) -> Two:
        dice = random.Random(seed)
        roles = ("user", "assistant", "user")
        take(
            [
                {"messages": [{"role": r, "content": " ".join(dice.choices(WORDS, k=24))} for r in roles]}
                for _ in range(4)
            ]
        )
        branches.create_branch(dataset, "side")
        return Two(dataset, seed)

    return build


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 30))])
def test_random_crosswise_histories_merge_as_by_git_and_lose_nothing(seed: int, two, git, tmp_path) -> None:
    made = two(seed)
    for _ in range(made.dice.randint(1, 3)):
        for branch in ["main", "side", *made.dice.choices(["main", "side"], k=made.dice.randint(0, 2))]:
            made.edit(branch)
        made.cross()
    for branch in ("main", "side"):
        made.edit(branch)
    tips = [made.dataset.repo.ref(f"refs/heads/{name}") for name in ("main", "side")]
    expected = git("merge-base", "--all", *tips, cwd=made.dataset.path, check=0).out.split()

    result = made.both_ways(git, tmp_path)

    assert result.done
    assert len(expected) == 2
    text = json.dumps(made.lines()[1])
    for words in made.words.values():
        # A later word may stand in the place of an earlier one of the same branch.
        assert words[-1] in text


@pytest.mark.parametrize(
    ("main", "side", "clash"), [("ours", "theirs", False), ("ours", "ours", True), ("both", "both", True)]
)
def test_a_conflict_settled_on_both_branches_is_only_asked_again_where_they_differ(
    main: str, side: str, clash: bool, two, git, tmp_path
) -> None:
    made = two(5)
    made.put("main", 1, 1, "Mine")
    made.put("side", 1, 1, "Yours")
    made.cross(lambda branch: {"main": main, "side": side}[branch])
    made.edit("main")
    made.edit("side")

    result = made.both_ways(git, tmp_path)

    assert bool(result.conflicts) is clash
    text = json.dumps(made.lines()[1])
    assert "Mine" in text
    assert ("Yours" in text) is clash
    assert result.findings == []


def test_an_edit_taken_back_after_a_crosswise_merge_stays_taken_back(two, git, tmp_path) -> None:
    made = two(6)
    before = made.lines()[1][0]["messages"][0]["content"].split(" ")[2]
    made.edit("side")
    made.put("main", 0, 0, "main-edit")
    made.edit("main")
    made.cross()
    made.edit("side")
    branches.switch(made.dataset, "main")
    part, _ = made.lines()
    part.write_bytes(part.read_bytes().replace(b"main-edit", before.encode()))
    commit.commit(made.dataset, "Taken back")

    result = made.both_ways(git, tmp_path)

    assert result.done
    assert "main-edit" not in json.dumps(made.lines()[1])


def test_a_preview_of_a_crosswise_merge_writes_nothing(two) -> None:
    made = two(7)
    made.put("main", 1, 1, "Mine")
    made.put("side", 1, 1, "Yours")
    made.cross()
    branches.switch(made.dataset, "main")
    objects = sorted((made.dataset.path / ".git/objects").rglob("*"))

    looked = merge.merge(made.dataset, "side", preview=True)

    assert looked.conflicts
    assert sorted((made.dataset.path / ".git/objects").rglob("*")) == objects
