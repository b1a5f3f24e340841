"""Import: foreign files → entries, their sidecars, libraries and one commit; exports are merged back."""

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import talekeep.formats as formats
from talekeep.core.errors import BadRecord
from talekeep.core.errors import Usage
from talekeep.core.slug import slug
from talekeep.library import sources
from talekeep.library.sources import Source
from talekeep.ops import Progress
from talekeep.ops import message
from talekeep.ops import plural
from talekeep.ops import silent
from talekeep.ops.exchange.incoming.companions import SOURCE
from talekeep.ops.exchange.incoming.companions import may_be_card
from talekeep.ops.exchange.incoming.companions import may_be_chat
from talekeep.ops.exchange.incoming.companions import may_be_database
from talekeep.ops.exchange.incoming.companions import may_be_rolethread
from talekeep.ops.exchange.incoming.companions import notes_of
from talekeep.ops.exchange.incoming.entry_sources import origin_of
from talekeep.ops.exchange.incoming.import_result import Imported
from talekeep.ops.exchange.incoming.import_result import ImportedRecord
from talekeep.ops.exchange.incoming.import_result import ImportLog
from talekeep.ops.exchange.incoming.import_result import Options
from talekeep.ops.exchange.incoming.import_result import RefusedRecord
from talekeep.ops.exchange.incoming.import_result import printable
from talekeep.ops.exchange.incoming.record_importer import Importer
from talekeep.ops.library.library_editor import Shelf
from talekeep.ops.workspace.part_writer import Appender
from talekeep.ops.workspace.rule_runner import set_validated
from talekeep.ops.workspace.workspace import Workspace
from talekeep.store import libraries
from talekeep.store import plugins
from talekeep.store.dataset import Dataset
from talekeep.store.ids import Ids
from talekeep.store.intake import Stored
from talekeep.store.object_ids import blob_id
from talekeep.store.view import View

if TYPE_CHECKING:
    from talekeep.ops.exchange.incoming.batch_answers import BatchAnswers
    from talekeep.ops.exchange.incoming.known_source import KnownSource
    from talekeep.ops.exchange.provenance import Provenance

__all__ = ["Imported", "ImportedRecord", "Options", "RefusedRecord", "import_files"]

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
    named_files, files = files, _listed(files)
    options = replace(options, tags=tuple(dict.fromkeys(_tag(t) for t in options.tags)))
    folders = [place for place in named_files if place.is_dir()]
    log = ImportLog(notes=_passed_over(folders))
    files, card_files = _without_cards(dataset, files, options, log)
    files, options = _with_database(files, options)
    with dataset.writing("import"):
        # The last commit, as it is before this import makes another.
        head = dataset.at("HEAD") if dataset.history.head() else None
        before = _sources_before(head) if folders else {}
        trusted = {file: _trust(dataset, file, options, log) for file in dict.fromkeys(files)}
        known = _sources(dataset, head, trusted, options)
        foreign = [file for file in files if trusted[file] is None and known[file] is None]
        if foreign or card_files or (options.database and not files):
            place = _folders(folders)
            log.include(_add(Workspace(dataset), foreign, card_files, place, options, progress))
        for file, origin in trusted.items():
            if origin is not None and known[file] is None:
                log.include(_reimport(dataset, file, origin, options, progress))
        _import_again(dataset, known, options, progress, log)
        log.vanished += _vanished(head, before, folders, known, log)
        return log.answer(options.speakers)


def _listed(named: Sequence[Path]) -> list[Path]:
    """The files to read; what lists folders and patterns is loaded where one file is not all."""
    if len(named) == 1 and named[0].is_file():
        return [*named]
    from talekeep.ops.exchange.incoming.folder_files import data_files

    return data_files(named)


def _passed_over(folders: Sequence[Path]) -> list[str]:
    if not folders:
        return []
    from talekeep.ops.exchange.incoming.folder_files import passed_over

    return passed_over(folders)


def _folders(folders: Sequence[Path]) -> dict[Path, str]:
    if not folders:
        return {}
    from talekeep.ops.exchange.incoming.folder_files import folders_of

    return folders_of(folders)


def _sources_before(head: View | None) -> dict[str, Source]:
    """The sources that are known before this import, where one lay in a folder."""
    if head is None or b"folder = " not in _table(head):
        return {}
    return libraries.read(head, sources.KIND, sources.Source)


