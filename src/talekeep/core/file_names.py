"""File names that not every system can keep."""

import re
import unicodedata
from collections.abc import Iterable

# What the file systems of Linux, macOS and Windows can keep, in bytes.
MAX_NAME = 255
# The folders of a dataset, and how the files in two of them are called.
_FOLDERS = ("entries", "sidecars", "library")
_PART = re.compile(r"\d{5,}-[0-9a-f]{4}\.jsonl")
# C0, DEL, C1, and the signs that turn the direction of text around.
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
_NOT_ON_WINDOWS = re.compile(r'[<>:"|?*\\]')


def misplaced(paths: Iterable[str]) -> dict[str, str]:
    """The paths of files that look like a dataset's own and are not read, because they lie elsewhere: each
    with the reason. `Entries/` is not `entries/`, though one system takes one for the other."""
    faults: dict[str, str] = {}
    for path in paths:
        folder, _, rest = path.partition("/")
        spelled = unicodedata.normalize("NFKC", folder).casefold()
        if rest and spelled in _FOLDERS and folder != spelled:
            faults[path] = f"{folder}/ is not {spelled}/"
        elif folder not in _FOLDERS and _PART.fullmatch(path.rpartition("/")[2]):
            faults[path] = "it is named like a part and lies outside entries/ and sidecars/"
    return faults


def unportable_paths(paths: Iterable[str]) -> dict[str, str]:
    """The paths some system cannot keep, each with the reason; folders count as part of what is in them."""
    faults: dict[str, str] = {}
    folders: dict[str, dict[str, str]] = {}
    for path in sorted(paths):
        steps = path.split("/")
        for depth, name in enumerate(steps):
            # Name → the first path it stands in.
            folders.setdefault("/".join(steps[:depth]), {}).setdefault(name, path)
    for inside in folders.values():
        for name, fault in unportable(inside).items():
            faults.setdefault(inside[name], f"{name}: {fault}")
    return faults


def unportable(names: Iterable[str]) -> dict[str, str]:
    """The names in one folder that some system cannot keep, each with the reason."""
    faults: dict[str, str] = {}
    folded: dict[str, str] = {}
    for name in names:
        other = folded.setdefault(unicodedata.normalize("NFC", name).casefold(), name)
        if other != name:
            faults[name] = f"it and {other} are one name on Windows and macOS"
        elif CONTROL.search(name):
            faults[name] = "it holds control characters"
        elif (fault := windows_fault(name)) is not None:
            faults[name] = fault
    return faults


def windows_fault(name: str) -> str | None:
    """Why Windows has no file of this name, None where it may."""
    too_long = len(name.encode("utf-8", "surrogateescape")) > MAX_NAME
    if too_long or name.endswith((".", " ")) or _NOT_ON_WINDOWS.search(name) or is_device(name):
        return "Windows cannot keep it"
    return None


def is_device(name: str) -> bool:
    """True for a name that Windows takes for a device, such as `nul.txt`."""
    return _DEVICE.fullmatch(name.casefold()) is not None
