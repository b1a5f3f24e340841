"""Annotated tags: a name, a note, who and when, for one commit."""

from dataclasses import dataclass

from dulwich.objects import Commit as GitCommit
from dulwich.objects import Tag as GitTag
from dulwich.refs import check_ref_format

from talekeep.core.errors import Refused
from talekeep.store.git import names
from talekeep.store.git import signed
from talekeep.store.git.commits import Signature
from talekeep.store.git.pack.objects import write_objects
from talekeep.store.git.repository import Repository

_FOLDER = "refs/tags/"


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag; `time` is seconds since 1970. A plain one has the author and time of its commit and no note."""

    name: str
    commit: str
    author: str
    time: int
    note: str


def ref(name: str) -> str:
    """The full name of a tag.

    Raises:
        Refused: git allows no such name.
    """
    full = _FOLDER + name
    if not check_ref_format(names.ref(full)) or name.startswith("-") or name == "HEAD":
        raise Refused(f"{name!r} is no name for a snapshot", "letters, digits, - and / are safe")
    return full


def create(repo: Repository, name: str, commit: str, note: str, signature: Signature) -> bool:
    """Make an annotated tag; False if one of that name exists.

    Raises:
        Refused: git allows no such name, another tag is in the way, or it has to be signed and cannot be.
    """
    full = ref(name)
    if repo.ref(full) is not None:
        return False
    if repo.settings.is_on("tag", "gpgsign"):
        _create_signed(repo, name, commit, note, signature)
        return True
    tag = GitTag()
    tag.object = (GitCommit, names.oid(commit))
    tag.name = name.encode()
    tag.tagger = signature.identity
    tag.tag_time, tag.tag_timezone = signature.time, 0
    tag.message = note.encode() + b"\n"
    write_objects(repo.objects, [tag])
    return repo.set_ref(full, tag.id.decode(), None, f"talekeep: snapshot {name}")


def _create_signed(repo: Repository, name: str, commit: str, note: str, signature: Signature) -> None:
    signed.create_tag(repo.path, name, commit, note, signature)
    made = repo.ref(ref(name))
    # git 2.39 calls a tag done that it could not sign with an SSH key.
    if made is not None and b"\n-----BEGIN " not in repo.blob(made):
        repo.set_ref(ref(name), None, made)
        raise signed.refused("tag.gpgsign", "it made the tag without a signature")


def tags(repo: Repository) -> list[Tag]:
    """Every tag that leads to a commit, by name."""
    result = (_tag(repo, name, oid) for name, oid in sorted(repo.refs_under(_FOLDER).items()))
    return [tag for tag in result if tag is not None]


def _tag(repo: Repository, ref: str, oid: str) -> Tag | None:
    name, first = ref.removeprefix(_FOLDER), repo.objects[names.oid(oid)]
    result = first
    while isinstance(result, GitTag):
        result = repo.objects[result.object[1]]
    if not isinstance(result, GitCommit):
        return None
    commit = repo.commit(result.id.decode())
    if not isinstance(first, GitTag):
        return Tag(name, commit.id, commit.author, commit.time, "")
    # An old tag may lack its tagger.
    author = (first.tagger or commit.author.encode()).decode("utf-8", "replace")
    time = commit.time if first.tag_time is None else int(first.tag_time)
    return Tag(name, commit.id, author, time, (first.message or b"").decode("utf-8", "replace").strip())
