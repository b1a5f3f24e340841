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
        ("🙂", "🙂"),
        ("C++", "c_plus_plus"),
        ("C#", "c_sharp"),
        ("C", "c"),
        ("18+", "18_plus"),
        ("18", "18"),
        ("#18", "18"),
        ("１８＋", "18_plus"),
        ("fire+ice", "fire_plus_ice"),
        ("+ # ♯", ""),
        ("❤️", "❤"),
        ("☠️", "☠"),
        ("☀️", "☀"),
        ("⭐️", "⭐"),
        ("👍", "👍"),
        ("👍🏽", "👍🏽"),
        ("🇩🇪", "🇩🇪"),
        ("👨‍👩‍👧", "👨👩👧"),
        ("Team 🔴", "team_🔴"),
        ("\ufe0f", ""),
        ("\u20e3", ""),
        ("\u0301", ""),
        ("per\u200bsian", "persian"),
        ("── x ──", "x"),
        ("İstanbul", "istanbul"),
        ("ışık", "ışık"),
    ],
)
def test_a_name_has_one_slug(name, expected):
    assert slug(name) == expected


RATINGS = ["C++", "C#", "C", "18+", "18", "❤️", "☠️", "☀️", "⭐️", "👍", "👎", "romance", "❤️ romance", "A+", "A"]


def test_names_that_differ_in_signs_with_a_meaning_have_different_slugs():
    assert len({slug(name) for name in RATINGS}) == len(RATINGS)


@settings(max_examples=100)
@given(
    st.text(max_size=12)
    | st.text(st.sampled_from(list("İſßΐǰﬁ\u0345\u0301ᾳ ²½Ⅷ㎏_-a+#♯＋❤\ufe0f👍🏽\u200d\u0307ı")), max_size=8)
)
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
