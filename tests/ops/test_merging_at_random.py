"""Random merges against a slow reference that knows what was meant: nothing lost, no false conflict.

The reference works from intentions (this word of that message, this message gone), never from a diff. Every
word it puts in occurs nowhere else, so what became of it can be counted.
"""

import itertools
import json
import random
import shutil
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any

import pytest

from talekeep.core import codec
from talekeep.core.entry import CONFLICT_KEY
from talekeep.ops import branches
from talekeep.ops import checking
from talekeep.ops import conflicts
from talekeep.ops import history
from talekeep.ops import imports
from talekeep.ops import merging
from talekeep.store.dataset import Dataset

SLOW = pytest.mark.slow
# Entries of the large dataset of real conversations.
ENOUGH = 5000
# What a side may do to an entry, and how often. A new kind is a row here, a branch in `invent` and
# `applied`, a case in `clashes`; what takes more than one entry (join) is for `World.carry_out`.
KINDS = {"edit": 6, "two": 3, "insert": 2, "delete": 1, "tag": 2, "untag": 1, "gone": 1}


@dataclass
class Intent:
    """What one side means to do to one entry."""

    edits: dict[int, tuple[int, str]] = field(default_factory=dict)
    insert: tuple[int, str] | None = None
    delete: int | None = None
    tag: str | None = None
    untag: str | None = None
    gone: bool = False

    @property
    def words(self) -> list[str]:
        new = [word for _, word in self.edits.values()]
        return [*new, *([self.insert[1]] if self.insert else []), *([self.tag] if self.tag else [])]


def chunks(message: dict[str, Any]) -> list[str]:
    return message["content"].split(" ")


def editable(entry: dict[str, Any]) -> list[int]:
    """Messages long enough that one word is little of them, and unlike all others of the entry."""
    texts = [json.dumps(m, sort_keys=True) for m in entry["messages"]]
    return [
        n
        for n, m in enumerate(entry["messages"])
        if isinstance(m.get("content"), str)
        and texts.count(texts[n]) == 1
        and len(spots(m)) >= 10
        and max(map(len, chunks(m))) * 5 < len(m["content"])
    ]


def spots(message: dict[str, Any]) -> list[int]:
    """Places of plain words: what stands there and beside it is one word each for anybody."""
    return [n for n, chunk in enumerate(chunks(message)) if chunk.isascii() and chunk.isalpha()]


def invent(dice: random.Random, entry: dict[str, Any], new: Iterator[str]) -> Intent:
    kind = dice.choices([*KINDS], [*KINDS.values()])[0]
    free = editable(entry)
    meant = Intent(gone=kind == "gone")
    if kind in ("edit", "two", "insert", "delete"):
        for number in dice.sample(free, min(len(free), 2 if kind == "two" else 1)):
            meant.edits[number] = (dice.choice(spots(entry["messages"][number])), next(new))
    if kind == "insert":
        meant.insert = (dice.randint(0, len(entry["messages"])), f"{next(new)}")
    elif kind == "delete" and len(entry["messages"]) > 2 and free:
        meant.delete = dice.choice(free)
        meant.edits.pop(meant.delete, None)
    elif kind == "tag":
        meant.tag = next(new)
    elif kind == "untag" and entry.get("tags"):
        meant.untag = dice.choice(entry["tags"])
    return meant


def applied(entry: dict[str, Any], *sides: Intent) -> dict[str, Any] | None:
    """The entry as it is when all of these are done to it; only asked where they do not clash."""
    if any(side.gone for side in sides):
        return None
    messages: list[Any] = [dict(m) for m in entry["messages"]]
    for number, message in enumerate(messages):
        words = {at: word for side in sides for n, (at, word) in side.edits.items() if n == number}
        if words:
            message["content"] = " ".join(words.get(at, c) for at, c in enumerate(chunks(message)))
    gaps: dict[int, list[Any]] = {}
    for side in sides:
        if side.insert:
            gaps.setdefault(side.insert[0], []).append({"role": "assistant", "content": side.insert[1]})
    gone = {side.delete for side in sides}
    done: list[Any] = []
    for number in range(len(messages) + 1):
        done += gaps.get(number, [])
        done += messages[number : number + 1] if number not in gone else []
    tags = [t for t in entry.get("tags", []) if t not in {side.untag for side in sides}]
    return {**entry, "messages": done, "tags": tags + [side.tag for side in sides if side.tag]}


