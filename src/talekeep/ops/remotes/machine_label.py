"""What this machine is called in mirrors: asked once, kept with the user, never in a dataset."""

import platform
import re

from talekeep.remotes import this_machine

UNNAMED = "this"
_LONGEST = 23


def known() -> str | None:
    """What its user said before; None where nobody was asked yet."""
    return this_machine.machine_label(this_machine.user_state())


def suggested() -> str:
    """The host name as it may stand in a folder name: Mara's-MacBook.local → mara-s-macbook"""
    name = re.sub(r"[^a-z0-9]+", "-", platform.node().split(".")[0].lower())[:_LONGEST].strip("-")
    return name or UNNAMED


def remember(label: str) -> None:
    """Keep a label, with which a mirror was added, for those added from now on.

    Raises:
        Outside: it cannot be kept.
    """
    this_machine.set_machine_label(this_machine.user_state(), label)
