"""A kind of library: a TOML file under `library/`, one table for each slug, sorted."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import GenericAlias
from typing import Any

from talekeep.library.model import Model
from talekeep.library.model import plain


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of `kinds.KINDS`; `item` is the model of one table, of the file itself if it is `whole`."""

    name: str
    item: type[Model]
    whole: bool = False

    @property
    def path(self) -> str:
        return f"library/{self.name}.toml"

    @property
    def shape(self) -> Any:
        """The type of the whole file."""
        return self.item if self.whole else GenericAlias(dict, (str, self.item))


def tables(items: Mapping[str, Model]) -> dict[str, object]:
    """The file's tables, sorted by slug, without default values."""
    return {slug: plain(items[slug], defaults=False) for slug in sorted(items)}
