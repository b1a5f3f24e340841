"""Read the value at a place of a record as messages. Their roles are still the labels of the file."""

import ast
from typing import Any

from talekeep.core.codec import decode
from talekeep.core.entry import Message
from talekeep.core.errors import BadRecord
from talekeep.formats.conversation.calls import openai_calls
from talekeep.formats.conversation.paths import MISSING
from talekeep.formats.conversation.paths import first
from talekeep.formats.conversation.paths import is_true
from talekeep.formats.conversation.paths import lookup
from talekeep.formats.conversation.paths import without
from talekeep.formats.files.marked_text import messages_in_text
from talekeep.formats.files.marked_text import transcript_in
from talekeep.formats.files.marked_text import transcript_turns
from talekeep.formats.shapes.shape import Shape

# A cell with Python's own spelling of a list is parsed by a recursive parser: only short ones are tried.
_MAX_REPR = 64 * 1024
# Where the other texts of a turn wait until it is settled who speaks; no key of a file.
SWIPES = "\0swipes"
SIDES = ("user", "assistant")


def messages_at(shape: Shape, value: Any, role: str) -> list[Message]:
    """The messages a place says; `role` is that of a text alone.

    Raises:
        BadRecord: a turn without a role or a text.
    """
    if isinstance(value, str):
        listed = parsed(value)
        if listed is None or not _holds_turns(shape, listed):
            marked = _marked(shape, value)
            return [{"role": role, "content": value}] if marked is None else marked
        value = listed
    if isinstance(value, dict):
        value = rows_of(value) or [value]
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], list):
        # A batch of one.
        value = value[0]
    if not isinstance(value, list):
        raise BadRecord(f"a conversation that is {type(value).__name__}, not text or a list")
    pair = pair_of(value)
    if pair is not None:
        return [message for exchange in value for message in _exchange(exchange, pair)]
    # Who speaks in several turns is never guessed.
    role = role if len(value) == 1 else ""
    return [_message(shape, turn, number, role) for number, turn in enumerate(value, 1)]


def turns_in(shape: Shape, value: Any) -> Any:
    """The list of turns that a text, columns or a batch of one spell; any other value as it is."""
    if isinstance(value, str):
        listed = parsed(value)
        value = value if listed is None or not _holds_turns(shape, listed) else listed
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], list):
        value = value[0]
    return (rows_of(value) or value) if isinstance(value, dict) else value


# One object an exchange, as ms-swift and Capybara write it.
PAIR_KEYS = (
    ("human", "assistant"),
    ("user", "assistant"),
    ("human", "gpt"),
    ("user", "bot"),
    ("input", "output"),
    ("instruction", "response"),
    ("question", "answer"),
    ("prompt", "response"),
    ("query", "response"),
)


def pair_of(items: list[Any]) -> tuple[str, str] | None:
    """The keys of user and assistant where each item is a whole exchange; None for other items."""
    first_one = items[0] if items else None
    likely = [pair for pair in PAIR_KEYS if pair[0] in first_one] if isinstance(first_one, dict) else []
    if not likely or not all(isinstance(item, dict) for item in items):
        return None
    return next((pair for pair in likely if all(_is_exchange(item, pair) for item in items)), None)


def _is_exchange(item: dict[str, Any], pair: tuple[str, str]) -> bool:
    return pair[0] in item and (pair[1] in item or len(item) == 1)


def _exchange(exchange: dict[str, Any], pair: tuple[str, str]) -> list[Message]:
    rest = {key: value for key, value in exchange.items() if key not in pair}
    user: Message = {"role": "user", "content": exchange[pair[0]]}
    return (
        [user, {**rest, "role": "assistant", "content": exchange[pair[1]]}] if pair[1] in exchange else [user]
    )


def _marked(shape: Shape, text: str) -> list[Message] | None:
    """The turns of a text; what somebody wrote is cut only where the shape says that it holds turns."""
    return (messages_in_text(text) or transcript_in(text)) if shape.marked else transcript_turns(text)


def spoken(messages: list[Message], speakers: Any) -> list[Message]:
    """The messages with the labels of a list beside them.

    Raises:
        BadRecord: it is no list of as many texts.
    """
    if not isinstance(speakers, list) or len(speakers) != len(messages):
        raise BadRecord("its list of speakers is not as long as that of texts")
    if not all(isinstance(speaker, str) and speaker.strip() for speaker in speakers):
        raise BadRecord("a speaker is blank or no text")
    return [{**message, "role": speaker} for message, speaker in zip(messages, speakers, strict=True)]


def _holds_turns(shape: Shape, value: list[Any] | dict[str, Any]) -> bool:
    """False for JSON that somebody wrote as a message."""
    turns = (rows_of(value) or [value]) if isinstance(value, dict) else value
    if any(isinstance(turn, str) for turn in turns):
        return shape.how == "alternate" or bool(shape.speakers)
    keyed = (first(turn, shape.text)[1] is not MISSING for turn in turns if isinstance(turn, dict))
    roles = (first(turn, shape.role)[1] is not MISSING for turn in turns if isinstance(turn, dict))
    return all(keyed) and (shape.how != "field" or all(roles))


