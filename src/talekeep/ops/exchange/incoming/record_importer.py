"""Records of foreign files on their way into a dataset: each becomes an entry with its sidecar, was there
before, or is refused."""

from collections import Counter
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import TypeAlias

from talekeep.core.entry import Entry
from talekeep.core.entry import is_uuid
from talekeep.core.entry import tags_of
from talekeep.core.errors import BadRecord
from talekeep.core.slug import slug
from talekeep.core.tags import replaced
from talekeep.formats.base import Reading
from talekeep.formats.conversation.roles import FUNCTIONS
from talekeep.library import characters
from talekeep.library import sources
from talekeep.library.sources import Source
from talekeep.ops import Progress
from talekeep.ops import plural
from talekeep.ops.exchange.incoming.companions import registry_of
from talekeep.ops.exchange.incoming.folder_files import endings
from talekeep.ops.exchange.incoming.import_result import MOST_SAMPLES
from talekeep.ops.exchange.incoming.import_result import ImportLog
from talekeep.ops.exchange.incoming.import_result import Options
from talekeep.ops.exchange.incoming.import_result import RefusedRecord
from talekeep.ops.exchange.incoming.import_result import printable
from talekeep.ops.exchange.incoming.record_reader import FileReader
from talekeep.ops.exchange.incoming.record_reader import Record
from talekeep.ops.exchange.incoming.record_reader import Stamps
from talekeep.ops.exchange.incoming.spellings import Spellings
from talekeep.ops.exchange.incoming.spellings import tags_in
from talekeep.ops.library.library_editor import Shelf
from talekeep.ops.workspace.rule_runner import Checker
from talekeep.store import libraries
from talekeep.store.dataset import Dataset
from talekeep.store.ids import minted
from talekeep.store.view import View

if TYPE_CHECKING:
    from talekeep.formats.registry import Registry
    from talekeep.ops.exchange.incoming.card_files import CardReader
    from talekeep.ops.exchange.rolethread.import_registry import Registering

# A new entry and its sidecar.
New: TypeAlias = tuple[Entry, dict[str, Any]]
# What merging a record back made of an entry ("same", "changed", "conflict") and its id; None where the
# record is of no entry that is known. Raises BadRecord where it cannot be taken.
MergeBack: TypeAlias = Callable[[Record], tuple[str, str] | None]

# Records that a note names.
_FIRST = 3
# How far into a text a name at its beginning goes.
_NAME_SPACE = 40
_TWO_MESSAGES = 2


