"""History: `commit`, `log`, `diff`."""

import re
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from datetime import UTC
from datetime import datetime
from typing import Any

from talekeep.core import codec
from talekeep.core import diff as differences
from talekeep.core.entry import Entry
from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.finding import Finding
from talekeep.ops import aftermath
from talekeep.ops import checking
from talekeep.ops import message
from talekeep.ops import plural
from talekeep.ops.counting import Counts
from talekeep.ops.counting import counted
from talekeep.ops.selecting import view_of
from talekeep.store import parts
from talekeep.store.dataset import Dataset
from talekeep.store.git import index
from talekeep.store.git import trees
from talekeep.store.git.commits import Commit
from talekeep.store.view import Difference
from talekeep.store.view import Line
from talekeep.store.view import View

_TRAILER = re.compile(r"^Talekeep-(Op|Entries): (.*)$", re.MULTILINE)
_COUNTS = re.compile(r"\+(\d+) ~(\d+) -(\d+)")


@dataclass(frozen=True, slots=True)
class Committed:
    """`commit` is None when there was nothing to commit (or with `dry_run`). `findings` are what a merge
    that this finished made and neither side had alone (see `aftermath`)."""

    added: int
    changed: int
    removed: int
    files: list[str]
    commit: str | None
    findings: list[Finding] = field(default_factory=list)


def commit(dataset: Dataset, subject: str | None = None, *, dry_run: bool = False) -> Committed:
    """Commit everything that differs from the last commit: tracked files, and new ones of the dataset's own
    folders. Parts are made canonical on the way.

    Raises:
        Invalid: an error in a changed part. Refused: a merge by git is unfinished.
    """
    with dataset.writing("commit"):
        snapshot, theirs = index.read(dataset.repo), dataset.merging
        if snapshot.unmerged:
            raise Refused(f"{snapshot.unmerged[0]} has a conflict that is not settled", "talekeep conflicts")
        now, base = dataset.now_from(snapshot), dataset.of_tree(dataset.head_tree())
        between = Difference(base, now)
        differing = sorted(between.paths)
        counts = counted(between)
        if not differing and theirs is None:
            return Committed(0, 0, 0, [], None)
        checking.require_valid(dataset, between)
        findings = aftermath.of_commits(dataset, str(dataset.repo.head()), theirs, now) if theirs else []
        if dry_run:
            return Committed(**counts.named(), files=differing, commit=None, findings=findings)
        files = {path: _canonical(now, path) if path in now.files else None for path in differing}
        # Should the disk refuse half way, the hand edits that were made canonical can be put back.
        dataset.repo.write_blobs([now.read(p) for p, data in files.items() if data and data != now.read(p)])
        before = dataset.head_tree()
        text = message(
            subject or _prepared(dataset, theirs) or _subject(counts, differing),
            "commit",
            **counts.named(),
        )
        written = {path: None if data is None else trees.blob_id(data) for path, data in files.items()}
        if theirs is None and written == {path: base.files.get(path) for path in files}:
            # Only spelled differently: the files are put right, and there is nothing to commit.
            dataset.write(files, text, sweep=now, commit=False)
            return Committed(0, 0, 0, [], None)
        made = dataset.write(files, text, sweep=now, merging=theirs)
        checking.remember(dataset, now, dataset.head_tree(), before)
        return Committed(**counts.named(), files=differing, commit=made, findings=findings)


def _prepared(dataset: Dataset, theirs: str | None) -> str | None:
    """The subject that waits for a merge under way."""
    text = dataset.merge_message if theirs is not None else None
    return text.strip().partition("\n")[0] if text and text.strip() else None


def require_clean(dataset: Dataset, doing: str) -> None:
    """Stop where a command would have to write over work that is not committed.

    Raises:
        Refused: a tracked file, or a new one in the dataset's folders, differs from the last commit.
    """
    snapshot = index.read(dataset.repo)
    differing = sorted(dataset.now_from(snapshot).differing(dataset.of_tree(dataset.head_tree())))
    if differing or snapshot.unmerged:
        what = (differing or list(snapshot.unmerged))[0]
        raise Refused(f"cannot {doing}: {what} has changes that are not committed", 'talekeep commit -m "…"')


