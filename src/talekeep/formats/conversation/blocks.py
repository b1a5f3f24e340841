"""Turns whose content is a list of typed blocks: texts, reasoning, tool calls and tool results.

Read are the blocks of Anthropic's Messages, Gemini's parts, the UI messages of the AI SDK, and the items of
OpenAI's Responses. What is none of these stays a content part.
"""

import json
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from talekeep.core.entry import Message

_TEXTS = {"text", "input_text", "output_text", "summary_text", "reasoning_text"}
_REASONING = {"thinking", "reasoning", "redacted_thinking", "think"}
# Marks of the AI SDK between steps; they hold nothing.
_MARKS = {"step-start"}


def messages_of(role: str, blocks: Sequence[Any], rest: Mapping[str, Any]) -> list[Message]:
    """The messages of one turn: results of tools first, then what the turn says."""
    texts: list[Any] = []
    reasoning: list[str] = []
    details: list[Any] = []
    calls: list[dict[str, Any]] = []
    results: list[Message] = []
    for block in blocks:
        kind = _kind(block)
        if isinstance(block, str):
            texts.append({"type": "text", "text": block})
        elif not isinstance(block, dict) or kind in _MARKS:
            details.extend([] if kind in _MARKS else [block])
        elif kind in _REASONING or block.get("thought") is True:
            reasoning.append(_reasoning(block))
            details.extend([block] if _says_more(block) else [])
        elif (call := _call(block)) is not None:
            calls.append(call)
            results += _result_of_call(block, call)
        elif (result := _result(block)) is not None:
            results.append(result)
        else:
            texts.append(block)
    message: Message = {"role": role, "content": _content(texts, bool(calls or reasoning))}
    if calls:
        message["tool_calls"] = calls
    if reasoning:
        message["reasoning_content"] = "\n".join(filter(None, reasoning))
    if details:
        message["reasoning_details"] = details
    empty = not texts and not calls and not reasoning
    own = [] if empty and results else [{**message, **{k: v for k, v in rest.items() if k not in message}}]
    # A call is answered after it was made, a result in a user's turn before the user speaks.
    return [*own, *results] if calls else [*results, *own]


def _kind(block: Any) -> str | None:
    kind = block.get("type") if isinstance(block, dict) else None
    return kind if isinstance(kind, str) else None


def _reasoning(block: Mapping[str, Any]) -> str:
    for key in ("thinking", "text", "reasoning", "think"):
        if isinstance(block.get(key), str):
            return str(block[key])
    summary = block.get("summary")
    texts = (
        [item.get("text") for item in summary if isinstance(item, dict)] if isinstance(summary, list) else []
    )
    return "\n".join(text for text in texts if isinstance(text, str))


def _says_more(block: Mapping[str, Any]) -> bool:
    """True for reasoning with a signature, or in a form nobody can read."""
    return not block.keys() <= {"type", "thinking", "text", "reasoning", "thought", "state", "summary"}


def _content(blocks: list[Any], others: bool) -> Any:
    """One text where all blocks are plain texts, else the blocks as they are."""
    if not blocks:
        return None if others else ""
    texts = [block.get("text") for block in blocks if _is_plain_text(block)]
    return "\n".join(texts) if len(texts) == len(blocks) else blocks


def plain_text(content: Any) -> Any:
    """The text of parts that are all plain texts; anything else as it is."""
    if not isinstance(content, list) or not content or not all(map(_is_plain_text, content)):
        return content
    return "\n".join(block["text"] for block in content)


def _is_plain_text(block: Any) -> bool:
    if not isinstance(block, dict) or not isinstance(block.get("text"), str):
        return False
    more = {key for key, value in block.items() if value not in (None, [], {})} - {"type", "text", "state"}
    return (_kind(block) or block.get("type", "text")) in tuple(_TEXTS) and not more


def _call(block: Mapping[str, Any]) -> dict[str, Any] | None:
    kind = _kind(block)
    if kind in ("tool_use", "server_tool_use"):
        return _spelled(block.get("id"), block.get("name"), block.get("input"))
    if kind == "function_call":
        return _spelled(block.get("call_id", block.get("id")), block.get("name"), block.get("arguments"))
    called = block.get("functionCall", block.get("function_call"))
    if isinstance(called, dict):
        return _spelled(called.get("id"), called.get("name"), called.get("args"))
    if kind == "tool-invocation" and isinstance(block.get("toolInvocation"), dict):
        made = block["toolInvocation"]
        return _spelled(made.get("toolCallId"), made.get("toolName"), made.get("args"))
    if (
        isinstance(kind, str)
        and (kind == "dynamic-tool" or kind.startswith("tool-"))
        and "toolCallId" in block
    ):
        name = block.get("toolName", kind.removeprefix("tool-"))
        return _spelled(block["toolCallId"], name, block.get("input", block.get("args")))
    if kind == "toolCall":
        return _spelled(block.get("id"), block.get("name"), block.get("arguments"))
    if kind == "custom_tool_call":
        return _spelled(block.get("call_id"), block.get("name"), {"input": block.get("input")})
    if kind == "local_shell_call":
        return _spelled(block.get("call_id"), "local_shell", block.get("action"))
    if isinstance(block.get("toolUse"), dict):
        made = block["toolUse"]
        return _spelled(made.get("toolUseId"), made.get("name"), made.get("input"))
    return None


def _spelled(name_of_call: Any, name: Any, arguments: Any) -> dict[str, Any] | None:
    """A tool call as OpenAI spells it."""
    if not isinstance(name, str):
        return None
    text = arguments if isinstance(arguments, str) else json.dumps(arguments or {}, ensure_ascii=False)
    call = {"type": "function", "function": {"name": name, "arguments": text}}
    return {"id": name_of_call, **call} if isinstance(name_of_call, str) else call


def _result_of_call(block: Mapping[str, Any], call: Mapping[str, Any]) -> list[Message]:
    """What a tool answered, where it stands in the block that calls it."""
    made = block.get("toolInvocation")
    holder = made if isinstance(made, dict) else block
    output = next((holder[key] for key in ("output", "result", "errorText") if key in holder), None)
    if output is None:
        return []
    return [{"role": "tool", "tool_call_id": call.get("id"), "content": _text_of(output)}]


def _result(block: Mapping[str, Any]) -> Message | None:
    kind = _kind(block)
    if kind == "tool_result":
        texts = {
            "role": "tool",
            "tool_call_id": block.get("tool_use_id"),
            "content": _text_of(block.get("content")),
        }
        return {**texts, "is_error": True} if block.get("is_error") is True else texts
    if isinstance(block.get("toolResult"), dict):
        made = block["toolResult"]
        return {
            "role": "tool",
            "tool_call_id": made.get("toolUseId"),
            "content": _text_of(made.get("content")),
        }
    if kind in ("function_call_output", "custom_tool_call_output", "local_shell_call_output"):
        return {
            "role": "tool",
            "tool_call_id": block.get("call_id"),
            "content": _text_of(block.get("output")),
        }
    answered = block.get("functionResponse", block.get("function_response"))
    if isinstance(answered, dict):
        return {"role": "tool", "name": answered.get("name"), "content": _text_of(answered.get("response"))}
    return None


def _text_of(value: Any) -> Any:
    """What a tool said as one text where that loses nothing."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(_is_plain_text(block) for block in value):
        return "\n".join(block["text"] for block in value)
    if isinstance(value, list) and any(isinstance(block, dict) and "type" in block for block in value):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)
