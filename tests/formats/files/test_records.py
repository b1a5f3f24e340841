"""From the bytes of a file to records: envelopes, columns, bare lists, one turn a line."""

import json
from typing import Any

import pytest

from talekeep.core.codec import MAX_LINE
from talekeep.core.codec import decode
from talekeep.formats.files.records import Record
from talekeep.formats.files.records import records
from talekeep.formats.files.stream import split

_CHAT = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hey."}]
_OTHER = [{"role": "user", "content": "Ho"}, {"role": "assistant", "content": "Hum."}]
A, B = {"messages": _CHAT}, {"messages": _OTHER}
_PAIR = [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hey."}]


def results_of(text: str) -> list[Record]:
    return list(records(split([text.encode()]), decode))


def values(text: str) -> list[Any]:
    return [record.value for record in results_of(text)]


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize(
    ("whole", "inside"),
    [
        ([A, B], [A, B]),
        ({"version": "1.0", "data": [A, B]}, [A, B]),
        ({"rows": [{"row_idx": 0, "row": A}, {"row_idx": 1, "row": B}]}, [A, B]),
        ({"messages": [_CHAT, _OTHER]}, [A, B]),
        (
            {"prompt": ["a", "b"], "completion": ["c", "d"]},
            [{"prompt": "a", "completion": "c"}, {"prompt": "b", "completion": "d"}],
        ),
        ({"x1": A, "x2": B}, [{"id": "x1", **A}, {"id": "x2", **B}]),
        (_CHAT, [A]),
        (_PAIR, [{"conversations": _PAIR}]),
        ([_CHAT, _OTHER], [A, B]),
        (json.dumps(A), [A]),
    ],
)
def test_what_holds_records_is_taken_apart(whole: Any, inside: list[Any], indent: int | None) -> None:
    assert values(json.dumps(whole, indent=indent)) == inside


def test_a_bare_list_a_line_is_a_conversation_a_line() -> None:
    lines = [json.dumps(_CHAT), json.dumps(_OTHER), json.dumps(_PAIR)]
    assert values("\n".join(lines)) == [A, B, {"conversations": _PAIR}]
    assert [record.line for record in results_of("\n".join(lines))] == [1, 2, 3]


def test_one_turn_a_line_is_one_conversation() -> None:
    assert values("\n".join(map(json.dumps, _PAIR))) == [{"conversations": _PAIR}]


def test_turns_that_name_their_conversation_are_put_together() -> None:
    rows = [{"conversation_id": n, **turn} for n, chat in enumerate((_CHAT, _OTHER)) for turn in chat]
    assert values("\n".join(map(json.dumps, rows))) == [{"id": 0, **A}, {"id": 1, **B}]


def test_a_broken_line_inside_of_a_chat_is_told_and_the_chat_goes_on() -> None:
    text = json.dumps(_PAIR[0]) + "\n{broken\n" + json.dumps(_PAIR[1])
    output = results_of(text)
    assert [record.value for record in output if record.reason is None] == [{"conversations": _PAIR}]
    assert [record.line for record in output if record.reason] == [2]


def test_a_chat_longer_than_an_entry_may_be_is_told_once() -> None:
    turn = json.dumps({"from": "human", "value": "x" * 2**20})
    lines = list(records(split((turn + "\n").encode() for _ in range(MAX_LINE // 2**20 + 2)), decode))
    assert len(lines) == 1
    assert "limit" in str(lines[0].reason)


def test_a_list_of_other_things_is_no_conversation() -> None:
    assert values('[["a", "b", "c"]]') == [["a", "b", "c"]]
    assert values("[1, 2]") == [[1, 2]]
