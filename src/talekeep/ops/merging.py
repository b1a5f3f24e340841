"""Branches and merging two of them: by entry, in process, as one commit with two parents."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from typing import TypeAlias

from talekeep.core import codec
from talekeep.core import merge as merging
from talekeep.core.errors import BadRecord
from talekeep.core.errors import Negative
from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.ops import checking
from talekeep.ops import history
from talekeep.ops import message
from talekeep.ops import plural
from talekeep.store import parts
from talekeep.store import toml
from talekeep.store.dataset import Dataset
from talekeep.store.git import trees
from talekeep.store.view import View

Sides: TypeAlias = tuple[bytes | None, bytes | None, bytes | None]
# A merged file (None: deleted), and what in it both sides changed in different ways.
FileMerged: TypeAlias = tuple[bytes | None, list[str]]


@dataclass(frozen=True, slots=True)
class Merged:
    """`merged` counts entries that came in, changed or went; a merge that happened has no `conflicts`."""

    merged: dict[str, int]
    conflicts: list[str]
    commit: str | None


def merge(dataset: Dataset, branch: str, *, preview: bool = False) -> Merged:
    """Merge a branch into the one HEAD is on.

    A merge without conflicts is committed; one with conflicts changes nothing and names them.

    Raises:
        Negative: both sides changed the same thing differently. Refused: uncommitted changes stand in the
        way, or the histories have nothing in common. NotFound: no such branch. Invalid: the merged dataset
        has an error.
    """
    with dataset.writing("merge"):
        repo = dataset.repo
        theirs = repo.resolve(branch)
        ours = repo.head()
        if ours is None:
            raise Refused("nothing is committed yet", 'talekeep commit -m "…"')
        history.require_clean(dataset, "merge")
        base = repo.merge_base(ours, theirs)
        if base == theirs:
            return Merged(_counts(0, 0, 0), [], ours)
        if base is None:
            raise Refused(f"{branch} has no commit in common with this branch", "talekeep import its entries")
        root = dataset.of_tree(repo.commit(base).tree)
        mine = dataset.of_tree(repo.commit(ours).tree)
        files, conflicts = _merge_files(root, mine, dataset.of_tree(repo.commit(theirs).tree))
        if conflicts and not preview:
            raise Conflicting(branch, conflicts)
        merged = _overlay(mine, files)
        kinds = [change.kind for change in history.changes_between(mine, merged)]
        counts = _counts(*(kinds.count(kind) for kind in ("added", "changed", "removed")))
        if preview:
            return Merged(counts, conflicts, None)
        checking.require_valid(dataset, merged, mine)
        text = message(f"Merge {branch}: {_said(counts)}", "merge", **counts)
        before = dataset.head_tree()
        commit = dataset.write(files, text, merging=theirs)
        checking.remember(dataset, merged, dataset.head_tree(), before)
        return Merged(counts, [], commit)


class Conflicting(Negative):
    """A merge that was not made: `conflicts` names each place."""

    def __init__(self, branch: str, conflicts: list[str]) -> None:
        shown = "\n".join(f"  {place}" for place in conflicts[:20])
        super().__init__(
            f"{branch} was not merged: {plural(len(conflicts), 'conflict')}, nothing was changed\n{shown}",
            "make one side agree with the other in these places, then merge again",
        )
        self.conflicts = conflicts


def _counts(added: int, changed: int, removed: int) -> dict[str, int]:
    return {"added": added, "changed": changed, "removed": removed}


def _said(counts: dict[str, int]) -> str:
    return ", ".join(f"{n} {verb}" for verb, n in counts.items() if n) or "no entry differs"


def _overlay(mine: View, files: dict[str, bytes | None]) -> View:
    """Our side with the merged files laid over it."""
    oids = {**mine.files, **{p: trees.blob_id(data) for p, data in files.items() if data is not None}}
    for path, data in files.items():
        if data is None:
            oids.pop(path, None)

    def read(path: str) -> bytes:
        data = files.get(path)
        return mine.read(path) if data is None else data

    return View(oids, read)


def _merge_files(base: View, ours: View, theirs: View) -> tuple[dict[str, bytes | None], list[str]]:
    """What differs from `ours` in the merge: path → content."""
    old = base.files
    files: dict[str, bytes | None] = {}
    conflicts: list[str] = []
    for path in sorted(theirs.files.keys() | old.keys()):
        was, mine, yours = old.get(path), ours.files.get(path), theirs.files.get(path)
        if yours in (mine, was):
            continue
        sides = (base.optional(path), ours.optional(path), theirs.optional(path))
        merged, found = (sides[2], []) if mine == was else _strategy(path)(sides)
        conflicts += [f"{path}: {place}" for place in found]
        files[path] = merged
    return files, conflicts


def _strategy(path: str) -> Callable[[Sides], FileMerged]:
    if path.endswith(".jsonl") and path.startswith((parts.ENTRIES + "/", parts.SIDECARS + "/")):
        return _merge_part
    return _merge_tables if path.startswith("library/") and path.endswith(".toml") else _merge_other


def _merge_part(sides: Sides) -> FileMerged:
    try:
        base, ours, theirs = ([codec.decode(line) for _, line in parts.lines_of(s or b"")] for s in sides)
    except BadRecord as reason:
        return sides[1], [f"a line is not JSON: {reason}"]
    merged = merging.merge_records(base, ours, theirs)
    lost = merging.lost(base, ours, theirs, merged.records)
    places = [f"entry {entry} {_path(conflict)}" for entry, conflict in merged.conflicts]
    places += [f"entry {entry} would be lost" for entry in lost]
    return b"".join(codec.encode(record) for record in merged.records), places


def _path(conflict: dict[str, Any]) -> str:
    return ".".join(str(step) for step in conflict["path"]) or "as a whole"


def _merge_tables(sides: Sides) -> FileMerged:
    try:
        base, ours, theirs = (tomllib.loads((side or b"").decode()) for side in sides)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as reason:
        return sides[1], [f"not TOML: {reason}"]
    merged = merging.merge_keyed(base, ours, theirs)
    places = [f"[{slug}] {_path(conflict)}" for slug, one in merged.items() for conflict in one.conflicts]
    return toml.dump({slug: merged[slug].value for slug in sorted(merged)}), places


def _merge_other(sides: Sides) -> FileMerged:
    """A file that is not the dataset's own: both sides changed it, and how is for its author to say."""
    return sides[1], ["both sides changed this file"]