class Importer:
    """The records of one or several files, turned into entries of a dataset.

    Args:
        now: the dataset the records come into.
        checker: its rules.
        shelf: its libraries, added to here.
        known_sources: the sources it has, added to here.
    """

    def __init__(
        self,
        dataset: Dataset,
        now: View,
        options: Options,
        checker: Checker,
        shelf: Shelf,
        known_sources: dict[str, Source],
    ) -> None:
        self.log = ImportLog()
        self._dataset = dataset
        self._now = now
        self._options = options
        self._checker = checker
        self._shelf = shelf
        self._sources = known_sources
        self._minted = minted()
        self._used: set[str] = set()
        # Two spellings of one UUID are one id; a hand edit may have brought in the other.
        self._places = {place.entry.lower(): place for place in dataset.everywhere(now)}
        # The ids that records of these digests became; of two equal records in one file both are taken.
        self._known: dict[str, list[str]] = {}
        for digest, entry in _digests(now):
            self._known.setdefault(digest, []).append(entry)
        # How many records of the file had a digest that is known.
        self._met: Counter[str] = Counter()
        # Old names of tags that were met, and how many entries of the file had one.
        self._renamed: dict[str, str] = {}
        self._with_old_names = 0
        # Records with an id that is here: with other words, and with the same words and other tags.
        self._beside = 0
        self._other_tags = 0
        # Tags and speakers of the file as it spells them, once a record has any.
        self._spellings: tuple[Spellings, Spellings] | None = None
        # Keys beside a conversation that ends without a reply → the records that have them.
        self._unanswered: dict[str, list[int]] = {}
        # Names that the texts of one side begin with → the records in which they do.
        self._named_in_text: dict[str, list[int]] = {}
        # Sources that are RoleThread Lite datasets, and the SHA-256 of what was read of each.
        self.read_states: dict[str, str] = {}
        # Characters by the names they have here now, where a source is imported again; None: a first import.
        self.renamed_speakers: Mapping[str, str] | None = None
        # Puts the answer of a batch beside its request.
        self.answered: Callable[[Any], Any] = _as_it_is
        # Records of a registry, by section, that say what the libraries said when they were exported.
        self.unchanged: Mapping[str, Sequence[Any]] = {}
        # Section and slug of the tags and characters that the registry of the last file holds.
        self.listed: Collection[tuple[str, str]] = ()
        # What the libraries kept as they had it when the source came first.
        self.kept: Sequence[str] = ()
        # Files whose greetings and example dialogues are the records.
        self.card_files: frozenset[Path] = frozenset()
        # The name of the folder that was imported, for each file of one.
        self.folders: Mapping[Path, str] = {}

    def entries(
        self, file: Path, progress: Progress, merge_back: MergeBack | None = None, source: str | None = None
    ) -> Iterator[New]:
        """Read one file from beginning to end: the entries that are new, in their order.

        Args:
            merge_back: is asked first, of a file that came from this dataset or is imported again.
            source: the name of a source that is imported again, whose table is brought up to date.
        """
        registry, stamps = self._registry(file), Stamps()
        named = _as_it_is if registry is None else registry.named
        reader = self._reader(file, progress, lambda value: named(self.answered(stamps.meet(value))))
        again, used = source is not None, Counter[str]()
        self._met.clear()
        source = self._source_slug(file) if source is None else source
        fresh: list[tuple[str, str]] = []
        for record in reader.read():
            if isinstance(record, RefusedRecord):
                self.log.refused.append(record)
                continue
            try:
                new = self._new(record, source, merge_back)
            except BadRecord as reason:
                self.log.refused.append(record.refused(reason))
                continue
            used[record.format] += 1
            if new is not None:
                fresh.append((record.digest, new[0]["id"]))
                yield new
        for digest, entry in fresh:
            self._known.setdefault(digest, []).append(entry)
        is_empty = registry is not None and bool(registry.dataset) and not reader.records
        if fresh or again or is_empty:
            self._note_source(file, source, reader, stamps, ", ".join(n for n, _ in used.most_common() if n))
            if is_empty and registry is not None:
                self._note_owner(source, registry)
            if self._sources[source].dataset:
                self.read_states[source] = reader.sha256
        self.log.formats += used
        self._tell_renamed(file)
        self._tell_known(file)
        self._tell_spellings(file)
        self._tell_unanswered(file)
        if reader.passed_over:
            self.log.notes.append(f"{printable(file.name)}: passed over {endings(reader.passed_over)}")
        self._tell_names(file)
        if not (reader.records or registry_of(file).is_file()):
            what = "no such texts in its cards" if file in self.card_files else "empty, it holds no records"
            self.log.notes.append(f"{printable(file.name)}: {what}")
        if registry is not None:
            self._finish(registry, registry_of(file).name)
            self.listed = registry.listed
            if source in self._sources and not again:
                self._sources[source] = self._sources[source].replaced(kept=tuple(registry.kept))

    def _reader(
        self, file: Path, progress: Progress, names: Callable[[Any], Any]
    ) -> "FileReader | CardReader":
        if file not in self.card_files:
            return FileReader(file, self._options, progress, names)
        # Few imports make entries of cards.
        from talekeep.ops.exchange.incoming.card_files import CardReader

        return CardReader(file, self._options)

    def _note_source(
        self, file: Path, source: str, reader: "FileReader | CardReader", stamps: Stamps, formats: str
    ) -> None:
        """Bring the table of a source up to date with what was read of it."""
        state: dict[str, Any] = {
            "file": printable(file.name),
            "sha256": reader.sha256,
            "format": formats,
            "records": reader.records,
            "dataset": stamps.dataset,
            "saved": printable(stamps.saved),
            "characters": {**(self.renamed_speakers or {})},
            **self._options.rights,
        }
        before = self._sources.get(source)
        if before is None:
            self._sources[source] = Source(**state, folder=self.folders.get(file, ""))
        else:
            self._sources[source] = before.replaced(**state)

    def _note_owner(self, source: str, registry: "Registering") -> None:
        """A dataset of RoleThread Lite without entries has no stamps; its registry says which one it is."""
        state = {"dataset": registry.dataset, "saved": printable(registry.saved), "format": "rolethread"}
        self._sources[source] = self._sources[source].replaced(**state)

    def _registry(self, file: Path) -> "Registering | None":
        beside, database = registry_of(file), self._options.database
        if not (self._options.registry and (beside.is_file() or database is not None)):
            return None
        # Few files have a registry; what reads one is not loaded for the others.
        from talekeep.ops.exchange.rolethread.import_registry import Registering
        from talekeep.ops.exchange.rolethread.import_registry import read_registry

        try:
            result = read_registry(file)
        except BadRecord as reason:
            self.log.refused.append(RefusedRecord(beside.name, 0, 0, str(reason)))
            result = None
        if database is not None:
            result = self._completed(result, database)
        if result is None:
            return None
        return Registering(
            result,
            self._shelf,
            self.renamed_speakers,
            self.kept,
            self.unchanged,
            is_shared=database is not None,
        )

    def _completed(self, known: "Registry | None", file: Path) -> "Registry | None":
        from talekeep.ops.exchange.rolethread.database import completed
        from talekeep.ops.exchange.rolethread.database import read_database

        try:
            return completed(known, read_database(file))
        except BadRecord as reason:
            if not any(refused.file == file.name for refused in self.log.refused):
                self.log.refused.append(RefusedRecord(printable(file.name), 0, 0, str(reason)))
            return known

    def take_database(self, file: Path) -> None:
        """Take what the database holds, without any file of entries."""
        from talekeep.ops.exchange.rolethread.import_registry import Registering

        if (result := self._completed(None, file)) is not None:
            self._finish(Registering(result, self._shelf, is_shared=True), printable(file.name))

    def _finish(self, registry: "Registering", name: str) -> None:
        """Take what the registry holds besides names."""
        registry.finish()
        self.log.notes += (f"{name}: {note}" for note in registry.notes)
        self.log.refused += (RefusedRecord(name, 0, 0, reason) for reason in registry.refused)
        self.log.took(registry.taken.items())

    def _new(self, record: Record, source: str, merge_back: MergeBack | None) -> New | None:
        """The entry a record becomes; None where the dataset has it already."""
        reading = record.reading
        self.log.labels.update(map(slug, reading.speakers))
        if reading.shape or reading.speakers or reading.entry.get("tags"):
            self._meet_names(reading)
        if merge_back is not None and (outcome := merge_back(record)) is not None:
            self._note_back(record, *outcome)
            return None
        known, met = self._known.get(record.digest, ()), self._met[record.digest]
        if met < len(known):
            self._met[record.digest] += 1
            self.log.same.append(record.imported(known[met]))
            return None
        entry = self._entry(reading)
        if entry is None:
            self.log.same.append(record.imported(reading.entry["id"]))
            return None
        require_sound(self._checker, entry)
        self._used.add(entry["id"].lower())
        self.meet(reading.speakers)
        self.log.added.append(record.imported(entry["id"]))
        self._note_reply(record.number, entry)
        self._note_names(record.number, entry)
        if self._options.dry_run and len(self.log.samples) < MOST_SAMPLES:
            # Only a dry run shows entries.
            from talekeep.core.script.script import render

            self.log.samples.append(render(entry))
        return entry, _sidecar(entry, source, record)

    def _meet_names(self, reading: Reading) -> None:
        if self._spellings is None:
            self._spellings = Spellings("tag"), Spellings("speaker")
        self._spellings[0].meet(tags_in(reading))
        self._spellings[1].meet(reading.speakers)

    def _note_reply(self, number: int, entry: Entry) -> None:
        """Note a conversation without a reply, or one that ends with the user and has keys beside it."""
        messages = entry["messages"]
        if messages[-1].get("role") in ("assistant", "tool"):
            return
        beside = ", ".join(printable(key) for key in entry if key not in ("id", "messages", "tags"))
        if beside or not any(message.get("role") == "assistant" for message in messages):
            self._unanswered.setdefault(beside, []).append(number)

    def _note_names(self, number: int, entry: Entry) -> None:
        """Note a conversation whose texts begin with the name of who speaks."""
        # A name that one side says once is no name of a speaker.
        if len(entry["messages"]) <= _TWO_MESSAGES or not _may_name_speakers(entry["messages"]):
            return
        # Few texts begin with what may be a name.
        from talekeep.formats.conversation.names_in_text import names_in_text

        for name in names_in_text(entry["messages"]).values():
            self._named_in_text.setdefault(name, []).append(number)

    def _tell_names(self, file: Path) -> None:
        if self._named_in_text:
            names = ", ".join(f'"{printable(name)}:"' for name in list(self._named_in_text)[:_FIRST])
            count = plural(len({n for several in self._named_in_text.values() for n in several}), "record")
            text = f"the texts of {count} begin with a name ({names}); --lift-names makes it the speaker's"
            self.log.notes.append(f"{printable(file.name)}: {text}")
        self._named_in_text = {}

    def _tell_unanswered(self, file: Path) -> None:
        for beside, records in self._unanswered.items():
            first = ", ".join(map(str, records[:_FIRST])) + (", …" if len(records) > _FIRST else "")
            text = f"{plural(len(records), 'record')} without a reply at the end (record {first})"
            keys = f"; beside the messages: {beside}" if beside else ""
            self.log.notes.append(f"{printable(file.name)}: {text}{keys}")
        self._unanswered = {}

    def _note_back(self, record: Record, outcome: str, entry: str) -> None:
        if outcome == "same":
            self.log.same.append(record.imported(entry))
        elif outcome == "changed":
            self.log.changed.append(record.imported(entry))
            self.meet(record.reading.speakers)
        self._used.add(entry.lower())

    def _entry(self, reading: Reading) -> Entry | None:
        """The entry to add, with its id; None if the dataset has this very one under its own id."""
        entry = dict(reading.entry)
        own = entry.get("id")
        place = self._places.get(own) if isinstance(own, str) else None
        if place is not None:
            known = self._dataset.line_at(self._now, place).value
            if _content(known) == _content(entry):
                self._other_tags += set(tags_of(known)) != set(tags_of(entry))
                return None
            self._beside += 1
        if not is_uuid(own) or place is not None or own in self._used:
            # A file never overwrites an entry: a record with a taken id comes in beside it.
            entry["id"] = next(self._minted)
        tags = [*tags_of(entry), *(t for t in self._options.tags if t not in tags_of(entry))]
        if tags or "tags" not in entry:
            entry["tags"] = self.current(tags)
        return entry

    def current(self, tags: list[str]) -> list[str]:
        """Tags by their current names, where the dataset knows them as old ones."""
        leads = self._checker.context.renamed
        old = {name: leads[name] for name in tags if name in leads} if leads else {}
        self._renamed |= old
        self._with_old_names += bool(old)
        return replaced(tags, old) if old else tags

    def _tell_renamed(self, file: Path) -> None:
        if self._renamed:
            names = ", ".join(f"{old} is {new} now" for old, new in sorted(self._renamed.items()))
            count = plural(self._with_old_names, "entry")
            self.log.notes.append(f"{printable(file.name)}: current names for tags of {count}: {names}")
        self._renamed, self._with_old_names = {}, 0

    def _tell_spellings(self, file: Path) -> None:
        notes = [note for one in self._spellings or () for note in one.notes()]
        self.log.notes += (f"{printable(file.name)}: {note}" for note in notes)
        self._spellings = None

    def _tell_known(self, file: Path) -> None:
        """Say which records had an id that is here already; none of them changed an entry."""
        name = printable(file.name)
        if self._beside:
            count = plural(self._beside, "id")
            self.log.notes.append(
                f"{name}: {count} here already with other words: added beside, as new entries"
            )
        if self._other_tags:
            count = plural(self._other_tags, "entry")
            self.log.notes.append(f"{name}: other tags for {count} with the same words: kept as here")
        self._beside = self._other_tags = 0

    def meet(self, speakers: dict[str, str]) -> None:
        """Note who speaks under which label; a character nobody knows yet is made."""
        for label, decided in speakers.items():
            name = decided.partition(":")[2]
            if label not in self.log.speakers and name == slug(label) and name in FUNCTIONS:
                self.log.notes.append(
                    f"{printable(label)} became a speaker; if it is none: --map '{printable(label)}=drop' "
                    "(or =tool, =system)"
                )
            self.log.speakers.setdefault(label, decided)
            self.log.roles.setdefault(label, Counter())[decided.partition(":")[0]] += 1
            if name:
                self._shelf.characters.setdefault(name, characters.Character(name=printable(label.strip())))

    def _source_slug(self, file: Path) -> str:
        base = slug(file.name) or "file"
        taken, number = base, 1
        while taken in self._sources:
            number += 1
            taken = f"{base}_{number}"
        return taken

    def library_files(self) -> dict[str, bytes]:
        """The library files that differ now."""
        result = self._shelf.files()
        if self.log.added or self.read_states or self.renamed_speakers is not None:
            result[sources.KIND.path] = libraries.dump(sources.KIND, self._sources, self._now.models)
        return result


