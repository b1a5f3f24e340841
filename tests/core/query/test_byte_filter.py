"""What bytes alone may say no to, and that they never say a wrong no."""

import json

import pytest
from hypothesis import example
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.core.codec import encode
from talekeep.core.query.byte_filter import words_of
from talekeep.core.query.parser import Query
from talekeep.core.query.parser import Text
from talekeep.core.query.parser import parse
from talekeep.core.text.normalize import folded


def line(*texts: str) -> bytes:
    return encode({"messages": [{"role": "user", "content": text} for text in texts]})


CONTENT = st.text(
    st.sampled_from(list('abAB \n\t"\\/ſKéÉe\u0301\u2028ß½ﬁＡＳｶﾞガ灯маМяİıi\u0307²\u200b\ufe0fبـ\u064b'))
    | st.characters(exclude_categories=["Cs"]),
    max_size=12,
)
TEXTS = st.lists(
    st.builds(Text, CONTENT.filter(folded), st.booleans(), loose=st.booleans()), min_size=1, max_size=2
)


@settings(max_examples=300)
@given(st.lists(CONTENT, max_size=3), TEXTS, TEXTS | st.none(), st.booleans())
@example(["Straße"], [Text("STRASSE")], None, False)
@example(["cafe\u0301"], [Text("café")], None, True)
@example(["か\u3099"], [Text("が")], None, False)
@example(["per\u200bsian"], [Text("persian")], None, False)
@example(["i\u0307stanbul"], [Text("istanbul")], None, False)
@example(["مرحبـــا"], [Text("مرحبا")], None, False)
@example(["café"], [Text("cafe", loose=True)], None, False)
def test_what_is_passed_over_never_holds_a_match(contents, texts, others, ascii_only) -> None:
    entry = {"id": "x", "messages": [{"role": "user", "content": content} for content in contents]}
    query = Query(tuple(texts), (), (tuple(others),) if others else ())
    if query.matches(entry):
        data = json.dumps(entry, ensure_ascii=ascii_only).encode()
        assert query.may_match(data)
        sieve = query.sieve()
        if sieve is not None:
            assert sieve.lines(data) == {1}
            assert sieve.passes_words(*words_of(data))


@given(st.lists(st.lists(CONTENT, max_size=3), max_size=4), TEXTS, TEXTS | st.none())
def test_the_words_of_a_part_say_what_its_bytes_say(entries, texts, others) -> None:
    sieve = Query(tuple(texts), (), (tuple(others),) if others else ()).sieve()
    data = b"".join(line(*contents) for contents in entries)
    if sieve is None:
        return
    passing = {n for n, one in enumerate(data.split(b"\n"), 1) if sieve.passes(one)}
    words, signs = words_of(data)
    assert sieve.lines(data) >= passing
    assert sieve.passes_words(words, signs) or not passing
    if sieve.is_plain(signs):
        assert sieve.lines(data) == sieve.lines(data, plain=True) == passing


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("lamp", "“An open window” … at 5 o’clock — né 🌊"),
        ("lamp storm", "A lamp"),
        ("lamp or storm", "A window"),
        ("灯台", "「海」の窓"),
        ("маяк", "море"),
        ('"locked door"', "The door is Straße"),
        ("lamp", "A window ❤\ufe0f and 👨\u200d👩\u200d👧"),
    ],
)
def test_text_in_common_signs_and_scripts_is_passed_over(query: str, text: str) -> None:
    assert not parse(query).may_match(line(text))


@pytest.mark.parametrize("query", ["", "tag:x", "-lamp", "!?", "lamp or tag:x", "words<5"])
def test_a_query_that_bytes_cannot_answer_has_no_sieve(query: str) -> None:
    assert parse(query).sieve() is None
    assert parse(query).may_match(b"{}")
