"""`pairs`: a reply and what stands beside it (swipes, rejected answers, branches) as preference pairs."""

from collections.abc import Iterator
from typing import Any

from talekeep.core.codec import digest
from talekeep.core.entry import Message
from talekeep.training.base import Context
from talekeep.training.base import Draft

NAME = "pairs"
HELP = "Alternatives of a reply as preference pairs: none, the first of each reply, or all."
VALUES: tuple[str, ...] = ("none", "first", "all")


def apply(draft: Draft, value: str, context: Context) -> list[Draft]:
    if value == "none":
        return [draft]
    pairs = list(pairs_of(draft, first=value == "first"))
    return [draft.noting(entry={**draft.entry, **pair}) for pair in pairs] or [draft]


def pairs_of(draft: Draft, *, first: bool) -> Iterator[dict[str, Any]]:
    """The messages up to a reply, the reply as `chosen`, and each alternative of it as `rejected`.

    user, assistant "A" (alternative "B"), user, assistant "C"
    → messages [user], chosen [A], rejected [B]
    """
    alternatives = _by_message(draft)
    for number, message in enumerate(draft.messages):
        given = alternatives.get(digest(message), [])
        for alternative in given[:1] if first else given:
            end = None if alternative.get("to_end") else number + 1
            yield {
                "messages": draft.messages[:number],
                "chosen": draft.messages[number:end],
                "rejected": [m for m in alternative["messages"] if isinstance(m, dict)],
            }


def _by_message(draft: Draft) -> dict[str, list[dict[str, Any]]]:
    """The alternatives of replies, by the digest of the message they stand for."""
    listed = draft.sidecar.get("alternatives")
    result: dict[str, list[dict[str, Any]]] = {}
    for alternative in listed if isinstance(listed, list) else ():
        if isinstance(alternative, dict) and _is_reply(alternative.get("messages")):
            result.setdefault(str(alternative.get("of")), []).append(alternative)
    return result


def _is_reply(messages: Any) -> bool:
    first: Message = messages[0] if isinstance(messages, list) and messages else {}
    return isinstance(first, dict) and first.get("role") == "assistant"
