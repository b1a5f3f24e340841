"""Merge the libraries of one dataset into another: the first version stays, differences are reported."""

from collections.abc import Mapping
from typing import Any

import talekeep.library.tags as vocabulary
from talekeep.library import characters
from talekeep.library import prompts
from talekeep.library import sources
from talekeep.library.model import plain
from talekeep.library.sources import Source
from talekeep.ops.combine.result import Clash
from talekeep.ops.library.library_editor import Item
from talekeep.ops.library.library_editor import Shelf
from talekeep.store import libraries
from talekeep.store.view import View


class LibraryMerger:
    """Takes the libraries of one dataset; `clashes` say what it has otherwise, `taken` what came, by kind,
    `renamed` under which name each of its sources stands now.

    Args:
        known: the tables of sources, to be added to.
        label: how the dataset is called in the report.
    """

    def __init__(self, shelf: Shelf, known: dict[str, Source], label: str) -> None:
        self._shelf = shelf
        self._known = known
        self._label = label
        self.clashes: list[Clash] = []
        self.taken: dict[str, list[str]] = {}
        self.renamed: dict[str, str] = {}

    def take(self, view: View) -> None:
        """Take all libraries of a view.

        Raises:
            Refused: one of its files cannot be read.
        """
        own = libraries.vocabulary(view)
        self._each("categories", self._shelf.categories, own.categories)
        for name, tag in own.tags.items():
            if name in self._shelf.aliases and name not in self._shelf.tags:
                self._clash("tags", name, [], f"an old name of {self._shelf.aliases[name]}")
            else:
                self._put("tags", self._shelf.tags, name, tag)
        for old, new in own.aliases.items():
            self._alias(old, new)
        self._each(
            "characters", self._shelf.characters, libraries.read(view, characters.KIND, characters.Character)
        )
        self._each("prompts", self._shelf.prompts, libraries.read(view, prompts.KIND, prompts.Prompt))
        for name, source in libraries.read(view, sources.KIND, Source).items():
            self._source(name, source)

    def _each(self, kind: str, table: dict[str, Any], items: Mapping[str, Item]) -> None:
        for name, item in items.items():
            self._put(kind, table, name, item)

    def _put(self, kind: str, table: dict[str, Any], name: str, item: Item) -> None:
        there = table.get(name)
        if there is None:
            table[name] = item
            self.taken.setdefault(kind, []).append(name)
        elif there != item:
            here, other = plain(there), plain(item)
            keys = dict.fromkeys([*here, *other])
            self._clash(kind, name, [k for k in keys if here.get(k) != other.get(k)], "as it was")

    def _alias(self, old: str, new: str) -> None:
        known = vocabulary.with_built_in(self._shelf.vocabulary())
        if self._shelf.aliases.get(old) == new:
            return
        if old in known.tags:
            self._clash("aliases", old, [], "a tag of its own")
        elif old in self._shelf.aliases:
            self._clash("aliases", old, [], f"an old name of {self._shelf.aliases[old]}")
        elif vocabulary.resolve(known, new).slug == old or old == new:
            self._clash("aliases", old, [], f"no old name of {new}, that would lead in a circle")
        else:
            self._shelf.aliases[old] = new
            self.taken.setdefault("aliases", []).append(old)

    def _source(self, name: str, source: Source) -> None:
        """Keep one table for each source file; a name that is taken by another file gets a number."""
        now, number = name, 1
        while self._known.get(now, source) != source:
            number += 1
            now = f"{name}_{number}"
        self.renamed[name] = now
        if now != name:
            self._clash("sources", name, [], f"both, this one as {now}")
        self._known[now] = source

    def _clash(self, kind: str, name: str, differ: list[str], kept: str) -> None:
        self.clashes.append(Clash(kind, name, self._label, differ, kept))
