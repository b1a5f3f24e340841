"""Models that were trained on the dataset: one table each, and beside it the ids of the entries they saw."""

import re
from dataclasses import dataclass

from talekeep.library.base import Kind
from talekeep.library.model import OpenModel

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainedModel(OpenModel):
    """`recipe` carried out at `commit` gave the rows it was trained on, of so many `entries`. `sha256` is
    that of the list of their ids (`seen_path`)."""

    recipe: str
    commit: str
    entries: int
    sha256: str
    note: str = ""


KIND = Kind("models", TrainedModel)


def is_name(name: str) -> bool:
    """Whether a model may be called so: small letters, digits, `.`, `_` and `-`."""
    return _NAME.fullmatch(name) is not None and ".." not in name


def seen_path(name: str) -> str:
    """The file with the ids of the entries that a model saw, sorted, one a line."""
    return f"library/models/{name}.txt"
