"""Phrases are found as whole words, whatever their case and apostrophes."""

from hypothesis import given
from hypothesis import strategies as st

from talekeep.core.text.overused_phrases import OVERUSED
from talekeep.core.text.overused_phrases import phrases_in
from talekeep.core.text.overused_phrases import table
from talekeep.core.text.prose import words

SHIPPED = table(OVERUSED)


def test_any_one_word_stands_where_the_phrase_has_a_gap() -> None:
    text = "A breath she DIDN’T know she was holding. A breath he didn't know he was holding!"
    assert [*phrases_in(words(text), SHIPPED)] == ["a breath _ didn't know _ was holding"] * 2
    assert not [*phrases_in(words("A breath didn't know she was holding."), SHIPPED)]


def test_phrases_end_with_the_text_and_not_behind_it() -> None:
    assert [*phrases_in(words("It is a testament to"), SHIPPED)] == ["a testament to"]
    assert not [*phrases_in(words("It is a testament"), SHIPPED)]


def test_a_phrase_without_a_beginning_is_left_out() -> None:
    assert table(["_ of dawn", "", "!!"]) == {}
    assert [*phrases_in(words("The Hour of Dawn"), table(["hour of dawn", "hour of dawn"]))] == [
        "hour of dawn"
    ]


def test_the_list_is_sorted_and_every_phrase_finds_itself() -> None:
    assert list(OVERUSED) == sorted(set(OVERUSED))
    for phrase in OVERUSED:
        assert phrase in [*phrases_in(words(phrase.replace("_", "her")), SHIPPED)]


@given(st.lists(st.sampled_from(["a", "b", "c"]), max_size=12), st.lists(st.sampled_from("ab_"), max_size=4))
def test_what_is_found_is_what_a_plain_search_finds(told: list[str], phrase: list[str]) -> None:
    places = [
        at
        for at in range(len(told) - len(phrase) + 1)
        if all(p in ("_", w) for p, w in zip(phrase, told[at:], strict=False))
    ]
    usable = bool(phrase) and phrase[0] != "_"
    assert len([*phrases_in(told, table([" ".join(phrase)]))]) == (len(places) if usable else 0)
