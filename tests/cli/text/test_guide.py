"""`talekeep` alone says where one is and what fits next, in every state of a folder."""

import shutil
from pathlib import Path


def test_in_an_empty_folder_it_shows_the_ways_to_a_dataset(run) -> None:
    answer = run(check=0).out

    for command in ("talekeep init NAME", "talekeep clone SOURCE", "talekeep demo"):
        assert command in answer


def test_in_a_dataset_it_shows_the_status_and_three_commands(run, harbor: Path) -> None:
    answer = run(cwd=harbor, check=0).out

    assert answer.startswith("harbor on main")
    assert answer.count("\n  talekeep ") == 3


def test_an_open_edit_comes_first(run, harbor: Path, edit) -> None:
    edit("Answer 1.", "Edited.")

    steps = run("-C", harbor, "status", "--json", check=0).json["steps"]

    assert steps[0]["command"] == 'talekeep commit -m "…"'
    assert run("-C", harbor, check=0).out.count("\n  talekeep ") == 3


def test_a_clone_by_plain_git_is_told_to_set_up(run, git, harbor: Path) -> None:
    git("clone", "-q", harbor, "copy", check=0)

    answer = run("-C", "copy", "status", "--json", check=0).json

    assert answer["next"] == "talekeep setup"
    assert "talekeep setup" in run("-C", "copy", check=0).out
    assert len(next(line for line in run("-C", "copy", "status").out.splitlines() if "hooks" in line)) < 120


def test_a_copy_without_its_history_is_named_as_one(run, harbor: Path) -> None:
    shutil.copytree(harbor, "bare", ignore=shutil.ignore_patterns(".git"))

    assert ".git is missing" in run("-C", "bare", check=0).out


def test_status_counts_what_waits_at_a_git_repository(run, git, harbor: Path, edit) -> None:
    git("clone", "-q", "--bare", harbor, "hub.git", check=0)
    run("-C", harbor, "remote", "add", "origin", "../hub.git", check=0)
    run("-C", harbor, "fetch", "origin", check=0)
    edit("Answer 1.", "Here.")
    run("-C", harbor, "commit", check=0)

    status = run("-C", harbor, "status", "--json", check=0).json

    assert [(row["branch"], row["ahead"], row["behind"]) for row in status["tracked"]] == [
        ("origin/main", 1, 0)
    ]
    assert status["next"] == "talekeep push origin"
    run("-C", harbor, "push", "origin", check=0)
    assert run("-C", harbor, "status", "--json", check=0).json["next"] is None


def test_status_names_the_branch_that_is_ahead_elsewhere(run, git, harbor: Path) -> None:
    git("clone", "-q", "--bare", harbor, "hub.git", check=0)
    run("-C", harbor, "remote", "add", "origin", "../hub.git", check=0)
    run("clone", "hub.git", "other", check=0)
    run("-C", "other", "tag", "add", "storm", "--where", "", check=0)
    run("-C", "other", "push", check=0)
    run("-C", harbor, "fetch", "origin", check=0)

    assert run("-C", harbor, "status", "--json", check=0).json["next"] == "talekeep merge origin/main"
