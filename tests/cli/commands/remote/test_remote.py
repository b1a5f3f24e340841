"""`remote`, `push`, `fetch` and `clone` with ordinary git repositories: the exact words."""

from pathlib import Path

import pytest


@pytest.fixture
def shared(git, tmp_path: Path) -> Path:
    git("init", "-q", "--bare", "-b", "main", tmp_path / "shared.git", check=0)
    return tmp_path / "shared.git"


def test_a_repository_is_added_listed_pushed_to_and_forgotten(run, harbor: Path, shared: Path) -> None:
    here = {"cwd": harbor, "check": 0}
    assert run("remote", "add", "team", "../shared.git", "-n", **here).out == (
        f"Would add remote team: {shared}\n"
    )
    added = run("remote", "add", "team", "../shared.git", **here)
    assert added.out == f"Remote team: {shared}\n"
    assert "whoever can read that repository can read every entry; next: talekeep push team" in added.err
    assert run("remote", "list", **here).out == f"team  git  {shared}\n"
    assert "exists" in run("remote", "add", "team", "../shared.git", cwd=harbor, check=4).err

    assert run("push", "-n", **here).out == (
        "Would push to team: nothing of it was fetched yet (when it was last asked)\n"
    )
    assert run("push", **here).out == f"Pushed main to team ({shared}).\n"
    assert run("push", **here).out == f"Nothing new for team ({shared}).\n"
    assert (
        run("push", "-n", **here).out == "Would push to team: 0 commits not there (when it was last asked)\n"
    )
    assert run("fetch", **here).out == "nothing new\n"
    assert run("remote", "remove", "team", **here).out == f"Forgot team; {shared} is as it was\n"
    assert run("remote", "list", **here).out == "none\n"


def test_json_of_a_push_and_a_fetch_names_the_refs_that_moved(run, git, harbor: Path, shared: Path) -> None:
    run("remote", "add", "team", shared, cwd=harbor, check=0)
    commit = git("rev-parse", "HEAD", cwd=harbor).out.strip()

    pushed = run("push", "team", "--json", cwd=harbor, check=0).json
    git("update-ref", "-d", "refs/remotes/team/main", cwd=harbor, check=0)
    fetched = run("fetch", "team", "--json", cwd=harbor, check=0).json

    moved = {"ref": "refs/heads/main", "before": None, "after": commit}
    assert (pushed["schema"], pushed["moved"]) == ("talekeep.push/1", [moved])
    assert (fetched["schema"], fetched["moved"]) == (
        "talekeep.fetch/1",
        [moved | {"ref": "refs/remotes/team/main"}],
    )


def test_clone_of_a_repository(run, harbor: Path, tmp_path: Path) -> None:
    outcome = run("clone", "harbor", "again", "-n", check=0)
    assert outcome.out.splitlines()[0] == f"Would read {harbor}"
    assert not (tmp_path / "again").exists()

    result = run("clone", "harbor", "again", check=0)

    assert result.out == f"Cloned {harbor} to {tmp_path / 'again'}, on main\n"
    assert result.err == "next: cd again && talekeep status\n"
    assert "is there already" in run("clone", "harbor", "again", check=4).err


@pytest.mark.parametrize("name", ["../x", "a b", "-x", "a..b", ""])
def test_no_name_leads_out_of_its_folder(run, harbor: Path, tmp_path: Path, name: str) -> None:
    run("clone", f"--name={name}", "harbor", "again", check=2 if name else 0)
    run("remote", "add", "--", name, "../harbor", cwd=harbor, check=2)

    assert (tmp_path / "again").exists() == (not name)
