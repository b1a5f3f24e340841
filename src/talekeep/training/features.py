"""Features of a conversation that at least one trainer handles differently from the others."""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import TypeAlias

from talekeep.core.content import take_apart
from talekeep.core.entry import Message
from talekeep.training import control_tokens
from talekeep.training import tool_schema
from talekeep.training import tool_turns
from talekeep.training.base import Draft
from talekeep.training.policies.empty import is_empty_reply
from talekeep.training.policies.greeting import split_greeting
from talekeep.training.policies.names import is_tool
from talekeep.training.policies.tool_schemas import names_in
from talekeep.training.policies.weights import KEYS
from talekeep.training.policies.weights import weight_of

Feature: TypeAlias = str
_Test: TypeAlias = Callable[[Draft, list[Message]], bool]


def _roles(messages: list[Message]) -> list[str]:
    return [str(message.get("role")) for message in messages]


def _replies(messages: list[Message]) -> list[Message]:
    return [message for message in messages if message.get("role") == "assistant"]


def _prompts(messages: list[Message]) -> list[Message]:
    return [message for message in messages if message.get("role") != "assistant"]


def _same_role(draft: Draft, messages: list[Message]) -> bool:
    return any(a == b and a in ("user", "assistant") for a, b in pairwise(_roles(messages)))


def _system_after_reply(draft: Draft, messages: list[Message]) -> bool:
    return any(a == "assistant" and b in ("system", "developer") for a, b in pairwise(_roles(messages)))


def _calls(draft: Draft, messages: list[Message]) -> bool:
    return any(take_apart(message).calls for message in messages) or any(map(is_tool, messages))


def _media(draft: Draft, messages: list[Message]) -> bool:
    return any(take_apart(message).media for message in messages)


def _parts(draft: Draft, messages: list[Message]) -> bool:
    return any(isinstance(message.get("content"), list) for message in messages)


def _weight_zero(draft: Draft, messages: list[Message]) -> bool:
    return any(weight_of(message) == 0 for message in _replies(messages))


def _zero_elsewhere(draft: Draft, messages: list[Message]) -> bool:
    return any(weight_of(message) == 0 and "weight" not in message for message in _replies(messages))


def _weight_between(draft: Draft, messages: list[Message]) -> bool:
    return any(weight_of(message) not in (None, 0, 1) for message in _replies(messages))


def _last_is_prompt(draft: Draft, messages: list[Message]) -> bool:
    return bool(messages) and messages[-1].get("role") != "assistant"


def _only_last_trained(draft: Draft, messages: list[Message]) -> bool:
    trained = [message for message in _replies(messages) if weight_of(message) != 0]
    return bool(draft.entry.get("tools")) and len(trained) > (messages[-1] in trained)


def _of_definitions(test: Callable[[tool_schema.Definition], bool]) -> _Test:
    """Whether a definition in `tools` passes a test."""
    return lambda draft, _: any(map(test, tool_schema.definitions(draft.entry.get("tools")) or ()))


# Feature → whether a draft has it.
_TESTS: Mapping[Feature, _Test] = MappingProxyType(
    {
        "no reply": lambda _, messages: "assistant" not in _roles(messages),
        "greeting first": lambda _, messages: bool(split_greeting(messages)[1]),
        "same role twice": _same_role,
        "system inside": lambda _, messages: "system" in _roles(messages)[1:],
        "developer": lambda _, messages: "developer" in _roles(messages),
        "tool calls": _calls,
        "media": _media,
        "content parts": _parts,
        "reasoning": lambda _, messages: any(take_apart(message).reasoning for message in messages),
        "speaker names": lambda _, messages: any("name" in m and not is_tool(m) for m in messages),
        "weight 0": _weight_zero,
        "empty reply": lambda _, messages: any(map(is_empty_reply, messages)),
        "last is no reply": _last_is_prompt,
        "media keys": lambda draft, _: any(key in draft.entry for key in ("images", "videos", "audios")),
        "system after a reply": _system_after_reply,
        "text beside a call": lambda _, messages: any(map(tool_turns.has_text_and_calls, messages)),
        "call without result": lambda _, messages: tool_turns.unanswered(messages),
        "result without call": lambda _, messages: tool_turns.unasked(messages),
        "results in a row": lambda _, messages: tool_turns.results_in_a_row(messages),
        "call without id": lambda _, messages: not all(tool_turns.ids(messages)),
        "call ids": lambda _, messages: not all(map(tool_turns.is_short_id, tool_turns.ids(messages))),
        "arguments no JSON": lambda _, messages: any(map(tool_turns.has_broken_arguments, messages)),
        "tool definitions": lambda draft, _: "tools" in draft.entry,
        "replies with tools": _only_last_trained,
        "no content": lambda _, messages: any(m.get("content", "") is None for m in messages),
        "weights": lambda _, messages: any(key in message for message in messages for key in KEYS),
        "other weights": lambda _, messages: any(
            key in m for m in messages for key in KEYS if key != "weight"
        ),
        "weight 0 elsewhere": _zero_elsewhere,
        "weight between": _weight_between,
        "weight on a prompt": lambda _, messages: any("weight" in message for message in _prompts(messages)),
        "trained prompt": lambda _, messages: any(message.get("weight") for message in _prompts(messages)),
        "tools are no list": lambda draft, _: (
            "tools" in draft.entry and tool_schema.definitions(draft.entry["tools"]) is None
        ),
        "tools are no JSON": lambda draft, _: (
            "tools" in draft.entry and tool_schema.parsed(draft.entry["tools"]) is None
        ),
        "tool without properties": _of_definitions(lambda each: not tool_schema.has_properties(each)),
        "choices are no text": _of_definitions(tool_schema.has_odd_choices),
        "tool schema": _of_definitions(lambda each: not tool_schema.is_valid(each)),
        "tool form": _of_definitions(lambda each: not tool_schema.is_wrapped(each)),
        "tool names": lambda draft, _: not all(map(tool_schema.is_name, names_in(draft))),
    }
)
CONTROL: Feature = "control tokens"
FEATURES: tuple[Feature, ...] = (*_TESTS, CONTROL)


def features_of(draft: Draft, tokens: Collection[str] = control_tokens.ALL) -> list[Feature]:
    """The features of a draft, in the order of the table.

    Args:
        tokens: the control tokens of the model.
    """
    messages = draft.messages
    features = [feature for feature, test in _TESTS.items() if test(draft, messages)]
    return [*features, CONTROL] if control_tokens.has_any(messages, tokens) else features