def parsed(text: str) -> list[Any] | dict[str, Any] | None:
    """The list or object a text spells, as JSON or as Python writes it; None for any other text."""
    start, end = text.lstrip()[:1], text.rstrip()[-1:]
    if (start, end) not in (("[", "]"), ("{", "}")):
        return None
    try:
        value = decode(text.encode("utf-8", "surrogatepass"))
    except BadRecord:
        value = _repr_value(text)
    holds = isinstance(value, list) and bool(value) and all(isinstance(v, dict | str) for v in value)
    if holds and all(isinstance(v, str) for v in value):
        # `["a", "b"]` may be a text somebody wrote; only JSON as programs write it counts.
        return value if text.startswith('["') else None
    return value if holds or isinstance(value, dict) else None


def _repr_value(text: str) -> Any:
    if len(text) > _MAX_REPR or "'" not in text:
        return None
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None


def rows_of(table: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Rows of an object of lists that are equally long, as columns are stored; None for another object."""
    columns = list(table.values())
    if len(columns) < 2 or not all(isinstance(column, list) for column in columns):
        return None
    if len({len(column) for column in columns}) != 1 or not columns[0]:
        return None
    return [dict(zip(table, row, strict=True)) for row in zip(*columns, strict=True)]


def _message(shape: Shape, turn: Any, number: int, role: str) -> Message:
    if isinstance(turn, str):
        return {"role": SIDES[(number - 1) % 2], "content": turn}
    if not isinstance(turn, dict):
        raise BadRecord(f"message {number} is not an object")
    text_key, text = first(turn, shape.text)
    label, taken = _label(shape, turn, number, role)
    if text is MISSING and "tool_calls" not in turn and "content" not in turn and not _has_null(shape, turn):
        raise BadRecord(f"message {number} has no text (its keys: {', '.join(map(str, turn))})")
    parts = text_key.rpartition(".")[2] == "parts"
    message: Message = {"role": label, "content": text_of_parts(text) if parts else text}
    if text is MISSING:
        message["content"] = None
    name_key, name = first(turn, shape.name_key) if shape.name_key else ("", MISSING)
    if isinstance(name, str) and name.strip():
        message["name"] = name.strip()
        taken.append(name_key)
    rest = without(turn, [*taken, text_key] if text_key else taken)
    if text is MISSING and "content" in rest and rest["content"] is None:
        # The message says so itself.
        del rest["content"]
    if shape.swipes and isinstance(swipes := first(turn, shape.swipes)[1], list):
        rest.pop(shape.swipes, None)
        message[SWIPES] = [first(s, shape.swipe_text)[1] if isinstance(s, dict) else s for s in swipes]
    if isinstance(rest.get("tool_calls"), list):
        calls = openai_calls(rest.pop("tool_calls"))
        rest |= {"tool_calls": calls} if calls else {}
    # What the source keeps under a key that a message has itself gets another name.
    return {**{f"source_{key}" if key in message else key: held for key, held in rest.items()}, **message}


def _has_null(shape: Shape, turn: dict[str, Any]) -> bool:
    return any(lookup(turn, path) is None for path in shape.text.split("|"))


def _label(shape: Shape, turn: dict[str, Any], number: int, role: str) -> tuple[str, list[str]]:
    """The label of a turn, and the keys that told it."""
    if shape.how == "alternate":
        return SIDES[(number - 1) % 2], []
    if shape.how == "present":
        return ("user" if first(turn, shape.role)[1] is not MISSING else "assistant"), []
    key, label = first(turn, shape.role)
    if shape.how == "boolean":
        truth = False if label is MISSING else is_true(label)
        if truth is None:
            raise BadRecord(f"message {number}: its {key} is neither true nor false")
        return SIDES[not truth], [key] * bool(key)
    if label is MISSING:
        if role and set(turn) & set(shape.text.split("|")):
            return role, []
        raise BadRecord(f"message {number} has no role (its keys: {', '.join(map(str, turn))})")
    if type(label) is int:
        label = str(label)
    if not isinstance(label, str):
        raise BadRecord(f"message {number}: its {key} is not text")
    if not label.strip():
        raise BadRecord(f"message {number}: its {key} is blank")
    return shape.roles.get(label, label), [key]


def text_of_parts(content: Any) -> Any:
    """The text of `parts` that are all texts, as Gemini writes them; anything else as it is."""
    if not isinstance(content, list) or not content:
        return content
    texts = [part.get("text", part.get("content")) for part in content if _is_text_part(part)]
    return "".join(texts) if len(texts) == len(content) else content


def _is_text_part(part: Any) -> bool:
    if not isinstance(part, dict) or part.get("type", "text") != "text" or len(part.keys() - {"type"}) != 1:
        return False
    return isinstance(part.get("text", part.get("content")), str)