def require_sound(checker: Checker, entry: Entry) -> None:
    """See that nothing stops an entry from being committed.

    Raises:
        BadRecord: a rule that is an error finds something.
    """
    for finding in checker.errors(entry):
        raise BadRecord(f"{finding.code} {finding.name}: {finding.message}")


def _may_name_speakers(messages: Iterable[Any]) -> bool:
    """Whether a text has a colon near its beginning. Asked of every entry: a plain loop is the quickest."""
    for message in messages:
        text = message.get("content") if type(message) is dict else None
        if type(text) is str and text.find(":", 0, _NAME_SPACE) >= 0:
            return True
    return False


def _as_it_is(value: Any) -> Any:
    return value


def _digests(now: View) -> Iterator[tuple[str, str]]:
    for part in now.parts():
        for entry, sidecar in now.sidecars(part).items():
            joined = sidecar.get("joined")
            for known in (sidecar, *(joined if isinstance(joined, list) else ())):
                source = known.get("source") if isinstance(known, dict) else None
                if isinstance(source, dict) and isinstance(source.get("digest"), str):
                    yield source["digest"], entry


def _sidecar(entry: Entry, source: str, record: Record) -> dict[str, Any]:
    origin: dict[str, Any] = {"from": source, "record": record.number, "digest": record.digest}
    foreign = record.reading.foreign_id
    own = record.reading.entry.get("id")
    if foreign is None and own is not None and own != entry["id"]:
        foreign = own
    if foreign is not None:
        origin["id"] = foreign
    if record.reading.shape is not None:
        origin["shape"] = record.reading.shape
    beside = {"reviews": record.reading.reviews, "alternatives": list(record.reading.alternatives)}
    return {"id": entry["id"], "source": origin, **{key: value for key, value in beside.items() if value}}


def _content(entry: Any) -> Any:
    """What makes two records the same conversation: all but id and tags."""
    return {k: v for k, v in entry.items() if k not in ("id", "tags")} if isinstance(entry, dict) else entry
