"""The command `import`."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sized
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import given
from talekeep.cli.options import input_file
from talekeep.cli.options.shared_options import rights_options
from talekeep.core.entry_edit import speakers
from talekeep.core.errors import Usage
from talekeep.ops.exchange.incoming import import_files

if TYPE_CHECKING:
    from talekeep.formats.shapes.shape import Shape
    from talekeep.ops.exchange.incoming.import_files import Imported
    from talekeep.ops.exchange.incoming.import_result import FileCounts
    from talekeep.ops.exchange.incoming.import_result import RefusedRecord


_SHOWN = 20
# Rows of a library that are named, where no more came.
_NAMED = 2
# Records that are named of those refused for one reason.
_PLACES = 3
# Lines of a sample entry.
_SAMPLE = 24
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
    help="What columns of a table are called here, e.g. 'Question=prompt,Reply=completion'; "
    "by number ('1=prompt,2=completion') where it has no header.",
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
        rights=given(rights),
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
    lines = _import_lines(app, result, dry_run)
    if report is not None:
        from talekeep.cli.options import output_file
        from talekeep.ops.exchange.incoming.import_report import report_of

        output_file.write_page(app, report, report_of(result), force=True)
        if output_file.is_stdout(report):
            output_file.tell(app, lines)
            return
    app.output.answer("import", result, lines, ok=ok)


def _require_free(app: App, report: Path, *, force: bool) -> None:
    """See that the report can be written, before anything is imported."""
    from talekeep.cli.options import output_file
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
    from talekeep.ops.exchange.incoming.shape_file import read_shape

    return read_shape(file)


def _columns(text: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    if not all(name.strip() and equals and meant.strip() for name, equals, meant in pairs):
        raise Usage(
            f"cannot read the columns {text!r}",
            "write them like --columns 'Question=prompt,Reply=completion'",
        )
    return {name.strip(): meant.strip() for name, _, meant in pairs}


def _import_lines(app: App, result: "Imported", dry_run: bool) -> Iterator[str]:
    """The answer: totals, then what became of each file and format, then what is odd."""
    style = app.output.style
    text = f"{'Would add' if dry_run else 'Added'} {len(result.added)}, same {len(result.same)}"
    back = f", merged back {len(result.changed)}" if result.changed else ""
    back += f", removed {len(result.removed)}" if result.removed else ""
    yield f"{text}{back}, refused {len(result.refused)}" + (
        f"  [{result.commit[:7]}]" if result.commit else ""
    )
    # What no format was found for is told below, with the reason.
    rows = [row for row in result.files if row.format]
    if len(rows) > 1 or result.alternatives or result.mended:
        yield from (f"  {_counts(row)}" for row in rows[:_SHOWN])
    if result.libraries:
        yield f"  {'would take' if dry_run else 'took'} {', '.join(_taken(result.libraries))}"
    yield from _speakers(result)
    for conflict in result.conflicts[:_SHOWN]:
        place = ".".join(map(str, conflict.path)) or "(whole)"
        yield f"  {style('conflict', 'bad')} in {conflict.entry} {place}"
    if result.absent:
        yield f"  not in the file, kept as they are: {', '.join(result.absent[:_SHOWN])}"
        if len(result.absent) <= _SHOWN:
            yield f"  next: talekeep remove {' '.join(result.absent)}, if they are to go here too"
    if result.vanished:
        yield f"  gone from the folder, kept here: {', '.join(result.vanished[:_SHOWN])}"
        yield f"  next: talekeep remove --where 'source:{result.vanished[0]}', if they are to go here too"
    if result.removed and not dry_run:
        yield "  what the source no longer has went here too; talekeep undo brings it back"
    yield from (f"  {note}" for note in result.notes[:_SHOWN])
    refused = _refused(result)
    yield from (f"  {style('refused', 'warning')} {where}: {reason}" for where, reason in refused[:_SHOWN])
    lists: tuple[Sized, ...] = (refused, result.notes, result.conflicts, result.absent, result.vanished, rows)
    if max(len(rows) for rows in lists) > _SHOWN:
        yield (
            f"  … not all are shown ({len(result.files)} files and formats, {len(result.refused)} refused, "
            f"{len(result.notes)} notes), see --report FILE or --json"
        )
    yield from _samples(app, result)


def _counts(row: "FileCounts") -> str:
    outcomes = {"added": row.added, "merged back": row.changed, "same": row.same, "refused": row.refused}
    texts = [f"{outcome} {count}" for outcome, count in outcomes.items() if count]
    texts += [f"alternatives {row.alternatives}"] if row.alternatives else []
    mended = ", ".join(f"{kind} {count}" for kind, count in row.mended.items())
    return f"{row.file} ({row.format}): {', '.join(texts)}" + (f"; mended: {mended}" if mended else "")


def _taken(libraries: Mapping[str, list[str]]) -> Iterator[str]:
    """What came into the libraries, by kind; few rows are named."""
    for kind, names in libraries.items():
        few = f" ({', '.join(names)})" if len(names) <= _NAMED else ""
        yield f"{_counted(kind, len(names))}{few}"


def _counted(kind: str, count: int) -> str:
    return f"1 {_ONE.get(kind, kind.removesuffix('s'))}" if count == 1 else f"{count} {kind}"


def _speakers(result: "Imported") -> Iterator[str]:
    # Two spellings of one name are told once.
    by_name = {decided: label for label, decided in reversed(result.speakers.items())}
    for label, decided in [(label, decided) for decided, label in reversed(by_name.items())][:_SHOWN]:
        role, _, name = decided.partition(":")
        counts = result.both_sides.get(label)
        if counts and name:
            texts = ", ".join(f"{role} in {count}" for role, count in counts.items())
            yield (
                f"  speaker {label} speaks on both sides ({texts}): "
                f"--map '{label}=assistant:{name}' makes it one"
            )
        else:
            yield f"  speaker {label or '(blank)'} → {_decided(role, name)}"


def _decided(role: str, name: str) -> str:
    if role == "drop":
        return "left out"
    return " ".join([role, *(["named", name] if name else [])]).strip()


def _refused(result: "Imported") -> list[tuple[str, str]]:
    """Where records were refused, once for each file and reason, and the reason."""
    places: dict[tuple[str, str], list[RefusedRecord]] = {}
    for bad in result.refused:
        places.setdefault((bad.file, bad.reason), []).append(bad)
    return [(_where(file, records), reason) for (file, reason), records in places.items()]


def _where(file: str, records: list["RefusedRecord"]) -> str:
    """The file with the first lines, and the numbers of the records where these differ; 0 is no line."""
    places = [_place(bad) for bad in records if bad.line]
    more = f" and {len(places) - _PLACES} more" if len(places) > _PLACES else ""
    return f"{file}:{', '.join(places[:_PLACES])}{more}" if places else file


def _place(bad: "RefusedRecord") -> str:
    return str(bad.line) if bad.record == bad.line else f"{bad.line} (record {bad.record})"


def _samples(app: App, result: "Imported") -> Iterator[str]:
    """The first entries as scripts."""
    for number, script in enumerate(result.samples, 1):
        lines = script.rstrip("\n").split("\n")
        yield app.output.style(f"  sample {number} of {len(result.added)}", "dim")
        yield from (f"    {line}".rstrip() for line in lines[:_SAMPLE])
        if len(lines) > _SAMPLE:
            yield f"    … {len(lines) - _SAMPLE} more lines, see --json"
