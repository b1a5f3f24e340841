"""What is odd in a conversation, as far as any trainer treats it in its own way."""

from collections.abc import Callable
from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import TypeAlias

from talekeep.core.entry import Message
from talekeep.training.base import Draft
from talekeep.training.content import take_apart
from talekeep.training.policies.greeting import split_greeting
from talekeep.training.policies.names import is_tool
from talekeep.training.policies.weights import weight_of

Feature: TypeAlias = str
_Test: TypeAlias = Callable[[Draft, list[Message]], bool]


def _roles(messages: list[Message]) -> list[str]:
    return [str(message.get("role")) for message in messages]


def _same_role(draft: Draft, messages: list[Message]) -> bool:
    return any(a == b and a in ("user", "assistant") for a, b in pairwise(_roles(messages)))


def _system_inside(draft: Draft, messages: list[Message]) -> bool:
    return "system" in _roles(messages)[1:]


def _calls(draft: Draft, messages: list[Message]) -> bool:
    return any(take_apart(message).calls for message in messages) or "tool" in _roles(messages)


def _media(draft: Draft, messages: list[Message]) -> bool:
    return any(take_apart(message).media for message in messages)


def _parts(draft: Draft, messages: list[Message]) -> bool:
    return any(isinstance(message.get("content"), list) for message in messages)


def _weight_zero(draft: Draft, messages: list[Message]) -> bool:
    return any(weight_of(m) == 0 for m in messages if m.get("role") == "assistant")


def _empty_reply(draft: Draft, messages: list[Message]) -> bool:
    replies = (take_apart(m) for m in messages if m.get("role") == "assistant")
    return any(not (reply.text or "").strip() and not reply.calls for reply in replies)


def _last_is_prompt(draft: Draft, messages: list[Message]) -> bool:
    return bool(messages) and messages[-1].get("role") != "assistant"


# Feature → whether a draft has it.
_TESTS: Mapping[Feature, _Test] = MappingProxyType(
    {
        "no reply": lambda _, messages: "assistant" not in _roles(messages),
        "greeting first": lambda _, messages: bool(split_greeting(messages)[1]),
        "same role twice": _same_role,
        "system inside": _system_inside,
        "developer": lambda _, messages: "developer" in _roles(messages),
        "tool calls": _calls,
        "media": _media,
        "content parts": _parts,
        "reasoning": lambda _, messages: any(take_apart(message).reasoning for message in messages),
        "speaker names": lambda _, messages: any("name" in m and not is_tool(m) for m in messages),
        "weight 0": _weight_zero,
        "empty reply": _empty_reply,
        "last is no reply": _last_is_prompt,
        "media keys": lambda draft, _: any(key in draft.entry for key in ("images", "videos", "audios")),
    }
)
FEATURES: tuple[Feature, ...] = tuple(_TESTS)


def features_of(draft: Draft) -> list[Feature]:
    """The features of a draft, in the order of the table."""
    messages = draft.messages
    return [feature for feature, test in _TESTS.items() if test(draft, messages)]
