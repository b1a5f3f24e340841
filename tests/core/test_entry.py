"""Questions asked of an entry: the right answer for a good one, a calm answer for a broken one."""

import re
import uuid

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.core.entry import exchanges_of
from talekeep.core.entry import is_uuid
from talekeep.core.entry import messages_of
from talekeep.core.entry import tags_of
from talekeep.core.entry import text_of
from talekeep.core.entry import uuid7


def talk(*roles):
    return {"messages": [{"role": role, "content": "x"} for role in roles]}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (str(uuid.UUID(int=5)), True),
        ("0193C7AA-1111-7222-8333-444455556666", True),
        ("0193c7aa11117222833344445555666", False),
        ("0193c7aa-1111-7222-8333-444455556666\n", False),
        ("{0193c7aa-1111-7222-8333-444455556666}", False),
        (uuid.UUID(int=5), False),
        (None, False),
    ],
)
def test_only_the_usual_spelling_is_a_uuid(value, expected):
    assert is_uuid(value) is expected


@settings(max_examples=100)
@given(st.integers(0, 2**48 - 1), st.integers(0, 2**12 - 1), st.integers(0, 2**62 - 1))
def test_a_minted_id_is_a_version_7_uuid_that_holds_its_time(milliseconds, counter, random):
    made = uuid7(milliseconds, counter, random)
    assert is_uuid(made)
    value = uuid.UUID(made)
    assert (value.version, value.variant) == (7, uuid.RFC_4122)
    assert value.int >> 80 == milliseconds
    assert (value.int >> 64) & 0xFFF == counter
    assert value.int & (2**62 - 1) == random


def test_minted_ids_sort_by_time_then_by_counter():
    made = [uuid7(5, 0, 2**62 - 1), uuid7(5, 1, 0), uuid7(6, 0, 0)]
    assert made == sorted(made)


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ("", 0),
        ("ua", 1),
        ("suaua", 2),
        ("uu", 0),
        ("uaa", 1),
        ("a", 0),
        ("auat", 1),
        ("uuau", 1),
        ("uta", 1),
    ],
)
def test_an_exchange_is_a_user_message_with_its_reply(roles, expected):
    names = {"s": "system", "u": "user", "a": "assistant", "t": "tool"}
    assert exchanges_of(talk(*(names[letter] for letter in roles))) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("hello", "hello"),
        (None, ""),
        (5, ""),
        ([], ""),
        ([{"type": "text", "text": "a"}, {"type": "text", "value": "b"}, "c", 5, {"image": "d"}], "a\nb\nc"),
    ],
)
def test_the_text_of_a_message_is_what_one_reads(content, expected):
    assert text_of({"role": "user", "content": content}) == expected
    assert text_of({"role": "user"}) == ""


@pytest.mark.parametrize("entry", [{}, {"messages": None, "tags": None}, {"messages": "ab", "tags": "ab"}])
def test_a_broken_entry_has_no_messages_and_no_tags(entry):
    assert (messages_of(entry), tags_of(entry), exchanges_of(entry)) == ([], [], 0)


def test_what_is_no_message_or_tag_is_passed_over():
    message = {"role": "user"}
    assert messages_of({"messages": [message, "x", None, 5]}) == [message]
    assert tags_of({"tags": ["a", 5, None, "b"]}) == ["a", "b"]


def test_an_id_has_the_length_people_expect():
    assert re.fullmatch(r"[0-9a-f-]{36}", uuid7(1, 2, 3))
