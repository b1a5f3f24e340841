"""`macros`: `{{user}}` and `{{char}}`, as SillyTavern writes them."""

import re

from talekeep.core.content import with_text
from talekeep.core.entry import Message
from talekeep.training.base import Context
from talekeep.training.base import Draft

NAME = "macros"
HELP = "{{user}} and {{char}}: keep them, or write the names of the speakers."
VALUES: tuple[str, ...] = ("keep", "text")
_MACRO = re.compile(r"\{\{(user|char)\}\}|<(USER|BOT)>", re.IGNORECASE)
_USER = ("user",)


def apply(draft: Draft, value: str, context: Context) -> list[Draft]:
    if value == "keep":
        return [draft]
    names = {
        "user": _first_name(draft.messages, "user", context) or "User",
        "char": _first_name(draft.messages, "assistant", context),
    }
    messages = [_filled(message, names) for message in draft.messages]
    return [draft.with_messages(messages, alteration="macros replaced by names")]


def _first_name(messages: list[Message], role: str, context: Context) -> str:
    named = (m["name"] for m in messages if m.get("role") == role and isinstance(m.get("name"), str))
    slug = next(named, "")
    return context.name_of(slug) if slug else ""


def _filled(message: Message, names: dict[str, str]) -> Message:
    """The message with names for macros; a macro without a name stays."""

    def name(match: re.Match[str]) -> str:
        word = (match[1] or match[2]).lower()
        return names["user" if word in _USER else "char"] or match[0]

    return with_text(message, lambda text: _MACRO.sub(name, text))
