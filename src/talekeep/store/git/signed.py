"""Commits and tags, signed by the `git` program, which knows keys and agents, where settings ask for it."""

from talekeep.core.errors import Refused
from talekeep.store.git import command
from talekeep.store.git.commits import Signature
from talekeep.store.git.repository import Repository


def create_commit(repo: Repository, tree: str, parents: list[str], message: str, signature: Signature) -> str:
    """Write a signed commit object and return its id; no ref moves.

    Raises:
        Refused: it cannot be signed.
    """
    # A message is UTF-8, whatever `i18n.commitEncoding` says.
    words = ["-c", "i18n.commitEncoding=UTF-8", "commit-tree", "-S", tree]
    words += [word for parent in parents for word in ("-p", parent)]
    return _run(repo, [*words, "-F", "-"], message, signature, "commit.gpgsign").strip()


def is_on_for_tags(repo: Repository) -> bool:
    """Whether tags have to be signed."""
    return repo.settings.is_on("tag", "gpgsign")


def create_tag(repo: Repository, name: str, commit: str, note: str, signature: Signature) -> None:
    """Make a signed tag and its ref.

    Raises:
        Refused: it cannot be signed.
    """
    words = ["tag", "-s", "--cleanup=verbatim", "-F", "-", "--", name, commit]
    _run(repo, words, f"{note}\n", signature, "tag.gpgsign")
    made = repo.ref(f"refs/tags/{name}")
    # git 2.39 calls a tag done that it could not sign with an SSH key.
    if made is not None and b"\n-----BEGIN " not in repo.blob(made):
        repo.set_ref(f"refs/tags/{name}", None, made)
        raise _refused("tag.gpgsign", "it made the tag without a signature")


def _run(repo: Repository, words: list[str], text: str, signature: Signature, key: str) -> str:
    who = {"NAME": signature.name, "EMAIL": signature.email, "DATE": f"@{signature.time} +0000"}
    roles = ("AUTHOR", "COMMITTER")
    variables = {f"GIT_{role}_{part}": value for role in roles for part, value in who.items()}
    answer = command.run(repo, *words, data=text.encode(), variables=variables)
    if answer is None:
        hint = f"install git; or git config {key} false"
        raise Refused(f"{key} is set, and only git can sign: there is none on PATH", hint)
    output, reason = answer
    if reason is not None:
        raise _refused(key, reason.splitlines()[0])
    return output.decode()


def _refused(key: str, reason: str) -> Refused:
    hint = f"try git commit -S; or git config {key} false makes them unsigned here"
    return Refused(f"{key} is set, and git could not sign: {reason}", hint)
