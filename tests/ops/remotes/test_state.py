"""What `status` says of a mirror: also where another machine saved what this one has."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def restored(tmp_path: Path, run: Any) -> Path:
    """A clone of a mirror that another machine pushed to."""
    (tmp_path / "synced").mkdir()
    run("init", "harbor", "-q", cwd=tmp_path, check=0)
    run("-C", tmp_path / "harbor", "remote", "add", "backup", tmp_path / "synced", "-q", check=0)
    run("-C", tmp_path / "harbor", "push", "-q", check=0)
    run("clone", tmp_path / "synced", tmp_path / "restored", "-q", check=0)
    return tmp_path / "restored"


def test_a_clone_of_a_mirror_knows_that_everything_is_there(restored: Path, run: Any) -> None:
    assert "backup: all of it is there, saved by others\n" in run("-C", restored, "status", check=0).out


def test_what_was_made_since_is_not_there_until_it_is_pushed(restored: Path, run: Any) -> None:
    run("-C", restored, "tag", "create", "noir", check=0)
    status = run("-C", restored, "status", check=0)
    assert "backup: 1 commit not there; the rest was saved by others\n" in status.out

    run("-C", restored, "push", "-q", check=0)
    assert "backup: push 1 is there, nothing newer here\n" in run("-C", restored, "status", check=0).out


def test_a_new_mirror_holds_nothing_yet(tmp_path: Path, run: Any) -> None:
    (tmp_path / "synced").mkdir()
    run("init", "harbor", "-q", cwd=tmp_path, check=0)
    run("-C", tmp_path / "harbor", "remote", "add", "backup", tmp_path / "synced", "-q", check=0)
    assert "backup: nothing saved there yet\n" in run("-C", tmp_path / "harbor", "status", check=0).out
