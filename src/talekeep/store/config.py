"""`talekeep.toml`: what a dataset is and how strictly it is checked. It can name no command to run."""

from typing import Annotated
from typing import Any
from typing import Literal

from msgspec import Meta
from msgspec import field

from talekeep.core.errors import Refused
from talekeep.library.model import OpenModel
from talekeep.store import toml

NAME = "talekeep.toml"
FORMAT = 1
PART_TARGET = 128 * 1024


class Storage(OpenModel, frozen=True, kw_only=True):
    """How entries lie on disk: `target` is the size in bytes past which the next entry opens a new part."""

    scheme: Literal["parts"] = "parts"
    target: Annotated[int, Meta(ge=4096, le=16 * 2**20)] = PART_TARGET


class Validation(OpenModel, frozen=True, kw_only=True):
    """`profile` names a table of severities; `rules` raises, lowers or turns off single rules.

    `known_keys` are top-level keys of entries that are meant, `refusals` further phrases a reply should not
    hold, `phrases` further ones that are over-used; the numbers say from where on an entry is long enough to
    split (exchanges, words) or too big.
    """

    profile: str = "default"
    rules: dict[str, Literal["error", "warning", "info", "off"]] = field(default_factory=dict)
    known_keys: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    split_exchanges: Annotated[int, Meta(ge=1)] = 8
    split_words: Annotated[int, Meta(ge=1)] = 2000
    max_bytes: Annotated[int, Meta(ge=1000)] = 1_000_000


class Export(OpenModel, frozen=True, kw_only=True):
    format: str = "chatml"
    clean: bool = False


class Config(OpenModel, frozen=True, kw_only=True):
    """The whole file. Unknown keys are kept, so a newer Talekeep's settings survive an older one."""

    format: int
    id: str
    name: str
    storage: Storage = Storage()
    validation: Validation = Validation()
    export: Export = Export()


def with_profile(config: Config, profile: str) -> Config:
    """The same dataset, looked at by another profile; rules set one by one stay as they are."""
    return config.replaced(validation=config.validation.replaced(profile=profile))


def parse(data: bytes) -> Config:
    """Read the file's bytes.

    Raises:
        Refused: not TOML, a wrong value, or a format this Talekeep does not know.
    """
    tables = toml.parse(data, NAME)
    if isinstance(tables.get("format"), int) and tables["format"] > FORMAT:
        raise Refused(
            f"this dataset has format {tables['format']}; this Talekeep knows {FORMAT}",
            "pip install --upgrade talekeep",
        )
    return toml.checked(Config, tables, NAME)


def said(data: bytes) -> dict[str, Any]:
    """What the file says and nothing else: no default stands in for a key that is not there.

    Raises:
        Refused: see `parse`.
    """
    parse(data)
    return toml.parse(data, NAME)


def dump(config: Config) -> bytes:
    return toml.dump_model(config)
