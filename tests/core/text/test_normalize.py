"""Folding, and the way back from a match in folded text to the characters it stands for."""

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.core.text.normalize import finds
from talekeep.core.text.normalize import fold
from talekeep.core.text.normalize import folded
from talekeep.core.text.normalize import located
from talekeep.core.text.normalize import places

# What changes its length or joins its neighbours when folded, among the plain.
FOLDING = "abSsfi ß\u0301\u030aﬁＡｱﾞがか\u3099각\u1100\u1161\u11a8İΣς½…\u00a0\n\t\u2028नि"
VANISHING = "ıi\u0307\u200b\u200d\u00ad\ufe0fبـ\u064bנ\u05b4"
TEXT = st.text(
    st.sampled_from(FOLDING + VANISHING) | st.characters(exclude_categories=["Cs"]),
    max_size=20,
)


def results_of(needle: str, text: str, *, whole: bool = False) -> list[str]:
    return [text[start:end] for start, end in places(folded(needle), text, whole=whole)]


@pytest.mark.parametrize(
    ("needle", "text", "expected"),
    [
        ("STRASSE", "An der Straße 5", ["Straße"]),
        ("ss", "groß", ["ß"]),
        ("s", "groß", ["ß"]),
        ("fire", "a ﬁre and a FIRE", ["ﬁre", "FIRE"]),
        ("full", "ｆｕｌｌ width", ["ｆｕｌｌ"]),
        ("café", "cafe\u0301, CAFÉ", ["cafe\u0301", "CAFÉ"]),
        ("locked door", "the locked\n\n  door", ["locked\n\n  door"]),
        ("ガ", "ｶﾞｽ", ["ｶﾞ"]),
        ("灯台", "この灯台の鍵", ["灯台"]),
        ("storm", "no rain", []),
        ("istanbul", "İstanbul", ["İstanbul"]),
        ("ISTANBUL", "i̇stanbul", ["i̇stanbul"]),
        ("IŞIK", "ışık", ["ışık"]),
        ("ışık", "IŞIK", ["IŞIK"]),
        ("persian", "per\u200bsian", ["per\u200bsian"]),
        ("softhyphen", "soft\u00adhyphen", ["soft\u00adhyphen"]),
        ("میخواهم", "می\u200cخواهم", ["می\u200cخواهم"]),
        ("❤ text", "❤\ufe0f text", ["❤\ufe0f text"]),
        ("مرحبا", "مرحبـــــا", ["مرحبـــــا"]),
        ("المبلل", "المبلّل", ["المبلّل"]),
        ("נכנסתי", "נִכְנַסְתִּי", ["נִכְנַסְתִּי"]),
        ("cafe", "café", []),
        ("أ", "ا", []),
    ],
)
def test_a_place_is_told_in_characters_of_the_original(needle: str, text: str, expected: list[str]) -> None:
    assert results_of(needle, text) == expected


@pytest.mark.parametrize(
    ("needle", "text", "expected"),
    [
        ("cat", "category, Cat; a (cat)", 2),
        ("cat", "_cat_ and *cat*", 2),
        ("cat", "cats", 0),
        ("鍵", "灯台の鍵です", 1),
        ("บ้าน", "ที่บ้านของฉัน", 1),
        ("क", "कि", 0),
        ("caf", "café", 0),
        ("cafe", "cafe\u0327", 0),
        ("don't", "I don't.", 1),
        ("!?", "What!?", 1),
        ("등대", "등대에서 등대는", 2),
        ("등대", "옛등대", 0),
        ("מגדלור", "במגדלור, המגדלור", 2),
        ("מגדלור", "במגדלורים", 0),
        ("كتاب", "والكتاب بكتاب للكتاب", 3),
        ("кот", "который", 0),
    ],
)
def test_a_whole_word_stands_between_word_borders(needle: str, text: str, expected: int) -> None:
    assert len(results_of(needle, text, whole=True)) == expected


@settings(max_examples=300)
@given(TEXT, st.booleans())
def test_text_folds_the_same_with_and_without_the_way_back(text: str, loose: bool) -> None:
    shown, starts, ends = located(text, loose=loose)

    assert shown == folded(text, loose=loose)
    assert len(shown) == len(starts) == len(ends)
    assert all(0 <= start < end <= len(text) for start, end in zip(starts, ends, strict=True))
    assert starts == sorted(starts)
    assert ends == sorted(ends)


@settings(max_examples=300)
@given(TEXT, st.data())
def test_every_place_holds_what_was_looked_for(text: str, data: st.DataObject) -> None:
    shown = folded(text)
    start = data.draw(st.integers(0, len(shown)))
    needle = folded(shown[start : data.draw(st.integers(start, len(shown)))])
    if not needle or needle not in shown:
        return
    spans = list(places(needle, text, whole=False))
    assert spans
    assert all(needle in folded(text[start:end]) for start, end in spans)


@given(TEXT)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert folded(folded(text, loose=True), loose=True) == folded(text, loose=True)


@pytest.mark.parametrize(
    ("needle", "text"),
    [
        ("cafe", "CAFÉ"),
        ("café", "cafe"),
        ("أهلا", "اهلا"),
        ("еще", "ещё"),
        ("lodz", "Łódź"),
        ("smorrebrod", "smørrebrød"),
        ("istanbul", "İstanbul"),
        ("cœur", "coeur"),
    ],
)
def test_to_a_loose_search_accents_do_not_count(needle: str, text: str) -> None:
    assert list(places(folded(needle, loose=True), text, whole=True, loose=True)) == [(0, len(text))]


@pytest.mark.parametrize(("needle", "text"), [("か", "が"), ("कि", "की"), ("ก", "ก้"), ("가", "각")])
def test_a_loose_search_still_tells_letters_apart(needle: str, text: str) -> None:
    assert folded(needle, loose=True) != folded(text, loose=True)


@given(TEXT, TEXT.map(folded).filter(bool), st.booleans())
def test_there_is_a_place_where_there_is_a_match(text: str, needle: str, whole: bool) -> None:
    assert bool(list(places(needle, text, whole=whole))) == finds(needle, folded(text), whole=whole)


@given(st.text(st.sampled_from("abC 1\t\n.'\"“”‘’–—…"), max_size=40), st.booleans())
def test_plainly_typed_text_is_folded_as_any_other(text: str, keep_case: bool) -> None:
    """It takes a shorter way, which a letter beyond it closes."""
    whole = fold(text + "é", keep_case=keep_case)
    assert fold(text, keep_case=keep_case) == whole.removesuffix("é")
