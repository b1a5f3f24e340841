"""`git push`, `git fetch` and `git clone` on a mirror folder, through `git-remote-talekeep`."""

import json
import os
import subprocess
import tomllib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("helper")]


@pytest.fixture
def mirror(harbor: Path, tk: Any, tmp_path: Path) -> Path:
    """The mirror folder of `harbor`, with spaces in its path, not pushed to yet."""
    (tmp_path / "my synced files").mkdir()
    tk("remote", "add", "backup", tmp_path / "my synced files", "--label", "laptop", cwd=harbor)
    return tmp_path / "my synced files" / "harbor-backup"


@pytest.fixture
def refs(git: Any) -> Callable[..., dict[str, str]]:
    def read(repo: Path, *under: str) -> dict[str, str]:
        listed = git("for-each-ref", "--format=%(refname) %(objectname)", *under, cwd=repo, check=0).out
        return dict(line.split(" ") for line in listed.splitlines())

    return read


def rewrite(dataset: Path, number: int, text: str) -> None:
    """Give the last message of an entry of the first part another text."""
    part = sorted(dataset.glob("entries/*/*.jsonl"))[0]
    lines = part.read_text(encoding="utf-8").split("\n")
    entry = json.loads(lines[number - 1])
    entry["messages"][-1]["content"] = text
    lines[number - 1] = json.dumps(entry, separators=(",", ":"))
    part.write_text("\n".join(lines), encoding="utf-8")


def pushes(mirror: Path) -> int:
    return len(list(mirror.rglob("*-manifest-*.txt")))


def another_machine(tmp_path: Path) -> dict[str, str]:
    away = tmp_path / "away"
    away.mkdir(exist_ok=True)
    return {"HOME": str(away), "XDG_STATE_HOME": str(away / "state")}


def test_the_program_is_an_entry_point_of_the_package() -> None:
    root = Path(__file__).resolve().parents[2]
    scripts = tomllib.loads((root / "pyproject.toml").read_text())["project"]["scripts"]
    module, _, name = scripts["git-remote-talekeep"].partition(":")

    assert callable(getattr(import_module(module), name))


def test_git_push_saves_what_talekeep_push_saves(
    harbor: Path, mirror: Path, git: Any, tk: Any, refs: Any, tmp_path: Path
) -> None:
    git("branch", "side", cwd=harbor, check=0)
    git("tag", "-a", "v1", "-m", "a note", cwd=harbor, check=0)

    result = git("push", "backup", "main", cwd=harbor, check=0)

    assert "Saved push 1 to the folder" in result.err
    assert "every branch and tag: main, side, v1" in result.err
    assert "main -> main" in result.err
    assert refs(harbor, "refs/remotes/backup/main").popitem()[1] == refs(harbor)["refs/heads/main"]
    assert tk("push", "backup", "--json", cwd=harbor).json["already"] is True
    tk("clone", mirror, tmp_path / "back")
    kept = refs(tmp_path / "back", "refs/heads", "refs/tags")
    assert kept == refs(harbor, "refs/heads", "refs/tags")
    assert "up-to-date" in git("push", "backup", "main", cwd=harbor / "entries", check=0).err


def test_a_dry_run_saves_nothing(harbor: Path, mirror: Path, git: Any, refs: Any) -> None:
    before = refs(harbor)

    result = git("push", "--dry-run", "backup", "main", cwd=harbor, check=0)

    assert "main -> main" in result.err
    assert pushes(mirror) == 0
    assert refs(harbor) == before


def test_what_was_not_validated_is_not_saved(harbor: Path, mirror: Path, git: Any) -> None:
    part = sorted(harbor.glob("entries/*/*.jsonl"))[0]
    part.write_bytes(part.read_bytes()[:-4])
    git("commit", "-qam", "x", "--no-verify", cwd=harbor, check=0)

    refused = git("push", "--no-verify", "backup", "main", cwd=harbor)

    assert refused.code != 0
    assert f"{part.name}:3: S" in refused.err
    assert pushes(mirror) == 0


