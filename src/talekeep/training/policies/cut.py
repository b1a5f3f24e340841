"""`cut`: long scenes in pieces, cut between exchanges."""

from talekeep.core.entry import Message
from talekeep.core.errors import Usage
from talekeep.training.base import Context
from talekeep.training.base import Draft
from talekeep.training.policies.greeting import PROMPTS

NAME = "cut"
HELP = "Cut scenes into pieces of N exchanges; N:M repeats the last M as context, with weight 0."
VALUES: tuple[str, ...] = ()


def apply(draft: Draft, value: str, context: Context) -> list[Draft]:
    if not value:
        return [draft]
    size, overlap = _numbers(value)
    head, exchanges = exchanges_in(draft.messages)
    if len(exchanges) <= size:
        return [draft]
    step = size - overlap
    starts = range(0, max(len(exchanges) - overlap, 1), step)
    pieces = [_piece(head, exchanges[start : start + size], overlap if start else 0) for start in starts]
    return [draft.with_messages(piece, alteration="long scenes cut into pieces") for piece in pieces]


def _numbers(value: str) -> tuple[int, int]:
    size, _, overlap = value.partition(":")
    if not (size.isdigit() and (overlap or "0").isdigit()) or int(size) <= int(overlap or 0):
        raise Usage(f"cut {value!r} is not N or N:M with M below N", "--cut 20:2")
    return int(size), int(overlap or 0)


def exchanges_in(messages: list[Message]) -> tuple[list[Message], list[list[Message]]]:
    """System and developer messages at the start, and the rest in exchanges, which begin with a user message
    after a reply.

    system, user, assistant, user, user, assistant  → [system], [[user, assistant], [user, user, assistant]]
    """
    start = next((n for n, m in enumerate(messages) if m.get("role") not in PROMPTS), len(messages))
    exchanges: list[list[Message]] = []
    for before, message in zip([None, *messages[start:]], messages[start:], strict=False):
        opens = message.get("role") == "user" and (before or {}).get("role") != "user"
        if opens or not exchanges:
            exchanges.append([])
        exchanges[-1].append(message)
    return messages[:start], exchanges


def _piece(head: list[Message], exchanges: list[list[Message]], overlap: int) -> list[Message]:
    """One piece; replies of the repeated exchanges are context and are not trained twice."""
    repeated = [_untrained(message) for exchange in exchanges[:overlap] for message in exchange]
    return [*head, *repeated, *(message for exchange in exchanges[overlap:] for message in exchange)]


def _untrained(message: Message) -> Message:
    return {**message, "weight": 0} if message.get("role") == "assistant" else message
