"""`git push`, `git fetch`, `git clone` and `talekeep clone` of an encrypted mirror, with and without key."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyrage")
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("helper")]


@pytest.fixture
def mirror(harbor: Path, tk: Any, git: Any, tmp_path: Path) -> Path:
    """The encrypted mirror of `harbor`, pushed to once, by git."""
    (tmp_path / "synced").mkdir()
    options = ("--encrypt", "--label", "laptop", "--recovery-file", tmp_path / "key.txt")
    tk("remote", "add", "vault", tmp_path / "synced", *options, cwd=harbor)
    git("push", "-q", "vault", "main", cwd=harbor, check=0)
    return tmp_path / "synced" / "harbor-backup"


@pytest.fixture
def strange(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[], None]:
    """From here on all is run on a machine that has no keys yet."""
    return lambda: monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state elsewhere"))


def commit(tk: Any, dataset: Path, text: str) -> None:
    part = sorted(dataset.glob("entries/*/*.jsonl"))[0]
    part.write_text(part.read_text().replace("Driftwood", text, 1))
    tk("commit", "-m", "more", cwd=dataset)


def head(git: Any, dataset: Path, revision: str = "HEAD") -> str:
    return git("rev-parse", revision, cwd=dataset, check=0).out.strip()


def test_pushing_again_is_known_to_be_nothing_new(harbor: Path, mirror: Path, git: Any) -> None:
    assert "up-to-date" in git("push", "vault", "main", cwd=harbor, check=0).err
    assert len(list(mirror.rglob("*.age"))) == 1


def test_with_the_key_git_and_talekeep_clone_fetch_and_push(
    harbor: Path, mirror: Path, git: Any, tk: Any, strange: Any, tmp_path: Path
) -> None:
    strange()
    tk("remote", "unlock", mirror, "--key-file", tmp_path / "key.txt")

    git("clone", "-q", f"talekeep::{mirror.parent}", tmp_path / "one", check=0)
    tk("clone", mirror, tmp_path / "two")
    tk("setup", cwd=tmp_path / "one")
    for name in ("one", "two"):
        commit(tk, tmp_path / name, f"A note of {name}")
        git("push", "-q", cwd=tmp_path / name, check=0) if name == "one" else tk("push", cwd=tmp_path / name)
    git("fetch", "-q", "vault", cwd=harbor, check=0)

    known = git(
        "for-each-ref", "--format=%(objectname)", "refs/remotes/vault", cwd=harbor, check=0
    ).out.split()
    assert {head(git, tmp_path / "one"), head(git, tmp_path / "two"), head(git, harbor)} == set(known)
    assert not any(p.suffix == ".bundle" for p in mirror.rglob("*"))
    listed = git("ls-remote", f"talekeep::{mirror}", cwd=tmp_path, check=0).out
    assert head(git, tmp_path / "one") in listed


def test_without_the_key_each_says_what_to_run(
    harbor: Path, mirror: Path, git: Any, tk: Any, strange: Any, tmp_path: Path
) -> None:
    strange()
    commands = (
        git("clone", f"talekeep::{mirror}", tmp_path / "one"),
        git("ls-remote", f"talekeep::{mirror}", cwd=tmp_path),
        git("fetch", "vault", cwd=harbor),
        tk("fetch", cwd=harbor, check=4),
        tk("clone", mirror, tmp_path / "two", check=4),
    )

    for result in commands:
        assert result.code != 0
        assert f"error: {mirror} is encrypted and its key is not on this machine\n" in result.err
        assert f"hint: talekeep remote unlock {mirror}\n" in result.err
    assert not (tmp_path / "one").exists()
    assert not (tmp_path / "two").exists()


def test_a_clone_by_git_pushes_only_after_setup_and_never_in_the_clear(
    mirror: Path, git: Any, tk: Any, tmp_path: Path
) -> None:
    git("clone", "-q", f"talekeep::{mirror}", tmp_path / "one", check=0)
    git("config", "--unset", "remote.origin.fetch", cwd=tmp_path / "one", check=0)

    refused = tk("push", cwd=tmp_path / "one", check=4)
    checked = tk("setup", "--check", cwd=tmp_path / "one", check=1)
    tk("setup", cwd=tmp_path / "one")
    tk("push", cwd=tmp_path / "one")

    assert "hint: talekeep setup" in refused.err
    assert "remote.origin.recipients is not as this mirror needs it" in checked.out
    fetched = git("config", "remote.origin.fetch", cwd=tmp_path / "one", check=0).out
    assert fetched == "+refs/heads/*:refs/remotes/origin/*\n"
    assert len(list(mirror.rglob("*.age"))) == 2
    assert not list(mirror.rglob("*.bundle"))


def test_setup_does_not_mind_a_mirror_that_is_away(harbor: Path, mirror: Path, tk: Any) -> None:
    shutil.rmtree(mirror.parent)

    tk("setup", cwd=harbor)
