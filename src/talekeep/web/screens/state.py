"""How things stand, as the bar shows it, and whether something changed since the page was opened."""

from talekeep.core.errors import NotFound
from talekeep.ops import plural
from talekeep.ops.history import log
from talekeep.ops.merge import conflicts
from talekeep.ops.remotes.state import mirror_states
from talekeep.ops.remotes.tracked_branches import tracked
from talekeep.web.visit import Answer
from talekeep.web.visit import Page
from talekeep.web.visit import Screen
from talekeep.web.visit import Visit


def state(visit: Visit) -> Answer:
    """A part of every page. `?was=` is the stamp of the page it is asked for."""
    was, head = visit.query.get("was", ""), visit.query.get("head", "")
    moved = bool(was) and was != visit.stamp()
    values = {
        "title": "State",
        "saved": _saved(visit),
        "away": _away(visit),
        "open": _open(visit),
        "uncommitted": visit.store.now().differing(visit.store.of_tree(visit.store.head_tree())),
        "moved": moved,
        "changed": _changed(visit, head) if moved else "",
        "was": was,
        "head": head or visit.store.history.head() or "",
    }
    return Page("state.html", values)


def _saved(visit: Visit) -> str:
    """When the last commit was made, in ISO 8601."""
    head = visit.store.history.head()
    if head is None:
        return ""
    return log.row(visit.store.history.commit(head)).time


def _open(visit: Visit) -> int:
    snapshot = visit.store.staging.read()
    return len(conflicts.conflicts(visit.store)) if snapshot.unmerged else 0


def _away(visit: Visit) -> list[str]:
    """What other machines have, and what mirrors have not, in words; told by what lies there, nothing is
    asked."""
    texts = [
        f"{plural(row.behind, 'change')} of {row.branch} to take in"
        for row in tracked(visit.store)
        if row.behind
    ]
    late = [row for row in mirror_states(visit.store) if row.behind or row.behind is None]
    return [*texts, *(_unsaved(row.name, row.behind) for row in late)]


def _unsaved(name: str, behind: int | None) -> str:
    return (
        f"nothing is saved to {name}" if behind is None else f"{plural(behind, 'change')} not saved to {name}"
    )


def _changed(visit: Visit, head: str) -> str:
    """What changed since a commit, in numbers of entries; "" where that cannot be told."""
    try:
        compared = visit.dataset.diff(head or None)
    except NotFound:
        return ""
    return plural(len(compared.changes), "entry") if compared.changes else ""


SCREENS = (Screen("/state", get=state),)