def test_a_rewritten_branch_is_saved_without_force_and_what_it_was_stays(
    harbor: Path, mirror: Path, git: Any, refs: Any
) -> None:
    git("push", "-q", "backup", "main", cwd=harbor, check=0)
    git("commit", "-q", "--amend", "-m", "said better", cwd=harbor, check=0)
    before = {p: p.read_bytes() for p in mirror.rglob("*") if p.is_file()}

    git("push", "-q", "backup", "main", cwd=harbor, check=0)
    git("commit", "-q", "--amend", "-m", "said best", cwd=harbor, check=0)
    forced = git("push", "--force", "backup", "main", cwd=harbor, check=0)

    assert "no push overwrites an earlier one" in forced.err
    assert pushes(mirror) == 3
    assert {p: p.read_bytes() for p in before} == before
    assert refs(harbor)["refs/remotes/backup/main"] == refs(harbor)["refs/heads/main"]


def test_what_a_mirror_cannot_do_is_explained(harbor: Path, mirror: Path, git: Any, tk: Any) -> None:
    git("branch", "side", cwd=harbor, check=0)
    git("push", "-q", "backup", "side", cwd=harbor, check=0)

    deleted = git("push", "backup", ":side", cwd=harbor, check=1)
    renamed = git("push", "backup", "main:trunk", cwd=harbor, check=1)
    noted = git("push", "backup", "HEAD:refs/notes/x", cwd=harbor, check=1)

    assert "delete it here, then: talekeep push backup" in deleted.err
    assert "under their own names" in renamed.err
    assert "branches and tags only" in noted.err
    assert pushes(mirror) == 1
    git("branch", "-D", "side", cwd=harbor, check=0)
    tk("push", "backup", cwd=harbor)
    assert "refs/heads/side" not in git("ls-remote", "backup", cwd=harbor, check=0).out.split()


def test_git_clone_makes_an_ordinary_clone_that_setup_completes(
    harbor: Path, mirror: Path, git: Any, tk: Any, refs: Any, sound: Any, validated: Any, tmp_path: Path
) -> None:
    git("tag", "-a", "v1", "-m", "a note", cwd=harbor, check=0)
    git("push", "-q", "backup", "main", cwd=harbor, check=0)

    result = git("clone", f"talekeep::{mirror}", tmp_path / "back", cwd=tmp_path, check=0)
    again = git("clone", "talekeep::my synced files", "beside", cwd=tmp_path, check=0)

    back = tmp_path / "back"
    assert "talekeep setup" in result.err
    assert f"git remote set-url origin 'talekeep::{mirror}'" in again.err
    assert refs(back, "refs/heads", "refs/tags") == refs(harbor, "refs/heads", "refs/tags")
    assert refs(back)["refs/remotes/origin/main"] == refs(harbor)["refs/heads/main"]
    status = tk("status", "--json", cwd=back).json
    assert any("pre-commit" in fault for fault in status["setup"])
    tk("setup", cwd=back)
    sound(back)
    validated(back)
    rewrite(back, 1, "Written in the clone.")
    git("commit", "-qam", "x", cwd=back, check=0)
    git("push", "-q", "origin", "main", cwd=back, check=0)
    assert len([p for p in mirror.iterdir() if p.is_dir()]) == 2


def test_two_machines_that_diverged_see_both_sides_and_lose_none(
    harbor: Path, mirror: Path, git: Any, tk: Any, refs: Any, sound: Any, validated: Any, tmp_path: Path
) -> None:
    away, desk = another_machine(tmp_path), tmp_path / "desk"
    git("push", "-q", "backup", "main", cwd=harbor, check=0)
    tk("clone", mirror, desk, env=away)
    rewrite(desk, 2, "Written at the desk.")
    tk("commit", "-m", "at the desk", cwd=desk, env=away)
    tk("push", cwd=desk, env=away)
    rewrite(harbor, 1, "Written on the laptop.")
    tk("commit", "-m", "on the laptop", cwd=harbor)
    git("push", "-q", "backup", "main", cwd=harbor, check=0)
    mine = refs(harbor)["refs/heads/main"]

    git("fetch", "-q", "backup", cwd=harbor, check=0)

    (other,) = (p.name for p in mirror.iterdir() if p.is_dir() and not p.name.startswith("laptop-"))
    known = refs(harbor, "refs/remotes/backup")
    assert known["refs/remotes/backup/main"] == mine
    assert known[f"refs/remotes/backup/{other}/main"] == refs(desk)["refs/heads/main"]
    git("merge", "-q", "--no-edit", f"backup/{other}/main", cwd=harbor, check=0)
    text = b"".join(p.read_bytes() for p in harbor.glob("entries/*/*.jsonl"))
    assert b"Written at the desk." in text
    assert b"Written on the laptop." in text
    git("push", "-q", "backup", "main", cwd=harbor, check=0)
    fresh = tmp_path / "fresh"
    git("clone", "-q", f"talekeep::{mirror}", fresh, check=0)
    assert refs(fresh)["refs/heads/main"] == refs(harbor)["refs/heads/main"]
    assert refs(harbor, "refs/remotes/backup") == known | {
        f"refs/remotes/backup/{name}": refs(harbor)["refs/heads/main"]
        for name in ("main", next(n for n in os.listdir(mirror) if n.startswith("laptop-")) + "/main")  # noqa: PTH208
    }
    sound(harbor)
    validated(harbor)


