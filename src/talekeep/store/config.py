"""`talekeep.toml`: what a dataset is and how strictly it is checked. It can name no command to run."""

from typing import Literal

from pydantic import BaseModel
from pydantic import ConfigDict
from pydantic import Field

from talekeep.core.errors import Refused
from talekeep.store import toml

NAME = "talekeep.toml"
FORMAT = 1
PART_TARGET = 128 * 1024


class Storage(BaseModel):
    """How entries lie on disk: `target` is the size in bytes past which the next entry opens a new part."""

    model_config = ConfigDict(frozen=True, extra="allow")
    scheme: Literal["parts"] = "parts"
    target: int = Field(default=PART_TARGET, ge=4096, le=16 * 2**20)


class Validation(BaseModel):
    """`profile` names a table of severities; `rules` raises, lowers or turns off single rules.

    `known_keys` are top-level keys of entries that are meant, `refusals` further phrases a reply should not
    hold, `phrases` further ones that are over-used; the numbers say from where on an entry is long enough to
    split (exchanges, words) or too big.
    """

    model_config = ConfigDict(frozen=True, extra="allow")
    profile: str = "default"
    rules: dict[str, Literal["error", "warning", "info", "off"]] = {}
    known_keys: list[str] = []
    refusals: list[str] = []
    phrases: list[str] = []
    split_exchanges: int = Field(default=8, ge=1)
    split_words: int = Field(default=2000, ge=1)
    max_bytes: int = Field(default=1_000_000, ge=1000)


class Export(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow")
    format: str = "chatml"
    clean: bool = False


class Config(BaseModel):
    """The whole file. Unknown keys are kept, so a newer Talekeep's settings survive an older one."""

    model_config = ConfigDict(frozen=True, extra="allow")
    format: int
    id: str
    name: str
    storage: Storage = Storage()
    validation: Validation = Validation()
    export: Export = Export()


def with_profile(config: Config, profile: str) -> Config:
    """The same dataset, looked at by another profile; rules set one by one stay as they are."""
    return config.model_copy(update={"validation": config.validation.model_copy(update={"profile": profile})})


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


def dump(config: Config) -> bytes:
    return toml.dump_model(config)
