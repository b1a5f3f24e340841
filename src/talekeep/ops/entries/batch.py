"""Many edits as one commit: they are collected without a lock, and applied together at the end.

While they are collected others may write. Each edit says what its entry was before; where the entry changed
meanwhile, both changes are merged as after `edit`.
"""

import copy
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from functools import cached_property
from functools import lru_cache

from talekeep.core.entry import Entry
from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.core.merge.align import same
from talekeep.ops.entries.add_edit import merged_with
from talekeep.ops.entries.add_edit import require_free
from talekeep.ops.entries.add_edit import with_folded_id
from talekeep.ops.workspace.changeset import Draft
from talekeep.ops.workspace.changeset import Edited
from talekeep.ops.workspace.select import Beside
from talekeep.ops.workspace.select import Selected
from talekeep.store.dataset import Dataset
from talekeep.store.view import View


@dataclass(slots=True)
class Edits:
    """What is to happen: new entries in their order, entry id → (before, after), entry id → before."""

    added: list[Entry] = field(default_factory=list)
    edited: dict[str, tuple[Entry, Entry]] = field(default_factory=dict)
    removed: dict[str, Entry] = field(default_factory=dict)


class Batch:
    """Edits of one dataset under way. `base` is the last commit when they began."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.base = dataset.of_tree(dataset.head_tree())
        self._part = lru_cache(maxsize=8)(self._entries_of)
        self.edits = Edits()

    @cached_property
    def _parts(self) -> dict[str, str]:
        """Entry id → its part, for every entry of `base`."""
        return {place.entry: place.part for place in self.dataset.everywhere(self.base)}

    def _entries_of(self, part: str) -> dict[str, Entry]:
        values = (line.value for line in self.base.lines(part))
        return {value["id"]: value for value in values if isinstance(value, dict) and "id" in value}

    def current(self, entry_id: str) -> Entry:
        """An entry as it will be, by its whole id.

        Raises:
            NotFound: there is none, or it is removed in this batch.
        """
        if entry_id in self.edits.edited:
            return copy.deepcopy(self.edits.edited[entry_id][1])
        if entry_id in self.edits.removed:
            raise NotFound(f"entry {entry_id} is removed already")
        return self._before(entry_id)

    def _before(self, entry_id: str) -> Entry:
        if entry_id not in self._parts:
            raise NotFound(f"no committed entry has the id {entry_id!r}", "talekeep list shows the ids")
        # Callers may change what they get; what it was before stays as it was.
        return copy.deepcopy(self._part(self._parts[entry_id])[entry_id])

    def add(self, entry: Entry) -> None:
        """Put an entry at the end of the dataset; without an id it gets one."""
        self.edits.added.append(copy.deepcopy(entry))

    def save(self, entry: Entry) -> None:
        """Put an entry in the place of the one with its id.

        Raises:
            Usage: it has no id. NotFound: see `current`.
        """
        entry_id = entry.get("id")
        if not isinstance(entry_id, str):
            raise Usage("an entry without an id cannot be saved", "add it instead")
        self.current(entry_id)
        before, _ = self.edits.edited.get(entry_id, (self._before(entry_id), None))
        self.edits.edited[entry_id] = before, copy.deepcopy(entry)

    def remove(self, entry_id: str) -> None:
        """Take an entry out.

        Raises:
            NotFound: see `current`.
        """
        self.current(entry_id)
        before, _ = self.edits.edited.pop(entry_id, (self._before(entry_id), None))
        self.edits.removed[entry_id] = before


def apply(dataset: Dataset, edits: Edits, subject: str) -> Edited:
    """Make all of these edits as one commit; none of them where one is refused.

    Raises:
        Refused: an entry was removed meanwhile, or changed in the same place; a part has changes that are not
        committed. Usage: the id of a new entry is taken or no UUID. Invalid: an entry has an error.
    """
    if not subject.strip():
        raise Usage("a commit needs a subject", "say what the change is for")
    with dataset.writing("change"):
        draft = Draft(dataset)
        notes: list[str] = []
        result = {str(each.entry["id"]): each for each in _located(dataset, draft.now, edits)}
        for entry_id, (before, after) in edits.edited.items():
            selected = _still_there(result, entry_id)
            notes += _remark(selected.entry, before)
            draft.change(selected, merged_with(before, after, selected.entry))
        for entry_id, before in edits.removed.items():
            selected = _still_there(result, entry_id)
            if not same(selected.entry, before):
                raise Refused(f"entry {entry_id} changed meanwhile", "look at it again before it is removed")
            draft.remove(selected)
        for entry in edits.added:
            folded = with_folded_id(entry)
            require_free(dataset, draft, folded)
            draft.append({"tags": [], **folded, "id": folded.get("id") or draft.mint()}, {})
        return draft.finish(subject, "change", notes=notes)


def _located(dataset: Dataset, view: View, edits: Edits) -> Iterator[Selected]:
    """The entries that are edited or removed, part by part, so that each part is read once."""
    numbers: dict[str, set[int]] = {}
    for place in dataset.places(view, [*edits.edited, *edits.removed]):
        numbers.setdefault(place.part, set()).add(place.line)
    for part, wanted in numbers.items():
        beside = Beside(view, part)
        yield from (Selected(line, line.value, beside) for line in view.lines_at(part, wanted))


def _still_there(entries: dict[str, Selected], entry_id: str) -> Selected:
    if entry_id not in entries:
        raise Refused(f"entry {entry_id} was removed meanwhile", "talekeep undo")
    return entries[entry_id]


def _remark(now: Entry, before: Entry) -> Iterable[str]:
    if not same(now, before):
        yield f"entry {now['id']} changed meanwhile; it was merged with your change"
