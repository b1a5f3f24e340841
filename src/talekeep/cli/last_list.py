"""`@1` to `@50`: the entries of the list that was printed last."""

import contextlib
import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any

from talekeep.core.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

    from talekeep.store.dataset import Dataset

MOST_HANDLES = 50
_FILE = "last-list.json"
_HANDLE = re.compile(r"(?:(?P<revision>.+):)?@(?P<number>\d{1,4})")
# The arguments and options of commands that name entries.
NAMES = ("entry", "entries", "words")


def remember(dataset: "Dataset", ids: Sequence[str]) -> None:
    """Keep the ids that were printed, in this clone alone; where the folder cannot be written, nothing is."""
    place = dataset.private / _FILE
    with contextlib.suppress(OSError):
        place.parent.mkdir(exist_ok=True)
        place.write_text(json.dumps(list(ids[:MOST_HANDLES])), encoding="utf-8")


def remembered(dataset: "Dataset") -> list[str]:
    """The ids of the last list; none before the first."""
    place = dataset.private / _FILE
    try:
        ids = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [each for each in ids if isinstance(each, str)] if isinstance(ids, list) else []


# Any: each command has options of its own.
def resolve_handles(opened: "Callable[[], Dataset]", values: dict[str, Any]) -> dict[str, Any]:
    """The values of a command's options with the id in place of each `@N` that names an entry.

    Args:
        opened: gives the dataset; called only where a value is such a name.

    Raises:
        NotFound: the last list had no such row.
    """
    return {name: _resolved(opened, value) if name in NAMES else value for name, value in values.items()}


def _resolved(opened: "Callable[[], Dataset]", value: Any) -> Any:  # Any: what click made of an option
    if isinstance(value, tuple):
        return tuple(_resolved(opened, each) for each in value)
    match = _HANDLE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return value
    ids, number = remembered(opened()), int(match["number"])
    if not 1 <= number <= len(ids):
        rows = f"the last list had {len(ids)} entries" if ids else "nothing was listed yet"
        raise NotFound(f"there is no @{number}: {rows}", "talekeep list")
    return f"{match['revision']}:{ids[number - 1]}" if match["revision"] else ids[number - 1]
