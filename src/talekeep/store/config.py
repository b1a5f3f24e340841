"""`talekeep.toml`: what a dataset is and how strictly it is checked. It can name no command to run."""

from dataclasses import dataclass
from dataclasses import field
from typing import Annotated
from typing import Any
from typing import Literal

from talekeep.core import codec
from talekeep.core.errors import Refused
from talekeep.core.reviews import Policy
from talekeep.library.model import Limits
from talekeep.library.model import OpenModel
from talekeep.library.model import plain
from talekeep.store import toml
from talekeep.store.models import Models
from talekeep.store.parts import CONFIG

NAME = CONFIG
FORMAT = 1
PART_TARGET = 128 * 1024
TARGET_LIMITS = Limits(4096, 16 * 2**20)
LINE_LIMITS = Limits(codec.MAX_LINE, codec.MOST_LINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Storage(OpenModel):
    """How entries lie on disk: `target` is the size in bytes past which the next entry opens a new part,
    `max_line` the most bytes that one entry may take."""

    scheme: Literal["parts"] = "parts"
    target: Annotated[int, TARGET_LIMITS] = PART_TARGET
    max_line: Annotated[int, LINE_LIMITS] = codec.MAX_LINE


@dataclass(frozen=True, kw_only=True, slots=True)
class Validation(OpenModel):
    """`profile` names a table of severities; `rules` raises, lowers or turns off single rules.

    `known_keys` are top-level keys of entries that are meant, `refusals` further phrases a reply should not
    hold, `placeholders` further whole replies that are still to be written, `endings` further words that end
    a reply without a full stop, `phrases` further ones that are over-used; the numbers say from where on an
    entry is long enough to split (exchanges, words) or too big.
    """

    profile: str = "default"
    rules: dict[str, Literal["error", "warning", "info", "off"]] = field(default_factory=dict)
    known_keys: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    placeholders: list[str] = field(default_factory=list)
    endings: list[str] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    split_exchanges: Annotated[int, Limits(1)] = 8
    split_words: Annotated[int, Limits(1)] = 2000
    max_bytes: Annotated[int, Limits(1000)] = 1_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Export(OpenModel):
    format: str = "chatml"
    clean: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Holdout(OpenModel):
    """Entries that nothing is trained on: those that match `where`, and what is alike them or made of the
    same record; with `by = "source"`, all of the same source."""

    where: str = ""
    by: Literal["record", "source"] = "record"


@dataclass(frozen=True, kw_only=True, slots=True)
class Review(OpenModel):
    """What an entry counts as by its reviews: the `strictest` verdict, one approval (`any`), or approved once
    `two` people approve. `criteria` are what reviewers score from 1 to 5: slug → a sentence about it."""

    policy: Policy = "strictest"
    criteria: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Config(OpenModel):
    """The whole file. Unknown keys are kept, so a newer Talekeep's settings survive an older one."""

    format: int
    id: str
    name: str
    storage: Storage = field(default_factory=Storage)
    validation: Validation = field(default_factory=Validation)
    export: Export = field(default_factory=Export)
    holdout: Holdout = field(default_factory=Holdout)
    review: Review = field(default_factory=Review)


def with_profile(config: Config, profile: str) -> Config:
    """The same dataset, looked at by another profile; rules set one by one stay as they are."""
    return config.replaced(validation=config.validation.replaced(profile=profile))


def parse(data: bytes, models: Models | None = None) -> Config:
    """Read the file's bytes.

    Args:
        models: knows which versions of the file were checked before.

    Raises:
        Refused: not TOML, a wrong value, or a format this Talekeep does not know.
    """
    return (models or Models()).read(Config, data, NAME, _of_known_format)


def stated(data: bytes, models: Models | None = None) -> dict[str, Any]:
    """What the file states and nothing else: no default stands in for a key that is not there.

    Raises:
        Refused: see `parse`.
    """
    return (models or Models()).tables(Config, data, NAME, _of_known_format)


def _of_known_format(tables: dict[str, Any]) -> dict[str, Any]:
    if isinstance(tables.get("format"), int) and tables["format"] > FORMAT:
        raise Refused(
            f"this dataset has format {tables['format']}; this Talekeep knows {FORMAT}",
            "pip install --upgrade talekeep",
        )
    return tables


def edited(data: bytes, models: Models) -> bytes:
    """The bytes of a file that was right, and in which a value was replaced by a right one.

    Raises:
        Refused: it is not TOML any more.
    """
    return models.written(data, NAME, _of_known_format)


def dump(config: Config, models: Models | None = None) -> bytes:
    """The file's bytes."""
    return (models or Models()).written(toml.dump(plain(config)), NAME, _of_known_format)
