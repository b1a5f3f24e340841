"""A source that is imported again: what changed there since its last import, merged into the branch.

The engine does not care where a source comes from. It needs a `KnownSource` (its name, and the commit that
holds its last state) and, by way of `Importer`, records that are the same ones as before: by their id, by the
digest of the record, or by an id of the source's own. Another format uses it by finding its source the way
`known_source.find` does (for example by the foreign ids that sidecars keep) and calling `import_again`.

    C1 import ── our commits ── M       C1: the first import; M: a merge, as of a branch
      └───────── C2 ───────────┘        C2: what the source is now: C1 with its changes (Talekeep-Source: …)

C2 is made of C1, file by file and line by line, so nothing of ours is in it. Then C1, our last commit and C2
are merged as `merge` does it: entries through splits and joins, libraries, conflicts and the way out of them.
Where nothing was done here since, C2 simply is the next commit.
"""

from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from talekeep.core import codec
from talekeep.core.entry import CONFLICT_KEY
from talekeep.core.entry import Entry
from talekeep.core.entry import messages_of
from talekeep.core.entry import tags_of
from talekeep.core.entry_edit.apply_edits import lift
from talekeep.core.entry_edit.sidecars import following
from talekeep.core.errors import BadRecord
from talekeep.core.merge.align import same
from talekeep.core.tags import replaced
from talekeep.formats.base import Alternative
from talekeep.library import sources
from talekeep.library.sources import Source
from talekeep.ops import Progress
from talekeep.ops import message
from talekeep.ops import plural
from talekeep.ops.exchange.incoming import current_names
from talekeep.ops.exchange.incoming.companions import SOURCE
from talekeep.ops.exchange.incoming.companions import registry_of
from talekeep.ops.exchange.incoming.entry_sources import origin_of
from talekeep.ops.exchange.incoming.import_result import ImportLog
from talekeep.ops.exchange.incoming.import_result import Options
from talekeep.ops.exchange.incoming.import_result import printable
from talekeep.ops.exchange.incoming.known_source import KnownSource
from talekeep.ops.exchange.incoming.no_longer_used import Uses
from talekeep.ops.exchange.incoming.no_longer_used import notes
from talekeep.ops.exchange.incoming.no_longer_used import offered
from talekeep.ops.exchange.incoming.record_importer import Importer
from talekeep.ops.exchange.incoming.record_importer import New
from talekeep.ops.exchange.incoming.record_importer import require_sound
from talekeep.ops.exchange.incoming.record_reader import Record
from talekeep.ops.exchange.replaceable import note_import
from talekeep.ops.exchange.rolethread import exported
from talekeep.ops.exchange.rolethread.export_registry import mapped
from talekeep.ops.library.library_editor import Shelf
from talekeep.ops.merge.merge import carry_out
from talekeep.ops.merge.plan import Plan
from talekeep.ops.workspace import validation
from talekeep.ops.workspace.changeset import Draft
from talekeep.ops.workspace.rule_runner import set_validated
from talekeep.ops.workspace.select import Selected
from talekeep.ops.workspace.select import besides
from talekeep.ops.workspace.workspace import Workspace
from talekeep.store import libraries
from talekeep.store.dataset import Dataset
from talekeep.store.overlay import overlay
from talekeep.store.view import Difference
from talekeep.store.view import Line
from talekeep.store.view import View


def import_again(
    dataset: Dataset,
    file: Path,
    source: KnownSource,
    options: Options,
    progress: Progress,
    *,
    without_conflicts: bool = False,
) -> ImportLog | None:
    """Merge what a source is now into the branch; without changes there is no commit. Call inside `writing`.

    What merges and what conflicts is as with `merge`. Entries that a dataset of RoleThread Lite no longer has
    go; those of other sources are named and stay. So do all where the file was read with errors, or its
    registry counts more entries than it holds.

    Args:
        without_conflicts: a source that conflicts with what was done here is left as it is, and the answer is
            None.

    Raises:
        Refused: uncommitted changes, or another merge, stand in the way.
    """
    Workspace(dataset).require_clean("import a source again")
    again = _Again(dataset, file, source, options, without_conflicts)
    log = again.run(progress)
    return None if again.waits else log


