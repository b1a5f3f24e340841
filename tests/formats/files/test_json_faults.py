"""A text that is nearly JSON is refused by the name of its fault, with the place."""

import pytest

from talekeep.core import codec
from talekeep.core.errors import BadRecord
from talekeep.formats.files.json_faults import named


def reason_of(text: str | bytes) -> str:
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(BadRecord) as caught:
        codec.decode(data)
    return named(data, str(caught.value))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a": 1,}', "not JSON: a comma before a closing bracket at character 8"),
        ('{"a": [1, 2, ]}', "not JSON: a comma before a closing bracket at character 12"),
        ('{"a": 1 // why\n}', "not JSON: a comment at character 9"),
        ('{"a": 1, /* why */ "b": 2}', "not JSON: a comment at character 10"),
        (
            '{"a": 1, # why\n}',
            "not JSON: a comma before a closing bracket at character 8, a comment at character 10",
        ),
        ("// a file of chats", "not JSON but a comment"),
        ("# a file of chats", "not JSON but a comment"),
        ("{'a': 1}", "not JSON but Python at character 1: json.dumps writes JSON"),
        ('{"a": None}', "not JSON but Python at character 5: json.dumps writes JSON"),
        (
            '{"a": "one\ntwo"}',
            "not JSON: a line break or another control character inside a text at character 11",
        ),
    ],
)
def test_a_common_fault_is_named(text: str, reason: str) -> None:
    assert reason_of(text) == reason


@pytest.mark.parametrize("text", ['{"a": "b,}"', '{"a": "// b"', '{"a" 1}', "nothing"])
def test_another_fault_keeps_its_words(text: str) -> None:
    assert reason_of(text).startswith("not JSON: ")


def test_other_encodings_are_told_how_to_be_read() -> None:
    assert "--encoding" in reason_of(b'{"a": "\xe9"}')


def test_a_hostile_text_is_looked_at_in_bounded_time() -> None:
    assert named(b'{"' + b"\\" * 500_000, "not JSON: x")
    assert named(b"/*" * 250_000 + b"[" + b", " * 100_000, "not JSON: x")
    assert named(b"[" + b"," * 100_000 + b" " * 100_000, "not JSON: x")
