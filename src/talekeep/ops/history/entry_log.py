"""The commits that changed one entry: `log ENTRY`."""

from dataclasses import dataclass
from itertools import islice

from talekeep.core import handles
from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.core.merge import diff
from talekeep.core.merge.align import same
from talekeep.ops.history import entry_versions
from talekeep.ops.history import log
from talekeep.ops.history.entry_versions import Step
from talekeep.ops.history.entry_versions import Trace
from talekeep.ops.history.entry_versions import Version
from talekeep.ops.history.log import LogRow
from talekeep.store.clone.history import Commit
from talekeep.store.clone.history import span
from talekeep.store.dataset import Dataset

_ID_SIGNS = frozenset("0123456789abcdefABCDEF-")


@dataclass(frozen=True, slots=True)
class MessageEdit:
    """A changed message; `before` and `after` are its indexes (from 0), None where it is missing."""

    kind: diff.MessageKind
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class EntryChange:
    """What one commit did to the entry: added, changed, removed, or moved from `moved_from` to another part.

    `messages` names only those that are not as before; `part` is where the entry stands, or last stood.
    """

    commit: str
    kind: diff.ChangeKind
    part: str
    moved_from: str | None = None
    messages: tuple[MessageEdit, ...] = ()
    tags_added: tuple[str, ...] = ()
    tags_removed: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EntryLog:
    """The commits that changed an entry, newest first, and what each did: one change a commit."""

    entry: str
    commits: list[LogRow]
    changes: list[EntryChange]


def is_entry(dataset: Dataset, name: str) -> bool:
    """Whether a name that may be a revision or an entry is an entry's: a revision comes first.

    Raises:
        Usage: it is the beginning of both. NotFound: it can be neither. Refused: of several commits.
    """
    if span(name) is not None:
        return False
    begins_id = bool(name) and _ID_SIGNS.issuperset(name)
    try:
        commit = dataset.history.resolve(name)
    except NotFound:
        if begins_id or _ids_at(dataset, "HEAD", name):
            return True
        raise NotFound(
            f"there is no revision or entry {name!r}", "talekeep log and talekeep list show them"
        ) from None
    except Refused:
        # Too short for a git object name, but it may be enough for an entry.
        if _ids_at(dataset, "HEAD", name):
            return True
        raise
    if commit.startswith(name) and _ids_at(dataset, "HEAD", name):
        raise Usage(
            f"{name!r} is the beginning of a commit ({commit[:12]}) and of an entry",
            "give more of the one you mean, or --rev HEAD beside an entry",
        )
    return False


def log_entry(dataset: Dataset, entry: str, *, revision: str = "HEAD", limit: int | None = None) -> EntryLog:
    """The commits up to a revision that changed an entry, wherever it stood, and whether or not it still
    stands; a merge counts where its entry is not that of one of its parents.

    Raises:
        NotFound: no such revision; no entry of any commit, or several, begin like this.
    """
    start = _start(dataset, revision, entry)
    full = _full_id(dataset, start, entry)
    steps = entry_versions.newest_first(Trace(dataset, full, start), start)
    changes = islice(((step, change) for step in steps if (change := _change(step)) is not None), limit)
    pairs = list(changes)
    return EntryLog(full, [log.row(step.commit) for step, _ in pairs], [change for _, change in pairs])


def _start(dataset: Dataset, revision: str, entry: str) -> Commit:
    if revision == "HEAD" and dataset.history.head() is None:
        raise NotFound(f"there is no commit with an entry {entry!r}", 'talekeep commit -m "…"')
    return dataset.history.at(revision)


def _full_id(dataset: Dataset, start: Commit, entry: str) -> str:
    ids = _ids_at(dataset, start.id, entry)
    if not ids and entry and _ID_SIGNS.issuperset(entry):
        ids = entry_versions.past_ids(dataset, start.id, entry)
    if not ids:
        raise NotFound(f"no commit holds an entry {entry!r}", "talekeep list shows the ids")
    if len(ids) > 1 and entry not in ids:
        some = ", ".join(i[: len(entry) + 6] for i in ids[:3])
        raise NotFound(f"{len(ids)} entries begin with {entry!r}: {some}, …", "give more of the id")
    return entry if entry in ids else ids[0]


def _ids_at(dataset: Dataset, revision: str, beginning: str) -> list[str]:
    if not beginning or dataset.history.head() is None:
        return []
    view = dataset.at(revision)
    dataset.learn(view)
    blobs = {view.files[part] for part in view.parts()}
    rows = dataset.cache.starting(beginning) or dataset.cache.alike(beginning)
    return sorted(handles.alike((entry for entry, blob, _ in rows if blob in blobs), beginning))


def _change(step: Step) -> EntryChange | None:
    """What the commit did to the entry; for a merge, compared with the first parent that has it."""
    after, commit = step.version, step.commit.id
    if any(_is_as(after, before) for before in step.before):
        return None
    before = next((version for version in step.before if version is not None), None)
    if after is None:
        return EntryChange(commit, "removed", before.part) if before else None
    return _edit(commit, before, after) if before else EntryChange(commit, "added", after.part)


def _is_as(one: Version | None, other: Version | None) -> bool:
    if one is None or other is None:
        return one is other
    return one is other or (one.part == other.part and same(one.entry, other.entry))


def _edit(commit: str, before: Version, after: Version) -> EntryChange:
    moved_from = None if before.part == after.part else before.part
    if same(before.entry, after.entry):
        return EntryChange(commit, "moved", after.part, moved_from)
    change = diff.compare(before.entry, after.entry)
    return EntryChange(
        commit,
        "changed",
        after.part,
        moved_from,
        tuple(MessageEdit(m.kind, m.before, m.after) for m in change.messages if m.kind != "unchanged"),
        change.tags_added,
        change.tags_removed,
        tuple(dict.fromkeys(str(field.path[0]) for field in change.fields)),
    )
