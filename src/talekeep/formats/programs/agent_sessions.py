"""Sessions of agents, one event a line: Claude Code, Codex, Pi, and the Hub's format of session traces.

The lines of a session are one record, `{"agent": …, "session": id, "lines": […]}`. Events that nobody said
(snapshots, token counts, summaries, side chains of sub-agents) are no messages; the shape keeps them.
"""

from typing import Any

from talekeep.core.errors import BadRecord
from talekeep.formats.base import Reading
from talekeep.formats.base import require
from talekeep.formats.conversation.assemble import assemble
from talekeep.formats.conversation.blocks import messages_of

_PI = {
    "session",
    "message",
    "model_change",
    "thinking_level_change",
    "compaction",
    "branch_summary",
    "custom",
}
_PI_ROLES = {"toolResult": "tool", "bashExecution": "tool"}


# The items of Codex, alone on their lines in its first versions and as a payload since.
_ITEMS = {
    "message",
    "reasoning",
    "function_call",
    "function_call_output",
    "custom_tool_call",
    "custom_tool_call_output",
    "local_shell_call",
    "local_shell_call_output",
}
_OLD_CODEX_HEADER = {"id", "timestamp", "instructions", "git"}


def _agent(value: dict[str, Any]) -> str | None:
    """Whose event this is; None for anything else."""
    kind = value.get("type")
    if not isinstance(kind, str):
        return "codex" if _is_old_codex_mark(value) else None
    if "sessionId" in value or (kind == "summary" and "leafUuid" in value) or kind == "file-history-snapshot":
        return "claude-code"
    if isinstance(value.get("payload"), dict) and "timestamp" in value:
        return "codex"
    if kind == "session" and isinstance(value.get("harness"), str):
        return "trace"
    if kind in _PI and ("parentId" in value or (kind == "session" and "version" in value)):
        return "pi"
    if kind == "message" and _is_message(value.get("message")):
        return "trace"
    return "codex" if _is_old_codex_item(value) else None


def _is_old_codex_mark(value: dict[str, Any]) -> bool:
    header = {"id", "timestamp", "instructions"} <= value.keys() <= _OLD_CODEX_HEADER
    return header or value.get("record_type") == "state"


def _is_old_codex_item(value: dict[str, Any]) -> bool:
    kind, content = value.get("type"), value.get("content")
    if kind == "message":
        kinds = (
            {part.get("type") for part in content if isinstance(part, dict)}
            if isinstance(content, list)
            else {}
        )
        return "role" in value and any(one in ("input_text", "output_text") for one in kinds)
    return kind in tuple(_ITEMS) and ("call_id" in value or "summary" in value)


def _is_message(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("role"), str)


class SessionLines:
    """The events of a session."""

    def is_line(self, value: dict[str, Any]) -> bool:
        return _agent(value) is not None

    def conversation(self, value: dict[str, Any]) -> Any:
        agent = _agent(value)
        begins = value.get("type") in ("session_meta", "session")
        return agent, value.get("sessionId"), begins

    def goes_on(self, opened: Any, conversation: Any) -> bool:
        agent, session, begins = conversation
        same = session is None or opened[1] is None or session == opened[1]
        return bool(agent == opened[0] and same and not begins)

    def joined(self, lines: list[dict[str, Any]]) -> Any:
        ids = (line.get("sessionId") or _payload(line).get("id") or line.get("id") for line in lines)
        session = next((name for name in ids if isinstance(name, str)), None)
        named = {key: lines[0][key] for key in ("name", "harness") if key in lines[0]}
        return {"agent": _agent(lines[0]), "session": session, **named, "lines": lines}


def _payload(line: dict[str, Any]) -> dict[str, Any]:
    payload = line.get("payload")
    return payload if isinstance(payload, dict) and line.get("type") == "session_meta" else {}


_AGENTS = ("claude-code", "codex", "pi", "trace")


