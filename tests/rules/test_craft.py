"""The craft of narrative replies: off by default, and found where they are asked for."""

from typing import Any

import pytest

from talekeep.rules import BY_CODE
from talekeep.rules import Context

LONG = "The lamp turns above the rail and the boats come home with bells until the harbour is full of them. "
LONG *= 3


def talk(*replies: str, names: tuple[str, ...] = ()) -> dict[str, Any]:
    messages: list[dict[str, Any]] = [{"role": "system", "content": "You are {{char}}."}]
    for number, text in enumerate(replies):
        reply = {"role": "assistant", "content": text} | ({"name": names[number]} if names else {})
        messages += [{"role": "user", "name": "old_wren", "content": "Go on. (OOC: hi)"}, reply]
    return {"messages": messages}


def results_of(code: str, entry: dict[str, Any], context: Context | None = None) -> list[tuple[Any, str]]:
    return [(hit.path[1], hit.message) for hit in BY_CODE[code].check(entry, context or Context())]


def test_macros_are_found_in_every_role() -> None:
    assert results_of("P501", talk("Come in, {{user}} and {{persona}}.")) == [
        (0, 'nobody filled in "{{char}}"'),
        (2, 'nobody filled in "{{user}}" and 1 more'),
    ]


def test_the_user_is_who_the_messages_say() -> None:
    assert results_of("P502", talk("She waits.\nOld Wren: No.")) == [
        (2, 'the reply speaks for the user: "Old Wren:"')
    ]
    # Who speaks for the assistant too is nobody's alone.
    assert not results_of("P502", talk("She waits.\nOld Wren: No.", names=("old_wren",)))


def test_asides_are_found_on_both_sides() -> None:
    assert results_of("P503", talk("She waits. (OOC: hi)")) == [
        (1, 'out of character: "(OOC"'),
        (2, 'out of character: "(OOC"'),
    ]


def test_the_end_of_a_broken_reply_is_shown_and_no_more() -> None:
    text = "The lamp is lit. I keep it for the boats that come in late, and for the"
    assert results_of("P504", talk(text)) == [(2, 'the reply breaks off: "…late, and for the"')]


def test_formats_are_compared_by_speaker() -> None:
    quoted, starred = '"Come in," she says, and waits.', "*She waits.* Come in out of it."
    assert results_of("P505", talk(quoted, starred)) == [
        (
            4,
            "bare speech among actions in asterisks, "
            "where message 2 has speech in quotes among bare narration",
        )
    ]
    assert not results_of("P505", talk(quoted, starred, names=("mara", "tam")))
    assert not results_of("P505", talk(quoted, '"Yes."', "Plain words are no format."))


def test_quotes_are_compared_by_speaker() -> None:
    assert [at for at, _ in results_of("P507", talk('"A."', "“B.”", "“C.”"))] == [4]
    assert not results_of("P507", talk('"A."', "“B.”", names=("mara", "tam")))


def test_answers_that_are_no_story_have_no_point_of_view() -> None:
    first = "I was born by the sea, and I kept the lamp of my father when I was old enough for it."
    third = "She was born by the sea, and she kept the lamp of her father when she was old enough."
    assert not results_of("P508", talk(first, third))
    assert [at for at, _ in results_of("P508", talk('"No." ' + first, '"No." ' + third))] == [4]


def test_a_tense_that_changes_is_found() -> None:
    past = '"No," she said. She looked at the sea and was cold. He turned and nodded to her.'
    present = '"No," she says. She looks at the sea and is cold. He turns and nods to her.'
    assert results_of("P509", talk(past, past, present)) == [
        (6, "a narration in the present tense, where message 2 has a narration in the past tense")
    ]


def test_loops_are_found_between_replies_and_inside_them() -> None:
    first = "one two three four five six seven eight nine ten eleven twelve thirteen"
    # Twelve pairs each, eleven shared: 11 of 13.
    second = first.replace("thirteen", "zero")
    assert results_of("P510", talk(first, second)) == [(4, "85% like the reply before it")]
    assert not results_of("P510", talk("Yes, my lord.", "Yes, my lord."))
    numbers = [f"w{n}" for n in range(40)]
    # 80 words have 75 runs of six, 40 of them different.
    assert results_of("P510", talk(" ".join(numbers * 2))) == [(2, "47% of it stood in it before")]


def test_a_collapse_takes_six_replies() -> None:
    short = ["Yes.", "No.", "Well."]
    assert results_of("P511", talk(LONG, LONG, LONG, *short)) == [
        (10, "words on average: 60 in the first 2 replies, 1 in the last")
    ]
    assert not results_of("P511", talk(LONG, LONG, *short))
    assert not results_of("P511", talk(*short, LONG, LONG, LONG))


def test_a_dataset_has_phrases_of_its_own() -> None:
    entry = talk("The hour of dawn is a testament to it.")
    assert results_of("P512", entry) == [(2, 'over-used: "a testament to"')]
    own = Context(phrases=("the hour of _",))
    assert results_of("P512", entry, own) == [(2, 'over-used: "the hour of _" and 1 more')]


@pytest.mark.parametrize("code", [code for code in BY_CODE if code.startswith("P5")])
def test_user_messages_and_broken_ones_are_no_replies(code: str) -> None:
    text = '"No," she says.\nUser: Yes. *Open'
    odd = [{"role": "user", "content": text}, {"role": "assistant", "content": None}, "x", {"role": 3}]
    assert not results_of(code, {"messages": odd})
