"""`text`: `{"text": …}`, a conversation as a chat template renders it; ChatML without a template.

Source: the chat templates of `tokenizer_config.json` (transformers, "Chat templates"): Jinja2 in its sandbox,
with `raise_exception`, `tojson`, loop controls and the block `generation`. They get no clock.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from functools import cache
from typing import TYPE_CHECKING
from typing import Any

from talekeep.core.content import take_apart
from talekeep.core.entry import Message
from talekeep.core.errors import Refused
from talekeep.training.base import TRAINING_KEYS
from talekeep.training.base import Draft
from talekeep.training.base import Rows
from talekeep.training.base import key_losses
from talekeep.training.content import function_of
from talekeep.training.content import joins_parts
from talekeep.training.writers.messages import message_row

if TYPE_CHECKING:
    from jinja2 import Environment

NAME = "text"
TITLE = "Text by a chat template"
_CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n"
    "{{ message.content }}<|im_end|>\n{% endfor %}"
)
_TOKENS = ("bos_token", "eos_token", "pad_token", "unk_token")


@dataclass(frozen=True, slots=True)
class Template:
    """A chat template, and the special tokens it may name."""

    source: str = _CHATML
    tokens: Mapping[str, str] = field(default_factory=dict)


def template_in(data: bytes, name: str) -> Template:
    """The template of a file: a `tokenizer_config.json`, else the template itself.

    Raises:
        Refused: it is no text, has no template, or the template is no Jinja.
    """
    try:
        text = data.decode()
        is_config = name.endswith(".json") or _is_object(text)
        template = _of_config(json.loads(text), name) if is_config else Template(text)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise Refused(f"{name} is no chat template: {error}") from None
    _parse(template.source, name)
    return template


def _is_object(text: str) -> bool:
    """Whether a text without a name of its own is the JSON of a tokenizer_config.json."""
    try:
        return isinstance(json.loads(text), dict)
    except json.JSONDecodeError:
        return False


def _of_config(config: Any, name: str) -> Template:
    given = config.get("chat_template") if isinstance(config, dict) else None
    if isinstance(given, list):
        named = {each.get("name"): each.get("template") for each in given if isinstance(each, dict)}
        given = named.get("default")
    if not isinstance(given, str):
        raise Refused(f"{name} has no chat_template", "name the tokenizer_config.json or a .jinja file")
    tokens = {key: _token(config.get(key)) for key in _TOKENS}
    return Template(given, {key: token for key, token in tokens.items() if token})


def _token(value: Any) -> str:
    """A special token: its text, or an object with it as `content`."""
    text = value.get("content") if isinstance(value, dict) else value
    return text if isinstance(text, str) else ""


def _parse(source: str, name: str) -> None:
    from jinja2 import TemplateSyntaxError

    try:
        _environment().parse(source)
    except TemplateSyntaxError as error:
        raise Refused(f"{name}, line {error.lineno}: {error.message}") from None


class Templated:
    """The writer of one template."""

    NAME = NAME
    TITLE = TITLE

    def __init__(self, template: Template) -> None:
        self._template = template

    def write(self, draft: Draft) -> Rows:
        """One row: the text; no row where the template refuses the conversation.

        A template prints what it is given, so that it gets texts: a list of parts would come out as Python
        writes it, and no content as the word None.
        """
        messages = [self._as_text(message) for message in draft.messages]
        text, refusal = render(self._template, messages, draft.entry.get("tools"))
        if refusal:
            return Rows((), (f"whole entries: the chat template refuses them ({refusal})",))
        flat = [
            given
            for given, made in zip(draft.messages, messages, strict=True)
            if not isinstance(made.get("content"), list)
        ]
        media = dict.fromkeys(kind for message in flat for kind in take_apart(message).media)
        lost = tuple(f"parts of the type {kind!r}" for kind in media)
        altered = tuple(dict.fromkeys(words for message in flat for words in joins_parts(message)))
        written = draft.noting(entry={**draft.entry, "messages": messages})
        return Rows(({"text": text},), (*self._losses(written), *lost), altered)

    def _as_text(self, message: Message) -> Message:
        """The message with a text as its content; with its list where the template shows its pictures."""
        content = message.get("content")
        if content is None:
            return {**message, "content": ""}
        if not isinstance(content, list):
            return message
        taken = take_apart(message)
        if any(kind.partition("_")[0] in self._template.source for kind in taken.media):
            return message
        written = {**message, "content": taken.text or ""}
        written |= {"reasoning_content": taken.reasoning} if taken.reasoning else {}
        return written | ({"tool_calls": [*taken.calls]} if taken.calls else {})

    def _losses(self, draft: Draft) -> tuple[str, ...]:
        """Keys that the template never names cannot be in its text."""
        keys = [key for key in TRAINING_KEYS if key in draft.entry and key != "tools"]
        lost = [f"the key {key!r}" for key in keys]
        rest = dict.fromkeys(key for message in draft.messages for key in message)
        lost += [f"the message key {key!r}" for key in rest if key not in self._template.source]
        if "tools" in draft.entry and "tools" not in self._template.source:
            lost.append("the key 'tools'")
        return (*key_losses(draft), *(loss for loss in lost if loss not in key_losses(draft)))


def render(template: Template, messages: list[Message], tools: Any) -> tuple[str, str]:
    """The text of a conversation by a chat template, or "" and why the template refuses it."""
    from jinja2 import TemplateError

    given = [{"content": "", **_as_objects(message_row(message))} for message in messages]
    try:
        text = (
            _environment()
            .from_string(template.source)
            .render(messages=given, tools=tools, add_generation_prompt=False, **template.tokens)
        )
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, RecursionError) as error:
        return "", str(error).partition("\n")[0][:80] or type(error).__name__
    return text, ""


def _as_objects(message: Message) -> Message:
    """The message with arguments of calls as objects, which templates write as JSON themselves."""
    calls = message.get("tool_calls")
    if not isinstance(calls, list):
        return message
    return {**message, "tool_calls": [_with_object(call) for call in calls]}


def _with_object(call: Any) -> Any:
    if not isinstance(call, dict) or not isinstance(call.get("function"), dict):
        return call
    return {**call, "function": {**call["function"], "arguments": function_of(call)[1]}}


def write(draft: Draft) -> Rows:
    return Templated(Template()).write(draft)


class _Refused(ValueError):
    """A template called `raise_exception`."""


def _raise(message: object) -> None:
    raise _Refused(str(message))


@cache
def _environment() -> "Environment":
    from jinja2 import nodes
    from jinja2.ext import Extension
    from jinja2.parser import Parser
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Generation(Extension):
        """`{% generation %}` marks what is trained; in a text it is as if it were not there."""

        tags = {"generation"}  # noqa: RUF012

        def parse(self, parser: Parser) -> list[nodes.Node]:
            next(parser.stream)
            return parser.parse_statements(("name:endgeneration",), drop_needle=True)

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols", Generation]
    )
    environment.globals["raise_exception"] = _raise
    environment.filters["tojson"] = _to_json
    return environment


def _to_json(value: Any, indent: int | None = None) -> str:
    """Unlike Jinja's own filter it writes no HTML escapes."""
    return json.dumps(value, ensure_ascii=False, indent=indent)
