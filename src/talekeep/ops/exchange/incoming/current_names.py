"""Tags and characters that were renamed here since a source was imported: its state under the names of today.

A three-way merge sees a rename as one row that went and another that came. With base and theirs under today's
names, only what else changed is left to be merged, and what is new there gets today's names too.
"""

from collections import Counter
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from talekeep.core.entry import Entry
from talekeep.core.entry import messages_of
from talekeep.core.entry import tags_of
from talekeep.core.errors import Problem
from talekeep.core.tags import replaced
from talekeep.library import vocabulary
from talekeep.library.tags import renamed
from talekeep.library.tags import with_built_in
from talekeep.ops.library.library_editor import Shelf
from talekeep.ops.workspace.changeset import Draft
from talekeep.ops.workspace.select import Selected
from talekeep.ops.workspace.select import besides
from talekeep.store.dataset import Dataset
from talekeep.store.view import View


@dataclass(frozen=True, slots=True)
class CurrentNames:
    """Old name → current one; () where nothing was renamed."""

    tags: Mapping[str, str]
    characters: Mapping[str, str]

    def of_entry(self, entry: Entry) -> Entry:
        """The entry under the names of today."""
        result = entry
        if not self.tags.keys().isdisjoint(tags_of(entry)):
            result = {**result, "tags": replaced(tags_of(entry), dict(self.tags))}
        if self.characters and any(str(m.get("name")) in self.characters for m in messages_of(entry)):
            result = {**result, "messages": [self._of_message(message) for message in messages_of(entry)]}
        return result

    def _of_message(self, message: dict[str, Any]) -> dict[str, Any]:
        name = self.characters.get(str(message.get("name")))
        return message if name is None else {**message, "name": name}


def since(base: View, head: View, earlier: Mapping[str, str]) -> CurrentNames:
    """What was renamed between two states of a dataset: tags leave their old names behind as aliases,
    characters their messages.

    Args:
        earlier: characters that had been renamed before.
    """
    old, new = Shelf(base), Shelf(head)
    leads = renamed(with_built_in(new.vocabulary()))
    known = renamed(with_built_in(old.vocabulary()))
    tags = {name: now for name, now in leads.items() if known.get(name) != now}
    gone, come = old.characters.keys() - new.characters.keys(), new.characters.keys() - old.characters.keys()
    counts: Counter[tuple[str, str]] = Counter()
    for before, after in _speakers(base, head) if gone and come else ():
        if before in gone and after in come:
            counts[before, after] += 1
    characters: dict[str, str] = {}
    for (before, after), _ in counts.most_common():
        characters.setdefault(before, after)
    moved = {name: characters.get(now, now) for name, now in earlier.items()}
    return CurrentNames(tags, {**moved, **characters})


def _speakers(base: View, head: View) -> Iterator[tuple[str, str]]:
    """Who speaks each message that only its name changed of: before and now."""
    now = {str(line.value.get("id")): line.value for line in head.entries() if isinstance(line.value, dict)}
    for line in base.entries():
        before = messages_of(line.value) if isinstance(line.value, dict) else []
        after = messages_of(now.get(str(line.value.get("id")), {})) if before else []
        for one, other in zip(before, after, strict=False):
            if one.get("content") == other.get("content") and one.get("name") != other.get("name"):
                yield str(one.get("name")), str(other.get("name"))


def renamed_files(dataset: Dataset, base: View, names: CurrentNames) -> dict[str, bytes | None]:
    """The files of `base` that are others under the names of today."""
    if not (names.tags or names.characters):
        return {}
    draft, beside = Draft(dataset, base), besides(base)
    for line in base.entries():
        if isinstance(line.value, dict) and (entry := names.of_entry(line.value)) is not line.value:
            draft.change(Selected(line, line.value, beside(line.part)), entry)
    shelf = Shelf(base)
    for old, now in names.tags.items():
        _rename_tag(shelf, old, now)
    for old, now in names.characters.items():
        if old in shelf.characters and now not in shelf.characters:
            shelf.characters[now] = shelf.characters.pop(old)
    return {**draft.files(), **shelf.files()}


def _rename_tag(shelf: Shelf, old: str, new: str) -> None:
    own = shelf.vocabulary()
    if old not in own.tags:
        return
    try:
        own = vocabulary.rename(own, old, new)
    except Problem:
        # Both names are tags there: they were merged here, which the merge of the libraries settles.
        return
    shelf.tags, shelf.aliases = dict(own.tags), dict(own.aliases)
