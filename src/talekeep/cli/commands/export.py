"""The command `export`."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import click

from talekeep.cli import output_file
from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import rev_option
from talekeep.cli.app import where_option
from talekeep.cli.policy_options import chosen_policies
from talekeep.cli.policy_options import policy_options
from talekeep.core.script import script
from talekeep.ops.exchange import export as operation

if TYPE_CHECKING:
    from talekeep.ops.exchange.export import Exported


@command("export", writes=True)
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "format_name",
    metavar="NAME",
    help="chatml, sharegpt or rolethread; for training also messages, alpaca, prompt-completion, preference, "
    "kto, llamafactory-v1. Without it the dataset's own setting.",
)
@click.option("--for", "trainer", metavar="TRAINER", help="Write what this trainer takes whole; see `fit`.")
@click.option("--clean/--full", default=None, help="For training: the conversations alone; or all there is.")
@policy_options
@click.option("--strict", is_flag=True, help="Write nothing if anything would be left out or changed.")
@where_option
@rev_option
@click.option("--force", is_flag=True, help="Replace OUT if it exists.")
def export(
    app: App,
    out: Path,
    format_name: str | None,
    trainer: str | None,
    clean: bool | None,
    strict: bool,
    where: str | None,
    rev: str | None,
    force: bool,
    dry_run: bool,
    **values: str | None,
) -> None:
    """Write entries to the file OUT, for training or another program.

    A full export (--full) keeps everything and can be imported again after it was edited; its hidden note
    .OUT.provenance.json holds the commit and the query. A clean export (--clean, --for) is for training: it
    has no ids, tags or notes, and nothing is written beside it but, with --for, a configuration that loads
    it. Policies say what to do with what a trainer does not take. Everything that is left out or changed is
    counted. The format rolethread writes a registry too, so that RoleThread Lite opens it as a dataset.

    A name that ends in .json gives one array, any other name JSONL. `-` is standard output; it and devices
    and pipes get the entries alone. Nothing in the dataset changes.

    \b
    Examples:
      talekeep export train.jsonl --clean
      talekeep export train.jsonl --for axolotl --where tag:approved
      talekeep export mara.jsonl --clean --as mara --names drop --dry-run
      talekeep export harbor.jsonl --format rolethread
      talekeep export old.jsonl --full --rev HEAD~3
    """
    with output_file.destination(app, out) as place:
        result = operation.export(
            app.dataset,
            place,
            format=format_name,
            clean=clean,
            where=where,
            revision=rev,
            trainer=trainer,
            policies=chosen_policies(values),
            strict=strict,
            force=force,
            dry_run=dry_run,
            progress=app.output.progress,
        )
    if output_file.is_stdout(out):
        output_file.tell(app, _lines(app, out, result, dry_run))
    else:
        app.output.answer("export", result, _lines(app, out, result, dry_run))


def _lines(app: App, out: Path, result: "Exported", dry_run: bool) -> Iterator[str]:
    verb = "Would export" if dry_run else "Exported"
    kind = f"{result.format}, clean" if result.clean else result.format
    rows = "" if result.rows == result.entries else f", {result.rows} rows"
    yield f"{verb} {result.entries} entries to {out} ({kind}{rows})"
    for loss, count in result.losses.items():
        yield f"  lost in {count}: {loss}"
    for alteration, count in result.alterations.items():
        yield f"  changed in {count}: {alteration}"
    for warning, count in result.warnings.items():
        yield f"  warning: {warning}" if result.clean else f"  {count}: {warning}"
    for name in result.files[1:] if result.trainer else ():
        yield f"  to load it: {name}"
    if dry_run:
        yield from _samples(app, result)


def _samples(app: App, result: "Exported") -> Iterator[str]:
    """The first entries that change, before and after, as scripts."""
    for sample in result.samples:
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
