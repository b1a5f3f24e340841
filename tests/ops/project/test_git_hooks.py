"""Hooks judge what is staged, by its blobs, and never look at the work tree."""

import re

import pytest

from talekeep.core.errors import Usage
from talekeep.ops.project import git_hooks
from talekeep.ops.project import status
from talekeep.ops.workspace import validation

pytestmark = pytest.mark.slow


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

    git_hooks.run_hook(dataset, "pre-commit")
    git("commit", "-qm", "x", cwd=dataset.path, check=0)
    assert status.status(dataset).validated

    git("add", "entries", cwd=dataset.path, check=0)
    edit('"role":"narrator"', '"role":"user"')
    with pytest.raises(validation.Invalid, match="narrator"):
        git_hooks.run_hook(dataset, "pre-commit")


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

    result = git("merge", "--no-edit", "side", cwd=dataset.path)

    assert result.code != 0
    assert "entries/bad.jsonl:1" in result.err


def test_a_hook_that_is_not_ours_is_named(dataset) -> None:
    with pytest.raises(Usage, match="no hook 'post-office'") as raised:
        git_hooks.run_hook(dataset, "post-office")
    assert "pre-commit" in (raised.value.hint or "")


# After a checkout or a merge


@pytest.fixture
def unchecked(dataset, take, talk, edit, git) -> None:
    """A branch `side` with one entry nobody validated."""
    take([talk("1"), talk("2")])
    git("checkout", "-q", "-b", "side", cwd=dataset.path, check=0)
    edit("A friend of 1", "Nobody")
    git("commit", "-qam", "x", "--no-verify", cwd=dataset.path, check=0)
    git("checkout", "-q", "main", cwd=dataset.path, check=0)


def test_a_checkout_of_something_near_validates_it_and_says_nothing(dataset, unchecked, git) -> None:
    result = git("checkout", "-q", "side", cwd=dataset.path, check=0)

    assert result.err == ""
    assert status.status(dataset).validated


def test_a_checkout_of_something_broken_says_so_in_one_line(dataset, unchecked, edit, git) -> None:
    git("checkout", "-q", "side", cwd=dataset.path, check=0)
    edit('"role":"user"', '"role":"captain"')
    git("commit", "-qam", "x", "--no-verify", cwd=dataset.path, check=0)
    git("checkout", "-q", "main", cwd=dataset.path, check=0)

    result = git("checkout", "-q", "side", cwd=dataset.path, check=0)

    assert re.fullmatch(r"talekeep: what is checked out has 1 error.* \(talekeep validate\)\n", result.err)
    assert git("checkout", "-q", "side", "--", "entries", cwd=dataset.path, check=0).err == ""


def test_what_is_far_from_anything_known_waits_for_validate(dataset, unchecked, git, monkeypatch) -> None:
    monkeypatch.setattr(git_hooks, "_AT_ONCE", 0)
    old, new = (dataset.repo.resolve(name) for name in ("main", "side"))
    dataset.repo.set_head("refs/heads/side")

    assert git_hooks.run_hook(dataset, "post-checkout", [old, new, "0"]) is None
    output = git_hooks.run_hook(dataset, "post-checkout", [old, new, "1"])

    assert output == "talekeep: what is checked out is not validated yet (talekeep validate)"
    assert not status.status(dataset).validated


def test_a_fast_forward_by_git_is_looked_at_and_missing_drivers_are_named(dataset, unchecked, git) -> None:
    git("config", "--unset", "merge.talekeep.driver", cwd=dataset.path, check=0)

    result = git("merge", "-q", "--ff-only", "side", cwd=dataset.path, check=0)

    assert result.err == "talekeep: merge.talekeep.driver is not set (talekeep setup)\n"
    assert status.status(dataset).validated


def test_the_ids_of_what_was_checked_out_are_known(dataset, unchecked, git) -> None:
    git("checkout", "-q", "side", cwd=dataset.path, check=0)

    values = dataset.at("side")
    assert dataset.cache.unknown(values.files[part] for part in values.parts()) == []


def test_a_rebase_is_not_talked_into(dataset, unchecked, edit, git) -> None:
    edit("A friend of 2", "Ours")
    git("commit", "-qam", "main", cwd=dataset.path, check=0)
    git("checkout", "-q", "side", cwd=dataset.path, check=0)

    result = git("rebase", "-q", "main", cwd=dataset.path, check=0)

    assert "talekeep" not in result.err


# Entries that both sides brought in


@pytest.fixture
def twice(dataset, take, talk, git) -> str:
    """The id of an entry that main and `side` both took in, each into a part of its own."""
    own = "123e4567-e89b-42d3-a456-426614174000"
    take([talk("first")])
    git("checkout", "-q", "-b", "side", cwd=dataset.path, check=0)
    take([talk("a" + "x" * 140_000), talk("shared", id=own)], "more.jsonl")
    git("checkout", "-q", "main", cwd=dataset.path, check=0)
    take(dataset.path.parent / "more.jsonl")
    return own


def test_the_hint_of_a_refused_merge_by_git_mends_and_finishes_it(dataset, twice, entries, git, run) -> None:
    refused = git("merge", "--no-edit", "side", cwd=dataset.path, check=1)
    hint = re.search(r"^hint: (.*)$", refused.err, re.MULTILINE)
    assert hint is not None
    assert hint[1] == "talekeep repair --select S005 --no-commit && talekeep commit"

    for command in hint[1].split(" && "):
        run(*command.split()[1:], cwd=dataset.path, check=0)

    assert len(dataset.repo.commit(str(dataset.repo.head())).parents) == 2
    assert [entry["id"] for entry in entries()].count(twice) == 1
    assert len(entries()) == 4
    assert git("status", "--porcelain", cwd=dataset.path, check=0).out == ""
    assert status.status(dataset).validated
    git("fsck", "--strict", cwd=dataset.path, check=0)


def test_a_refused_commit_in_a_merge_by_git_has_the_same_hint(dataset, twice, git) -> None:
    git("merge", "--no-edit", "side", cwd=dataset.path, check=1)

    assert "hint: talekeep repair --select S005 --no-commit && " in git("commit", cwd=dataset.path).err


def test_what_a_person_has_to_mend_is_not_promised_to_be_mended(dataset, twice, edit, git) -> None:
    git("checkout", "-q", "side", cwd=dataset.path, check=0)
    edit('"role":"user","content":"a', '"role":"captain","content":"a')
    git("commit", "-qam", "x", "--no-verify", cwd=dataset.path, check=0)
    git("checkout", "-q", "main", cwd=dataset.path, check=0)

    assert "hint: mend these lines" in git("merge", "--no-edit", "side", cwd=dataset.path, check=1).err