def clashes(entry: dict[str, Any], a: Intent, b: Intent) -> int | None:
    """How many conflicts a person would see; None where it is a matter of taste."""
    if a.gone or b.gone:
        untouched = any(applied(entry, x) == entry for x in (a, b))
        return 0 if (a.gone and b.gone) or untouched else 1
    count = 0
    for number in a.edits.keys() & b.edits.keys():
        distance = abs(a.edits[number][0] - b.edits[number][0])
        if 0 < distance < 6:
            return None
        count += distance == 0
    gone = {n for n in (a.delete, b.delete) if n is not None}
    for start, stop in gaps_of(len(entry["messages"]), gone):
        here = [x.insert is not None and start <= x.insert[0] <= stop for x in (a, b)]
        lost = any(
            x.delete in y.edits and start <= x.delete < stop
            for x, y in ((a, b), (b, a))
            if x.delete is not None
        )
        if any(here) and stop > start:
            return None
        count += all(here) or lost
    return count


def gaps_of(length: int, gone: set[int]) -> Iterator[tuple[int, int]]:
    """Between messages that stay: (first, behind the last) of those that go there."""
    stays = [-1, *(n for n in range(length) if n not in gone), length]
    return ((left + 1, right) for left, right in itertools.pairwise(stays))


class World:
    """A dataset whose two branches are changed at random, round after round."""

    def __init__(self, dataset: Dataset, seed: int) -> None:
        self.dataset = dataset
        self.dice = random.Random(seed)
        self.new = (f"zq{seed}x{n}" for n in itertools.count())

    def entries(self) -> dict[str, dict[str, Any]]:
        return {line.value["id"]: line.value for line in self.dataset.now().entries()}

    def plans(self, base: dict[str, Any]) -> list[dict[str, Intent]]:
        """One per side; half of the second one's entries are among the first one's."""
        able = [name for name, entry in base.items() if editable(entry)]
        count = max(2, len(able) // 100)
        ours = self.dice.sample(able, min(count, len(able)))
        theirs = {*self.dice.sample(ours, len(ours) // 2), *self.dice.sample(able, min(count, len(able)))}
        made: list[dict[str, Intent]] = [{n: invent(self.dice, base[n], self.new) for n in ours}, {}]
        for name in sorted(theirs):
            meant = invent(self.dice, base[name], self.new)
            while name in made[0] and clashes(base[name], made[0][name], meant) is None:
                meant = invent(self.dice, base[name], self.new)
            made[1][name] = meant
        return made

    def carry_out(self, plan: dict[str, Intent]) -> dict[str, Any]:
        """Edit the parts as a person would, add an entry, commit; returns what was added."""
        added: dict[str, Any] = {}
        found = sorted((self.dataset.path / "entries").rglob("*.jsonl"))
        for part in found:
            lines = [json.loads(line) for line in part.read_bytes().split(b"\n")[:-1]]
            now = [applied(e, plan[e["id"]]) if e["id"] in plan else e for e in lines]
            if part == found[-1]:
                word = next(self.new)
                number = self.dice.getrandbits(48)
                fresh = {
                    "id": f"{number:08x}"[:8] + f"-0000-4000-8000-{number:012x}",
                    "messages": [{"role": "user", "content": word}, {"role": "assistant", "content": word}],
                    "tags": [],
                }
                added[fresh["id"]] = fresh
                now.append(fresh)
            data = b"".join(codec.encode(e) for e in now if e is not None)
            if data != part.read_bytes():
                part.write_bytes(data)
        for sidecar in (self.dataset.path / "sidecars").rglob("*.jsonl"):
            lines = [json.loads(line) for line in sidecar.read_bytes().split(b"\n")[:-1]]
            kept = [one for one in lines if not (one["id"] in plan and plan[one["id"]].gone)]
            sidecar.write_bytes(b"".join(codec.encode(one) for one in kept))
        history.commit(self.dataset, "Round")
        return added

    def round(self) -> int:
        """Two branches, a merge, and a comparison; returns how many conflicts there were."""
        base = self.entries()
        plans = self.plans(base)
        name = next(self.new)
        branches.create_branch(self.dataset, name)
        added = self.carry_out(plans[0])
        branches.switch(self.dataset, name)
        added |= self.carry_out(plans[1])
        branches.switch(self.dataset, "main")

        done = merging.merge(self.dataset, name)

        self.compare(base, plans, added, done)
        if not done.done:
            side = self.dice.choice(["ours", "theirs"])
            conflicts.resolve(self.dataset, conflicts.choose_side(side))
            history.commit(self.dataset)
        assert checking.validate_at(self.dataset).counts["error"] == 0
        return len(done.conflicts)

    def compare(self, base: dict[str, Any], plans: list[Any], added: dict[str, Any], done: Any) -> None:
        found, none = self.entries(), Intent()
        listed = Counter(c.entry for c in done.conflicts)
        assert done.findings == []
        for name, entry in base.items():
            ours, theirs = (plan.get(name, none) for plan in plans)
            expected = clashes(entry, ours, theirs)
            assert listed.pop(name, 0) == expected, (entry, ours, theirs, found.get(name))
            if not expected:
                same(found.get(name), applied(entry, ours, theirs))
                continue
            said = json.dumps(found[name])
            assert CONFLICT_KEY in found[name]
            for side in (ours, theirs):
                assert all(word in said for word in side.words)
        assert not listed
        assert found.keys() - base.keys() == added.keys()
        assert all(found[name] == entry for name, entry in added.items())
        kept = [name for name in found if name in base]
        assert kept == [name for name in base if name in found]


def same(found: Any, wanted: Any) -> None:
    if wanted is None or found is None:
        assert found == wanted
        return
    assert sorted(found.pop("tags", [])) == sorted(wanted.pop("tags", []))
    assert found == wanted


def synthetic(dice: random.Random, count: int) -> Iterator[dict[str, Any]]:
    words = [
        "rope",
        "lamp",
        "harbor",
        "gull",
        "letter",
        "storm",
        "tide",
        "keel",
        "bell",
        "watch",
        "salt",
        "oar",
    ]
    for number in range(count):
        messages = [
            {"role": role, "content": " ".join([f"n{number}m{turn}", *dice.choices(words, k=24)])}
            for turn, role in zip(
                range(dice.randint(2, 8)), itertools.cycle(["user", "assistant"]), strict=False
            )
        ]
        yield {"messages": messages, "tags": dice.sample(words, dice.randint(0, 3))}


@pytest.fixture
def world(dataset, given) -> Any:
    def made(records: list[Any] | Path, seed: int) -> World:
        files = [given(records, f"{seed}.jsonl")] if isinstance(records, list) else sorted(records.glob("*"))
        imports.import_files(dataset, files, imports.Options())
        return World(dataset, seed)

    return made


@pytest.mark.parametrize(
    ("seed", "rounds"), [(1, 10), (2, 10), *(pytest.param(n, 24, marks=SLOW) for n in range(3, 23))]
)
def test_random_merges_of_a_small_dataset_lose_nothing(world, seed: int, rounds: int, git) -> None:
    made = world(list(synthetic(random.Random(seed), 30)), seed)

    seen = [made.round() for _ in range(rounds)]

    assert sum(seen) > 0
    assert 0 in seen
    git("fsck", "--full", "--strict", cwd=made.dataset.path, check=0)


@SLOW
@pytest.mark.parametrize("seed", range(3))
def test_random_merges_of_five_thousand_entries_lose_nothing(world, seed: int) -> None:
    made = world(list(synthetic(random.Random(seed), 5000)), 100 + seed)

    assert sum(made.round() for _ in range(4)) > 0


@pytest.fixture
def real(dataset, shared: Path, tmp_path: Path) -> Dataset:
    """All real conversations the importer takes; then copies of them with ids and tags of their own, until
    there are enough."""
    (tmp_path / "taken").mkdir()
    for folder in ("real", "rolethread"):
        for file in sorted((shared / folder).rglob("*.json*")):
            shutil.copy(file, tmp_path / "taken" / f"{folder}-{file.name}")
    imports.import_files(dataset, sorted((tmp_path / "taken").glob("*")), imports.Options())
    dice, first = random.Random(3), [line.value for line in dataset.now().entries()]
    for copy in range(1, -(-ENOUGH // len(first))):
        place = tmp_path / f"copy-{copy}.jsonl"
        again = ({**e, "id": minted(dice), "tags": [*e.get("tags", []), f"copy_{copy}"]} for e in first)
        place.write_bytes(b"".join(map(codec.encode, again)))
        imports.import_files(dataset, [place], imports.Options())
    return dataset


def minted(dice: random.Random) -> str:
    return str(uuid.UUID(int=dice.getrandbits(128), version=4))


@SLOW
def test_random_merges_of_real_conversations_lose_nothing(real) -> None:
    made = World(real, 200)
    assert len(made.entries()) >= ENOUGH
    assert checking.validate_at(real).counts["error"] == 0

    open_places = [made.round() for _ in range(20)]

    assert sum(open_places) > 0
