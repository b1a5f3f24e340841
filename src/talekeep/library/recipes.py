"""Recipes: an export kept in the dataset, `exports/NAME.toml`."""

import re
from dataclasses import dataclass
from dataclasses import field
from typing import Annotated
from typing import Literal
from typing import TypeAlias

from talekeep.library.model import Limits
from talekeep.library.model import Model

FOLDER = "exports"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
# What may not stand on two sides of a split, and what a sample is balanced over.
SplitBy: TypeAlias = Literal["entry", "cluster", "source", "character", "prompt"]
SampleBy: TypeAlias = Literal["", "tag", "source", "character", "prompt"]
# What the rows of a recipe are written as.
RowsAs: TypeAlias = Literal["jsonl", "csv", "parquet"]
OnHoldout: TypeAlias = Literal["refuse", "leave-out"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Split(Model):
    """`parts` are weights: `{train = 90, validation = 5, test = 5}`; empty, everything is one part."""

    parts: dict[str, Annotated[int, Limits(1)]] = field(default_factory=dict)
    by: SplitBy = "cluster"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample(Model):
    """`size` entries at most (0: all), taken in turn from each value of `by`."""

    size: Annotated[int, Limits(0)] = 0
    by: SampleBy = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe(Model):
    """What is exported and how.

    `profile` is a trainer, `format` a shape ("" for the trainer's), `columns` the columns that are kept (all
    without any), `max_length` the tokens a row may have (0: as the trainer's configuration has it),
    `template` a chat template of the dataset for the format `text`, `file_type` what the rows are written as.
    `seed` decides order, sample and split. `repeat` writes the entries of a tag so many times:
    `{favourite = 2.0}`. `holdout` says what happens to entries that the dataset holds out. `since`: only
    later edits make pairs.
    """

    query: str = ""
    profile: str = ""
    format: str = ""
    template: str = ""
    file_type: RowsAs = "jsonl"
    max_length: Annotated[int, Limits(0)] = 0
    columns: list[str] = field(default_factory=list)
    policies: dict[str, str] = field(default_factory=dict)
    since: str = ""
    seed: int = 0
    shuffle: bool = False
    limit: Annotated[int, Limits(0)] = 0
    sample: Sample = field(default_factory=Sample)
    repeat: dict[str, float] = field(default_factory=dict)
    split: Split = field(default_factory=Split)
    holdout: OnHoldout = "refuse"
    require_licence: bool = False

    @property
    def is_ordered(self) -> bool:
        """Whether it changes which entries are written, how often, or in which order."""
        return bool(self.shuffle or self.limit or self.sample.size or self.repeat)


def path_of(name: str) -> str:
    """The file of a recipe."""
    return f"{FOLDER}/{name}.toml"


def is_name(name: str) -> bool:
    """Whether a recipe may be called so: small letters, digits, `_` and `-`."""
    return _NAME.fullmatch(name) is not None