def _vanished(
    head: View | None,
    before: Mapping[str, Source],
    folders: Sequence[Path],
    known: "Mapping[Path, KnownSource | None]",
    log: ImportLog,
) -> list[str]:
    """The files that folders had at an earlier import and have no more; their entries stay."""
    if head is None or not before:
        return []
    places = {printable(folder.resolve().name): folder for folder in folders}
    renamed = {source.name for source in known.values() if source is not None}
    here = {name: {printable(file.name) for file in place.rglob("*")} for name, place in places.items()}
    gone = [s for n, s in before.items() if s.folder in here and s.file not in here[s.folder]]
    gone = [source for source in gone if source not in [before.get(name) for name in renamed]]
    if not gone:
        return []
    # Another folder may have this name, and files of the same names: what it holds is not known here.
    same_folders = {before[name].folder for name in renamed | _met(head, log) if name in before}
    return sorted(source.file for source in gone if source.folder in same_folders)


def _met(head: View, log: ImportLog) -> set[str]:
    """The sources of the entries that the records of this import were known as."""
    ids = {record.id for record in (*log.same, *log.changed)}
    sidecars = (sidecar for part in head.parts() for sidecar in head.sidecars(part).values())
    return {str(origin_of(sidecar).get("from")) for sidecar in sidecars if sidecar.get("id") in ids}


def _table(view: View) -> bytes:
    """The table of sources as it lies there."""
    return view.read(sources.KIND.path) if sources.KIND.path in view.files else b""


def _without_cards(
    dataset: Dataset, files: Sequence[Path], options: Options, log: ImportLog
) -> tuple[list[Path], list[Path]]:
    """The files that are no character cards, and the cards whose texts are to be entries; the characters of
    cards go to the library."""
    likely = [] if options.format or options.shape else [file for file in files if may_be_card(file)]
    if not likely:
        return [*files], []
    # Most imports have no cards, and need not load what reads them.
    from talekeep.ops.exchange.incoming.card_files import take_cards

    plain, held = take_cards(dataset, likely, options, log)
    left = set(likely) - set(plain)
    rest = [file for file in files if file not in left]
    return rest, held if options.greetings or options.examples else []


def _with_database(files: list[Path], options: Options) -> tuple[list[Path], Options]:
    """The files without the database of RoleThread Lite among them, which completes their registries."""
    databases = [file for file in files if may_be_database(file)]
    if not databases or options.format or options.shape or not options.registry:
        return files, options
    if len(set(databases)) > 1:
        names = ", ".join(sorted({file.name for file in databases}))
        raise Usage(f"there are several databases: {names}", "import one at a time")
    return [file for file in files if file not in databases], replace(options, database=databases[0])


def _tag(name: str) -> str:
    name_slug = slug(name)
    if not name_slug:
        raise Usage(f"{name!r} has no letter or digit to make a tag of")
    return name_slug


def _trust(dataset: Dataset, file: Path, options: Options, log: ImportLog) -> "Provenance | None":
    if not options.trust:
        return None
    if not any(place.is_file() for place in notes_of(file)):
        return _own_export(dataset, file, options)
    # Few files have a note beside them; what reads it is not loaded for the others.
    from talekeep.ops.exchange import provenance

    try:
        return provenance.trusted(dataset, file)
    except BadRecord as reason:
        log.notes.append(f"{file.name}: only added, not merged back: {reason}")
        return None


def _own_export(dataset: Dataset, file: Path, options: Options) -> "Provenance | None":
    if not (may_be_rolethread(file) and (dataset.private / "exports").is_dir()):
        return None
    from talekeep.ops.exchange.incoming import own_export

    return own_export.find(dataset, file, options)


def _add(
    workspace: Workspace,
    files: Sequence[Path],
    card_files: Sequence[Path],
    folders: Mapping[Path, str],
    options: Options,
    progress: Progress,
) -> ImportLog:
    """Add the records of files as one commit: records → entries → new parts → commit."""
    dataset, now = workspace.dataset, workspace.now
    shelf, known_sources = Shelf(now), libraries.read(now, sources.KIND, sources.Source)
    importer = Importer(dataset, now, options, workspace.checker, shelf, known_sources)
    importer.card_files, importer.folders = frozenset(card_files), folders
    answers = _answers(files)
    if answers is not None:
        importer.answered = answers.answered
        files = [file for file in files if file not in answers.files]
    ids: dict[str, list[str]] = {}
    with dataset.intake() as intake:
        appender = Appender(dataset, now, _forget if options.dry_run else intake.add)
        for file in (*files, *card_files):
            for entry, sidecar in importer.entries(file, progress):
                ids.setdefault(appender.add(entry, sidecar), []).append(entry["id"])
        if options.database is not None and not files:
            importer.take_database(options.database)
        log, library = importer.log, importer.library_files()
        if answers is not None:
            names = ", ".join(printable(file.name) for file in answers.files)
            log.notes.append(
                f"{names}: {answers.joined} of {plural(len(answers), 'answer')} joined to their requests"
            )
        if options.dry_run or not (log.added or library):
            return log
        progress("writing", 0, None)
        appender.close()
        written = {**intake.files(), **library}
        workspace.require_committed(written)
        text = message(
            _subject(log, [*files, *card_files] or [options.database or Path()]),
            "import",
            added=len(log.added),
        )
        text += "".join(f"{SOURCE}: {source} {sha}\n" for source, sha in importer.read_states.items())
        log.commit = dataset.write(written, text, commit=options.commit, sweep=now)
    set_validated(dataset, dataset.head_tree(), workspace.head_tree)
    dataset.cache.record(_ids_of_new_parts(now, ids, written))
    return log


