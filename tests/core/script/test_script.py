"""The script of an entry: exactly readable, exactly reversible."""

import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.core.codec import decode
from talekeep.core.codec import encode
from talekeep.core.errors import BadRecord
from talekeep.core.merge.align import same
from talekeep.core.script.script import DIVIDER
from talekeep.core.script.script import ScriptError
from talekeep.core.script.script import parse
from talekeep.core.script.script import render
from talekeep.core.script.script import render_part

DATA = Path(__file__).parents[3] / "../shared/data"
ID = "0193c7a0-1111-7222-8333-444455556666"

ORDINARY = {
    "id": ID,
    "messages": [
        {"role": "system", "content": "You keep the lighthouse at Harrow Point."},
        {"role": "user", "name": "wren", "content": "Who goes there?"},
        {"role": "assistant", "name": "mara", "content": '"A friend," she says.\n\nShe waits.'},
    ],
    "tags": ["slow_burn", "dialogue"],
}
ORDINARY_SCRIPT = f"""\
id: {ID}
tags: slow_burn, dialogue

## system

You keep the lighthouse at Harrow Point.

## user · wren

Who goes there?

## assistant · mara

"A friend," she says.

She waits.
"""


def _message(content="x", **more):
    return {"role": "user", "content": content, **more}


def _entry(*messages, **more):
    return {"id": ID, "messages": list(messages), "tags": [], **more}


def test_an_ordinary_entry_reads_as_the_design_shows_it():
    assert render(ORDINARY) == ORDINARY_SCRIPT


def test_an_ordinary_script_is_read_back():
    assert parse(ORDINARY_SCRIPT) == ORDINARY


def test_extra_keys_stand_in_the_head_and_under_the_header():
    entry = _entry(_message(weight=0, name="wren"), origin={"page": 3})
    assert render(entry) == f'id: {ID}\ntags:\norigin: {{"page":3}}\n\n## user · wren\nweight: 0\n\nx\n'


def test_null_and_list_content_are_written_as_json():
    entry = _entry(_message(None), _message([{"type": "text", "text": "hi"}]))
    text = render(entry)
    assert "\ncontent: null\n" in text
    assert '\ncontent: [{"text":"hi","type":"text"}]\n' in text


def test_text_that_looks_like_a_header_is_escaped_with_a_backslash():
    assert "\n\\## system\n" in render(_entry(_message("Now:\n## system\nend")))


AWKWARD = [
    "",
    "\n",
    "\n\n",
    " ",
    "\t",
    "a\n",
    "\na",
    "\n\n a \n\n",
    "  \nmiddle\n  ",
    "trailing   ",
    "trailing\n   ",
    "## system",
    "##",
    "##user",
    "### smaller",
    "a\n## user · wren\n\nb",
    "\\## system",
    "\\\\## system",
    "\\",
    "\\\\",
    "a\n\\\nb",
    "\\ ",
    "\r",
    "a\r\nb\r\n",
    "a\rb",
    "\u2028\u2029\x85",
    "\x00\x07\x1b[31mred\x7f\x9b",
    "\\\x00",
    "\\\\\x1b\\",
    "\\u0041",
    "\\\\u0041 \\u001b",
    "\\uD800 \\ud800 \\u12",
    "\\underline{x}",
    "\u00a0",
    "\ufeffstart",
    "id: x\ntags: y",
    "key: {",
    "\x0b\x0c",
    "=" * 72,
    "🙂 恋愛 हिन्दी",
]


@pytest.mark.parametrize("content", AWKWARD)
def test_awkward_content_comes_back_unchanged(content):
    entry = _entry(_message(content), _message("after", role="assistant"))
    assert parse(render(entry)) == entry