def test_git_and_talekeep_fetch_the_same_refs(
    harbor: Path, mirror: Path, git: Any, tk: Any, refs: Any, tmp_path: Path
) -> None:
    git("push", "-q", "backup", "main", cwd=harbor, check=0)
    for name in ("one", "two"):
        git("clone", "-q", f"talekeep::{mirror}", tmp_path / name, check=0)
    rewrite(harbor, 1, "Later.")
    tk("commit", cwd=harbor)
    tk("push", cwd=harbor)

    git("fetch", "-q", cwd=tmp_path / "one", check=0)
    tk("fetch", cwd=tmp_path / "two")

    machine = {k: v for k, v in refs(tmp_path / "one").items() if "/laptop-" in k}
    assert machine == {k: v for k, v in refs(tmp_path / "two").items() if "/laptop-" in k}
    assert set(machine.values()) == {refs(harbor)["refs/heads/main"]}


def test_pushes_at_once_are_all_saved(harbor: Path, mirror: Path, git: Any, tk: Any, tmp_path: Path) -> None:
    names = [f"branch-{number}" for number in range(4)]
    for name in names:
        git("branch", name, cwd=harbor, check=0)

    running = [
        subprocess.Popen(["git", "push", "-q", "backup", name], cwd=harbor, stderr=subprocess.PIPE)
        for name in names
    ]
    lines = [one.communicate()[1].decode() for one in running]

    assert [one.returncode for one in running] == [0] * 4, lines
    tk("clone", mirror, tmp_path / "back")
    assert set(names) < set(git("branch", "--format=%(refname:short)", cwd=tmp_path / "back").out.split())


@pytest.mark.parametrize("fault", ["gone", "empty", "damaged"])
def test_a_folder_that_cannot_be_used_is_named_in_one_line(
    fault: str, harbor: Path, mirror: Path, git: Any, tmp_path: Path
) -> None:
    git("push", "-q", "backup", "main", cwd=harbor, check=0)
    if fault == "gone":
        mirror.rename(tmp_path / "elsewhere")
    for bundle in mirror.rglob("*.bundle"):
        if fault == "empty":
            bundle.unlink()
        else:
            bundle.write_bytes(bundle.read_bytes()[:-9] + b"\0" * 9)

    cloned = git("clone", "-q", f"talekeep::{mirror}", tmp_path / "back")

    assert cloned.code != 0
    errors = [line for line in cloned.err.splitlines() if line.startswith("error:")]
    assert len(errors) == 1
    assert str(mirror) in errors[0]
    assert "Traceback" not in cloned.err
    assert not (tmp_path / "back").exists()


def test_a_mirror_without_a_name_can_be_fetched_and_not_pushed_to(
    harbor: Path, mirror: Path, git: Any, refs: Any, tmp_path: Path
) -> None:
    git("push", "-q", "backup", "main", cwd=harbor, check=0)
    git("init", "-q", tmp_path / "new", check=0)

    git("fetch", "-q", f"talekeep::{mirror}", "main:theirs", cwd=tmp_path / "new", check=0)
    refused = git("push", f"talekeep::{mirror}", "main", cwd=harbor)

    assert refs(tmp_path / "new") == {"refs/heads/theirs": refs(harbor)["refs/heads/main"]}
    assert refused.code != 0
    assert "has no name here" in refused.err
    assert "HEAD" in git("ls-remote", f"talekeep::{mirror}", cwd=tmp_path, check=0).out


def test_without_the_program_git_says_so_and_talekeep_still_pushes(
    harbor: Path, mirror: Path, git: Any, tk: Any, helper: Path
) -> None:
    helper.unlink()

    assert git("push", "backup", "main", cwd=harbor).code != 0
    tk("push", "backup", cwd=harbor)
