"""Parts: the JSONL files under `entries/` and `sidecars/`, their names and where a new entry goes.

`entries/0000/00000-3fa9.jsonl`: folder = number ÷ 256, then the number, then a random suffix so that two
branches that each open a part never collide. Order of a dataset = part order, then line order.
"""

import re
from collections.abc import Iterable
from collections.abc import Iterator
from pathlib import Path

from talekeep.core import codec
from talekeep.core.errors import BadRecord

ENTRIES = "entries"
SIDECARS = "sidecars"
PER_FOLDER = 256
# Beside these folders; what it says is read by `store.config`.
CONFIG = "talekeep.toml"

_MAX_LINE = re.compile(rb"max_line\s*=\s*([\d_]{8,11})\b")
_PART = re.compile(r"(?:entries|sidecars)/\d{4,}/(\d{5,})-[0-9a-f]{4}\.jsonl")


def allow_long_lines(folder: Path) -> None:
    """Let lines as long as the dataset of this folder holds be read; nothing where it says nothing."""
    try:
        data = (folder / CONFIG).read_bytes()
    except OSError:
        return
    # Looked for as bytes: every command opens a dataset, and hardly any has such lines.
    if match := _MAX_LINE.search(data):
        codec.allow_lines(int(match[1]))


def is_part(path: str) -> bool:
    """True for the path of a part, of entries or of sidecars."""
    return _PART.fullmatch(path) is not None


def is_entries(path: str) -> bool:
    """True for any JSONL file under `entries/`; a hand-made one counts, so that nothing goes unseen."""
    return path.startswith(ENTRIES + "/") and path.endswith(".jsonl")


def is_sidecars(path: str) -> bool:
    """True for any JSONL file under `sidecars/`."""
    return path.startswith(SIDECARS + "/") and path.endswith(".jsonl")


def number_of(path: str) -> int:
    """The number in a part's name, -1 for a file that is not named like a part."""
    match = _PART.fullmatch(path)
    return int(match[1]) if match else -1


def name(number: int, suffix: str) -> str:
    """The path of an entries part; `suffix` is 4 hex digits."""
    return f"{ENTRIES}/{number // PER_FOLDER:04d}/{number:05d}-{suffix}.jsonl"


def sidecar_of(path: str) -> str:
    """The sidecar part that belongs to an entries part."""
    return SIDECARS + path[len(ENTRIES) :]


def in_order(paths: Iterable[str]) -> list[str]:
    """Entries parts in dataset order: by number, then by name; others after them by name."""
    return sorted((p for p in paths if is_entries(p)), key=place_in_order)


def place_in_order(path: str) -> tuple[bool, int, str]:
    """Sort key that puts parts in dataset order."""
    return not is_part(path), number_of(path), path


def lines_of(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Non-blank lines with their number from 1, split on `\\n` alone; a CR before it is no content."""
    for number, line in enumerate(data.split(b"\n"), 1):
        stripped = line.rstrip(b"\r")
        if stripped and not stripped.isspace():
            yield number, stripped


def id_of(line: bytes) -> str | None:
    """The id on a line of a part; None where there is none to be read."""
    try:
        value = codec.decode(line)
    except BadRecord:
        return None
    entry_id = value.get("id") if isinstance(value, dict) else None
    return entry_id if isinstance(entry_id, str) else None
