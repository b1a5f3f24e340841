"""A RoleThread Lite registry on its way into a dataset: names onto messages, records into libraries.

At a first import what the dataset says itself always stays, and what the registry says otherwise is told in
`notes`. Of a source that is imported again the registry is what it is now, and merged with ours afterwards.
"""

from collections import defaultdict
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import talekeep.library.tags as vocabulary
from talekeep.core.errors import BadRecord
from talekeep.core.slug import slug
from talekeep.formats import registry
from talekeep.formats import rolethread as records
from talekeep.formats.conversation.roles import canonical_role
from talekeep.formats.registry import Record
from talekeep.formats.registry import Registry
from talekeep.library.characters import Character
from talekeep.library.model import plain
from talekeep.library.tags import Tag
from talekeep.ops import plural
from talekeep.ops.exchange.incoming.companions import registry_of
from talekeep.ops.exchange.rolethread import mapping
from talekeep.ops.library.library_editor import Item
from talekeep.ops.library.library_editor import Shelf
from talekeep.ops.library.library_editor import require_storable


class Registering:
    """One registry being taken in: `notes` tell what stayed otherwise, `refused` what was refused,
    `taken` what came, by kind.

    Args:
        renamed: None at a first import; else characters by the names they have here now.
        kept: what stayed as it was here at the first import, and stays so.
        unchanged: by section, records that say nothing new.
        is_shared: the registry also holds what is of other datasets.
    """

    def __init__(
        self,
        theirs: Registry,
        shelf: Shelf,
        renamed: Mapping[str, str] | None = None,
        kept: Sequence[str] = (),
        unchanged: Mapping[str, Sequence[Record]] | None = None,
        *,
        is_shared: bool = False,
    ) -> None:
        self._is_shared = is_shared
        self._unchanged = unchanged or {}
        self.kept = [*kept]
        self._wins = renamed is not None
        self._renamed = renamed or {}
        self._registry = theirs
        self._shelf = shelf
        self._turns = theirs.turns()
        self._labels: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._datasets: set[str] = set()
        self._met: set[str] = set()
        self._fillers: set[str] = set()
        self.notes: list[str] = [f"the key {key!r} of the registry is not kept" for key in theirs.unknown]
        self.refused: list[str] = [f"{place}, record {n}: {why}" for place, n, why in theirs.refused]
        self.taken: dict[str, list[str]] = {}

    @property
    def dataset(self) -> str:
        """The id of the dataset it belongs to."""
        return self._registry.dataset

    @property
    def saved(self) -> str:
        """When it was written (ISO, UTC)."""
        return self._registry.saved

    @property
    def listed(self) -> frozenset[tuple[str, str]]:
        """Section and slug of each tag and character it holds, under the names they have here now."""
        tags = {("tags", record["slug"]) for record in self._registry.records["tags"]}
        characters = (self._here(record["slug"]) for record in self._registry.records["characters"])
        return frozenset(tags | {("characters", name) for name in characters})

    # Names

    def named(self, value: Any) -> Any:
        """The record with the characters the registry maps its messages to as their names."""
        owner = records.stamp_of(value, "dataset_uuid")
        entry = records.stamp_of(value, "entry_uuid")
        if owner is not None:
            self._datasets.add(owner)
        turns = self._turns.get(entry or "")
        if not turns or entry is None or (self.dataset and owner not in (None, self.dataset)):
            return value
        self._met.add(entry)
        messages = value.get("messages")
        if not isinstance(messages, list):
            self.notes.append(f"entry {entry}: its turns have characters, but it has no messages")
            return value
        named = [*messages]
        for turn in turns:
            self._name(named, turn, entry)
        return {**value, "messages": named}

    def _name(self, messages: list[Any], turn: Record, entry: str) -> None:
        index, character = turn["turn_index"], self._here(turn["character_slug"])
        where = f"entry {entry}, message {index}"
        if index >= len(messages) or not isinstance(messages[index], dict):
            self.notes.append(f"{where}: there is none to be spoken by {character}")
            return
        message = messages[index]
        role = canonical_role(message.get("role"))
        if role not in (None, turn["training_role"]):
            self.notes.append(f"{where}: {character} spoke as {turn['training_role']}, the role is {role}")
        before = message.get("name")
        if before is not None and slug(str(before)) != character:
            self.notes.append(f"{where}: named {before!r} in the file, {character} by the registry")
        if turn["source_role_label"]:
            self._labels[character][turn["source_role_label"]] = None
        else:
            self._labels[character].setdefault("", None)
        messages[index] = {**message, "name": character}

    def _here(self, character: str) -> str:
        return self._renamed.get(character, character)

    # Libraries

    def finish(self) -> None:
        """Put the records into the libraries, unless the registry belongs to another dataset."""
        if self._datasets and self.dataset and self.dataset not in self._datasets:
            several = ", ".join(sorted(self._datasets))
            text = f"it belongs to the dataset {self.dataset}, the entries to {several}"
            self.refused = [*self.refused, text]
            return
        strangers = len(self._turns.keys() - self._met)
        if strangers and not self._is_shared:
            self.notes.append(f"the turns of {plural(strangers, 'entry')} that are not in the file")
        before = {tag.category for tag in self._shelf.tags.values()}
        self._each("categories", self._category)
        self._each("tags", self._tag)
        self._each("aliases", self._alias)
        self._each("characters", self._character)
        self._each("system_prompts", self._prompt)
        self._strangers()
        if self._wins:
            self._forget_renamed(before)

    def _forget_renamed(self, before: set[str]) -> None:
        """Take out categories that had tags and have none any more: they go on under another name."""
        listed = {record["slug"] for record in self._registry.records["categories"]}
        for name in before - listed - {tag.category for tag in self._shelf.tags.values()}:
            self._shelf.categories.pop(name, None)

    def _each(self, section: str, take: Callable[[Record], None]) -> None:
        unchanged = self._unchanged.get(section, ())
        for number, record in enumerate(self._registry.records[section], 1):
            if record in unchanged:
                continue
            try:
                take(record)
            except BadRecord as reason:
                self.refused.append(f"{section}, {record.get('slug') or number}: {reason}")

    def _category(self, record: Record) -> None:
        name, result = record["slug"], mapping.category_of(record)
        known = vocabulary.with_built_in(vocabulary.Vocabulary()).categories | self._shelf.categories
        if record["is_builtin"] and name not in vocabulary.TAXONOMY:
            self.notes.append(f"category {name}: marked as built in, which it is not")
        if self._is_filler(name):
            self._fillers.add(name)
        elif name not in self._shelf.categories and known.get(name) != result:
            self._put("categories", self._shelf.categories, name, result)
        elif name in known:
            self._differ("category", self._shelf.categories, name, known[name], result)

    def _is_filler(self, name: str) -> bool:
        """True for the category that an export gave to tags without one: all that is in it is here."""
        inside = [tag["slug"] for tag in self._registry.records["tags"] if tag["category_slug"] == name]
        here = [self._shelf.tags.get(tag) for tag in inside]
        return bool(
            name.partition("_")[0] == mapping.OTHER
            and name not in self._shelf.categories
            and inside
            and all(tag is not None and not _is_waiting(tag) for tag in here)
        )

    def _tag(self, record: Record) -> None:
        name, result = record["slug"], mapping.tag_of(record)
        if record["is_builtin"] and name not in mapping.BUILT_IN:
            self.notes.append(f"tag {name}: marked as built in, which it is not")
        if name in self._shelf.aliases and name not in self._shelf.tags:
            now = vocabulary.renamed(vocabulary.with_built_in(self._shelf.vocabulary())).get(name, name)
            if not self._wins or now not in self._shelf.tags:
                text = f"tag {name}: an old name of {self._shelf.aliases[name]} here, not made again"
                self.notes.append(text)
                return
            name, result = now, result.replaced(name=self._shelf.tags[now].name)
        shipped = vocabulary.with_built_in(vocabulary.Vocabulary()).tags.get(name)
        known = self._shelf.tags.get(name)
        if known is None and result != shipped:
            self._put("tags", self._shelf.tags, name, result)
        elif known is not None and _is_waiting(known) and result.status == "active":
            self.notes.append(f"tag {name}: waited to be adopted, is active as in the file")
            self._put("tags", self._shelf.tags, name, result)
        elif known is not None:
            if result.category in self._fillers:
                result = result.replaced(category=known.category)
            self._differ("tag", self._shelf.tags, name, known, result)

    def _alias(self, record: Record) -> None:
        old, new = record["old_slug"], record["new_slug"]
        text = f"alias {old} → {new}"
        known = vocabulary.with_built_in(self._shelf.vocabulary())
        if record["action"] != "rename":
            self.notes.append(f"{text}: kept as a rename, not as {record['action']!r}")
        if new is None:
            self.notes.append(f"alias {old}: leads nowhere, not kept")
        elif old in known.tags and not self._is_renamed_there(old):
            self.notes.append(f"{text}: {old} is a tag of its own, not kept")
        elif self._shelf.aliases.get(old, new) != new and not self._wins:
            self.notes.append(f"{text}: leads to {self._shelf.aliases[old]} here, not kept")
        elif self._shelf.aliases.get(old) != new:
            self._shelf.tags.pop(old, None)
            known = vocabulary.with_built_in(self._shelf.vocabulary())
            if vocabulary.resolve(known, new).slug == old or old == new:
                raise BadRecord(f"{text} would lead in a circle")
            self._put("aliases", self._shelf.aliases, old, new)

    def _is_renamed_there(self, tag: str) -> bool:
        """Whether a tag of a source that is imported again has another name there now."""
        listed = (record["slug"] for record in self._registry.records["tags"])
        return self._wins and tag not in mapping.BUILT_IN and tag not in listed

    def _character(self, record: Record) -> None:
        name = self._here(record["slug"])
        labels = [label for label in self._labels.get(name, {}) if label]
        if len(self._labels.get(name, {})) > 1:
            self.notes.append(f"character {name}: which turn had which source label is not kept")
        result = mapping.character_of(record, labels)
        if name not in self._shelf.characters:
            self._put("characters", self._shelf.characters, name, result)
        else:
            known = self._shelf.characters[name]
            # A registry has no room for a card, and labels are known by turns: that it has none says nothing.
            unknown = known.unknown if self._is_shared and not self._met else result.unknown
            result = result.replaced(card=known.card, unknown=unknown)
            self._differ("character", self._shelf.characters, name, known, result)

    def _prompt(self, record: Record) -> None:
        name, result = record["slug"], mapping.prompt_of(record)
        if name not in self._shelf.prompts:
            self._put("prompts", self._shelf.prompts, name, result)
        else:
            self._differ("prompt", self._shelf.prompts, name, self._shelf.prompts[name], result)

    def _strangers(self) -> None:
        """Characters that turns name and no record describes: nobody's name is lost."""
        for name in self._labels:
            if name not in self._shelf.characters:
                self.notes.append(f"character {name}: named by turns, described nowhere")
                made = Character(name=vocabulary.display_name(name))
                self._put("characters", self._shelf.characters, name, made)

    def _put(self, kind: str, table: dict[str, Any], name: str, theirs: Item | str) -> None:
        if not isinstance(theirs, str):
            require_storable(theirs)
        table[name] = theirs
        self.taken.setdefault(kind, []).append(name)

    def _differ(self, what: str, table: dict[str, Any], name: str, mine: Item, theirs: Item) -> None:
        here, there = plain(mine), plain(theirs)
        if self._wins and f"{what} {name}" not in self.kept:
            if here != there:
                self._put(f"{what}s", table, name, theirs)
            return
        if here != there and not self._wins:
            self.kept.append(f"{what} {name}")
        for key in _differing(here, there):
            values = " → ".join(_short(side.get(key)) for side in (there, here))
            self.notes.append(f"{what} {name}: {key} differs, kept as here ({values})")


def _is_waiting(tag: Tag) -> bool:
    return tag.status == "archived" and tag.origin == "imported"


def _differing(here: Mapping[str, Any], there: Mapping[str, Any]) -> Iterator[str]:
    return (key for key in dict.fromkeys([*there, *here]) if here.get(key) != there.get(key))


def _short(value: Any) -> str:
    text = repr(value) if value is not None else "nothing"
    return text if len(text) <= 40 else f"{text[:39]}…"


def read_registry(file: Path) -> Registry | None:
    """The registry beside a file; None where there is none.

    Raises:
        BadRecord: there is one that cannot be used at all.
    """
    place = registry_of(file)
    if not place.is_file():
        return None
    with place.open("rb") as stream:
        return registry.parse(stream.read(registry.MAX_BYTES + 1))
