"""`sharegpt`: `{"conversations": [{"from": "human" | "gpt" | …, "value": text}]}`.

Source: FastChat's data format and LLaMA-Factory's `sharegpt` converter: an optional `system` turn first, then
`human` or `observation` in turn with `gpt` or `function_call`. Values are always strings.
"""

import json
from collections.abc import Iterator
from typing import Any

from talekeep.core.content import as_json
from talekeep.core.content import take_apart
from talekeep.core.entry import Message
from talekeep.training.base import Draft
from talekeep.training.base import Rows
from talekeep.training.base import key_losses
from talekeep.training.content import function_of
from talekeep.training.content import joins_parts
from talekeep.training.content import lost_keys

NAME = "sharegpt"
TITLE = "ShareGPT conversations"
TWO_TURNS = "a reply and its tool calls written as two turns"
LABELS = {"system": "system", "developer": "system", "user": "human", "assistant": "gpt"}
LABELS |= {"tool": "observation", "function": "observation"}
# Keys beside the conversation that LLaMA-Factory reads in this format.
_KEPT = ("tools", "images", "videos", "audios", "chosen", "rejected", "label", "kto_tag")


def write(draft: Draft) -> Rows:
    losses = key_losses(draft, _KEPT)
    alterations: list[str] = []
    turns = [turn for message in draft.messages for turn in turns_of(message, losses, alterations)]
    row: dict[str, Any] = {"conversations": turns}
    row |= {key: draft.entry[key] for key in _KEPT if key in draft.entry}
    if "tools" in row:
        row["tools"] = as_json(row["tools"])
    for key in ("chosen", "rejected"):
        if isinstance(row.get(key), dict):
            row[key] = next(turns_of(row[key], losses, alterations), row[key])
    return Rows((row,), tuple(dict.fromkeys(losses)), tuple(dict.fromkeys(alterations)))


def turns_of(message: Message, losses: list[str], alterations: list[str]) -> Iterator[dict[str, str]]:
    """The turns of one message; what they cannot hold goes to `losses` and `alterations`.

    {"role": "assistant", "content": "Rolling.", "tool_calls": [roll]}
    → {"from": "gpt", "value": "Rolling."}, {"from": "function_call", "value": '{"name": "roll", …}'}
    """
    content = take_apart(message)
    losses += lost_keys(message)
    alterations += joins_parts(message)
    losses += [f"parts of the type {kind!r}" for kind in content.media]
    label = LABELS.get(str(message.get("role")), "human")
    if message.get("role") == "developer":
        alterations.append("developer messages written as system turns")
    text = _with_reasoning(content.text, content.reasoning, alterations)
    if text is not None and (text or not content.calls):
        yield {"from": label, "value": text}
    if content.calls:
        if text:
            alterations.append(TWO_TURNS)
        calls = [_call(call) for call in content.calls]
        yield {"from": "function_call", "value": as_json(calls[0] if len(calls) == 1 else calls)}
    elif text is None:
        alterations.append("a message without text written as an empty turn")
        yield {"from": label, "value": _object_text(message)}


def _with_reasoning(text: str | None, reasoning: str, alterations: list[str]) -> str | None:
    if not reasoning:
        return text
    alterations.append("reasoning written into the text in think tags")
    return f"<think>\n{reasoning}\n</think>\n\n{text or ''}"


def _call(call: dict[str, Any]) -> dict[str, Any]:
    name, arguments = function_of(call)
    return {"name": name, "arguments": arguments}


def _object_text(message: Message) -> str:
    """A tool result that is an object is written as JSON; anything else without text is empty."""
    content = message.get("content")
    return json.dumps(content, ensure_ascii=False) if isinstance(content, dict) else ""
