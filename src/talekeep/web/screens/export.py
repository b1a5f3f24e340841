"""What each trainer would do with the entries, and files to keep."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from talekeep.core.errors import Negative
from talekeep.core.errors import NotFound
from talekeep.core.errors import Problem
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.core.slug import slug
from talekeep.library import recipes
from talekeep.library.recipes import Recipe
from talekeep.ops.exchange.export import Exported
from talekeep.training.trainers import TRAINERS
from talekeep.training.writers import WRITERS
from talekeep.web.pages import address
from talekeep.web.visit import Answer
from talekeep.web.visit import Download
from talekeep.web.visit import GoTo
from talekeep.web.visit import Page
from talekeep.web.visit import Screen
from talekeep.web.visit import Visit

_WHOLE = ("chatml", "sharegpt", "rolethread")
_FORMATS = (*_WHOLE, *WRITERS)


def export(visit: Visit) -> Answer:
    """What to export and how; with `?fit=1` what each trainer makes of the entries, with `?preview=1` what
    the export would leave out or change."""
    query = visit.query.get("q", "").strip()
    values: dict[str, Any] = {
        "title": "Export",
        "query": query,
        "trainers": list(TRAINERS),
        "formats": list(dict.fromkeys(_FORMATS)),
        "trainer": visit.query.get("trainer", ""),
        "format": visit.query.get("format", ""),
        "recipes": _recipes(visit),
        "fit": None,
        "preview": None,
        "problem": None,
    }
    status = 200
    try:
        if visit.query.get("fit"):
            values["fit"] = visit.dataset.fit(where=query or None)
        if visit.query.get("preview"):
            values["preview"] = _preview(visit, query)
    except (Usage, NotFound, Refused, Negative) as problem:
        values["problem"], status = problem, 400
    return Page("export.html", values, status)


def _recipes(visit: Visit) -> list[str]:
    """The names of the recipes of the last commit."""
    files = visit.store.of_tree(visit.store.head_tree()).files
    folder, end = f"{recipes.FOLDER}/", ".toml"
    names = (path.removeprefix(folder).removesuffix(end) for path in files if path.startswith(folder))
    return sorted(name for name in names if recipes.path_of(name) in files)


def _preview(visit: Visit, query: str) -> Exported:
    trainer, format_name = visit.query.get("trainer", ""), visit.query.get("format", "")
    with tempfile.TemporaryDirectory(prefix="talekeep-") as scratch:
        return _written(visit, Path(scratch) / "preview.jsonl", (query, trainer, format_name), dry_run=True)


def _written(visit: Visit, out: Path, wanted: tuple[str, str, str], *, dry_run: bool = False) -> Exported:
    query, trainer, format_name = wanted
    return visit.dataset.export(
        out,
        where=query or None,
        trainer=trainer or None,
        format=format_name or None,
        clean=None if not format_name or format_name in _WHOLE else True,
        dry_run=dry_run,
    )


def download(visit: Visit) -> Answer:
    """The files of an export or of a recipe, as one file to keep."""
    scratch = Path(tempfile.mkdtemp(prefix="talekeep-"))
    try:
        name, file = _made(visit, scratch)
    except Problem:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    return Download(name, file, scratch)


def _made(visit: Visit, scratch: Path) -> tuple[str, Path]:
    folder = scratch / "files"
    if recipe := visit.field("recipe"):
        visit.dataset.recipes.export(recipe, folder)
        name = recipe
    else:
        folder.mkdir()
        name = slug(visit.store.config.name) or "dataset"
        wanted = (visit.field("q").strip(), visit.field("trainer"), visit.field("format"))
        _written(visit, folder / f"{name}.jsonl", wanted)
    files = [path for path in folder.rglob("*") if path.is_file()]
    if len(files) == 1:
        return files[0].name, files[0]
    archive = shutil.make_archive(str(scratch / name), "zip", folder)
    return f"{name}.zip", Path(archive)


def keep(visit: Visit) -> Answer:
    """Keep the choices as a recipe, in a commit."""
    name, query, trainer = (visit.field(field).strip() for field in ("name", "q", "trainer"))
    recipe = Recipe(query=query, profile=trainer, format=visit.field("format"))
    visit.dataset.recipes.save(name, recipe)
    chosen = {"q": query, "trainer": trainer, "format": visit.field("format")}
    return GoTo(address("/export", **chosen), f"Kept the recipe {name}.")


SCREENS = (
    Screen("/export", get=export, post=keep),
    Screen("/export/download", post=download),
)
