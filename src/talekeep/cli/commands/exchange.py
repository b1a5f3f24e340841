"""`import` and `export`."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import rev_option
from talekeep.cli.app import where_option

if TYPE_CHECKING:
    from talekeep.ops.imports import Imported

_SHOWN = 20


@command("import", writes=True)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--format", "format_name", metavar="NAME", help="Read every record as this format (chatml, sharegpt)."
)
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Tag every new entry (can be repeated).")
@click.option(
    "--mend", is_flag=True, help="Repair lone surrogates and NaN instead of setting the record aside."
)
@click.option(
    "--map", "maps", multiple=True, metavar="MAP", help="Who speaks, e.g. 'Mara=assistant:mara' (repeatable)."
)
@click.option("--no-commit", is_flag=True, help="Write and stage, but do not commit.")
def import_(
    app: App,
    files: tuple[Path, ...],
    format_name: str | None,
    tags: tuple[str, ...],
    mend: bool,
    maps: tuple[str, ...],
    no_commit: bool,
    dry_run: bool,
) -> int:
    """Take the conversations of FILES in as entries.

    Reads JSONL, a JSON array or single JSON objects; the format is recognised record by record. A record that
    cannot be taken is named with its line and reason, the others go in; the file itself is never changed.
    Importing the same file again adds nothing. Exits 1 if a record was set aside.

    \b
    Examples:
      talekeep import chat.jsonl
      talekeep import old/*.json --tag needs_review
      talekeep import group.jsonl --map "Mara=assistant:mara" --map "Narrator=:narrator"
      talekeep import chat.jsonl --dry-run --json
    """
    from talekeep.core import speakers
    from talekeep.ops import imports

    wanted = speakers.casting(maps) if maps else None
    options = imports.Options(format_name, tags, mend, dry_run, not no_commit, speakers=wanted)
    done = imports.import_files(app.dataset, [app.path(f) for f in files], options, app.output.progress)
    app.output.answer("import", done, _import_lines(app, done, dry_run), ok=not done.refused)
    return int(bool(done.refused))


def _import_lines(app: App, done: "Imported", dry_run: bool) -> Iterator[str]:
    style = app.output.style
    said = f"{'Would add' if dry_run else 'Added'} {len(done.added)}, same {len(done.same)}"
    yield f"{said}, set aside {len(done.refused)}" + (f"  [{done.commit[:7]}]" if done.commit else "")
    for label, decided in list(done.speakers.items())[:_SHOWN]:
        role, _, name = decided.partition(":")
        yield f"  speaker {label} → " + (f"{role} named {name}" if role else f"named {name}")
    for bad in done.refused[:_SHOWN]:
        yield f"  {style('set aside', 'warning')} {bad.file}:{bad.line}: {bad.reason}"
    if len(done.refused) > _SHOWN:
        yield f"  … and {len(done.refused) - _SHOWN} more, see --json"


@command("export", writes=True)
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "format_name",
    metavar="NAME",
    help="chatml or sharegpt; the dataset's own setting without it.",
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

    A name ending in .json gives one array, any other JSONL. Beside it OUT.provenance.json says from which
    commit and query it was made. Nothing in the dataset changes.

    \b
    Examples:
      talekeep export train.jsonl --clean
      talekeep export drafts.json --format sharegpt --where tag:draft
      talekeep export old.jsonl --rev HEAD~3
    """
    from talekeep.ops import exports

    target = app.path(out)
    done = exports.export(
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
    app.output.answer("export", done, lines)
