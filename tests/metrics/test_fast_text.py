"""Texts as bytes: the same words and the same folded text as letter by letter."""

import re

from hypothesis import given
from hypothesis import strategies as st

from talekeep.core.text.normalize import folded
from talekeep.core.text.tokens import words_in
from talekeep.metrics import fast_text

# Letters and signs of the fast way, and a few that it has to leave to the other.
TYPED = "aB9_ .,'\"“”‘’–—…\n\t\x1f-*"
OTHERS = TYPED + "\0\x85\u2028\u0301\u00e9ßİΣｋ①海カ\u0e01\u200b\u0307ı\u0640\ud800"
texts = st.lists(st.text(st.sampled_from(TYPED))) | st.lists(st.text(st.sampled_from(OTHERS)))


@given(texts)
def test_texts_are_folded_as_if_each_stood_alone(texts):
    assert fast_text.folded(texts) == [folded(text).encode("utf-8", "surrogatepass") for text in texts]


@given(texts)
def test_words_are_counted_as_everywhere_else(texts):
    assert fast_text.word_counts(texts) == [words_in(text) for text in texts]


@given(st.text(st.sampled_from("aB9_ .,'“’—…\u00e9\n-")))
def test_words_are_the_same_whichever_way_they_are_split(text):
    (output,) = fast_text.folded([text])
    assert [word.decode() for word in fast_text.words(output)] == re.findall(r"\w+", folded(text))


def test_each_character_of_a_script_without_spaces_is_a_word():
    assert fast_text.words("the 灯台 stands".encode()) == [
        b"the",
        "灯".encode(),
        "台".encode(),
        b"stands",
    ]
