"""Changes of whole entries: every message and key that is not meant to change comes through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talekeep.core.entry import ROLES
from talekeep.core.entry import text_of
from talekeep.core.entry_edit.rewrite import planned
from talekeep.core.entry_edit.rewrite import replaced
from talekeep.core.entry_edit.rewrite import substitution
from talekeep.core.entry_edit.rewrite import with_system
from talekeep.core.entry_edit.rewrite import without_blanks
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.core.text.normalize import folded
from talekeep.core.text.normalize import places

KEYS = st.sampled_from(["weight", "tool_calls", "tool_call_id", "mood", "name"])
VALUES = st.one_of(st.none(), st.integers(), st.text(max_size=5), st.lists(st.integers(), max_size=2))
CONTENTS = st.one_of(st.text(max_size=12), st.none(), st.just([{"type": "text", "text": "Hm."}]))


@st.composite
def messages(draw, roles=("system", "user", "assistant", "tool", "developer")):
    extra = draw(st.dictionaries(KEYS, VALUES, max_size=2))
    return {"role": draw(st.sampled_from(roles)), "content": draw(CONTENTS), **extra}


ENTRIES = st.fixed_dictionaries(
    {"id": st.just("e"), "messages": st.lists(messages(), max_size=12)},
    optional={"tags": st.lists(st.text(max_size=4), max_size=3), "score": VALUES, "tools": VALUES},
)


@given(ENTRIES, st.text())
def test_a_system_prompt_is_replaced_or_put_first_and_all_else_stays(entry, text):
    changed = with_system(entry, text)
    old, new = entry["messages"], changed["messages"]
    had = bool(old) and old[0]["role"] == "system"
    assert new[0]["role"] == "system"
    assert new[0]["content"] == text
    assert new[1:] == (old[1:] if had else old)
    assert {k: v for k, v in changed.items() if k != "messages"} == {
        k: v for k, v in entry.items() if k != "messages"
    }
    if had:
        assert {**old[0], "content": text} == new[0]
    assert with_system(changed, text) == changed


def test_an_entry_without_messages_gets_no_system_prompt():
    with pytest.raises(Refused, match="entry e has no list of messages"):
        with_system({"id": "e", "messages": "gone"}, "Be brief.")


@given(ENTRIES, st.sampled_from(["a", "the", ".", "Hm"]), st.text(max_size=4), st.booleans())
def test_replacing_changes_nothing_but_texts(entry, find, text, ignore_case):
    substitute = substitution(find, text, ignore_case=ignore_case)
    changed, count = replaced(entry, substitute)
    assert count == sum(substitute(text_of(m))[1] for m in entry["messages"])
    for before, after in zip(entry["messages"], changed["messages"], strict=True):
        assert {k: v for k, v in after.items() if k != "content"} == {
            k: v for k, v in before.items() if k != "content"
        }
        assert text_of(after) == substitute(text_of(before))[0]
    assert {k: v for k, v in changed.items() if k != "messages"} == {
        k: v for k, v in entry.items() if k != "messages"
    }


SPOKEN = {
    "id": "e",
    "messages": [
        {"role": "system", "content": "Mara keeps mara's light."},
        {"role": "user", "name": "mara", "content": [{"type": "text", "text": "Mara?"}, {"type": "image"}]},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"function": {"name": "mara", "arguments": '{"who":"Mara"}'}}],
        },
        {"role": "tool", "content": "Maraschino, Mara"},
    ],
}


@pytest.mark.parametrize(
    ("options", "roles", "texts"),
    [
        ({}, ROLES, ["Wren keeps mara's light.", "Wren?", "", "Wrenschino, Wren"]),
        ({"ignore_case": True}, ROLES, ["Wren keeps Wren's light.", "Wren?", "", "Wrenschino, Wren"]),
        ({"whole_word": True}, ROLES, ["Wren keeps mara's light.", "Wren?", "", "Maraschino, Wren"]),
        ({}, ("user",), ["Mara keeps mara's light.", "Wren?", "", "Maraschino, Mara"]),
    ],
)
def test_replacing_finds_as_it_is_told(options, roles, texts):
    changed, _ = replaced(SPOKEN, substitution("Mara", "Wren", **options), roles)
    assert [text_of(m) for m in changed["messages"]] == texts
    assert changed["messages"][2] == SPOKEN["messages"][2]
    assert changed["messages"][1]["name"] == "mara"
    assert changed["messages"][1]["content"] == [{"type": "text", "text": texts[1]}, {"type": "image"}]


def test_what_looks_like_a_pattern_is_text_unless_asked_for():
    assert substitution("a.c", "x")("a.c abc") == ("x abc", 1)
    assert substitution("a(.)c", r"\1", regex=True)("a.c abc") == (". b", 2)
    assert substitution("(a)", r"\2")("(a)") == (r"\2", 1)
    for bad in ("", "("):
        with pytest.raises(Usage):
            substitution(bad, "x", regex=True)
    for bad in (r"\2", r"\g<who>"):
        with pytest.raises(Usage, match="cannot stand for a match"):
            substitution("(a)", bad, regex=True)
    with pytest.raises(Usage, match="never loose"):
        substitution("a", "x", regex=True, loose=True)


@pytest.mark.parametrize(
    ("find", "text", "options", "expected"),
    [
        ("café", "cafe\u0301, café, Café", {}, "X, X, Café"),
        ("café", "cafe\u0301, CAFÉ, cafe", {"ignore_case": True}, "X, X, cafe"),
        ("cafe", "cafe\u0301, café, Café", {"loose": True}, "X, X, Café"),
        ("灯塔", "旧灯塔，灯塔。", {"whole_word": True}, "旧X，X。"),
        ("등대", "등대에서 등대는", {"whole_word": True}, "X에서 X는"),
        ("מגדלור", "במגדלור הגדול", {"whole_word": True}, "בX הגדול"),
        ("Mara", "Mara, Maraschino", {"whole_word": True}, "X, Maraschino"),
        ("persian", "per\u200bsian per\u00adsian", {}, "X X"),
        ("مرحبا", "مرحبـــــا", {}, "X"),
        ("istanbul", "İstanbul", {"ignore_case": True}, "X"),
        ("full", "ｆｕｌｌ", {}, "X"),
        ("locked door", "the locked\n  door", {}, "the X"),
        # Of what folds to more than one character all goes or nothing.
        ("s", "groß ss", {"ignore_case": True}, "groß XX"),
        ("ss", "groß", {"ignore_case": True}, "groX"),
        ("f", "ﬁn fin", {}, "ﬁn Xin"),
        (".", "… .", {}, "… X"),
        # White space at the ends is part of what is looked for; only white space is looked for as it is.
        (" ,", "a , b, c", {}, "aX b, c"),
        ("  ", "a  b c", {}, "aXb c"),
        ("\u200b", "a\u200bb", {}, "aXb"),
    ],
)
def test_replacing_finds_what_a_search_finds(find, text, options, expected):
    assert substitution(find, "X", **options)(text)[0] == expected


def test_what_stands_there_already_is_no_replacement():
    assert substitution("café", "café")("café, cafe\u0301") == ("café, café", 1)


@given(
    st.text(st.sampled_from("abAB ée\u0301ßſﬁＡ灯등가에\u200bİıبـ\u064b")).filter(str.strip),
    st.text(st.sampled_from("abAB ée\u0301ßſﬁＡ灯등가에\u200bİıبـ\u064b")),
    st.booleans(),
    st.booleans(),
)
def test_where_case_is_ignored_a_search_finds_every_replacement(find, text, whole, loose):
    needle = folded(find, loose=loose)
    substitute = substitution(find.strip(), "X", ignore_case=True, whole_word=whole, loose=loose)
    if needle and substitute(text)[1]:
        assert list(places(needle, text, whole=whole, loose=loose))


@given(st.text(max_size=5), st.lists(st.sampled_from(["wren", "mara", "ash"]), max_size=3), st.integers(0, 5))
def test_a_plan_has_its_exchanges_and_the_first_character_speaks_as_the_user(system, characters, exchanges):
    entry = planned(system, characters, exchanges, ["night"])
    assert [m["role"] for m in entry["messages"]] == ["system", *["user", "assistant"] * exchanges]
    assert {m.get("name") for m in entry["messages"] if m["role"] == "user"} <= {*characters[:1], None}
    assert {m.get("name") for m in entry["messages"] if m["role"] == "assistant"} <= {*characters[1:], None}
    assert entry["tags"] == ["night"]


def test_an_exchange_left_blank_in_the_middle_moves_no_speaker():
    """RoleThread Lite weak spot (registry) 12: speakers were counted before the blank one went."""
    entry = planned("", ["wren", "mara", "ash"], 3)
    entry["messages"][1]["content"], entry["messages"][2]["content"] = "One?", "One."
    entry["messages"][5]["content"], entry["messages"][6]["content"] = "Three?", "Three."
    kept, blank = without_blanks(entry)
    assert blank == 3
    assert [(m["name"], m["content"]) for m in kept["messages"]] == [
        ("wren", "One?"),
        ("mara", "One."),
        ("wren", "Three?"),
        ("mara", "Three."),
    ]


def test_a_message_without_text_that_carries_something_is_not_blank():
    calling = {"role": "assistant", "content": "", "tool_calls": [{"id": "1"}]}
    null = {"role": "assistant", "content": None}
    assert without_blanks({"messages": [calling, null]}) == ({"messages": [calling, null]}, 0)


def test_an_entry_with_an_open_conflict_is_not_reshaped():
    with pytest.raises(Refused, match="open conflict"):
        with_system({"id": "e", "messages": [], "talekeep_conflict": [{"path": ["messages", 1]}]}, "x")
