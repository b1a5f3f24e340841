"""Messages as turns of typed blocks: the inverse of `conversation.blocks`."""

import json
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from talekeep.core.entry import Message
from talekeep.formats.conversation.blocks import messages_of

# Makes a block of the name, the id and the arguments of a call.
CallBlock = Callable[[Any, Any, Any], dict[str, Any]]
_TOLD = {"role", "content", "tool_calls", "reasoning_content", "reasoning_details"}


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a format spells its turns.

    `role`, `blocks`: keys of a turn. `assistant`: what it calls the assistant. `text` and `thought` make a
    block of a text, `call` of a call, `result` of the answer of a tool; `inside`: that stands in the block
    of its call.
    """

    role: str
    blocks: str
    assistant: str
    text: Callable[[str], dict[str, Any]]
    thought: Callable[[str], dict[str, Any]]
    call: CallBlock
    result: Callable[[Message], dict[str, Any]]
    result_role: str
    inside: bool = False


def turns_of(messages: Sequence[Message], spelling: Spelling) -> tuple[list[dict[str, Any]], list[str]]:
    """The turns of messages, and what a turn cannot hold."""
    turns: list[dict[str, Any]] = []
    losses: list[str] = []
    for message in messages:
        before = turns[-1][spelling.blocks] if turns else []
        if message.get("role") != "tool":
            turns.append(_turn(message, spelling))
        elif not (spelling.inside and _answer(before, message)):
            turns.append({spelling.role: spelling.result_role, spelling.blocks: [spelling.result(message)]})
    again = [m for turn in turns for m in _read(turn, spelling)]
    if again != [_labelled(message, spelling) for message in messages]:
        losses.append("what a turn of blocks cannot say of a message")
    return turns, losses


def _read(turn: dict[str, Any], spelling: Spelling) -> list[Message]:
    rest = {key: value for key, value in turn.items() if key not in (spelling.role, spelling.blocks)}
    blocks = turn[spelling.blocks]
    return messages_of(turn[spelling.role], blocks if isinstance(blocks, list) else [blocks], rest)


def _labelled(message: Message, spelling: Spelling) -> Message:
    return {**message, "role": _role(message, spelling)}


def _role(message: Message, spelling: Spelling) -> str:
    role = str(message.get("role"))
    return spelling.assistant if role == "assistant" else role


def _turn(message: Message, spelling: Spelling) -> dict[str, Any]:
    content, blocks = message.get("content"), list[Any]()
    blocks += _thoughts(message, spelling)
    calls = message.get("tool_calls")
    listed = calls if isinstance(calls, list) else []
    if isinstance(content, list):
        blocks += content
    elif isinstance(content, str) and (content or listed or blocks):
        blocks.append(spelling.text(content))
    blocks += [_call(call, spelling) for call in listed if isinstance(call, dict)]
    rest = {key: value for key, value in message.items() if key not in _TOLD}
    return {**rest, spelling.role: _role(message, spelling), spelling.blocks: blocks}


def _thoughts(message: Message, spelling: Spelling) -> list[Any]:
    """The reasoning: the blocks it was read from where they say all of it."""
    details, text = message.get("reasoning_details"), message.get("reasoning_content")
    if isinstance(details, list):
        (again,) = messages_of("assistant", details, {})[-1:] or ({},)
        if again.get("reasoning_content") == text:
            return details
    return [spelling.thought(text)] if isinstance(text, str) else []


def _call(call: Mapping[str, Any], spelling: Spelling) -> dict[str, Any]:
    function = call.get("function")
    known = function if isinstance(function, dict) else {}
    arguments = known.get("arguments")
    try:
        value = json.loads(arguments) if isinstance(arguments, str) else arguments
    except (ValueError, RecursionError):
        value = arguments
    same = json.dumps(value or {}, ensure_ascii=False) == arguments
    return spelling.call(known.get("name"), call.get("id"), value if same else arguments)


def _answer(blocks: list[Any], message: Message) -> bool:
    """Put the answer of a tool into the block of its call; False where no call waits for it."""
    waiting = [b for b in blocks if isinstance(b, dict) and "toolCallId" in b and "output" not in b]
    if not waiting or waiting[0]["toolCallId"] != message.get("tool_call_id"):
        return False
    if message.get("content") is None or message.keys() != {"role", "tool_call_id", "content"}:
        return False
    waiting[0]["output"] = message["content"]
    return True


def _named(call_id: Any, key: str) -> dict[str, Any]:
    return {key: call_id} if call_id is not None else {}


def _tool_result(message: Message) -> dict[str, Any]:
    """The answer of a tool as Anthropic writes it."""
    block = {
        "type": "tool_result",
        "tool_use_id": message.get("tool_call_id"),
        "content": message.get("content"),
    }
    return {**block, "is_error": True} if message.get("is_error") is True else block


ANTHROPIC = Spelling(
    role="role",
    blocks="content",
    assistant="assistant",
    text=lambda text: {"type": "text", "text": text},
    thought=lambda text: {"type": "thinking", "thinking": text},
    call=lambda name, own, given: {"type": "tool_use", **_named(own, "id"), "name": name, "input": given},
    result=_tool_result,
    result_role="user",
)
UI_MESSAGES = Spelling(
    role="role",
    blocks="parts",
    assistant="assistant",
    text=lambda text: {"type": "text", "text": text},
    thought=lambda text: {"type": "reasoning", "text": text},
    call=lambda name, own, given: {
        "type": "dynamic-tool",
        "toolName": name,
        "toolCallId": own,
        "input": given,
    },
    result=_tool_result,
    result_role="user",
    inside=True,
)
GEMINI = Spelling(
    role="role",
    blocks="parts",
    assistant="model",
    text=lambda text: {"text": text},
    thought=lambda text: {"text": text, "thought": True},
    call=lambda name, own, given: {"functionCall": {**_named(own, "id"), "name": name, "args": given}},
    result=lambda m: {"functionResponse": {"name": m.get("name"), "response": m.get("content")}},
    result_role="user",
)
