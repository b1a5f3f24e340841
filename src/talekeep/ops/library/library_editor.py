"""The libraries of a dataset while an operation adds rows to them."""

from collections.abc import Mapping
from typing import Any
from typing import TypeAlias

from talekeep.core.errors import BadRecord
from talekeep.core.errors import Refused
from talekeep.library import characters
from talekeep.library import prompts
from talekeep.library import tags
from talekeep.library.base import Kind
from talekeep.library.characters import Character
from talekeep.library.model import plain
from talekeep.library.prompts import Prompt
from talekeep.library.tags import Category
from talekeep.library.tags import Tag
from talekeep.store import libraries
from talekeep.store import toml
from talekeep.store.view import View

Item: TypeAlias = Category | Tag | Character | Prompt


class Shelf:
    """Characters, prompts and the vocabulary as a view holds them, to be added to; `files` are those that
    differ then."""

    def __init__(self, view: View) -> None:
        own = libraries.vocabulary(view)
        self._vocabulary = own
        self.models = view.models
        self.characters: dict[str, Character] = libraries.read(view, characters.KIND, Character)
        self.prompts: dict[str, Prompt] = libraries.read(view, prompts.KIND, Prompt)
        self.categories: dict[str, Category] = dict(own.categories)
        self.tags: dict[str, Tag] = dict(own.tags)
        self.aliases: dict[str, str] = dict(own.aliases)
        self._before = self._state()

    def vocabulary(self) -> tags.Vocabulary:
        """The dataset's own tags, categories and aliases as they are now."""
        own = {
            "categories": {**self.categories},
            "tags": {**self.tags},
            "aliases": {**self.aliases},
        }
        return self._vocabulary.replaced(**own)

    def _state(self) -> dict[Kind, Any]:
        """The current tables of each library kind."""
        return {
            characters.KIND: dict(self.characters),
            prompts.KIND: dict(self.prompts),
            tags.KIND: self.vocabulary(),
        }

    def files(self) -> dict[str, bytes]:
        """The library files that differ from what was read, whole.

        Raises:
            Refused: one would be too large to be read again.
        """
        files: dict[str, bytes] = {}
        for kind, now in self._state().items():
            if now != self._before[kind]:
                files[kind.path] = self._dump(kind, now)
        return files

    def _dump(self, kind: Kind, value: tags.Vocabulary | Mapping[str, Character | Prompt]) -> bytes:
        if isinstance(value, tags.Vocabulary):
            return libraries.dump_vocabulary(value, self.models)
        return libraries.dump(kind, value, self.models)


def require_storable(item: Item) -> None:
    """Check that a table from outside can be written and read back.

    Raises:
        BadRecord: it is too long for a library file.
    """
    try:
        toml.parse(toml.dump({"x": plain(item, defaults=False)}), "it")
    except Refused as refused:
        raise BadRecord(refused.message) from None
