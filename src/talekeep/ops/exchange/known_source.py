"""Sources that were imported before: which one a file is a newer state of, and where its last state is.

What a source was at one import is a commit with the trailer `Talekeep-Source: NAME SHA256`. Commits of one
source follow each other, and each is merged into the branch (`import_again`), so that the last one is the
merge base of the next import: what changed there since, and nothing else, is theirs.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from talekeep.core.errors import BadRecord
from talekeep.core.errors import Refused
from talekeep.library import sources
from talekeep.library.sources import Source
from talekeep.ops import silent
from talekeep.ops.exchange.companions import SOURCE
from talekeep.ops.exchange.entry_sources import origin_of
from talekeep.ops.exchange.import_result import Options
from talekeep.ops.exchange.import_result import printable
from talekeep.ops.exchange.record_reader import FileReader
from talekeep.ops.exchange.record_reader import Record
from talekeep.ops.exchange.record_reader import Stamps
from talekeep.store import libraries
from talekeep.store.dataset import Dataset
from talekeep.store.history import Commit
from talekeep.store.view import View

if TYPE_CHECKING:
    from talekeep.ops.exchange.provenance import Provenance

_PLAIN = Options()
_TRAILER = re.compile(rf"^{SOURCE}: (\S+) ([0-9a-f]{{64}})$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class KnownSource:
    """A source by its name in `sources.toml`; `commit` holds what it was at its last import. A file that was
    exported from here has its own origin: before its first import `commit` is that of the export."""

    name: str
    commit: str
    origin: "Provenance | None" = None


def find(dataset: Dataset, file: Path, options: Options) -> KnownSource | None:
    """The source that a file of RoleThread Lite's is the newest state of; None where it is no source's.

    Most of the entries say which one: their ids are the file's. Where none is left, the dataset's id does.

    Raises:
        Refused: the file is older than what was imported last.
    """
    stamps, sha256 = _read(file, options)
    head = dataset.at("HEAD")
    known = libraries.read(head, sources.KIND, Source)
    is_named = bool(stamps.ids or stamps.dataset) and stamps.dataset != dataset.config.id
    name = _named(head, known, stamps) if is_named else None
    states = {} if name is None else dict(_states(dataset, name))
    if name is None or not states:
        return None
    _refuse_older(file, known[name], stamps, sha256, [*states.values()])
    return KnownSource(name, _newest(dataset, [*states]))


def _read(file: Path, options: Options) -> tuple[Stamps, str]:
    """The stamps of a file, and its SHA-256. Where it has no entries its registry says what it is."""
    stamps = Stamps()
    reader = FileReader(file, options, silent, stamps.meet)
    for _ in reader.read():
        pass
    if not reader.records:
        # Only a file without entries is asked for, and most imports read no registry.
        from talekeep.ops.exchange.rolethread.import_registry import read_registry

        with suppress(BadRecord):
            if (registry := read_registry(file)) is not None:
                stamps.note(registry.dataset, registry.saved)
    return stamps, reader.sha256


def of_export(dataset: Dataset, file: Path, origin: "Provenance") -> KnownSource | None:
    """An export for RoleThread Lite as a source of its own; None where it was made on another branch, whose
    commits are not to be merged.

    Raises:
        Refused: the file is older than what was imported of it last.
    """
    head = dataset.history.head()
    if head is None or not dataset.history.is_ancestor(origin.commit, head):
        return None
    name = f"export_{origin.commit[:12]}"
    states = dict(_marked(dataset, name))
    if not states:
        return KnownSource(name, origin.commit, origin)
    known = libraries.read(dataset.at("HEAD"), sources.KIND, Source)
    if name in known:
        _refuse_older(file, known[name], *_read(file, _PLAIN), [*states.values()])
    return KnownSource(name, _newest(dataset, [*states]), origin)


def find_chat(dataset: Dataset, file: Path, options: Options) -> KnownSource | None:
    """The source that a chat is the newest state of: one of the same file name, whose entry has the
    chat's own id. None where it is no source's. A branch of a chat has its own
    file name, and so is its own source."""
    head = dataset.at("HEAD")
    known = libraries.read(head, sources.KIND, Source)
    called = {name for name, source in known.items() if source.file == printable(file.name)}
    if not called:
        return None
    given = {
        record.reading.foreign_id
        for record in FileReader(file, options, silent, lambda value: value).read()
        if isinstance(record, Record)
    }
    origins = (origin_of(one) for part in head.parts() for one in head.sidecars(part).values())
    name = next(
        (o["from"] for o in origins if o.get("from") in called and o.get("id") in given - {None}), None
    )
    states = {} if name is None else dict(_states(dataset, name))
    return KnownSource(name, _newest(dataset, [*states])) if name is not None and states else None


def _named(head: View, known: dict[str, Source], stamps: Stamps) -> str | None:
    """The source that most entries with these ids are of."""
    counts: Counter[str] = Counter()
    for part in head.parts():
        for entry, sidecar in head.sidecars(part).items():
            name = origin_of(sidecar).get("from")
            if entry.lower() in stamps.ids and isinstance(name, str) and name in known:
                counts[name] += 1
    same = (name for name, source in known.items() if stamps.dataset and source.dataset == stamps.dataset)
    return counts.most_common(1)[0][0] if counts else next(same, None)


def _states(dataset: Dataset, name: str) -> Iterator[tuple[str, str]]:
    """The commits that hold a state of the source, newest first, and the SHA-256 of its file then."""
    yield from _marked(dataset, name) or _first(dataset, name)


def _marked(dataset: Dataset, name: str) -> list[tuple[str, str]]:
    """The commits whose trailer says that they hold a state of the source, newest first, with its SHA-256."""
    return [
        (commit.id, found[2])
        for commit in _commits(dataset)
        for found in _TRAILER.finditer(commit.message)
        if found[1] == name
    ]


def _commits(dataset: Dataset) -> list[Commit]:
    head = dataset.history.head()
    return [] if head is None else [*dataset.history.newest_first(head)]


def _first(dataset: Dataset, name: str) -> Iterator[tuple[str, str]]:
    """The import that brought the source, where its commit has no trailer (version 0.1.0 wrote none)."""
    for commit in reversed(_commits(dataset)):
        known = libraries.read(dataset.of_commit(commit.id), sources.KIND, Source)
        if name in known:
            yield commit.id, known[name].sha256
            return


def _newest(dataset: Dataset, commits: list[str]) -> str:
    """The commit that all the others lead up to. Time alone does not tell: two may have the same."""
    newest = commits[0]
    for commit in commits[1:4]:
        if dataset.history.is_ancestor(newest, commit):
            newest = commit
    return newest


def _refuse_older(file: Path, source: Source, stamps: Stamps, sha256: str, states: list[str]) -> None:
    has_times = bool(stamps.saved and source.saved)
    saved_before = has_times and stamps.saved[:19] < source.saved[:19]
    saved_after = has_times and stamps.saved[:19] > source.saved[:19]
    if saved_before or (sha256 in states and sha256 != source.sha256 and not saved_after):
        when = f" (saved {printable(stamps.saved)})" if stamps.saved else ""
        raise Refused(
            f"{file.name}{when} is older than what was imported of it last: taking it would turn edits back",
            "talekeep log --ops, and talekeep restore ENTRY --from REV, for entries as they were; "
            "or talekeep init OLD, and import it there",
        )
