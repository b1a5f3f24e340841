"""`diff`: two states of a dataset, compared by entry."""

from dataclasses import dataclass

from talekeep.core import handles
from talekeep.core.entry import Entry
from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.core.merge import diff as differences
from talekeep.ops.workspace import trained_models
from talekeep.ops.workspace.compare import changes_between
from talekeep.ops.workspace.compare import lines_by_id
from talekeep.ops.workspace.select import view_of
from talekeep.store import parts
from talekeep.store.clone.history import span
from talekeep.store.dataset import Dataset


@dataclass(frozen=True, slots=True)
class Compared:
    """`changes` by entry; `files` are changed files without entries; `unreadable` lines have no value;
    `html` is the page that was written."""

    changes: list[differences.Change]
    files: list[str]
    unreadable: list[str]
    html: str | None = None


def diff(dataset: Dataset, before: str | None = None, after: str | None = None) -> Compared:
    """What changed between two revisions, by entry; without `after` up to the folder as it lies, without
    `before` from HEAD. `before` may be a range: `A..B` are its two ends, `A...B` is B against
    where both parted. `model:NAME` is what a model was trained on.

    Raises:
        NotFound: no such revision. Refused: `A...B` have no commit in common. Usage: a range and one more.
    """
    before, after = _ends(dataset, before, after)
    if any((side or "").startswith(trained_models.PREFIX) for side in (before, after)):
        return _of_models(dataset, before or "HEAD", after)
    head = "HEAD" if dataset.history.head() else None
    old = dataset.at(before) if before else (dataset.at(head) if head else dataset.staged())
    new = view_of(dataset, after)
    differing = old.differing(new)
    bad = [
        f"{line.part}:{line.number}"
        for line in lines_by_id(new, differing)
        if not isinstance(line.value, dict)
    ]
    others = sorted(p for p in differing if not parts.is_entries(p) and not p.startswith(parts.SIDECARS))
    return Compared(changes_between(old, new), others, bad)


def _ends(dataset: Dataset, before: str | None, after: str | None) -> tuple[str | None, str | None]:
    ends = span(before)
    if ends is None:
        return before, after
    if after is not None:
        raise Usage(f"{before} names both sides already", f"talekeep diff {before}")
    if not ends.symmetric:
        return ends.before, ends.after
    history = dataset.history
    bases = history.merge_bases(history.resolve(ends.before), [history.resolve(ends.after)])
    if not bases:
        raise Refused(
            f"{ends.before} and {ends.after} have no commit in common",
            f"talekeep diff {ends.before} {ends.after}",
        )
    return bases[0], ends.after


def _of_models(dataset: Dataset, before: str, after: str | None) -> Compared:
    """The entries that a model saw, as it saw them, against those of another one or of a revision."""
    old, new = _entries(dataset, before), _entries(dataset, after)
    return Compared(differences.changes(old, new), [], [])


def _entries(dataset: Dataset, side: str | None) -> list[Entry]:
    name = (side or "").removeprefix(trained_models.PREFIX)
    if side is None or name == side:
        return [line.value for line in view_of(dataset, side).entries() if isinstance(line.value, dict)]
    now = dataset.now()
    ids = trained_models.seen_by(now, name)
    view = dataset.at(trained_models.named(now, name).commit)
    values = (line.value for line in view.entries())
    return [value for value in values if isinstance(value, dict) and value.get("id") in ids]


def of_entry(compared: Compared, entry: str) -> Compared:
    """The changes of one entry alone, by its id or a unique piece of it.

    Raises:
        NotFound: no entry that differs begins like this, or several do.
    """
    ids = handles.alike((change.id for change in compared.changes), entry)
    changes = [change for change in compared.changes if change.id in ids]
    exact = [change for change in changes if change.id == entry]
    if len({change.id for change in exact or changes}) != 1:
        many = f"{len(changes)} entries that differ begin" if changes else "no entry that differs begins"
        raise NotFound(f"{many} with {entry!r}", "talekeep diff --stat shows the ids")
    return Compared(exact or changes, [], [])
