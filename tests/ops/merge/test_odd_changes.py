"""What is no plain file is merged by git alone; the engine refuses it by name and never drops it."""

import json
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

ENTRY = [{"role": "user", "content": "Who?"}, {"role": "assistant", "content": "Me."}]


@pytest.fixture
def parted(tmp_path: Path, run: Any, git: Any) -> Path:
    """main has one more entry than side; HEAD is on side, which holds a script."""
    top = tmp_path / "harbor"
    run("init", top, check=0)
    (top / "run.sh").write_text("true\n")
    git("add", "run.sh", cwd=top, check=0)
    git("commit", "-qm", "script", "--no-verify", cwd=top, check=0)
    git("branch", "side", cwd=top, check=0)
    run("import", "-", cwd=top, input=json.dumps({"messages": ENTRY}), check=0)
    git("switch", "-q", "side", cwd=top, check=0)
    return top


def _commit(git: Any, top: Path, *words: str) -> None:
    git(*words, cwd=top, check=0)
    git("commit", "-qm", "odd", "--no-verify", cwd=top, check=0)


def _mode(git: Any, top: Path, path: str) -> str:
    mode: str = git("ls-tree", "HEAD", path, cwd=top, check=0).out[:6]
    return mode


def test_an_executable_mark_of_theirs_is_refused_and_the_hint_brings_it(
    parted: Path, run: Any, git: Any
) -> None:
    _commit(git, parted, "update-index", "--chmod=+x", "run.sh")
    git("reset", "-q", "--hard", cwd=parted, check=0)
    git("switch", "-q", "main", cwd=parted, check=0)
    result = run("merge", "side", cwd=parted, check=4)
    assert "run.sh differs there and is executable" in result.err
    assert "git merge side" in result.err
    git("merge", "-q", "side", "-m", "by git", cwd=parted, check=0)
    assert _mode(git, parted, "run.sh") == "100755"


def test_our_own_mark_stays_through_a_merge(parted: Path, run: Any, git: Any) -> None:
    (parted / "notes.md").write_text("x\n")
    _commit(git, parted, "add", "notes.md")
    git("switch", "-q", "main", cwd=parted, check=0)
    _commit(git, parted, "update-index", "--chmod=+x", "run.sh")
    git("reset", "-q", "--hard", cwd=parted, check=0)
    run("merge", "side", cwd=parted, check=0)
    assert _mode(git, parted, "run.sh") == "100755"
    assert _mode(git, parted, "notes.md") == "100644"


def test_a_mark_that_both_sides_made_is_no_difference(parted: Path, run: Any, git: Any) -> None:
    for branch in ("side", "main"):
        git("switch", "-q", branch, cwd=parted, check=0)
        _commit(git, parted, "update-index", "--chmod=+x", "run.sh")
        git("reset", "-q", "--hard", cwd=parted, check=0)
    run("merge", "side", cwd=parted, check=0)
    assert _mode(git, parted, "run.sh") == "100755"


def test_a_link_of_theirs_is_refused_with_what_to_do_there(parted: Path, run: Any, git: Any) -> None:
    (parted / "link").symlink_to("run.sh")
    _commit(git, parted, "add", "link")
    git("switch", "-q", "main", cwd=parted, check=0)
    result = run("merge", "side", cwd=parted, check=4)
    assert "link differs there and is a symbolic link" in result.err
    assert "git rm link" in result.err


def test_undo_of_a_mark_is_left_to_git(parted: Path, run: Any, git: Any) -> None:
    _commit(git, parted, "update-index", "--chmod=+x", "run.sh")
    git("reset", "-q", "--hard", cwd=parted, check=0)
    result = run("undo", "HEAD", cwd=parted, check=4)
    assert "git revert" in result.err
    assert _mode(git, parted, "run.sh") == "100755"
