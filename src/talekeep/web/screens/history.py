"""The history of one entry: each commit that changed it, with the words that came and went."""

from talekeep.core.merge.diff import compare
from talekeep.ops.entries import list_show
from talekeep.web.pages import cast_of
from talekeep.web.pages import manuscript
from talekeep.web.visit import Answer
from talekeep.web.visit import GoTo
from talekeep.web.visit import Page
from talekeep.web.visit import Screen
from talekeep.web.visit import Visit
from talekeep.web.words import Pair
from talekeep.web.words import pairs

_MOST = 30


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


def _words(visit: Visit, commit: str, entry: str) -> list[Pair]:
    """The messages that a commit changed."""
    parents = visit.store.history.commit(commit).parents
    versions = [list_show.show(visit.store, entry, revision=each).entry for each in (*parents[:1], commit)]
    return [pair for pair in pairs(compare(*versions)) if not pair.folded] if len(versions) == 2 else []


def blame(visit: Visit) -> Answer:
    """Who gave each message its words, and when."""
    known = visit.dataset.blame(visit.path["entry"])
    entry = list_show.show(visit.store, known.entry).entry
    rows = manuscript(entry, [], cast_of(visit.store))
    values = {
        "title": "Who wrote what",
        "id": known.entry,
        "rows": [(row, next((m for m in known.messages if m.index == row["number"]), None)) for row in rows],
        "tags": known.tags,
        "keys": known.keys,
    }
    return Page("blame.html", values)


def restore(visit: Visit) -> Answer:
    """Put the entry back as it was at a commit."""
    visit.dataset.restore(visit.path["entry"], rev=visit.field("rev"))
    return GoTo(f"/e/{visit.path['entry']}", "It is as it was; the newer version stays in its history.")


SCREENS = (
    Screen("/e/{entry}/history", get=history),
    Screen("/e/{entry}/blame", get=blame),
    Screen("/e/{entry}/restore", post=restore),
)
