"""Under the profile `rolethread`, findings are RoleThread Lite 1.0.0's, code by code and place by place.

`expected` below is written from the description of its behaviour, on its own, and shares nothing with
the rules. Where RoleThread Lite is mended, not matched, a test says so by name:

* content that is no text is reported (it crashes there);
* refusals are whole words, with any apostrophe and space, outside quoted speech;
* a word of a long entry may hold a typographic apostrophe.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.rules import Context
from talekeep.rules import plan
from talekeep.rules import run
from talekeep.rules import severities
from talekeep.rules.profiles import ROLETHREAD_CODES

DATA = Path(__file__).parents[2] / "../shared/data/rolethread"
PLAN = plan(severities("rolethread"))
STRICT = Context(strict=True)
GUARDS = {"S003", "S004", "S006"}

Said = set[tuple[str, tuple[str | int, ...]]]

SPELLINGS = {
    "user": {"user", "usr", "uesr", "useer", "human", "humans", "person", "player", "input", "prompt"}
    | {"instruction"},
    "assistant": {"assistant", "assistnt", "assitant", "assitstant", "asistant", "asst", "bot", "chatbot"}
    | {"gpt", "model", "ai", "completion", "response", "output"},
    "system": {"system", "sys", "sytem", "systm", "system_prompt", "context"},
}
KNOWN_KEYS = {"messages", "conversations", "tags", "metadata", "source", "id", "_rolethread"}
LEAKS = (
    "```",
    r"(?s)\*\*[^*\n].*?[^*\n]\*\*",
    r"(?m)^\s{0,3}#{1,6}\s+\S",
    r"(?i)<html|<div",
    r'\{\s*"[^"]+"\s*:',
)
PHRASES = (
    "as an ai language model/i cannot assist/i'm just a language model/i don't have personal/"
    "i'm not able to/as an artificial intelligence/i must remind you that/it's important to note that i"
)


def standard(role: Any) -> str | None:
    if isinstance(role, str):
        for canonical, spellings in SPELLINGS.items():
            if role.strip().lower() in spellings:
                return canonical
    return None


def expected(entry: Any) -> Said:
    if not isinstance(entry, dict):
        return {("base.not_dict", ())}
    return set(expected_base(entry)) | set(expected_chatml(entry))


def expected_base(entry: dict[str, Any]) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    for key in set(entry) - KNOWN_KEYS:
        yield "base.unknown_top_level_key", (key,)
    if "tags" not in entry:
        yield "base.missing_tags", ("tags",)
    elif not isinstance(entry["tags"], list):
        yield "base.tags_not_list", ("tags",)
    else:
        for i, tag in enumerate(entry["tags"]):
            if not isinstance(tag, str):
                yield "base.invalid_tag_value", ("tags", i)
            elif tag.strip() == "":
                yield "base.empty_tag", ("tags", i)


def expected_chatml(entry: dict[str, Any]) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    whole = ("messages",)
    if "messages" not in entry:
        yield "chatml.missing_messages", whole
        return
    messages = entry["messages"]
    if not isinstance(messages, list):
        yield "chatml.messages_not_list", whole
        return
    objects = [m for m in messages if isinstance(m, dict)]
    if len([m for m in objects if m.get("role") == "system"]) > 1:
        yield "chatml.duplicate_system_message", whole
    if len(messages) < 3:
        yield "chatml.insufficient_messages", whole
        return
    if (len(messages) - 1) % 2 == 1:
        yield "chatml.incomplete_exchanges", whole
        return
    if not isinstance(messages[0], dict):
        yield "chatml.system_not_dict", ("messages", 0)
        return
    custom: set[str] = set()
    for i, message in enumerate(messages):
        if isinstance(message, dict):
            yield from expected_message(i, message, custom)
        else:
            yield "chatml.message_not_dict", ("messages", i)
    exchanges = len([m for m in objects if m.get("role") != "system"]) // 2
    spoken = " ".join(m.get("content") or "" for m in objects if m.get("role") == "assistant")
    if exchanges >= 8 or len(re.findall(r"[\w']+", spoken)) > 2000:
        yield "chatml.split_candidate", whole


def expected_message(
    i: int, message: dict[str, Any], custom: set[str]
) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    at_role, at_content = ("messages", i, "role"), ("messages", i, "content")
    role, content = message.get("role"), message.get("content")
    wanted = "system" if i == 0 else ("assistant", "user")[i % 2]
    if standard(role) == wanted:
        if role != wanted:
            yield "chatml.role_canonicalization", at_role
    elif i == 0:
        yield "chatml.missing_system_role", at_role
    elif not isinstance(role, str) or standard(role) is not None:
        yield "chatml.wrong_role", at_role
    elif role.strip().casefold() not in custom:
        custom.add(role.strip().casefold())
        yield "chatml.wrong_role", at_role
    if isinstance(content, str) and content != content.strip():
        yield "chatml.content_whitespace", at_content
    if content is None or content.strip() == "":
        yield "chatml.empty_content" if i else "chatml.empty_system_content", at_content
    elif i and standard(role) == "assistant":
        if any(phrase in content.casefold() for phrase in PHRASES.split("/")):
            yield "chatml.ai_refusal_language", at_content
        if any(re.search(pattern, content) for pattern in LEAKS):
            yield "chatml.formatting_leakage", at_content


def reported(entry: Any) -> Said:
    return {(f.code, f.path) for f in run(entry, PLAN, STRICT) if f.code not in GUARDS}


def assert_same(entry: Any) -> None:
    assert reported(entry) == {(ROLETHREAD_CODES[code], path) for code, path in expected(entry)}


def entries_of(name: str) -> list[Any]:
    path = DATA / name
    if not path.exists():
        pytest.skip("the shared data is not here")
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip()]


def variations(entry: Any) -> Iterator[Any]:
    """The entry, and the entry after each of the slips an editor makes."""
    yield entry
    messages = entry["messages"]
    for i in range(len(messages)):
        yield entry | {"messages": messages[:i] + messages[i + 1 :]}
        for slip in ("text", None, {}, messages[i] | {"role": " GPT"}, messages[i] | {"content": "\n"}):
            yield entry | {"messages": [*messages[:i], slip, *messages[i + 1 :]]}
    for i in range(len(messages) - 1):
        yield entry | {"messages": [*messages[:i], messages[i + 1], messages[i], *messages[i + 2 :]]}
    yield {key: value for key, value in entry.items() if key != "tags"}


FILES = (
    "dirty_handmade/dirty_handmade.incoming.jsonl",
    "dirty_handmade/dirty_handmade.jsonl",
    "group_chat/group_chat.incoming.jsonl",
    "group_chat/group_chat.jsonl",
    "sharegpt_fastchat/sharegpt_fastchat.json",
    "sharegpt_tools/sharegpt_tools.json",
    "solo_roleplay/solo_roleplay.jsonl",
)


@pytest.mark.parametrize("name", FILES)
def test_entries_written_by_rolethread_are_judged_as_it_judges_them(name: str) -> None:
    entries = entries_of(name)
    assert entries
    for entry in entries:
        for varied in variations(entry):
            assert_same(varied)


def test_the_shared_files_hold_faults_of_many_kinds() -> None:
    """Else the test above would promise little."""
    values = {
        code for name in FILES for e in entries_of(name) for v in variations(e) for code, _ in expected(v)
    }
    assert len(values) >= 15


ROLES = ("system", "user", "assistant", "System ", "uesr", "GPT", "Mara", " mara", "tool", "", None, 7)
CONTENTS = ("Fog.", " Fog.", "", "\n", None, "```", "# A", "**ab**", "I CANNOT assist.", "word " * 1500)
TALK = st.builds(
    lambda frame, slips: [m if slip is None else slip for m, slip in zip(frame, slips, strict=False)],
    st.sampled_from((0, 1, 3, 4, 5, 7, 17, 18)).map(
        lambda n: [
            {"role": ("system" if i == 0 else ("assistant", "user")[i % 2]), "content": "Fog."}
            for i in range(n)
        ]
    ),
    st.lists(
        st.none()
        | st.none()
        | st.just("text")
        | st.fixed_dictionaries(
            {}, optional={"role": st.sampled_from(ROLES), "content": st.sampled_from(CONTENTS)}
        )
        | st.builds(lambda c: {"role": "assistant", "content": c}, st.sampled_from(CONTENTS)),
        min_size=18,
        max_size=18,
    ),
)
ENTRIES = st.fixed_dictionaries(
    {"messages": TALK},
    optional={
        "tags": st.sampled_from(([], None, "a", ["ok", 7, "   "], [None, "", "Slow Burn", "a", "a"])),
        "title": st.just(1),
        "tools": st.just([]),
        "_rolethread": st.just({}),
    },
)


@settings(max_examples=100, deadline=None)
@given(ENTRIES)
def test_any_entry_is_judged_as_rolethread_judges_it(entry: Any) -> None:
    assert_same(entry)


@pytest.mark.parametrize(
    "entry", [[], "text", None, 7, {}, {"messages": None}, {"messages": {}, "z": 1, "a": 2}]
)
def test_what_is_hardly_an_entry_is_judged_as_rolethread_judges_it(entry: Any) -> None:
    assert_same(entry)


def lines(*pairs: tuple[Any, Any]) -> dict[str, Any]:
    return {"messages": [{"role": role, "content": content} for role, content in pairs], "tags": []}


@pytest.mark.parametrize(
    "entry",
    [
        lines(*[(role, "Fog.") for role in ("system", "Mara", "mara", " MARA ", "Ren", "Mara", "ren")]),
        lines(*[(role, "Fog.") for role in ("system", None, None, 7, "user", "GPT", "GPT")]),
        lines(*[(role, "Fog.") for role in ("system", "tool", "Tool", "developer", "tool")]),
        lines(("assistant", "``` I cannot assist"), ("user", "Fog."), ("assistant", "Fog.")),
        lines(("system", "``` I cannot assist"), ("assistant", "```"), ("GPT", "I cannot assist")),
        lines(("", ""), ("system", ""), ("system", "")),
        lines(("system", "Fog."), *[("Mara", "Fog.")] * 16),
        {"messages": ["text", {"role": "user", "content": "Fog."}, "text"], "tags": []},
    ],
)
def test_custom_and_misplaced_roles_are_counted_as_rolethread_counts_them(entry: Any) -> None:
    assert_same(entry)


def reply(text: Any) -> dict[str, Any]:
    turns = (("system", "Fog."), ("user", "Open it."), ("assistant", text))
    return lines(*turns)


@pytest.mark.parametrize("content", [7, True, ["text"], [{"type": "text", "text": "Fog."}], {"text": "Fog."}])
def test_mended_content_that_crashes_rolethread_is_reported_and_does_not_crash(content: Any) -> None:
    assert ("T210", ("messages", 2, "content")) in reported(reply(content))


def test_mended_a_bare_tool_call_counts_as_empty_where_tools_are_unknown() -> None:
    entry = reply(None)
    entry["messages"][2]["tool_calls"] = [{"id": "c1"}]
    assert reported(entry) == {("T208", ("messages", 2, "content"))}


def test_mended_refusals_are_found_with_any_apostrophe_and_not_in_quoted_speech() -> None:
    at = ("messages", 2, "content")
    curly, spoken, longer = "I’m  not able to.", '"I\'m not able to," she says.', "I don't have personality."
    assert ("X301", at) in reported(reply(curly))
    assert ("chatml.ai_refusal_language", at) not in expected(reply(curly))
    for text in (spoken, longer):
        assert ("X301", at) not in reported(reply(text))
        assert ("chatml.ai_refusal_language", at) in expected(reply(text))


@pytest.mark.parametrize("sign", ["海", "ก", "등대 "])
def test_words_of_other_scripts_are_counted_as_rolethread_counts_them(sign: str) -> None:
    for times in (1990, 2010, 4100):
        entry = reply(sign * times)
        at = ("X303", ("messages",)) in reported(entry)
        assert at is (("chatml.split_candidate", ("messages",)) in expected(entry))


def test_mended_a_typographic_apostrophe_does_not_cut_a_word_in_two() -> None:
    text = "don’t " * 1500 + "end"
    assert ("X303", ("messages",)) not in reported(reply(text))
    assert ("chatml.split_candidate", ("messages",)) in expected(reply(text))
