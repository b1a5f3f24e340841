"""A compiled text holds what was put in, and nothing in it is taken for a placeholder."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.core.text.template import Piece
from talekeep.core.text.template import compiled
from talekeep.core.text.template import fenced
from talekeep.core.text.template import lacking

SCENE = Piece("the chunk scene", "\n{=scene}, in {=count}.\n")
NOTES = Piece("the chunk notes", "Also: {=notes}", when="notes")
NONE = {"scene": "", "count": "", "notes": ""}
TEXTS = st.text(st.sampled_from("{=}scenotu \n\\1g<0>é$"), min_size=1).filter(str.strip)


def test_pieces_are_filled_and_joined_by_a_blank_line() -> None:
    values = {"scene": "Fog", "count": "2 entries", "notes": "No boats."}

    assert compiled([SCENE, NOTES], values) == "Fog, in 2 entries.\n\nAlso: No boats."


def test_a_piece_whose_condition_has_no_value_is_left_out() -> None:
    assert compiled([SCENE, NOTES], {"scene": "Fog", "count": "1", "notes": " "}) == "Fog, in 1."


@given(scene=TEXTS, count=TEXTS, notes=TEXTS)
def test_what_is_put_in_stands_there_word_for_word(scene: str, count: str, notes: str) -> None:
    text = compiled([SCENE, NOTES], {"scene": scene, "count": count, "notes": notes})

    assert text == f"{scene}, in {count}.\n\nAlso: {notes}"


def test_a_text_that_looks_like_a_placeholder_is_only_text() -> None:
    values = {"scene": "{=count} {=nowhere}", "count": "{=scene}", "notes": ""}

    assert compiled([SCENE], values) == "{=count} {=nowhere}, in {=scene}."


def test_other_braces_are_text() -> None:
    odd = Piece("odd", '{"messages": []} {scene} {{char}} {= scene} {=} ${scene}')

    assert compiled([odd], NONE) == odd.text


def test_everything_that_is_lacking_is_told_at_once() -> None:
    assert lacking([SCENE, NOTES], NONE) == ["scene", "count"]
    with pytest.raises(Usage, match="scene, count"):
        compiled([SCENE, NOTES], NONE)


@pytest.mark.parametrize("when", ["", "notes"])
def test_a_name_that_does_not_exist_is_an_error_even_where_it_is_left_out(when: str) -> None:
    with pytest.raises(Refused, match=r"the chunk x asks for \{=sceen\}"):
        compiled([Piece("the chunk x", "{=sceen}", when)], NONE)
    with pytest.raises(Refused, match=r"asks for \{=nots\}"):
        compiled([Piece("the chunk x", "text", "nots")], NONE)


def test_a_blank_piece_is_an_error() -> None:
    with pytest.raises(Refused, match="the text of the chunk x is blank"):
        compiled([Piece("the chunk x", " \n")], NONE)


@given(text=st.text(st.sampled_from("`~a\n")))
def test_no_text_breaks_out_of_its_fence(text: str) -> None:
    first, *inside, last = fenced(text, "text").split("\n")

    assert "\n".join(inside) == text
    assert first == last + "text"
    assert last not in text
