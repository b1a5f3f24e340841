"""The conversations in a character card: its greetings and its example dialogue. Macros (`{{user}}`) stay.

An example dialogue is a text in blocks that `<START>` begins, with the speaker in front of each line:

    <START>
    {{user}}: Cold?
    {{char}}: Always.
"""

import re
from collections.abc import Iterator
from typing import Any
from typing import TypeAlias

Message: TypeAlias = dict[str, Any]

_START = re.compile(r"(?im)^[ \t]*<START>[ \t]*$|<START>")
_USER = r"\{\{user\}\}|<user>|you"
_CHARACTER = r"\{\{char\}\}|<bot>|<char>"


def greetings_of(card: dict[str, Any], slug: str) -> list[list[Message]]:
    """One conversation for each different greeting: the system prompt the card makes, and the greeting."""
    texts = [_text(card, "first_mes", "char_greeting", "greeting")]
    for key in ("alternate_greetings", "group_only_greetings"):
        listed = _value(card, key)
        texts += listed if isinstance(listed, list) else [listed]
    spoken = dict.fromkeys(text.strip() for text in texts if isinstance(text, str) and text.strip())
    return [[*_prompt(card), _spoken("assistant", text, slug)] for text in spoken]


def examples_of(card: dict[str, Any], name: str, slug: str) -> list[list[Message]]:
    """One conversation for each block of the example dialogue that has a reply of the character."""
    text = _text(card, "mes_example", "example_dialogue")
    conversations = (_block(block, name, slug) for block in _START.split(text))
    return [
        [*_prompt(card), *messages]
        for messages in conversations
        if any(message["role"] == "assistant" for message in messages)
    ]


def _block(text: str, name: str, slug: str) -> list[Message]:
    """The messages of a block; lines without a speaker belong to the message before."""
    labels = rf"(?P<user>{_USER})|{_CHARACTER}|{re.escape(name)}"
    speaker = re.compile(rf"[ \t]*(?:{labels})[ \t]*:[ \t]*", re.IGNORECASE)
    messages: list[Message] = []
    for line in text.strip().split("\n"):
        match = speaker.match(line)
        if match is not None:
            role = "user" if match["user"] else "assistant"
            messages.append(_spoken(role, line[match.end() :], slug))
        elif messages:
            messages[-1]["content"] += f"\n{line}"
        elif line.strip():
            # What stands before the first speaker is narration, which the model writes.
            messages.append(_spoken("assistant", line, slug))
    for message in messages:
        message["content"] = message["content"].strip()
    return [message for message in messages if message["content"]]


def _spoken(role: str, text: str, slug: str) -> Message:
    return {"role": role, **({"name": slug} if role == "assistant" else {}), "content": text}


def _prompt(card: dict[str, Any]) -> list[Message]:
    """The system prompt that a card makes, of what is there of it."""
    text = "\n".join(_prompt_lines(card))
    return [{"role": "system", "content": text}] if text else []


def _prompt_lines(card: dict[str, Any]) -> Iterator[str]:
    own = re.sub(r"(?i)\{\{original\}\}", "", _text(card, "system_prompt")).strip()
    if own:
        yield own
    description = _text(card, "description", "char_persona", "context").strip()
    if description:
        yield description
    personality = _text(card, "personality").strip()
    if personality:
        yield f"{{{{char}}}}'s personality: {personality}"
    scenario = _text(card, "scenario", "world_scenario").strip()
    if scenario:
        yield f"Scenario: {scenario}"


def _text(card: dict[str, Any], *keys: str) -> str:
    """The first text under one of these keys that says anything; "" where there is none."""
    texts = (_value(card, key) for key in keys)
    return next((text for text in texts if isinstance(text, str) and text.strip()), "")


def _value(card: dict[str, Any], key: str) -> Any:
    """What a card holds under a key: `data` of the newer generations says more than the copies around it."""
    nested = card.get("data")
    inner = nested.get(key) if isinstance(nested, dict) else None
    return card.get(key) if inner in (None, "", []) else inner
