"""Another package adds a format, a rule, a metric and a remote, by entry points alone."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from talekeep.store.git.repository import Repository
from talekeep.testing import FormatSuite
from talekeep.testing import MetricSuite
from talekeep.testing import RemoteSuite
from talekeep.testing import RuleSuite

PACKAGE = Path(__file__).parents[1] / "data" / "plugin"
sys.path.append(str(PACKAGE))

from talekeep_acme import metrics  # noqa: E402
from talekeep_acme import rules  # noqa: E402
from talekeep_acme import shelf  # noqa: E402
from talekeep_acme import stage_play  # noqa: E402

pytestmark = pytest.mark.slow

sys.path.remove(str(PACKAGE))

PLAY = {"play": [["user", "Who goes there?"], ["assistant", "GO AWAY!"]]}


class TestTheirFormat(FormatSuite):
    formats = (stage_play,)


class TestTheirRules(RuleSuite):
    rules = rules.RULES


class TestTheirMetric(MetricSuite):
    metrics = (metrics.SHOUTING,)


class TestTheirRemote(RemoteSuite):
    def connect(self, machine, place, name):
        if not any(place.iterdir()):
            Repository.init_bare(place)
        return shelf.connect(name, str(place))


@pytest.fixture
def with_plugin(monkeypatch):
    """Run a command where the package is installed; `check` is the exit code that must come."""
    paths = [str(PACKAGE), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))

    def run(*args: str | Path, check: int = 0) -> str:
        command = [sys.executable, "-m", "talekeep", *map(str, args)]
        completed = subprocess.run(command, capture_output=True, text=True, check=False)
        assert completed.returncode == check, (args, completed.stdout, completed.stderr)
        return completed.stdout or completed.stderr

    return run


@pytest.fixture
def harbor(run, tmp_path: Path) -> Path:
    (tmp_path / "play.jsonl").write_text(json.dumps(PLAY) + "\n")
    run("init", "harbor", check=0)
    return tmp_path / "harbor"


def test_their_format_is_recognised_and_written_where_the_package_is_installed(
    with_plugin, run, harbor, tmp_path: Path
) -> None:
    assert "no conversation" in run("-C", harbor, "import", "../play.jsonl", check=1).out

    answer = json.loads(with_plugin("-C", harbor, "import", "../play.jsonl", "--json"))
    assert (len(answer["added"]), answer["formats"]) == (1, {"stage-play": 1})
    with_plugin("-C", harbor, "export", "../out.jsonl", "--format", "stage-play", "--clean")
    assert json.loads((tmp_path / "out.jsonl").read_text()) == PLAY
    assert (
        "there is no format 'stage-play'"
        in run("-C", harbor, "export", "../again.jsonl", "--format", "stage-play", check=2).err
    )


def test_their_rule_finds_and_stops_no_commit(with_plugin, run, harbor) -> None:
    with_plugin("-C", harbor, "import", "../play.jsonl")

    answer = json.loads(with_plugin("-C", harbor, "validate", "--json", "--select", "ACME101", check=1))
    assert [(f["code"], f["severity"], f["path"]) for f in answer["findings"]] == [
        ("ACME101", "error", ["messages", 1, "content"])
    ]
    assert "shouted-reply" in with_plugin("rule", "ACME101")
    assert (
        len(json.loads(with_plugin("-C", harbor, "list", "--where", "issue:ACME101", "--json"))["entries"])
        == 1
    )
    with_plugin("-C", harbor, "tag", "add", "loud", "--where", "")
    assert json.loads(with_plugin("-C", harbor, "status", "--json"))["validated"]
    assert "there is no rule" in run("-C", harbor, "validate", "--select", "ACME101", check=2).err


def test_a_policy_for_their_rule_is_heard_with_the_package_and_harmless_without(
    with_plugin, run, harbor
) -> None:
    with_plugin("-C", harbor, "import", "../play.jsonl")
    with_plugin("-C", harbor, "config", "validation.rules.ACME101", "off")

    with_plugin("-C", harbor, "validate")
    run("-C", harbor, "validate", check=0)
    run("-C", harbor, "status", check=0)


def test_their_metric_is_in_the_insights(with_plugin, run, harbor) -> None:
    with_plugin("-C", harbor, "import", "../play.jsonl")

    answer = json.loads(with_plugin("-C", harbor, "insights", "--json"))

    assert answer["metrics"]["shouting"] == {"shouted": 1}
    assert "Somebody shouts." in {advice["text"] for advice in answer["recommendations"]}
    assert "shouting" not in run("-C", harbor, "insights", "--json", check=0).json["metrics"]


def test_their_remote_has_to_be_allowed_and_then_gets_the_dataset(
    with_plugin, run, git, harbor, tmp_path
) -> None:
    git("init", "--bare", "-q", tmp_path / "shelf.git", check=0)
    git("remote", "add", "shelf", f"acme-shelf::{tmp_path / 'shelf.git'}", cwd=harbor, check=0)

    assert "was never allowed" in with_plugin("-C", harbor, "push", "shelf", check=4)
    with_plugin("-C", harbor, "remote", "allow", "shelf")
    with_plugin("-C", harbor, "push", "shelf")

    assert (
        git("--git-dir", tmp_path / "shelf.git", "rev-parse", "main", check=0).out
        == git("rev-parse", "main", cwd=harbor, check=0).out
    )
    assert (
        json.loads(with_plugin("-C", harbor, "remote", "list", "--json"))["remotes"][0]["kind"]
        == "acme-shelf"
    )
    run("-C", harbor, "status", check=0)


def test_doctor_lists_them_with_their_package(with_plugin) -> None:
    answer = json.loads(with_plugin("doctor", "--json"))

    theirs = [plugin for plugin in answer["plugins"] if plugin["package"] == "talekeep-acme"]
    assert [(plugin["kind"], plugin["name"], plugin["version"]) for plugin in theirs] == [
        ("formats", "stage-play", "1.2"),
        ("rules", "acme", "1.2"),
        ("metrics", "shouting", "1.2"),
        ("remotes", "acme-shelf", "1.2"),
    ]
    assert "plugin     format stage-play, from talekeep-acme 1.2" in with_plugin("doctor")
