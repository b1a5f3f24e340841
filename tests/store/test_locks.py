"""Git's lock files: respected while git holds them, and ours never outlive us for long."""

from pathlib import Path

import pytest

from talekeep.core.errors import Refused
from talekeep.store.git import locks


def test_a_lock_is_there_while_held_and_gone_after(tmp_path: Path) -> None:
    place = tmp_path / "refs" / "heads" / "main.lock"
    with locks.held(place):
        assert place.read_bytes().startswith(b"talekeep ")
        assert [p.name for p in place.parent.iterdir()] == ["main.lock"]
    with pytest.raises(ZeroDivisionError), locks.held(place):
        raise ZeroDivisionError
    assert list(place.parent.iterdir()) == []


def test_a_lock_of_git_is_left_alone_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "PATIENCE", 0.1)
    place = tmp_path / "index.lock"
    place.write_bytes(b"DIRC\0\0\0\2")

    with pytest.raises(Refused, match=r"index\.lock") as raised, locks.held(place):
        pytest.fail("the lock was taken twice")

    assert f"rm {place}" in (raised.value.hint or "")
    assert place.read_bytes() == b"DIRC\0\0\0\2"
    assert [p.name for p in tmp_path.iterdir()] == ["index.lock"]


def test_locks_a_killed_run_of_ours_left_are_broken_and_gits_are_not(tmp_path: Path) -> None:
    heads = tmp_path / "refs" / "heads"
    heads.mkdir(parents=True)
    ours = [tmp_path / "index.lock", heads / "main.lock", heads / "side.lock-1a2b3c4d"]
    gits = [tmp_path / "HEAD.lock", heads / "other.lock"]
    for place in ours:
        place.write_bytes(b"talekeep 4242")
    for place in gits:
        place.write_bytes(b"")

    locks.break_stale(tmp_path)

    assert [p.exists() for p in ours] == [False] * 3
    assert [p.exists() for p in gits] == [True] * 2


def test_an_empty_mark_of_an_older_talekeep_among_the_refs_goes(top: Path, git, run) -> None:
    """It is a broken ref for git: no clone, no gc and no fsck while it lies there."""
    heads = top / ".git/refs/heads"
    for command in (["branch", "side"], ["doctor", "--fix"]):
        for name in ("main.lock-1a2b3c4d", "other"):
            (heads / name).write_bytes(b"")
        assert git("fsck", cwd=top).code != 0
        run(*command, cwd=top)
        assert not (heads / "main.lock-1a2b3c4d").exists()
        # An empty file of another name is a ref that was lost; nobody knows where it led.
        (heads / "other").unlink()
        git("fsck", cwd=top, check=0)


def test_git_waits_for_our_lock(dataset, git) -> None:
    (dataset.path / "README.md").write_text("Changed.\n")
    with locks.held(dataset.repo.git_dir / "index.lock"):
        assert git("add", "README.md", cwd=dataset.path).code != 0
    git("add", "README.md", cwd=dataset.path, check=0)


def test_a_file_system_without_hard_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("os.link", none)
    monkeypatch.setattr(locks, "PATIENCE", 0.1)
    place = tmp_path / "index.lock"
    with locks.held(place):
        assert place.read_bytes().startswith(b"talekeep ")
        with pytest.raises(Refused), locks.held(place):
            pytest.fail("the lock was taken twice")
    assert list(tmp_path.iterdir()) == []
