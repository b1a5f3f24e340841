"""A shape of the user's own, from a TOML file."""

from pathlib import Path

from talekeep.formats.shapes.shape import Shape
from talekeep.formats.shapes.shape import from_table
from talekeep.store import toml
from talekeep.store.files import read_small

_MAX_BYTES = 64 * 1024


def read_shape(file: Path) -> Shape:
    """The shape a file describes; docs/import-export.md has the keys.

    Raises:
        NotFound: no such file. Usage: it is too large, no TOML, or no shape. Refused: a line is too long.
    """
    return from_table(toml.parse(read_small(file, _MAX_BYTES, "a shape"), file.name))
