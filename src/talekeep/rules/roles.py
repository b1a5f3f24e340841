"""Which role a spelling means."""

from typing import Any

from talekeep.core.entry import ROLES
from talekeep.core.roles import ALIASES

_CANONICAL = dict(ALIASES) | {role: role for role in ROLES}

PROMPT_ROLES = ("system", "developer")
FRAME_ROLES = ("system", "user", "assistant")


def canonical(role: Any) -> str | None:
    """The role a spelling means (`Human` → `user`); None where it means none."""
    if not isinstance(role, str):
        return None
    return _CANONICAL.get(role) or _CANONICAL.get(role.strip().lower())


def expected(index: int) -> str:
    """The role of a position where an entry is a system prompt, then user and assistant in turn."""
    return "system" if index == 0 else "user" if index % 2 else "assistant"
