"""The history of one entry: each commit that changed it, with the words that came and went."""

from typing import TypeAlias

from talekeep.core.entry import Entry
from talekeep.core.entry import text_of
from talekeep.core.merge.diff import Change
from talekeep.core.merge.diff import compare
from talekeep.core.text import word_diff
from talekeep.ops.entries import list_show
from talekeep.web.visit import Answer
from talekeep.web.visit import GoTo
from talekeep.web.visit import Page
from talekeep.web.visit import Screen
from talekeep.web.visit import Visit

_MOST = 30
# Who speaks, and the runs of words that stayed (=), went (-) and came (+).
Words: TypeAlias = tuple[str, list[tuple[word_diff.Op, str]]]


def history(visit: Visit) -> Answer:
    """The newest commits that changed the entry, and what each did to its words."""
    entry = visit.path["entry"]
    known = visit.dataset.log_entry(entry, limit=_MOST)
    commits = {row.id: row for row in known.commits}
    rows = [
        (
            commits[change.commit],
            change.kind,
            _words(visit, change.commit, known.entry) if change.kind == "changed" else [],
        )
        for change in known.changes
    ]
    return Page("history.html", {"title": "History", "id": known.entry, "rows": rows})


def _words(visit: Visit, commit: str, entry: str) -> list[Words]:
    """The messages that a commit changed."""
    parents = visit.store.history.commit(commit).parents
    versions = [list_show.show(visit.store, entry, revision=each).entry for each in (*parents[:1], commit)]
    return _rows(compare(*versions)) if len(versions) == 2 else []


def _rows(change: Change) -> list[Words]:
    rows: list[Words] = []
    for message in change.messages:
        if message.kind != "unchanged":
            before, after = _at(change.before, message.before), _at(change.after, message.after)
            shown = after or before
            speaker = str(shown.get("name") or shown.get("role", "?"))
            rows.append((speaker, [*word_diff.compare(text_of(before), text_of(after))]))
    return rows


def _at(entry: Entry | None, index: int | None) -> Entry:
    message = entry["messages"][index] if entry is not None and index is not None else {}
    return message if isinstance(message, dict) else {}


def restore(visit: Visit) -> Answer:
    """Put the entry back as it was at a commit."""
    visit.dataset.restore(visit.path["entry"], rev=visit.field("rev"))
    return GoTo(f"/e/{visit.path['entry']}")


SCREENS = (
    Screen("/e/{entry}/history", get=history),
    Screen("/e/{entry}/restore", post=restore),
)
