"""The command `import`."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import click

from talekeep.cli import input_file
from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.import_text import import_lines
from talekeep.cli.shared_options import rights_options
from talekeep.core.entry_edit import speakers
from talekeep.core.errors import Usage
from talekeep.ops.exchange import import_files

if TYPE_CHECKING:
    from talekeep.formats.shapes.shape import Shape
    from talekeep.ops.exchange.import_files import Imported


@command("import", writes=True, commits=True)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "format_name",
    metavar="NAME",
    help="Read every record as this format; docs/import-export.md lists them.",
)
@click.option(
    "--shape",
    "shape_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Read every record by the shape in this TOML file.",
)
@click.option(
    "--tag",
    "tags",
    multiple=True,
    metavar="TAG",
    help="Tag every new entry; several with commas or repeated.",
)
@click.option(
    "--mend", is_flag=True, help="Repair lone surrogates and NaN instead of setting the record aside."
)
@click.option(
    "--map", "maps", multiple=True, metavar="MAP", help="Who speaks, e.g. 'Mara=assistant:mara' (repeatable)."
)
@click.option(
    "--columns",
    metavar="A=B[,…]",
    default="",
    help="What columns of a table are called here, e.g. 'Question=prompt,Reply=completion'.",
)
@click.option("--greetings", is_flag=True, help="Make entries of the greetings of character cards.")
@click.option("--examples", is_flag=True, help="Make entries of the example dialogue of character cards.")
@click.option("--lift-names", is_flag=True, help="Make names that texts begin with (Mara: …) the speakers.")
@click.option("--encoding", metavar="NAME", help="What the files are written in, where that is not UTF-8.")
@rights_options
@click.option("--no-registry", is_flag=True, help="Leave the RoleThread Lite registry beside a file.")
@click.option("--add-only", is_flag=True, help="Add records even of a file that was exported from here.")
@click.option(
    "--max-line",
    metavar="SIZE",
    help="Let records of up to SIZE in, e.g. 32MiB; kept as storage.max_line of the dataset.",
)
@click.option("--no-commit", is_flag=True, help="Write and stage, but do not commit.")
@click.option(
    "--report",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write what became of every record to FILE, as JSON Lines; - is standard output.",
)
@click.option("--force", is_flag=True, help="Let --report replace FILE.")
def import_(
    app: App,
    files: tuple[Path, ...],
    format_name: str | None,
    shape_file: Path | None,
    tags: tuple[str, ...],
    mend: bool,
    maps: tuple[str, ...],
    columns: str,
    greetings: bool,
    examples: bool,
    lift_names: bool,
    encoding: str | None,
    no_registry: bool,
    add_only: bool,
    max_line: str | None,
    no_commit: bool,
    report: Path | None,
    force: bool,
    dry_run: bool,
    **rights: Any,  # Any: the options of `rights_options`, each of a type of its own
) -> int:
    """Import the conversations of FILES as entries.

    Reads JSONL, a JSON array or single JSON objects, from files, pipes or standard input (-); the format is
    recognised record by record. A record that cannot be read is refused, with its line and the reason; the
    others are imported. The file is never changed. Importing the same file again adds nothing.

    If a RoleThread Lite registry lies beside a file, its tags, characters and prompts are imported too; a
    folder means the datasets in it. `rolethread.db`, named alone or beside them, adds what only that database
    has: unused tags, empty categories, inactive characters and prompts.

    A RoleThread Lite dataset that was imported before is merged: what changed there since, deletions too, and
    what changed here. So is an export for RoleThread Lite; another file that was exported from this dataset,
    with its provenance file, is merged back by entry. Character cards go to the character library.
    Exits 1 if a record was refused or a conflict is open.

    \b
    Examples:
      talekeep import chat.jsonl
      zcat chat.jsonl.gz | talekeep import -
      talekeep import answer.txt --tag ai_generated,needs_review
      talekeep import group.jsonl --map "Mara=assistant:mara" --map "Narrator=:narrator"
      talekeep import group.jsonl --map "=narrator" --map "OOC=drop" --map "Dice=tool"
      talekeep import chat.jsonl --licence CC-BY-4.0 --author "Wren"
      talekeep import ~/RoleThread/training_data/harbor
      talekeep import ~/.local/share/rolethread/rolethread.db
      talekeep import chat.jsonl --dry-run
      talekeep import chats/ --report report.jsonl
    """
    wanted = speakers.casting(maps) if maps else None
    options = import_files.Options(
        format_name,
        tuple(name for given in tags for name in given.split(",")),
        mend,
        dry_run,
        not no_commit,
        registry=not no_registry,
        trust=not add_only,
        speakers=wanted,
        encoding=encoding,
        columns=_columns(columns),
        rights={name: value for name, value in rights.items() if value not in (None, ())},
        greetings=greetings,
        lift_names=lift_names,
        examples=examples,
    )
    _let_in(app, max_line, dry_run=dry_run)
    if report is not None:
        _require_free(app, report, force=force)
    with input_file.readable(app, [*files, *([shape_file] if shape_file else [])]) as readable:
        if shape_file:
            options = replace(options, shape=_shape(readable.pop()))
        result = import_files.import_files(app.dataset, readable, options, app.output.progress)
    ok = not (result.refused or result.conflicts)
    _answer(app, result, report, dry_run=dry_run, ok=ok)
    if result.conflicts and not dry_run:
        app.output.say(
            "next: talekeep conflicts; then talekeep resolve ENTRY --ours (or --theirs), and talekeep commit"
        )
    return int(not ok)


def _answer(app: App, result: "Imported", report: Path | None, *, dry_run: bool, ok: bool) -> None:
    lines = import_lines(app, result, dry_run)
    if report is not None:
        from talekeep.cli import output_file
        from talekeep.ops.exchange.import_report import report_of

        output_file.write_page(app, report, report_of(result), force=True)
        if output_file.is_stdout(report):
            output_file.tell(app, lines)
            return
    app.output.answer("import", result, lines, ok=ok)


def _require_free(app: App, report: Path, *, force: bool) -> None:
    """See that the report can be written, before anything is imported."""
    from talekeep.cli import output_file
    from talekeep.ops.workspace.paths import require_free

    if output_file.is_stdout(report) and app.output.as_json:
        raise Usage("--json and the report both want standard output", "name a file")
    place = report if output_file.is_stdout(report) else app.path(report)
    if not output_file.is_stream(place):
        require_free(app.dataset, place, force=force)


def _let_in(app: App, max_line: str | None, *, dry_run: bool) -> None:
    if max_line is not None:
        from talekeep.ops.project import config as settings

        settings.let_in(app.dataset, max_line, dry_run=dry_run)


def _shape(file: Path) -> "Shape":
    # Few imports have a shape of their own.
    from talekeep.ops.exchange.shape_file import read_shape

    return read_shape(file)


def _columns(text: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    if not all(name.strip() and equals and meant.strip() for name, equals, meant in pairs):
        raise Usage(
            f"cannot read the columns {text!r}",
            "write them like --columns 'Question=prompt,Reply=completion'",
        )
    return {name.strip(): meant.strip() for name, _, meant in pairs}
