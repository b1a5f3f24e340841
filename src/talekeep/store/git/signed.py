"""Sign commits and tags by the `git` program, which knows keys and agents."""

from pathlib import Path

from talekeep.core.errors import Refused
from talekeep.store.git import command
from talekeep.store.git.commits import Signature


def create_commit(folder: Path, tree: str, parents: list[str], message: str, signature: Signature) -> str:
    """Write a signed commit object and return its id; no ref moves.

    Args:
        folder: the top of the work tree.

    Raises:
        Refused: it cannot be signed.
    """
    # A message is UTF-8, whatever `i18n.commitEncoding` says.
    words = ["-c", "i18n.commitEncoding=UTF-8", "commit-tree", "-S", tree]
    words += [word for parent in parents for word in ("-p", parent)]
    return _run(folder, [*words, "-F", "-"], message, signature, "commit.gpgsign").strip()


def create_tag(folder: Path, name: str, commit: str, note: str, signature: Signature) -> None:
    """Make a signed tag and its ref.

    Raises:
        Refused: it cannot be signed.
    """
    words = ["tag", "-s", "--cleanup=verbatim", "-F", "-", "--", name, commit]
    _run(folder, words, f"{note}\n", signature, "tag.gpgsign")


def _run(folder: Path, words: list[str], text: str, signature: Signature, key: str) -> str:
    who = {"NAME": signature.name, "EMAIL": signature.email, "DATE": f"@{signature.time} +0000"}
    roles = ("AUTHOR", "COMMITTER")
    variables = {f"GIT_{role}_{part}": value for role in roles for part, value in who.items()}
    answer = command.run(folder, *words, data=text.encode(), variables=variables)
    if answer is None:
        hint = f"install git; or git config {key} false"
        raise Refused(f"{key} is set, and only git can sign: there is none on PATH", hint)
    output, reason = answer
    if reason is not None:
        raise refused(key, reason.splitlines()[0])
    return output.decode()


def refused(key: str, reason: str) -> Refused:
    """The error for what could not be signed; `key` is the setting that asks for it."""
    hint = f"try git commit -S; or git config {key} false makes them unsigned here"
    return Refused(f"{key} is set, and git could not sign: {reason}", hint)
