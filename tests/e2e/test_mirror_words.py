"""What goes wrong with mirrors in daily life is told in one sentence that names the next command."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def mirror(harbor: Path, tk: Any, tmp_path: Path) -> Path:
    """The mirror folder of `harbor`, pushed to once."""
    (tmp_path / "synced").mkdir()
    tk("remote", "add", "backup", tmp_path / "synced", "--label", "laptop", cwd=harbor)
    tk("push", cwd=harbor)
    return tmp_path / "synced" / "harbor-backup"


def change(tk: Any, dataset: Path, old: str, new: str, **options: Any) -> None:
    part = sorted(dataset.glob("entries/*/*.jsonl"))[0]
    part.write_text(part.read_text().replace(old, new, 1))
    tk("commit", "-m", "more", cwd=dataset, **options)


def test_a_folder_that_is_a_week_older_is_told_by_status_and_by_push(
    harbor: Path, mirror: Path, tk: Any, tmp_path: Path
) -> None:
    shutil.copytree(mirror, tmp_path / "last week")
    change(tk, harbor, "Driftwood", "A bottle")
    tk("push", cwd=harbor)
    shutil.rmtree(mirror)
    shutil.move(tmp_path / "last week", mirror)

    status = tk("status", cwd=harbor).out
    pushed = tk("push", cwd=harbor)
    checked = tk("remote", "check", "backup", "--restore", cwd=harbor).out

    text = "it went back in time or has not finished syncing"
    assert f"backup: push 2 is no longer there, the newest is 1: {text}\n" in status
    assert status.endswith("next: talekeep push backup\n")
    assert (
        f"{text}; everything is saved anew; to see that it is whole: talekeep remote check backup"
        in pushed.err
    )
    assert "Saved push 3 to the folder" in pushed.out
    assert checked.startswith("good:")


def test_machines_that_diverged_are_told_by_push_fetch_and_clone(
    harbor: Path, mirror: Path, tk: Any, tmp_path: Path
) -> None:
    away, desk = {"XDG_STATE_HOME": str(tmp_path / "state elsewhere")}, tmp_path / "desk"
    tk("clone", mirror, desk, env=away)
    change(tk, desk, "night 1?", "night one?", env=away)
    tk("push", cwd=desk, env=away)
    change(tk, harbor, "Driftwood", "A bottle")

    pushed = tk("push", cwd=harbor)
    fetched = tk("fetch", cwd=harbor)
    cloned = tk("clone", mirror, tmp_path / "third")

    (other,) = (p.name for p in mirror.iterdir() if p.name.startswith("machine-"))
    assert f"{other} has saved push 1, which is not here yet; next: talekeep fetch backup\n" in pushed.err
    parted = f"main went on here and on {other}, both are kept; next: talekeep merge backup/{other}/main\n"
    assert parted in fetched.err
    assert "both are kept; next: talekeep merge backup/" in cloned.err
    tk("merge", f"backup/{other}/main", cwd=harbor)
    assert "went on" not in tk("fetch", cwd=harbor).err
    assert "not here yet" not in tk("push", cwd=harbor).err
    assert (
        f"{next(p.name for p in mirror.iterdir() if p.name.startswith('laptop-'))} is ahead on main; next:"
        in tk("fetch", cwd=desk, env=away).err
    )


def test_of_eight_pushes_at_once_one_saves_and_the_others_say_so(
    harbor: Path, mirror: Path, talekeep: list[str], tk: Any, git: Any
) -> None:
    for number in range(8):
        git("branch", f"b{number}", cwd=harbor, check=0)

    running = [
        subprocess.Popen([*talekeep, "push"], cwd=harbor, stdout=subprocess.PIPE, text=True) for _ in range(8)
    ]
    lines = sorted(one.communicate()[0].split(".")[0] for one in running)

    assert [one.returncode for one in running] == [0] * 8
    whole = "Nothing new since push 2; it is whole in the folder"
    assert lines[:7] == [whole] * 7
    assert lines[7].startswith("Saved push 2 to the folder")
    assert tk("remote", "check", "--restore", cwd=harbor).out.startswith("good:")
