"""`combine`: several datasets, folders and files become one dataset; none of them is touched."""

import json
import random
import shutil
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import ExitStack
from contextlib import closing
from contextlib import contextmanager
from dataclasses import asdict
from dataclasses import replace
from pathlib import Path

from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.ops import Progress
from talekeep.ops import message
from talekeep.ops import plural
from talekeep.ops import silent
from talekeep.ops.combine.result import DEDUPE
from talekeep.ops.combine.result import Combined
from talekeep.ops.combine.result import Options
from talekeep.ops.combine.source_reader import SourceReader
from talekeep.ops.exchange.incoming.folder_files import data_files
from talekeep.ops.project import init
from talekeep.ops.workspace.changeset import Draft
from talekeep.ops.workspace.part_writer import Appender
from talekeep.ops.workspace.paths import require_regular
from talekeep.ops.workspace.rule_runner import set_validated
from talekeep.ops.workspace.select import Beside
from talekeep.ops.workspace.select import Selected
from talekeep.store import config
from talekeep.store.dataset import Dataset
from talekeep.store.files import outside
from talekeep.store.intake import Intake
from talekeep.store.intake import Stored
from talekeep.store.scratch import scratch_folder

_PLAIN = Options()


def combine(
    sources: Sequence[Path], into: Path, options: Options = _PLAIN, progress: Progress = silent
) -> Combined:
    """Put the entries and libraries of datasets (as committed), RoleThread Lite folders and files into one
    dataset, as one commit; it is made if there is none at `into`. Of equal entries the first stays, with
    the tags and sidecars of all.

    Raises:
        NotFound: a source does not exist. Usage: a source is none, or is `into`; no such way to dedupe.
        Refused: `into` is in use; a library cannot be read; see `Dataset.write`.
        In each case all is as it was.
    """
    if options.dedupe not in DEDUPE:
        raise Usage(f"there is no way to dedupe {options.dedupe!r}", f"one of {', '.join(DEDUPE)}")
    _require_apart([source.resolve() for source in sources], into.resolve())
    kinds = [(source, *_kind(source)) for source in sources]
    with _target(into, dry_run=options.dry_run) as dataset:
        combined = _combine(dataset, kinds, options, progress)
    return replace(combined, into=str(into.resolve()))


def _require_apart(sources: Sequence[Path], into: Path) -> None:
    for source in sources:
        if not source.exists():
            raise NotFound(f"there is nothing at {source}")
        if into == source or source in into.parents:
            raise Usage(f"{into} and the source {source} are not apart", "choose another folder for --into")


def is_dataset(folder: Path) -> bool:
    """Whether there is a dataset in this very folder."""
    return (folder / config.NAME).is_file() and (folder / ".git").exists()


def _kind(source: Path) -> tuple[str, list[Path]]:
    """What a source is, and the files to read of it.

    Raises:
        Usage: it is a folder without a dataset of any kind.
    """
    if is_dataset(source):
        return "dataset", []
    files = data_files([source])
    return ("file" if source.is_file() else "rolethread"), files


@contextmanager
def _target(into: Path, *, dry_run: bool) -> Iterator[Dataset]:
    """The dataset to write to; a new one is gone again if anything fails, and after a dry run."""
    into = into.resolve()
    if is_dataset(into):
        with Dataset.open(into) as dataset:
            yield dataset
        return
    init.init(into, dry_run=True)
    with ExitStack() as after:
        place = into
        if dry_run:
            place = after.enter_context(scratch_folder()) / into.name
        failed = after.enter_context(ExitStack())
        failed.callback(_clear, place, existed=place.exists())
        init.init(place, name=into.name)
        with Dataset.open(place) as dataset:
            yield dataset
        failed.pop_all()


def _clear(place: Path, *, existed: bool) -> None:
    """Remove what was made at `place`, which was missing or an empty folder before."""
    shutil.rmtree(place, ignore_errors=True)
    if existed:
        place.mkdir()


def _combine(
    dataset: Dataset, sources: list[tuple[Path, str, list[Path]]], options: Options, progress: Progress
) -> Combined:
    with dataset.writing("combine"), dataset.intake() as intake:
        draft = Draft(dataset)
        reader = SourceReader(dataset, draft.now, options)
        with closing(reader.pool):
            reader.begin(progress)
            for source, kind, files in sources:
                reader.take(source, kind, files, progress)
            return _write(dataset, draft, reader, intake, options, len(sources))


def _write(
    dataset: Dataset, draft: Draft, reader: SourceReader, intake: Intake, options: Options, count: int
) -> Combined:
    combined = reader.done
    combined.changed.extend(_change(draft, reader))
    edited = draft.files()
    order = list(reader.new)
    if options.seed is not None:
        random.Random(options.seed).shuffle(order)
    appender = Appender(dataset, draft.now, _forget if options.dry_run else intake.add, leave=edited)
    for number in order:
        entry, sidecar = reader.pool.value(number)
        appender.add(entry, sidecar or None)
        combined.added.append(entry["id"])
    appender.close()
    library = reader.library_files()
    if options.dry_run or not (order or edited or library):
        return combined
    files: dict[str, bytes | Stored | None] = {**edited, **intake.files(), **library}
    before = dataset.head_tree()
    subject = f"Combine {plural(len(order), 'entry')} from {plural(count, 'source')}"
    text = message(subject, "combine", added=len(order), changed=len(combined.changed))
    commit = dataset.write(files, text, commit=options.commit)
    set_validated(dataset, dataset.head_tree(), before)
    return replace(combined, commit=commit)


def _change(draft: Draft, reader: SourceReader) -> Iterator[str]:
    """Write the tags and sidecars that duplicates add to entries of the dataset."""
    for part, numbers in reader.changed().items():
        beside = Beside(draft.now, part)
        for line in draft.now.lines_at(part, numbers):
            entry, sidecar = reader.pool.value(numbers[line.number])
            draft.change(Selected(line, line.value, beside), entry, sidecar)
            yield entry["id"]


def _forget(path: str, data: bytes) -> None:
    """The part writer's target in a dry run: nothing is written."""


def report_place(report: Path, sources: Sequence[Path], into: Path) -> Path:
    """Check the path of the report before the work starts.

    Raises:
        Refused: something is there, be it a link to nothing, or it lies in a source or in the dataset.
    """
    require_regular(report)
    place = report.resolve()
    if place.exists():
        raise Refused(f"{report} exists", "name another file for --report")
    for folder in (*sources, into):
        if folder.resolve() in place.parents:
            raise Refused(f"{report} would lie in {folder}", "name a file elsewhere for --report")
    if not place.parent.is_dir():
        raise NotFound(f"there is no folder {place.parent}")
    return place


def report_text(combined: Combined) -> str:
    """All that a combination did, as JSON."""
    return json.dumps(asdict(combined), ensure_ascii=False, indent=2) + "\n"


def write_report(combined: Combined, place: Path) -> None:
    """Write all that a combination did as JSON.

    Raises:
        Outside: the disk refused.
    """
    try:
        place.write_text(report_text(combined), encoding="utf-8")
    except OSError as error:
        raise outside(f"cannot write {place}", error) from error
