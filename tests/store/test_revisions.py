"""Revisions in the spellings of git users: each names what `git rev-parse` says, or nothing there too."""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import assume
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.core.errors import NotFound
from talekeep.core.errors import Usage
from talekeep.store.git.repository import Repository
from talekeep.store.git.revisions import Span
from talekeep.store.git.revisions import span

_BASES = [
    *("HEAD", "@", "main", "side", "heads/main", "refs/heads/side", "v1", "light", "tags/v1", "origin"),
    *("origin/main", "refs/remotes/origin/main", "@{0}", "@{1}", "@{2}", "@{40}", "HEAD@{1}", "HEAD@{3}"),
    *("main@{0}", "main@{1}", "main@{2}", "side@{1}", "@{-1}", "@{-2}", "@{-9}", "@{u}", "@{upstream}"),
    *(
        "main@{upstream}",
        "side@{u}",
        ":/third",
        ":/^Merge",
        ":/nothing like it",
        "ORIG_HEAD",
        "nowhere",
        "both",
    ),
    *("v1-2-gTIP", "TIP", "TIP8", "TIP40"),
]
_STEPS = ["^", "^0", "^1", "^2", "^3", "~", "~0", "~1", "~2", "~9", "^{}", "^{commit}", "^{/second}", "^^"]


@pytest.fixture(scope="module")
def crossing(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A clone with a merge, tags, a remote, a name that is both tag and branch, and moved refs."""
    folder = tmp_path_factory.mktemp("crossing")
    who = {f"GIT_{role}_{key}": "t" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    environment = os.environ | who | {"HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    clock = iter(range(1_700_000_000, 1_800_000_000, 60))

    def git(*words: str, at: Path = folder / "r") -> None:
        now = f"{next(clock)} +0000"
        dated = environment | {"GIT_AUTHOR_DATE": now, "GIT_COMMITTER_DATE": now}
        subprocess.run(["git", *words], cwd=at, env=dated, check=True, capture_output=True)

    git("init", "-q", "-b", "main", "up", at=folder)
    for subject in ("first", "second", "third"):
        git("commit", "-q", "--allow-empty", "-m", subject, at=folder / "up")
    git("clone", "-q", "up", "r", at=folder)
    git("tag", "light", "HEAD~1")
    git("tag", "-a", "v1", "-m", "note", "HEAD")
    git("switch", "-q", "-c", "side", "HEAD~1")
    git("commit", "-q", "--allow-empty", "-m", "aside")
    git("commit", "-q", "--allow-empty", "-m", "further aside")
    git("switch", "-q", "main")
    git("commit", "-q", "--allow-empty", "-m", "fourth")
    git("merge", "-q", "-m", "Merge side", "side")
    git("tag", "both", "light")
    git("branch", "both", "side")
    git("reset", "-q", "--hard", "HEAD^")
    git("reset", "-q", "--hard", "HEAD@{1}")
    return Repository.open(folder / "r")


def _git_says(repo: Repository, text: str) -> str | None:
    object_id = _rev_parse(repo, text)
    return _rev_parse(repo, f"{object_id}^{{commit}}") if object_id else None


def _rev_parse(repo: Repository, text: str) -> str | None:
    words = ["git", "rev-parse", "--verify", "-q", text]
    completed = subprocess.run(words, cwd=repo.path, capture_output=True, text=True, check=False)
    return completed.stdout.strip() or None if completed.returncode == 0 else None


def _ours(repo: Repository, text: str) -> str | None:
    try:
        return repo.resolve(text)
    except NotFound:
        return None


def _spelled(repo: Repository, text: str) -> str:
    tip = str(repo.head())
    return text.replace("TIP40", tip).replace("TIP8", tip[:8]).replace("TIP", tip[:7])


@pytest.mark.parametrize("base", _BASES)
def test_a_revision_names_what_git_says(crossing: Repository, base: str) -> None:
    text = _spelled(crossing, base)
    assert _ours(crossing, text) == _git_says(crossing, text)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(base=st.sampled_from(_BASES), steps=st.lists(st.sampled_from(_STEPS), max_size=3).map("".join))
def test_steps_from_any_revision_lead_where_git_says(crossing: Repository, base: str, steps: str) -> None:
    # Git takes `side@{1}^^^{}` for a date where it has no such ancestor.
    assume("@{" not in base or "{" not in steps)
    text = _spelled(crossing, base) + steps
    assert _ours(crossing, text) == _git_says(crossing, text)


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("a..b", Span("a", "b", symmetric=False)),
        ("a...b", Span("a", "b", symmetric=True)),
        ("..b", Span("HEAD", "b", symmetric=False)),
        ("a..", Span("a", "HEAD", symmetric=False)),
        ("v1.0..v1.1", Span("v1.0", "v1.1", symmetric=False)),
        ("HEAD^{/a..b}", None),
        (":/wait..", None),
        ("..", None),
        ("v1.0", None),
    ],
)
def test_a_range_has_two_ends(text: str, ends: Span | None) -> None:
    assert span(text) == ends


def test_a_range_where_one_commit_is_wanted_is_a_wrong_use(crossing: Repository) -> None:
    with pytest.raises(Usage, match="names a range"):
        crossing.resolve("main..side")


def test_the_branch_before_this_is_a_dash(crossing: Repository) -> None:
    assert crossing.branch_named("-") == crossing.branch_named("@{-1}") == "side"
    assert crossing.branch_named("main") == "main"
    with pytest.raises(NotFound, match="no branch before"):
        crossing.branch_named("@{-9}")


def test_a_pattern_that_is_none_is_named(crossing: Repository) -> None:
    with pytest.raises(Usage, match="no pattern"):
        crossing.resolve(":/(")


def test_an_untaken_form_is_answered_with_the_forms(crossing: Repository) -> None:
    with pytest.raises(NotFound) as raised:
        crossing.resolve("@{last year}")
    assert "main@{1}" in (raised.value.hint or "")
