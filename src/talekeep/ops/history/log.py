"""`log`: the commits of a dataset."""

import re
from dataclasses import dataclass
from datetime import UTC
from datetime import datetime

from talekeep.store.clone.history import Commit
from talekeep.store.dataset import Dataset

_TRAILER = re.compile(r"^Talekeep-(Op|Entries): (.*)$", re.MULTILINE)

_COUNTS = re.compile(r"\+(\d+) ~(\d+) -(\d+)")


@dataclass(frozen=True, slots=True)
class LogRow:
    """A commit; `operation` and `entries` (added, changed, removed) are what its trailers say, else None.
    `boundary`: the history before it is not in this clone, which is shallow."""

    id: str
    time: str
    author: str
    subject: str
    operation: str | None
    entries: dict[str, int] | None
    parents: list[str]
    boundary: bool = False


@dataclass(frozen=True, slots=True)
class Log:
    """Commits, newest first."""

    commits: list[LogRow]


def log(dataset: Dataset, *, limit: int | None = None, revision: str = "HEAD") -> list[LogRow]:
    """Commits, newest first: up to a revision, or those of a range (`A..B`: of B and not of A; `A...B`: of
    one of both).

    Raises:
        NotFound: no such revision.
    """
    history = dataset.history
    if revision == "HEAD" and history.head() is None:
        return []
    return [row(commit) for commit in history.newest_first(revision, limit)]


def row(commit: Commit) -> LogRow:
    """A commit as a row of the log."""
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
        boundary=commit.boundary,
    )


def iso(seconds: int) -> str:
    """Seconds since 1970 as ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
