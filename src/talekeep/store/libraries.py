"""Library files: bytes ↔ checked tables."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel

from talekeep.library.base import Kind
from talekeep.library.base import tables
from talekeep.store import toml
from talekeep.store.view import View

Item = TypeVar("Item", bound=BaseModel)


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


def dump(items: Mapping[str, BaseModel]) -> bytes:
    return toml.dump(tables(items))
