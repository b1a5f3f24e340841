"""Repositories pack themselves: by git or without it, nothing is lost, and what git is told is heeded."""

import random
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from dulwich.objects import Blob

from talekeep.store.git import command
from talekeep.store.git.commits import Signature
from talekeep.store.git.pack import repack
from talekeep.store.git.repository import Repository
from talekeep.store.git.trees import EMPTY
from talekeep.store.git.trees import apply

pytestmark = pytest.mark.slow

NO_GIT = SimpleNamespace(which=lambda name: None)
WHO = Signature("Tess", "tess@example.invalid", 1_700_000_000)


@pytest.fixture(params=["by git", "by ourselves"])
def lived(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A repository with forty versions of a file, and two blobs that no commit names."""
    if request.param == "by ourselves":
        monkeypatch.setattr(repack, "shutil", NO_GIT)
    return filled(tmp_path / "lived")


def filled(path: Path) -> Repository:
    repo, dice = Repository.init(path), random.Random(7)
    lines = [dice.randbytes(500).hex().encode() + b"\n" for _ in range(60)]
    head = None
    for number in range(40):
        lines[dice.randrange(60)] = dice.randbytes(500).hex().encode() + b"\n"
        (blob,) = repo.write_blobs([b"".join(lines)])
        tree = apply(repo, EMPTY, {"entries/0000/00000-aaaa.jsonl": blob})
        head, before = repo.create_commit(tree, [head] if head else [], f"{number}", WHO), head
        repo.set_ref("refs/heads/main", head, before)
    repo.write_blobs([b"named by nobody", b"neither is this"])
    return repo


def objects(repo: Repository) -> set[bytes]:
    return {bytes(name) for name in repo.objects}


def test_all_that_was_there_is_there_and_takes_a_tenth(lived: Repository, git: Any) -> None:
    before, size = objects(lived), repack.sizes(lived).total

    repack.repack(lived)

    with Repository.open(lived.path).dulwich as again:
        assert before <= {bytes(name) for name in again.object_store}
    assert repack.sizes(lived).total < size / 10
    assert git("fsck", "--full", "--strict", cwd=lived.path).code == 0


def test_it_is_as_small_as_a_fresh_clone_that_git_packed(lived: Repository, git: Any, tmp_path: Path) -> None:
    repack.repack(lived)
    git("clone", "-q", "--bare", "--no-local", lived.path, tmp_path / "fresh.git", check=0)
    git("gc", "-q", cwd=tmp_path / "fresh.git", check=0)
    fresh = Repository.open(tmp_path / "fresh.git")
    assert repack.sizes(lived).total < 2 * repack.sizes(fresh).total


def test_packing_twice_changes_nothing(lived: Repository) -> None:
    repack.repack(lived)
    size, names = repack.sizes(lived).total, objects(lived)
    repack.repack(lived)
    assert objects(lived) == names
    assert repack.sizes(lived).total <= size


@pytest.mark.parametrize("step", range(12))
def test_a_disk_that_fails_anywhere_loses_nothing(
    step: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, git: Any
) -> None:
    monkeypatch.setattr(repack, "shutil", NO_GIT)
    repo = filled(tmp_path / "lived")
    before, calls = objects(repo), iter(range(10_000))

    def failing(real: Any) -> Any:
        def call(*args: Any, **options: Any) -> Any:
            if next(calls) == step:
                raise OSError(5, "Input/output error")
            return real(*args, **options)

        return call

    with monkeypatch.context() as broken:
        for name in ("replace", "unlink"):
            broken.setattr(Path, name, failing(getattr(Path, name)))
        try:
            repack.repack(repo)
        except repack.Outside:
            assert step < 12

    with Repository.open(repo.path).dulwich as again:
        assert before <= {bytes(name) for name in again.object_store}
    repack.repack(Repository.open(repo.path))
    assert git("fsck", "--full", cwd=repo.path).code == 0


def test_a_damaged_object_stops_it_and_everything_else_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repack, "shutil", NO_GIT)
    repo = filled(tmp_path / "lived")
    name = Blob.from_string(b"named by nobody").id.decode()
    place = Path(repo.objects.path) / name[:2] / name[2:]
    place.write_bytes(b"no object")
    before = objects(repo)
    with pytest.raises(repack.Problem, match="damaged"):
        repack.repack(repo)
    assert objects(Repository.open(repo.path)) == before


def test_what_gathers_is_measured_against_what_was_packed() -> None:
    assert not repack.is_due(repack.Sizes(200_000, 0), None)
    assert repack.is_due(repack.Sizes(300_000, 0), None)
    assert not repack.is_due(repack.Sizes(14_000_000, 0), 10_000_000)
    assert repack.is_due(repack.Sizes(16_000_000, 0), 10_000_000)
    # What the newest commit needs is no waste: a first import, or one more.
    assert not repack.is_due(repack.Sizes(9_000_000, 0), None, 8_500_000)
    assert repack.is_due(repack.Sizes(9_000_000, 0), None, 5_000_000)
    # A pack that came whole, by an import or a clone, has nothing to be packed.
    assert not repack.is_due(repack.Sizes(100_000_000, 99_900_000), None)


@pytest.mark.parametrize(
    ("key", "value", "wanted"),
    [
        (("gc", None, "auto"), "0", False),
        (("maintenance", None, "auto"), "false", False),
        (("gc", None, "auto"), "6700", True),
        (("maintenance", None, "auto"), "true", True),
    ],
)
def test_what_git_is_told_about_packing_by_itself_is_heeded(
    key: Any, value: str, wanted: bool, tmp_path: Path
) -> None:
    repo = Repository.init(tmp_path / "told")
    assert repack.is_wanted(repo)
    repo.settings.set({key: value})
    assert repack.is_wanted(Repository.open(repo.path)) is wanted


def test_git_that_fails_is_said_with_its_own_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = Repository.init(tmp_path / "stuck")
    monkeypatch.setattr(command, "run", lambda *_, **__: (b"", "fatal: failed to run repack"))
    with pytest.raises(repack.Outside, match="failed to run repack"):
        repack.repack(repo)
