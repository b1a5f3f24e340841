"""Entries and libraries as a dataset that RoleThread Lite trusts: stamped records and their registry.

What it would refuse, shorten or forget is left out or written otherwise, and counted in the losses.
"""

from collections import Counter
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC
from datetime import datetime
from typing import Any

import talekeep.library.tags as vocabulary
from talekeep.core.entry import Entry
from talekeep.core.entry import tags_of
from talekeep.formats import registry
from talekeep.formats import rolethread as records
from talekeep.formats.base import Written
from talekeep.formats.registry import Record
from talekeep.library.tags import Category
from talekeep.ops.exchange.rolethread import mapping
from talekeep.ops.library.library_editor import Shelf

# RoleThread Lite makes no more categories than this, its five own among them.
_MOST = 10


def mapped(shelf: Shelf) -> Iterator[str]:
    """The characters whose messages a registry can map: active ones, under a name it takes."""
    return (name for name, value in shelf.characters.items() if value.active and records.is_slug(name))


class Registry:
    """The registry of one export: entries are taken one by one, then it is dumped.

    Args:
        dataset: the id of the dataset.
        time: when what is exported was committed, in seconds; it stands for the time of saving.
    """

    def __init__(self, dataset: str, shelf: Shelf, time: int) -> None:
        self._dataset = dataset
        self._shelf = shelf
        self._when = datetime.fromtimestamp(time, UTC)
        self._words = vocabulary.with_built_in(shelf.vocabulary())
        self._mapped = frozenset(mapped(shelf))
        self._turns: list[Record] = []
        self._usage: Counter[str] = Counter()
        self._entries = 0
        self.losses: Counter[str] = Counter()

    # Entries

    def take(self, entry: Entry, written: Written) -> Written:
        """The written record with its whole stamp; the names the registry holds are not on its messages."""
        self._entries += 1
        self._usage.update({vocabulary.resolve(self._words, tag).slug for tag in tags_of(written.record)})
        turns = [self._turn(i, m) for i, m in enumerate(written.record["messages"])]
        spoken = [turn for turn in turns if turn is not None]
        messages = written.record["messages"]
        if spoken:
            self._turns.append({"entry_uuid": entry["id"], "turns": spoken})
            messages = [_without_name(m) if t else m for m, t in zip(messages, turns, strict=True)]
        record = written.record | {"messages": messages}
        stamped = records.stamped(record, self._dataset, f"{self._when:%Y-%m-%dT%H:%M:%SZ}")
        return replace(written, record=stamped)

    def _turn(self, index: int, message: Mapping[str, Any]) -> Record | None:
        name = message.get("name")
        if not isinstance(name, str) or name not in self._mapped:
            return None
        return {
            "turn_index": index,
            "character_slug": name,
            "training_role": message["role"],
            "source_role_label": mapping.label_of(self._shelf.characters[name]),
        }

    # Libraries

    def dump(self, filename: str) -> bytes:
        """The registry as bytes."""
        tags = dict(self._tags())
        categories = self._categories(tags)
        result = {
            "categories": _in_order(categories.values()),
            "tags": _in_order(tags.values()),
            "aliases": list(self._aliases(tags)),
            "characters": sorted(self._characters(), key=lambda c: (c["display_name"], c["slug"])),
            "entry_character_mappings": self._turns,
            "system_prompts": sorted(self._prompts(), key=lambda p: (p["name"], p["slug"])),
        }
        beside = self._beside()
        when = self._when.isoformat(timespec="microseconds")
        usage = {tag: self._usage[tag] for tag in sorted(self._usage)}
        return registry.dump(self._dataset, filename, when, (self._entries, usage), result, beside)

    def _sound(self, names: Iterable[str], what: str) -> Iterator[str]:
        for name in names:
            if records.is_slug(name):
                yield name
            else:
                self.losses[f"{what} with a name of other than a–z, 0–9 and _"] += 1

    def _beside(self) -> dict[str, list[Record]]:
        """What it has no name for, so that at least Talekeep finds it again in the registry."""
        shelf = self._shelf

        def odd(names: Iterable[str]) -> list[str]:
            return sorted(name for name in names if not records.is_slug(name))

        return {
            "categories": [mapping.category_record(n, shelf.categories[n]) for n in odd(shelf.categories)],
            "tags": [mapping.tag_record(n, shelf.tags[n]) for n in odd(shelf.tags)],
            "aliases": [mapping.alias_record(n, shelf.aliases[n]) for n in odd(shelf.aliases)],
            "characters": [mapping.character_record(n, shelf.characters[n]) for n in odd(shelf.characters)],
            "system_prompts": [mapping.prompt_record(n, shelf.prompts[n]) for n in odd(shelf.prompts)],
        }

    def _tags(self) -> Iterator[tuple[str, Record]]:
        """The dataset's own tags, and the built-in ones that are in use."""
        used = [tag for tag in self._usage if tag in mapping.BUILT_IN and tag in self._words.tags]
        for name in self._sound(dict.fromkeys([*self._shelf.tags, *sorted(used)]), "a tag"):
            tag = self._words.tags[name]
            if name in mapping.BUILT_IN and name in self._shelf.tags:
                self.losses["a built-in tag that was changed (RoleThread Lite sets it back)"] += 1
            if tag.status == "archived" and not tag.origin:
                self.losses["an archived tag without an origin (written as deleted)"] += 1
            if tag.status == "hidden" and tag.origin:
                self.losses["the origin of a hidden tag"] += 1
            self._count_extra("tag", tag, ("rolethread",))
            yield name, mapping.tag_record(name, tag)

    def _categories(self, tags: Mapping[str, Record]) -> dict[str, Record]:
        """The categories to write; the tags of those that are too many, and active ones without any, go
        to one more. `tags` are changed accordingly."""
        kept, dropped = self._chosen(tags)
        homeless = [t for t in tags.values() if t["status"] == "active" and t["category_slug"] not in kept]
        for tag in tags.values():
            if tag["category_slug"] not in kept:
                tag["category_slug"] = None
        if homeless:
            name = next(
                n for n in (mapping.OTHER, *(f"{mapping.OTHER}_{i}" for i in range(2, 99))) if n not in kept
            )
            kept[name] = Category(name=vocabulary.display_name(name), order=len(kept) + 5)
            self.losses[f"the category of an active tag (written under {name})"] += len(homeless)
        for tag in homeless:
            tag["category_slug"] = name
        self.losses.update(dict.fromkeys(["a category (at most 10 fit)"], dropped) if dropped else {})
        return self._named(kept)

    def _chosen(self, tags: Mapping[str, Record]) -> tuple[dict[str, Category], int]:
        """Categories that fit, and how many do not."""
        in_use = {tag["category_slug"] for tag in tags.values()}
        wanted = [*self._shelf.categories, *(c for c in vocabulary.TAXONOMY if c in in_use)]
        known = {n: self._words.categories[n] for n in self._sound(dict.fromkeys(wanted), "a category")}
        own = sorted((n for n in known if n not in vocabulary.TAXONOMY), key=lambda n: (known[n].order, n))
        unknown = any(t["status"] == "active" and t["category_slug"] not in known for t in tags.values())
        room = _MOST - len(vocabulary.TAXONOMY)
        if len(own) > room or (unknown and len(own) == room):
            room -= 1
        for name in own[room:]:
            del known[name]
        return known, len(own[room:])

    def _named(self, kept: Mapping[str, Category]) -> dict[str, Record]:
        """The categories under display names that differ, also from the built-in ones."""
        used = {vocabulary.display_name(name) for name in vocabulary.TAXONOMY}
        result: dict[str, Record] = {}
        for name, category in kept.items():
            self._count_extra("category", category, ("rolethread",))
            record = mapping.category_record(name, category)
            own = vocabulary.display_name(name) if name in vocabulary.TAXONOMY else None
            if not record["name"].strip() or (record["name"] in used and record["name"] != own):
                record["name"] = f"{record['name']} ({name})".strip()
                self.losses["the name of a category (another has it too)"] += 1
            used.add(record["name"])
            result[name] = record
        return result

    def _aliases(self, tags: Mapping[str, Record]) -> Iterator[Record]:
        current = vocabulary.renamed(self._words)
        for old in self._sound(self._shelf.aliases, "an alias"):
            new = current.get(old)
            if new is None or new not in tags:
                self.losses["an alias that leads to no tag"] += 1
                continue
            if new != self._shelf.aliases[old]:
                self.losses["the steps of an alias (written with its last target)"] += 1
            yield mapping.alias_record(old, new)

    def _characters(self) -> Iterator[Record]:
        for name in self._sound(self._shelf.characters, "a character"):
            character = self._shelf.characters[name]
            if character.card is not None:
                self.losses["a character card"] += 1
            self._count_extra("character", character, ("rolethread",))
            record = mapping.character_record(name, character)
            yield record | {"display_name": record["display_name"].strip() or name}

    def _prompts(self) -> Iterator[Record]:
        for name in self._sound(self._shelf.prompts, "a prompt"):
            prompt = self._shelf.prompts[name]
            if not prompt.content.strip():
                self.losses["a prompt without text"] += 1
                continue
            self._count_extra("prompt", prompt, ("rolethread",))
            record = mapping.prompt_record(name, prompt)
            yield record | {"name": record["name"].strip() or vocabulary.display_name(name)}

    def _count_extra(self, what: str, item: Any, written: tuple[str, ...]) -> None:
        for key in item.unknown.keys() - set(written):
            self.losses[f"the key {key!r} of a {what}"] += 1


def _without_name(message: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in message.items() if key != "name"}


def _in_order(records: Iterable[Record]) -> list[Record]:
    return sorted(records, key=lambda record: (record["sort_order"], record["name"], record["slug"]))
