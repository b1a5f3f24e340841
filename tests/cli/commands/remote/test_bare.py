"""`remote add --bare`: plain git and Talekeep both push to it."""

from pathlib import Path


def test_talekeep_and_plain_git_use_the_same_repository(run, git, harbor: Path, edit, tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    run("-C", harbor, "remote", "add", "stick", "../stick", "--bare", "--label", "laptop", check=0)
    (place,) = (tmp_path / "stick").iterdir()
    assert run("-C", harbor, "remote", "list", check=0).out == f"stick  bare  {place}\n"

    assert run("-C", harbor, "push", check=0).out.startswith("Saved to the repository (")
    edit("Answer 0.", "Edited.")
    run("-C", harbor, "commit", check=0)
    assert "stick: 1 commit behind" in run("-C", harbor, "status", check=0).out
    git("push", "--no-verify", "stick", "main", cwd=harbor, check=0)
    git("fetch", "stick", cwd=harbor, check=0)

    assert run("-C", harbor, "push", check=0).out.startswith("Nothing new")
    assert "stick: all of it is there" in run("-C", harbor, "status", check=0).out
    assert run("-C", harbor, "remote", "check", "--restore", check=0).out.startswith("good")
    run("-C", harbor, "fetch", check=0)
    run("-C", harbor, "remote", "remove", "stick", check=0)
    assert "stick" not in (harbor / ".git/config").read_text()


def test_options_that_do_not_go_together_are_a_usage_error(run, harbor: Path, tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    run("-C", harbor, "remote", "add", "stick", "../stick", "--bare", "--encrypt", check=2)
    run("-C", harbor, "remote", "add", "stick", "../nowhere", "--bare", check=5)
    assert list((tmp_path / "stick").iterdir()) == []
