"""`control_tokens`: `<|im_end|>` and its like in texts, which a model would read as the end of a message."""

from talekeep.training import control_tokens
from talekeep.training.base import Context
from talekeep.training.base import Draft

NAME = "control_tokens"
HELP = "Control tokens of models in texts (<|im_end|>): keep them, break them by a space, or drop them."
VALUES: tuple[str, ...] = ("keep", "break", "drop")


def apply(draft: Draft, value: str, context: Context) -> list[Draft]:
    if value == "keep":
        return [draft]
    broken = value == "break"
    messages = [control_tokens.without(m, context.control_tokens, broken=broken) for m in draft.messages]
    if broken:
        return [draft.with_messages(messages, alteration="control tokens in texts broken by a space")]
    return [draft.with_messages(messages, loss="control tokens in texts")]
