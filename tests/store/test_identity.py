"""Commits carry the name that git uses, or a neutral one; and git's signature where it is asked for."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
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
    result = run("init", "harbor", check=0)

    assert author() == ("Talekeep <talekeep@localhost>",) * 2
    assert "commits are made as" not in result.err


def test_the_name_that_git_uses_is_used_and_said_once_at_init(person, run, author) -> None:
    result = run("init", "harbor", check=0)

    assert author() == (person, person)
    assert f"commits are made as {person}; talekeep config identity neutral keeps that out" in result.err
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
    result = run("init", "harbor", "--neutral", check=0)

    assert "commits are made as" not in result.err
    assert "ada" not in git("log", "--all", "--format=fuller", cwd="harbor", check=0).out.lower()


@pytest.fixture(params=["ssh", pytest.param("openpgp", marks=pytest.mark.slow)])
def signer(request, run, git, tmp_path: Path) -> Path:
    """A dataset whose commits and tags git signs, with an SSH key or an OpenPGP one."""
    settings = request.getfixturevalue(f"{request.param}_key")
    run("init", "harbor", check=0)
    for name, value in {**settings, "commit.gpgsign": "true", "tag.gpgsign": "true"}.items():
        git("config", name, value, cwd="harbor", check=0)
    return tmp_path / "harbor"


@pytest.fixture
def ssh_key(tmp_path: Path) -> dict[str, str]:
    """What git is told of a key that has just been made."""
    if shutil.which("ssh-keygen") is None:
        pytest.skip("there is no ssh-keygen")
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    (tmp_path / "trusted").write_text(f"tess@example.invalid {key.with_suffix('.pub').read_text()}")
    trusted = str(tmp_path / "trusted")
    return {"gpg.format": "ssh", "user.signingKey": str(key), "gpg.ssh.allowedSignersFile": trusted}


@pytest.fixture
def openpgp_key(monkeypatch) -> Iterator[dict[str, str]]:
    """A key in a key ring of its own. The path is a short one: the agent makes a socket there."""
    if shutil.which("gpg") is None or shutil.which("gpgconf") is None:
        pytest.skip("there is no gpg")
    with tempfile.TemporaryDirectory(prefix="gpg", ignore_cleanup_errors=True) as ring:
        monkeypatch.setenv("GNUPGHOME", ring)
        made = ["gpg", "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""]
        made += ["--quick-gen-key", "Tess <tess@example.invalid>", "ed25519", "sign", "never"]
        subprocess.run(made, check=True, capture_output=True)
        yield {"user.signingKey": "tess@example.invalid"}
        subprocess.run(["gpgconf", "--kill", "all"], check=False)


@pytest.fixture
def lost_key(signer: Path, tmp_path: Path) -> None:
    """The key is gone after git was told to sign with it."""
    (tmp_path / "key").unlink(missing_ok=True)
    ring = os.environ.get("GNUPGHOME")
    for place in [*Path(ring, "private-keys-v1.d").iterdir()] if ring else []:
        place.unlink()
    if ring:
        subprocess.run(["gpgconf", "--kill", "all"], check=True)


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


def test_what_cannot_be_signed_is_not_committed(request, signer: Path) -> None:
    dataset = talekeep.open(signer)
    head = dataset.log()[0].id
    request.getfixturevalue("lost_key")

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
