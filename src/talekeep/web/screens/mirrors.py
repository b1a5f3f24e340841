"""The state of mirrors and other machines, read from the files in their folders. Nothing is fetched or sent
over a network before somebody presses a button."""

from talekeep.core.errors import NotFound
from talekeep.core.errors import Outside
from talekeep.core.errors import Problem
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.ops import plural
from talekeep.ops.merge import merge
from talekeep.ops.merge.merge import Merged
from talekeep.ops.remotes import state
from talekeep.ops.remotes.remotes import Listed
from talekeep.ops.remotes.tracked_branches import tracked
from talekeep.remotes.base import Status
from talekeep.web.visit import Answer
from talekeep.web.visit import GoTo
from talekeep.web.visit import Page
from talekeep.web.visit import Screen
from talekeep.web.visit import Visit


def mirrors(visit: Visit) -> Answer:
    """Every remote: what is saved there, and what other machines have that is not here."""
    return _page(visit)


def _page(visit: Visit, problem: Problem | None = None, status: int = 200) -> Page:
    rows = [_row(visit, remote) for remote in visit.dataset.remotes.list()]
    form = {name: visit.field(name) for name in ("name", "place", "label")}
    return Page("mirrors.html", {"title": "Mirrors", "rows": rows, "problem": problem, "form": form}, status)


def _row(visit: Visit, remote: Listed) -> dict[str, object]:
    mirror = state.state(visit.store, remote.name)
    ahead = [row for row in tracked(visit.store, remote.name) if row.behind]
    there = None
    if remote.folder is not None:
        try:
            there = visit.dataset.remotes.look(remote.name)
        except (Outside, Refused, NotFound):
            there = None
    return {
        "remote": remote,
        "state": mirror,
        "saved": _saved(mirror.behind),
        "machines": _machines(there),
        "newer": [_newer(visit, remote.name, row.branch) for row in ahead],
        "away": remote.folder is not None and there is None,
        "client": there.client if there else "",
    }


def _saved(behind: int | None) -> str:
    if behind is None:
        return "Nothing of this machine is saved here yet."
    if behind:
        return (
            f"{plural(behind, 'change')} of this machine {'is' if behind == 1 else 'are'} not saved here yet."
        )
    return "All of this machine is saved here."


def _machines(there: Status | None) -> list[dict[str, object]]:
    """What each machine saved, by names and sizes alone."""
    return [
        {
            "name": writer.writer,
            "mine": writer.mine,
            "number": writer.number,
            "made": writer.made,
            "arriving": bool(writer.arriving),
            "download": writer.download,
        }
        for writer in (there.writers if there else ())
    ]


def _newer(visit: Visit, remote: str, branch: str) -> str:
    """What another machine has that is not here, in words; of what was fetched."""
    machine = branch.removeprefix(f"{remote}/").rpartition("/")[0] or remote
    try:
        preview = merge.merge(visit.store, branch, preview=True)
    except (Refused, NotFound):
        return f"{machine} has newer changes"
    return f"{machine} has {_counted(preview)}"


def _counted(preview: Merged) -> str:
    words = {"added": "newer", "changed": "changed", "removed": "removed"}
    parts = [f"{number} {words[kind]}" for kind, number in preview.merged.items() if number and kind in words]
    total = sum(preview.merged.values())
    noun = "scene" if total == 1 else "scenes"
    clashes = (
        f", {plural(len(preview.conflicts), 'clash').replace('clashs', 'clashes')} to settle"
        if preview.conflicts
        else ""
    )
    return f"{' and '.join(parts) or 'no newer'} {noun}{clashes}"


def act(visit: Visit) -> Answer:
    """What a button asks for: sync, save, look closer, check, forget; or a new place."""
    name, what = visit.field("remote"), visit.field("act")
    if what == "add":
        return _add(visit)
    if what not in _ACTS:
        raise Usage(f"{what!r} is nothing to do with a mirror")
    try:
        return _ACTS[what](visit, name)
    except Outside as problem:
        return _page(visit, problem, 503)


def _add(visit: Visit) -> Answer:
    """Set a place up, and try it by saving there."""
    name, place, label = (visit.field(field).strip() for field in ("name", "place", "label"))
    try:
        if not name or not place:
            raise Usage("a name and a place are needed")
        added = visit.dataset.remotes.add(name, place, label=label or "this")
    except (Usage, Refused, Outside, NotFound) as problem:
        return _page(visit, problem, 400)
    try:
        by_state = visit.dataset.push(added.name).sentence()
    except Problem as problem:
        visit.dataset.remotes.remove(added.name)
        return _page(visit, problem, 400)
    return GoTo("/mirrors", f"{added.name} is set up. {by_state}")


def _sync(visit: Visit, name: str) -> Answer:
    visit.session.settle(visit.store)
    result = visit.dataset.sync(name)
    if result.conflicts:
        return GoTo(
            "/conflicts", f"{plural(len(result.conflicts), 'place')} changed on both sides; nothing is lost."
        )
    came = [
        f"{', '.join(f'{n} {what}' for what, n in each.entries.items() if n)} from {each.branch}"
        for each in result.merged
    ]
    sent = [result.pushed.sentence()] if result.pushed is not None else []
    return GoTo("/mirrors", ". ".join(["; ".join(came) or "Nothing new came in", *sent]))


def _push(visit: Visit, name: str) -> Answer:
    visit.session.settle(visit.store)
    return GoTo("/mirrors", visit.dataset.push(name).sentence())


def _look(visit: Visit, name: str) -> Answer:
    visit.dataset.fetch(name)
    return GoTo("/mirrors", f"Looked at {name}.")


def _check(visit: Visit, name: str) -> Answer:
    checked = visit.dataset.remotes.check(name)
    by_state = {
        "good": "It is whole: a dataset can be made anew from it.",
        "none": "Nothing there can be read yet.",
    }
    return GoTo(
        "/mirrors", by_state.get(checked.state, "Older saves are whole; the newest is not: save again.")
    )


def _forget(visit: Visit, name: str) -> Answer:
    visit.dataset.remotes.remove(name)
    return GoTo("/mirrors", f"{name} is forgotten; what lies there stays.")


_ACTS = {"sync": _sync, "push": _push, "look": _look, "check": _check, "forget": _forget}

SCREENS = (Screen("/mirrors", get=mirrors, post=act),)
