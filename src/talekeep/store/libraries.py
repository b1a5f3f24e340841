"""Library files: bytes ↔ checked tables."""

from collections.abc import Mapping
from typing import Any
from typing import TypeVar

from talekeep.core.entry import CONFLICT_KEY
from talekeep.library import tags
from talekeep.library.base import Kind
from talekeep.library.base import tables
from talekeep.library.model import Model
from talekeep.library.tags import Vocabulary
from talekeep.store import toml
from talekeep.store.view import View

Item = TypeVar("Item", bound=Model)


def read(seen: View, kind: Kind, model: type[Item]) -> dict[str, Item]:
    """The items of a library as a view holds it; {} where the file is absent.

    Raises:
        Refused: the file is not TOML or a value has the wrong type.
    """
    data = seen.optional(kind.path)
    return {} if data is None else parse(kind, model, data)


def parse(kind: Kind, model: type[Item], data: bytes) -> dict[str, Item]:
    found = toml.parse(data, kind.path)
    return {slug: toml.checked(model, table, f"{kind.path} [{slug}]") for slug, table in found.items()}


def whole(seen: View, kind: Kind, model: type[Item]) -> Item:
    """A library that is one value, as a view holds it; an empty one where the file is absent.

    Raises:
        Refused: see `read`.
    """
    data = seen.optional(kind.path)
    return model() if data is None else toml.checked(model, _settled(toml.parse(data, kind.path)), kind.path)


def dump(items: Mapping[str, Model]) -> bytes:
    return toml.dump(tables(items))


def check(kind: Kind, data: bytes) -> None:
    """Read a library for its faults.

    Raises:
        Refused: see `read`.
    """
    if kind.whole:
        toml.checked(kind.item, _settled(toml.parse(data, kind.path)), kind.path)
    else:
        parse(kind, kind.item, data)


def vocabulary(seen: View) -> Vocabulary:
    """The dataset's own tags, categories and aliases, without the built-in ones.

    Raises:
        Refused: see `read`.
    """
    return whole(seen, tags.KIND, Vocabulary)


def vocabulary_of(data: bytes) -> Vocabulary:
    return toml.checked(Vocabulary, _settled(toml.parse(data, tags.KIND.path)), tags.KIND.path)


def _settled(found: dict[str, Any]) -> dict[str, Any]:
    """The tables without the conflicts of an unfinished merge: what stands there is ours."""
    return {
        name: {slug: v for slug, v in table.items() if slug != CONFLICT_KEY}
        if isinstance(table, dict)
        else table
        for name, table in found.items()
    }


def dump_vocabulary(value: Vocabulary) -> bytes:
    """Its three tables, each sorted and each there even when empty: a merge then never sees one go."""
    return toml.dump(
        value.unknown
        | {
            "aliases": {old: value.aliases[old] for old in sorted(value.aliases)},
            "categories": tables(value.categories),
            "tags": tables(value.tags),
        }
    )
