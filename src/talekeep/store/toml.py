"""TOML that people write and may have received from others: limits before parsing, sorted when written."""

import re
import tomllib
from typing import Any

import tomli_w

from talekeep.core.errors import Refused

MAX_BYTES = 16 * 2**20
MAX_LINE = 64 * 2**10
MAX_DOTS = 32

# tomllib takes quadratic time on long dotted keys; dots without names between them are text.
_STEP = rb"(?:[\w-]++|\"[^\"\n]*+\"|'[^'\n]*+')[ \t]*+\.[ \t]*+"
_DOTTED = re.compile(rb"(?<![\w-])(?:%s){%d}" % (_STEP, MAX_DOTS + 1))


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


def dump(tables: dict[str, Any]) -> bytes:
    """Canonical TOML: keys as given, tables as given, `\\n` ends, long texts over several lines."""
    text = tomli_w.dumps(tables)
    # A carriage return does not survive in a text over several lines.
    return (text if "\\r" in text else tomli_w.dumps(tables, multiline_strings=True)).encode()
