"""Who speaks after whom. The default profile understands what people really write."""

from typing import Any

import pytest

from talekeep.rules import Context
from talekeep.rules import plan
from talekeep.rules import run
from talekeep.rules import select
from talekeep.rules import severities

ORDER = plan(severities(), select(["T", "S1"], ["S11", "S12"]))
SHORT = {"s": "system", "u": "user", "a": "assistant", "t": "tool", "d": "developer"}


def results_of(entry: Any) -> list[tuple[str, tuple[str | int, ...]]]:
    says = run(entry, ORDER, Context())
    assert all(f.severity != "error" or f.code.startswith("S") for f in says)
    return [(f.code, f.path) for f in says]


def talk(order: str) -> dict[str, Any]:
    """`talk("sua")` is an entry with a system prompt and one exchange; ? is a role nobody knows."""
    return {"messages": [{"role": SHORT.get(letter, "Mara"), "content": "Fog."} for letter in order]}


@pytest.mark.parametrize("order", ["sua", "suaua", "dua", "sdua", "suata", "suatta", "suatataua", "suatatta"])
def test_a_conversation_in_order_has_no_finding(order: str) -> None:
    assert results_of(talk(order)) == []


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("ua", [("T201", ("messages", 0, "role"))]),
        ("suua", [("T205", ("messages", 1))]),
        ("suuua", [("T205", ("messages", 1)), ("T205", ("messages", 2))]),
        ("suaa", [("T206", ("messages", 3, "role"))]),
        ("suta", [("T206", ("messages", 2, "role"))]),
        ("stuaua", [("T206", ("messages", 1, "role"))]),
        ("suatua", [("T206", ("messages", 4, "role"))]),
        ("saua", [("T207", ("messages", 1, "role"))]),
        ("aua", [("T201", ("messages", 0, "role")), ("T207", ("messages", 0, "role"))]),
        ("suau", [("T211", ("messages", 3))]),
        ("suat", [("T211", ("messages", 3))]),
        ("uas", [("T206", ("messages", 2, "role"))]),
        ("usa", [("T206", ("messages", 1, "role"))]),
        ("suas", [("T203", ("messages",))]),
        ("ssua", [("T203", ("messages",))]),
        ("s", [("T204", ("messages",))]),
        ("su", [("T204", ("messages",))]),
        ("u", [("T201", ("messages", 0, "role")), ("T204", ("messages",))]),
    ],
)
def test_each_fault_of_order_is_said_once_where_it_is(order: str, expected: list[Any]) -> None:
    assert results_of(talk(order)) == expected


@pytest.mark.parametrize("order", ["?ua", "s?a", "su?", "su?u?", "su?ua", "s?ta", "sua?a", "?"])
def test_a_role_nobody_can_read_has_no_second_finding_about_order(order: str) -> None:
    codes = {code for code, _ in results_of(talk(order))}
    assert codes - {"S106", "T204"} == set()
    assert "S106" in codes


def test_a_message_that_is_no_object_has_no_second_finding_about_order() -> None:
    entry = talk("suaua")
    entry["messages"][2] = "bare text"
    assert results_of(entry) == [("S104", ("messages", 2))]


def test_a_misspelled_role_has_no_second_finding_about_order() -> None:
    entry = talk("sua")
    for message, role in zip(entry["messages"], ("SYSTEM", "Human", "gpt"), strict=True):
        message["role"] = role
    assert {code for code, _ in results_of(entry)} == {"S107"}
