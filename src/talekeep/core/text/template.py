"""A text put together from pieces. A placeholder is `{=name}`; what is put in its place is never looked into,
and any other brace is text.
"""

import re
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass

from talekeep.core.errors import Refused
from talekeep.core.errors import Usage

_PLACEHOLDER = re.compile(r"\{=(\w+)\}")
_TICKS = re.compile("`+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph or more; `name` is what errors call it. With `when` it is left out where that name has no
    value, without it is always there."""

    name: str
    text: str
    when: str = ""


def names_in(piece: Piece) -> list[str]:
    """The names a piece asks for, each once."""
    return list(dict.fromkeys([*([piece.when] if piece.when else []), *_PLACEHOLDER.findall(piece.text)]))


def kept(pieces: Iterable[Piece], values: Mapping[str, str]) -> list[Piece]:
    """The pieces that are there with these values."""
    return [piece for piece in pieces if not piece.when or has(values, piece.when)]


def has(values: Mapping[str, str], name: str) -> bool:
    """True where a name has a value; white space alone is none."""
    return bool(values.get(name, "").strip())


def lacking(pieces: Sequence[Piece], values: Mapping[str, str]) -> list[str]:
    """The names that pieces which are there with these values ask for, and that have no value.

    Args:
        values: every name there is, "" where it has no value.

    Raises:
        Refused: a piece is blank, or names what is not in `values`; even one that is left out.
    """
    for piece in pieces:
        _require_sound(piece, values)
    asked = (name for piece in kept(pieces, values) for name in names_in(piece))
    return list(dict.fromkeys(name for name in asked if not has(values, name)))


def _require_sound(piece: Piece, values: Mapping[str, str]) -> None:
    if not piece.text.strip():
        raise Refused(f"the text of {piece.name} is blank")
    for name in names_in(piece):
        if name not in values:
            raise Refused(f"{piece.name} asks for {{={name}}}, and there is no such setting")


def compiled(pieces: Sequence[Piece], values: Mapping[str, str]) -> str:
    """The pieces that are there with these values, filled in, with a blank line between them.

    Raises:
        Refused: see `lacking`. Usage: a name lacks its value.
    """
    empty = lacking(pieces, values)
    if empty:
        raise Usage(f"there is nothing to fill in for {', '.join(empty)}")
    return "\n\n".join(_filled(piece.text.strip("\n"), values) for piece in kept(pieces, values))


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: values[match[1]], text)


def fenced(text: str, kind: str = "") -> str:
    """The text as a code block whose fence is longer than any row of backticks in it."""
    longest = max(map(len, _TICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{kind}\n{text}\n{fence}"
