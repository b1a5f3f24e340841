"""`llamafactory-v1`: messages whose content is a list of typed parts, with `loss_weight`.

Source: LLaMA-Factory `src/llamafactory/v1` (read at ff6d4d1): parts of the types text, reasoning, tool_call,
image_url, video_url and audio_url, each with `value`.
"""

from typing import Any

from talekeep.core.content import as_json
from talekeep.core.content import take_apart
from talekeep.core.entry import Message
from talekeep.training import tool_schema
from talekeep.training.base import Draft
from talekeep.training.base import Rows
from talekeep.training.base import key_losses
from talekeep.training.content import function_of
from talekeep.training.content import lost_keys
from talekeep.training.policies import weights
from talekeep.training.policies.weights import weight_of

NAME = "llamafactory-v1"
TITLE = "LLaMA-Factory v1 parts"
_WEIGHTS = frozenset(weights.KEYS)
_MEDIA = ("image_url", "video_url", "audio_url")


def write(draft: Draft) -> Rows:
    losses = key_losses(draft, ("tools",))
    row: dict[str, Any] = {"messages": [_message(message, losses) for message in draft.messages]}
    altered = _alterations(draft.messages)
    if "tools" in draft.entry and tool_schema.definitions(draft.entry["tools"]) == []:
        # Its template writes a heading for tools wherever there is a text, "[]" too.
        altered = (*altered, "an empty list of tools left out")
    elif "tools" in draft.entry:
        row["tools"] = as_json(draft.entry["tools"])
    return Rows((row,), tuple(dict.fromkeys(losses)), altered)


def _alterations(messages: list[Message]) -> tuple[str, ...]:
    """What every row of this shape has and a message may lack, in words."""
    typed = all(isinstance(message.get("content"), list) for message in messages)
    beside = any(
        {"reasoning_content", "tool_calls", "function_call"} & message.keys() for message in messages
    )
    weighed = all("loss_weight" in message for message in messages)
    return (
        *(() if typed and not beside else ("texts, calls and reasoning written as typed parts",)),
        *(() if weighed else ("a weight written for every message",)),
    )


def _message(message: Message, losses: list[str]) -> dict[str, Any]:
    content = message.get("content")
    given = content if isinstance(content, list) else [content] if isinstance(content, str) else []
    # Reasoning and calls that stand beside the content: those in it come in their place.
    beside = take_apart({**message, "content": None})
    parts = [{"type": "reasoning", "value": beside.reasoning}] if beside.reasoning else []
    parts += [made for part in given for made in _parts(part)]
    parts += [{"type": "tool_call", "value": _call(call)} for call in beside.calls]
    losses += [f"parts of the type {kind!r}" for kind in take_apart(message).media if kind not in _MEDIA]
    losses += lost_keys(message, kept=_WEIGHTS)
    is_reply = message.get("role") == "assistant"
    weight = weight_of(message) if is_reply else message.get("loss_weight")
    losses += ["weights of prompts"] if weight != weight_of(message) else []
    default = 1.0 if is_reply else 0.0
    return {
        "role": message.get("role"),
        "content": parts or [{"type": "text", "value": _object_text(content)}],
        "loss_weight": default if weight is None else weight,
    }


def _parts(part: Any) -> list[dict[str, Any]]:
    """A part as v1 writes it; none where it has no place there."""
    taken = take_apart({"content": [part]})
    made = [{"type": "text", "value": taken.text}] if taken.text is not None else []
    made += [{"type": "reasoning", "value": taken.reasoning}] if taken.reasoning else []
    made += [{"type": "tool_call", "value": _call(call)} for call in taken.calls]
    media = _media(part)
    return made + ([media] if media is not None else [])


def _object_text(content: Any) -> str:
    """The result of a tool that is an object, as JSON."""
    return as_json(content) if isinstance(content, dict) else ""


def _call(call: dict[str, Any]) -> str:
    name, arguments = function_of(call)
    return as_json({"name": name, "arguments": arguments})


def _media(part: Any) -> dict[str, Any] | None:
    """A part with a picture, video or sound, whose address is a string."""
    kind = part.get("type") if isinstance(part, dict) else None
    if kind not in _MEDIA:
        return None
    value = part.get("value", part.get(kind))
    address = value.get("url") if isinstance(value, dict) else value
    return {"type": kind, "value": address} if isinstance(address, str) else None
