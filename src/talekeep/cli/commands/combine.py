"""The command `combine`."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import no_commit_option
from talekeep.cli.options import input_file
from talekeep.cli.options import output_file
from talekeep.core.errors import Usage
from talekeep.ops import plural
from talekeep.ops.combine import combine as operation
from talekeep.ops.combine import result

_SHOWN = 10


@command("combine", writes=True)
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--into",
    required=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="The dataset to put it in; a new one is made where there is none.",
)
@click.option(
    "--dedupe",
    type=click.Choice(["exact", "near", "none"]),
    default="exact",
    show_default=True,
    help="Leave out what is equal to an entry before it, or nearly so, or nothing.",
)
@click.option(
    "--threshold",
    type=click.FloatRange(0.5, 1),
    default=0.85,
    show_default=True,
    help="How alike near ones are.",
)
@click.option("--shuffle", is_flag=True, help="Mix the new entries, the same way for the same seed.")
@click.option("--seed", type=int, metavar="N", help="For --shuffle; 0 without it.")
@click.option(
    "--report", type=click.Path(path_type=Path), metavar="FILE", help="Write the whole report to a JSON file."
)
@no_commit_option
def combine(
    app: App,
    sources: tuple[Path, ...],
    into: Path,
    dedupe: str,
    threshold: float,
    shuffle: bool,
    seed: int | None,
    report: Path | None,
    no_commit: bool,
    dry_run: bool,
) -> int:
    """Make one dataset of several, or add them to one, as one commit.

    SOURCES are datasets (their last commit), RoleThread Lite folders, and files that import reads; they are
    only read. Of equal entries, system prompts included, the first stays and gets the tags of all. Ids stay;
    where two conversations have the same id, the second gets a new one. Of tags, characters and prompts the
    first stays. The report lists every duplicate and difference. Exits 1 if a record was refused.

    \b
    Examples:
      talekeep combine harbor night.jsonl --into all
      talekeep combine harbor tower --into all --dedupe near --report twins.json
      talekeep combine ../new.jsonl --into . --dry-run --json
      talekeep combine harbor tower --into mixed --shuffle --seed 7
    """
    if seed is not None and not shuffle:
        raise Usage("--seed mixes nothing by itself", "talekeep combine … --shuffle --seed N")
    options = result.Options(dedupe, threshold, (seed or 0) if shuffle else None, dry_run, not no_commit)
    with input_file.readable(app, sources) as named:
        return _combine(app, named, into, options, report)


def _combine(app: App, named: list[Path], into: Path, options: "result.Options", report: Path | None) -> int:
    dry_run = options.dry_run
    place = None if report is None else _report_place(app, report, named, app.path(into))
    with closing(App(app.path(into), app.output)) as home:
        # What a dataset that was there gets goes to its mirrors too.
        _ = operation.is_dataset(home.folder) and home.dataset
        combined = operation.combine(named, home.folder, options, app.output.progress)
        lines = _lines(app, combined, into, dry_run)
        if place is not None and not dry_run:
            _write_report(combined, place)
        if report is not None and output_file.is_stdout(report):
            output_file.tell(app, lines)
        else:
            app.output.answer("combine", combined, lines, ok=not combined.refused)
        home.finish(wrote=True)
    return int(bool(combined.refused))


def _report_place(app: App, report: Path, sources: list[Path], into: Path) -> Path:
    place = report if report == output_file.STDOUT else app.path(report)
    if not output_file.is_stream(place):
        return operation.report_place(place, sources, into)
    if output_file.is_stdout(report) and app.output.as_json:
        raise Usage("--json and the report both want standard output", "name a file for --report")
    return place


def _write_report(combined: "result.Combined", place: Path) -> None:
    if output_file.is_stream(place):
        output_file.write_stream(place, operation.report_text(combined).encode())
    else:
        operation.write_report(combined, place)


def _lines(app: App, result: "result.Combined", into: Path, dry_run: bool) -> Iterator[str]:
    added = f"{'Would add' if dry_run else 'Added'} {plural(len(result.added), 'entry')} to {into}"
    rest = f"{plural(len(result.duplicates), 'duplicate')}, refused {len(result.refused)}"
    yield f"{added}, {rest}" + (f"  [{result.commit[:7]}]" if result.commit else "")
    for source in result.sources:
        texts = f"{source.added} of {source.entries} added, {plural(source.duplicates, 'duplicate')}"
        yield f"  {source.source} ({source.kind}): {texts}, refused {source.refused}"
    if result.changed:
        yield f"  {plural(len(result.changed), 'entry')} got what a duplicate had besides"
    if result.libraries:
        yield f"  took {', '.join(f'{len(names)} {kind}' for kind, names in result.libraries.items())}"
    yield from _first([_twin(twin) for twin in result.duplicates])
    yield from _first([f"new id {r.now} for {r.before or 'none'} ({r.place})" for r in result.reminted])
    yield from _first([f"{c.kind} {c.name} of {c.source} differs, kept {c.kept}" for c in result.clashes])
    yield from _first(result.notes)
    yield from _first(
        [f"{app.output.style('refused', 'warning')} {b.file}:{b.line}: {b.reason}" for b in result.refused]
    )


def _first(lines: list[str]) -> Iterator[str]:
    yield from (f"  {line}" for line in lines[:_SHOWN])
    if len(lines) > _SHOWN:
        yield f"  … and {len(lines) - _SHOWN} more, see --json or --report"


def _twin(twin: "result.Twin") -> str:
    like = "equal to" if twin.likeness == 1 else f"{twin.likeness:.2f} like"
    more = f", tags {', '.join(twin.tags)}" if twin.tags else ""
    other = f", keeps its {', '.join(twin.differ)}" if twin.differ else ""
    return f"{twin.source} {twin.place}: {like} {twin.kept}{more}{other}"
