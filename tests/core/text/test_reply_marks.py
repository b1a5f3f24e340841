"""Marks that do not belong to the story are found, and those that do are let be."""

import time

import pytest

from talekeep.core.text.reply_marks import loose_marks
from talekeep.core.text.reply_marks import macros_in
from talekeep.core.text.reply_marks import out_of_character
from talekeep.core.text.reply_marks import quotes_in
from talekeep.core.text.reply_marks import speaks_for


@pytest.mark.parametrize(
    ("text", "macros"),
    [
        ("{{user}} meets {{char}} and {{user}}.", ["{{user}}", "{{char}}"]),
        ("{{ user }} rolls {{roll:1d6}}", ["{{ user }}", "{{roll:1d6}}"]),
        ("{{random::a::b}} <USER>", ["{{random::a::b}}", "<USER>"]),
        ("{{ items.count }} {{}} {user} <user>", []),
        ("Write ```{{user}}``` there.", []),
    ],
)
def test_macros_of_chat_programs_are_found(text: str, macros: list[str]) -> None:
    assert macros_in(text) == macros


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("She waits.\nUser: Hello.", "User:"),
        ("**{{user}}:** Hello.", "{{user}}:"),
        ("Old Wren: Hello.", "Old Wren:"),
        ('"Come in," old Wren says, and sits.', "old wren says"),
        ('"I will," you say.', "you say"),
        ('She nods. "Old Wren says no."', None),
        ("The wren says nothing.", None),
        ("Mara: Hello.", None),
        ("You say that often.", None),
        ("```\nUser: Hello.\n```", None),
    ],
)
def test_words_put_into_the_users_mouth_are_found(text: str, said: str | None) -> None:
    assert speaks_for(text, {"old_wren"}) == said


@pytest.mark.parametrize(
    ("text", "aside"),
    [
        ("She waits. (OOC: back soon.)", "(OOC"),
        ("[ooc I like this]", "[ooc"),
        ("OOC: wait.", "OOC:"),
        ("She waits. ((brb, phone is ringing))", "((brb, phone is ringing))"),
        ("She waits.\n// back in ten minutes", "// back in ten minutes"),
        ("f((a + b) * c) and ((x))", None),
        ("let a = 1\n// add one\na += 1", None),
        ("(She waits.) https://example.org", None),
        ("The zoo coo'd.", None),
    ],
)
def test_asides_to_the_other_player_are_found(text: str, aside: str | None) -> None:
    assert out_of_character(text) == aside


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("*She waits. A friend.", ["*"]),
        ("She waits.* A friend.", ["*"]),
        ('"A friend, she says.', ['"']),
        ("“A friend, she says.", ["“"]),
        ('"One.\n\n"Two."', []),
        ("“One.\n\n“Two.”", []),
        ("* a bullet\n* another\n3 * 4 = n*(n+1)", []),
        ("**Lamp (oil)**: *lit*, and `*` too.", []),
        ('A board of 6" and a rope. "25.09" it says.', []),
        ('if (a) { print("*) }', []),
    ],
)
def test_marks_without_a_partner_are_found(text: str, marks: list[str]) -> None:
    assert loose_marks(text) == marks


def test_kinds_of_quotes_are_told_apart() -> None:
    assert quotes_in('"a" and 6"') == {"straight"}
    assert quotes_in('“a” "b"') == {"straight", "curly"}
    assert quotes_in("'a' ```\"b\"```") == frozenset()


@pytest.mark.parametrize(
    "piece", ["{{a:", "((a ", "a:", "*a ", "\n// a", "(OOC", '"a', "<", "a*", "\n\n", " "]
)
def test_hostile_text_costs_linear_time(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    started = time.process_time()
    (
        macros_in(text),
        speaks_for(text, {"a"}),
        out_of_character(text + "ooc"),
        loose_marks(text),
        quotes_in(text),
    )
    assert time.process_time() - started < 5


def test_corner_brackets_without_a_partner_are_loose() -> None:
    assert loose_marks("「走吧，她说。") == ["「"]
    assert loose_marks("他说『是』」。") == ["「"]
    assert loose_marks("「今夜は。\n\n帰ろう。」") == []
