"""Columns of a terminal: nothing is cut inside of a character, and tables stay straight in every script."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talekeep.core.text import graphemes
from talekeep.core.text.columns import cut
from talekeep.core.text.columns import isolated
from talekeep.core.text.columns import padded
from talekeep.core.text.columns import reach_back
from talekeep.core.text.columns import reach_on
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


@given(WILD, st.integers(0, 40), st.integers(0, 20))
def test_what_is_shown_around_a_place_fits_and_cuts_no_character(text: str, at: int, columns: int) -> None:
    at = min(at, len(text))
    borders = {0, *(end for _, end in graphemes.spans(text))}
    first, last = reach_back(text, at, columns), reach_on(text, at, columns)
    assert first in borders
    assert last in borders
    assert first <= at <= last
    start = max(border for border in borders if border <= at)
    stop = min(border for border in borders if border >= at)
    assert width(text[first:start]) <= columns
    assert width(text[stop:last]) <= columns


def test_what_runs_from_right_to_left_is_isolated() -> None:
    assert isolated("منارة 5") == "\u2068منارة 5\u2069"
    assert isolated("lamp 灯台") == "lamp 灯台"


# What a measure of columns or a table of scripts of one's own looks like.
OWN = r"east_asian_width|\\u0e00-\\u0e|\\u4e00-\\u9f|\\uac00-\\ud7"


def test_nothing_else_in_the_program_measures_columns_or_lists_scripts_by_itself() -> None:
    source = Path(graphemes.__file__).parents[2]
    files = [path for path in source.rglob("*.py") if path.parent.name != "text"]
    assert [path.name for path in files if re.search(OWN, path.read_text(encoding="utf-8"))] == []
