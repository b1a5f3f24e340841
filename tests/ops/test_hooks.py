"""Hooks judge what is staged, by its blobs, and never look at the work tree."""

import pytest

from talekeep.core.errors import Usage
from talekeep.ops import checking
from talekeep.ops import hooks
from talekeep.ops import project


def test_a_bad_line_is_refused_by_plain_git_with_part_line_and_repair(dataset, take, talk, edit, git) -> None:
    take([talk("1"), talk("2")])
    head = dataset.repo.head()
    part = edit('{"id"', '{"id').relative_to(dataset.path).as_posix()

    refused = git("commit", "-am", "x", cwd=dataset.path)

    assert refused.code != 0
    assert f"{part}:1: S" in refused.err
    assert dataset.repo.head() == head
    edit('{"id', '{"id"')
    edit("A friend of 2", "Mended")
    git("commit", "-am", "x", cwd=dataset.path, check=0)


def test_only_what_is_staged_counts(dataset, take, talk, edit, git) -> None:
    take([talk("1")])
    edit("A friend", "No friend")
    git("add", "entries", cwd=dataset.path, check=0)
    edit('"role":"user"', '"role":"narrator"')

    hooks.run(dataset, "pre-commit")
    git("commit", "-qm", "x", cwd=dataset.path, check=0)
    assert project.status(dataset).validated

    git("add", "entries", cwd=dataset.path, check=0)
    edit('"role":"narrator"', '"role":"user"')
    with pytest.raises(checking.Invalid, match="narrator"):
        hooks.run(dataset, "pre-commit")


def test_committing_one_path_judges_that_path(dataset, take, talk, edit, git) -> None:
    take([talk("1" + "x" * 140_000)])
    take([talk("2")], "b.jsonl")
    bad = edit('"role":"user","content":"1x', '"role":"narrator","content":"1x')
    good = edit("A friend of 2", "Fine")
    git("add", bad, cwd=dataset.path, check=0)

    git("commit", "-qm", "only the good one", "--", good, cwd=dataset.path, check=0)
    assert git("commit", "-qm", "the rest", cwd=dataset.path).code != 0


def test_a_merge_by_git_is_judged_too(dataset, take, talk, git) -> None:
    take([talk("1")])
    git("checkout", "-q", "-b", "side", cwd=dataset.path, check=0)
    (dataset.path / "entries/bad.jsonl").write_text("not json\n")
    git("add", "entries", cwd=dataset.path, check=0)
    git("commit", "-qm", "x", "--no-verify", cwd=dataset.path, check=0)
    git("checkout", "-q", "main", cwd=dataset.path, check=0)
    git("commit", "-q", "--allow-empty", "-m", "y", cwd=dataset.path, check=0)

    done = git("merge", "--no-edit", "side", cwd=dataset.path)

    assert done.code != 0
    assert "entries/bad.jsonl:1" in done.err


def test_a_hook_that_is_not_ours_is_named(dataset) -> None:
    with pytest.raises(Usage, match="no hook 'post-office'") as raised:
        hooks.run(dataset, "post-office")
    assert "pre-commit" in (raised.value.hint or "")
