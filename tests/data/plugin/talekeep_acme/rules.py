"""A rule: replies in capitals."""

from talekeep.plugin import Hit
from talekeep.plugin import Rule


def _replies(value):
    messages = value.get("messages") if isinstance(value, dict) else None
    for index, message in enumerate(messages if isinstance(messages, list) else []):
        if isinstance(message, dict) and message.get("role") == "assistant":
            text = message.get("content")
            yield index, text if isinstance(text, str) else ""


def _shouted(value, context):
    for index, text in _replies(value):
        if len(text) > 3 and text.isupper():
            yield Hit("the whole reply is in capitals", ("messages", index, "content"))


def _talk(text):
    return {
        "id": "0193c7a0-0000-7000-8000-000000000001",
        "messages": [{"role": "user", "content": "Who?"}, {"role": "assistant", "content": text}],
        "tags": [],
    }


RULES = (
    Rule(
        code="ACME101",
        name="shouted-reply",
        severity="error",
        summary="A reply is all in capitals.",
        why="A model that learns to shout goes on shouting, and readers stop after three lines of it.",
        check=_shouted,
        repair="write it in lower case",
        bad=_talk("GO AWAY!"),
        good=_talk("Go away!"),
    ),
)
