"""Bytes and values: one spelling for each value, and nothing hostile gets through."""

import json
import sys

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.core.codec import MAX_DEPTH
from talekeep.core.codec import MAX_LINE
from talekeep.core.codec import decode
from talekeep.core.codec import decode_mended
from talekeep.core.codec import digest
from talekeep.core.codec import encode
from talekeep.core.errors import BadRecord

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
SCALAR = st.one_of(
    st.none(),
    st.booleans(),
    st.integers() | st.integers(-(10**40), 10**40),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXT,
)
VALUE = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=8
)
MESSAGE = (
    st.dictionaries(st.sampled_from(["role", "name", "content", "weight"]) | TEXT, VALUE, max_size=4) | VALUE
)
KEYS = st.sampled_from(["messages", "tags", "note"]) | TEXT
RECORD = st.dictionaries(KEYS, VALUE, max_size=4) | st.fixed_dictionaries(
    {"id": TEXT, "messages": st.lists(MESSAGE, max_size=3)}, optional={"tags": st.lists(TEXT, max_size=3)}
)


def spelled(value):
    return json.dumps(value, sort_keys=True)


def reversed_keys(value):
    if isinstance(value, dict):
        return {key: reversed_keys(value[key]) for key in reversed(value)}
    return [reversed_keys(item) for item in value] if isinstance(value, list) else value


@settings(max_examples=100)
@given(RECORD)
def test_what_is_encoded_is_decoded_unchanged(record):
    assert spelled(decode(encode(record))) == spelled(record)


@settings(max_examples=100)
@given(RECORD)
def test_encoding_again_gives_the_same_bytes(record):
    line = encode(record)
    assert encode(decode(line)) == line


@settings(max_examples=100)
@given(RECORD)
def test_the_order_of_keys_makes_no_difference(record):
    assert encode(reversed_keys(record)) == encode(record)


@settings(max_examples=100)
@given(RECORD, st.sampled_from(["\u2028", "\u2029", "\x85", "\n", "\r", "\x0b", "\x0c"]))
def test_a_line_is_one_line_to_every_reader(record, end):
    line = encode({**record, "extra": f"a{end}b", f"key{end}": 1})
    assert line.count(b"\n") == 1
    assert len(line.decode().splitlines()) == 1
    assert spelled(decode(line)) == spelled({**record, "extra": f"a{end}b", f"key{end}": 1})


def test_the_keys_stand_in_the_order_of_the_design():
    message = {"weight": 0, "content": "x", "b": {"z": 1, "a": 2}, "name": "mara", "role": "user"}
    record = {"z": 1, "tags": ["b"], "a": 1, "messages": [message], "id": "x"}
    assert encode(record) == (
        b'{"id":"x","messages":[{"role":"user","name":"mara","content":"x","b":{"a":2,"z":1},"weight":0}],'
        b'"tags":["b"],"a":1,"z":1}\n'
    )


def test_letters_of_any_script_are_written_as_they_are():
    assert encode({"id": "恋愛 café 🙂"}) == '{"id":"恋愛 café 🙂"}\n'.encode()


HOSTILE = [
    (b'{"a":1,"a":2}', 'key "a" stands twice'),
    (b'{"a":{"b":1,"b":1}}', 'key "b" stands twice'),
    (b'{"a":1,"\\u0061":2}', 'key "a" stands twice'),
    (b'{"a":"\\u0022","a":"\\""}', "stands twice"),
    (b'[{"a":[1,{"x":1,"x":2}]}]', "stands twice"),
    (b'{"a":NaN}', "NaN"),
    (b'{"a":Infinity}', "Infinity"),
    (b'{"a":-Infinity}', "-Infinity"),
    (b'{"a":1e400}', "too large"),
    (b'{"a":[-1e999]}', "too large"),
    (b'{"a":"\\ud800"}', "lone surrogate"),
    (b'{"a":"\\udfff x"}', "lone surrogate"),
    (b'{"\\udc00":1}', "lone surrogate"),
    (b'{"a":"\\ude00\\ud83d"}', "lone surrogate"),
    (b'{"a":"\xed\xa0\x80"}', "not UTF-8 at byte 7"),
    (b'{"a":"\xff"}', "not UTF-8 at byte 7"),
    (b"\xfe\xff", "not UTF-8 at byte 1"),
    (b'{"a":"\xc0\xaf"}', "not UTF-8"),
    (b'{"a":"b', "ends too early"),
    (b'{"a":', "ends too early"),
    (b'{"a":[1,2', "ends too early"),
    (b"", "ends too early"),
    (b"   ", "ends too early"),
    (b"{} x", "not JSON"),
    (b"{}{}", "not JSON"),
    (b"{'a':1}", "not JSON"),
    (b'{"a":1,}', "not JSON"),
    (b'{"a":01}', "not JSON"),
    (b'{"a":"\x01"}', "not JSON"),
    (b"<<<<<<< ours", "not JSON"),
    (b"\xef\xbb\xbf{}", "BOM"),
    (b"[" * 65 + b"]" * 65, "64 levels"),
    (b'{"a":' * 65 + b"1" + b"}" * 65, "64 levels"),
    (b"[" * 100_000, "64 levels"),
    (b"[" * 100_000 + b"]" * 100_000, "64 levels"),
    (b'{"a":' * 100_000, "64 levels"),
    (b"9" * 5000, "digit"),
    (b'{"a":"' + b"x" * MAX_LINE + b'"}', "16 MiB"),
    (b"x" * (17 * 2**20), "17 MiB"),
]


