"""The command `import`."""

from collections.abc import Iterator
from collections.abc import Sized
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import click

from talekeep.cli import input_file
from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.rights_options import given_rights
from talekeep.cli.rights_options import rights_options
from talekeep.core.entry_edit import speakers
from talekeep.core.errors import Usage
from talekeep.ops.exchange import import_files
from talekeep.ops.exchange.shape_file import read_shape
from talekeep.ops.project import config as settings

if TYPE_CHECKING:
    from talekeep.ops.exchange.import_files import Imported

_SHOWN = 20
# Lines that are named of records refused for one reason.
_PLACES = 3

_ONE = {"categories": "category", "aliases": "alias"}


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
def import_(
    app: App,
    files: tuple[Path, ...],
    format_name: str | None,
    shape_file: Path | None,
    tags: tuple[str, ...],
    mend: bool,
    maps: tuple[str, ...],
    columns: str,
    encoding: str | None,
    no_registry: bool,
    add_only: bool,
    max_line: str | None,
    no_commit: bool,
    dry_run: bool,
    **rights: Any,  # Any: the options of `rights_options`, each of a type of its own
) -> int:
    """Import the conversations of FILES as entries.

    Reads JSONL, a JSON array or single JSON objects, from files, pipes or standard input (-); the format is
    recognised record by record. A record that cannot be read is refused, with its line and the reason; the
    others are imported. The file is never changed. Importing the same file again adds nothing.

    If a RoleThread Lite registry lies beside a file, its tags, characters and prompts are imported too; a
    folder means the datasets in it. A RoleThread Lite dataset that was imported before is merged: what
    changed there since, deletions too, and what changed here. A file that was exported from this dataset,
    with its provenance file, is merged back by entry. Exits 1 if a record was refused or a conflict is open.

    \b
    Examples:
      talekeep import chat.jsonl
      zcat chat.jsonl.gz | talekeep import -
      talekeep import answer.txt --tag ai_generated,needs_review
      talekeep import group.jsonl --map "Mara=assistant:mara" --map "Narrator=:narrator"
      talekeep import chat.jsonl --licence CC-BY-4.0 --author "Wren"
      talekeep import ~/RoleThread/training_data/harbor
      talekeep import chat.jsonl --dry-run --json
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
        shape=read_shape(app.path(shape_file)) if shape_file else None,
        encoding=encoding,
        columns=_columns(columns),
        rights=given_rights(rights),
    )
    if max_line is not None:
        settings.let_in(app.dataset, max_line, dry_run=dry_run)
    with input_file.readable(app, files) as readable:
        result = import_files.import_files(app.dataset, readable, options, app.output.progress)
    ok = not (result.refused or result.conflicts)
    app.output.answer("import", result, _import_lines(app, result, dry_run), ok=ok)
    if result.conflicts and not dry_run:
        app.output.say(
            "next: talekeep conflicts; then talekeep resolve ENTRY --ours (or --theirs), and talekeep commit"
        )
    return int(not ok)


def _columns(text: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    if not all(name.strip() and equals and meant.strip() for name, equals, meant in pairs):
        raise Usage(
            f"cannot read the columns {text!r}",
            "write them like --columns 'Question=prompt,Reply=completion'",
        )
    return {name.strip(): meant.strip() for name, _, meant in pairs}


def _counted(kind: str, count: int) -> str:
    return f"1 {_ONE.get(kind, kind.removesuffix('s'))}" if count == 1 else f"{count} {kind}"


def _import_lines(app: App, result: "Imported", dry_run: bool) -> Iterator[str]:
    style = app.output.style
    text = f"{'Would add' if dry_run else 'Added'} {len(result.added)}, same {len(result.same)}"
    back = f", merged back {len(result.changed)}" if result.changed else ""
    back += f", removed {len(result.removed)}" if result.removed else ""
    yield f"{text}{back}, refused {len(result.refused)}" + (
        f"  [{result.commit[:7]}]" if result.commit else ""
    )
    if result.libraries:
        texts = (_counted(kind, len(names)) for kind, names in result.libraries.items())
        yield f"  {'would take' if dry_run else 'took'} {', '.join(texts)}"
    for label, decided in list(result.speakers.items())[:_SHOWN]:
        role, _, name = decided.partition(":")
        yield f"  speaker {label} → " + (f"{role} named {name}" if role else f"named {name}")
    for conflict in result.conflicts[:_SHOWN]:
        place = ".".join(map(str, conflict.path)) or "(whole)"
        yield f"  {style('conflict', 'bad')} in {conflict.entry} {place}"
    if result.absent:
        yield f"  not in the file, kept as they are: {', '.join(result.absent[:_SHOWN])}"
        if len(result.absent) <= _SHOWN:
            yield f"  next: talekeep remove {' '.join(result.absent)}, if they are to go here too"
    if result.removed and not dry_run:
        yield "  what the source no longer has went here too; talekeep undo brings it back"
    yield from (f"  {note}" for note in result.notes[:_SHOWN])
    refused = _grouped(result)
    yield from (f"  {style('refused', 'warning')} {where}: {reason}" for where, reason in refused[:_SHOWN])
    lists: tuple[Sized, ...] = (refused, result.notes, result.conflicts, result.absent)
    if max(len(rows) for rows in lists) > _SHOWN:
        yield f"  … not all are shown ({len(result.refused)} refused, {len(result.notes)} notes), see --json"


def _grouped(result: "Imported") -> list[tuple[str, str]]:
    """Where records were refused, once for each file and reason, and the reason."""
    places: dict[tuple[str, str], list[int]] = {}
    for bad in result.refused:
        places.setdefault((bad.file, bad.reason), []).append(bad.line)
    return [(_where(file, lines), reason) for (file, reason), lines in places.items()]


def _where(file: str, lines: list[int]) -> str:
    """The file with the first lines; 0 is no line."""
    shown = ", ".join(str(line) for line in lines[:_PLACES] if line)
    more = f" and {len(lines) - _PLACES} more" if len(lines) > _PLACES else ""
    return f"{file}:{shown}{more}" if shown else file
