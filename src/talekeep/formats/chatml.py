"""ChatML: `{"messages": [{"role": …, "content": …}]}`, as OpenAI, Hugging Face and LLaMA-Factory v1 write it.

This is the shape entries have at home, so writing is nearly nothing and reading is about roles: aliases
become roles, the names of speakers become `name`, tool calls told as text become `tool_calls`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from talekeep.core.entry import Entry
from talekeep.core.entry import Message
from talekeep.core.entry import has_plain_roles
from talekeep.core.entry_edit.speakers import Speaker
from talekeep.core.errors import BadRecord
from talekeep.formats.base import Alternative
from talekeep.formats.base import Reading
from talekeep.formats.base import Written
from talekeep.formats.base import others_lost
from talekeep.formats.conversation.calls import calls_of
from talekeep.formats.conversation.identity import Shape
from talekeep.formats.conversation.identity import digest
from talekeep.formats.conversation.identity import identify
from talekeep.formats.conversation.identity import padding
from talekeep.formats.conversation.identity import unpadded
from talekeep.formats.conversation.roles import canonical_role
from talekeep.formats.conversation.roles import cast
from talekeep.formats.conversation.roles import is_call
from talekeep.formats.conversation.roles import label_of
from talekeep.formats.conversation.roles import mends_in

NAME = "chatml"
TITLE = "ChatML messages"
SAMPLE = """\
{"messages":[{"role":"user","content":"Who goes there?"},{"role":"assistant","content":"A friend."}]}"""
KEYS = frozenset({"messages"})

SYSTEM_KEYS = ("system", "system_prompt", "systemPrompt", "system_message")

_OTHER_ROLE = {"from", "speaker"}
_OTHER_CONTENT = {"value", "text", "message", "msg", "mes"}


def claims(record: dict[str, Any]) -> bool:
    """True if `messages` is a list, unless its objects tell role and text under other keys."""
    messages = record.get("messages")
    if not isinstance(messages, list):
        return False
    return not messages or any(not isinstance(m, dict) or _is_ours(m) for m in messages)


def _is_ours(message: Message) -> bool:
    foreign = not _OTHER_ROLE.isdisjoint(message) and "role" not in message
    return "content" in message if not _OTHER_CONTENT.isdisjoint(message) else not foreign


def read(record: dict[str, Any]) -> Reading:
    """Read one record.

    The shape keeps what the entry has no place for, so that nothing of the file is lost: `id`, `tags`
    (see `identify`), `padding` (keys whose nulls were dropped), `originals` (messages whose label cannot
    be told from what became of them, by its digest).

    Raises:
        BadRecord: no messages, or one that is no object, has no role, or a role that names nobody.
    """
    given = record.get("messages")
    if not isinstance(given, list) or not given:
        raise BadRecord("it has no messages")
    if isinstance(given[0], dict) and "content" not in given[0]:
        _require_content(given)
    beside = system_beside(record, given)
    if beside is not None:
        given = [{"role": "system", "content": record[beside]}, *given]
    settled = settle(given)
    taken = ("messages",) if beside is None else ("messages", beside)
    entry, foreign_id, shape = identify(record, settled.messages, taken)
    if settled.nulls:
        shape["padding"] = list(settled.nulls)
    pairs = () if settled.messages is given else zip(given, settled.messages, strict=True)
    odd = [pair for pair in pairs if _says_more(*pair)]
    if odd:
        shape["originals"] = {digest([message]): given for given, message in odd}
    return Reading(entry, foreign_id, shape or None, settled.named(), mended=settled.mended)


# Keys that say something themselves, or are no text of a message.
_SAYS = {
    "tool_calls",
    "function_call",
    "reasoning_content",
    "reasoning",
    "thinking",
    "refusal",
    "audio",
    "images",
}
_NO_TEXT = {"role", "name", "id", "weight", "train", "loss_weight", "tool_call_id", "content"}


def _require_content(messages: list[Any]) -> None:
    """See that not every message says something under a key that nobody reads.

    Raises:
        BadRecord: none has content, and one has texts under other keys.
    """
    given = [message for message in messages if isinstance(message, dict)]
    if any("content" in message or not _SAYS.isdisjoint(message) for message in given):
        return
    texts = (
        key for message in given for key in message.keys() - _NO_TEXT if isinstance(message[key], str | list)
    )
    if any(texts):
        keys = dict.fromkeys(key for message in given for key in message)
        raise BadRecord(f"its messages have no content (keys: {', '.join(keys)})")


def system_beside(record: dict[str, Any], messages: list[Any]) -> str | None:
    """The key beside a conversation under which its system prompt stands, None where there is none.

    A conversation with a system prompt of its own keeps it, and the key.
    """
    key = next((key for key in SYSTEM_KEYS if key in record), None)
    if key is None or not isinstance(record[key], str) or not record[key].strip():
        return None
    first = messages[0] if messages else None
    has_system = isinstance(first, dict) and canonical_role(first.get("role")) in ("system", "developer")
    return None if has_system else key


@dataclass(frozen=True, slots=True)
class Settled:
    """Messages with roles of ours, who speaks in them by label, the keys whose nulls were dropped, and how
    many labels were put right, by kind."""

    messages: list[Message]
    speakers: dict[str, Speaker]
    nulls: tuple[str, ...]
    mended: dict[str, int] = field(default_factory=dict)

    def named(self) -> dict[str, str]:
        return {label: str(speaker) for label, speaker in self.speakers.items()}

    def also(self, messages: Sequence[Message]) -> list[Message]:
        """Other messages whose labels were settled with these."""
        return [_message(unpadded(message, self.nulls), self.speakers) for message in messages]


def settle(given: list[Any]) -> Settled:
    """Settle who speaks in messages whose `role` is any label.

    Raises:
        BadRecord: a message is no object, has no role, or one that names nobody.
    """
    nulls = padding(given)
    if not nulls and has_plain_roles(given):
        # Most records: everything is as it should be already.
        return Settled(given, {}, ())
    labels = [label_of(message, "role", number) for number, message in enumerate(given, 1)]
    speakers = cast(labels)
    messages = [_message(unpadded(message, nulls), speakers) for message in given]
    return Settled(messages, speakers, nulls, mends_in(labels))


def _message(message: Message, speakers: dict[str, Speaker]) -> Message:
    label = message["role"]
    if is_call(label):
        return _called(message)
    speaker = speakers.get(label.strip())
    if speaker is None:
        role = canonical_role(label)
        return message if role == label else message | {"role": role}
    own = message.get("name")
    if not speaker.slug:
        return message | {"role": speaker.role}
    return message | {"role": speaker.role, "name": own if isinstance(own, str) and own else speaker.slug}


def _called(message: Message) -> Message:
    """The message as tool calls where its text is one, else as the assistant's words."""
    text = message.get("content")
    calls = None if "tool_calls" in message else calls_of(text)
    if calls is None:
        return message | {"role": "assistant", "content": text}
    return message | {"role": "assistant", "content": None, "tool_calls": calls}


def _says_more(turn: Message, message: Message) -> bool:
    """True if the label, or the name it displaced, cannot be told from the message."""
    if turn is message:
        return False
    if is_call(turn["role"]):
        return message["content"] is not None
    return canonical_role(turn["role"]) is None and turn.get("name") is not None


def write(
    entry: Entry,
    *,
    shape: Shape | None = None,
    foreign_id: str | int | None = None,
    clean: bool = False,
    alternatives: Sequence[Alternative] = (),
) -> Written:
    """The entry as it is; clean: its messages and tools alone.

    `shape` and `foreign_id` are not used: what reading made canonical stays so, because trainers refuse
    the spellings and null padding that a source may have had.
    """
    if not clean:
        return Written(entry, others_lost(alternatives))
    clean_record: dict[str, Any] = {key: entry[key] for key in ("messages", "tools") if key in entry}
    return Written(clean_record, others_lost(alternatives))
