"""One path through many trees."""

import pytest

from talekeep.store.git import paths
from talekeep.store.git import trees

PATH = "entries/0000/00000-3fa9.jsonl"


@pytest.fixture
def repo(dataset):
    return dataset.repo


@pytest.fixture
def tree(repo) -> str:
    names = [PATH, "entries/0000/00001-aaaa.jsonl", "entries/0001/00256-bbbb.jsonl", "library/tags.toml"]
    blobs = dict(zip(names, repo.write_blobs([name.encode() for name in names]), strict=True))
    return trees.apply(repo, trees.EMPTY, blobs)


def test_a_way_ends_at_what_git_would_show(repo, tree: str) -> None:
    for path, blob in trees.listing(repo, tree).items():
        assert paths.way(repo, tree, path).end == blob
    way = paths.way(repo, tree, PATH)
    assert way.ids == (
        tree,
        trees.entry_at(repo, tree, "entries"),
        trees.entry_at(repo, tree, "entries/0000"),
        trees.entry_at(repo, tree, PATH),
    )


@pytest.mark.parametrize("path", ["nowhere", "entries/0009/x.jsonl", "entries/0000/00000-3fa", "library/ta"])
def test_a_path_that_ends_early_leads_to_nothing(repo, tree: str, path: str) -> None:
    assert paths.way(repo, tree, path).end is None
    assert len(paths.way(repo, tree, path).ids) == path.count("/") + 2


def test_nothing_is_in_the_empty_tree_or_in_none(repo) -> None:
    assert paths.inside(repo, trees.EMPTY, "entries") is None
    assert paths.inside(repo, None, "entries") is None


def test_a_submodule_is_nothing(repo) -> None:
    from dulwich.objects import Tree

    from talekeep.store.git.pack.objects import write_objects

    made = Tree()
    made.add(b"entries", 0o160000, b"1" * 40)
    write_objects(repo.objects, [made])
    assert paths.inside(repo, made.id.decode(), "entries") is None


def test_a_folder_that_is_known_is_not_read_again(repo, tree: str, monkeypatch) -> None:
    known = paths.way(repo, tree, PATH)
    other = trees.apply(repo, tree, {"library/tags.toml": repo.write_blobs([b"new"])[0]})
    read = []
    real = repo.objects.get_raw
    monkeypatch.setattr(repo.objects, "get_raw", lambda oid: (read.append(oid.decode()), real(oid))[1])

    assert paths.way(repo, other, PATH, known).ids == (other, *known.ids[1:])
    assert read == [other]


def test_what_changed_behind_a_known_way_is_seen(repo, tree: str) -> None:
    known = paths.way(repo, tree, PATH)
    blob = repo.write_blobs([b"new"])[0]

    assert paths.way(repo, trees.apply(repo, tree, {PATH: blob}), PATH, known).end == blob
    assert paths.way(repo, trees.apply(repo, tree, {PATH: None}), PATH, known).end is None
