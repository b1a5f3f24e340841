"""`sillytavern`: the lines of a SillyTavern chat, `{"name", "is_user", "is_system", "mes"}`.

Source: SillyTavern's chat files (read at 1.13): a header line with `user_name` and `character_name`, then a
line a message. One file holds one chat, so each entry begins with a header of its own.
"""

from typing import Any

from talekeep.core.content import take_apart
from talekeep.core.entry import Message
from talekeep.training.base import Draft
from talekeep.training.base import Rows
from talekeep.training.base import key_losses
from talekeep.training.content import joins_parts
from talekeep.training.content import lost_keys
from talekeep.training.policies.names import is_tool

NAME = "sillytavern"
TITLE = "SillyTavern chat"
_NAMES = frozenset({"name"})


def write(draft: Draft) -> Rows:
    losses = key_losses(draft, ())
    alterations: list[str] = []
    lines = [_line(message, losses, alterations) for message in draft.messages]
    names = {role: _name(draft.messages, role) for role in ("user", "assistant")}
    header: dict[str, Any] = {"user_name": names["user"], "character_name": names["assistant"]}
    return Rows((header, *lines), tuple(dict.fromkeys(losses)), tuple(dict.fromkeys(alterations)))


def _name(messages: list[Message], role: str) -> str:
    named = (m["name"] for m in messages if m.get("role") == role and isinstance(m.get("name"), str))
    return next(named, {"user": "User", "assistant": "Assistant"}[role])


def _line(message: Message, losses: list[str], alterations: list[str]) -> dict[str, Any]:
    content, role = take_apart(message), str(message.get("role"))
    losses += lost_keys(message, kept=_NAMES)
    alterations += joins_parts(message)
    if is_tool(message) or not isinstance(message.get("name"), str):
        alterations.append("a name written for speakers without one")
    if role not in ("user", "assistant", "system"):
        alterations.append("messages of tools and developers written as system lines")
    losses += ["tool calls"] if content.calls else []
    losses += [f"parts of the type {kind!r}" for kind in content.media]
    is_user, is_system = role == "user", role not in ("user", "assistant")
    speaker = message.get("name") if not is_tool(message) else None
    default = "User" if is_user else role.capitalize()
    line: dict[str, Any] = {
        "name": speaker if isinstance(speaker, str) else default,
        "is_user": is_user,
        "is_system": is_system,
        "mes": content.text or "",
    }
    return {**line, "extra": {"reasoning": content.reasoning}} if content.reasoning else line
