"""Grapheme clusters: what a reader takes for one character is never cut."""

import subprocess
import sys

import pytest
import regex
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.core.text.graphemes import clusters
from talekeep.core.text.graphemes import cut_before

# Whatever makes clusters longer than one code point, and plain characters between. A sign that stacks
# consonants comes with its consonant: alone the other program joins it to anything.
_PIECES = (
    *"a1 .é\r\n\t\u0301\u0308\ufe0f\u20e3\u200d\u200c👨👩👧❤☠👍🏽🏻🇩🇪🇫\U000e0067\U000e007f",
    *"\u1100\u1161\u11a8가각힣षकింমતമపతกำเ\u0e33\u0e49ກຳກြက\u102dក\u17b7က灯台はがﾊﾞ\u0600\u05d0\u05b8عَ",
    *("क्", "ম্", "ત્", "മ്", "പ്", "త్", "က\u1039", "ក្"),
)
TEXT = st.lists(st.sampled_from(_PIECES), max_size=24).map("".join)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", []),
        ("ab\r\nc", ["a", "b", "\r\n", "c"]),
        ("e\u0301a", ["e\u0301", "a"]),
        ("👨‍👩‍👧‍👦x", ["👨‍👩‍👧‍👦", "x"]),
        ("👍🏽👍", ["👍🏽", "👍"]),
        ("🇩🇪🇫🇷🇮", ["🇩🇪", "🇫🇷", "🇮"]),
        ("❤️‍🔥1️⃣", ["❤️‍🔥", "1️⃣"]),
        ("\u1112\u1161\u11ab글", ["\u1112\u1161\u11ab", "글"]),
        ("क्षि", ["क्षि"]),
        ("น้ำใจ", ["น้ำ", "ใ", "จ"]),
        ("ក្រុម", ["ក្រុ", "ម"]),
        ("မြန်မာ", ["မြ", "န်", "မာ"]),
    ],
)
def test_a_cluster_is_what_a_reader_takes_for_one_character(text, wanted):
    assert clusters(text) == wanted


@settings(max_examples=400)
@given(TEXT)
def test_clusters_are_those_of_the_unicode_standard(text):
    # An independent program; a joiner between symbols that are no emoji is the documented difference.
    assert clusters(text) == regex.findall(r"\X", text)


@given(st.text(max_size=40))
def test_clusters_joined_are_the_text(text):
    assert "".join(clusters(text)) == text


@settings(max_examples=200)
@given(TEXT, st.integers(-2, 26))
def test_a_cut_stands_at_the_last_border_that_fits(text, at):
    borders = [0]
    for cluster in clusters(text):
        borders.append(borders[-1] + len(cluster))
    assert cut_before(text, at) == max((b for b in borders if b <= at), default=0)


def test_a_cut_far_behind_in_a_long_text_is_right_too():
    text = "a friend 👨‍👩‍👧 " * 500
    assert cut_before(text, text.rindex("👧")) == text.rindex("👨")


def test_nothing_is_computed_before_the_first_question():
    code = "import sys, talekeep.core.text.graphemes as g; assert not g._CLASSES"
    subprocess.run([sys.executable, "-c", code], check=True)
