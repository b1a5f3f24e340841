"""`tail`: what follows the last reply. It is not trained, and some trainers refuse or drop the entry."""

from talekeep.training.base import Context
from talekeep.training.base import Draft

NAME = "tail"
HELP = "Messages after the last reply: keep or drop them; an entry without any reply is dropped with them."
VALUES: tuple[str, ...] = ("keep", "drop")


def apply(draft: Draft, value: str, context: Context) -> list[Draft]:
    """user, assistant, user → user, assistant"""
    messages = draft.messages
    end = next((n for n in range(len(messages), 0, -1) if messages[n - 1].get("role") == "assistant"), 0)
    if value == "keep" or "chosen" in draft.entry:
        # A pair is the reply to a prompt that stands last.
        return [draft]
    return [draft.with_messages(messages[:end], loss="messages after the last reply")] if end else []
