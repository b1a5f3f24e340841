"""`weights`: how much a reply counts in training, in the word that the target reads."""

from typing import Any

from talekeep.core.entry import Message
from talekeep.training.base import Context
from talekeep.training.base import Draft

NAME = "weights"
HELP = "The weight of a reply: keep it, write it as `weight` 0/1, `train` or `loss_weight`, or drop it."
VALUES: tuple[str, ...] = ("keep", "weight", "train", "loss_weight", "drop")
KEYS = ("weight", "train", "loss_weight")


def apply(draft: Draft, value: str, context: Context) -> list[Draft]:
    if value == "keep":
        return [draft]
    messages = [_weighed(message, value) for message in draft.messages]
    if value == "drop":
        return [draft.with_messages(messages, loss="weights of replies")]
    return [draft.with_messages(messages, alteration=f"weights of replies written as {value!r}")]


def weight_of(message: Message) -> float | None:
    """The weight of a message (0 to 1), under whichever key it stands; None where it has none."""
    for key in KEYS:
        value: Any = message.get(key)
        if isinstance(value, int | float):
            return float(value)
    return None


def _weighed(message: Message, key: str) -> Message:
    weight = weight_of(message)
    bare = {name: value for name, value in message.items() if name not in KEYS}
    if message.get("role") != "assistant":
        # A trainer that reads a weight of a prompt trains the prompt; only loss_weight is meant so.
        kept = key == "loss_weight" and key in message
        return {**bare, key: message[key]} if kept else bare
    if weight is None or key == "drop":
        return bare
    written: Any = {"weight": int(weight > 0), "train": weight > 0}.get(key, weight)
    return {**bare, key: written}
