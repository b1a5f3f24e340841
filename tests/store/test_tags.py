"""Annotated tags, as git itself reads them."""

import pytest

from talekeep.core.errors import Refused
from talekeep.store.git import tags
from talekeep.store.git.commits import Signature

WHO = Signature("Mara", "mara@example.invalid", 1_700_000_000)


def test_git_reads_the_tag_and_finds_no_fault(dataset, git) -> None:
    head = dataset.repo.head()
    assert tags.create(dataset.repo, "v/1", head, "Before the\nrewrite · 恋", WHO)

    shown = git("cat-file", "-p", "v/1", cwd=dataset.path, check=0).out
    assert shown == (
        f"object {head}\ntype commit\ntag v/1\n"
        "tagger Mara <mara@example.invalid> 1700000000 +0000\n\nBefore the\nrewrite · 恋\n"
    )
    assert git("cat-file", "-t", "v/1", cwd=dataset.path).out == "tag\n"
    git("fsck", "--strict", cwd=dataset.path, check=0)
    assert dataset.repo.resolve("v/1") == head


def test_tags_of_git_are_listed_with_ours_and_those_of_no_commit_are_not(dataset, git) -> None:
    head = dataset.repo.head()
    tags.create(dataset.repo, "b", head, "ours", WHO)
    git("tag", "a", cwd=dataset.path, check=0)
    git("tag", "-a", "-m", "theirs", "c", cwd=dataset.path, check=0)
    git("tag", "-a", "-m", "of a tag", "d", "c", cwd=dataset.path, check=0)
    git("tag", "blob", "HEAD:talekeep.toml", cwd=dataset.path, check=0)

    by_name = {tag.name: tag for tag in tags.tags(dataset.repo)}

    assert {name: tag.note for name, tag in by_name.items()} == {
        "a": "",
        "b": "ours",
        "c": "theirs",
        "d": "of a tag",
    }
    assert {tag.commit for tag in by_name.values()} == {head}
    assert (by_name["b"].author, by_name["b"].time) == ("Mara <mara@example.invalid>", 1_700_000_000)


def test_a_name_is_given_once(dataset) -> None:
    head = dataset.repo.head()
    assert tags.create(dataset.repo, "one", head, "", WHO)
    before = dataset.repo.ref("refs/tags/one")

    assert not tags.create(dataset.repo, "one", head, "again", WHO)
    assert dataset.repo.ref("refs/tags/one") == before
    with pytest.raises(Refused, match="in the way"):
        tags.create(dataset.repo, "one/more", head, "", WHO)


@pytest.mark.parametrize("name", ["", "-d", "a b", "a..b", "HEAD", "a~1", "x.lock", "../up", "a\nb"])
def test_a_name_git_would_refuse_is_refused(dataset, name: str) -> None:
    with pytest.raises(Refused, match="no name for a snapshot"):
        tags.ref(name)
