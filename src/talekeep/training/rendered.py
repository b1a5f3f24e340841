"""Render a conversation with the user's chat template, and list what the template leaves out."""

from collections.abc import Iterator
from dataclasses import dataclass

from talekeep.core.content import take_apart
from talekeep.core.entry import Message
from talekeep.training.base import Draft
from talekeep.training.content import function_of
from talekeep.training.policies.names import is_tool
from talekeep.training.writers.text import Template
from talekeep.training.writers.text import render


@dataclass(frozen=True, slots=True)
class Rendered:
    """`text` is what the model reads; `refusal` why there is none; `missing` what is not in the text, in
    words: names, reasoning, tool calls, tool definitions, texts of messages, the order of messages."""

    text: str
    refusal: str = ""
    missing: tuple[str, ...] = ()


def rendered(template: Template, draft: Draft) -> Rendered:
    """Render a conversation and look for every piece of it in the text."""
    text, refusal = render(template, draft.messages, draft.entry.get("tools"))
    missing = () if refusal else tuple(_missing(template, draft, text))
    return Rendered(text, refusal, missing)


def _missing(template: Template, draft: Draft, text: str) -> Iterator[str]:
    messages, tools = draft.messages, draft.entry.get("tools")
    contents = [take_apart(message) for message in messages]
    texts = [content.text.strip() for content in contents if content.text]
    if not all(each in text for each in texts):
        yield "texts of messages"
    elif not _in_order(texts, text):
        yield "the order of messages"
    if not all(content.reasoning.strip() in text for content in contents):
        yield "reasoning"
    if not all(function_of(call)[0] in text for content in contents for call in content.calls):
        yield "tool calls"
    # A name may stand in a text by chance, so the conversation is rendered without it.
    nameless = [_nameless(message) for message in messages]
    if nameless != messages and render(template, nameless, tools)[0] == text:
        yield "names"
    if tools and render(template, messages, None)[0] == text:
        yield "tool definitions"


def _nameless(message: Message) -> Message:
    return message if is_tool(message) else {key: item for key, item in message.items() if key != "name"}


def _in_order(texts: list[str], text: str) -> bool:
    place = 0
    for each in texts:
        place = text.find(each, place)
        if place < 0:
            return False
        place += len(each)
    return True
