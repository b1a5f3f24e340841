"""Bringing files in: they are dropped, looked at, and only then imported."""

from pathlib import Path

from talekeep.core.errors import NotFound
from talekeep.core.errors import Problem
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.core.file_names import unportable
from talekeep.ops import plural
from talekeep.web.visit import Answer
from talekeep.web.visit import GoTo
from talekeep.web.visit import Page
from talekeep.web.visit import Screen
from talekeep.web.visit import Upload
from talekeep.web.visit import Visit

_PIECE = 2**20


def form(visit: Visit) -> Answer:
    """Where files are dropped."""
    return _page(visit)


def preview(visit: Visit) -> Answer:
    """What would come of the files, and what would be refused; nothing is written."""
    uploads = [upload for upload in visit.files if upload.name]
    if not uploads:
        return _page(visit, Usage("no file was chosen"), 400)
    name, folder = visit.session.drop()
    try:
        for upload in uploads:
            _keep(upload, folder)
        planned = visit.dataset.import_files(
            _files(folder), tags=_tags(visit), mend=_mend(visit), dry_run=True
        )
    except (Usage, NotFound, Refused) as problem:
        visit.session.forget(name)
        return _page(visit, problem, 400)
    values = {
        "title": "Import",
        "preview": planned,
        "folder": name,
        "names": [path.name for path in _files(folder)],
        "tags": visit.field("tags"),
        "mend": _mend(visit),
        "problem": None,
    }
    return Page("import.html", values)


def do(visit: Visit) -> Answer:
    """Import the files that were looked at, or let them go."""
    name = visit.field("folder")
    folder = visit.session.dropped(name)
    if visit.field("act") == "forget":
        visit.session.forget(name)
        return GoTo("/import", "Nothing was imported.")
    result = visit.dataset.import_files(_files(folder), tags=_tags(visit), mend=_mend(visit))
    visit.session.forget(name)
    parts = [
        f"{plural(len(rows), 'entry')} {what}"
        for what, rows in (("added", result.added), ("changed", result.changed), ("were here", result.same))
        if rows
    ]
    refused = [f"{plural(len(result.refused), 'record')} refused"] if result.refused else []
    note = ", ".join([*parts, *refused]) or "Nothing new was in the files."
    return GoTo("/conflicts" if result.conflicts else "/", note)


def _keep(upload: Upload, folder: Path) -> None:
    """Write a file that came into a folder, under its own name."""
    name = Path(upload.name.replace("\\", "/")).name
    if not name or name.startswith(".") or unportable([name]) or (folder / name).exists():
        raise Usage(f"a file cannot be called {name!r} here", "rename it, and drop it again")
    with (folder / name).open("wb") as out:
        while piece := upload.file.read(_PIECE):
            out.write(piece)


def _files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def _tags(visit: Visit) -> list[str]:
    return [tag.strip() for tag in visit.field("tags").split(",") if tag.strip()]


def _mend(visit: Visit) -> bool:
    return bool(visit.field("mend"))


def _page(visit: Visit, problem: Problem | None = None, status: int = 200) -> Page:
    values = {
        "title": "Import",
        "preview": None,
        "problem": problem,
        "tags": visit.field("tags"),
        "mend": False,
    }
    return Page("import.html", values, status)


SCREENS = (
    Screen("/import", get=form, post=do),
    Screen("/import/preview", post=preview),
)
