"""Characters: one table each; messages name them by slug."""

from dataclasses import dataclass
from typing import Any

from talekeep.core.codec import decode
from talekeep.core.codec import encode
from talekeep.library.base import Kind
from talekeep.library.model import OpenModel

_PIECE = 1000
# What the text of a character may be set apart by where there are colours; each name is a hue that can be
# read on light and on dark paper.
COLOURS = (
    *(
        "teal",
        "rose",
        "green",
        "indigo",
        "amber",
        "jade",
        "magenta",
        "olive",
        "blue",
        "red",
        "forest",
        "violet",
    ),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Character(OpenModel):
    """`color` is one of `COLOURS`, "" where whoever shows it chooses. `card` is an imported character card,
    kept whole: its object, or where TOML cannot hold that its JSON in pieces."""

    name: str
    description: str = ""
    active: bool = True
    color: str = ""
    card: dict[str, Any] | list[str] | None = None


def card_of(character: Character) -> dict[str, Any] | None:
    """The card a character was imported from.

    Raises:
        BadRecord: its pieces are no JSON any more.
    """
    card = character.card
    return decode("".join(card).encode()) if isinstance(card, list) else card


def in_pieces(card: dict[str, Any]) -> list[str]:
    """A card as JSON cut into short lines, for what TOML cannot hold: nulls, very long lines, depth."""
    text = encode(card).decode().rstrip("\n")
    return [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]


KIND = Kind("characters", Character)
