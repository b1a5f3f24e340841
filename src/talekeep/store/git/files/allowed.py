"""Which names and modes a tree may hold, which become files, and which names some systems cannot hold.

A history may hold nearly anything: it is saved and restored as it is. Only names that git itself refuses are
refused. What would do harm as a file (links, submodules, names with control characters) stays in the history
and is never laid out.
"""

import os
import re
import stat
import unicodedata

from talekeep.core.file_names import CONTROL
from talekeep.core.file_names import windows_fault

FILE = 0o100644
TREE = 0o40000
MAX_DEPTH = 64

_SUBMODULE = 0o160000
_GIT_SHORT = re.compile(r"git~[0-9]+")


def tree_fault(name: bytes) -> str | None:
    """Why no history with this tree entry is taken, None where it is."""
    text = name.decode("utf-8", "surrogateescape")
    if text in ("", ".", "..") or "/" in text:
        return "such a name leads out of its folder"
    if _is_dot_git(text):
        return "its name stands for git's own folder"
    return None


def kind_fault(mode: int) -> str | None:
    """What a tree entry is that no dataset may hold: a link or a submodule; None for a file."""
    if mode == _SUBMODULE:
        return "a submodule"
    return "a symbolic link" if stat.S_ISLNK(mode) else None


def not_laid_out(path: str, mode: int = FILE) -> str | None:
    """Why a path of a commit is not made a file here, None where it is."""
    if (kind := kind_fault(mode)) is not None:
        return f"it is {kind}"
    if CONTROL.search(path):
        return "its name holds control characters"
    if "\\" in path:
        return "its name would lead out of its folder on Windows"
    if os.name == "nt":
        return next((fault for name in path.split("/") if (fault := windows_fault(name))), None)
    return None


def _is_dot_git(text: str) -> bool:
    # HFS+ drops invisible characters, NTFS trailing dots and spaces and what follows a colon.
    visible = "".join(c for c in text if unicodedata.category(c) != "Cf").casefold()
    bare = visible.partition(":")[0].rstrip(" .")
    return bare == ".git" or _GIT_SHORT.fullmatch(bare) is not None
