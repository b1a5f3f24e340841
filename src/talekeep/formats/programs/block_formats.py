"""Formats whose turns hold typed blocks: one row each."""

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import Any

from talekeep.core.entry import Entry
from talekeep.core.entry import Message
from talekeep.core.entry import messages_of as messages_of_entry
from talekeep.core.errors import BadRecord
from talekeep.formats.base import Alternative
from talekeep.formats.base import Reading
from talekeep.formats.base import Written
from talekeep.formats.base import others_lost
from talekeep.formats.base import require
from talekeep.formats.conversation.assemble import assemble
from talekeep.formats.conversation.blocks import messages_of
from talekeep.formats.conversation.identity import Shape
from talekeep.formats.conversation.identity import given_id
from talekeep.formats.conversation.identity import given_tags
from talekeep.formats.conversation.paths import MISSING
from talekeep.formats.conversation.paths import first
from talekeep.formats.conversation.paths import put
from talekeep.formats.conversation.paths import without
from talekeep.formats.programs.block_writer import ANTHROPIC
from talekeep.formats.programs.block_writer import GEMINI
from talekeep.formats.programs.block_writer import UI_MESSAGES
from talekeep.formats.programs.block_writer import Spelling
from talekeep.formats.programs.block_writer import turns_of


@dataclass(slots=True)
class BlockFormat:
    """Turns at one of the places `turns`, with blocks or a text under `blocks`; `reply` is a turn beside
    them. `claimed` decides by the first turns. `unnamed` is the role of a turn that names none."""

    NAME: str
    TITLE: str
    SAMPLE: str
    KEYS: frozenset[str]
    turns: str
    role: str
    blocks: str
    system: str
    reply: str
    claimed: Callable[[list[Any], dict[str, Any]], bool]
    dropped: tuple[str, ...] = ()
    unnamed: str = ""
    renamed: tuple[str, ...] = ()
    READ_ONLY: str = ""

    def claims(self, record: dict[str, Any]) -> bool:
        turns = first(record, self.turns)[1]
        return isinstance(turns, list) and bool(turns) and self.claimed(turns, record)

    def read(self, record: dict[str, Any]) -> Reading:
        """Read one record.

        Raises:
            BadRecord: no turns, or one without a role.
        """
        require(self.claims(record), self.TITLE)
        path, turns = first(record, self.turns)
        taken = [path]
        messages: list[Message] = []
        system_path, system = first(record, self.system) if self.system else ("", MISSING)
        if system is not MISSING and (texts := _system_text(system)):
            messages.append({"role": "system", "content": texts})
            taken.append(system_path)
        reply_path, reply = first(record, self.reply) if self.reply else ("", MISSING)
        if isinstance(reply, dict):
            turns = [*turns, reply]
            taken.append(reply_path)
        for number, turn in enumerate(turns, 1):
            messages += self._turn(turn, number)
        rest = without(record, taken)
        key = next((key for key in self.renamed if isinstance(rest.get(key), str) and "id" not in rest), None)
        if key is not None:
            rest = {"id": rest[key], **without(rest, [key])}
        if isinstance(rest.get("tools"), list):
            rest["tools"] = [_tool(tool) for tool in rest["tools"]]
        reading = assemble(rest, messages)
        places = {"turns": path, "system": system_path if system_path in taken else ""}
        places |= {"reply": reply_path} if reply_path in taken[1:] else {}
        usual = self.turns.split("|", 1)[0], self.system.split("|", 1)[0]
        at = {} if (path, places["system"]) in (usual, (usual[0], "")) and len(places) == 2 else places
        return replace(reading, shape={**(reading.shape or {}), "places": at}) if at else reading

    def _turn(self, turn: Any, number: int) -> list[Message]:
        if not isinstance(turn, dict):
            raise BadRecord(f"message {number} is not an object")
        role_key, role = first(turn, self.role)
        role = self.unnamed if role is MISSING and self.unnamed else role
        if not isinstance(role, str) or not role.strip():
            raise BadRecord(f"message {number} has no role (its keys: {', '.join(map(str, turn))})")
        key, texts = _blocks_or_text(turn, self.blocks)
        if texts is MISSING:
            raise BadRecord(f"message {number} has no text (its keys: {', '.join(map(str, turn))})")
        rest = without(turn, [role_key, key, *(one for one in self.dropped if _repeats(turn, one, texts))])
        return messages_of(role, texts if isinstance(texts, list) else [texts], rest)


