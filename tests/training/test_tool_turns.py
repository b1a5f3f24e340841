"""Calls of tools as text, in LLaMA-Factory's order of turns, and as Mistral takes them."""

import json

import pytest
from tests.training.oracles.odd_entries import ENTRIES
from tests.training.oracles.samples import SAMPLES

from talekeep.training import policies
from talekeep.training import tool_turns
from talekeep.training.base import Context
from talekeep.training.base import Draft
from talekeep.training.writers import llamafactory
from talekeep.training.writers import mistral


@pytest.mark.parametrize(
    ("kind", "unanswered", "unasked"),
    [
        ("tool call", False, False),
        ("two calls at once", False, False),
        ("call at the end", False, False),
        ("call without result", True, False),
        ("result of no call", False, True),
    ],
)
def test_calls_and_results_are_paired(kind: str, unanswered: bool, unasked: bool) -> None:
    messages = ENTRIES[kind]["messages"]
    assert (tool_turns.unanswered(messages), tool_turns.unasked(messages)) == (unanswered, unasked)


def test_calls_as_text_keep_every_word() -> None:
    (draft,) = policies.apply(Draft(ENTRIES["tool call with text"]), {"calls": "text"}, Context())
    assert [message["role"] for message in draft.messages] == [
        "system",
        "user",
        "assistant",
        "user",
        "assistant",
    ]
    content = draft.messages[2]["content"]
    assert content == 'Rolling.\n<tool_call>\n{"name": "roll", "arguments": {"dice": "2d6"}}\n</tool_call>'
    assert "tools" not in draft.entry
    assert draft.alterations == ("tool calls and their results written as text",)


def test_llama_factory_gets_turns_that_alternate() -> None:
    rows = llamafactory.write(Draft(SAMPLES["tools"])).rows[0]["conversations"]
    assert [turn["from"] for turn in rows][1:] == [
        *("human", "function_call", "observation", "gpt", "human", "function_call", "observation", "gpt")
    ]
    assert rows[2]["value"].startswith('Rattling bones.<tool_call>[{"name": "roll"')
    assert rows[3]["value"] == "seventeen\n</tool_response>\n<tool_response>\nfog"


def test_mistral_gets_ids_of_nine_letters_that_pair_up_again() -> None:
    rows = mistral.write(Draft(ENTRIES["short call id"])).rows
    assert [len(row["messages"]) for row in rows] == [2, 4]
    call, result = rows[-1]["messages"][1]["tool_calls"][0], rows[-1]["messages"][2]
    assert call["id"] == result["tool_call_id"] != "call_1"
    assert tool_turns.is_short_id(call["id"])


def test_mistral_gets_broken_calls_as_text() -> None:
    (row,) = mistral.write(Draft(ENTRIES["call without result"])).rows
    assert "tools" not in row
    assert "tool_calls" not in json.dumps(row)
    assert '"roll"' in row["messages"][2]["content"]


@pytest.mark.parametrize(
    ("kind", "policy", "roles"),
    [
        ("empty reply in the middle", "empty", ["user", "user", "assistant"]),
        ("prompt last", "tail", ["user", "assistant"]),
        ("result at the end", "tail", ["user", "assistant"]),
    ],
)
def test_what_trains_nothing_is_dropped(kind: str, policy: str, roles: list[str]) -> None:
    (draft,) = policies.apply(Draft(ENTRIES[kind]), {policy: "drop"}, Context())
    assert [message["role"] for message in draft.messages] == roles
    assert draft.losses


def test_an_entry_without_a_reply_is_dropped_whole_but_a_pair_is_not() -> None:
    entry = ENTRIES["no reply"]
    assert policies.apply(Draft(entry), {"tail": "drop"}, Context()) == []
    pair = {**entry, "chosen": "Yes.", "rejected": "No."}
    assert policies.apply(Draft(pair), {"tail": "drop"}, Context()) == [Draft(pair)]
