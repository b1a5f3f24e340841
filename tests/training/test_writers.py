"""The rows of each shape, and that whatever a row cannot hold is counted."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talekeep.core.entry import text_of
from talekeep.training import policies
from talekeep.training.base import DATASET_KEYS
from talekeep.training.base import MESSAGE_KEYS
from talekeep.training.base import TRAINING_KEYS
from talekeep.training.base import Context
from talekeep.training.base import Draft
from talekeep.training.writers import DEFAULTS
from talekeep.training.writers import WRITERS
from talekeep.training.writers import kto
from talekeep.training.writers import llamafactory_v1
from talekeep.training.writers import messages as messages_writer
from talekeep.training.writers import preference
from talekeep.training.writers import prompt_completion
from talekeep.training.writers import sharegpt

ASK = {"role": "user", "content": "Who goes there?"}
ANSWER = {"role": "assistant", "content": "A friend."}


def row(writer, entry):
    (only,) = writer.write(Draft(entry)).rows
    return only


def test_messages_keep_what_trains_and_count_the_rest() -> None:
    entry = {
        "id": "x",
        "tags": ["a"],
        "messages": [{**ASK, "avatar": "a.png"}, ANSWER],
        "images": ["a.png"],
        "chosen": ANSWER,
        "rejected": ANSWER,
        "label": True,
        "functions": [],
        "user_id": 7,
    }
    written = messages_writer.write(Draft(entry))
    assert written.rows == (
        {
            "messages": [ASK, ANSWER],
            "functions": [],
            "images": ["a.png"],
            "chosen": ANSWER,
            "rejected": ANSWER,
            "label": True,
        },
    )
    assert written.losses == ("the key 'user_id'", "the message key 'avatar'")


def test_arguments_and_tools_have_one_type_in_every_row() -> None:
    call = {"type": "function", "function": {"name": "roll", "arguments": {"dice": "2d6"}}}
    entry = {"messages": [ASK, {"role": "assistant", "content": None, "tool_calls": [call]}], "tools": "[]"}
    (draft,) = policies.apply(Draft(entry), DEFAULTS["messages"], Context())
    made = row(messages_writer, draft.entry)
    assert made["messages"][1]["tool_calls"][0]["function"]["arguments"] == '{"dice": "2d6"}'
    assert made["tools"] == []
    assert draft.alterations == ("tool definitions written as a list",)


def test_sharegpt_is_plain_whatever_the_source_was_called(odd) -> None:
    made = row(sharegpt, {"messages": odd["speaker names"]})
    assert made == {
        "conversations": [
            {"from": "human", "value": "Who goes there?"},
            {"from": "gpt", "value": "A friend."},
        ]
    }


def test_sharegpt_writes_calls_as_turns_and_not_as_speech(odd) -> None:
    made = row(sharegpt, {"messages": odd["tool calls"]})
    assert [turn["from"] for turn in made["conversations"]] == [
        "human",
        "function_call",
        "observation",
        "gpt",
    ]
    assert json.loads(made["conversations"][1]["value"]) == {"name": "roll", "arguments": {"dice": "2d6"}}


def test_sharegpt_never_speaks_hidden_reasoning() -> None:
    parts = [{"type": "reasoning", "value": "SECRET"}, {"type": "text", "value": "Seventeen."}]
    written = sharegpt.write(Draft({"messages": [ASK, {"role": "assistant", "content": parts}]}))
    assert written.rows[0]["conversations"][1]["value"] == "<think>\nSECRET\n</think>\n\nSeventeen."
    assert "reasoning written into the text in think tags" in written.alterations


def test_sharegpt_never_speaks_the_path_of_a_picture(odd) -> None:
    written = sharegpt.write(Draft({"messages": odd["media"]}))
    assert written.rows[0]["conversations"][0]["value"] == "Look."
    assert "parts of the type 'image_url'" in written.losses


def test_every_value_of_sharegpt_is_a_string(odd) -> None:
    for messages in odd.values():
        for turn in row(sharegpt, {"messages": messages})["conversations"]:
            assert {type(value) for value in turn.values()} == {str}


def test_alpaca_holds_exchanges_and_says_why_it_holds_nothing_else(odd) -> None:
    alpaca = WRITERS["alpaca"]
    system = {"role": "system", "content": "s"}
    assert row(alpaca, {"messages": [system, ASK, ANSWER, ASK, ANSWER]}) == {
        "instruction": "Who goes there?",
        "input": "",
        "output": "A friend.",
        "system": "s",
        "history": [["Who goes there?", "A friend."]],
    }
    written = alpaca.write(Draft({"messages": odd["tool calls"]}))
    assert written.rows == ()
    assert written.losses[0].startswith("whole entries: ")


def test_every_trained_reply_is_a_completion(odd) -> None:
    made = prompt_completion.write(Draft({"messages": odd["weight 0"]}))
    (only,) = made.rows
    assert [m["content"] for m in only["prompt"]] == ["Who goes there?", "A friend.", "Who goes there?"]
    assert only["completion"][0]["content"] == "A friend."
    assert "weight" not in str(only)


@pytest.mark.parametrize("reply", ["A friend.", ANSWER, [ANSWER], {"from": "gpt", "value": "A friend."}])
def test_preference_pairs_come_from_any_spelling_of_a_reply(reply) -> None:
    made = row(preference, {"messages": [ASK], "chosen": reply, "rejected": "Nobody."})
    assert made["chosen"] == [ANSWER]
    assert made["rejected"] == [{"role": "assistant", "content": "Nobody."}]


def test_kto_keeps_the_verdict(odd) -> None:
    made = row(kto, {"messages": [ASK, ANSWER], "kto_tag": False})
    assert made == {"prompt": [ASK], "completion": [ANSWER], "label": False}
    assert kto.write(Draft({"messages": [ASK, ANSWER]})).rows == ()


def test_v1_parts_hold_calls_reasoning_and_weights(odd) -> None:
    made = row(llamafactory_v1, {"messages": odd["reasoning"]})
    assert made["messages"][1] == {
        "role": "assistant",
        "content": [{"type": "reasoning", "value": "He may lie."}, {"type": "text", "value": "A friend."}],
        "loss_weight": 1.0,
    }
    assert [m["loss_weight"] for m in row(llamafactory_v1, {"messages": odd["weight 0"]})["messages"]] == [
        0,
        0,
        0,
        1,
    ]


KEYS = st.sampled_from([*TRAINING_KEYS, "user_id", "score"])
WORDS = st.text(max_size=12)
MESSAGES = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["system", "user", "assistant", "tool"]), "content": WORDS},
        optional={"name": WORDS, "avatar": WORDS, "weight": st.sampled_from([0, 1])},
    ),
    max_size=6,
)


@given(MESSAGES, st.dictionaries(KEYS, WORDS, max_size=3))
def test_what_messages_write_and_what_they_lose_is_the_entry(messages, keys) -> None:
    entry = {"id": "x", "tags": [], "messages": messages, **keys}
    written = messages_writer.write(Draft(entry))
    (only,) = written.rows
    lost = {loss.split("'")[1] for loss in written.losses}
    assert entry.keys() - only.keys() - {*DATASET_KEYS} == lost - {k for m in messages for k in m}
    for before, after in zip(messages, only["messages"], strict=True):
        assert before.keys() - after.keys() <= lost
        assert {k: before[k] for k in after} == after
        assert after.keys() <= {*MESSAGE_KEYS}


@given(MESSAGES)
def test_no_word_of_a_text_conversation_is_lost_in_sharegpt(messages) -> None:
    turns = row(sharegpt, {"messages": messages})["conversations"]
    assert [turn["value"] for turn in turns] == [text_of(m) for m in messages]


@pytest.mark.parametrize("name", WRITERS)
def test_no_entry_breaks_a_writer(name: str, odd) -> None:
    for messages in (*odd.values(), [], [{}], [{"role": 3, "content": [1, {"type": []}]}]):
        written = WRITERS[name].write(Draft({"messages": messages}))
        assert written.rows or written.losses
