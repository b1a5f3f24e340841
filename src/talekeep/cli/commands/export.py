"""The command `export`."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import rev_option
from talekeep.cli.app import where_option
from talekeep.cli.options import output_file
from talekeep.cli.options.policy_options import chosen_policies
from talekeep.cli.options.policy_options import policy_options
from talekeep.cli.options.recipe_options import recipe_options
from talekeep.cli.options.recipe_options import with_format
from talekeep.cli.recipe_export import Given
from talekeep.cli.recipe_export import folder_export
from talekeep.cli.recipe_export import is_recipe
from talekeep.cli.recipe_export import loss_lines
from talekeep.cli.recipe_export import sample_lines
from talekeep.core.errors import Usage
from talekeep.library.recipes import Recipe
from talekeep.ops.exchange import export as operation

if TYPE_CHECKING:
    from talekeep.ops.exchange.export import Exported


@command("export", writes=True)
@click.argument("out", required=False, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "format_name",
    metavar="NAME",
    help="chatml, sharegpt or rolethread; for training also messages, alpaca, prompt-completion, preference, "
    "openai-preference, llamafactory-preference, kto, llamafactory-v1, text, sillytavern, csv, parquet. "
    "Without it the dataset's own setting.",
)
@click.option("--for", "trainer", metavar="TRAINER", help="Write what this trainer takes whole; see `fit`.")
@click.option("--clean/--full", default=None, help="For training: the conversations alone; or all there is.")
@click.option(
    "--template",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Text by this chat template: a Jinja file or a tokenizer_config.json.",
)
@click.option(
    "--tokenizer",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Count tokens by this file, for --cut length; see `fit`.",
)
@policy_options
@recipe_options
@click.option(
    "--strict", is_flag=True, help="Write nothing, exit 1, if anything would be left out or changed."
)
@where_option
@rev_option
@click.option("--save", metavar="NAME", help="Keep these options as a recipe instead, exports/NAME.toml.")
@click.option("--into", type=click.Path(path_type=Path), metavar="FOLDER", help="Where a recipe's files go.")
@click.option("--check", is_flag=True, help="Say whether a recipe's files are what the commit gives.")
@click.option("--force", is_flag=True, help="Replace OUT if it exists.")
def export(
    app: App,
    out: Path | None,
    format_name: str | None,
    trainer: str | None,
    clean: bool | None,
    template: Path | None,
    tokenizer: Path | None,
    recipe: Recipe,
    strict: bool,
    where: str | None,
    rev: str | None,
    save: str | None,
    into: Path | None,
    check: bool,
    force: bool,
    dry_run: bool,
    **values: str | None,
) -> int:
    """Write entries to the file OUT, for training or another program; or carry out the recipe OUT.

    A full export (--full) keeps everything and can be imported again after it was edited; its hidden note
    .OUT.provenance.json holds the commit and the query. A clean export (--clean, --for) is for training: it
    has no ids, tags or notes, and nothing is written beside it but, with --for, a configuration that loads
    it. Policies say what to do with what a trainer does not take. Everything that is left out or changed is
    counted. The format rolethread writes a registry too, so that RoleThread Lite opens it as a dataset.

    A recipe (exports/NAME.toml, see --save) and --split write a folder: data, card, checksums, provenance.
    For one commit these files are the same on every machine.

    A name that ends in .json gives one array; .csv and .parquet (or --format csv, parquet) a table for
    training; any other name JSON lines. `-` is standard output; it and devices and pipes get the entries
    alone. Nothing in the dataset changes, except with --save.

    \b
    Examples:
      talekeep export train.jsonl --clean
      talekeep export train.jsonl --for axolotl --where tag:approved
      talekeep export mara.jsonl --clean --as mara --names drop --dry-run
      talekeep export train.jsonl --for trl --max-length 4096 --cut length:2
      talekeep export harbor.jsonl --format rolethread
      talekeep export data --for trl --split train=90,val=10 --seed 7
      talekeep export --save night --for trl --where tag:night
      talekeep export night --check
    """
    asked = recipe.replaced(query=where or "", profile=trainer or "", policies=chosen_policies(values))
    asked = with_format(asked, format_name or "", in_folder=save is not None or bool(recipe.split.parts))
    given = Given(
        asked,
        template=template,
        tokenizer=tokenizer,
        revision=rev,
        strict=strict,
        force=force,
        dry_run=dry_run,
    )
    if save is not None or into is not None or check or recipe.split.parts or is_recipe(app, out):
        return folder_export(app, out, given, save=save, into=into, check=check)
    if recipe.file_type != "jsonl":
        raise Usage("a file is what its name says", f"call it .{recipe.file_type}, without --file-type")
    if out is None:
        raise Usage("it is not said where to write to", "talekeep export train.jsonl")
    result = _file_export(
        app, out, given, order=recipe, where=where, clean=clean, format=format_name, trainer=trainer
    )
    lines = _lines(app, out, result, dry_run)
    if output_file.is_stdout(out):
        output_file.tell(app, lines)
    else:
        app.output.answer("export", result, lines)
    return 0


def _file_export(
    app: App,
    out: Path,
    given: Given,
    *,
    order: Recipe,
    where: str | None,
    clean: bool | None,
    format: str | None,
    trainer: str | None,
) -> "Exported":
    with output_file.destination(app, out) as place:
        return operation.export(
            app.dataset,
            place,
            format=format,
            clean=clean,
            where=where,
            revision=given.revision,
            trainer=trainer,
            policies=given.recipe.policies,
            order=order,
            template=given.read_template(app),
            count=given.counter(app),
            strict=given.strict,
            force=given.force,
            dry_run=given.dry_run,
            progress=app.output.progress,
        )


def _lines(app: App, out: Path, result: "Exported", dry_run: bool) -> Iterator[str]:
    verb = "Would export" if dry_run else "Exported"
    kind = f"{result.format}, clean" if result.clean else result.format
    rows = "" if result.rows == result.entries else f", {result.rows} rows"
    yield f"{verb} {result.entries} entries to {out} ({kind}{rows})"
    yield from loss_lines(result)
    for warning, count in result.warnings.items():
        yield f"  warning: {warning}" if result.clean else f"  {count}: {warning}"
    for name in result.files[1:] if result.trainer else ():
        yield f"  to load it: {name}"
    if dry_run:
        yield from sample_lines(app, result.samples)
