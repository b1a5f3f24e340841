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
from pathlib import Path
from typing import Any

import pytest
from tests.ops.merge.edit_intents import CHARACTERS
from tests.ops.merge.edit_intents import WIDE
from tests.ops.merge.edit_intents import Intent
from tests.ops.merge.edit_intents import Wide
from tests.ops.merge.edit_intents import applied
from tests.ops.merge.edit_intents import clashes
from tests.ops.merge.edit_intents import editable
from tests.ops.merge.edit_intents import invent
from tests.ops.merge.edit_intents import opening
from tests.ops.merge.edit_intents import who

from talekeep.core import codec
from talekeep.core.entry import CONFLICT_KEY
from talekeep.library.tags import with_built_in
from talekeep.library.vocabulary import state_of
from talekeep.ops.entries import split_join
from talekeep.ops.exchange.incoming import import_files
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

pytestmark = pytest.mark.slow

SLOW = pytest.mark.slow
ENOUGH = 5000


class World:
    """A dataset whose two branches are changed at random, round after round."""

    def __init__(self, dataset: Dataset, seed: int) -> None:
        self.dataset = dataset
        # Entries that a split made, with the one they were cut from.
        self.cut: dict[str, str] = {}
        self.dice = random.Random(seed)
        self.new = (f"zq{seed}x{n}" for n in itertools.count())
        for name in sorted({*CHARACTERS} - characters.read(dataset.now()).keys()):
            edit_characters.create(dataset, name)

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
                self.join(base, made, name, meant)
            if name not in other or clashes(base[name], other[name], meant) is not None:
                break
        plan[name] = meant
        if meant.join:
            plan[meant.join] = Intent(gone=True, into=name)

    def join(self, base: dict[str, Any], plans: list[dict[str, Intent]], name: str, meant: Intent) -> None:
        """Look for an entry to join: in the same part, without keys of its own, one nothing else is meant for
        here and no split or join there."""
        first, plan = base[name], plans[-1]
        busy = {other for other, item in plan.items() if item != Intent(wide=meant.wide)}
        busy |= {n for n, item in plans[0].items() if item.split or item.join or item.gone}
        part = self.parts()
        fits = [
            n
            for n in base
            if n not in busy and n != name and part[n] == part[name] and base[n].keys() <= first.keys()
        ]
        if not fits:
            meant.join, meant.tag = None, [next(self.new)]
            return
        meant.join = self.dice.choice(fits)
        messages = base[meant.join]["messages"]
        more = behind(opening(first["messages"]), messages)
        meant.insert = (len(first["messages"]), meant.wide.on_messages(more))
        meant.tag = base[meant.join].get("tags", [])

    def parts(self) -> dict[str, str]:
        return {line.value["id"]: line.part for line in self.dataset.now().entries()}

    def tags(self, base: dict[str, Any]) -> list[str]:
        """The rarest ones nobody renamed or refused."""
        words = with_built_in(libraries.vocabulary(self.dataset.now()))
        by_name = Counter(tag for entry in base.values() for tag in entry.get("tags", []))
        rare = [tag for tag, _ in reversed(by_name.most_common()) if tag not in words.aliases]
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
                output = meant.wide.on_messages([*opening(messages), *messages[min(meant.delete) :]])
                tags = meant.wide.on_tags(base[name].get("tags", []))
                made[new] = {**base[name], "id": new, "messages": output, "tags": tags}
                self.cut[new] = name
            if meant.join:
                split_join.join(self.dataset, [name, meant.join], keep_prompts=True, take_first=True)
        return made

    def carry_out(self, base: dict[str, Any], plan: dict[str, Intent]) -> dict[str, Any]:
        """Edit the parts as a person would, add an entry, commit; returns what was added."""
        added = self.command(base, plan)
        plan = {name: meant for name, meant in plan.items() if not (meant.split or meant.join)}
        files = sorted((self.dataset.path / "entries").rglob("*.jsonl"))
        for part in files:
            lines = [json.loads(line) for line in part.read_bytes().split(b"\n")[:-1]]
            now = [applied(e, plan[e["id"]]) if e["id"] in plan else e for e in lines]
            if part == files[-1]:
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

        result = merge.merge(self.dataset, name)

        self.compare(base, plans, added, result)
        if not result.done:
            side = self.dice.choice(["ours", "theirs"])
            resolve.resolve(self.dataset, resolve.choose_side(side))
            commit.commit(self.dataset)
        self.tidy(plans)
        assert validation.validate_at(self.dataset).counts["error"] == 0
        return len(result.conflicts)

    def compare(self, base: dict[str, Any], plans: list[Any], added: dict[str, Any], result: Any) -> None:
        results, none = self.entries(), Intent()
        # A conflict in a part of a split entry is one of the entry.
        ids = (c.entry for c in result.conflicts if c.file.startswith("entries/"))
        listed = Counter(self.cut.get(name, name) if name in added else name for name in ids)
        beside = [c for c in result.conflicts if not c.file.startswith("entries/")]
        if result.done:
            assert {f.entry for f in result.findings} == self.stale(results, plans)
        for name, entry in base.items():
            ours, theirs = (plan.get(name, none) for plan in plans)
            expected = clashes(entry, ours, theirs)
            assert listed.pop(name, 0) == expected, (entry, ours, theirs, results.get(name))
            parts = [new for new in added if self.cut.get(new) == name]
            if not expected:
                wanted = self.wanted(base, plans, name)
                if not parts:
                    same(results.get(name), wanted)
                else:
                    self.same_parts([results.get(part) for part in (name, *parts)], wanted, ours, theirs)
                continue
            output = json.dumps([results.get(part) for part in (name, *parts)])
            assert CONFLICT_KEY in output
            for side in (ours, theirs):
                assert all(json.dumps(word)[1:-1] in output for word in side.words(entry))
        assert not listed
        for conflict in beside:
            # A join takes along what is known of the other entry: that two sides may do differently.
            sides = [plan[conflict.entry] for plan in plans]
            assert conflict.file.startswith("sidecars/")
            assert {bool(side.join) or side.gone for side in sides} == {True}
        assert results.keys() - base.keys() == added.keys()
        assert all(results[name] == entry for name, entry in added.items() if name not in self.cut)
        kept = [name for name in results if name in base]
        assert kept == [name for name in base if name in results]

    def wanted(self, base: dict[str, Any], plans: list[Any], name: str) -> dict[str, Any] | None:
        """The entry as both sides mean it, whole."""
        none = Intent()
        sides = [plan.get(name, none) for plan in plans]
        wanted = applied(base[name], *(side.without_moves() for side in sides))
        for side, other in zip(sides, plans[::-1], strict=True):
            if side.join and wanted:
                joined = applied(base[side.join], Intent(wide=side.wide), other.get(side.join, none))
                assert joined is not None
                start = opening(base[name]["messages"])
                repeated = base[side.join]["messages"][: len(start)] == start
                more = joined["messages"][len(start) if repeated else 0 :]
                wanted["messages"] = [*wanted["messages"], *more]
                wanted["tags"] = [*dict.fromkeys([*wanted.get("tags", []), *joined.get("tags", [])])]
        return wanted

    def same_parts(self, parts: list[Any], wanted: Any, *sides: Intent) -> None:
        """Whether the parts of a split entry are what both sides make of the whole, cut in that place."""
        start = len(opening(wanted["messages"]))
        assert parts[1]["messages"][:start] == parts[0]["messages"][:start] == wanted["messages"][:start]
        whole = [*parts[0]["messages"], *parts[1]["messages"][start:]]
        same({**parts[0], "messages": whole}, {**wanted})
        assert sorted(parts[1].get("tags", [])) == sorted(parts[0].get("tags", []))
        (cutter,) = [side for side in sides if side.split]
        (other,) = [side for side in sides if side is not cutter]
        cut = min(cutter.delete)
        shift = len(other.insert[1]) if other.insert and other.insert[0] < cut else 0
        assert len(parts[0]["messages"]) == cut + shift - len({n for n in other.delete if n < cut})

    def stale(self, item: dict[str, Any], plans: list[Any]) -> set[str]:
        """Entries with a name that a side gave up; the other side did not know."""
        wides = {meant.wide for plan in plans for meant in plan.values()}
        tags = {old for wide in wides for old in wide.tags}
        names = {old for wide in wides for old in wide.names}
        return {
            name
            for name, e in item.items()
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


def behind(start: list[Any], messages: list[Any]) -> list[Any]:
    """The messages without those they begin with, if they do."""
    return messages[len(start) :] if messages[: len(start)] == start else messages


def same(item: Any, wanted: Any) -> None:
    if wanted is None or item is None:
        assert item == wanted
        return
    assert sorted(item.pop("tags", [])) == sorted(wanted.pop("tags", []))
    assert item == wanted


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

    assert 0 in [made.round() for _ in range(rounds)]
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
