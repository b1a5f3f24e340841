"""Objects we write are objects git accepts, few or many at a time."""

import os
import random
import subprocess
from pathlib import Path

import pytest
from dulwich.objects import Blob

from talekeep.store.git import trees
from talekeep.store.git.commits import Signature
from talekeep.store.git.pack import objects
from talekeep.store.git.repository import Repository

WHO = Signature("Tess", "tess@example.invalid", 1_700_000_000)


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return Repository.init(tmp_path / "r")


def commit_all(repo: Repository, contents: list[bytes]) -> str:
    ids = repo.write_blobs(contents)
    tree = trees.apply(repo, trees.EMPTY, {f"f/{n:04d}": oid for n, oid in enumerate(ids)})
    made = repo.create_commit(tree, [], "All", WHO)
    assert repo.set_ref("refs/heads/main", made, None)
    return made


def kinds(repo: Repository) -> tuple[int, int]:
    """Loose objects and packs on disk."""
    folder = repo.git_dir / "objects"
    return len(list(folder.glob("??/*"))), len(list(folder.glob("pack/*.pack")))


@pytest.mark.parametrize("count", [1, objects.PACK_FROM - 1, objects.PACK_FROM, objects.PACK_FROM + 137])
def test_git_finds_no_fault_on_either_side_of_the_pack_limit(repo: Repository, git, count: int) -> None:
    chance = random.Random(count)
    contents = [b"", *(chance.randbytes(chance.randrange(1, 5000)) for _ in range(count - 1))]
    commit_all(repo, contents)

    result = git("fsck", "--strict", "--full", cwd=repo.path, check=0)

    assert (result.out + result.err).strip() in ("", "notice: HEAD points to an unborn branch (main)")
    for n in {0, count // 2, count - 1}:
        blob = ["git", "cat-file", "blob", f"HEAD:f/{n:04d}"]
        assert subprocess.run(blob, cwd=repo.path, capture_output=True).stdout == contents[n]
    assert (kinds(repo)[1] > 0) == (count >= objects.PACK_FROM)


def test_writing_again_adds_nothing(repo: Repository) -> None:
    for count in (3, objects.PACK_FROM + 5):
        contents = [b"%d of %d" % (n, count) for n in range(count)]
        first = repo.write_blobs(contents)
        before = kinds(repo)
        assert repo.write_blobs(contents) == first
        assert kinds(repo) == before


def test_equal_contents_are_one_object(repo: Repository) -> None:
    same = repo.write_blobs([b"x"] * 100)

    assert len(set(same)) == 1
    assert kinds(repo) == (1, 0)


def test_every_object_is_on_the_disk_before_it_has_its_name(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda descriptor: (synced.append(descriptor), real(descriptor))[1])

    def refused(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", refused)
    for count in (1, objects.PACK_FROM):
        synced.clear()
        with pytest.raises(KeyboardInterrupt):
            objects.write_objects(repo.objects, [Blob.from_string(b"%d" % n) for n in range(count)])
        assert synced
    assert not [p for p in (repo.git_dir / "objects").glob("??/*") if not p.name.startswith("tmp_")]
    assert list((repo.git_dir / "objects" / "pack").glob("*.idx")) == []
