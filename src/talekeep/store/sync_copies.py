"""Conflicted copies: what sync programs put beside a file when two machines wrote it at once.

    entries/0000/00000-da86 (PC's conflicted copy 2026-01-01).jsonl      Dropbox
    entries/0000/00000-da86.sync-conflict-20260101-120000-ABCDEFG.jsonl  Syncthing
    entries/0000/00000-da86-PC.jsonl                                     OneDrive
    entries/0000/00000-da86 2.jsonl                                      iCloud

Such a file is no part: its entries are there already, under the same ids.
"""

import re
from collections.abc import Callable
from collections.abc import Iterable
from pathlib import PurePosixPath

from talekeep.store import parts


def copies(
    untracked: Iterable[str],
    tracked: Iterable[str],
    read: Callable[[str], bytes],
    read_tracked: Callable[[str], bytes],
) -> dict[str, str]:
    """The untracked files that are copies, each with the tracked file it was made of.

    Told by the name, and for entries and sidecars by the content: an id that the tracked file has too, or
    none that could be read, as in a copy that is still arriving.
    """
    by_folder: dict[str, list[str]] = {}
    result: dict[str, str] = {}
    untracked = list(untracked)
    for path in tracked if untracked else ():
        by_folder.setdefault(path.rpartition("/")[0], []).append(path)
    for path in untracked:
        candidates = by_folder.get(path.rpartition("/")[0], ())
        original = next((one for one in candidates if _is_named_after(path, one)), None)
        if original is not None and _shares_ids(path, read, original, read_tracked):
            result[path] = original
    return result


def _is_named_after(path: str, original: str) -> bool:
    copy, first = PurePosixPath(path), PurePosixPath(original)
    if parts.is_part(path) or copy.suffix != first.suffix:
        return False
    return re.fullmatch(rf"(?:.*[\W_])?{re.escape(first.stem)}(?:[\W_].*)?", copy.stem) is not None


def _shares_ids(
    path: str, read: Callable[[str], bytes], original: str, read_tracked: Callable[[str], bytes]
) -> bool:
    if not (parts.is_entries(path) or parts.is_sidecars(path)):
        return True
    ids = _ids(read(path))
    return not ids or bool(ids & _ids(read_tracked(original)))


def _ids(data: bytes) -> set[str]:
    return {result for _, line in parts.lines_of(data) if (result := parts.id_of(line)) is not None}
