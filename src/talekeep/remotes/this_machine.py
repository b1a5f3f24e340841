"""What is kept about this machine with its user, outside of every dataset."""

import os
import secrets
import sys
from pathlib import Path

from talekeep.store.files import outside
from talekeep.store.files import replace


def user_state() -> Path:
    """The folder for this user's state on this machine (XDG_STATE_HOME and its like)."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "talekeep"
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/talekeep"
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state") / "talekeep"


def machine_id(folder: Path) -> str:
    """A random id, made once on this machine, that says nothing about it.

    Raises:
        Outside: it can be neither read nor written.
    """
    place = folder / "machine"
    try:
        if not place.exists():
            replace(place, secrets.token_hex(16).encode())
        return place.read_text(encoding="ascii", errors="replace").strip()
    except OSError as error:
        raise outside(f"cannot read {place}", error) from error


def machine_label(folder: Path) -> str | None:
    """What its user calls this machine in mirrors; None where nobody was asked yet.

    Raises:
        Outside: it cannot be read.
    """
    try:
        return (folder / "label").read_text(encoding="ascii", errors="replace").strip() or None
    except FileNotFoundError:
        return None
    except OSError as error:
        raise outside(f"cannot read {folder / 'label'}", error) from error


def set_machine_label(folder: Path, label: str) -> None:
    """Call this machine so in mirrors from now on.

    Raises:
        Outside: it cannot be written.
    """
    replace(folder / "label", label.encode("ascii"))
