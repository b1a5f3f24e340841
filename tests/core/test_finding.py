"""Findings are values."""

import dataclasses
import json

import pytest

from talekeep.core.finding import Finding
from talekeep.core.finding import counts


def test_every_severity_is_counted_also_those_without_a_finding():
    items = [
        Finding("S1", "a", "error", "x"),
        Finding("S2", "b", "info", "y"),
        Finding("S2", "b", "info", "z"),
    ]
    assert counts(items) == {"error": 1, "warning": 0, "info": 2}
    assert counts([]) == {"error": 0, "warning": 0, "info": 0}


def test_a_finding_can_be_written_as_json_and_never_changed():
    finding = Finding("S1", "a", "error", "x", path=("messages", 2, "content"))
    assert json.loads(json.dumps(dataclasses.asdict(finding)))["path"] == ["messages", 2, "content"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        finding.code = "S2"
