"""The table of trainers: every row is complete, and its own policies save every entry that can be saved."""

import pytest

from talekeep.training import policies
from talekeep.training.base import Context
from talekeep.training.base import Draft
from talekeep.training.features import FEATURES
from talekeep.training.features import features_of
from talekeep.training.policies import BY_NAME
from talekeep.training.trainers import TRAINERS
from talekeep.training.trainers import fate_of
from talekeep.training.trainers import verdicts
from talekeep.training.writers import WRITERS


@pytest.mark.parametrize("name", TRAINERS)
def test_a_row_is_complete(name: str) -> None:
    trainer = TRAINERS[name]
    assert trainer.WRITER in WRITERS
    assert {*trainer.VERDICTS} <= {*FEATURES}
    policies.check(trainer.POLICIES)
    for verdict in trainer.VERDICTS.values():
        policy, _, value = verdict.policy.partition("=")
        assert not verdict.policy or policy == "format" or value in BY_NAME[policy].VALUES
    ending, text = trainer.snippet("train.jsonl")
    assert ending.startswith(".")
    # What `datasets` would take for data in the folder of an export.
    assert not ending.endswith((".json", ".jsonl", ".csv", ".tsv", ".txt", ".parquet", ".arrow"))
    assert "train.jsonl" in text


@pytest.mark.parametrize("name", TRAINERS)
def test_its_own_policies_save_what_a_policy_can_save(name: str, odd) -> None:
    trainer = TRAINERS[name]
    for messages in odd.values():
        for draft in policies.apply(Draft({"messages": messages}), trainer.POLICIES, Context()):
            left = verdicts(trainer, features_of(draft))
            assert (
                fate_of(v for v in left if v.policy and not v.policy.startswith(("format", "weights")))
                == "kept"
            )


def test_the_worst_fate_counts(odd) -> None:
    trainer = TRAINERS["llama-factory"]
    assert fate_of(verdicts(trainer, features_of(Draft({"messages": odd["greeting first"]})))) == "dropped"
