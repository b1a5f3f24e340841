"""Import: foreign files → entries, their sidecars, libraries and one commit; exports are merged back."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import talekeep.formats as formats
from talekeep.core.entry import Entry
from talekeep.core.errors import BadRecord
from talekeep.core.errors import NotFound
from talekeep.core.errors import Usage
from talekeep.core.slug import slug
from talekeep.ops import Progress
from talekeep.ops import message
from talekeep.ops import plural
from talekeep.ops import silent
from talekeep.ops.exchange import provenance
from talekeep.ops.exchange.import_result import Imported
from talekeep.ops.exchange.import_result import Options
from talekeep.ops.exchange.import_result import SetAside
from talekeep.ops.exchange.import_result import Taken
from talekeep.ops.exchange.provenance import Provenance
from talekeep.ops.exchange.record_importer import Taking
from talekeep.ops.exchange.record_importer import printable
from talekeep.ops.exchange.rolethread.import_registry import registry_of
from talekeep.ops.workspace.part_writer import Appender
from talekeep.ops.workspace.validation import remember
from talekeep.store import parts
from talekeep.store import plugins
from talekeep.store.dataset import Dataset
from talekeep.store.git import trees
from talekeep.store.intake import Intake
from talekeep.store.intake import Stored

__all__ = ["Imported", "Options", "SetAside", "Taken", "import_files"]

_DATA = (".jsonl", ".json", ".txt")
_PLAIN = Options()


def import_files(
    dataset: Dataset, files: Sequence[Path], options: Options = _PLAIN, progress: Progress = silent
) -> Imported:
    """Take the records of foreign files in as entries, in their order, as one commit; a folder stands for
    the RoleThread Lite datasets in it. A file that was exported from this dataset, with its provenance
    beside it, is merged back by id instead, as a commit of its own.

    Raises:
        NotFound: a file does not exist. Usage: no such format, or a tag that is no word.
        Refused, Outside: see `Dataset.write`.
    """
    plugins.use_formats()
    if options.format:
        formats.reader_named(options.format)
    files = data_files(files)
    options = replace(options, tags=tuple(dict.fromkeys(_tag(t) for t in options.tags)))
    with dataset.writing("import"):
        notes: list[str] = []
        trusted = {file: _trust(dataset, file, options, notes) for file in dict.fromkeys(files)}
        foreign = [file for file in files if trusted[file] is None]
        results = [_import(dataset, foreign, options, progress)] if foreign else []
        results += [
            _reimport(dataset, file, found, options, progress)
            for file, found in trusted.items()
            if found is not None
        ]
        unheard = [label for label in results[0].unheard if all(label in done.unheard for done in results)]
        return _together([Imported(notes=notes, unheard=unheard), *results])


def data_files(several: Sequence[Path]) -> list[Path]:
    """The files to read where these are named; a folder stands for the RoleThread Lite datasets in it.

    Raises:
        NotFound: one does not exist. Usage: a folder holds no dataset, or it is no regular file.
    """
    return _without_companions([file for named in several for file in _files(named)])


def _files(named: Path) -> Iterator[Path]:
    """The file itself; of a folder the data files that have a registry beside them."""
    if named.is_file():
        yield named
        return
    if not named.exists():
        raise NotFound(f"there is no file {named}")
    inside = sorted(named.iterdir()) if named.is_dir() else []
    found = [f for f in inside if f.suffix.lower() in _DATA and f.is_file() and registry_of(f).is_file()]
    if not found:
        kind = "a folder without a RoleThread Lite dataset" if named.is_dir() else "no regular file"
        raise Usage(f"{named} is {kind}", "talekeep import FILE…")
    yield from found


def _without_companions(files: list[Path]) -> list[Path]:
    """The files without the registries and notes that lie beside others of them, as `folder/*` names all."""
    beside = {place for file in files for place in (registry_of(file), *provenance.notes_of(file))}
    return [file for file in files if file not in beside]


def _tag(name: str) -> str:
    found = slug(name)
    if not found:
        raise Usage(f"{name!r} has no letter or digit to make a tag of")
    return found


def _trust(dataset: Dataset, file: Path, options: Options, notes: list[str]) -> Provenance | None:
    if not options.trust:
        return None
    try:
        return provenance.trusted(dataset, file)
    except BadRecord as reason:
        notes.append(f"{file.name}: only added, not merged back: {reason}")
        return None


def _import(dataset: Dataset, files: list[Path], options: Options, progress: Progress) -> Imported:
    with dataset.intake() as intake:
        dataset.now()
        work = _Import(dataset, intake, options)
        for file in files:
            work.taking.take(file, progress)
        done, library = work.taking.done, work.taking.library_files()
        if options.dry_run or not (done.added or library):
            return done
        progress("writing", 0, None)
        wanted = work.files(library)
        before = dataset.head_tree()
        text = message(_subject(done, files), "import", added=len(done.added))
        commit = dataset.write(wanted, text, commit=options.commit)
        remember(dataset, dataset.head_tree(), before)
        work.learn(wanted)
        return replace(done, commit=commit)


def _reimport(
    dataset: Dataset, file: Path, found: Provenance, options: Options, progress: Progress
) -> Imported:
    # Most imports merge nothing, and need not load what does.
    from talekeep.ops.exchange.reimport import reimport

    return reimport(dataset, file, found, options, progress)


def _subject(done: Imported, files: list[Path]) -> str:
    what = printable(files[0].name) if len(files) == 1 else plural(len(files), "file")
    if not done.added:
        return f"Import the libraries of {what}"
    return f"Import {plural(len(done.added), 'entry')} from {what}"


class _Import:
    """Records on their way to new parts, each laid down as soon as it is complete."""

    def __init__(self, dataset: Dataset, intake: Intake, options: Options) -> None:
        now = dataset.now()
        self._dataset = dataset
        self._intake = intake
        self._now = now
        self._appender = Appender(dataset, now, _forget if options.dry_run else intake.add)
        self._ids: dict[str, list[str]] = {}
        self.taking = Taking(dataset, now, options, self._append)

    def _append(self, entry: Entry, sidecar: dict[str, Any]) -> None:
        part = self._appender.add(entry, sidecar)
        self._ids.setdefault(part, []).append(entry["id"])

    def files(self, library: Mapping[str, bytes]) -> dict[str, bytes | Stored | None]:
        self._appender.close()
        return {**self._intake.files(), **library}

    def learn(self, written: Mapping[str, bytes | Stored | None]) -> None:
        """Tell the cache what is in the new parts, so that the next command need not read them."""
        blobs: dict[str, list[str]] = {}
        for part, ids in self._ids.items():
            data = written[part]
            if part not in self._now.files and parts.is_entries(part) and data is not None:
                blobs[data.oid if isinstance(data, Stored) else trees.blob_id(data)] = ids
        numbered = {
            blob: ([(entry, n) for n, entry in enumerate(ids, 1)], len(ids)) for blob, ids in blobs.items()
        }
        self._dataset.cache.record(numbered)


def _forget(path: str, data: bytes) -> None:
    """What a dry run does with a complete part."""


def _together(results: list[Imported]) -> Imported:
    """The results of several imports as one; the commit is the last one made. The first says who was not
    heard in any."""
    whole = Imported(unheard=results[0].unheard)
    for done in results:
        for mine, theirs in (
            (whole.added, done.added),
            (whole.same, done.same),
            (whole.refused, done.refused),
            (whole.changed, done.changed),
            (whole.conflicts, done.conflicts),
            (whole.absent, done.absent),
            (whole.notes, done.notes),
        ):
            mine.extend(theirs)  # type: ignore[arg-type]
        for name, count in done.formats.items():
            whole.formats[name] = whole.formats.get(name, 0) + count
        for label, decided in done.speakers.items():
            whole.speakers.setdefault(label, decided)
        for kind, slugs in done.libraries.items():
            whole.libraries.setdefault(kind, []).extend(slugs)
    whole.notes.extend(f"nobody speaks as {printable(label)}" for label in whole.unheard)
    return replace(whole, commit=next((d.commit for d in reversed(results) if d.commit), None))