def _answers(files: Sequence[Path]) -> "BatchAnswers | None":
    """The answers of a batch among the files; what reads them is loaded where there may be some."""
    if len(files) < 2:
        return None
    from talekeep.ops.exchange.incoming.batch_answers import answers_beside

    return answers_beside(files)


def _ids_of_new_parts(
    now: View, ids: Mapping[str, list[str]], written: Mapping[str, bytes | Stored]
) -> dict[str, Ids]:
    """The ids in parts this import began, so that the next command need not read them."""
    blobs: dict[str, Ids] = {}
    for part, own in ids.items():
        if part not in now.files:
            data = written[part]
            blob = data.oid if isinstance(data, Stored) else blob_id(data)
            blobs[blob] = ([(entry, line) for line, entry in enumerate(own, 1)], len(own))
    return blobs


def _reimport(
    dataset: Dataset, file: Path, origin: "Provenance", options: Options, progress: Progress
) -> ImportLog:
    # Most imports merge nothing, and need not load what does.
    from talekeep.ops.exchange.incoming.reimport import reimport

    return reimport(dataset, file, origin, options, progress)


def _sources(
    dataset: Dataset, head: View | None, trusted: "Mapping[Path, Provenance | None]", options: Options
) -> dict[Path, "KnownSource | None"]:
    """For each file the source it is a newer state of, if any.

    Raises:
        Refused: an older state of a dataset of RoleThread Lite.
    """
    result: dict[Path, KnownSource | None] = dict.fromkeys(trusted)
    if head is None or not options.trust:
        return result
    for file, origin in trusted.items():
        if origin is not None:
            result[file] = _exported_source(dataset, file, origin)
    files = [file for file, origin in trusted.items() if origin is None]
    text = _table(head)
    rolethread = [file for file in files if may_be_rolethread(file)]
    likely = [file for file in files if file not in rolethread and _may_be_source(file, text)]
    if rolethread or likely:
        # Few files are of a source that grows; what follows them is not loaded for the others.
        from talekeep.ops.exchange.incoming import known_source

        result |= {file: known_source.find(dataset, file, options) for file in rolethread}
        known = known_source.KnownSources(dataset, options) if likely else None
        present = {printable(file.name) for file in files}
        result |= {file: known.find(file, present) for file in likely if known is not None}
    return result


def _exported_source(dataset: Dataset, file: Path, origin: "Provenance") -> "KnownSource | None":
    """An export for RoleThread Lite, which works on a whole dataset; exports in other formats are merged
    back entry by entry."""
    from talekeep.formats import rolethread
    from talekeep.ops.exchange.incoming import known_source

    return known_source.of_export(dataset, file, origin) if origin.format is rolethread else None


def _may_be_source(file: Path, table: bytes) -> bool:
    """Whether a file is to be looked up among the sources: a cheap first answer. Chats may be renamed."""
    return printable(file.name).encode() in table or (b"sillytavern" in table and may_be_chat(file))


def _import_again(
    dataset: Dataset,
    known: "Mapping[Path, KnownSource | None]",
    options: Options,
    progress: Progress,
    log: ImportLog,
) -> None:
    """Merge the files that are newer states of sources. Those with conflicts come last: only one merge can be
    open, and nothing else has to wait for it."""
    several = {file: source for file, source in known.items() if source is not None}
    if not several:
        return
    from talekeep.ops.exchange.incoming.import_again import import_again

    waiting: list[Path] = []
    for file, source in several.items():
        imported_again = import_again(
            dataset, file, source, options, progress, without_conflicts=len(several) > 1
        )
        if imported_again is None:
            waiting.append(file)
        else:
            log.include(imported_again)
    for file in waiting[:1]:
        imported_again = import_again(dataset, file, several[file], options, progress)
        log.include(imported_again if imported_again is not None else ImportLog())
    for file in waiting[1:]:
        reason = f"it has conflicts too: settle those of {printable(waiting[0].name)}, then import it again"
        log.refused.append(RefusedRecord(printable(file.name), 0, 0, reason))


def _subject(log: ImportLog, files: list[Path]) -> str:
    what = printable(files[0].name) if len(files) == 1 else plural(len(files), "file")
    if not log.added:
        return f"Import the libraries of {what}"
    return f"Import {plural(len(log.added), 'entry')} from {what}"


def _forget(path: str, data: bytes) -> None:
    """What a dry run does with a complete part."""