class AgentSession:
    """One session as a conversation with tools."""

    NAME = "agent-session"
    READ_ONLY = "a log of events, most of which nobody said"
    TITLE = "Sessions of agents: Claude Code, Codex, Pi, session traces of the Hub"
    KEYS = frozenset({"agent"})
    SAMPLE = """\
{"type":"user","sessionId":"s1","uuid":"a","message":{"role":"user","content":"List the files."}}
{"type":"assistant","sessionId":"s1","uuid":"b","message":{"id":"m1","role":"assistant","content":[
{"type":"tool_use","id":"t1","name":"Bash","input":{"command":"ls"}}]}}
{"type":"user","sessionId":"s1","uuid":"c","message":{"role":"user","content":[
{"type":"tool_result","tool_use_id":"t1","content":"light.txt"}]}}"""

    def claims(self, record: dict[str, Any]) -> bool:
        return record.get("agent") in _AGENTS and isinstance(record.get("lines"), list)

    def read(self, record: dict[str, Any]) -> Reading:
        """Read one session.

        Raises:
            BadRecord: nobody says anything in it.
        """
        require(self.claims(record), self.TITLE)
        turns: list[tuple[str, list[Any], dict[str, Any], Any]] = []
        left: list[list[Any]] = []
        for number, line in enumerate(record["lines"]):
            turn = _turn(record["agent"], line) if isinstance(line, dict) else None
            if turn is None:
                left.append([number, line])
            elif turns and turn[3] is not None and turns[-1][3] == turn[3]:
                # One answer comes as several events with the same id.
                turns[-1][1].extend(turn[1])
            else:
                turns.append(turn)
        messages = [message for role, blocks, rest, _ in turns for message in messages_of(role, blocks, rest)]
        if not messages:
            raise BadRecord("a session in which nobody says anything")
        session = record.get("session")
        rest = {key: value for key, value in record.items() if key not in ("session", "lines")}
        reading = assemble(rest | ({"id": session} if isinstance(session, str) else {}), messages)
        shape = {**(reading.shape or {}), **({"events": left} if left else {})}
        mended = {"events of a session that are no messages": len(left)} if left else {}
        return Reading(reading.entry, reading.foreign_id, shape or None, reading.speakers, (), mended)


def _turn(agent: str, line: dict[str, Any]) -> tuple[str, list[Any], dict[str, Any], Any] | None:
    """Role, blocks, what else is known, and the id of the answer this is a part of."""
    if agent == "codex":
        return _codex_turn(line)
    message = line.get("message")
    if not isinstance(message, dict) or line.get("isSidechain") is True or line.get("isMeta") is True:
        return None
    role, content = message.get("role"), message.get("content")
    if not isinstance(role, str) or (content is None and "tool_calls" not in message):
        return None
    rest = {"model": message["model"]} if isinstance(message.get("model"), str) else {}
    if role in _PI_ROLES:
        rest |= {"tool_call_id": message.get("toolCallId"), "name": message.get("toolName")}
        rest = {key: value for key, value in rest.items() if value is not None}
    if agent == "trace":
        rest = {key: value for key, value in message.items() if key not in ("role", "content", "id")}
    blocks = content if isinstance(content, list) else [] if content is None else [content]
    return _PI_ROLES.get(role, role), list(blocks), rest, message.get("id")


def _codex_turn(line: dict[str, Any]) -> tuple[str, list[Any], dict[str, Any], Any] | None:
    """A message, or an item of the assistant's; those that follow each other are one turn."""
    item = line.get("payload", line)
    if line.get("type") not in ("response_item", *_ITEMS) or not isinstance(item, dict):
        return None
    content, kind = item.get("content"), item.get("type")
    if kind == "message" and isinstance(content, list) and isinstance(item.get("role"), str):
        return item["role"], list(content), {}, _SAME_TURN if item["role"] == "assistant" else None
    if kind not in tuple(_ITEMS) or kind == "message":
        return None
    return "assistant", [item], {}, None if str(kind).endswith("_output") else _SAME_TURN


# Stands for the id of an answer where its items have none.
_SAME_TURN = "assistant"