def _canonical(now: View, path: str) -> bytes:
    if not parts.is_entries(path) and not path.startswith(parts.SIDECARS + "/"):
        return now.read(path)
    return b"".join(codec.encode(line.value) for line in now.lines(path))


def _subject(counts: Counts, files: list[str]) -> str:
    verbs = ("Add", "Change", "Remove")
    numbers = counts.named().values()
    said = [f"{verb} {plural(n, 'entry')}" for verb, n in zip(verbs, numbers, strict=True) if n]
    return ", ".join(said) or f"Change {plural(len(files), 'file')}"


@dataclass(frozen=True, slots=True)
class LogRow:
    """A commit; `operation` and `entries` (added, changed, removed) are what its trailers say, else None."""

    id: str
    time: str
    author: str
    subject: str
    operation: str | None
    entries: dict[str, int] | None
    parents: list[str]


def log(dataset: Dataset, *, limit: int | None = None, revision: str = "HEAD") -> list[LogRow]:
    """Commits, newest first.

    Raises:
        NotFound: no such revision.
    """
    if revision == "HEAD" and dataset.repo.head() is None:
        return []
    return [row(commit) for commit in dataset.repo.walk(dataset.repo.resolve(revision), limit)]


def row(commit: Commit) -> LogRow:
    """A commit as the log tells it."""
    trailers = dict(_TRAILER.findall(commit.message))
    counts = _COUNTS.fullmatch(trailers.get("Entries", ""))
    return LogRow(
        id=commit.id,
        time=iso(commit.time),
        author=commit.author,
        subject=commit.subject,
        operation=trailers.get("Op"),
        entries=dict(zip(("added", "changed", "removed"), map(int, counts.groups()), strict=True))
        if counts
        else None,
        parents=list(commit.parents),
    )


def iso(seconds: int) -> str:
    """A moment (seconds since 1970) as ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Compared:
    """`changes` by entry; `files` are changed files without entries; `unreadable` lines have no value."""

    changes: list[differences.Change]
    files: list[str]
    unreadable: list[str]


def diff(dataset: Dataset, before: str | None = None, after: str | None = None) -> Compared:
    """What changed between two revisions, by entry; without `after` up to the folder as it lies, without
    `before` from HEAD.

    Raises:
        NotFound: no such revision.
    """
    head = "HEAD" if dataset.repo.head() else None
    old = dataset.at(before) if before else (dataset.at(head) if head else dataset.staged())
    new = view_of(dataset, after)
    differing = old.differing(new)
    bad = [
        f"{line.part}:{line.number}" for line in _lines(new, differing) if not isinstance(line.value, dict)
    ]
    others = sorted(p for p in differing if not parts.is_entries(p) and not p.startswith(parts.SIDECARS))
    return Compared(changes_between(old, new), others, bad)


def of_entry(compared: Compared, entry: str) -> Compared:
    """Only what is said of one entry, by its id or a unique beginning of it.

    Raises:
        NotFound: no entry that differs begins like this, or several do.
    """
    found = [change for change in compared.changes if change.id.startswith(entry)]
    exact = [change for change in found if change.id == entry]
    if len({change.id for change in exact or found}) != 1:
        many = f"{len(found)} entries that differ begin" if found else "no entry that differs begins"
        raise NotFound(f"{many} with {entry!r}", "talekeep diff --stat shows the ids")
    return Compared(exact or found, [], [])


def changes_between(old: View, new: View) -> list[differences.Change]:
    """The changes of entries, reading only parts that differ."""
    differing = old.differing(new)
    before = list(_lines(old, differing))
    # Nearly every line is the same on both sides: it is decoded once, and being one value, not compared.
    known = {line.data: line.value for line in before if line.reason is None}
    return differences.changes(_entries(before), _entries(_lines(new, differing, known)))


def _entries(lines: Iterable[Line]) -> list[Entry]:
    return [v for v in (line.value for line in lines) if isinstance(v, dict) and isinstance(v.get("id"), str)]


def _lines(seen: View, paths: set[str], known: Mapping[bytes, Any] | None = None) -> Iterator[Line]:
    for part in parts.in_order(paths & seen.files.keys()):
        yield from seen.lines(part, known or {})
