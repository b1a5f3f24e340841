"""A dataset as a whole: `init`, `setup`, `status`."""

import json
import uuid
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.ops import checking
from talekeep.ops import message
from talekeep.ops import places
from talekeep.ops.conflicts import conflicts as open_conflicts
from talekeep.ops.counting import counted
from talekeep.store import config
from talekeep.store import parts
from talekeep.store import setup as wiring
from talekeep.store.dataset import Dataset
from talekeep.store.files import shipped
from talekeep.store.git import index
from talekeep.store.git import merge_state
from talekeep.store.git.repository import Repository
from talekeep.store.view import Difference

if TYPE_CHECKING:
    from talekeep.ops.mirrors import MirrorState


@dataclass(frozen=True, slots=True)
class Initialised:
    dataset: str
    path: str
    name: str
    commit: str | None
    warnings: list[str]


def init(path: Path, *, name: str | None = None, force: bool = False, dry_run: bool = False) -> Initialised:
    """Make a new dataset at `path`: repository, first commit, hooks and drivers.

    Raises:
        Refused: the folder is not empty or lies in a git repository, unless `force`; or holds a dataset.
        Usage: the name has no printable character.
    """
    path = path.resolve()
    title = "".join(c for c in (name or path.name) if c.isprintable()).strip()
    if not title:
        raise Usage("a dataset needs a name", "talekeep init PATH --name NAME")
    _refuse_place(path, force)
    settings = config.Config(format=config.FORMAT, id=str(uuid.uuid4()), name=title)
    if dry_run:
        return Initialised(settings.id, str(path), title, None, places.warnings(path))
    repo = Repository.open(path) if (path / ".git").exists() else Repository.init(path)
    repo.close()
    with Dataset(path) as dataset, dataset.writing("init"):
        wiring.install(dataset.repo)
        commit = dataset.write(_first_files(settings, path), message(f"New dataset {title}", "init"))
        checking.remember(dataset, dataset.at("HEAD"), dataset.head_tree(), None)
    return Initialised(settings.id, str(path), title, commit, places.warnings(path))


def _refuse_place(path: Path, force: bool) -> None:
    if path.exists() and not path.is_dir():
        raise Refused(f"{path} is a file")
    if (path / config.NAME).exists():
        raise Refused(f"{path} is a dataset already", f"talekeep -C {path} status")
    if force:
        return
    # A killed `init` leaves a repository without a commit: not worth a question.
    fresh = (path / ".git").is_dir() and Repository.open(path).head() is None
    if path.is_dir() and any(p.name != ".git" or not fresh for p in path.iterdir()):
        raise Refused(f"{path} is not empty", "choose a new folder, or --force to use this one as it is")
    for parent in path.parents:
        if (parent / ".git").exists():
            raise Refused(
                f"{path} lies inside the git repository {parent}",
                "choose a place outside it, or --force for a repository inside a repository",
            )


def _first_files(settings: config.Config, path: Path) -> dict[str, bytes]:
    """What a new dataset holds; a file that is there already stays as it is."""
    folder = shipped("templates") / "dataset"
    values = {
        "name": settings.name,
        "quoted_name": json.dumps(settings.name, ensure_ascii=False),
        "entries": "0",
        "messages": "0",
        "tags": "0",
    }
    card = _fill((folder / "README.md").read_text(encoding="utf-8"), values)
    files = {
        config.NAME: config.dump(settings),
        "README.md": card.encode(),
        ".gitattributes": (folder / "gitattributes").read_bytes(),
        ".gitignore": (folder / "gitignore").read_bytes(),
    }
    return {name: data for name, data in files.items() if not (path / name).exists()}


def _fill(template: str, values: dict[str, str]) -> str:
    """Replace known `{placeholders}` in one pass; other braces stay."""
    pieces = template.split("{")
    filled = [pieces[0]]
    for piece in pieces[1:]:
        name, brace, rest = piece.partition("}")
        filled.append(values[name] + rest if brace and name in values else "{" + piece)
    return "".join(filled)


@dataclass(frozen=True, slots=True)
class SetUp:
    """`faults` is what was missing before (with `check`: is missing)."""

    faults: list[str]
    installed: bool


