"""What `import` did, in lines for people."""

from collections.abc import Iterator
from collections.abc import Sized
from typing import TYPE_CHECKING

from talekeep.cli.app import App

if TYPE_CHECKING:
    from talekeep.ops.exchange.import_result import FileCounts
    from talekeep.ops.exchange.import_result import Imported
    from talekeep.ops.exchange.import_result import RefusedRecord

_SHOWN = 20
# Records that are named of those refused for one reason.
_PLACES = 3
# Lines of a sample entry.
_SAMPLE = 24
_ONE = {"categories": "category", "aliases": "alias"}


def import_lines(app: App, result: "Imported", dry_run: bool) -> Iterator[str]:
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
        texts = (_counted(kind, len(names)) for kind, names in result.libraries.items())
        yield f"  {'would take' if dry_run else 'took'} {', '.join(texts)}"
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