@pytest.mark.parametrize(("line", "reason"), HOSTILE, ids=[str(line[:20]) for line, _ in HOSTILE])
def test_a_hostile_line_is_refused_with_a_telling_reason(line, reason):
    with pytest.raises(BadRecord) as caught:
        decode(line)
    assert reason in str(caught.value)


@settings(max_examples=100)
@given(
    st.binary(max_size=40)
    | st.text(st.sampled_from(list('{}[]":,\\u0ade1.5-+nNtrI ')), max_size=30).map(str.encode)
)
def test_any_bytes_are_a_value_or_a_bad_record(line):
    try:
        value = decode(line)
    except BadRecord as error:
        reason = str(error)
    else:
        assert spelled(value) == spelled(json.loads(line))
        return
    assert reason


def test_nesting_up_to_the_limit_is_kept():
    line = b'{"a":' + b"[" * (MAX_DEPTH - 1) + b"]" * (MAX_DEPTH - 1) + b"}"
    assert encode(decode(line)) == line + b"\n"
    deep = decode(line)["a"]
    with pytest.raises(BadRecord, match="64 levels"):
        encode({"a": [deep]})
    with pytest.raises(BadRecord, match="64 levels"):
        encode({"messages": [{"role": "user", "content": deep}]})


def test_braces_in_a_text_are_no_nesting():
    text = "{[" * 500
    assert decode(encode({"a": text})) == {"a": text}
    assert decode(json.dumps(text).encode()) == text


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 2**64, 10**30, -(10**100), 10**4000])
def test_long_numbers_keep_every_digit(number):
    limit = sys.get_int_max_str_digits()
    assert limit == 0 or limit > 4001
    assert decode(encode({"n": number, "m": [number]})) == {"n": number, "m": [number]}


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"a": float("nan")}, "NaN"),
        ({"messages": [{"role": "user", "content": float("inf")}]}, "Infinity"),
        ({"tags": [float("-inf")]}, "Infinity"),
        ({"a": "\ud800"}, "lone surrogate"),
        ({"\udfff": 1}, "lone surrogate"),
        ({5: 1}, "key 5 is not a string"),
        ({"a": {None: 1}}, "key None is not a string"),
        ({"messages": [{"role": "user", 1: 1}]}, "key 1 is not a string"),
        ({"a": object()}, "not JSON"),
        ({"a": {1, 2}}, "not JSON"),
        ({"a": 10**30, "b": "\ud800"}, ""),
    ],
)
def test_what_cannot_be_stored_is_not_encoded(record, reason):
    with pytest.raises(BadRecord) as caught:
        encode(record)
    assert reason in str(caught.value)


@pytest.mark.parametrize("value", [float("nan"), {1: 2}, [float("inf")]])
def test_an_id_is_checked_like_any_other_value(value):
    with pytest.raises(BadRecord):
        encode({"id": value})


def test_an_id_that_is_an_object_has_one_spelling_too():
    assert encode({"id": {"b": 1, "a": 2}}) == encode({"id": {"a": 2, "b": 1}})


def test_what_can_be_mended_is_mended():
    assert decode_mended(b'{"a":"x\\ud800y","b":NaN,"c":[-Infinity,1e400]}') == {
        "a": "x\ufffdy",
        "b": None,
        "c": [None, None],
    }
    assert decode_mended(b'{"a":1}') == {"a": 1}


@pytest.mark.parametrize(
    "line",
    [
        b'{"a":1,"a":2}',
        b'{"a":"\xff"}',
        b'{"a":',
        b"[" * 65 + b"]" * 65,
        b"[" * 100_000,
        b'{"\\ud800":1,"\\ud801":2}',
        b'{"a":"' + b"\\u0041" * (3 * 2**20) + b'"}',
        b"9" * 5000,
    ],
    ids=lambda line: str(line[:20]),
)
def test_what_cannot_be_mended_is_refused(line):
    with pytest.raises(BadRecord):
        decode_mended(line)


def test_the_digest_of_a_record_is_the_same_for_ever() -> None:
    # Importing a file again finds its entries by what earlier versions stored.
    assert digest({"messages": [{"role": "user", "content": "hello"}]}) == "cb5c472c5635702a3f5a"
