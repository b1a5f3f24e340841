"""Texts by words: the comparison adds up, the merge takes only what stands apart."""

import time

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.core.text.graphemes import clusters
from talekeep.core.text.graphemes import spans
from talekeep.core.text.tokens import pieces
from talekeep.core.text.word_diff import compare
from talekeep.core.text.word_diff import merge

TEXT = st.text(st.sampled_from(list("ab' ’.\n\r\u2028灯台कीé")), max_size=30) | st.text(max_size=20)
WORDS = st.lists(st.sampled_from(["lamp", "sea", "the", "door", "salt", "rain", "stone", ","]), max_size=10)


@settings(max_examples=100)
@given(TEXT)
def test_words_joined_are_the_text(text):
    assert "".join(pieces(text)) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("She doesn't  go.", ["She ", "doesn't  ", "go", "."]),
        ("灯台へ", ["灯", "台", "へ"]),
        ("हिन्दी भाषा", ["हिन्दी ", "भाषा"]),
        ("  a\n\nb", ["  ", "a\n\n", "b"]),
    ],
)
def test_words_are_what_a_reader_takes_for_words(text, words):
    assert pieces(text) == words


def test_a_changed_word_is_shown_alone():
    assert compare("the lamp turns slowly", "the lamp stands slowly") == [
        ("=", "the lamp "),
        ("-", "turns "),
        ("+", "stands "),
        ("=", "slowly"),
    ]


def test_changes_with_only_signs_between_them_are_shown_as_one():
    assert compare("see bread, salt here", "see oil, wine here") == [
        ("=", "see "),
        ("-", "bread, salt "),
        ("+", "oil, wine "),
        ("=", "here"),
    ]


@settings(max_examples=100)
@given(TEXT, TEXT)
def test_a_comparison_holds_both_texts_whole(a, b):
    runs = compare(a, b)
    assert "".join(text for op, text in runs if op != "+") == a
    assert "".join(text for op, text in runs if op != "-") == b
    assert all(text for _, text in runs)


@settings(max_examples=100)
@given(TEXT)
def test_a_text_does_not_differ_from_itself(text):
    assert compare(text, text) == ([("=", text)] if text else [])


def test_texts_with_too_many_different_words_are_compared_by_lines():
    a = "\n".join(f"a{n} b{n} c{n} d{n} e{n}" for n in range(200))
    b = "\n".join(f"v{n} w{n} x{n} y{n} z{n}" for n in range(200))
    assert compare(f"same\n{a}\nend", f"same\n{b}\nend")[0] == ("=", "same\n")


@pytest.mark.slow
@pytest.mark.parametrize("size", [2_000, 50_000])
def test_comparing_two_strangers_takes_bounded_time(size):
    started = time.process_time()
    compare("a b " * size, "c a d " * size)
    compare("\n".join(map(str, range(size))), "\n".join(map(str, range(size, 0, -1))))
    assert time.process_time() - started < 10


BASE = "The keeper lit the lamp, wiped the glass and went down to the door."


def test_changes_apart_are_both_made():
    ours, theirs = BASE.replace("keeper", "woman"), BASE.replace("door", "boat")
    assert merge(BASE, ours, theirs) == BASE.replace("keeper", "woman").replace("door", "boat")


def test_an_insertion_and_a_deletion_apart_are_both_made():
    ours, theirs = BASE.replace("lit the", "lit, at last, the"), BASE.replace(" down", "")
    assert merge(BASE, ours, theirs) == ours.replace(" down", "")


def test_one_change_made_by_both_is_made_once():
    ours = BASE.replace("keeper", "woman").replace("door", "boat")
    assert merge(BASE, ours, BASE.replace("keeper", "woman")) == ours


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (BASE.replace("lamp", "fire"), BASE.replace("lamp", "oil")),
        (BASE.replace("the lamp", "a fire"), BASE.replace("lamp, wiped", "lamp; wiped")),
        (BASE.replace("lamp", "fire"), BASE.replace("wiped", "cleaned")),
        (BASE + " She slept.", BASE + " She sang."),
        (BASE.replace("keeper ", ""), BASE.replace("keeper ", "old keeper ")),
    ],
)
def test_changes_that_touch_are_left_to_a_person(ours, theirs):
    assert merge(BASE, ours, theirs) is None
    assert merge(BASE, theirs, ours) is None


def test_a_rewritten_text_takes_in_no_words_of_the_other_side():
    rewritten = "At dusk a boy carried the lamp away and the sea took everything down to the last stone."
    assert merge(BASE, rewritten, BASE.replace("glass", "window")) is None


@settings(max_examples=100)
@given(WORDS, WORDS, WORDS)
def test_merging_texts_keeps_the_laws(base, ours, theirs):
    b, o, t = (" ".join(words) for words in (base, ours, theirs))
    merged = merge(b, o, t)
    assert merged == merge(b, t, o)
    assert merge(b, o, b) in (o, None)
    assert merge(b, o, o) in (o, None)
    if merged is not None:
        new = {*ours, *theirs} - {*base}
        assert all(word in merged for word in new)