@pytest.mark.parametrize("content", AWKWARD)
def test_awkward_content_survives_windows_line_ends_and_extra_blank_lines_around_it(content):
    entry = _entry(_message(content), _message("after", role="assistant"))
    text = render(entry).replace("\n\n## ", "\n\n\n\n## ") + "\n\n"
    assert parse(text.replace("\n", "\r\n")) == entry


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"id": ID},
        {"id": ""},
        {"id": " x "},
        {"id": '"x"'},
        {"id": "a\nb"},
        {"id": 5},
        {"id": None},
        {"id": ["a"]},
        {"tags": []},
        {"tags": None},
        {"tags": "a, b"},
        {"tags": [""]},
        {"tags": ["a,b", "c"]},
        {"tags": ["[x", '"y"', " z"]},
        {"tags": ["null", "5", "true"]},
        {"tags": [1, None, ["x"]]},
        {"messages": []},
        {"messages": None},
        {"messages": "x"},
        {"messages": {"role": "user"}},
        {"messages": ["x", None, 5, [], {}]},
        {"messages": [{"content": "no role"}]},
        {"messages": [{"role": "narrator", "content": "an unknown role"}]},
        {"messages": [{"role": "null", "content": "x"}]},
        {"messages": [{"role": 5, "content": "x"}, {"role": ["user"], "content": "x"}]},
        {"messages": [{"role": "assistant", "tool_calls": [{"id": "c1"}]}]},
        {"messages": [{"role": "tool", "tool_call_id": "c1", "content": "{}"}]},
        {"messages": [{"role": "user"}]},
        {"messages": [{"role": "user"}, {"role": "user", "content": ""}]},
        {"messages": [{"role": "user", "content": 5}, {"role": "user", "content": {"a": "\u2028"}}]},
        {"messages": [{"role": "user", "content": "x", "name": None}]},
        {"messages": [{"role": "user", "content": "x", "name": " wren · the bold "}]},
        {"messages": [{"role": "user", "content": "x", "name": "wren · the | bold"}]},
        {"messages": [{"role": "user", "content": "x", "name": "· mara"}]},
        {"messages": [{"role": "user", "content": "x", "name": '"q"'}]},
        {"messages": [{"role": "user", "content": "x", "name": "a\u2028b\x1b"}]},
        {"messages": [{"role": "user", "content": "x", "": 1, "a b": 2, "c:d": 3, 'e"f': 4, "## g": 5}]},
        {"": 1, "a b": 2, "c:d": 3, 'e"f': 4, "## g": 5, "h\n\x00": 6},
        {"big": 12345678901234567890123456789, "half": 0.5, "minus": -0.0, "deep": {"b": [1, {"a": None}]}},
    ],
    ids=str,
)
def test_entries_beyond_the_standard_come_back_unchanged(entry):
    again = parse(render(entry))
    assert again == entry
    assert encode(again) == encode(entry)


def test_missing_tags_and_no_tags_stay_two_things():
    assert "tags" not in parse(render({"id": ID, "messages": []}))
    assert parse(render({"id": ID, "tags": []}))["tags"] == []


TEXT = st.text(
    st.one_of(
        st.sampled_from(list('\n\n\\#u0041bd :,"·[]{}\t\r\x1b\x85\u2028\u00a0 ')),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=12,
)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
MESSAGE = st.one_of(
    VALUE,
    st.fixed_dictionaries(
        {"role": st.sampled_from(["system", "user", "assistant", "tool", "developer", "odd"])},
        optional={"content": TEXT | VALUE, "name": TEXT | VALUE, "weight": VALUE, "tool_calls": VALUE},
    ).flatmap(lambda message: st.dictionaries(TEXT, VALUE, max_size=2).map(lambda more: {**more, **message})),
)
ENTRY = st.fixed_dictionaries(
    {},
    optional={
        "id": st.just(ID) | VALUE,
        "tags": st.lists(TEXT, max_size=3) | VALUE,
        "messages": st.lists(MESSAGE, max_size=4) | VALUE,
        "note": VALUE,
    },
).flatmap(lambda entry: st.dictionaries(TEXT, VALUE, max_size=2).map(lambda more: {**more, **entry}))


@settings(max_examples=100, deadline=None)
@given(ENTRY)
def test_every_entry_that_can_be_stored_comes_back_unchanged(entry):
    text = render(entry)
    assert same(parse(text), entry)
    assert render(parse(text)) == text


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from(list("\\#u0041 \n\t\r\x1bab")), max_size=30))
def test_any_content_comes_back_unchanged(content):
    entry = _entry(_message(content), _message(content))
    assert parse(render(entry)) == entry


