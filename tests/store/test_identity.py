"""Commits carry the name that git uses, or a neutral one; and git's signature where it is asked for."""

import shutil
import subprocess
from pathlib import Path

import pytest

import talekeep
from talekeep.store.git import command


@pytest.fixture
def author(git, tmp_path: Path):
    def named(folder: str = "harbor") -> tuple[str, str]:
        return tuple(
            git("log", "-1", "--format=%an <%ae>|%cn <%ce>", cwd=tmp_path / folder).out.strip().split("|")
        )

    return named


@pytest.fixture
def nobody(monkeypatch) -> None:
    for name in ("AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL"):
        monkeypatch.delenv(f"GIT_{name}")


@pytest.fixture
def person(nobody, git) -> str:
    """Somebody who told git who they are, for all their repositories."""
    git("config", "--global", "user.name", "Ada Global", check=0)
    git("config", "--global", "user.email", "ada@example.invalid", check=0)
    return "Ada Global <ada@example.invalid>"


def test_without_a_name_commits_are_neutral_and_init_says_nothing_of_it(nobody, run, author) -> None:
    done = run("init", "harbor", check=0)

    assert author() == ("Talekeep <talekeep@localhost>",) * 2
    assert "commits are made as" not in done.err


def test_the_name_that_git_uses_is_used_and_said_once_at_init(person, run, author) -> None:
    done = run("init", "harbor", check=0)

    assert author() == (person, person)
    assert f"commits are made as {person}; talekeep config identity neutral keeps that out" in done.err
    assert run("init", "other", "--json", check=0).json["author"] == person


def test_a_name_of_this_repository_is_stronger_and_the_environment_strongest(
    person, run, git, author, monkeypatch
) -> None:
    run("init", "harbor", check=0)
    git("config", "user.name", "Local", cwd="harbor", check=0)
    run("-C", "harbor", "config", "name", "One", check=0)
    assert author()[0] == "Local <ada@example.invalid>"

    git("config", "author.name", "Author", cwd="harbor", check=0)
    run("-C", "harbor", "config", "name", "Two", check=0)
    assert author()[0] == "Author <ada@example.invalid>"

    monkeypatch.setenv("GIT_AUTHOR_NAME", "Environment")
    run("-C", "harbor", "config", "name", "Three", check=0)
    assert author()[0] == "Environment <ada@example.invalid>"


def test_identity_neutral_keeps_every_name_out(person, run, git, author, monkeypatch) -> None:
    run("init", "harbor", check=0)
    assert run("-C", "harbor", "config", "identity", check=0).out == "git\n"

    run("-C", "harbor", "config", "identity", "neutral", check=0)
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Environment")
    run("-C", "harbor", "config", "name", "One", check=0)
    run("-C", "harbor", "snapshot", "v1", check=0)

    assert author() == ("Talekeep <talekeep@localhost>",) * 2
    assert "ada" not in git("cat-file", "-p", "v1", cwd="harbor", check=0).out.lower()
    run("-C", "harbor", "config", "identity", "--unset", check=0)
    run("-C", "harbor", "config", "name", "Two", check=0)
    assert author()[0] == "Environment <ada@example.invalid>"


def test_a_neutral_init_has_no_commit_with_a_name(person, run, git) -> None:
    done = run("init", "harbor", "--neutral", check=0)

    assert "commits are made as" not in done.err
    assert "ada" not in git("log", "--all", "--format=fuller", cwd="harbor", check=0).out.lower()


@pytest.fixture
def signer(run, git, tmp_path: Path) -> Path:
    """A dataset whose commits and tags git signs with an SSH key; the file of keys it may trust."""
    if shutil.which("ssh-keygen") is None:
        pytest.skip("there is no ssh-keygen")
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    (tmp_path / "trusted").write_text(f"tess@example.invalid {key.with_suffix('.pub').read_text()}")
    run("init", "harbor", check=0)
    for name, value in {
        "gpg.format": "ssh",
        "user.signingKey": key,
        "gpg.ssh.allowedSignersFile": tmp_path / "trusted",
        "commit.gpgsign": "true",
        "tag.gpgsign": "true",
    }.items():
        git("config", name, value, cwd="harbor", check=0)
    return tmp_path / "harbor"


def test_commits_and_snapshots_are_signed_where_git_would_sign_them(signer: Path, git, run) -> None:
    dataset = talekeep.open(signer)

    dataset.add({"messages": [{"role": "user", "content": "é\u2028?"}]})
    dataset.snapshot("v1", note="A note — in two\nlines")
    dataset.snapshot("v2")

    git("verify-commit", "HEAD", cwd=signer, check=0)
    git("verify-tag", "v1", cwd=signer, check=0)
    row = dataset.log()[0]
    assert (row.author, row.operation, row.entries["added"]) == (
        "Tess Tester <tess@example.invalid>",
        "add",
        1,
    )
    assert dataset.snapshots().snapshots[0].note.startswith("A note — in two\nlines")
    assert git("fsck", "--strict", cwd=signer).code == 0
    assert not dataset.status().changes.any
    with pytest.raises(talekeep.Refused, match="the snapshot v1 exists"):
        dataset.snapshot("v1")


def test_merges_are_signed_too(signer: Path, git) -> None:
    dataset = talekeep.open(signer)
    dataset.branch("side")
    dataset.add({"messages": [{"role": "user", "content": "Ours?"}]})
    dataset.switch("side")
    dataset.add({"messages": [{"role": "user", "content": "Theirs?"}]})
    dataset.switch("main")

    dataset.merge("side")

    assert len(dataset.log()[0].parents) == 2
    git("verify-commit", "HEAD", cwd=signer, check=0)


def test_what_cannot_be_signed_is_not_committed(signer: Path, git, tmp_path: Path) -> None:
    dataset = talekeep.open(signer)
    head = dataset.log()[0].id
    (tmp_path / "key").unlink()

    with pytest.raises(
        talekeep.Refused, match=r"commit\.gpgsign is set, and git could not sign: "
    ) as refused:
        dataset.add({"messages": [{"role": "user", "content": "Who?"}]})

    assert "git config commit.gpgsign false" in refused.value.hint
    assert (dataset.log()[0].id, dataset.count(), dataset.status().changes.any) == (head, 0, False)
    with pytest.raises(talekeep.Refused, match=r"tag\.gpgsign is set"):
        dataset.snapshot("v1")
    assert dataset.snapshots().snapshots == []


def test_without_a_git_program_it_is_said_that_only_git_can_sign(signer: Path, monkeypatch) -> None:
    monkeypatch.setattr(command.shutil, "which", lambda name: None)

    with pytest.raises(talekeep.Refused, match="only git can sign: there is none on PATH"):
        talekeep.open(signer).add({"messages": [{"role": "user", "content": "Who?"}]})
