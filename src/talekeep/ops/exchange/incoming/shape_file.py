"""A shape of the user's own, from a TOML file."""

from pathlib import Path

from talekeep.core.errors import NotFound
from talekeep.core.errors import Usage
from talekeep.formats.shapes.shape import Shape
from talekeep.formats.shapes.shape import from_table
from talekeep.store import toml

_MAX_BYTES = 64 * 1024


def read_shape(file: Path) -> Shape:
    """The shape a file describes; docs/import-export.md has the keys.

    Raises:
        NotFound: no such file. Usage: it is too large, no TOML, or no shape. Refused: a line is too long.
    """
    if not file.is_file():
        raise NotFound(f"there is no file {file}")
    with file.open("rb") as opened:
        data = opened.read(_MAX_BYTES + 1)
    if len(data) > _MAX_BYTES:
        raise Usage(f"{file.name} is larger than a shape can be ({_MAX_BYTES // 1024} KiB)")
    return from_table(toml.parse(data, file.name))
