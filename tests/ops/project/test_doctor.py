"""`doctor`: what is wrong is named, what is safe is mended, and it works where nothing else does."""

import sys
from pathlib import Path

import pytest

from talekeep import __version__
from talekeep.core.errors import Refused
from talekeep.ops.project import doctor
from talekeep.store.clone import setup as wiring


def named(diagnosis: doctor.Diagnosis) -> dict[str, doctor.Checked]:
    return {check.name: check for check in diagnosis.checks}


def test_a_sound_dataset_is_ok_and_every_check_was_made(dataset) -> None:
    diagnosis = doctor.doctor(dataset.path)

    assert diagnosis.ok
    assert [check.name for check in diagnosis.checks] == [check.name for check in doctor.CHECKS]
    assert diagnosis.dataset == str(dataset.path)
    assert set(diagnosis.hooks.interpreters.values()) == {sys.executable}
    assert diagnosis.hooks.folder == str(dataset.path / ".git/hooks")


def test_versions_are_told_outside_a_dataset_too(tmp_path: Path) -> None:
    diagnosis = doctor.doctor(tmp_path)

    assert diagnosis.ok
    assert (diagnosis.dataset, diagnosis.hooks) == (None, None)
    assert diagnosis.versions.talekeep == __version__
    assert diagnosis.versions.executable == sys.executable
    assert {check.name for check in diagnosis.checks} == {
        c.name for c in doctor.CHECKS if c.needs == "nothing"
    }


def test_a_hook_that_is_gone_is_named_and_mended_on_request(dataset) -> None:
    (dataset.path / ".git/hooks/pre-push").unlink()

    result = named(doctor.doctor(dataset.path))["hooks and drivers"]
    assert not result.ok
    assert result.fixable
    assert not result.fixed
    assert [fault.message for fault in result.faults] == ["the pre-push hook is not installed"]

    planned = doctor.doctor(dataset.path, fix=True, dry_run=True)
    assert not planned.ok
    assert named(planned)["hooks and drivers"].fixed
    assert wiring.faults(dataset) != []

    mended = doctor.doctor(dataset.path, fix=True)
    assert mended.ok
    assert named(mended)["hooks and drivers"].fixed
    assert wiring.faults(dataset) == []


def test_a_hook_whose_interpreter_is_gone_is_named(dataset, tmp_path: Path) -> None:
    hook = dataset.path / ".git/hooks/pre-commit"
    gone = f"{tmp_path}/old environment/bin/python"
    hook.write_text(hook.read_text().replace(f"python={sys.executable}", f"python='{gone}'"))

    result = named(doctor.doctor(dataset.path))["hooks and drivers"]

    assert [fault.message for fault in result.faults] == [
        f"the pre-commit hook starts {gone}, which is not there"
    ]
    assert doctor.doctor(dataset.path, fix=True).ok


def test_what_does_not_open_is_named_with_its_hint_and_nothing_crashes(dataset, monkeypatch) -> None:
    def refuse(*_: object) -> None:
        raise Refused("this repository is of another kind", "git convert")

    monkeypatch.setattr(doctor.Dataset, "open", refuse)

    diagnosis = doctor.doctor(dataset.path)

    assert not diagnosis.ok
    assert named(diagnosis)["dataset opens"].faults == (
        doctor.Fault("this repository is of another kind", "git convert"),
    )
    assert "hooks and drivers" not in named(diagnosis)


def test_a_dataset_without_its_configuration_is_a_fault_and_another_repository_is_none(
    dataset, tmp_path
) -> None:
    (dataset.path / "talekeep.toml").unlink()
    (tmp_path / "code/.git").mkdir(parents=True)

    assert not named(doctor.doctor(dataset.path))["dataset opens"].ok
    assert doctor.doctor(tmp_path / "code").dataset is None


def test_a_broken_configuration_is_a_fault(dataset) -> None:
    (dataset.path / "talekeep.toml").write_text("format = \n")

    assert not named(doctor.doctor(dataset.path))["talekeep.toml"].ok


def test_a_fix_that_does_not_help_is_not_called_one(dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    row = doctor.Check("stuck", lambda place: [doctor.Fault("still here")], lambda place: None)
    monkeypatch.setattr(doctor, "CHECKS", (row,))

    diagnosis = doctor.doctor(dataset.path, fix=True)

    assert not diagnosis.ok
    assert not named(diagnosis)["stuck"].fixed


def test_the_command_says_all_of_it_and_exits_1_when_something_is_wrong(dataset, run) -> None:
    fine = run("-C", dataset.path, "doctor", check=0)
    assert f"talekeep   {__version__}" in fine.out
    assert "wrong" not in fine.out

    (dataset.path / ".git/hooks/pre-push").unlink()
    wrong = run("-C", dataset.path, "doctor", check=1)
    assert "the pre-push hook is not installed" in wrong.out
    assert wrong.out.splitlines()[-1] == "next: talekeep doctor --fix"
    assert run("-C", dataset.path, "doctor", "--json", check=1).json["ok"] is False
    run("-C", dataset.path, "doctor", "--fix", check=0)
    run("-C", dataset.path, "doctor", check=0)


def test_a_shallow_clone_is_a_state_and_no_fault(dataset, git, run, tmp_path: Path) -> None:
    for number in range(2):
        git("commit", "-q", "--allow-empty", "--no-verify", "-m", str(number), cwd=dataset.path, check=0)
    part = tmp_path / "part"
    git("clone", "-q", "--depth", "1", dataset.path.as_uri(), part, check=0)
    run("setup", cwd=part, check=0)

    check = named(doctor.doctor(part))["history is whole"]

    assert check.ok
    assert [state.hint for state in check.states] == ["git fetch --unshallow"]
    assert "this clone is shallow" in run("doctor", cwd=part, check=0).out
    git("fetch", "-q", "--unshallow", cwd=part, check=0)
    assert named(doctor.doctor(part))["history is whole"].states == ()


def test_a_file_that_may_not_be_read_is_a_fault_and_the_other_checks_are_made(dataset, monkeypatch) -> None:
    hook, read = dataset.path / ".git/hooks/pre-commit", Path.read_bytes

    def refusing(place: Path) -> bytes:
        if place.name == hook.name:
            raise PermissionError(13, "Permission denied", str(place))
        return read(place)

    with monkeypatch.context() as disk:
        disk.setattr(Path, "read_bytes", refusing)
        result = doctor.doctor(dataset.path)
    (bad,) = [check for check in result.checks if not check.ok]
    assert str(hook) in bad.faults[0].message
    assert len(result.checks) == len(doctor.CHECKS)
