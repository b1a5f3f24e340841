"""What a word is, in every script: compared, counted, cut; parallel texts have parallel lengths."""

import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talekeep.core.text.graphemes import clusters
from talekeep.core.text.normalize import folded
from talekeep.core.text.tokens import RUN
from talekeep.core.text.tokens import UNIT
from talekeep.core.text.tokens import pieces
from talekeep.core.text.tokens import words
from talekeep.core.text.tokens import words_in

# The same three texts in eleven languages, translated for these tests.
TEXTS = json.loads(Path(__file__).with_name("parallel_texts.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("text", "expected"), [("", 0), ("She doesn't go.", 3), ("one-two", 2), ("l’été 2020", 2), ("... !", 0)]
)
def test_words_are_counted_as_one_reads_them(text, expected):
    assert words_in(text) == expected


@pytest.mark.parametrize("text", ["灯", "あ", "ก", "ລ", "မ", "ខ", "등", "و", "ש", "я"])
def test_a_text_of_one_letter_has_one_word_in_any_script(text):
    assert words_in(text) == 1
    assert len(words(text)) == 1


def test_words_of_scripts_with_vowel_signs_are_not_cut_apart():
    assert words_in("हिन्दी भाषा।") == 2
    assert words("हिन्दी भाषा।") == ["हिन्दी", "भाषा"]


def test_invisible_signs_inside_a_word_do_not_cut_it():
    assert words_in("soft\u00adhyphen, on\u200dce") == 2


def test_signs_and_pictures_are_no_words():
    assert words_in("❤️ 👍🏽 — … ★") == 0
    assert words("❤️ 👍🏽 — … ★") == []


# How far the length of each language may be off from the English original, in either direction. French has a
# word more in five in one text; nothing else is off by more than an eighth.
OFF = {"en": 0.0, "de": 0.12, "es": 0.07, "fr": 0.23, "ru": 0.07, "ar": 0.09, "hi": 0.12}
OFF |= {"zh": 0.12, "ja": 0.12, "ko": 0.09, "th": 0.07}
BANDS = {"short": (10, 24), "paragraph": (50, 99), "story": (100, 199)}


@pytest.mark.parametrize("language", OFF)
@pytest.mark.parametrize("size", TEXTS)
def test_the_same_text_has_the_same_length_in_every_language(size, language):
    length, original = words_in(TEXTS[size][language]), words_in(TEXTS[size]["en"])
    low, high = BANDS[size]

    assert low <= length <= high
    assert abs(length / original - 1) <= OFF[language]


# The first article of the Universal Declaration of Human Rights, 30 words in English.
ARTICLE = {
    "lo": "ມະນຸດທຸກຄົນເກີດມາມີກຽດສັກສີ, ສິດທິ, ເສລີພາບ ແລະຄວາມສະເໝີພາບເທົ່າທຽມກັນ. ມະນຸດທຸກຄົນມີສະຕິສຳປັດຊັນຍະ"
    "ແລະຕ້ອງປະພຶດຕໍ່ກັນໃນທາງພີ່ນ້ອງ.",
    "km": "មនុស្សទាំងអស់កើតមកមានសេរីភាពនិងសមភាពក្នុងសេចក្ដីថ្លៃថ្នូរនិងសិទ្ធិ។ មនុស្សមានវិចារណញ្ញាណនិងសតិសម្បជញ្ញៈ"
    "ជាប់ពីកំណើតហើយត្រូវប្រព្រឹត្តចំពោះគ្នាទៅវិញទៅមកក្នុងស្មារតីរាប់អានគ្នាជាបងប្អូន។",
    "my": "လူတိုင်းသည် တူညီလွတ်လပ်သော ဂုဏ်သိက္ခာဖြင့် လည်းကောင်း၊ တူညီလွတ်လပ်သော အခွင့်အရေးများဖြင့် လည်းကောင်း၊ "
    "မွေးဖွားလာသူများ ဖြစ်သည်။ ထိုသူတို့၌ ပိုင်းခြားဝေဖန်တတ်သော ဉာဏ်နှင့် ကျင့်ဝတ်သိတတ်သော စိတ်တို့ရှိကြ၍ "
    "ထိုသူတို့သည် အချင်းချင်းမေတ္တာထား၍ ဆက်ဆံကျင့်သုံးသင့်၏။",
}


@pytest.mark.parametrize("language", ARTICLE)
def test_lao_khmer_and_burmese_have_lengths_too(language):
    assert 24 <= words_in(ARTICLE[language]) <= 46


def test_words_are_folded_and_units_where_no_spaces_are_written():
    assert words("Don’t STOP, café 灯台") == ["don't", "stop", "café", "灯", "台"]
    assert words("ที่นี่") == ["ที่", "นี่"]
    assert words("カﾞｷﾞ") == ["ガ", "ギ"]
    assert words("ខ្ញុំ") == ["ខ្ញុំ"]


@given(
    st.text(st.sampled_from("aB9_ .,'‘’“”–—…\n\t\x1f\1-*"))
    | st.text(st.sampled_from("aB' ’é…①ß\u0301İ海\0\1—กำ้"))
)
def test_words_are_the_same_however_they_are_found(text):
    output = folded(text).replace("’", "'")

    assert words(text) == re.findall(rf"{RUN}(?:'{RUN})*|{UNIT}", output)


SIGNS = (
    "aé9 .,'’-\r\n\u0301\u0e01\u0e33\u0e49\u200b\u200c\u200d\ufe0f海カﾞ등ُبи\u1780\u17d2\u1793क्षि।👨👩🏽🇩🇪❤*"
)


@given(st.text(st.sampled_from(SIGNS)))
def test_pieces_are_the_text_and_cut_no_character(text):
    result = pieces(text)
    borders = {sum(map(len, clusters(text)[:n])) for n in range(len(clusters(text)) + 1)}

    assert "".join(result) == text
    assert all(sum(map(len, result[:n])) in borders for n in range(len(result)))


def test_a_number_is_one_piece_and_a_word_has_its_space():
    assert pieces("It’s 1,000.5 km, I say.") == ["It’s ", "1,000.5 ", "km", ", ", "I ", "say", "."]
    assert pieces("灯台 ไป") == ["灯", "台 ", "ไ", "ป"]


@pytest.mark.parametrize("piece", ["a'", "ไ", "é\u0301", "1,", "្", "\u200d", "👨\u200d"])
def test_hostile_text_costs_linear_time(piece):
    text = piece * (100_000 // len(piece))
    started = time.process_time()
    words(text)
    words_in(text)
    pieces(text)
    assert time.process_time() - started < 5
