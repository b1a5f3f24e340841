"""T202, T208–T210: messages without text."""

from collections.abc import Iterator
from typing import Any

from talekeep.core.entry import text_of
from talekeep.rules.base import Context
from talekeep.rules.base import Hit
from talekeep.rules.base import Rule
from talekeep.rules.base import asked_once
from talekeep.rules.base import shown
from talekeep.rules.base import turns
from talekeep.rules.roles import PROMPT_ROLES
from talekeep.rules.roles import canonical


@asked_once
def unusual(value: Any, context: Context) -> list[tuple[int, dict[str, Any]]]:
    """The messages, each with its index, whose content is no text, is blank, or has white space around it."""
    contents = ((index, message, message.get("content")) for index, message in turns(value, context))
    return [
        (index, message)
        for index, message, content in contents
        if not isinstance(content, str) or not content or content != content.strip()
    ]


@asked_once
def has_usual_contents(value: Any, context: Context) -> bool:
    """Whether the content of each message is a text, with no white space around it."""
    return not unusual(value, context)


def _is_prompt(index: int, message: dict[str, Any], context: Context) -> bool:
    return index == 0 and (context.strict or canonical(message.get("role")) in PROMPT_ROLES)


def _says_nothing(message: dict[str, Any], context: Context) -> bool:
    content = message.get("content")
    if isinstance(content, str):
        blank = not content or content.isspace()
    elif isinstance(content, list):
        blank = not any(_is_media(part) for part in content) and not text_of(message).strip()
    else:
        blank = content is None
    # A call of a tool says enough.
    return blank and (context.strict or not (message.get("tool_calls") or message.get("function_call")))


def _is_media(part: Any) -> bool:
    return isinstance(part, dict) and "text" not in part and "value" not in part


def _empty_system_prompt(value: Any, context: Context) -> Iterator[Hit]:
    first = next(iter(unusual(value, context)), None)
    if first is not None and _is_prompt(*first, context) and _says_nothing(first[1], context):
        yield Hit("the system prompt is empty", ("messages", 0, "content"))


def _empty_content(value: Any, context: Context) -> Iterator[Hit]:
    for index, message in unusual(value, context):
        if _says_nothing(message, context) and not _is_prompt(index, message, context):
            yield Hit("the message says nothing", ("messages", index, "content"))


def _content_whitespace(value: Any, context: Context) -> Iterator[Hit]:
    for index, message in unusual(value, context):
        content = message.get("content")
        if not content or not isinstance(content, str):
            continue
        # A blank text is T202's or T208's, and what a tool printed is evidence, line breaks and all.
        if context.strict or (not content.isspace() and canonical(message.get("role")) != "tool"):
            yield Hit("white space before or after the text", ("messages", index, "content"))


def _trim(value: Any, context: Context) -> Any:
    edged = {hit.path[1] for hit in _content_whitespace(value, context)}
    if not edged:
        return value
    messages = [
        {**m, "content": m["content"].strip()} if n in edged else m for n, m in enumerate(value["messages"])
    ]
    return {**value, "messages": messages}


def _content_not_text(value: Any, context: Context) -> Iterator[Hit]:
    for index, message in unusual(value, context):
        content = message.get("content")
        if content is None or isinstance(content, str):
            continue
        parts = isinstance(content, list) and all(isinstance(part, str | dict) for part in content)
        if context.strict or not parts:
            yield Hit(f"the content is {shown(content)}, not text", ("messages", index, "content"))


_SYSTEM = {"role": "system", "content": "You keep the lighthouse at Harrow Point."}
_USER = {"role": "user", "content": "Who goes there?"}
_REPLY = {"role": "assistant", "content": "Only the keeper, and the gulls."}


def _entry(*messages: dict[str, Any]) -> dict[str, Any]:
    return {"id": "0193c7aa-0000-7000-8000-000000000001", "messages": list(messages)}


_GOOD = _entry(_SYSTEM, _USER, _REPLY)

RULES = (
    Rule(
        "T202",
        "empty-system-prompt",
        "warning",
        "The system prompt is empty.",
        "It takes a place in every template and says nothing, and it hides from a search for entries "
        "without a prompt.",
        _empty_system_prompt,
        "write a system prompt as the first message",
        _entry({"role": "system", "content": "  "}, _USER, _REPLY),
        _GOOD,
        unless=has_usual_contents,
    ),
    Rule(
        "T208",
        "empty-content",
        "warning",
        "A message says nothing.",
        "An empty reply teaches the model to stop at once, and an empty user message makes the reply look "
        "unprompted. A call of a tool needs no text beside it.",
        _empty_content,
        "write the text, or remove the message",
        _entry(_SYSTEM, _USER, {"role": "assistant", "content": ""}),
        _GOOD,
        unless=has_usual_contents,
    ),
    Rule(
        "T209",
        "content-whitespace",
        "warning",
        "A text begins or ends with white space.",
        "The model learns the stray spaces and line breaks with the words, and begins or ends its own "
        "replies with them.",
        _content_whitespace,
        "trim the white space at its ends",
        _entry(_SYSTEM, _USER, {"role": "assistant", "content": "Only the keeper.\n"}),
        _GOOD,
        mend=_trim,
        unless=has_usual_contents,
    ),
    Rule(
        "T210",
        "content-not-text",
        "warning",
        "A content is neither text nor a list of parts.",
        "Trainers join texts, so a number or an object there is a crash, or its Python spelling in the "
        "training data. RoleThread Lite cannot open a file that holds one, nor one with parts.",
        _content_not_text,
        "write the content as text",
        _entry(_SYSTEM, _USER, {"role": "assistant", "content": 42}),
        _entry(_SYSTEM, {"role": "user", "content": [{"type": "text", "text": "Who goes there?"}]}, _REPLY),
        unless=has_usual_contents,
    ),
)
