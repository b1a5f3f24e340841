"""`kto`: `{"prompt": [messages], "completion": [reply], "label": bool}`.

Source: TRL's conversational unpaired-preference format.
"""

from typing import Any

from talekeep.training.base import Draft
from talekeep.training.base import Rows
from talekeep.training.base import key_losses
from talekeep.training.writers.messages import message_rows
from talekeep.training.writers.messages import row_alterations

NAME = "kto"
TITLE = "Replies with a good or bad label (KTO)"


def write(draft: Draft) -> Rows:
    label = label_of(draft.entry)
    messages = message_rows(draft.messages)
    if label is None:
        return Rows((), ("whole entries: no label",))
    if not messages or messages[-1].get("role") != "assistant":
        return Rows((), ("whole entries: the last message is no reply",))
    row: dict[str, Any] = {"prompt": messages[:-1], "completion": messages[-1:], "label": label}
    row |= {"tools": draft.entry["tools"]} if "tools" in draft.entry else {}
    return Rows((row,), tuple(key_losses(draft, ("label", "kto_tag", "tools"))), row_alterations(draft))


def label_of(entry: dict[str, Any]) -> bool | None:
    """The verdict on the last reply, as `label` or as LLaMA-Factory's `kto_tag`."""
    value = entry.get("label", entry.get("kto_tag"))
    return value if isinstance(value, bool) else None
