"""The craft of replies on hand-made entries: each figure is worked out by hand beside it."""

from typing import Any

from talekeep.core.text.overused_phrases import table
from talekeep.metrics.craft import DRIFTS
from talekeep.metrics.craft import MARKS
from talekeep.metrics.craft import bounded
from talekeep.metrics.craft import measure
from talekeep.metrics.craft_report import Top
from talekeep.metrics.craft_report import group
from talekeep.metrics.tally import total
from talekeep.rules import BY_CODE

PHRASES = table(["barely above a whisper", "the hour of _"])
CUT = "The lamp is lit. I keep it for the boats that come in late, and for the"


def talk(*replies: str, name: str = "mara", user: str = "wren") -> dict[str, Any]:
    messages = []
    for text in replies:
        messages += [
            {"role": "user", "name": user, "content": "Go on. {{user}}"},
            {"role": "assistant", "name": name, "content": text},
        ]
    return {"messages": messages}


def of(*entries: dict[str, Any]) -> Any:
    return group("", total(measure(entry, PHRASES) for entry in entries).get("all", {}))


def test_shares_of_replies() -> None:
    result = of(talk(CUT, "Who goes there? (OOC: hi)", "Wren: Me."), talk("Who is {{user}}?", "*No."))
    assert (result.entries, result.replies) == (2, 5)
    assert result.marks == {
        "unresolved-macro": 0.2,
        "speaks-for-user": 0.2,
        "out-of-character": 0.2,
        "ends-mid-sentence": 0.2,
        "unbalanced-marks": 0.2,
        # The second ends with the aside.
        "closing-question": 0.2,
    }
    # 17 words break off, 5 + 2 + 3 + 1 others.
    assert result.words == 17 + 5 + 2 + 3 + 1
    assert result.mean_words == round(28 / 5, 1)


def test_shares_of_entries_that_drift() -> None:
    quoted, starred = '"Come in," she says, and waits.', "*She waits.* Come in out of it."
    result = of(talk(quoted, starred), talk(quoted, quoted), talk('"A."', "“B.”"), talk("Yes."))
    assert result.drifts == dict.fromkeys(DRIFTS, 0.0) | {"format-drift": 0.25, "quote-drift": 0.25}
    # Of seven replies: quoted three times, "A.", “B.”; starred; Yes.
    assert result.styles == {
        "quotes": round(5 / 7, 4),
        "asterisks": round(1 / 7, 4),
        "plain": round(1 / 7, 4),
    }
    # Of the five that have quotes one has curly ones.
    assert result.quotes == {"straight": 0.8, "curly": 0.2}


def test_point_of_view_and_tense_of_those_that_tell() -> None:
    first = '"No." I was cold, and I looked at the sea with my lamp. It was late and I turned to it.'
    third = '"No." She was cold, and she looked at the sea with her lamp. It was late and she turned to it.'
    now = '"No." She is cold, and she looks at the sea with her lamp. It is late and she turns to it.'
    result = of(talk(first, third), talk(third, now), talk("The sea is cold."))
    assert result.persons == {"third": 0.75, "first": 0.25}
    assert result.tenses == {"past": 0.75, "present": 0.25}
    assert (result.drifts["point-of-view-drift"], result.drifts["tense-drift"]) == (0.3333, 0.3333)


def test_openings_count_replies_that_share_four_words() -> None:
    result = of(
        talk("*She looks up slowly.*", "She looks up, slowly, and waits."), talk("She looks up.", "No.")
    )
    assert result.openings == [Top("she looks up slowly", 2)]
    assert result.opening_reuse == 2 / 4


def test_runs_said_again_in_one_entry() -> None:
    run = "one two three four five six"
    # Two runs of six, one of them again; in the other entry one more, which is new there.
    assert of(talk(run, run), talk(run)).repeated == round(1 / 3, 4)


def test_phrases_are_counted_for_a_thousand_words() -> None:
    result = of(talk("Barely above a whisper, at the hour of dawn and the hour of dusk, she speaks."))
    assert result.phrases == [Top("the hour of _", 2), Top("barely above a whisper", 1)]
    # Three in sixteen words.
    assert result.phrases_per_1000 == round(3000 / 16, 3)


def test_length_kept_is_the_last_third_against_the_first() -> None:
    long, short = "word " * 40, "word " * 10
    result = of(talk(long, long, short, short, short, short), talk(long, long))
    assert result.length_kept == 0.25
    assert result.drifts["length-collapse"] == 0.5
    assert of(talk(long)).length_kept is None


def test_characters_are_counted_by_themselves() -> None:
    entry = {"messages": [*talk(CUT)["messages"], *talk("No.", name="tam")["messages"]]}
    tally = measure(entry, PHRASES)
    mara, tam = (group(name, tally["characters"][name]) for name in ("mara", "tam"))
    assert (mara.replies, mara.marks["ends-mid-sentence"]) == (1, 1.0)
    assert (tam.replies, tam.marks["ends-mid-sentence"]) == (1, 0.0)
    assert group("", tally["all"]).marks["ends-mid-sentence"] == 0.5
    assert tally["all"]["entries"] == 1


def test_nothing_has_no_craft() -> None:
    nothing = of()
    assert (nothing.entries, nothing.replies, nothing.mean_words, nothing.length_kept) == (0, 0, 0.0, None)
    assert measure({"messages": [{"role": "assistant", "content": 3}, "x"]}, PHRASES) == {}
    assert measure({}, PHRASES) == {}


def test_every_mark_and_drift_is_a_rule_of_that_name() -> None:
    names = {rule.name for rule in BY_CODE.values()}
    assert {*MARKS, *DRIFTS} - names == {"closing-question"}


def test_a_table_without_room_loses_what_was_counted_once() -> None:
    assert bounded({"a": 1, "b": 2, "c": 1}, 3) == {"a": 1, "b": 2, "c": 1}
    assert bounded({"a": 1, "b": 2, "c": 1}, 2) == {"b": 2}