def setup(dataset: Dataset, *, check: bool = False, remove: bool = False) -> SetUp:
    """Install, check or remove hooks and drivers in this clone."""
    # Like `_mirrors`: `status`, which is asked more often than anything, has no use for it.
    from talekeep.ops import completing

    faults = [*wiring.faults(dataset.repo), *completing.faults(dataset)]
    if check:
        return SetUp(faults, installed=not faults)
    if remove:
        wiring.remove(dataset.repo)
        return SetUp(faults, installed=False)
    wiring.install(dataset.repo)
    completing.complete(dataset)
    return SetUp(faults, installed=True)


@dataclass(frozen=True, slots=True)
class Changes:
    """Uncommitted changes in numbers of entries; `other` are files that hold no entries."""

    added: int
    changed: int
    removed: int
    unreadable: int
    other: list[str]

    @property
    def any(self) -> bool:
        return bool(self.added or self.changed or self.removed or self.unreadable or self.other)


@dataclass(frozen=True, slots=True)
class Status:
    """`next` is the one command most worth running now, None when all is well. `conflicts` are the files
    with open conflicts, `open` counts the places in them; `under_way` is a `merge` that stopped, or what
    only git can end, such as `git rebase`."""

    dataset: str
    path: str
    branch: str | None
    commit: str | None
    entries: int
    changes: Changes
    conflicts: list[str]
    validated: bool
    mirrors: "list[MirrorState]"
    setup: list[str]
    next: str | None
    open: int = 0
    under_way: str | None = None
    warnings: list[str] = field(default_factory=list)


def _mirrors(dataset: Dataset) -> "list[MirrorState]":
    if not dataset.repo.settings.subsections("remote"):
        return []
    # All that speaks with other places takes a while to load, and many datasets have none.
    from talekeep.ops.mirrors import mirror_states

    return mirror_states(dataset)


def status(dataset: Dataset) -> Status:
    """How the dataset stands; reads only the parts that differ from the last commit."""
    repo = dataset.repo
    snapshot = index.read(repo)
    now, tree = dataset.now_from(snapshot), dataset.head_tree()
    committed = dataset.of_tree(tree)
    between = Difference(committed, now)
    validated = checking.is_validated(dataset, now, tree) or repo.head() is None
    mirrors = _mirrors(dataset)
    faults = wiring.faults(repo)
    branch = repo.head_ref()
    merging = "merge" if dataset.merging else merge_state.other_operation(repo)
    conflicts = open_conflicts(dataset, between.paths) if merging or snapshot.unmerged else []
    found = Status(
        dataset=dataset.config.name,
        path=str(dataset.path),
        branch=branch.removeprefix("refs/heads/") if branch else None,
        commit=repo.head(),
        entries=dataset.count(now),
        changes=_changes(between),
        conflicts=sorted({conflict.file for conflict in conflicts}),
        validated=validated,
        mirrors=mirrors,
        setup=faults,
        next=None,
        open=len(conflicts),
        under_way=merging,
        warnings=places.warnings(dataset.path),
    )
    return _with_next(found)


def _with_next(found: Status) -> Status:
    behind = next((m for m in found.mirrors if m.behind or m.back), None)
    steps = (
        (bool(found.conflicts), "talekeep conflicts"),
        (found.changes.unreadable > 0, "talekeep validate"),
        (found.under_way == "merge", "talekeep commit"),
        (found.under_way is not None, f"{found.under_way} --continue"),
        (found.changes.any, 'talekeep commit -m "…"'),
        (not found.validated, "talekeep validate"),
        (bool(found.setup), "talekeep setup"),
        (found.entries == 0, "talekeep import FILE"),
        (behind is not None, f"talekeep push {behind.name if behind else ''}"),
    )
    return replace(found, next=next((command for needed, command in steps if needed), None))


def _changes(between: Difference) -> Changes:
    counts = counted(between)
    other = sorted(p for p in between.paths if not parts.is_entries(p))
    return Changes(**counts.named(), unreadable=counts.unreadable, other=other)
