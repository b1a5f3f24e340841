"""`cut`: long scenes in pieces, cut between exchanges."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from talekeep.core.entry import Message
from talekeep.core.errors import Usage
from talekeep.training.base import Context
from talekeep.training.base import Draft
from talekeep.training.policies.greeting import PROMPTS

NAME = "cut"
HELP = (
    "Cut scenes between exchanges, into pieces of N, or of as many as --max-length has room for (length). "
    "N:M and length:M repeat the last M as context, with weight 0."
)
VALUES: tuple[str, ...] = ()
# The first exchange of a piece, the one behind its last, and how many of the first are repeated.
_Span: TypeAlias = tuple[int, int, int]


def apply(draft: Draft, value: str, context: Context) -> list[Draft]:
    if not value:
        return [draft]
    size, overlap = _numbers(value)
    head, exchanges = exchanges_in(draft.messages)
    spans = _by_count(len(exchanges), size, overlap) if size else _by_length(draft, context, overlap)
    if len(spans) < 2:
        return [draft]
    pieces = [_piece(head, exchanges[start:end], repeated) for start, end, repeated in spans]
    return [draft.with_messages(piece, alteration="long scenes cut into pieces") for piece in pieces]


def _numbers(value: str) -> tuple[int, int]:
    """Exchanges of a piece (0: as many as there is room for), and how many of them are repeated."""
    size, _, overlap = value.partition(":")
    is_number = (size == "length" or size.isdigit()) and (overlap or "0").isdigit()
    if not is_number or (size.isdigit() and int(size) <= int(overlap or 0)):
        raise Usage(f"cut {value!r} is not N, N:M with M below N, length or length:M", "--cut 20:2")
    return int(size) if size.isdigit() else 0, int(overlap or 0)


def _by_count(exchanges: int, size: int, overlap: int) -> list[_Span]:
    if exchanges <= size:
        return []
    starts = range(0, max(exchanges - overlap, 1), size - overlap)
    return [(start, start + size, overlap if start else 0) for start in starts]


def _by_length(draft: Draft, context: Context, overlap: int) -> list[_Span]:
    """Pieces of as many exchanges as there is room for; one that is too long alone is a piece of its own.

    Less is repeated where the next exchange had no room otherwise.
    """
    if not context.max_length or context.lengths is None:
        raise Usage("--cut length cuts at a length, and none is given", "--max-length 8192")
    head, sizes = _sizes(draft, context.lengths)
    spans: list[_Span] = []
    start = 0
    while start < len(sizes):
        repeated = min(overlap, start) if spans else 0
        while repeated and head + sum(sizes[start - repeated : start + 1]) > context.max_length:
            repeated -= 1
        end = start + 1
        while end < len(sizes) and head + sum(sizes[start - repeated : end + 1]) <= context.max_length:
            end += 1
        spans.append((start - repeated, end, repeated))
        start = end
    return spans


def _sizes(draft: Draft, lengths_of: Callable[[Draft], list[int]]) -> tuple[int, list[int]]:
    """The tokens of what stands before the exchanges, definitions of tools included, and of each exchange."""
    bare = {key: value for key, value in draft.entry.items() if key not in ("tools", "functions")}
    lengths = lengths_of(replace(draft, entry=bare))
    before, exchanges = exchanges_in(draft.messages)
    sizes = []
    place = len(before)
    for exchange in exchanges:
        sizes.append(sum(lengths[place : place + len(exchange)]))
        place += len(exchange)
    return sum(lengths_of(draft)) - sum(sizes), sizes


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
