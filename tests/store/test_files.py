"""A file is replaced whole or not at all."""

import errno
import os
from pathlib import Path

import pytest

from talekeep.core.errors import Outside
from talekeep.store import files


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture
def old(tmp_path: Path) -> Path:
    place = tmp_path / "deep" / "note.json"
    files.replace(place, b"old")
    return place


def test_replace_puts_new_bytes_in_place_and_leaves_nothing_beside(old: Path) -> None:
    files.replace(old, b"new")

    assert old.read_bytes() == b"new"
    assert [p.name for p in old.parent.iterdir()] == ["note.json"]


def test_replace_makes_its_folder_and_uses_the_staging_folder(tmp_path: Path) -> None:
    files.replace(tmp_path / "a" / "b" / "c", b"x", staging=tmp_path / "elsewhere" / "s")

    assert (tmp_path / "a/b/c").read_bytes() == b"x"
    assert list((tmp_path / "elsewhere/s").iterdir()) == []


@pytest.mark.parametrize(("owner", "name"), [(os, "fsync"), (Path, "replace"), (files, "fsync_stream")])
def test_a_full_disk_leaves_the_old_file_and_no_rubbish(
    old: Path, monkeypatch: pytest.MonkeyPatch, owner: object, name: str
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(owner, name, full)
        with pytest.raises(Outside, match=r"note\.json.*No space left") as raised:
            files.replace(old, b"new")

    assert "space" in (raised.value.hint or "")
    assert old.read_bytes() == b"old"
    assert [p.name for p in old.parent.iterdir()] == ["note.json"]


def test_a_reader_never_sees_half_a_file(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    collected = []
    real = files.fsync_stream

    def looking(stream: object) -> None:
        collected.append(old.read_bytes())
        real(stream)  # type: ignore[arg-type]

    monkeypatch.setattr(files, "fsync_stream", looking)
    files.replace(old, b"new" * 100_000)

    assert collected == [b"old"]


def test_write_new_never_replaces(old: Path) -> None:
    with pytest.raises(FileExistsError):
        files.write_new(old, b"new")

    assert old.read_bytes() == b"old"


@pytest.mark.parametrize(
    ("number", "says"), [(errno.EROFS, "read-only"), (errno.EACCES, "ls -ld"), (errno.EDQUOT, "quota")]
)
def test_a_failure_of_the_disk_comes_with_the_step_that_helps(number: int, says: str) -> None:
    problem = files.outside("cannot write x", OSError(number, os.strerror(number)))

    assert says in (problem.hint or "")
    assert problem.message.startswith("cannot write x: ")


def test_shipped_folders_are_found() -> None:
    assert (files.shipped("hooks") / "hook").is_file()
    assert (files.shipped("templates") / "dataset").is_dir()


def test_a_missing_shipped_folder_says_what_to_do() -> None:
    with pytest.raises(Outside, match="no pictures folder"):
        files.shipped("pictures")


def test_files_of_a_step_that_failed_are_all_as_before(old: Path) -> None:
    old.chmod(0o640)
    new, gone = old.with_name("new.json"), old.with_name("gone.json")
    gone.write_bytes(b"there")

    def fails() -> None:
        with files.all_or_none([old, new, gone]):
            files.replace(old, b"changed")
            files.replace(new, b"made")
            gone.unlink()
            raise KeyError

    with pytest.raises(KeyError):
        fails()

    assert old.read_bytes() == b"old"
    assert old.stat().st_mode & 0o777 == 0o640
    assert gone.read_bytes() == b"there"
    assert not new.exists()


def test_files_of_a_step_that_ended_well_stay_as_it_left_them(old: Path) -> None:
    with files.all_or_none([old]):
        files.replace(old, b"new")
    assert old.read_bytes() == b"new"
