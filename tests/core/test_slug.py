"""Slugs: one spelling for a name, in any script."""

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.core.slug import slug


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Slow Burn", "slow_burn"),
        ("  slow--burn!! ", "slow_burn"),
        ("slow_burn", "slow_burn"),
        ("恋愛", "恋愛"),
        ("हिन्दी", "हिन्दी"),
        ("café", "café"),
        ("Café Noir", "café_noir"),
        ("cafe\u0301", "café"),
        ("Straße", "strasse"),
        ("ｆｕｌｌ １", "full_1"),
        ("Привет, мир", "привет_мир"),
        ("chat.jsonl", "chat_jsonl"),
        ("", ""),
        ("?!", ""),
        ("🙂", ""),
    ],
)
def test_a_name_has_one_slug(name, expected):
    assert slug(name) == expected


def test_the_dotted_capital_i_keeps_its_letter():
    assert slug("İstanbul").startswith("i")
    assert slug("İstanbul").endswith("stanbul")
    assert slug(slug("İstanbul")) == slug("İstanbul")


@settings(max_examples=100)
@given(st.text(max_size=12) | st.text(st.sampled_from(list("İſßΐǰﬁ\u0345\u0301ᾳ ²½Ⅷ㎏_-a")), max_size=8))
def test_a_slug_is_its_own_slug(name):
    assert slug(slug(name)) == slug(name)


@settings(max_examples=100)
@given(st.text(max_size=12))
def test_a_slug_can_stand_in_a_query_and_a_file(name):
    made = slug(name)
    assert not made.startswith("_")
    assert not made.endswith("_")
    assert "__" not in made
    assert not any(c.isspace() or c in "/\\:\"'<>|?*,.=-" for c in made)
