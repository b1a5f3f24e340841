"""`validate --for`: the same verdicts as `fit`, entry by entry, with codes and the option that helps."""

import pytest

from talekeep.core.errors import Usage
from talekeep.ops.exchange.training.fit import fit
from talekeep.ops.exchange.training.fit_findings import code_of
from talekeep.ops.exchange.training.fit_findings import fit_findings
from talekeep.ops.exchange.training.lens import Lens
from talekeep.training.trainers import TRAINERS
from talekeep.training.writers.text import Template

USER = {"role": "user", "content": "Who goes there?"}
REPLY = {"role": "assistant", "content": "A friend."}


@pytest.fixture
def odd(take) -> None:
    take(
        [
            {"messages": [USER, REPLY]},
            {"messages": [REPLY, USER, REPLY]},
            {"messages": [USER, REPLY, {**REPLY, "content": "Let me in."}]},
            {"messages": [USER, {**REPLY, "name": "mara"}]},
        ]
    )


@pytest.mark.parametrize("name", TRAINERS)
def test_the_findings_are_the_verdicts_of_fit(dataset, odd, name: str) -> None:
    findings = fit_findings(dataset, dataset.now(), name)
    counted = fit(dataset, [name]).trainers[name]

    assert findings.entries == 4
    assert len({finding.entry for finding in findings.findings}) == 4 - counted.kept
    errors = {finding.entry for finding in findings.findings if finding.severity == "error"}
    assert len(errors) == counted.dropped + counted.stops


def test_a_finding_has_code_place_and_repair(dataset, odd) -> None:
    (first, second, *_) = fit_findings(dataset, dataset.now(), "llama-factory").findings

    assert (first.code, first.name, first.severity) == (code_of("greeting first"), "greeting-first", "error")
    assert first.line == 2
    assert first.repair == "talekeep export OUT --for llama-factory --greeting opener"
    assert second.name == "same-role-twice"


def test_tokens_and_templates_are_looked_at_as_fit_does(dataset, odd) -> None:
    lens = Lens(template=Template("{{ raise_exception('no') }}"), max_length=3)
    findings = fit_findings(dataset, dataset.now(), "trl", lens=lens).findings
    counted = fit(dataset, ["trl"], lens=lens).trainers["trl"]
    assert {finding.name for finding in findings} == {"chat-template", "too-long"}
    assert len(findings) == sum(reason.entries for reason in counted.reasons)


def test_codes_do_not_change_when_features_are_added() -> None:
    assert [code_of(name) for name in ("greeting first", "too long", "chat template", "tool schema")] == [
        *("F002", "F015"),
        *("F033", "F038"),
    ]


def test_an_unknown_trainer_is_a_slip(dataset, odd) -> None:
    with pytest.raises(Usage, match="no trainer 'axolotol'"):
        fit_findings(dataset, dataset.now(), "axolotol")