class _Again:
    """One source on its way in: `_base` is its last state, `_draft` turns that into what it is now."""

    def __init__(
        self, dataset: Dataset, file: Path, source: KnownSource, options: Options, without_conflicts: bool
    ) -> None:
        self._without_conflicts = without_conflicts
        # True where it was left as it is, because of conflicts.
        self.waits = False
        if source.origin is not None:
            options = replace(options, exported=source.origin.format.NAME)
        self._dataset, self._file, self._source, self._options = dataset, file, source, options
        before, self._head = dataset.of_commit(source.commit), dataset.at("HEAD")
        state = libraries.read(before, sources.KIND, Source).get(source.name)
        earlier = {} if state is None else state.characters
        self._names = current_names.since(before, self._head, earlier)
        self._files = current_names.renamed_files(dataset, before, self._names)
        self._base = overlay(before, self._files)
        self._draft, self._beside = Draft(dataset, self._base), besides(self._base)
        self._lines = _lines(self._base)
        known = libraries.read(self._base, sources.KIND, Source)
        self._checker, self._shelf = self._draft.workspace.checker, Shelf(self._base)
        self._importer = Importer(dataset, self._base, options, self._checker, self._shelf, known)
        self._importer.renamed_speakers = self._names.characters
        self._importer.kept = known[source.name].kept if source.name in known else ()
        state_now = known.get(source.name)
        self._is_rolethread = source.origin is not None or (state_now is not None and bool(state_now.dataset))
        self._mapped = frozenset(mapped(Shelf(before)))
        self._has_names = options.registry and registry_of(file).is_file()
        if source.origin is not None:
            self._importer.unchanged = exported.exported_records(dataset, before)
        self._members: set[str] = set()
        self._by_digest: dict[str, str] = {}
        self._by_foreign_id: dict[Any, list[str]] = {}
        self._collect_members()
        # What the file has: every record by its entry, and those whose entry is another one now.
        self._records: dict[str, Record] = {}
        self._theirs: dict[str, Entry] = {}
        self._new: list[New] = []
        # What its entries used at the last import, and use now.
        self._used, self._uses = Uses(), Uses()
        # Of each new entry: the one before it in the file, and how many known ones came before.
        self._ahead: dict[str, tuple[str | None, int]] = {}
        # Of each new entry: the one it was put behind; None at the end.
        self._behind: dict[str, str | None] = {}

    def _collect_members(self) -> None:
        if self._source.origin is not None:
            self._members |= exported.exported_ids(self._dataset, self._source.origin) & self._lines.keys()
        for part in self._base.parts():
            for entry, sidecar in self._base.sidecars(part).items():
                origin = origin_of(sidecar)
                if origin.get("from") != self._source.name or entry not in self._lines:
                    continue
                self._members.add(entry)
                self._by_digest.setdefault(str(origin.get("digest")), entry)
                if isinstance(origin.get("id"), str | int):
                    self._by_foreign_id.setdefault(origin["id"], []).append(entry)

    def run(self, progress: Progress) -> ImportLog:
        importer, log = self._importer, self._importer.log
        self._read_new(progress)
        removed = self._remove_absent()
        self._tell_order()
        self._tell_unused()
        for entry, sidecar in self._new:
            self._add(self._names.of_entry(entry), sidecar)
        library = importer.library_files()
        if not (self._theirs or self._new or removed or library.keys() - {sources.KIND.path}):
            log.same += [record.imported(entry) for entry, record in self._records.items()]
            self._note_export()
            return log
        for path, data in library.items():
            self._draft.set_file(path, data)
        self._merge(removed)
        self._note_export()
        return log

    def _note_export(self) -> None:
        """An export may be written over again once what is in the file is here."""
        log = self._importer.log
        if self._source.origin is not None and not (self._options.dry_run or log.conflicts or log.refused):
            note_import(self._dataset, self._file)

    # What the source is now

    def _read_new(self, progress: Progress) -> None:
        """Read the file; what is known goes to its place, what is new waits with the place it has there."""
        last = None
        for new in self._importer.entries(self._file, progress, self._take, self._source.name):
            known = len(self._records)
            behind_known = not self._new or self._ahead[self._new[-1][0]["id"]][1] != known
            last = next(reversed(self._records), None) if behind_known else self._new[-1][0]["id"]
            self._ahead[new[0]["id"]] = last, known
            self._new.append(new)

    def _tell_order(self) -> None:
        """An entry never moves, so another order of the file is only told."""
        here = [entry for entry in self._lines if entry in self._records]
        if self._is_rolethread and here != [*self._records]:
            self._importer.log.notes.append(
                f"{printable(self._file.name)}: its entries are in another order: that of the dataset stays"
            )

    def _tell_unused(self) -> None:
        """Name the tags and characters that may have been deleted there: a registry leaves both out."""
        if not (self._is_rolethread and self._has_names) or self._importer.log.refused:
            return
        for entry, _ in self._new:
            self._uses.add(self._names.of_entry(entry))
        unused = offered(self._used.without(self._uses), self._shelf, self._importer.listed)
        if unused:
            self._importer.log.notes += notes(unused.without(self._ours()))

    def _ours(self) -> Uses:
        """What entries of ours use, and what was put on others here since the base."""
        uses = Uses()
        for line in self._head.entries():
            if isinstance(line.value, dict):
                mine, base = Uses(), Uses()
                mine.add(codec.decode(line.data))
                if (at := self._lines.get(str(line.value.get("id")))) is not None:
                    base.add(codec.decode(at.data))
                uses.tags |= mine.without(base).tags
                uses.characters |= mine.without(base).characters
        return uses

    def _take(self, record: Record) -> tuple[str, str] | None:
        """Put what became of a known record in the place of what it was; see `record_importer.MergeBack`."""
        entry = self._id(record)
        if entry is None or entry in self._records:
            return None
        self._records[entry] = record
        if CONFLICT_KEY in record.reading.entry:
            raise BadRecord(f"it has a conflict of its own under {CONFLICT_KEY}")
        line = self._lines[entry]
        before: Entry = codec.decode(line.data)
        now = self._now(entry, before, record)
        self._used.add(before)
        self._uses.add(now)
        if not self._is_rolethread and "tags" not in record.reading.entry:
            # Chats and account exports say nothing of tags.
            now = {**now, **({"tags": before["tags"]} if "tags" in before else {})}
        theirs = lift(before, self._shown(before, line.part), now, self._drops)
        if not same(theirs, before):
            require_sound(self._checker, theirs)
            self._draft.change(Selected(line, before, self._beside(line.part)), theirs)
            self._theirs[entry] = theirs
            self._importer.meet(record.reading.speakers)
        if not self._is_rolethread:
            self._note_record(Selected(line, before, self._beside(line.part)), theirs, record)
        return "taken", entry

    def _note_record(self, selected: Selected, theirs: Entry, record: Record) -> None:
        """Put beside the entry what is new about its record: other replies, its digest, and its shape."""
        followed = following(selected.sidecar, selected.entry, theirs)
        origin = {key: value for key, value in origin_of(followed).items() if key != "shape"}
        shape = record.reading.shape
        origin |= {"digest": record.digest, **({"shape": shape} if shape is not None else {})}
        known = followed.get("alternatives", [])
        new = _new_alternatives(known, theirs, record) if isinstance(known, list) else []
        noted = {**followed, "source": origin, **({"alternatives": [*known, *new]} if new else {})}
        if noted != selected.sidecar:
            self._draft.annotate(selected, noted)
            self._theirs.setdefault(str(theirs["id"]), theirs)

    def _id(self, record: Record) -> str | None:
        own = record.reading.entry.get("id")
        if isinstance(own, str) and own in self._lines and own not in self._records:
            return own
        # A copy that RoleThread Lite made of an entry has the id that the entry came with there.
        given = own if isinstance(own, str) else record.reading.foreign_id
        known = [entry for entry in self._by_foreign_id.get(given, []) if entry not in self._records]
        alike = self._by_digest.get(record.digest)
        if alike in self._records:
            alike = None
        return alike or (known[0] if len(known) == 1 else None)

    def _now(self, entry: str, before: Entry, record: Record) -> Entry:
        now = self._names.of_entry({**record.reading.entry, "id": entry})
        # A tag that the entry has under its old name already has not changed.
        unknown = [tag for tag in tags_of(now) if tag not in tags_of(before)]
        names = {tag: self._importer.current([tag])[0] for tag in unknown}
        return {**now, "tags": replaced(tags_of(now), names)} if names else now

    def _shown(self, entry: Entry, part: str) -> Entry:
        """The entry as the file shows it: without its registry it says nothing about who speaks."""
        if self._source.origin is not None:
            policy = self._dataset.config.review.policy
            entry = exported.as_exported(entry, self._beside(part).of(entry["id"]), policy)
        if self._has_names or not self._mapped:
            return entry
        return {**entry, "messages": [self._without_name(message) for message in messages_of(entry)]}

    def _without_name(self, message: dict[str, Any]) -> dict[str, Any]:
        if str(message.get("name")) not in self._mapped:
            return message
        return {key: value for key, value in message.items() if key != "name"}

    def _drops(self, key: str, value: Any) -> bool:
        """RoleThread Lite builds what it edits anew and leaves out what it does not know."""
        if key in ("messages", "tags", "role", "content"):
            return False
        return not (key == "name" and str(value) in self._mapped)

    def _remove_absent(self) -> list[str]:
        """Take out what the source no longer has; where that is in doubt, only name it."""
        log = self._importer.log
        absent = [entry for entry in self._lines if entry in self._members and entry not in self._records]
        missing = _missing(self._file, len(self._records) + len(self._new))
        for entry in absent:
            self._used.add(codec.decode(self._lines[entry].data))
        if log.refused or missing or not self._is_rolethread:
            log.absent = [entry for entry in absent if entry in _lines(self._head)]
            for entry in absent:
                self._uses.add(codec.decode(self._lines[entry].data))
            if absent and missing:
                log.notes.append(
                    f"{printable(self._file.name)}: its registry counts {plural(missing, 'entry')} more than "
                    "the file holds, so nothing was removed"
                )
            return []
        for entry in absent:
            line = self._lines[entry]
            self._draft.remove(Selected(line, codec.decode(line.data), self._beside(line.part)))
        return absent

    def _add(self, entry: Entry, sidecar: dict[str, Any]) -> None:
        """Put a new entry where the file has it: behind the one it was split from or joined of, behind the
        one before it, or at the end."""
        at = self._place(entry)
        self._behind[entry["id"]] = at
        if at is None:
            self._draft.append(entry, sidecar)
            return
        line = self._lines[at]
        selected = Selected(line, codec.decode(line.data), self._beside(line.part))
        self._draft.insert_after(selected, entry, {"id": entry["id"], **sidecar})

    def _place(self, entry: Entry) -> str | None:
        before, known = self._ahead[entry["id"]]
        behind = self._behind.get(before, before) if before is not None else None
        home = next((one for one in self._retired if _shares(one, entry, self._lines)), None)
        if home is not None and behind in (home, self._kept_before(home)):
            return home
        return behind if known < len(self._records) else None

    def _kept_before(self, entry: str) -> str | None:
        """The last entry before this one that the source still has."""
        last = None
        for one in self._lines:
            if one == entry:
                break
            last = one if one in self._records else last
        return last

    @cached_property
    def _retired(self) -> list[str]:
        """The entries that the file has no more; asked when it was read."""
        return [entry for entry in self._lines if entry in self._members and entry not in self._records]

    # Into the branch

    def _merge(self, removed: list[str]) -> None:
        dataset, log = self._dataset, self._importer.log
        files = {**self._files, **self._draft.files()}
        theirs = overlay(self._base, files)
        counts = {"added": len(self._new), "changed": len(self._theirs), "removed": len(removed)}
        subject = f"Re-import {plural(sum(counts.values()), 'entry')} from {printable(self._file.name)}"
        sha256 = libraries.read(theirs, sources.KIND, Source)[self._source.name].sha256
        text = f"{message(subject, 'import', **counts)}{SOURCE}: {self._source.name} {sha256}\n"
        if not self._head.differing(self._base):
            self._commit(files, text)
            self._tell(frozenset(), removed)
            return
        commit = self._source.commit
        plan = self._plan(theirs, removed)
        if self._without_conflicts and any(True for _ in plan.open()):
            self.waits = True
            return
        if not self._options.dry_run:
            commit = dataset.record(self._source.commit, files, text)
        merged = carry_out(
            dataset,
            plan,
            commit,
            f"Merge {printable(self._file.name)}",
            "import",
            preview=self._options.dry_run,
            commit=self._options.commit,
        )
        log.commit, log.conflicts = merged.commit, merged.conflicts
        log.notes += [f"{finding.code}: {finding.message}" for finding in merged.findings]
        self._tell(frozenset(conflict.entry for conflict in merged.conflicts), removed)

    def _commit(self, files: Mapping[str, bytes | None], text: str) -> None:
        """Nothing was done here since: the source's state is the next one of the branch."""
        dataset = self._dataset
        validation.require_valid(dataset, Difference(self._head, overlay(self._head, files)))
        if not self._options.dry_run:
            before = dataset.head_tree()
            self._importer.log.commit = dataset.write(files, text, commit=self._options.commit)
            set_validated(dataset, dataset.head_tree(), before)

    def _plan(self, theirs: View, removed: list[str]) -> Plan:
        """The merge. RoleThread Lite gives what it splits or joins new ids; one of them stands for the old
        one in base and ours, so that what was edited here goes to where the messages are now."""
        stands_for: dict[str, str] = {}
        present = _lines(self._head)
        for old in removed:
            edited = old in present and present[old].data != self._lines[old].data
            heirs = (entry["id"] for entry, _ in self._new if _shares(old, entry, self._lines))
            new = next((one for one in heirs if one not in stands_for.values() and one not in present), None)
            if edited and new is not None:
                stands_for[old] = new
        base, ours = (_with_ids(self._dataset, view, stands_for) for view in (self._base, self._head))
        return Plan(base, ours, theirs, ("HEAD", self._file.name))

    def _tell(self, in_conflict: frozenset[str | None], removed: list[str]) -> None:
        """Say what became of each record."""
        log, present = self._importer.log, _lines(self._head)
        for entry, record in self._records.items():
            now = present.get(entry)
            if entry in in_conflict:
                continue
            is_here = now is not None and same(codec.decode(now.data), self._theirs.get(entry))
            known = log.same if entry not in self._theirs or is_here else log.changed
            known.append(record.imported(entry))
        log.removed = [entry for entry in removed if entry in present and entry not in in_conflict]