@dataclass(frozen=True, slots=True)
class Branches:
    branches: dict[str, str]
    current: str | None


def branches(dataset: Dataset) -> Branches:
    """Every branch with its commit, and the one HEAD is on."""
    found = {name[len("refs/heads/") :]: at for name, at in dataset.repo.refs_under("refs/heads/").items()}
    head = dataset.repo.head_ref()
    return Branches(dict(sorted(found.items())), head.removeprefix("refs/heads/") if head else None)


def create_branch(dataset: Dataset, name: str, *, start: str = "HEAD", dry_run: bool = False) -> Branches:
    """Make a branch; HEAD stays where it is.

    Raises:
        Refused: it exists, or git would not allow the name. NotFound: no such start.
    """
    ref = dataset.repo.branch_ref(name)
    if dataset.repo.ref(ref) is not None:
        raise Refused(f"the branch {name} exists", f"talekeep switch {name}")
    commit = dataset.repo.resolve(start)
    if not dry_run:
        with dataset.writing("branch"):
            dataset.repo.set_ref(ref, commit, None, f"branch: Created from {start}")
    return branches(dataset)


def switch(dataset: Dataset, name: str, *, dry_run: bool = False) -> Branches:
    """Put the folder and HEAD on a branch.

    Raises:
        NotFound: no such branch. Refused: uncommitted changes would be lost.
    """
    with dataset.writing("switch"):
        ref = dataset.repo.branch_ref(name)
        commit = dataset.repo.ref(ref)
        if commit is None:
            raise NotFound(f"there is no branch {name}", f"talekeep branch {name}")
        history.require_clean(dataset, "switch")
        if not dry_run:
            dataset.check_out(ref, commit)
    return branches(dataset)