@dataclass(slots=True)
class BlockWriter(BlockFormat):
    """A format of blocks that is written too."""

    spelling: Spelling = field(kw_only=True)

    def write(
        self,
        entry: Entry,
        *,
        shape: Shape | None = None,
        foreign_id: str | int | None = None,
        clean: bool = False,
        alternatives: Sequence[Alternative] = (),
    ) -> Written:
        """Write one entry; clean: the turns and the system prompt, and the tools where there are some."""
        given = shape or {}
        held = given.get("places")
        places = held if isinstance(held, dict) else {}
        messages, losses = messages_of_entry(entry), list(others_lost(alternatives))
        at = {
            name: places[name] for name in ("turns", "system", "reply") if isinstance(places.get(name), str)
        }
        record: dict[str, Any] = {"tools": entry["tools"]} if "tools" in entry and clean else {}
        if not clean:
            rest = {key: value for key, value in entry.items() if key not in ("id", "messages", "tags")}
            record = {**given_id(entry, given, foreign_id), **rest, **given_tags(entry, given)}
        head = messages[0] if messages else {}
        if head.get("role") == "system" and head.keys() == {"role", "content"} and head["content"]:
            put(record, at.get("system") or self.system.split("|", 1)[0], self._system(head["content"]))
            messages = messages[1:]
        turns, lost = turns_of(messages, self.spelling)
        if "reply" in at and turns and turns[-1].get(self.role) == self.spelling.assistant:
            kind = {"type": "message"} if "type" in self.dropped else {}
            put(record, at["reply"], {**kind, **turns.pop()})
        put(record, at.get("turns") or self.turns.split("|", 1)[0], turns)
        return Written(record, tuple(dict.fromkeys([*losses, *lost])))

    def _system(self, content: Any) -> Any:
        """A system prompt in blocks, by which Anthropic's records are known; the AI SDK has a text."""
        if self.spelling.blocks == "content":
            return [{"type": "text", "text": content}]
        return content if self.NAME == "ui-messages" else {"role": "system", "parts": [{"text": content}]}


def _blocks_or_text(turn: dict[str, Any], keys: str) -> tuple[str, Any]:
    """The blocks or the text of a turn: the first that holds anything, else the first there is."""
    held = [(key, turn[key]) for key in keys.split("|") if isinstance(turn.get(key), str | list)]
    full = next(((key, value) for key, value in held if value), None)
    return full or (held[0] if held else ("", MISSING))


def _repeats(turn: dict[str, Any], key: str, blocks: Any) -> bool:
    """False for a text beside blocks that says what they do not."""
    text = turn.get(key)
    if key != "text" or not isinstance(text, str) or not isinstance(blocks, list):
        return True
    return text.strip() in "\n".join(str(b.get("text", "")) for b in blocks if isinstance(b, dict))