def _new_alternatives(known: list[Any], entry: Entry, record: Record) -> list[Alternative]:
    """The other replies of a record that are not known, and whose message the entry has."""
    here = [(one.get("of"), one.get("messages")) for one in known if isinstance(one, dict)]
    places = {codec.digest(message) for message in messages_of(entry)}
    return [
        one
        for one in record.reading.alternatives
        if one["of"] in places and (one["of"], one["messages"]) not in here
    ]


def _lines(view: View) -> dict[str, Line]:
    """The line of every entry by its id, without its value: a dataset may be large."""
    lines = (line for line in view.entries() if isinstance(line.value, dict))
    return {line.value["id"]: replace(line, value=None) for line in lines if "id" in line.value}


def _shares(old: str, entry: Entry, lines: Mapping[str, Line]) -> bool:
    """Whether a new entry holds a message, other than a system prompt, of one that went."""
    texts = {text for text in _spoken(codec.decode(lines[old].data)) if text}
    return not texts.isdisjoint(_spoken(entry))


def _spoken(entry: Entry) -> Iterator[str]:
    return (str(one.get("content")) for one in messages_of(entry) if one.get("role") != "system")


def _missing(file: Path, records: int) -> int:
    """How many entries the registry beside a file counts that it does not hold."""
    from talekeep.ops.exchange.rolethread.import_registry import read_registry

    try:
        registry = read_registry(file)
    except BadRecord:
        return 0
    return 0 if registry is None else max(0, registry.entries - records)


def _with_ids(dataset: Dataset, view: View, ids: Mapping[str, str]) -> View:
    """The view with other ids for some entries."""
    draft, beside, lines = Draft(dataset, view), besides(view), _lines(view)
    for old, new in ids.items():
        if old in lines:
            at = Selected(lines[old], codec.decode(lines[old].data), beside(lines[old].part))
            draft.replace(at, [({**at.entry, "id": new}, {**at.sidecar, "id": new} if at.sidecar else {})])
    return overlay(view, draft.files())
