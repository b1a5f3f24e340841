"""How calls of tools and their results follow each other in a conversation."""

import json
import re
from collections.abc import Callable
from collections.abc import Iterator
from itertools import pairwise

from talekeep.core.content import take_apart
from talekeep.core.entry import Message
from talekeep.training.policies.names import is_tool

# mistral-common 1.13.1: ids of calls are nine letters or digits.
_SHORT_ID = re.compile(r"[a-zA-Z0-9]{9}")


def has_text_and_calls(message: Message) -> bool:
    content = take_apart(message)
    return bool(content.text) and bool(content.calls)


def unanswered(messages: list[Message]) -> bool:
    """Whether a call has fewer results before the next reply than it has calls. The last reply needs none."""
    return any(results < calls for calls, results, is_last in _answers(messages) if not is_last)


def unasked(messages: list[Message]) -> bool:
    """Whether there are more results than calls, or a result that follows neither a call nor a result."""
    roles = [message.get("role") for message in messages]
    follows = any(b == "tool" and a not in ("assistant", "tool") for a, b in pairwise([None, *roles]))
    return follows or any(results > calls for calls, results, _ in _answers(messages))


def _answers(messages: list[Message]) -> Iterator[tuple[int, int, bool]]:
    """For each reply, and for what stands before the first: its calls, the results up to the next reply, and
    whether there is no next one."""
    calls, results = 0, 0
    for message in messages:
        if message.get("role") == "assistant":
            yield calls, results, False
            calls, results = len(take_apart(message).calls), 0
        elif is_tool(message):
            results += 1
    yield calls, results, True


def results_in_a_row(messages: list[Message]) -> bool:
    """Whether a result has another result or a user message right before or after it."""
    prompts = [is_tool(m) or m.get("role") == "user" for m in messages]
    pairs = pairwise(zip(messages, prompts, strict=True))
    return any(p and q and (is_tool(a) or is_tool(b)) for (a, p), (b, q) in pairs)


def ids(messages: list[Message]) -> Iterator[str]:
    """The ids of calls and of results, "" where one is missing."""
    for message in messages:
        yield from (str(call.get("id") or "") for call in take_apart(message).calls)
        if message.get("role") == "tool":
            yield str(message.get("tool_call_id") or "")


def with_ids(messages: list[Message], named: Callable[[str, str], str]) -> list[Message]:
    """The messages with an id on every call and result of `tool_calls`.

    assistant calls look() and go(), tool "Dark.", tool "Done."
    → ids "1.0" and "1.1", if `named` gives the place; the results answer them in this order.

    Args:
        named: the new id out of the id a call has ("" without one) and its place, `message.call`.
    """
    result: list[Message] = []
    waiting: list[str] = []
    for message in messages:
        if isinstance(message.get("tool_calls"), list):
            calls = [call for call in message["tool_calls"] if isinstance(call, dict)]
            waiting = [named(str(c.get("id") or ""), f"{len(result)}.{n}") for n, c in enumerate(calls)]
            named_calls = [{**call, "id": own} for call, own in zip(calls, waiting, strict=True)]
            message = {**message, "tool_calls": named_calls}
        elif message.get("role") == "tool":
            given = str(message.get("tool_call_id") or "")
            own = named(given, given) if given else next(iter(waiting), "")
            waiting = [each for each in waiting if each != own]
            message = {**message, "tool_call_id": own}
        result.append(message)
    return result


def is_short_id(text: str) -> bool:
    return _SHORT_ID.fullmatch(text) is not None


def has_broken_arguments(message: Message) -> bool:
    """Whether the arguments of a call are a string that is no JSON."""
    for call in take_apart(message).calls:
        function = call.get("function")
        arguments = function.get("arguments") if isinstance(function, dict) else None
        if isinstance(arguments, str):
            try:
                json.loads(arguments)
            except ValueError:
                return True
    return False
