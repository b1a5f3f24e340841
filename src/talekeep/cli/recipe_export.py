"""`export` where it writes a folder: a recipe, a split, the check of a folder."""

from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from talekeep.cli.app import App
from talekeep.cli.options import input_file
from talekeep.cli.text.changes import answer_edited
from talekeep.core.errors import Usage
from talekeep.core.script import script
from talekeep.library import recipes
from talekeep.library.recipes import Recipe
from talekeep.ops.exchange.training import recipe as operation

if TYPE_CHECKING:
    from talekeep.ops.exchange.export import Exported
    from talekeep.ops.exchange.training.recipe import RecipeCheck
    from talekeep.ops.exchange.training.recipe import RecipeExport
    from talekeep.ops.exchange.training.token_count import TokenCount
    from talekeep.ops.exchange.training.training_rows import Sample
    from talekeep.training.writers.text import Template


@dataclass(frozen=True, slots=True)
class Given:
    """The options of the command, as far as a folder asks for them."""

    recipe: Recipe
    template: Path | None
    tokenizer: Path | None
    revision: str | None
    strict: bool
    force: bool
    dry_run: bool

    def read_template(self, app: App) -> "Template | None":
        if self.template is None:
            return None
        from talekeep.ops.exchange.training.template_file import read_template

        with input_file.readable(app, [self.template]) as (place,):
            return read_template(place)

    def counter(self, app: App) -> "TokenCount":
        from talekeep.ops.exchange.training.token_count import ESTIMATE
        from talekeep.ops.exchange.training.token_count import counter

        if self.tokenizer is None:
            return ESTIMATE
        with input_file.readable(app, [self.tokenizer]) as (place,):
            return counter(place)


def is_recipe(app: App, out: Path | None) -> bool:
    """Whether OUT is the name of a recipe."""
    return out is not None and recipes.is_name(str(out)) and operation.is_recipe(app.dataset, str(out))


def folder_export(
    app: App, out: Path | None, given: Given, *, save: str | None, into: Path | None, check: bool
) -> int:
    """Keep a recipe, check a folder, or write one."""
    if save is not None:
        return _save(app, out, given, save)
    if out is not None and not given.recipe.split.parts and recipes.is_name(str(out)):
        return _carry_out(app, str(out), given, into, check=check)
    if out is None or check or into is not None:
        raise Usage("--check and --into go with the name of a recipe", "talekeep export NAME --check")
    result = operation.export_split(
        app.dataset,
        given.recipe,
        app.path(out),
        revision=given.revision,
        template=given.read_template(app),
        count=given.counter(app),
        strict=given.strict,
        force=given.force,
        dry_run=given.dry_run,
        progress=app.output.progress,
    )
    app.output.answer("export-recipe", result, _lines(app, result, given.dry_run))
    return 0


def _save(app: App, out: Path | None, given: Given, name: str) -> int:
    if out is not None:
        raise Usage("--save keeps a recipe and writes no file", f"talekeep export --save {name} …")
    if given.template is not None:
        raise Usage("a recipe names a template of the dataset", f'template = "exports/{name}.jinja" in it')
    if given.tokenizer is not None:
        raise Usage(
            "a recipe estimates tokens, so that it gives the same everywhere", "leave out --tokenizer"
        )
    result = operation.save(app.dataset, name, given.recipe, force=given.force, dry_run=given.dry_run)
    answer_edited(app, "export-save", result, f"Keep the recipe {name}", dry_run=given.dry_run)
    return 0


def _carry_out(app: App, name: str, given: Given, into: Path | None, *, check: bool) -> int:
    if given.recipe != Recipe():
        raise Usage(
            f"{name} is a recipe, and says all that itself", f"talekeep export --save {name} --force …"
        )
    folder = None if into is None else app.path(into)
    if check:
        result = operation.check(
            app.dataset, name, folder, revision=given.revision, progress=app.output.progress
        )
        ok = not (result.changed or result.missing or result.more)
        app.output.answer("export-check", result, _check_lines(result), ok=ok)
        return int(not ok)
    made = operation.export_recipe(
        app.dataset,
        name,
        folder,
        revision=given.revision,
        strict=given.strict,
        force=given.force,
        dry_run=given.dry_run,
        progress=app.output.progress,
    )
    app.output.answer("export-recipe", made, _lines(app, made, given.dry_run))
    return 0


def _lines(app: App, result: "RecipeExport", dry_run: bool) -> Iterator[str]:
    verb = "Would export" if dry_run else "Exported"
    yield f"{verb} {result.entries} entries to {result.folder} ({result.format}, {result.rows} rows)"
    for side, count in result.shares.items():
        if side:
            yield f"  {side}: {count} entries"
    for side in result.empty:
        yield f"  {side}: no entry, so there is no file"
    yield from loss_lines(result)
    for warning in result.warnings:
        yield f"  warning: {warning}"
    if dry_run:
        yield from sample_lines(app, result.samples)


def _check_lines(result: "RecipeCheck") -> Iterator[str]:
    for word, paths in (("changed", result.changed), ("missing", result.missing), ("more", result.more)):
        for path in paths:
            yield f"{word}: {path}"
    if not (result.changed or result.missing or result.more):
        commit = (result.commit or "")[:7]
        yield f"{result.folder} is what {result.recipe} gives at {commit} ({len(result.same)} files)"


def loss_lines(result: "Exported | RecipeExport") -> Iterator[str]:
    """What the export lost, changed and left out, with how often."""
    for loss, count in result.losses.items():
        yield f"  lost in {count}: {loss}"
    for alteration, count in result.alterations.items():
        yield f"  changed in {count}: {alteration}"
    for words, count in result.left_out.items():
        yield f"  left out {count}: {words}"


def sample_lines(app: App, samples: "Sequence[Sample]") -> Iterator[str]:
    """The first entries that change, before and after, as scripts."""
    for sample in samples:
        yield app.output.style(f"entry {sample.entry}, now:", "strong")
        yield from script.render(sample.before).rstrip("\n").split("\n")
        for number, row in enumerate(sample.after, 1):
            yield app.output.style(f"row {number} of it:", "strong")
            yield from _row_lines(row)


# Any: a row has the keys of its shape.
def _row_lines(row: dict[str, Any]) -> list[str]:
    if isinstance(row.get("messages"), list):
        return script.render(row).rstrip("\n").split("\n")
    return [f"{key}: {value}" for key, value in row.items()]
