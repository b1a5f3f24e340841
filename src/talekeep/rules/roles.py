"""Which role a spelling means."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from talekeep.core.entry import ROLES

# The 31 spellings RoleThread Lite reads (its three roles among them), trimmed and lower case.
_SPELLINGS = {
    "user": "user usr uesr useer human humans person player input prompt instruction",
    "assistant": "assistant assistnt assitant assitstant asistant asst bot chatbot gpt model ai completion"
    " response output",
    "system": "system sys sytem systm system_prompt context",
}
ALIASES: Mapping[str, str] = MappingProxyType(
    {spelling: role for role, spellings in _SPELLINGS.items() for spelling in spellings.split()}
)
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
