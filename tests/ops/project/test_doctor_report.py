"""A report to send along: what helps to find a fault, and nothing that is somebody's."""

import getpass
import json
import socket
from pathlib import Path

from talekeep import __version__
from talekeep.ops.project.doctor_report import report


def test_a_report_names_versions_settings_counts_and_checks(run, dataset, take, talk) -> None:
    take([talk("Who keeps the light?")])
    run("-C", dataset.path, "config", "mirror.auto", "on-commit", check=0)

    result = report(dataset.path)

    assert result.talekeep == __version__
    assert result.packages["click"]
    assert result.clone.numbers["entries"] == 1
    assert result.clone.settings["mirror.auto"] == "on-commit"
    assert all(check.ok for check in result.checks)


def test_a_report_holds_no_text_name_address_or_folder(run, git, dataset, take, talk, tmp_path: Path) -> None:
    take([talk("Who keeps the lighthouse?")])
    run("-C", dataset.path, "character", "create", "Mara Voss", check=0)
    run("-C", dataset.path, "config", "name", "Harbor Secrets", check=0)
    git("remote", "add", "vault", "https://wren:token@example.org/harbor.git", cwd=dataset.path)
    git("config", "user.name", "Wren Tallow", cwd=dataset.path)
    (dataset.path / ".git/hooks/pre-push").unlink()

    text = run("-C", dataset.path, "doctor", "--report", check=0).out
    whole = text + json.dumps(run("-C", dataset.path, "doctor", "--report", "--json", check=0).json)

    for word in ("lighthouse", "Mara", "Harbor", "vault", "example.org", "token", "Wren", str(tmp_path)):
        assert word not in whole
    assert str(Path.home()) not in whole
    assert socket.gethostname() not in whole or len(socket.gethostname()) < 4
    assert getpass.getuser() not in whole.replace("root", "") or getpass.getuser() == "root"
    assert "wrong: hooks and drivers" in text
    assert "remotes: git = 1" in text


def test_a_report_can_be_made_outside_a_dataset_and_of_a_broken_one(run, dataset, tmp_path: Path) -> None:
    assert "numbers" not in run("doctor", "--report", cwd=tmp_path, check=0).out

    (dataset.path / "talekeep.toml").write_text("name = 'Harbor\n")
    broken = run("-C", dataset.path, "doctor", "--report", check=0).out

    assert "\nwrong: " in broken
    assert "numbers" not in broken
    assert "Harbor" not in broken


def test_a_report_is_asked_for_alone(run, dataset) -> None:
    refused = run("-C", dataset.path, "doctor", "--report", "--fix", check=2)

    assert "talekeep doctor --report" in refused.err
