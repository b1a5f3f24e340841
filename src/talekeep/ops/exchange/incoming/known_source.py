"""Sources that were imported before: which one a file is a newer state of, and where its last state is.

What a source was at one import is a commit with the trailer `Talekeep-Source: NAME SHA256`. Commits of one
source follow each other, and each is merged into the branch (`import_again`), so that the last one is the
merge base of the next import: what changed there since, and nothing else, is theirs.
"""

import re
from collections import Counter
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from talekeep.core.entry import Entry
from talekeep.core.entry import messages_of
from talekeep.core.entry import text_of
from talekeep.core.errors import BadRecord
from talekeep.core.errors import Refused
from talekeep.library import sources
from talekeep.library.sources import Source
from talekeep.ops import silent
from talekeep.ops.exchange.incoming.companions import SOURCE
from talekeep.ops.exchange.incoming.companions import may_be_chat
from talekeep.ops.exchange.incoming.entry_sources import origin_of
from talekeep.ops.exchange.incoming.import_result import Options
from talekeep.ops.exchange.incoming.import_result import RefusedRecord
from talekeep.ops.exchange.incoming.import_result import printable
from talekeep.ops.exchange.incoming.record_reader import FileReader
from talekeep.ops.exchange.incoming.record_reader import Record
from talekeep.ops.exchange.incoming.record_reader import Stamps
from talekeep.store import libraries
from talekeep.store.clone.history import Commit
from talekeep.store.dataset import Dataset
from talekeep.store.view import View

if TYPE_CHECKING:
    from talekeep.ops.exchange.provenance import Provenance

_PLAIN = Options()
# Records that are compared to tell whether a file is a source's.
_SAMPLE = 50
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
    states = {} if name is None else dict(_States(dataset).of(name))
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
    states = dict(_States(dataset).marked.get(name, []))
    if not states:
        return KnownSource(name, origin.commit, origin)
    known = libraries.read(dataset.at("HEAD"), sources.KIND, Source)
    if name in known:
        _refuse_older(file, known[name], *_read(file, _PLAIN), [*states.values()])
    return KnownSource(name, _newest(dataset, [*states]), origin)


class KnownSources:
    """The sources of a dataset, asked which of them a file with stable ids is a newer state of."""

    def __init__(self, dataset: Dataset, options: Options) -> None:
        self._dataset = dataset
        self._options = options
        self._head = dataset.at("HEAD")
        self._known = libraries.read(self._head, sources.KIND, Source)
        self._members = self._ids()
        self._states = _States(dataset)
        self._places = {place.entry: place for place in dataset.everywhere(self._head)}

    def _ids(self) -> dict[str, dict[Any, tuple[str, Any]]]:
        """Source → the id a record has there → its entry, and the digest of the record."""
        result: dict[str, dict[Any, tuple[str, Any]]] = {}
        for part in self._head.parts():
            for entry, sidecar in self._head.sidecars(part).items():
                origin = origin_of(sidecar)
                name, own = origin.get("from"), origin.get("id", entry)
                if isinstance(name, str) and isinstance(own, str | int):
                    result.setdefault(name, {}).setdefault(own, (entry, origin.get("digest")))
        return result

    def find(self, file: Path, present: Collection[str]) -> KnownSource | None:
        """The source that a file is the newest state of: one of the same file name, or a chat under another
        name, whose records have the ids and mostly the words of its entries. None where it is no source's, or
        where nothing in it changed.

        Args:
            present: names of the files that are imported; a chat of one of these has not been renamed.
        """
        reader = FileReader(file, self._options, silent, lambda value: value)
        records = {own: record for own, record in map(_with_id, reader.read()) if record is not None}
        for name in self._likely(file, records.keys(), present):
            members = self._members[name]
            if not self._continues(members, records):
                continue
            source = self._known[name]
            is_same = reader.sha256 == source.sha256 and source.file == printable(file.name)
            if is_same and all(_is_in(members, own, record) for own, record in records.items()):
                return None
            commit = self._state(name)
            return KnownSource(name, commit) if commit is not None else None
        return None

    def _likely(self, file: Path, ids: Collection[Any], present: Collection[str]) -> list[str]:
        """The sources that have most of these ids: those of the file's name, else chats that are gone."""
        counts = {
            name: len(ids & members.keys()) for name, members in self._members.items() if name in self._known
        }
        named = [name for name, count in counts.items() if count and self._is_called(name, file)]
        if not named and may_be_chat(file):
            named = [
                name
                for name, count in counts.items()
                if count and self._known[name].file not in present and not self._lies_beside(name, file)
            ]
        return sorted(named, key=lambda name: counts[name], reverse=True)

    def _is_called(self, name: str, file: Path) -> bool:
        return self._known[name].file == printable(file.name)

    def _lies_beside(self, name: str, file: Path) -> bool:
        """True where a source still has its file: then this one is a branch of it, or a copy."""
        return file.with_name(self._known[name].file).exists()

    def _continues(self, members: Mapping[Any, tuple[str, Any]], records: Mapping[Any, Record]) -> bool:
        """True where most of the records with a known id have words of their entries: files of other data may
        have the same name and count their records alike."""
        alike = compared = 0
        for own in [own for own in records if own in members][:_SAMPLE]:
            entry, digest = members[own]
            if entry in self._places:
                compared += 1
                value = self._dataset.line_at(self._head, self._places[entry]).value
                alike += digest == records[own].digest or _shares(value, records[own].reading.entry)
        return 2 * alike >= compared

    def _state(self, name: str) -> str | None:
        """The commit that holds the last state of a source."""
        states = [commit for commit, _ in self._states.of(name)]
        return _newest(self._dataset, states) if states else None


