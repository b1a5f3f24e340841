"""The rows of the table: what is done, in which dataset, and what it may cost."""

import json
import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from itertools import pairwise
from pathlib import Path

import material
from measure import Cost
from measure import Shell
from measure import in_turn
from measure import installed
from measure import median
from measure import size_of

# What a start that only answers or renders must not load.
HEAVY = ("pydantic", "annotated_types", "dulwich", "rich")


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the table.

    `value` is in `unit` ("s wall", "ms CPU", "bytes", "times git", "modules"), `budget` in the same, None
    where the design sets none; `git` is what plain git took for the same bytes, in the same unit.
    """

    work: str
    value: float
    unit: str
    budget: float | None = None
    git: float | None = None


@dataclass
class World:
    """One size: a dataset, and a plain repository with the same parts and sidecars."""

    root: Path
    entries: int
    times: int
    shell: Shell
    edits: Iterator[int] = field(default_factory=lambda: iter(range(10**6)))

    @property
    def dataset(self) -> Path:
        return self.root / "dataset"

    @property
    def plain(self) -> Path:
        return self.root / "plain"

    @property
    def large(self) -> bool:
        """True where the budgets of 100,000 entries hold."""
        return self.entries > 10_000

    def ours(self, *arguments: str | Path) -> Cost:
        return self.shell.run([*installed(), *arguments], self.dataset)

    def git(self, folder: Path, *arguments: str | Path) -> Cost:
        return self.shell.run(["git", *arguments], folder)

    def repeat(self, once: Callable[[], Cost]) -> Cost:
        return median([once() for _ in range(self.times)])


def edit(folder: Path, number: int) -> None:
    """Change a word of one entry in its part, as an editor would; another part for another number."""
    files = sorted(folder.glob("entries/*/*.jsonl"))
    part = files[number * 7 % len(files)]
    lines = part.read_bytes().split(b"\n")
    place = number % (len(lines) - 1)
    lines[place] = lines[place].replace(b'"content":"You are ', b'"content":"You (%d) are ' % number, 1)
    part.write_bytes(b"\n".join(lines))


# Start


def start(world: World) -> Iterator[Figure]:
    part = next(iter(sorted(world.dataset.glob("entries/*/*.jsonl"))))
    for work, arguments in (
        ("start (--version)", ["--version"]),
        ("start (textconv of a part)", ["textconv", part]),
    ):
        cost = world.repeat(lambda a=arguments: world.ours(*a))
        yield Figure(work, cost.cpu * 1000, "ms CPU", 100)
        yield Figure(f"{work}: heavy modules", _heavy(world, arguments), "modules", 0)


def _heavy(world: World, arguments: list[str | Path]) -> int:
    command = [sys.executable, "-X", "importtime", "-m", "talekeep", *map(str, arguments)]
    completed = subprocess.run(
        command, cwd=world.dataset, env=world.shell.variables, capture_output=True, check=True
    )
    loaded = set(re.findall(r"\| +(\w+)", completed.stderr.decode()))
    return len(loaded & set(HEAVY))


# Import


def build(world: World) -> tuple[Cost, Cost]:
    """Make the dataset and its plain twin; the cost of the import, and of plain git with the same bytes."""
    records = world.root / "records.jsonl"
    material.write(records, world.entries)
    times = min(world.times, 3) if world.large else world.times
    return in_turn(times, lambda: _import(world, records), lambda: _add_all(world))


def _import(world: World, records: Path) -> Cost:
    shutil.rmtree(world.dataset, ignore_errors=True)
    world.dataset.mkdir(parents=True)
    world.ours("init", ".", "-q")
    return world.ours("import", records, "-q")


def _add_all(world: World) -> Cost:
    shutil.rmtree(world.plain, ignore_errors=True)
    world.plain.mkdir(parents=True)
    for folder in ("entries", "sidecars"):
        shutil.copytree(world.dataset / folder, world.plain / folder)
    world.git(world.plain, "init", "-q")
    return world.git(world.plain, "add", ".") + world.git(world.plain, "commit", "-qm", "all")


def imported(world: World, built: tuple[Cost, Cost]) -> Iterator[Figure]:
    ours, git = built
    # Below 10,000 entries the start of the program is most of it, and the design sets no budget.
    budget = 3 * git.wall if world.entries >= 10_000 else None
    yield Figure("import, validate, commit", ours.wall, "s wall", budget, git.wall)
    yield Figure("import: CPU", ours.cpu, "s CPU", None, git.cpu)
    yield Figure("import: peak memory", ours.rss, "bytes", 600e6 if world.large else None)


# One edit


def one_edit(world: World) -> Iterator[Figure]:
    """An entry edited by hand, then committed; the bytes are those of the objects one commit adds."""
    before = size_of(world.dataset / ".git/objects")
    ours, git = in_turn(world.times, lambda: _commit(world), lambda: _commit_plainly(world))
    added = (size_of(world.dataset / ".git/objects") - before) / world.times
    yield Figure(
        "edit one entry, validate, commit", ours.wall, "s wall", 0.4 if world.large else 0.3, git.wall
    )
    yield Figure("edit one entry: new objects", added, "bytes", 150e3)


def _commit(world: World) -> Cost:
    edit(world.dataset, next(world.edits))
    return world.ours("commit", "-q", "-m", "edit")


def _commit_plainly(world: World) -> Cost:
    edit(world.plain, next(world.edits))
    return world.git(world.plain, "commit", "-qam", "edit")


def status(world: World) -> Iterator[Figure]:
    budget = 0.5 if world.large else 0.25
    # The dataset is as fresh as a clone: what the parts hold is not known yet.
    (world.dataset / ".git/talekeep/cache.sqlite").unlink()
    yield Figure("status, first of all", world.ours("status").wall, "s wall")
    git = world.repeat(lambda: world.git(world.dataset, "status"))
    clean = world.repeat(lambda: world.ours("status"))
    yield Figure("status, clean", clean.wall, "s wall", budget, git.wall)
    edit(world.dataset, next(world.edits))
    yield Figure("status, one edit", world.repeat(lambda: world.ours("status")).wall, "s wall", budget)
    world.ours("commit", "-q", "-m", "edit")


def hook(world: World) -> Iterator[Figure]:
    """What the pre-commit hook adds to a plain `git commit`."""

    def commit(*extra: str) -> Cost:
        edit(world.dataset, next(world.edits))
        return world.git(world.dataset, "commit", "-qam", "edit", *extra)

    ours, git = in_turn(world.times, commit, lambda: commit("--no-verify"))
    budget = 0.4 if world.large else 0.3
    yield Figure("pre-commit after one edit", ours.wall - git.wall, "s wall", budget)


# Mirror


def mirror(world: World) -> Iterator[Figure]:
    folder = world.root / "mirror"
    folder.mkdir()
    world.ours("remote", "add", "backup", folder, "-q")
    yield Figure("first push", world.ours("push", "backup", "-q").wall, "s wall")
    pushes, sizes = [], [size_of(folder)]
    for _ in range(world.times):
        _commit(world)
        pushes.append(world.ours("push", "backup", "-q"))
        sizes.append(size_of(folder))
    written = statistics.median(after - before for before, after in pairwise(sizes))
    yield Figure("push after one edit", median(pushes).wall, "s wall", 1.0 if world.large else 0.5)
    yield Figure("push after one edit: written", written, "bytes", 200e3)


# Reading


def reading(world: World) -> Iterator[Figure]:
    for work, arguments in (
        ("validate", ["validate"]),
        ("list", ["list"]),
        ("show one entry", ["show", _an_id(world)]),
    ):
        yield Figure(work, world.repeat(lambda a=arguments: world.ours(*a)).wall, "s wall")


def _an_id(world: World) -> str:
    files = sorted(world.dataset.glob("entries/*/*.jsonl"))
    line = files[len(files) // 2].read_bytes().split(b"\n")[0]
    return str(json.loads(line)["id"])


# Search


def searching(world: World) -> Iterator[Figure]:
    """A few hits, first when nothing is remembered of any part, then when all of it is."""
    cache = world.dataset / ".git/talekeep/cache.sqlite"
    words = _rare_words(world)

    def cold() -> Cost:
        cache.unlink(missing_ok=True)
        return world.ours("search", words)

    def warm() -> Cost:
        return world.ours("search", words)

    yield Figure("search, cold", world.repeat(cold).wall, "s wall", 2.0 if world.large else 0.5)
    for _ in range(9):
        # Each search takes an eighth of the parts in.
        warm()
    yield Figure("search, warm", world.repeat(warm).wall, "s wall", 0.3 if world.large else 0.25)
    yield Figure("search, warm, nothing found", world.repeat(_nothing(world)).wall, "s wall")


def insights(world: World) -> Iterator[Figure]:
    """All of it measured, then again when one entry was edited by hand."""
    cache = world.dataset / ".git/talekeep/cache.sqlite"

    def cold() -> Cost:
        cache.unlink(missing_ok=True)
        return world.ours("insights")

    def after() -> Cost:
        edit(world.dataset, next(world.edits))
        return world.ours("insights")

    yield Figure("insights, cold", world.repeat(cold).wall, "s wall", 25.0 if world.large else 3.0)
    yield Figure("insights, after one edit", world.repeat(after).wall, "s wall", 1.0 if world.large else 0.5)
    world.ours("commit", "-q", "-m", "edits")


def _rare_words(world: World) -> str:
    """The longest name of a place in a part: the more syllables, the fewer others have them all."""
    files = sorted(world.dataset.glob("entries/*/*.jsonl"))
    text = files[len(files) // 2].read_text(encoding="utf-8")
    return max(re.findall(r"in [A-Z]\w+", text) or text.split(), key=len)


def _nothing(world: World) -> Callable[[], Cost]:
    return lambda: world.ours("search", "aardvarks in the attic")


# Duplicates


def duplicates(world: World) -> Iterator[Figure]:
    """Near twins are sought when nothing is remembered of any part, then when all of it is."""
    cache = world.dataset / ".git/talekeep/cache.sqlite"

    def cold() -> Cost:
        cache.unlink(missing_ok=True)
        return world.ours("duplicates", "--near", "-q")

    first = median([cold() for _ in range(1 if world.large else world.times)])
    yield Figure("duplicates --near, cold", first.wall, "s wall", 25.0 if world.large else 2.0)
    yield Figure("duplicates --near, cold: CPU", first.cpu, "s CPU")
    yield Figure("duplicates --near: peak memory", first.rss, "bytes")
    warm = world.repeat(lambda: world.ours("duplicates", "--near", "-q"))
    yield Figure("duplicates --near, warm", warm.wall, "s wall")


# Craft


def craft(world: World) -> Iterator[Figure]:
    """How replies are written, when nothing is remembered of any part, then when all of it is."""
    cache = world.dataset / ".git/talekeep/cache.sqlite"
    cache.unlink(missing_ok=True)
    first = world.ours("craft")
    yield Figure("craft, cold", first.wall, "s wall")
    yield Figure("craft: peak memory", first.rss, "bytes")
    yield Figure("craft, again", world.ours("craft").wall, "s wall")


# Merge


def merging(world: World) -> Iterator[Figure]:
    """Both sides edit their own hundredth of the entries and import another hundredth."""
    world.git(world.dataset, "branch", "side")
    _change_side(world, 25, seed=2)
    world.git(world.dataset, "switch", "-q", "side")
    _change_side(world, 45, seed=3)
    world.git(world.dataset, "switch", "-q", "main")
    cost = world.ours("merge", "side", "-q")
    yield Figure("merge, 1 % edited and 1 % new a side", cost.wall, "s wall", 5.0 if world.large else 1.0)


def _change_side(world: World, offset: int, seed: int) -> None:
    count = 0
    for part in sorted(world.dataset.glob("entries/*/*.jsonl")):
        lines = part.read_bytes().split(b"\n")
        for place in range(len(lines) - 1):
            if (count + place) % 100 == offset:
                lines[place] = lines[place].replace(b'"content":"You', b'"content":"Side %d: you' % seed, 1)
        count += len(lines) - 1
        part.write_bytes(b"\n".join(lines))
    world.git(world.dataset, "commit", "-qam", f"side {seed}")
    records = world.root / f"side{seed}.jsonl"
    material.write(records, max(1, world.entries // 100), seed)
    world.ours("import", records, "-q")


# Libraries

# Reading and changing commands, as they are typed; each change is undone.
_READS = (
    "status",
    "list",
    "search lantern",
    "tag list",
    "character list",
    "prompt list",
    "validate",
    "insights",
)
_CHANGES = ("tag create bench_tag", "character create bench", "tag add bench_tag --where words>10")


def libraries(world: World) -> Iterator[Figure]:
    """The same commands with small libraries, then with 5,000 tags, 3,000 characters, 2,000 prompts and 500
    sources more."""
    few = _costs_of_commands(world)
    material.write_libraries(world.dataset / "library")
    world.ours("commit", "-q", "-m", "Large libraries")
    many = _costs_of_commands(world)
    for command, cost in many.items():
        ratio = cost.cpu / few[command].cpu
        yield Figure(f"{command}: with large libraries", ratio, "times small ones", 1.5)


def _costs_of_commands(world: World) -> dict[str, Cost]:
    world.ours("validate", "-q")
    costs = {words: world.repeat(lambda words=words: world.ours(*words.split())) for words in _READS}
    for words in _CHANGES:

        def change(words: str = words) -> Cost:
            cost = world.ours(*words.split(), "-q")
            world.ours("undo", "-q")
            return cost

        costs[words] = world.repeat(change)
    return costs


# In the order they run: each finds the dataset as the one before left it.
ROWS: dict[str, Callable[[World], Iterator[Figure]]] = {
    "start": start,
    "edit": one_edit,
    "status": status,
    "hook": hook,
    "push": mirror,
    "read": reading,
    "search": searching,
    "duplicates": duplicates,
    "insights": insights,
    "craft": craft,
    "merge": merging,
    "libraries": libraries,
}
