"""Text by a chat template: in the sandbox, without a clock, and what the template leaves out is counted."""

import json

import pytest

from talekeep.core.errors import Refused
from talekeep.training.base import Draft
from talekeep.training.writers import text
from talekeep.training.writers.text import Template
from talekeep.training.writers.text import Templated
from talekeep.training.writers.text import template_in

TALK = Draft(
    {"messages": [{"role": "user", "content": "Who?"}, {"role": "assistant", "content": "I <3 you"}]}
)


def rendered(source: str, draft: Draft = TALK) -> str:
    return Templated(Template(source)).write(draft).rows[0]["text"]


def test_without_a_template_it_is_chatml() -> None:
    assert text.write(TALK).rows[0]["text"] == (
        "<|im_start|>user\nWho?<|im_end|>\n<|im_start|>assistant\nI <3 you<|im_end|>\n"
    )


def test_the_template_of_a_model_is_read_with_its_tokens() -> None:
    config = {"bos_token": {"content": "<s>"}, "eos_token": "</s>"}
    config["chat_template"] = (
        "{{ bos_token }}{% for m in messages %}{{ m['content'] }}{{ eos_token }}{% endfor %}"
    )
    template = template_in(json.dumps(config).encode(), "tokenizer_config.json")

    assert Templated(template).write(TALK).rows[0]["text"] == "<s>Who?</s>I <3 you</s>"


def test_the_default_of_several_templates_is_taken() -> None:
    several = [{"name": "tool_use", "template": "t"}, {"name": "default", "template": "d"}]
    template = template_in(json.dumps({"chat_template": several}).encode(), "tokenizer_config.json")

    assert template.source == "d"


def test_generation_marks_and_json_are_as_transformers_has_them() -> None:
    assert rendered("{% generation %}{{ messages[1].content }}{% endgeneration %}") == "I <3 you"
    assert rendered("{{ messages[1].content | tojson }}") == '"I <3 you"'


@pytest.mark.parametrize(
    "source",
    [
        "{{ raise_exception('roles must alternate') }}",
        "{{ messages.__class__.__mro__ }}{{ ''.__class__.__subclasses__() }}",
        "{% for n in range(10**9) %}{% endfor %}",
        "{{ 1 / 0 }}",
        "{{ strftime_now('%d') }}",
        "{{ messages.append(1) }}",
    ],
)
def test_a_template_that_refuses_or_reaches_out_gives_no_row(source: str) -> None:
    result = Templated(Template(source)).write(TALK)

    assert result.rows == ()
    assert result.losses[0].startswith("whole entries: the chat template refuses them")


def test_neither_none_nor_a_list_of_python_is_spoken() -> None:
    picture = {"type": "image_url", "image_url": {"url": "a.png"}}
    calls = [{"function": {"name": "look", "arguments": {}}}]
    messages = [
        {"role": "user", "content": [{"type": "text", "text": "Look."}, picture]},
        {"role": "assistant", "content": None, "tool_calls": calls},
    ]
    written = text.write(Draft({"messages": messages}))
    assert written.rows[0]["text"] == (
        "<|im_start|>user\nLook.<|im_end|>\n<|im_start|>assistant\n<|im_end|>\n"
    )
    assert written.losses == ("the message key 'tool_calls'", "parts of the type 'image_url'")
    with_pictures = (
        "{% for p in messages[0].content %}{{ p.image_url.url if p.type == 'image_url' }}{% endfor %}"
    )
    assert rendered(with_pictures, Draft({"messages": messages})) == "a.png"


def test_what_the_template_never_names_is_lost() -> None:
    named = Draft({"messages": [{"role": "user", "name": "wren", "content": "Who?", "weight": 0}]})

    assert set(text.write(named).losses) == {"the message key 'name'", "the message key 'weight'"}


@pytest.mark.parametrize(
    ("data", "name"),
    [(b"{}", "tokenizer_config.json"), (b"{% for %}", "a.jinja"), (b"\xff", "a.jinja"), (b"{", "a.json")],
)
def test_what_is_no_template_is_refused(data: bytes, name: str) -> None:
    with pytest.raises(Refused, match=name):
        template_in(data, name)
