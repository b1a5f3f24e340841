"""Every odd thing is found where it is, and nowhere else."""

import pytest

from talekeep.training.base import Draft
from talekeep.training.features import FEATURES
from talekeep.training.features import features_of

PLAIN = [{"role": "user", "content": "Who goes there?"}, {"role": "assistant", "content": "A friend."}]


def test_every_feature_is_found_in_its_conversation(odd) -> None:
    assert {*FEATURES} == {*odd, "media keys"}
    for feature, messages in odd.items():
        assert feature in features_of(Draft({"messages": messages})), feature


def test_a_plain_conversation_has_none() -> None:
    assert features_of(Draft({"messages": PLAIN})) == []


def test_media_keys_beside_the_messages_are_found() -> None:
    assert features_of(Draft({"messages": PLAIN, "images": ["a.png"]})) == ["media keys"]


@pytest.mark.parametrize("messages", [[], [{}], [{"role": None, "content": 3}], "no list"])
def test_malformed_messages_raise_nothing(messages) -> None:
    features_of(Draft({"messages": messages}))


def test_the_weight_of_a_user_message_is_no_feature() -> None:
    messages = [{**PLAIN[0], "loss_weight": 0.0}, PLAIN[1]]
    assert features_of(Draft({"messages": messages})) == []
