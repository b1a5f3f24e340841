"""`greeting`: an assistant's message before the first user message."""

from talekeep.core.content import take_apart
from talekeep.core.entry import Message
from talekeep.training.base import Context
from talekeep.training.base import Draft

NAME = "greeting"
HELP = (
    "A reply before the first user message: keep it, put a short user message before it, move it into "
    "the system prompt, or drop it."
)
VALUES: tuple[str, ...] = ("keep", "opener", "system", "drop")
OPENER = "Begin the scene."
PROMPTS = ("system", "developer")


def apply(draft: Draft, value: str, context: Context) -> list[Draft]:
    head, greetings, rest = split_greeting(draft.messages)
    if value == "keep" or not greetings:
        return [draft]
    if value == "opener":
        opened = [*head, {"role": "user", "content": OPENER}, *greetings, *rest]
        return [draft.with_messages(opened, alteration="a user message put before the greeting")]
    if value == "drop":
        return [draft.with_messages([*head, *rest], loss="greetings")]
    return [_in_system(draft, head, greetings, rest)]


def split_greeting(messages: list[Message]) -> tuple[list[Message], list[Message], list[Message]]:
    """System messages at the start, assistant messages before any other message, and the rest.

    system, assistant, user, assistant  → [system], [assistant], [user, assistant]
    """
    roles = [message.get("role") for message in messages]
    start = next((n for n, role in enumerate(roles) if role not in PROMPTS), len(roles))
    end = next((n for n, role in enumerate(roles) if n >= start and role != "assistant"), len(roles))
    return messages[:start], messages[start:end], messages[end:]


def _in_system(draft: Draft, head: list[Message], greetings: list[Message], rest: list[Message]) -> Draft:
    contents = [take_apart(m) for m in (*head, *greetings)]
    if any(content.media or content.calls for content in contents):
        # These have no place in one text.
        return draft
    prompt = {"role": "system", "content": "\n\n".join(each.text for each in contents if each.text)}
    return draft.with_messages([prompt, *rest], alteration="a greeting moved into the system prompt")
