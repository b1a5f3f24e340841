"""Every odd thing is found where it is, and nowhere else."""

import pytest
from tests.training.oracles.odd_entries import ENTRIES

from talekeep.training.base import Draft
from talekeep.training.features import FEATURES
from talekeep.training.features import features_of

PLAIN = [{"role": "user", "content": "Who goes there?"}, {"role": "assistant", "content": "A friend."}]


def test_every_feature_is_found_in_its_conversation(odd) -> None:
    for feature, messages in odd.items():
        assert feature in features_of(Draft({"messages": messages})), feature
    assert {*FEATURES} == {feature for entry in ENTRIES.values() for feature in features_of(Draft(entry))}


@pytest.mark.parametrize(
    ("kind", "features"),
    [
        (
            "tool call with text",
            ["tool calls", "text beside a call", "tool definitions", "replies with tools"],
        ),
        ("weight on a prompt", ["weights", "weight on a prompt", "trained prompt"]),
        ("train false", ["weight 0", "weights", "other weights", "weight 0 elsewhere"]),
        ("system in the middle", ["system inside", "system after a reply"]),
        ("two systems first", ["system inside"]),
        ("call at the end", ["tool calls", "tool definitions", "no content"]),
        ("result of no call", ["tool calls", "result without call", "results in a row", "tool definitions"]),
    ],
)
def test_an_odd_entry_has_its_features_and_no_other(kind: str, features: list[str]) -> None:
    assert features_of(Draft(ENTRIES[kind])) == features


def test_a_plain_conversation_has_none() -> None:
    assert features_of(Draft({"messages": PLAIN})) == []


def test_media_keys_beside_the_messages_are_found() -> None:
    assert features_of(Draft({"messages": PLAIN, "images": ["a.png"]})) == ["media keys"]


@pytest.mark.parametrize("messages", [[], [{}], [{"role": None, "content": 3}], "no list"])
def test_malformed_messages_raise_nothing(messages) -> None:
    features_of(Draft({"messages": messages}))


def test_the_weight_of_a_user_message_unweights_no_reply() -> None:
    messages = [{**PLAIN[0], "loss_weight": 0.0}, PLAIN[1]]
    assert features_of(Draft({"messages": messages})) == ["weights", "other weights"]
