"""`export NAME`: the folder of files that a recipe gives, byte for byte the same for one commit anywhere."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

from talekeep.core.errors import Negative
from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.library import recipes
from talekeep.library.model import plain
from talekeep.library.recipes import Recipe
from talekeep.ops import Progress
from talekeep.ops import silent
from talekeep.ops.exchange.training import rights
from talekeep.ops.exchange.training import row_files
from talekeep.ops.exchange.training import selection
from talekeep.ops.exchange.training.export_card import Described
from talekeep.ops.exchange.training.export_card import card
from talekeep.ops.exchange.training.recipe_files import SUMS
from talekeep.ops.exchange.training.recipe_files import RecipeData
from talekeep.ops.exchange.training.recipe_files import data_files
from talekeep.ops.exchange.training.recipe_files import provenance_file
from talekeep.ops.exchange.training.recipe_files import require_apart
from talekeep.ops.exchange.training.recipe_files import snippets_of
from talekeep.ops.exchange.training.recipe_files import written_files
from talekeep.ops.exchange.training.token_count import ESTIMATE
from talekeep.ops.exchange.training.token_count import TokenCount
from talekeep.ops.exchange.training.training_rows import Edit
from talekeep.ops.exchange.training.training_rows import Sample
from talekeep.ops.exchange.training.training_rows import Target
from talekeep.ops.exchange.training.training_rows import TrainingRows
from talekeep.ops.exchange.training.training_rows import edits_of
from talekeep.ops.exchange.training.training_rows import target_of
from talekeep.ops.workspace.changeset import Edited
from talekeep.ops.workspace.changeset import write_files
from talekeep.ops.workspace.paths import require_regular
from talekeep.ops.workspace.select import view_of
from talekeep.ops.workspace.workspace import Workspace
from talekeep.store import toml
from talekeep.store.dataset import Dataset
from talekeep.store.files import fsync_folder
from talekeep.store.files import outside
from talekeep.store.scratch import scratch_folder
from talekeep.store.view import View
from talekeep.training.writers.text import Template
from talekeep.training.writers.text import template_in


@dataclass(frozen=True, slots=True)
class RecipeExport:
    """The result of a recipe.

    Attributes:
        recipe: its name, None for one that is not kept.
        folder: where the files are.
        files: path in the folder → SHA-256.
        entries: different entries that were written; `shares` counts them by part of the split.
        rows: rows of all files.
        losses, alterations: what was left out or changed, in words → in how many entries.
        left_out: entries that match and were not written, in words → how many.
        samples: the first entries that were changed, for a dry run.
        edits: with `pairs=edits`, whose change each pair is.
        empty: the parts of the split that no entry fell into; they have no file.
        warnings: what a reader of the files has to know, in words → in how many rows.
    """

    recipe: str | None
    folder: str
    files: dict[str, str]
    entries: int
    rows: int
    shares: dict[str, int]
    losses: dict[str, int]
    alterations: dict[str, int]
    left_out: dict[str, int]
    format: str
    trainer: str | None
    policies: dict[str, str]
    commit: str | None
    samples: list[Sample] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    warnings: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecipeCheck:
    """Whether the files of a folder are what a recipe gives at `commit`: paths by what is wrong with them."""

    recipe: str
    folder: str
    commit: str | None
    same: list[str]
    changed: list[str]
    missing: list[str]
    more: list[str]


def is_recipe(dataset: Dataset, name: str) -> bool:
    """Whether a recipe of this name lies in the folder or in the last commit."""
    if not recipes.is_name(name):
        return False
    path = recipes.path_of(name)
    return (dataset.path / path).is_file() or (
        dataset.history.head() is not None and path in dataset.at("HEAD").files
    )


def read(dataset: Dataset, view: View, name: str) -> Recipe:
    """A recipe as a commit holds it.

    Raises:
        NotFound: there is none. Refused: it is not TOML, or a value is wrong.
    """
    path = recipes.path_of(name)
    if path in view.files:
        return dataset.models.read(Recipe, view.read(path), path, lambda tables: tables)
    if (dataset.path / path).is_file():
        raise NotFound(f"{path} is in no commit yet", f"git add -f {path} && talekeep commit")
    raise NotFound(f"there is no recipe {name!r}", f"talekeep export --save {name} …")


def save(
    dataset: Dataset, name: str, recipe: Recipe, *, force: bool = False, dry_run: bool = False
) -> Edited:
    """Write a recipe into the dataset, as one commit.

    Raises:
        Usage: no name for a recipe, or it names what does not exist. Refused: there is one (without `force`).
    """
    if not recipes.is_name(name):
        raise Usage(f"{name!r} is no name for a recipe", "small letters, digits, _ and -")
    _target(dataset, dataset.now(), recipe)
    path = recipes.path_of(name)
    with dataset.writing("export"):
        workspace = Workspace(dataset)
        if (dataset.path / path).exists() and not force:
            raise Refused(f"there is a recipe {name!r}", "--force replaces it")
        data = toml.dump(plain(recipe, defaults=False))
        return write_files(workspace, {path: data}, f"Keep the recipe {name}", "export", dry_run=dry_run)


def export_recipe(
    dataset: Dataset,
    name: str,
    out: Path | None = None,
    *,
    revision: str | None = None,
    strict: bool = False,
    force: bool = False,
    dry_run: bool = False,
    progress: Progress = silent,
) -> RecipeExport:
    """Write what a recipe gives at a commit, HEAD without `revision`: never what is not committed.

    Args:
        out: the folder; `exports/NAME` of the dataset without it.

    Raises:
        NotFound: no such recipe or revision. Negative: no entry matches.
        Refused: the folder holds something else (without `force`), columns have two types, entries of the
            hold-out are selected, or a split leaks; `strict`, and something would be lost.
    """
    view = view_of(dataset, revision or "HEAD")
    commit = dataset.history.resolve(revision or "HEAD")
    made = _Made(name, read(dataset, view, name), view, commit)
    return _export(dataset, made, out or folder_of(dataset, name), strict, force, dry_run, progress)


def export_split(
    dataset: Dataset,
    recipe: Recipe,
    out: Path,
    *,
    revision: str | None = None,
    template: Template | None = None,
    count: TokenCount = ESTIMATE,
    strict: bool = False,
    force: bool = False,
    dry_run: bool = False,
    progress: Progress = silent,
) -> RecipeExport:
    """The same for a recipe that is not kept, from the folder as it is or a revision; see `export_recipe`."""
    view = view_of(dataset, revision)
    commit = dataset.history.resolve(revision) if revision else None
    made = _Made(None, recipe, view, commit, template, count)
    return _export(dataset, made, out, strict, force, dry_run, progress)


def check(
    dataset: Dataset,
    name: str,
    out: Path | None = None,
    *,
    revision: str | None = None,
    progress: Progress = silent,
) -> RecipeCheck:
    """Make the files of a recipe once more and compare them with those of a folder.

    Raises:
        NotFound: no such recipe, revision or folder; see `export_recipe` too.
    """
    folder = out or folder_of(dataset, name)
    if not folder.is_dir():
        raise NotFound(f"there is no folder {folder}", f"talekeep export {name}")
    view = view_of(dataset, revision or "HEAD")
    made = _Made(name, read(dataset, view, name), view, dataset.history.resolve(revision or "HEAD"))
    with scratch_folder() as scratch:
        wanted = _write(dataset, made, scratch, folder, progress).files
    there = {path: row_files.sha256_of(folder / path) for path in wanted if (folder / path).is_file()}
    return RecipeCheck(
        name,
        str(folder),
        made.commit,
        same=[path for path in wanted if there.get(path) == wanted[path]],
        changed=[path for path in there if there[path] != wanted[path]],
        missing=[path for path in wanted if path not in there],
        more=sorted(path for path in _listed(folder) if path not in wanted),
    )


def trained_on(
    dataset: Dataset, name: str, revision: str | None = None, progress: Progress = silent
) -> set[str]:
    """The ids of the entries that a recipe gives to train on: those with a row in the part `train`, or in the
    only one.

    Raises:
        NotFound: no such recipe or revision. Refused: see `export_recipe`.
    """
    view = view_of(dataset, revision or "HEAD")
    commit = dataset.history.resolve(revision or "HEAD")
    recipe = read(dataset, view, name)
    rows = TrainingRows(
        dataset, view, _target(dataset, view, recipe), revision=commit, since=recipe.since or None
    )
    plan = selection.planned(dataset, view, recipe, progress, rows.refuse_line)
    trained = [each.candidate for each in plan.chosen if each.side in ("", "train")]
    entries = {each.id: each for each in trained}
    return {
        str(selected.entry.get("id"))
        for selected in selection.fetch(view, entries.values())
        if any(rows.lines_of(selected))
    }


def folder_of(dataset: Dataset, name: str) -> Path:
    """Where the files of a recipe lie; git ignores the folder."""
    return dataset.path / recipes.FOLDER / name


def _listed(folder: Path) -> set[str]:
    """The files an earlier export wrote there, and those among its data."""
    data = {f"data/{path.name}" for path in (folder / "data").glob("*") if path.is_file()}
    return data | {line.partition("  ")[2] for line in _sum_lines(folder)}


def _sum_lines(folder: Path) -> list[str]:
    file = folder / SUMS
    return file.read_text(encoding="utf-8").splitlines() if file.is_file() else []


@dataclass(frozen=True, slots=True)
class _Made:
    """A recipe with the view and the commit it is carried out on; `template` and `count` are from outside."""

    name: str | None
    recipe: Recipe
    view: View
    commit: str | None
    template: Template | None = None
    count: TokenCount = ESTIMATE


def _export(
    dataset: Dataset, made: _Made, out: Path, strict: bool, force: bool, dry_run: bool, progress: Progress
) -> RecipeExport:
    require_regular(out)
    if out.exists() and not force and not (out / SUMS).is_file() and (not out.is_dir() or any(out.iterdir())):
        raise Refused(f"{out} holds something else", "name another folder, or --force")
    with scratch_folder() as scratch:
        result = _write(dataset, made, scratch, out, progress)
        if strict and (result.losses or result.alterations):
            words = ", ".join([*result.losses, *result.alterations])
            raise Negative(f"nothing was written, because it would lose or change: {words}", "--dry-run")
        if not dry_run:
            _move(scratch, out, result)
    return result


def _move(scratch: Path, out: Path, result: RecipeExport) -> None:
    """Put the files in their place; what an earlier export wrote and this one does not goes."""
    try:
        (out / "data").mkdir(parents=True, exist_ok=True)
        old = {line.partition("  ")[2] for line in _sum_lines(out)} - result.files.keys()
        for path in sorted(result.files, key=lambda path: path == SUMS):
            shutil.copyfile(scratch / path, out / f".{Path(path).name}.tmp")
            (out / f".{Path(path).name}.tmp").replace(out / path)
        for path in old:
            if path.startswith("data/") and path.count("/") == 1 and ".." not in path:
                (out / path).unlink(missing_ok=True)
        fsync_folder(out)
    except OSError as error:
        raise outside(f"cannot write to {out}", error) from error


def _target(
    dataset: Dataset,
    view: View,
    recipe: Recipe,
    template: Template | None = None,
    count: TokenCount = ESTIMATE,
) -> Target:
    if recipe.template and template is None:
        if recipe.template not in view.files:
            raise NotFound(f"there is no file {recipe.template} in the dataset", "git add -f it, and commit")
        template = template_in(view.read(recipe.template), recipe.template)
    target = target_of(
        recipe.format or ("" if recipe.profile or template else "messages"),
        recipe.policies,
        trainer=recipe.profile or None,
        clean=True,
        template=template,
        columns=recipe.columns,
        max_length=recipe.max_length,
        count=count,
    )
    if target is None:
        raise Usage(f"there is no training shape {recipe.format!r}", "talekeep export --help lists them")
    return target


def _plan(dataset: Dataset, made: _Made, rows: TrainingRows, progress: Progress) -> selection.Plan:
    """Which entries are written, and where; their licences are known where the recipe asks for that."""
    plan = selection.planned(dataset, made.view, made.recipe, progress, rows.refuse_line)
    if not plan.chosen:
        left = ", ".join(plan.left_out) or "no entry matches"
        raise Negative(f"nothing to export: {left}", "talekeep list shows the entries")
    if made.recipe.require_licence:
        rights.require_licences(made.view, [each.candidate for each in plan.chosen])
    return plan


def _beside(
    dataset: Dataset, made: _Made, described: Described, snippets: Mapping[str, bytes]
) -> dict[str, bytes]:
    """The files beside the rows: card, snippets, provenance."""
    noted = {"dataset": dataset.config.id, "commit": made.commit or "", "name": made.name or ""}
    provenance = provenance_file(noted, made.recipe, described.rows, described.target)
    return {"README.md": card(described), **snippets, "provenance.toml": provenance}


def _write(dataset: Dataset, made: _Made, folder: Path, out: Path, progress: Progress) -> RecipeExport:
    """Write all files into an empty folder and say what is in them."""
    target = _target(dataset, made.view, made.recipe, made.template, made.count)
    rows = TrainingRows(dataset, made.view, target, revision=made.commit, since=made.recipe.since or None)
    plan = _plan(dataset, made, rows, progress)
    row_files.check(made.recipe.file_type, target)
    data = RecipeData(folder, plan, made.recipe)
    sizes = data.write(rows, made.view)
    columns = rows.columns()
    data.finish(sizes, columns)
    paths = data_files(sizes, made.recipe)
    if made.recipe.split.parts:
        require_apart(dataset, made.view, made.recipe, plan, progress)
    snippets = snippets_of(target, next(iter(paths.values())), rows.names)
    entries = len({each.candidate.id for each in plan.chosen})
    described = Described(
        made.name or out.name,
        made.name,
        made.commit,
        target,
        paths,
        sizes,
        entries,
        rows,
        next(iter(snippets), ""),
        rights.credits_of(made.view, [each.candidate for each in plan.chosen]),
        row_files.types_in(columns, made.recipe.file_type) if rows.is_table else {},
    )
    sums = written_files(folder, _beside(dataset, made, described, snippets), paths.values())
    return RecipeExport(
        made.name,
        str(out),
        sums,
        entries,
        sum(sizes.values()),
        selection.shares(plan),
        dict(rows.losses),
        {**rows.alterations, **data.alterations},
        plan.left_out,
        target.writer.NAME,
        target.trainer,
        dict(target.policies),
        made.commit,
        rows.samples,
        edits_of(rows),
        [name for name in data.parts if name not in sizes],
        dict(data.warnings),
    )
