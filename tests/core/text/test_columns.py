"""Columns of a terminal: nothing is cut inside of a character, and tables stay straight in every script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talekeep.core.text.columns import cut
from talekeep.core.text.columns import isolated
from talekeep.core.text.columns import padded
from talekeep.core.text.columns import width
from talekeep.core.text.graphemes import clusters


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("lamp", 4),
        ("灯台", 4),
        ("ｶﾞ", 1),
        ("등대", 4),
        ("ที่นี่", 2),
        ("हिन्दी", 2),
        ("cafe\u0301", 4),
        ("👍", 2),
        ("❤️", 2),
        ("👨‍👩‍👧‍👦", 2),
        ("🇩🇪", 2),
        ("منارة", 5),
    ],
)
def test_a_text_takes_the_columns_that_one_sees(text: str, columns: int) -> None:
    assert width(text) == columns
    assert width(padded(text, 24)) == 24


WILD = st.text(st.sampled_from("ab 灯台등ทีนี่हिन्दी\u0301👍❤\ufe0f👨\u200d👩🇩🇪مנ"))


@given(WILD, st.integers(2, 20))
def test_a_cut_text_fits_and_no_character_of_it_is_cut(text: str, columns: int) -> None:
    shown = cut(text, columns)
    assert width(shown) <= columns
    if shown != text:
        kept = shown.removesuffix("…")
        assert "".join(clusters(text)[: len(clusters(kept))]) == kept


def test_what_runs_from_right_to_left_is_isolated() -> None:
    assert isolated("منارة 5") == "\u2068منارة 5\u2069"
    assert isolated("lamp 灯台") == "lamp 灯台"
