"""Library files: bytes ↔ checked tables."""

from collections.abc import Callable
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
from talekeep.store.models import Models
from talekeep.store.view import View

Item = TypeVar("Item", bound=Model)


def read(view: View, kind: Kind, model: type[Item]) -> dict[str, Item]:
    """The items of a library as a view holds it; {} where the file is absent.

    Raises:
        Refused: the file is not TOML, or a value has the wrong type.
    """
    data = view.optional(kind.path)
    if data is None:
        return {}
    items: dict[str, Item] = view.models.read(kind.shape, data, kind.path, _prepared(kind))
    return items


def whole(view: View, kind: Kind, model: type[Item]) -> Item:
    """A library that is one value, as a view holds it; an empty one where the file is absent.

    Raises:
        Refused: see `read`.
    """
    data = view.optional(kind.path)
    return model() if data is None else view.models.read(model, data, kind.path, _prepared(kind))


def check(kind: Kind, data: bytes, models: Models) -> None:
    """Read a library for its faults.

    Raises:
        Refused: see `read`.
    """
    models.tables(kind.shape, data, kind.path, _prepared(kind))


def vocabulary(view: View) -> Vocabulary:
    """The dataset's own tags, categories and aliases, without the built-in ones.

    Raises:
        Refused: see `read`.
    """
    return whole(view, tags.KIND, Vocabulary)


def _prepared(kind: Kind) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return _without_conflicts if kind.whole else _as_they_are


def _as_they_are(tables: dict[str, Any]) -> dict[str, Any]:
    return tables


def _without_conflicts(tables: dict[str, Any]) -> dict[str, Any]:
    """The tables without the conflicts of an unfinished merge: what stands there is ours."""
    return {
        name: {slug: v for slug, v in table.items() if slug != CONFLICT_KEY}
        if isinstance(table, dict)
        else table
        for name, table in tables.items()
    }


def dump(kind: Kind, items: Mapping[str, Model], models: Models) -> bytes:
    """The bytes of a library.

    Raises:
        Refused: it would be too large to be read again.
    """
    return models.written(toml.dump(tables(items)), kind.path, _prepared(kind))


def dump_vocabulary(value: Vocabulary, models: Models) -> bytes:
    """Its three tables, each sorted and each there even when empty: a merge then never sees one go.

    Raises:
        Refused: see `dump`.
    """
    data = toml.dump(
        value.unknown
        | {
            "aliases": {old: value.aliases[old] for old in sorted(value.aliases)},
            "categories": tables(value.categories),
            "tags": tables(value.tags),
        }
    )
    return models.written(data, tags.KIND.path, _prepared(tags.KIND))
