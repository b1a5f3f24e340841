"""`developer`: messages of the role developer."""

from talekeep.training.base import Context
from talekeep.training.base import Draft

NAME = "developer"
HELP = "Messages of the role developer: keep the role, or write them as system messages."
VALUES: tuple[str, ...] = ("keep", "system")


def apply(draft: Draft, value: str, context: Context) -> list[Draft]:
    if value == "keep":
        return [draft]
    messages = [{**m, "role": "system"} if m.get("role") == "developer" else m for m in draft.messages]
    return [draft.with_messages(messages, alteration="developer messages written as system messages")]
