"""The command `export`."""

from pathlib import Path

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import rev_option
from talekeep.cli.app import where_option
from talekeep.ops.exchange import export as operation


@command("export", writes=True)
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "format_name",
    metavar="NAME",
    help="chatml, sharegpt or rolethread; the dataset's own setting without it.",
)
@click.option("--clean/--full", default=None, help="Nothing but the conversation, or all there is.")
@where_option
@rev_option
@click.option("--force", is_flag=True, help="Replace OUT if it exists.")
def export(
    app: App,
    out: Path,
    format_name: str | None,
    clean: bool | None,
    where: str | None,
    rev: str | None,
    force: bool,
    dry_run: bool,
) -> None:
    """Write entries to the file OUT, for training or another program.

    A name that ends in .json gives one array, any other name JSONL. OUT.provenance.json beside it holds the
    commit and the query. The format rolethread writes a registry too, so that RoleThread Lite opens it as a
    dataset. Nothing in the dataset changes.

    \b
    Examples:
      talekeep export train.jsonl --clean
      talekeep export drafts.json --format sharegpt --where tag:draft
      talekeep export harbor.jsonl --format rolethread
      talekeep export old.jsonl --rev HEAD~3
    """
    target = app.path(out)
    done = operation.export(
        app.dataset,
        target,
        format=format_name,
        clean=clean,
        where=where,
        revision=rev,
        force=force,
        dry_run=dry_run,
        progress=app.output.progress,
    )
    verb = "Would export" if dry_run else "Exported"
    kind = f"{done.format}, clean" if done.clean else done.format
    lines = [f"{verb} {done.entries} entries to {out} ({kind})"]
    lines += [f"  lost in {count}: {loss}" for loss, count in done.losses.items()]
    lines += [f"  {count}: {warning}" for warning, count in done.warnings.items()]
    app.output.answer("export", done, lines)