def _with_id(record: Record | RefusedRecord) -> tuple[Any, Record | None]:
    """A record by its id; None for one that has none or cannot be read."""
    if isinstance(record, RefusedRecord):
        return None, None
    foreign = record.reading.foreign_id
    own = record.reading.entry.get("id") if foreign is None else foreign
    return own, record if own is not None else None


def _is_in(members: Mapping[Any, tuple[str, Any]], own: Any, record: Record) -> bool:
    """Whether a record is known as it is now; one whose entry was removed here is not."""
    return own in members and members[own][1] == record.digest


def _shares(known: Any, entry: Entry) -> bool:
    """Whether two entries have a message in common that is no system prompt."""
    return isinstance(known, dict) and not _texts(known).isdisjoint(_texts(entry))


def _texts(entry: Entry) -> set[str]:
    spoken = (message for message in messages_of(entry) if message.get("role") not in ("system", "developer"))
    return {text for text in map(text_of, spoken) if text.strip()}


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


class _States:
    """The commits that hold states of sources; history is walked once, however many are asked for."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset

    def of(self, name: str) -> list[tuple[str, str]]:
        """The commits that hold a state of the source, newest first, and the SHA-256 of its file then."""
        return self.marked.get(name) or [*self._first(name)]

    @cached_property
    def _commits(self) -> list[Commit]:
        head = self._dataset.history.head()
        return [] if head is None else [*self._dataset.history.newest_first(head)]

    @cached_property
    def marked(self) -> dict[str, list[tuple[str, str]]]:
        """Source → the commits whose trailer says that they hold a state of it, newest first, with its
        SHA-256."""
        result: dict[str, list[tuple[str, str]]] = {}
        for commit in self._commits:
            for match in _TRAILER.finditer(commit.message):
                result.setdefault(match[1], []).append((commit.id, match[2]))
        return result

    def _first(self, name: str) -> Iterator[tuple[str, str]]:
        """The import that brought the source, where its commit has no trailer: only files of RoleThread Lite
        and files that were imported again have one."""
        before: str | None = None
        for commit in reversed(self._commits):
            view = self._dataset.of_commit(commit.id)
            table = view.files.get(sources.KIND.path)
            if table is None or table == before:
                continue
            before = table
            known = libraries.read(view, sources.KIND, Source)
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
            "talekeep log --ops, and talekeep restore ENTRY --rev REV, for entries as they were; "
            "or talekeep init OLD, and import it there",
        )
