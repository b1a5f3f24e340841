"""The kinds of lines that are parts of one conversation."""

from typing import Any

from talekeep.formats.base import Lines
from talekeep.formats.conversation.unfold import is_told
from talekeep.formats.conversation.unfold import is_turn
from talekeep.formats.conversation.unfold import of_turns
from talekeep.formats.programs.agent_sessions import SessionLines
from talekeep.formats.programs.chat_exports import OpenAssistantLines
from talekeep.formats.programs.dialogue_sets import PersonaLines
from talekeep.formats.sillytavern import ChatLines

_CONVERSATION_KEYS = (
    "conversation_id",
    "conv_id",
    "dialogue_id",
    "dialog_id",
    "chat_id",
    "thread_id",
    "session_id",
)


class TurnLines:
    """One turn a line, with or without the conversation it belongs to."""

    def is_line(self, value: dict[str, Any]) -> bool:
        return is_turn(value) or (_is_of_conversation(value) and is_told(value))

    def conversation(self, value: dict[str, Any]) -> Any:
        return next((value[key] for key in _CONVERSATION_KEYS if key in value), None)

    def goes_on(self, opened: Any, conversation: Any) -> bool:
        return bool(opened == conversation)

    def joined(self, lines: list[dict[str, Any]]) -> Any:
        key = next((key for key in _CONVERSATION_KEYS if key in lines[0]), None)
        if key is None:
            return of_turns(lines)
        turns = [{k: v for k, v in line.items() if k != key} for line in lines]
        return {"id": lines[0][key], **of_turns(turns)}


def _is_of_conversation(value: dict[str, Any]) -> bool:
    return any(key in value for key in _CONVERSATION_KEYS)


# Who needs more keys is asked first.
LINES: tuple[Lines, ...] = (ChatLines(), OpenAssistantLines(), SessionLines(), PersonaLines(), TurnLines())
# A value without any of these keys is a line of none of them.
_MARKS = (
    "mes chat_metadata user_name message_tree_id type record_type instructions history role from speaker"
    " speaker_id speaker_idx author sender user agent name who kwargs payload sessionId"
)
MARKS = frozenset(_MARKS.split())