# Three sentences each; the first and the last word of it are edited on two sides.
PARAGRAPHS = {
    "th": ("ผู้ดูแลจุดตะเกียง", "แล้วเช็ดกระจก", "เธอเดินลงไปที่ประตูไม้", ("ตะเกียง", "ไฟ"), ("ไม้", "เหล็ก")),
    "lo": ("ຄົນເຝົ້າຈູດຕະກຽງ", "ແລ້ວເຊັດແກ້ວ", "ນາງຍ່າງລົງໄປປະຕູໄມ້", ("ຕະກຽງ", "ໄຟ"), ("ໄມ້", "ເຫຼັກ")),
    "km": ("អ្នកយាមអុជចង្កៀង", "ហើយជូតកញ្ចក់", "នាងដើរទៅទ្វារឈើ", ("ចង្កៀង", "ភ្លើង"), ("ឈើ", "ដែក")),
    "my": ("စောင့်သူက မီးအိမ်ကို ထွန်း", "ပြီးမှန်ကိုသုတ်", "သူမ သစ်သားတံခါးသို့ဆင်း", ("မီးအိမ်", "မီး"), ("သစ်သား", "သံ")),
    "zh": ("看守点亮了灯", "然后擦了玻璃", "她走下去到木门前", ("灯", "火把"), ("木", "铁")),
    "ja": (
        "番人は灯をともした",
        "それからガラスを拭いた",
        "彼女は木の扉へ降りた",
        ("灯", "火"),
        ("木", "鉄"),
    ),
    "ko": (
        "등대지기가 등불을 켰다.",
        "유리를 닦았다.",
        "그녀는 나무 문으로 내려갔다.",
        ("등불", "횃불"),
        ("나무", "철"),
    ),
    "ar": (
        "أضاء الحارس المصباح.",
        "ومسح الزجاج.",
        "نزلت إلى الباب الخشبي.",
        ("المصباح", "النار"),
        ("الخشبي", "الحديدي"),
    ),
    "hi": ("रखवाले ने दीपक जलाया।", "काँच पोंछा।", "वह लकड़ी के दरवाज़े तक गई।", ("दीपक", "अलाव"), ("लकड़ी", "लोहे")),
}


@pytest.mark.parametrize("script", PARAGRAPHS)
def test_edits_at_both_ends_of_a_paragraph_merge_in_every_script(script):
    *sentences, first, last = PARAGRAPHS[script]
    base = "".join(sentences)
    ours, theirs = base.replace(*first), base.replace(*last)
    assert base not in (ours, theirs)

    assert merge(base, ours, theirs) == ours.replace(*last)


def test_two_rewrites_with_one_common_character_between_are_left_to_a_person():
    base = "她把灯的光带到了海边的小屋里面，然后睡了很久很久。"
    ours, theirs = base.replace("灯的光", "火的光"), base.replace("灯的光", "灯的影")
    assert merge(base, ours, theirs) is None


def test_the_same_change_beside_another_is_made_once():
    base = "ມາລາເປີດປະຕູ ແລ້ວຍ່າງລົງໄປຫາທະເລ ແລະກັບມາຕອນເຊົ້າ"
    ours = base.replace("ມາລາ", "ມາເຣນ")
    theirs = ours.replace("ທະເລ", "ພູ")
    assert merge(base, ours, theirs) == merge(base, theirs, ours) == theirs


# Families, skin tones, flags, keycaps, accents, vowel signs, jamo.
_CLUSTERS = [
    *("👨‍👩‍👧", "👨‍👩‍👦", "👍🏽", "👍🏿", "🇩🇪", "🇫🇷", "1️⃣", "e\u0301", "e", "क्षि", "กำ", "ก"),
    *("\u1112\u1161\u11ab", "한", "a", " "),
]
_CLUSTERED = st.lists(st.sampled_from(_CLUSTERS), max_size=12).map("".join)


@settings(max_examples=300)
@given(_CLUSTERED, _CLUSTERED)
def test_a_comparison_never_cuts_what_a_reader_sees_as_one_character(a, b):
    for text, other in ((a, "+"), (b, "-")):
        borders = {0, *(end for _, end in spans(text))}
        at = 0
        for run in (run for op, run in compare(a, b) if op != other):
            at += len(run)
            assert at in borders


@settings(max_examples=300)
@given(_CLUSTERED, _CLUSTERED, _CLUSTERED)
def test_a_merge_holds_whole_characters_of_the_three_texts_only(base, ours, theirs):
    merged = merge(base, ours, theirs)
    if merged is not None and not any("🇩🇪" in side or "🇫🇷" in side for side in (base, ours, theirs)):
        assert {*clusters(merged)} <= {*clusters(base), *clusters(ours), *clusters(theirs)}


def test_one_member_of_a_family_changes_the_family():
    assert compare("Look: 👨‍👩‍👧!", "Look: 👨‍👩‍👦!")[1:3] == [("-", "👨‍👩‍👧"), ("+", "👨‍👩‍👦")]
