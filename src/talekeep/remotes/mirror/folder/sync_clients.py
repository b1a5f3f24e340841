"""Which sync program uploads a folder, recognised by marker files and by its settings."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

import orjson

_MARKS = ((".stfolder", "Syncthing"), (".dropbox", "Dropbox"), (".dropbox.cache", "Dropbox"))
_NEXTCLOUD = re.compile(r"\._?sync_[0-9a-f]+\.db")
UNKNOWN = "your sync program"


def client(folder: Path, home: Path, environment: Mapping[str, str]) -> str:
    """`Dropbox`, `OneDrive`, … or "your sync program"."""
    return sync_root(folder, home, environment) or UNKNOWN


def sync_root(folder: Path, home: Path, environment: Mapping[str, str]) -> str | None:
    """The program that syncs a folder; None where there is no sign of one."""
    folder = folder.resolve()
    for root in (folder, *folder.parents):
        client = _by_mark(root, home) or _by_place(root, home, environment)
        if client is not None:
            return client
    return None


def _by_mark(root: Path, home: Path) -> str | None:
    for mark, name in _MARKS:
        # Dropbox keeps its own settings in ~/.dropbox, which makes no sync root of the home folder.
        if (root / mark).exists() and (root != home.resolve() or mark != ".dropbox"):
            return name
    try:
        return "Nextcloud" if any(_NEXTCLOUD.fullmatch(e.name) for e in os.scandir(root)) else None
    except OSError:
        # A parent that cannot be listed has no marks.
        return None


def _by_place(root: Path, home: Path, environment: Mapping[str, str]) -> str | None:
    if root in [Path(v).resolve() for k, v in environment.items() if k.startswith("OneDrive") and v]:
        return "OneDrive"
    if root == home / "Library/Mobile Documents":
        return "iCloud Drive"
    if root.parent == home / "Library/CloudStorage":
        return re.split("[-_]", root.name)[0]
    return "Dropbox" if root in _dropbox(home, environment) else None


def _dropbox(home: Path, environment: Mapping[str, str]) -> list[Path]:
    roots = []
    for place in (home / ".dropbox/info.json", Path(environment.get("APPDATA", "")) / "Dropbox/info.json"):
        try:
            accounts = orjson.loads(place.read_bytes())
            roots += [Path(account["path"]).resolve() for account in accounts.values()]
        except (OSError, ValueError, AttributeError, KeyError, TypeError):
            # Not installed, or a file of another shape: then it is not told by this.
            continue
    return roots
