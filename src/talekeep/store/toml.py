"""TOML that people write and may have received from others: limits before parsing, sorted when written."""

import re
import tomllib
from typing import Any
from typing import TypeVar

import tomli_w
from pydantic import BaseModel
from pydantic import ValidationError

from talekeep.core.errors import Refused

MAX_BYTES = 16 * 2**20
MAX_LINE = 64 * 2**10
MAX_DOTS = 32

# tomllib takes quadratic time on long dotted keys; dots without names between them are text.
_STEP = rb"(?:[\w-]++|\"[^\"\n]*+\"|'[^'\n]*+')[ \t]*+\.[ \t]*+"
_DOTTED = re.compile(rb"(?<![\w-])(?:%s){%d}" % (_STEP, MAX_DOTS + 1))

Model = TypeVar("Model", bound=BaseModel)


def parse(data: bytes, name: str) -> dict[str, Any]:
    """The tables of a TOML file.

    Raises:
        Refused: it is too large, too deep, not UTF-8 or not TOML; the message names line and reason.
    """
    if len(data) > MAX_BYTES:
        raise Refused(f"{name} is larger than {MAX_BYTES // 2**20} MiB")
    for number, line in enumerate(data.split(b"\n"), 1):
        if len(line) > MAX_LINE:
            raise Refused(f"{name}, line {number}: longer than {MAX_LINE // 2**10} KiB")
    if _DOTTED.search(data):
        raise Refused(f"{name}: a key with more than {MAX_DOTS} dots")
    try:
        return tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(f"{name} is not TOML: {error}", f"mend it in an editor: {name}") from None


def model(kind: type[Model], data: bytes, name: str) -> Model:
    """The file as a checked model.

    Raises:
        Refused: see `parse`; or a value has the wrong type, named by its key.
    """
    return checked(kind, parse(data, name), name)


def checked(kind: type[Model], tables: dict[str, Any], name: str) -> Model:
    try:
        return kind.model_validate(tables)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(step) for step in first["loc"])
        raise Refused(f"{name}: {key}: {first['msg']}", f"mend it in an editor: {name}") from None


def dump(tables: dict[str, Any]) -> bytes:
    """Canonical TOML: keys as given, tables as given, `\\n` ends, long texts over several lines."""
    plain = tomli_w.dumps(tables)
    # A carriage return does not survive in a text over several lines.
    return (plain if "\\r" in plain else tomli_w.dumps(tables, multiline_strings=True)).encode()


def dump_model(value: BaseModel) -> bytes:
    return dump(value.model_dump(exclude_none=True, exclude_defaults=False))
