"""`preference`: `{"prompt": [messages], "chosen": [reply], "rejected": [reply]}`.

Source: TRL's conversational preference format with an explicit prompt. The pair is the entry's `chosen` and
`rejected`, each a text, a message or a list of messages.
"""

from collections.abc import Iterator
from typing import Any

from talekeep.core.entry import Message
from talekeep.training.base import Draft
from talekeep.training.base import Rows
from talekeep.training.base import key_losses
from talekeep.training.writers.messages import message_row
from talekeep.training.writers.messages import message_rows
from talekeep.training.writers.messages import row_alterations

NAME = "preference"
TITLE = "Preference pairs (TRL)"


def write(draft: Draft) -> Rows:
    tools = {"tools": draft.entry["tools"]} if "tools" in draft.entry else {}
    rows = tuple(pair | tools for pair in pairs_of(draft))
    if not rows:
        return Rows((), ("whole entries: no chosen and rejected reply",))
    return Rows(rows, tuple(key_losses(draft, ("tools", "chosen", "rejected"))), row_alterations(draft))


def pairs_of(draft: Draft) -> Iterator[dict[str, Any]]:
    """The pairs of an entry whose last message is what `chosen` and `rejected` answer."""
    chosen, rejected = (_reply(draft.entry.get(key)) for key in ("chosen", "rejected"))
    if chosen and rejected:
        yield {"prompt": message_rows(draft.messages), "chosen": chosen, "rejected": rejected}


def _reply(value: Any) -> list[Message]:
    """A reply as a list of messages: it is a text, a message, or a list of messages."""
    if isinstance(value, str):
        return [{"role": "assistant", "content": value}]
    messages = [value] if isinstance(value, dict) else value if isinstance(value, list) else []
    return [_turn(message) for message in messages if isinstance(message, dict)]


def _turn(message: Message) -> Message:
    """A message of ours, also where it is written as a ShareGPT turn."""
    if "value" in message and "content" not in message:
        role = {"human": "user", "user": "user"}.get(str(message.get("from")), "assistant")
        return {"role": role, "content": message["value"]}
    return message_row(message)
