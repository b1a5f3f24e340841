"""Many files of one change arrive whole or not at all, and never wait in memory for the last of them."""

import errno
from pathlib import Path

import pytest

from talekeep.core.errors import Outside
from talekeep.store import intake
from talekeep.store.dataset import Dataset
from talekeep.store.git.pack.objects import PACK_FROM
from talekeep.store.git.pack.objects import Packing
from talekeep.store.intake import Stored


def many(line, count: int = PACK_FROM * 2) -> dict[str, bytes]:
    return {f"entries/0000/{n:05d}-aaaa.jsonl": line(n) for n in range(count)}


def take_in(dataset: Dataset, files: dict[str, bytes]) -> str | None:
    with dataset.writing("test"), dataset.intake() as taking:
        for path, data in files.items():
            taking.add(path, data)
        return dataset.write(taking.files(), "Take in")


def give_up(dataset: Dataset, files: dict[str, bytes]) -> None:
    with dataset.writing("test"), dataset.intake() as taking:
        for path, data in files.items():
            taking.add(path, data)
        raise KeyboardInterrupt


def left_over(dataset: Dataset) -> list[str]:
    """What no finished change leaves behind."""
    packs = (dataset.repo.git_dir / "objects/pack").glob("tmp_*")
    return [str(p) for p in (*packs, *(dataset.private / "intake").rglob("*"))]


@pytest.mark.parametrize("count", [1, PACK_FROM - 1, PACK_FROM, PACK_FROM * 3])
def test_what_is_taken_in_is_committed_byte_for_byte(dataset: Dataset, git, line, count: int) -> None:
    files = many(line, count)

    assert take_in(dataset, files) is not None

    assert {p: dataset.at("HEAD").read(p) for p in files} == files
    assert {p: (dataset.path / p).read_bytes() for p in files} == files
    assert git("status", "--porcelain", cwd=dataset.path, check=0).out == ""
    assert git("fsck", "--strict", cwd=dataset.path, check=0).code == 0
    assert left_over(dataset) == []


def test_equal_files_each_get_their_place(dataset: Dataset, line) -> None:
    files = dict.fromkeys(many(line), line(1))

    take_in(dataset, files)

    assert {p: (dataset.path / p).read_bytes() for p in files} == files


def test_many_files_are_not_held(dataset: Dataset, line) -> None:
    with dataset.writing("test"), dataset.intake() as taking:
        for path, data in many(line).items():
            taking.add(path, data)
        assert all(isinstance(data, Stored) for data in taking.files().values())


def test_a_change_given_up_leaves_nothing(dataset: Dataset, line) -> None:
    before = dataset.repo.head()
    with pytest.raises(KeyboardInterrupt):
        give_up(dataset, many(line))

    assert left_over(dataset) == []
    assert list((dataset.repo.git_dir / "objects/pack").iterdir()) == []
    assert dataset.repo.head() == before
    assert not (dataset.path / "entries").exists()


@pytest.mark.parametrize("step", ["the pack", "a copy", "the end of the pack"])
def test_a_disk_that_fills_up_is_told_and_leaves_nothing(
    dataset: Dataset, line, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    owner, name = {
        "the pack": (Packing, "add"),
        "a copy": (Path, "write_bytes"),
        "the end of the pack": (Packing, "finish"),
    }[step]
    monkeypatch.setattr(owner, name, full)

    with pytest.raises(Outside, match="No space left"):
        take_in(dataset, many(line))

    assert left_over(dataset) == []
    assert not (dataset.path / "entries").exists()


def test_what_a_killed_change_left_is_removed_by_the_next(
    dataset: Dataset, line, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as killed:
        killed.setattr(intake, "clear", lambda _: None)
        with pytest.raises(KeyboardInterrupt):
            give_up(dataset, many(line))
    assert left_over(dataset) != []

    with dataset.writing("test"):
        assert left_over(dataset) == []
