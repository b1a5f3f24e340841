"""Nothing leaves by a plain `git push` that has an error, or for a place that was never allowed."""

from pathlib import Path
from typing import Any

import pytest

from talekeep.core.errors import NotFound
from talekeep.core.errors import Usage
from talekeep.ops.project import git_hooks
from talekeep.ops.project import status
from talekeep.ops.remotes import push_permissions

pytestmark = pytest.mark.slow


@pytest.fixture
def away(git, dataset, tmp_path: Path) -> Path:
    """A bare repository that the dataset knows as `origin`."""
    git("init", "-q", "--bare", "-b", "main", tmp_path / "away.git", check=0)
    git("remote", "add", "origin", tmp_path / "away.git", cwd=dataset.path, check=0)
    return tmp_path / "away.git"


def refs(git: Any, away: Path) -> list[str]:
    return [line.split()[-1] for line in git("show-ref", cwd=away).out.splitlines()]


def test_a_place_never_allowed_gets_nothing_and_the_command_that_allows_it_is_named(
    dataset, away: Path, git
) -> None:
    by_name = git("push", "origin", "main", cwd=dataset.path)
    by_url = git("push", away / "", "main", cwd=dataset.path)

    assert (by_name.code, by_url.code, refs(git, away)) == (1, 1, [])
    assert "hint: talekeep remote allow origin\n" in by_name.err
    assert f"hint: talekeep remote allow {away}\n" in by_url.err
    push_permissions.allow(dataset, "origin")
    git("push", "-q", "origin", "main", cwd=dataset.path, check=0)
    git("push", "-q", away, "main:other", cwd=dataset.path, check=0)
    assert refs(git, away) == ["refs/heads/main", "refs/heads/other"]


def test_it_can_be_taken_back_and_ends_with_the_clone(dataset, away: Path, git, tmp_path: Path) -> None:
    push_permissions.allow(dataset, "origin")
    git("push", "-q", "origin", "main", cwd=dataset.path, check=0)
    push_permissions.allow(dataset, str(away), allowed=False)

    assert git("push", "origin", "main:again", cwd=dataset.path).code == 1
    assert "push" not in git("config", "--local", "--list", cwd=dataset.path, check=0).out
    assert git("status", "--porcelain", cwd=dataset.path).out == ""


def test_removing_there_is_let_through(dataset, away: Path, git) -> None:
    git("push", "-q", "--no-verify", "origin", "main:side", cwd=dataset.path, check=0)

    git("push", "-q", "origin", ":side", cwd=dataset.path, check=0)

    assert refs(git, away) == []


def test_what_passed_the_hooks_by_is_judged_before_it_leaves(
    dataset, away: Path, take, talk, edit, git
) -> None:
    take([talk("1"), talk("2")])
    push_permissions.allow(dataset, "origin")
    part = edit('"role":"user"', '"role":"captain"')
    git("commit", "-qam", "x", "--no-verify", cwd=dataset.path, check=0)
    git("tag", "-a", "-m", "x", "broken", cwd=dataset.path, check=0)

    for what in ("main", "broken", "HEAD:refs/heads/elsewhere"):
        refused = git("push", "origin", what, cwd=dataset.path)
        assert refused.code == 1
        assert f"{part.name}:1: S" in refused.err
    assert refs(git, away) == []
    git("push", "-q", "origin", "main~1:refs/heads/main", cwd=dataset.path, check=0)

    edit('"role":"captain"', '"role":"user"')
    git("commit", "-qam", "mended", "--no-verify", cwd=dataset.path, check=0)
    git("push", "-q", "origin", "main", cwd=dataset.path, check=0)


def test_a_good_commit_that_nobody_validated_goes_and_is_known_then(
    dataset, away, take, talk, edit, git
) -> None:
    take([talk("1")])
    push_permissions.allow(dataset, "origin")
    edit("A friend of 1", "Nobody")
    git("commit", "-qam", "x", "--no-verify", cwd=dataset.path, check=0)

    git("push", "-q", "origin", "main", cwd=dataset.path, check=0)

    assert status.status(dataset).validated


@pytest.mark.parametrize(
    ("allowed", "asked", "same"),
    [
        ("https://example.org/harbor.git", "https://tess:secret@example.org/harbor.git/", True),
        ("https://tess:secret@example.org/harbor.git", "https://example.org/harbor.git", True),
        ("https://example.org/harbor.git", "https://example.org/harbor", False),
        ("https://example.org/harbor", "http://example.org/harbor", False),
        ("git@example.org:harbor.git", "git@example.org:harbor.git", True),
        ("git@example.org:harbor.git", "eve@example.org:harbor.git", False),
        ("../away.git", "../away.git", True),
        ("C:\\away", "C:\\away", True),
        ('odd"\\[name].git/x', 'odd"\\[name].git/x', True),
    ],
)
def test_an_address_is_the_same_whoever_logs_in_there(dataset, allowed: str, asked: str, same: bool) -> None:
    push_permissions.allow(dataset, allowed)

    assert push_permissions.is_allowed(dataset, asked) is same
    assert "secret" not in (dataset.path / ".git/config").read_text()


def test_mirrors_are_always_allowed(dataset) -> None:
    assert push_permissions.is_allowed(dataset, "talekeep::/media/usb/harbor-backup")
    assert not push_permissions.is_allowed(dataset, "other::/media/usb")


def test_what_is_no_remote_and_no_address_is_refused(dataset) -> None:
    with pytest.raises(NotFound, match="no remote orign"):
        push_permissions.allow(dataset, "orign")
    with pytest.raises(Usage, match="one line"):
        push_permissions.allow(dataset, "https://x/\n[core]")


def test_the_refusal_shows_no_password(dataset) -> None:
    ids = f"refs/heads/main {dataset.repo.head()} refs/heads/main {'0' * 40}\n"

    with pytest.raises(git_hooks.NotPushed) as raised:
        git_hooks.run_hook(dataset, "pre-push", ["web", "https://tess:secret@example.org/h"], ids)

    assert "secret" not in f"{raised.value.message}{raised.value.hint}"
    assert raised.value.exit_code == 1


def test_a_remote_with_several_push_addresses_is_allowed_at_all_of_them(dataset, git, tmp_path) -> None:
    places = [str(tmp_path / name) for name in ("one.git", "two.git")]
    git("remote", "add", "both", places[0], cwd=dataset.path, check=0)
    for place in places:
        git("init", "-q", "--bare", place, check=0)
        git("remote", "set-url", "--add", "--push", "both", place, cwd=dataset.path, check=0)
    allowed = push_permissions.allow(dataset, "both")
    assert [row.url for row in allowed.remotes] == places
    git("push", "-q", "both", "main", cwd=dataset.path, check=0)
    assert not any(row.allowed for row in push_permissions.allow(dataset, "both", allowed=False).remotes)
    assert git("push", "-q", "both", "main:later", cwd=dataset.path).code != 0
