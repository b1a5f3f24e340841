"""`init` where something is already: refused unless told, and then nothing of it is lost."""

from pathlib import Path
from typing import Any


def test_init_refuses_a_folder_that_is_not_empty(tk: Any, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes/plan.md").write_text("a plan\n")

    refused = tk("init", tmp_path / "notes", check=4)

    assert "--force" in refused.err
    assert [p.name for p in (tmp_path / "notes").iterdir()] == ["plan.md"]


def test_init_refuses_a_git_repository_and_a_folder_inside_one(tk: Any, git: Any, tmp_path: Path) -> None:
    work = tmp_path / "work"
    git("init", "-q", work, check=0)
    (work / "code.txt").write_text("x\n")
    git("add", ".", cwd=work, check=0)
    git("commit", "-qm", "code", cwd=work, check=0)

    assert "--force" in tk("init", work, check=4).err
    inside = tk("init", work / "tales", check=4)

    assert str(work) in inside.err
    assert "--force" in inside.err
    assert sorted(p.name for p in work.iterdir()) == [".git", "code.txt"]


def test_init_refuses_a_dataset_even_by_force(harbor: Path, tk: Any) -> None:
    before = (harbor / "talekeep.toml").read_bytes()

    tk("init", harbor, "--force", check=4)

    assert (harbor / "talekeep.toml").read_bytes() == before


def test_by_force_a_repository_is_adopted_with_its_files_history_and_staged_work(
    tk: Any, git: Any, records: Any, tmp_path: Path
) -> None:
    work = tmp_path / "work"
    git("init", "-q", "-b", "trunk", work, check=0)
    (work / "README.md").write_text("my own card\n")
    git("add", ".", cwd=work, check=0)
    git("commit", "-qm", "card", cwd=work, check=0)
    (work / "staged.md").write_text("staged\n")
    git("add", "staged.md", cwd=work, check=0)
    (work / "loose.md").write_text("loose\n")
    hook = work / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 0\n")
    hook.chmod(0o755)

    tk("init", work, "--force")
    tk("import", records("first.jsonl", 2), cwd=work)

    assert (work / "README.md").read_text() == "my own card\n"
    assert git("status", "--porcelain", cwd=work, check=0).out == "A  staged.md\n?? loose.md\n"
    assert "card" in git("log", "--format=%s", "trunk", cwd=work, check=0).out
    assert "my own card" in git("show", "HEAD:README.md", cwd=work, check=0).out
    assert tk("status", "--json", cwd=work).json["branch"] == "trunk"
    git("fsck", "--full", "--strict", cwd=work, check=0)


def test_by_force_a_folder_of_files_is_adopted_and_they_stay(tk: Any, git: Any, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes/plan.md").write_text("a plan\n")
    (tmp_path / "notes/.gitignore").write_text("*.bak\n")

    tk("init", tmp_path / "notes", "--force")

    assert (tmp_path / "notes/plan.md").read_text() == "a plan\n"
    assert (tmp_path / "notes/.gitignore").read_text() == "*.bak\n"
    assert tk("status", "--json", cwd=tmp_path / "notes").json["entries"] == 0


def test_by_force_a_dataset_inside_a_repository_leaves_that_one_alone(
    tk: Any, git: Any, records: Any, tmp_path: Path
) -> None:
    work = tmp_path / "work"
    git("init", "-q", work, check=0)
    before = (work / ".git/config").read_bytes()

    tk("init", work / "tales", "--force")
    tk("import", records("first.jsonl", 2), cwd=work / "tales")

    assert (work / ".git/config").read_bytes() == before
    assert not (work / ".git/hooks/pre-merge-commit").exists()
    assert tk("status", "--json", cwd=work / "tales").json["entries"] == 2


def test_an_init_that_was_killed_can_be_done_again(tk: Any, git: Any, tmp_path: Path) -> None:
    git("init", "-q", tmp_path / "half", check=0)

    tk("init", tmp_path / "half")

    assert tk("status", "--json", cwd=tmp_path / "half").json["validated"]
