"""Random merges against a slow reference that knows what was meant: nothing lost, no false conflict.

The reference works from intentions, never from a diff; the words it puts in occur nowhere else.
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
from talekeep.core.entry_edit.split_join import turns_of
from talekeep.core.slug import slug
from talekeep.library.tags import with_built_in
from talekeep.library.vocabulary import state_of
from talekeep.ops.entries import split_join
from talekeep.ops.exchange import import_files
from talekeep.ops.history import branches
from talekeep.ops.history import commit
from talekeep.ops.library import characters
from talekeep.ops.library import edit_characters
from talekeep.ops.library import vocabulary
from talekeep.ops.merge import merge
from talekeep.ops.merge import resolve
from talekeep.ops.quality import repair
from talekeep.ops.workspace import validation
from talekeep.store import libraries
from talekeep.store.dataset import Dataset

SLOW = pytest.mark.slow
ENOUGH = 5000
# What a side may do to an entry, and how often; "old" puts a tag on that the other side may be renaming.
ALONE = {"edit": 6, "two": 3, "insert": 2, "delete": 1, "tag": 2, "old": 1, "untag": 1, "gone": 1}
KINDS = {**ALONE, "split": 2, "join": 2}
# What a side may do to the whole dataset, and how often.
WIDE = {"nothing": 4, "rename tag": 2, "merge tag": 2, "rename character": 2}
CHARACTERS = ("mara", "wren", "ines", "kai")


def who(message: dict[str, Any]) -> str:
    return "" if message["role"] == "tool" else slug(str(message.get("name", "")))


@dataclass(frozen=True)
class Wide:
    """A name that one side gives up for another, everywhere."""

    kind: str = "nothing"
    old: str = ""
    new: str = ""

    @property
    def tags(self) -> dict[str, str]:
        return {self.old: self.new} if "tag" in self.kind else {}

    @property
    def names(self) -> dict[str, str]:
        return {self.old: self.new} if "character" in self.kind else {}

    def on_messages(self, messages: list[Any]) -> list[Any]:
        return [{**m, "name": self.names[who(m)]} if who(m) in self.names else m for m in messages]

    def on_tags(self, tags: list[str]) -> list[str]:
        return [*dict.fromkeys(self.tags.get(tag, tag) for tag in tags)]


@dataclass
class Intent:
    """What one side means to do to one entry; `delete` are messages that go, also to another entry."""

    edits: dict[int, tuple[int, str]] = field(default_factory=dict)
    insert: tuple[int, list[Any]] | None = None
    delete: set[int] = field(default_factory=set)
    tag: list[str] = field(default_factory=list)
    untag: str | None = None
    gone: bool = False
    wide: Wide = field(default_factory=Wide)
    # The commands: after which exchange to split, which entry to join to this one.
    split: int | None = None
    join: str | None = None

    def words(self, entry: dict[str, Any]) -> list[str]:
        """What this side brings into an entry."""
        new = [word for _, word in self.edits.values()]
        inserted = [m["content"] for m in (self.insert[1] if self.insert else [])]
        tags = self.wide.on_tags([tag for tag in self.tag if tag not in entry.get("tags", [])])
        return [*new, *(text for text in inserted if isinstance(text, str)), *tags]

    def touched(self, entry: dict[str, Any]) -> set[int]:
        """Messages that stay and differ."""
        renamed = {n for n, m in enumerate(entry["messages"]) if who(m) in self.wide.names}
        return (renamed | self.edits.keys()) - self.delete


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
        said = {"role": "assistant", "content": next(new)}
        meant.insert = (dice.randint(0, len(entry["messages"])), [said])
    elif kind == "delete" and len(entry["messages"]) > 2 and free:
        meant.delete = {dice.choice(free)}
        meant.edits = {n: edit for n, edit in meant.edits.items() if n not in meant.delete}
    elif kind == "tag":
        meant.tag = [next(new)]
    elif kind == "untag" and entry.get("tags"):
        meant.untag = dice.choice(entry["tags"])
    elif kind == "split" and turns_of(entry["messages"]):
        turns = turns_of(entry["messages"])
        meant.split = dice.randrange(len(turns)) + 1
        meant.delete = set(range(turns[meant.split - 1], len(entry["messages"])))
    elif kind in ("join", "old"):
        meant.join, meant.tag = ("?", []) if kind == "join" else (None, ["?"])
    return meant


def opening(messages: list[Any]) -> list[Any]:
    return [*itertools.takewhile(lambda m: m["role"] in ("system", "developer"), messages)]


def applied(entry: dict[str, Any], *sides: Intent) -> dict[str, Any] | None:
    """The entry as it is when all of these are done to it; only asked where they do not clash."""
    if any(side.gone for side in sides):
        return None
    messages: list[Any] = [dict(m) for m in entry["messages"]]
    for side in sides:
        messages = side.wide.on_messages(messages)
    for number, message in enumerate(messages):
        words = {at: word for side in sides for n, (at, word) in side.edits.items() if n == number}
        if words:
            message["content"] = " ".join(words.get(at, c) for at, c in enumerate(chunks(message)))
    gaps: dict[int, list[Any]] = {}
    for side in sides:
        if side.insert and gaps.get(side.insert[0]) != side.insert[1]:
            gaps.setdefault(side.insert[0], []).extend(side.insert[1])
    gone = set[int]().union(*(side.delete for side in sides))
    done: list[Any] = []
    for number in range(len(messages) + 1):
        done += gaps.get(number, [])
        done += messages[number : number + 1] if number not in gone else []
    before = entry.get("tags", [])
    left = {side.untag for side in sides} | {old for side in sides for old in side.wide.tags}
    tags = [tag for tag in before if tag not in left]
    # A tag that is there already is not put on: the other side may take it off.
    tags += [
        new for side in sides for old, new in side.wide.tags.items() if old in before and new not in before
    ]
    more = [(side, [tag for tag in side.tag if tag not in before]) for side in sides]
    tags += [tag for side, fresh in more for tag in side.wide.on_tags(fresh)]
    return {**entry, "messages": done, "tags": [*dict.fromkeys(tags)]}


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
    touched = [(a.delete, b.touched(entry)), (b.delete, a.touched(entry))]
    for start, stop in gaps_of(len(entry["messages"]), a.delete | b.delete):
        here = [x.insert is not None and start <= x.insert[0] <= stop for x in (a, b)]
        lost = any(start <= n < stop for deleted, changed in touched for n in deleted & changed)
        if any(here) and stop > start:
            return None
        count += (all(here) and a.insert != b.insert) or lost
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
        for name in sorted({*CHARACTERS} - characters.read(dataset.now()).keys()):
            edit_characters.add(dataset, name)

    def entries(self) -> dict[str, dict[str, Any]]:
        return {line.value["id"]: line.value for line in self.dataset.now().entries()}

    def plans(self, base: dict[str, Any]) -> list[dict[str, Intent]]:
        """One per side; half of the second one's entries are among the first one's."""
        able = [name for name, entry in base.items() if editable(entry)]
        count = max(2, len(able) // 100)
        ours = self.dice.sample(able, min(count, len(able)))
        theirs = {*self.dice.sample(ours, len(ours) // 2), *self.dice.sample(able, min(count, len(able)))}
        made: list[dict[str, Intent]] = []
        for wide, names in zip(self.wides(base), (ours, sorted(theirs)), strict=True):
            made.append({n: Intent(wide=wide) for n, e in base.items() if applied(e, Intent(wide=wide)) != e})
            for name in names:
                self.invent(base, made, name, wide)
        return made

    def invent(self, base: dict[str, Any], made: list[Any], name: str, wide: Wide) -> None:
        """What the side whose plan is the last one means to do to an entry, and to the one it joins."""
        plan, other = made[-1], made[0] if len(made) == 2 else {}
        if name in plan and plan[name].gone:
            return
        while True:
            meant = invent(self.dice, base[name], self.new)
            meant.wide = wide
            if meant.tag == ["?"]:
                meant.tag = [self.dice.choice(self.tags(base))]
            if meant.insert and self.dice.random() < 0.3:
                known = characters.read(self.dataset.now()).keys() - wide.names.keys()
                meant.insert[1][0]["name"] = self.dice.choice(sorted(known))
            if meant.join:
                self.join(base, plan, name, meant)
            if name not in other or clashes(base[name], other[name], meant) is not None:
                break
        plan[name] = meant
        if meant.join:
            plan[meant.join] = Intent(gone=True)

    def join(self, base: dict[str, Any], plan: dict[str, Intent], name: str, meant: Intent) -> None:
        """Look for an entry to join: one nothing else is meant for, and without keys of its own."""
        first = base[name]
        busy = {other for other, found in plan.items() if found != Intent(wide=meant.wide)}
        fits = [n for n in base if n not in busy and n != name and base[n].keys() <= first.keys()]
        meant.join = self.dice.choice(fits)
        messages = base[meant.join]["messages"]
        repeated = opening(messages) == opening(first["messages"])
        more = messages[len(opening(messages)) :] if repeated else messages
        meant.insert = (len(first["messages"]), meant.wide.on_messages(more))
        meant.tag = base[meant.join].get("tags", [])

    def tags(self, base: dict[str, Any]) -> list[str]:
        """The rarest ones nobody renamed or set aside."""
        words = with_built_in(libraries.vocabulary(self.dataset.now()))
        found = Counter(tag for entry in base.values() for tag in entry.get("tags", []))
        rare = [tag for tag, _ in reversed(found.most_common()) if tag not in words.aliases]
        return [tag for tag in rare if state_of(words, tag) in ("active", "unknown")][:30]

    def wides(self, base: dict[str, Any]) -> list[Wide]:
        """One per side, and no name of one in the other."""
        tags = self.tags(base)
        self.dice.shuffle(tags)
        names = sorted(characters.read(self.dataset.now()))
        self.dice.shuffle(names)
        made = []
        for kind in self.dice.choices([*WIDE], [*WIDE.values()], k=2):
            old = names.pop() if "character" in kind else tags.pop()
            made.append(Wide(kind, old, tags.pop() if kind == "merge tag" else next(self.new)))
        return made

    def command(self, base: dict[str, Any], plan: dict[str, Intent]) -> dict[str, Any]:
        """What has a command of Talekeep: each a commit of its own. Returns what splits made."""
        for wide in {meant.wide for meant in plan.values()}:
            if wide.kind == "rename tag":
                vocabulary.rename(self.dataset, wide.old, wide.new)
            elif wide.kind == "merge tag":
                vocabulary.merge(self.dataset, [wide.old], wide.new)
            elif wide.kind == "rename character":
                edit_characters.rename(self.dataset, wide.old, wide.new)
        made = {}
        for name, meant in plan.items():
            if meant.split:
                (new,) = split_join.split(self.dataset, [meant.split], [name]).made
                messages = base[name]["messages"]
                said = meant.wide.on_messages([*opening(messages), *messages[min(meant.delete) :]])
                tags = meant.wide.on_tags(base[name].get("tags", []))
                made[new] = {**base[name], "id": new, "messages": said, "tags": tags}
            if meant.join:
                split_join.join(self.dataset, [name, meant.join], keep_prompts=True, take_first=True)
        return made

    def carry_out(self, base: dict[str, Any], plan: dict[str, Intent]) -> dict[str, Any]:
        """Edit the parts as a person would, add an entry, commit; returns what was added."""
        added = self.command(base, plan)
        plan = {name: meant for name, meant in plan.items() if not (meant.split or meant.join)}
        found = sorted((self.dataset.path / "entries").rglob("*.jsonl"))
        for part in found:
            lines = [json.loads(line) for line in part.read_bytes().split(b"\n")[:-1]]
            now = [applied(e, plan[e["id"]]) if e["id"] in plan else e for e in lines]
            if part == found[-1]:
                word = next(self.new)
                fresh = {
                    "id": minted(self.dice),
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
        commit.commit(self.dataset, "Round")
        return added

    def round(self) -> int:
        """Two branches, a merge, and a comparison; returns how many conflicts there were."""
        base = self.entries()
        plans = self.plans(base)
        name = next(self.new)
        branches.create_branch(self.dataset, name)
        added = self.carry_out(base, plans[0])
        branches.switch(self.dataset, name)
        added |= self.carry_out(base, plans[1])
        branches.switch(self.dataset, "main")

        done = merge.merge(self.dataset, name)

        self.compare(base, plans, added, done)
        if not done.done:
            side = self.dice.choice(["ours", "theirs"])
            resolve.resolve(self.dataset, resolve.choose_side(side))
            commit.commit(self.dataset)
        self.tidy(plans)
        assert validation.validate_at(self.dataset).counts["error"] == 0
        return len(done.conflicts)

    def compare(self, base: dict[str, Any], plans: list[Any], added: dict[str, Any], done: Any) -> None:
        found, none = self.entries(), Intent()
        listed = Counter(c.entry for c in done.conflicts if c.file.startswith("entries/"))
        beside = [c for c in done.conflicts if not c.file.startswith("entries/")]
        if done.done:
            assert {f.entry for f in done.findings} == self.stale(found, plans)
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
                assert all(json.dumps(word)[1:-1] in said for word in side.words(entry))
        assert not listed
        for conflict in beside:
            # A join takes along what is known of the other entry: that two sides may do differently.
            sides = [plan[conflict.entry] for plan in plans]
            assert conflict.file.startswith("sidecars/")
            assert {bool(side.join) or side.gone for side in sides} == {True}
        assert found.keys() - base.keys() == added.keys()
        assert all(found[name] == entry for name, entry in added.items())
        kept = [name for name in found if name in base]
        assert kept == [name for name in base if name in found]

    def stale(self, found: dict[str, Any], plans: list[Any]) -> set[str]:
        """Entries with a name that a side gave up; the other side did not know."""
        wides = {meant.wide for plan in plans for meant in plan.values()}
        tags = {old for wide in wides for old in wide.tags}
        names = {old for wide in wides for old in wide.names}
        return {
            name
            for name, e in found.items()
            if tags & {*e.get("tags", [])} or names & {who(m) for m in e["messages"]}
        }

    def tidy(self, plans: list[Any]) -> None:
        """What the merge says can be mended is mended by one repair; old speakers by another rename."""
        repair.repair(self.dataset, select=["S116"])
        wides = {meant.wide for plan in plans for meant in plan.values()}
        for wide in wides:
            if wide.names and any(
                wide.on_messages(e["messages"]) != e["messages"] for e in self.entries().values()
            ):
                edit_characters.rename(self.dataset, wide.old, wide.new, merge=True)
        assert self.stale(self.entries(), plans) == set()


def same(found: Any, wanted: Any) -> None:
    if wanted is None or found is None:
        assert found == wanted
        return
    assert sorted(found.pop("tags", [])) == sorted(wanted.pop("tags", []))
    assert found == wanted


def minted(dice: random.Random) -> str:
    return str(uuid.UUID(int=dice.getrandbits(128), version=4))


def synthetic(dice: random.Random, count: int) -> Iterator[dict[str, Any]]:
    words = ["rope", "lamp", "harbor", "gull", "letter", "storm", "tide", "keel", "bell"]
    for number in range(count):
        messages = [
            {
                "role": role,
                "name": dice.choice(CHARACTERS),
                "content": " ".join([f"n{number}m{turn}", *dice.choices(words, k=24)]),
            }
            for turn, role in enumerate((["user", "assistant"] * 4)[: dice.randint(2, 8)])
        ]
        yield {"messages": messages, "tags": dice.sample(words, dice.randint(0, 3))}


@pytest.fixture
def world(dataset, given) -> Any:
    def made(records: list[Any] | Path, seed: int) -> World:
        files = [given(records, f"{seed}.jsonl")] if isinstance(records, list) else sorted(records.glob("*"))
        import_files.import_files(dataset, files, import_files.Options())
        return World(dataset, seed)

    return made


@pytest.mark.parametrize(
    ("seed", "rounds"), [(1, 5), (2, 5), *(pytest.param(n, 25, marks=SLOW) for n in range(3, 23))]
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
    import_files.import_files(dataset, sorted((tmp_path / "taken").glob("*")), import_files.Options())
    dice, first = random.Random(3), [line.value for line in dataset.now().entries()]
    for copy in range(1, -(-ENOUGH // len(first))):
        place = tmp_path / f"copy-{copy}.jsonl"
        again = ({**e, "id": minted(dice), "tags": [*e.get("tags", []), f"copy_{copy}"]} for e in first)
        place.write_bytes(b"".join(map(codec.encode, again)))
        import_files.import_files(dataset, [place], import_files.Options())
    return dataset


@SLOW
def test_random_merges_of_real_conversations_lose_nothing(real) -> None:
    made = World(real, 200)
    assert len(made.entries()) >= ENOUGH
    assert validation.validate_at(real).counts["error"] == 0

    open_places = [made.round() for _ in range(20)]

    assert sum(open_places) > 0