@settings(max_examples=100, deadline=None)
@given(ENTRY)
def test_a_script_carries_no_control_character_to_the_terminal(entry):
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]", render(entry))


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from(list('\\#u·: \n"aid{}[],')), max_size=40))
def test_any_text_is_read_or_refused_with_its_line(text):
    try:
        entry = parse(text)
    except ScriptError as error:
        refused = error
    else:
        assert parse(render(entry)) == entry
        return
    assert 1 <= refused.line <= text.count("\n") + 1
    assert refused.reason


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("hello\n", 1, "expected"),
        (f"id: {ID}\nhello there\n", 2, "expected"),
        ("id:\n", 1, "needs a value"),
        ("id: a\nid: b\n", 2, "twice"),
        ("tags: a, , b\n", 1, "tags are plain words"),
        ('tags: "a", b\n', 1, "tags are plain words"),
        ("tags: [a]\n", 1, "must be JSON"),
        ("note: hello\n", 1, "double quotes"),
        ('note: {"a":1,"a":2}\n', 1, "twice"),
        ("note: NaN\n", 1, "NaN"),
        ("\n## narrator\n\nx\n", 2, "no role"),
        ("## user\n\nDear all,\n## Plan\n\nx\n", 4, "backslash"),
        ("##user\n\nx\n", 1, "## role · name"),
        ("## user wren\n\nx\n", 1, "## role · name"),
        ("## user\nx\n", 2, "expected"),
        ('## user\nname: "a"\nname: "b"\n', 3, "twice"),
        ('## user · a\nname: "b"\n', 2, "twice"),
        ('## user\nrole: "tool"\n', 2, "twice"),
        ("## user\ncontent: null\n\ntext\n", 4, "text where none can be"),
        ("## user\ncontent:\n\ntext\n", 4, "text where none can be"),
        ('## = {"role":"user"}\n\ntext\n', 3, "text where none can be"),
        ("## = {\n", 1, "must be JSON"),
        ("## user\n\na\nb \\ud800\n", 4, "half of a character"),
        ("messages: []\n\n## user\n\nx\n", 3, "already"),
        ('note: "\ud800"\n', 1, "surrogate"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_line_and_reason(text, line, reason):
    with pytest.raises(ScriptError) as caught:
        parse(text)
    assert caught.value.line == line
    assert reason in caught.value.reason
    assert str(caught.value) == f"line {line}: {caught.value.reason}"
    assert isinstance(caught.value, BadRecord)


def test_a_header_typed_without_the_middle_dot_is_understood():
    text = "## user | wren\n\na\n\n## assistant - mara\n\nb\n"
    assert [m["name"] for m in parse(text)["messages"]] == ["wren", "mara"]


def test_a_byte_order_mark_from_an_editor_is_ignored():
    assert parse("\ufeff" + ORDINARY_SCRIPT) == ORDINARY


def test_spaces_at_line_ends_are_kept_where_the_editor_keeps_them():
    entry = _entry(_message("two spaces  \nthen more "))
    assert parse(render(entry)) == entry


def test_an_editor_that_strips_line_ends_loses_nothing_but_those_spaces():
    entry = _entry(_message("  \nfirst\n\n  \nlast \n "), _message(""), _message("end"))
    stripped = "\n".join(line.rstrip() for line in render(entry).split("\n"))
    assert [m["content"] for m in parse(stripped)["messages"]] == ["\nfirst\n\n\nlast\n", "", "end"]


def test_a_part_shows_its_entries_in_order_each_under_a_divider():
    second = {**ORDINARY, "id": "second"}
    shown = "".join(render_part([encode(ORDINARY), encode(second)]))
    assert shown == f"{DIVIDER}\n{render(ORDINARY)}{DIVIDER}\n{render(second)}"


def test_a_damaged_line_is_shown_as_it_stands_with_a_note():
    lines = [encode(ORDINARY), b"<<<<<<< ours\n", b'{"id":"x"\n', b"\xff\x1b[2J\n", b"[1]\n", b"\n"]
    first, *damaged = render_part(lines)
    assert first.endswith(ORDINARY_SCRIPT)
    assert [block.count("note: shown as it stands") for block in damaged] == [1, 1, 1, 1]
    assert "\n<<<<<<< ours\n" in damaged[0]
    assert "ends too early" in damaged[1]
    assert "\x1b" not in damaged[2]
    assert "no object" in damaged[3]


def test_a_small_edit_changes_one_line_of_what_git_shows():
    edited = json.loads(json.dumps(ORDINARY))
    edited["messages"][1]["content"] = "Who goes here?"
    before, after = render(ORDINARY).splitlines(), render(edited).splitlines()
    assert [(a, b) for a, b in zip(before, after, strict=True) if a != b] == [
        ("Who goes there?", "Who goes here?")
    ]


@pytest.mark.skipif(not DATA.is_dir(), reason="shared data is absent")
def test_real_entries_come_back_unchanged():
    values = 0
    for path in sorted(DATA.rglob("*.jsonl")):
        for line in path.read_bytes().split(b"\n"):
            try:
                entry = decode(line)
            except BadRecord:
                continue
            if isinstance(entry, dict):
                values += 1
                assert encode(parse(render(entry))) == encode(entry)
    assert values > 100


@pytest.mark.slow
def test_a_part_is_rendered_quickly():
    content = "She counts the waves and waits for the lamp to turn. " * 8
    messages = [{"role": "user", "name": "wren", "content": content}] * 5
    lines = [encode({"id": str(n), "messages": messages, "tags": ["a"]}) for n in range(60)]
    started = time.process_time()
    assert sum(len(line) for line in lines) > 128 * 1024
    assert len("".join(render_part(lines))) > 128 * 1024
    assert time.process_time() - started < 0.1
