"""What may stand in a tree, what of it is laid out as a file, and which names cannot be kept everywhere.

A history may hold nearly anything: it is saved and restored as it is. Only names that git itself refuses are
refused. What would do harm as a file (links, submodules, names with control characters) stays in the history
and is never laid out.
"""

import os
import re
import stat
import unicodedata
from collections.abc import Iterable

FILE = 0o100644
TREE = 0o40000
MAX_DEPTH = 64
# What the file systems of Linux, macOS and Windows can keep, in bytes and UTF-16 units.
MAX_NAME = 255

_SUBMODULE = 0o160000
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_NOT_ON_WINDOWS = re.compile(r'[<>:"|?*\\]')
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
    if _CONTROL.search(path):
        return "its name holds control characters"
    if "\\" in path:
        return "its name would lead out of its folder on Windows"
    if os.name == "nt":
        return next((fault for name in path.split("/") if (fault := _windows_fault(name))), None)
    return None


def unportable(names: Iterable[str]) -> dict[str, str]:
    """The names in one folder that some system cannot keep, each with the reason."""
    faults: dict[str, str] = {}
    folded: dict[str, str] = {}
    for name in names:
        other = folded.setdefault(unicodedata.normalize("NFC", name).casefold(), name)
        if other != name:
            faults[name] = f"it and {other} are one name on Windows and macOS"
        elif _CONTROL.search(name):
            faults[name] = "it holds control characters"
        elif (fault := _windows_fault(name)) is not None:
            faults[name] = fault
    return faults


def _windows_fault(name: str) -> str | None:
    too_long = len(name.encode("utf-8", "surrogateescape")) > MAX_NAME
    if too_long or name.endswith((".", " ")) or _NOT_ON_WINDOWS.search(name) or is_device(name):
        return "Windows cannot keep it"
    return None


def is_device(name: str) -> bool:
    """True for a name that Windows takes for a device, such as `nul.txt`."""
    return _DEVICE.fullmatch(name.casefold()) is not None


def _is_dot_git(text: str) -> bool:
    # HFS+ drops invisible characters, NTFS trailing dots and spaces and what follows a colon.
    visible = "".join(c for c in text if unicodedata.category(c) != "Cf").casefold()
    bare = visible.partition(":")[0].rstrip(" .")
    return bare == ".git" or _GIT_SHORT.fullmatch(bare) is not None
