"""Trees we make and compare are the trees git makes and compares."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.store.git import trees
from talekeep.store.git.repository import Repository

names = st.sampled_from(["a", "b", "a.b", "a-b", "ab", "é", "Z"])
paths = st.lists(names, min_size=1, max_size=3).map("/".join)
contents = st.dictionaries(paths, st.sampled_from([b"", b"1", b"2", b"3\n"]), max_size=8)


def without_clashes(files: dict[str, bytes]) -> dict[str, bytes]:
    """Files only, where a path is not also the folder of another."""
    return {p: data for p, data in files.items() if not any(o.startswith(p + "/") for o in files)}


def as_git(repo: Repository, *args: str, input: bytes = b"") -> str:
    completed = subprocess.run(["git", *args], cwd=repo.path, input=input, capture_output=True, check=True)
    return completed.stdout.decode()


def git_tree(repo: Repository, files: dict[str, str]) -> str:
    """The tree git itself writes of these blobs."""
    as_git(repo, "read-tree", "--empty")
    rows = b"".join(f"100644 {oid}\t{path}\0".encode() for path, oid in files.items())
    as_git(repo, "update-index", "-z", "--index-info", input=rows)
    return as_git(repo, "write-tree").strip()


def blobs(repo: Repository, files: dict[str, bytes]) -> dict[str, str]:
    return dict(zip(files, repo.write_blobs(list(files.values())), strict=True))


@pytest.fixture
def repo(tmp_path: Path, git) -> Repository:
    return Repository.init(tmp_path / "r")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(old=contents.map(without_clashes), new=contents.map(without_clashes))
def test_apply_and_changed_agree_with_git(
    repo: Repository, old: dict[str, bytes], new: dict[str, bytes]
) -> None:
    before, after = blobs(repo, old), blobs(repo, new)
    changes = {p: after.get(p) for p in before.keys() | after.keys() if before.get(p) != after.get(p)}

    first = trees.apply(repo, trees.EMPTY, before)
    second = trees.apply(repo, first, changes)

    assert first == git_tree(repo, before)
    assert second == git_tree(repo, after)
    assert trees.listing(repo, second) == after
    assert trees.changed(repo, first, second) == {p: (before.get(p), after.get(p)) for p in changes}
    output = as_git(repo, "diff", "--name-only", "--no-renames", "-z", first, second)
    assert set(output.split("\0")) - {""} == set(changes)


def test_a_folder_left_empty_goes_and_the_last_one_leaves_the_empty_tree(repo: Repository, git) -> None:
    blob = repo.write_blobs([b"x"])[0]
    tree = trees.apply(repo, trees.EMPTY, {"a/b/c": blob})

    assert trees.apply(repo, tree, {"a/b/c": None}) == trees.EMPTY
    assert git("cat-file", "-t", trees.EMPTY, cwd=repo.path, check=0).out == "tree\n"


def test_an_executable_and_a_link_stay_what_they_were(repo: Repository) -> None:
    one, two = repo.write_blobs([b"one", b"two"])
    rows = f"100755 {one}\trun\x00120000 {one}\tlink\x00100644 {one}\tplain\x00".encode()
    as_git(repo, "update-index", "-z", "--index-info", input=rows)
    tree = as_git(repo, "write-tree").strip()

    after = trees.apply(repo, tree, {"run": two, "link": two, "new": two})

    modes = {row.split("\t")[1]: row[:6] for row in as_git(repo, "ls-tree", after).splitlines()}
    assert modes == {"run": "100755", "link": "120000", "plain": "100644", "new": "100644"}


def test_a_listing_can_be_of_one_folder(repo: Repository) -> None:
    one, two = repo.write_blobs([b"one", b"two"])
    tree = trees.apply(repo, trees.EMPTY, {"a/x": one, "ab/x": two, "a/b/y": two})

    assert trees.listing(repo, tree, "a") == {"a/x": one, "a/b/y": two}
    assert trees.listing(repo, tree, "nowhere") == {}
    assert trees.entry_at(repo, tree, "a/b/y") == two
    assert trees.entry_at(repo, tree, "a/b/z") is None


def test_equal_folders_are_not_read(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    blob, other = repo.write_blobs([b"x", b"y"])
    files = {f"f{n}/g/h": blob for n in range(50)}
    tree = trees.apply(repo, trees.EMPTY, files)
    after = trees.apply(repo, tree, {"f7/g/h": other})
    read = []
    real = trees._parsed
    monkeypatch.setattr(trees, "_parsed", lambda repo, tree: (read.append(tree), real(repo, tree))[1])

    assert trees.changed(repo, tree, after) == {"f7/g/h": (blob, other)}
    assert len(read) == 6


def test_a_blobs_id_is_the_one_git_gives(repo: Repository) -> None:
    assert trees.blob_id(b"what\n") == as_git(repo, "hash-object", "--stdin", input=b"what\n").strip()