def _system_text(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("parts")
    blocks = value if isinstance(value, list) else [value]
    texts = [
        block if isinstance(block, str) else block.get("text") if isinstance(block, dict) else None
        for block in blocks
    ]
    return "\n".join(text for text in texts if isinstance(text, str) and text.strip())


def _tool(tool: Any) -> Any:
    """A tool as OpenAI describes it; one described otherwise stays."""
    if not isinstance(tool, dict) or not isinstance(tool.get("input_schema"), dict):
        return tool
    rest = {key: value for key, value in tool.items() if key != "input_schema"}
    return {"type": "function", "function": {**rest, "parameters": tool["input_schema"]}}


_ANTHROPIC = {"tool_use", "tool_result", "thinking", "redacted_thinking", "server_tool_use"}


def _kinds(turns: list[Any], key: str) -> set[Any]:
    blocks = (turn.get(key) for turn in turns if isinstance(turn, dict))
    return {
        block.get("type")
        for listed in blocks
        if isinstance(listed, list)
        for block in listed
        if isinstance(block, dict) and isinstance(block.get("type", ""), str)
    }


def _is_anthropic(turns: list[Any], record: dict[str, Any]) -> bool:
    if "params" in record or isinstance(record.get("system"), list):
        return True
    if first(record, "response.type|result.message.type")[1] == "message":
        return True
    tools = record.get("tools")
    if isinstance(tools, list) and any(isinstance(tool, dict) and "input_schema" in tool for tool in tools):
        return True
    kinds = _kinds(turns, "content")
    # A text beside thinking alone is what many write; with a signature or a call it is Anthropic's.
    return bool(_ANTHROPIC & kinds)


def _has_parts(turns: list[Any], record: dict[str, Any]) -> bool:
    return all(isinstance(turn, dict) and isinstance(turn.get("parts"), list) for turn in turns)


def _is_claude(turns: list[Any], record: dict[str, Any]) -> bool:
    return isinstance(turns[0], dict) and "sender" in turns[0]


BLOCK_FORMATS = (
    BlockWriter(
        NAME="anthropic",
        TITLE="Anthropic Messages, with tools and thinking",
        SAMPLE="""\
{"system":"You keep the light.","messages":[{"role":"user","content":"How is the sea?"},
{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"look","input":{"at":"sea"}}]},
{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"rough"}]},
{"role":"assistant","content":[{"type":"text","text":"It is rough."}]}]}""",
        KEYS=frozenset({"messages", "params", "request"}),
        turns="messages|params.messages|request.messages",
        role="role",
        blocks="content",
        system="system|params.system|request.system",
        reply="response|result.message",
        claimed=_is_anthropic,
        dropped=("type",),
        spelling=ANTHROPIC,
    ),
    BlockWriter(
        NAME="ui-messages",
        TITLE="UI messages of the AI SDK, messages with parts",
        SAMPLE="""\
{"messages":[{"id":"1","role":"user","parts":[{"type":"text","text":"Who keeps the light?"}]},
{"id":"2","role":"assistant","parts":[{"type":"text","text":"Mara does."}]}]}""",
        KEYS=frozenset({"messages"}),
        turns="messages",
        role="role",
        blocks="parts",
        system="system",
        reply="",
        claimed=_has_parts,
        spelling=UI_MESSAGES,
    ),
    BlockWriter(
        NAME="gemini",
        TITLE="Gemini contents and parts",
        SAMPLE="""\
{"systemInstruction":{"role":"system","parts":[{"text":"You keep the light."}]},
"contents":[{"role":"user","parts":[{"text":"Who keeps the light?"}]},
{"role":"model","parts":[{"text":"Mara does."}]}]}""",
        KEYS=frozenset({"contents", "request"}),
        turns="contents|request.contents",
        role="role",
        blocks="parts",
        system="systemInstruction|system_instruction|request.systemInstruction|request.system_instruction",
        reply="response.candidates.0.content",
        claimed=_has_parts,
        unnamed="user",
        spelling=GEMINI,
    ),
    BlockFormat(
        NAME="claude-account",
        TITLE="Claude account exports",
        SAMPLE="""\
[{"uuid":"0193c7a0-0000-7000-8000-0000000000c1","name":"Light","chat_messages":[
{"uuid":"a","sender":"human","text":"Who keeps the light?","content":[]},
{"uuid":"b","sender":"assistant","text":"Mara does.","content":[{"type":"text","text":"Mara does."}]}]}]""",
        KEYS=frozenset({"chat_messages"}),
        turns="chat_messages",
        role="sender",
        blocks="content|text",
        system="",
        reply="",
        claimed=_is_claude,
        dropped=("text",),
        renamed=("uuid",),
        READ_ONLY="an account export, which no program takes in",
    ),
)


class Responses:
    """OpenAI's Responses: `input` and `output` as lists of items."""

    NAME = "openai-responses"
    READ_ONLY = "a log of a service, with an id for each item"
    TITLE = "OpenAI Responses"
    KEYS = frozenset({"output", "body"})
    SAMPLE = """\
{"instructions":"You keep the light.","input":"Who keeps the light?","output":[
{"type":"message","role":"assistant","content":[{"type":"output_text","text":"Mara does."}]}]}"""

    def claims(self, record: dict[str, Any]) -> bool:
        if isinstance(body := record.get("body"), dict):
            return "input" in body and "messages" not in body and isinstance(body["input"], str | list)
        output = record.get("output")
        known = {"message", "reasoning", "function_call", "function_call_output"}
        return (
            isinstance(output, list)
            and bool(output)
            and all(isinstance(item, dict) and isinstance(item.get("type"), str) for item in output)
            and bool(known & {item["type"] for item in output})
        )

    def read(self, record: dict[str, Any]) -> Reading:
        """Read one record.

        Raises:
            BadRecord: it has no messages.
        """
        require(self.claims(record), self.TITLE)
        messages: list[Message] = []
        output_path, output = first(record, "output|response.body.output")
        place, instructions = first(record, "instructions|body.instructions")
        taken = [output_path] if output_path else []
        if isinstance(instructions, str) and instructions.strip():
            messages.append({"role": "system", "content": instructions})
            taken.append(place)
        place, given = first(record, "input|body.input")
        if given is not MISSING:
            taken.append(place)
        items = (
            [{"role": "user", "content": given}]
            if isinstance(given, str)
            else given
            if isinstance(given, list)
            else []
        )
        pending: list[Any] = []
        for item in [*items, *(output if isinstance(output, list) else [])]:
            if isinstance(item, dict) and item.get("type", "message") == "message" and "content" in item:
                messages += _flushed(pending)
                content = item["content"]
                rest = {key: value for key, value in item.items() if key not in ("role", "content", "type")}
                blocks = [*pending, *(content if isinstance(content, list) else [content])]
                pending.clear()
                messages += messages_of(str(item.get("role", "assistant")), blocks, rest)
            else:
                pending.append(item)
        messages += [*_flushed(pending, last=True)]
        return assemble(without(record, taken), messages)


def _flushed(pending: list[Any], *, last: bool = False) -> list[Message]:
    """The assistant's turn of items that stand alone; reasoning waits for the message it belongs to."""
    alone = last or any(not isinstance(item, dict) or item.get("type") != "reasoning" for item in pending)
    if not pending or not alone:
        return []
    messages = messages_of("assistant", pending, {})
    pending.clear()
    return messages
