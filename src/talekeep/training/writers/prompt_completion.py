"""`prompt-completion`: `{"prompt": [messages], "completion": [reply]}`, one row for each trained reply.

Source: TRL's conversational prompt-completion format. Only the completion is trained, with any chat template,
so a reply with weight 0 is context and gets no row.
"""

from talekeep.core.entry import Message
from talekeep.training.base import Draft
from talekeep.training.base import Rows
from talekeep.training.base import key_losses
from talekeep.training.policies.weights import KEYS
from talekeep.training.policies.weights import weight_of
from talekeep.training.writers.messages import message_rows
from talekeep.training.writers.messages import row_alterations

NAME = "prompt-completion"
TITLE = "Prompt and completion (TRL)"


def write(draft: Draft) -> Rows:
    messages = message_rows(draft.messages)
    bare = [{key: value for key, value in message.items() if key not in KEYS} for message in messages]
    replies = [n for n, m in enumerate(messages) if n and m.get("role") == "assistant" and weight_of(m) != 0]
    if not replies:
        return Rows((), ("whole entries: no reply is trained",))
    tools = {"tools": draft.entry["tools"]} if "tools" in draft.entry else {}
    rows = tuple({"prompt": bare[:n], "completion": [bare[n]], **tools} for n in replies)
    losses = key_losses(draft, ("tools",))
    if messages[0].get("role") == "assistant":
        losses.append("greetings as trained replies (they are context)")
    losses += _lost_behind(messages[replies[-1] + 1 :])
    lost, altered = _weights(messages)
    return Rows(rows, (*losses, *lost), (*row_alterations(draft), *altered))


def _lost_behind(messages: list[Message]) -> list[str]:
    return ["messages after the last trained reply"] if messages else []


def _weights(messages: list[Message]) -> tuple[list[str], list[str]]:
    """What becomes of weights, as losses and alterations: a reply has a row or none, and nothing between."""
    weighed = [message for message in messages if weight_of(message) is not None]
    plain = [m.get("role") == "assistant" and weight_of(m) in (0, 1) for m in weighed]
    lost = [] if all(plain) else ["weights of replies"]
    return lost, ["weights of replies written as which of them have a row"] if any(plain) else []
