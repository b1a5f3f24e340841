"""Chats as programs on a desk keep them in a file of their own: LM Studio, Google AI Studio."""

from collections.abc import Iterator
from typing import Any

from talekeep.core.entry import Message
from talekeep.core.errors import BadRecord
from talekeep.formats.base import Reading
from talekeep.formats.base import require
from talekeep.formats.conversation.assemble import Other
from talekeep.formats.conversation.assemble import assemble
from talekeep.formats.conversation.blocks import messages_of
from talekeep.formats.conversation.paths import first
from talekeep.formats.conversation.paths import without


class LMStudio:
    """LM Studio: each message has versions, one of them selected; an answer is made in steps."""

    NAME = "lm-studio"
    READ_ONLY = "a chat in the steps and settings of its program"
    TITLE = "LM Studio conversations"
    KEYS = frozenset({"messages"})
    SAMPLE = """\
{"name":"Light","systemPrompt":"You keep the light.","messages":[
{"versions":[{"type":"singleStep","role":"user","content":[{"type":"text","text":"Who keeps it?"}]}],
"currentlySelected":0},{"versions":[{"type":"multiStep","role":"assistant","steps":[
{"type":"contentBlock","content":[{"type":"text","text":"Mara does."}]}]}],"currentlySelected":0}]}"""

    def claims(self, record: dict[str, Any]) -> bool:
        return isinstance(first(record, "messages.0.versions.0")[1], dict)

    def read(self, record: dict[str, Any]) -> Reading:
        """Read one conversation; versions that are not selected are swipes.

        Raises:
            BadRecord: a message without versions, or without a role.
        """
        require(self.claims(record), self.TITLE)
        messages: list[Message] = []
        others: list[Other] = []
        system = record.get("systemPrompt")
        rest = without(record, ["messages"])
        if isinstance(system, str) and system.strip():
            messages.append({"role": "system", "content": system})
            del rest["systemPrompt"]
        for number, turn in enumerate(record["messages"], 1):
            versions, at = _versions(turn, number)
            versions_read = [_of_version(version, number) for version in versions]
            others += (
                Other(len(messages), one, "swipe")
                for place, one in enumerate(versions_read)
                if place != at and one and one != versions_read[at]
            )
            messages += versions_read[at]
        return assemble(rest, messages, others)


def _versions(turn: Any, number: int) -> tuple[list[Any], int]:
    versions = turn.get("versions") if isinstance(turn, dict) else None
    if not isinstance(versions, list) or not versions:
        raise BadRecord(f"message {number} has no versions")
    at = turn.get("currentlySelected")
    return versions, at if type(at) is int and 0 <= at < len(versions) else 0


def _of_version(version: Any, number: int) -> list[Message]:
    role = version.get("role") if isinstance(version, dict) else None
    if not isinstance(role, str) or not role.strip():
        raise BadRecord(f"message {number} has no role")
    rest = {key: value for key, value in version.items() if key not in ("type", "role", "content", "steps")}
    if isinstance(version.get("steps"), list):
        messages = [message for step in _steps(version["steps"]) for message in step]
        if not messages:
            raise BadRecord(f"message {number} has no text")
        return [*messages[:-1], {**rest, **messages[-1]}]
    if version.get("content") is None:
        raise BadRecord(f"message {number} has no text")
    content = version["content"]
    return messages_of(role, content if isinstance(content, list) else [content], rest)


def _steps(steps: list[Any]) -> Iterator[list[Message]]:
    """The assistant's messages of an answer: what stands between two results of tools is one."""
    blocks: list[Any] = []
    for step in steps:
        content = step.get("content") if isinstance(step, dict) else None
        if not isinstance(content, list):
            continue
        thinks = first(step, "style.type")[1] == "thinking"
        for part in content:
            if isinstance(part, dict) and part.get("type") == "toolCallResult":
                yield from _flushed(blocks)
                yield [
                    {
                        "role": "tool",
                        "tool_call_id": str(part.get("toolCallId")),
                        "content": part.get("content"),
                    }
                ]
            else:
                blocks.append(_block(part, thinks))
    yield from _flushed(blocks)


def _flushed(blocks: list[Any]) -> Iterator[list[Message]]:
    if blocks:
        yield messages_of("assistant", blocks, {})
        blocks.clear()


def _block(part: Any, thinks: bool) -> Any:
    if not isinstance(part, dict):
        return part
    if part.get("type") == "toolCallRequest":
        named = str(part.get("toolCallRequestId", part.get("callId", "")))
        return {"type": "tool_use", "id": named, "name": part.get("name"), "input": part.get("parameters")}
    return {"type": "thinking", "thinking": part.get("text")} if thinks and "text" in part else part


class AIStudio:
    """Google AI Studio, as it saves a prompt to Drive: `chunkedPrompt.chunks` in order."""

    NAME = "ai-studio"
    READ_ONLY = "a prompt with the settings of its service"
    TITLE = "Google AI Studio prompts, as they are saved to Drive"
    KEYS = frozenset({"chunkedPrompt"})
    SAMPLE = """\
{"runSettings":{"model":"m"},"systemInstruction":{"text":"You keep the light."},"chunkedPrompt":{"chunks":[
{"text":"Who keeps it?","role":"user"},{"text":"A short answer.","role":"model","isThought":true},
{"text":"Mara does.","role":"model"}]}}"""

    def claims(self, record: dict[str, Any]) -> bool:
        return isinstance(first(record, "chunkedPrompt.chunks.0")[1], dict)

    def read(self, record: dict[str, Any]) -> Reading:
        """Read one prompt; thoughts go with the reply behind them.

        Raises:
            BadRecord: a chunk without a role, or that holds nothing.
        """
        require(self.claims(record), self.TITLE)
        path, system = first(
            record, "systemInstruction.text|systemInstruction.parts.0.text|systemInstruction"
        )
        messages: list[Message] = []
        taken = ["chunkedPrompt.chunks"]
        if isinstance(system, str) and system.strip():
            messages.append({"role": "system", "content": system})
            taken.append(path)
        thoughts: list[str] = []
        for number, chunk in enumerate(record["chunkedPrompt"]["chunks"], 1):
            message = _of_chunk(chunk, number)
            if chunk.get("isThought") is True and isinstance(message["content"], str):
                thoughts.append(message["content"])
                continue
            if thoughts and message["role"] == "user":
                messages.append(_thought(thoughts))
            elif thoughts:
                message["reasoning_content"] = "\n".join(thoughts)
            thoughts = []
            messages.append(message)
        messages += [_thought(thoughts)] if thoughts else []
        return assemble(without(record, taken), messages)


def _thought(thoughts: list[str]) -> Message:
    return {"role": "assistant", "content": "", "reasoning_content": "\n".join(thoughts)}


def _of_chunk(chunk: Any, number: int) -> Message:
    role = chunk.get("role") if isinstance(chunk, dict) else None
    if not isinstance(role, str) or not role.strip():
        raise BadRecord(f"chunk {number} has no role")
    rest = {key: value for key, value in chunk.items() if key not in ("role", "text", "isThought", "parts")}
    text = chunk.get("text")
    if text is None:
        # A picture or a document in Drive, which the other keys name.
        held = {
            key: value for key, value in rest.items() if key.endswith(("Document", "Image", "Video", "Audio"))
        }
        if not held:
            raise BadRecord(f"chunk {number} has no text (its keys: {', '.join(map(str, chunk))})")
        return {"role": role, "content": [{"type": "drive", **held}]}
    return {**rest, "role": role, "content": text}
