"""What a tree may hold: regular files and folders, under names that do no harm anywhere."""

import re
import unicodedata

FILE = 0o100644
TREE = 0o40000
MAX_DEPTH = 64
MAX_NAME = 100

_MODES = {
    0o120000: "it is a symbolic link",
    0o160000: "it is a submodule",
    0o100755: "it is marked executable",
}
_PORTABLE = re.compile(rb"[A-Za-z0-9._-]+")
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_GIT_SHORT = re.compile(r"git~[0-9]+")


def tree_fault(name: bytes, mode: int) -> str | None:
    """Why this tree entry may not be in a dataset, None where it may."""
    if mode not in (FILE, TREE):
        return _MODES.get(mode, f"its mode is {mode:o}")
    text = name.decode("utf-8", "surrogateescape")
    if text in ("", ".", "..") or "/" in text or "\\" in text:
        return "such a name leads out of its folder"
    if _CONTROL.search(text):
        return "its name holds control characters"
    if _is_dot_git(text):
        return "its name stands for git's own folder"
    return None


def unportable(names: list[bytes]) -> str | None:
    """Why one of the names in a folder cannot be kept on every system, None where all can."""
    folded: dict[str, bytes] = {}
    for name in names:
        text = name.decode("utf-8", "backslashreplace")
        if not _PORTABLE.fullmatch(name):
            return f"{text!r} has characters other than A-Z a-z 0-9 . _ -"
        if len(name) > MAX_NAME or name.endswith(b".") or _DEVICE.fullmatch(text.casefold()):
            return f"{text!r} is a name Windows cannot keep"
        if (other := folded.setdefault(text.casefold(), name)) is not name:
            return f"{text!r} and {other.decode()!r} are one name on Windows and macOS"
    return None


def _is_dot_git(text: str) -> bool:
    # HFS+ drops invisible characters, NTFS trailing dots and spaces and what follows a colon.
    visible = "".join(c for c in text if unicodedata.category(c) != "Cf").casefold()
    bare = visible.partition(":")[0].rstrip(" .")
    return bare == ".git" or _GIT_SHORT.fullmatch(bare) is not None
