"""Which repository formats this program can read. Every other one is refused here, with a hint."""

import hashlib
import os
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.store.git import config_text

# Extensions that change nothing in how objects, refs and the index are read.
_HARMLESS = frozenset({"noop", "preciousobjects", "partialclone", "worktreeconfig", "relativeworktrees"})
# In a repository of version 0 git heeds these alone.
_OF_VERSION_0 = frozenset({"noop", "preciousobjects", "partialclone", "worktreeconfig"})
_CONVERT = (
    "git -C OLD fast-export --all | git -C NEW fast-import, with NEW made by git init --object-format=sha1"
)
_REQUIRED = MappingProxyType(
    {
        b"link": ("it is split in two (core.splitIndex)", "git update-index --no-split-index"),
        b"sdir": (
            "it holds whole folders as one (a sparse index)",
            "git sparse-checkout reapply --no-sparse-index",
        ),
    }
)
_ROW, _ID_BYTES, _EXTENDED, _NAME_LENGTH = 62, 20, 0x4000, 0x0FFF


@dataclass(frozen=True, slots=True)
class Folders:
    """Where a repository keeps its files: `git_dir` is of this work tree, `common_dir` of all of them."""

    git_dir: Path
    common_dir: Path


def folders(path: Path) -> Folders:
    """The folders of the repository at exactly this path: a work tree, or a bare one.

    Raises:
        NotFound: there is none.
    """
    git_dir = path / ".git"
    if git_dir.is_file():
        text = git_dir.read_text(encoding="utf-8", errors="surrogateescape")
        git_dir = path / text.removeprefix("gitdir:").strip()
    elif not git_dir.is_dir():
        git_dir = path
    if not (git_dir / "HEAD").is_file() and not (git_dir / "HEAD").is_symlink():
        raise NotFound(f"{path} is not a git repository", "talekeep init")
    common = git_dir / "commondir"
    if common.is_file():
        inside = common.read_text(encoding="utf-8", errors="surrogateescape").strip()
        return Folders(git_dir, git_dir / inside)
    return Folders(git_dir, git_dir)


def settings_of(config: Path) -> dict[tuple[str, str], str]:
    """`core.*` and `extensions.*` of a configuration file, as (section, name) in lower case.

    Raises:
        Refused: a line of it is broken.
    """
    try:
        entries = config_text.parse(config.read_bytes() if config.is_file() else b"").entries
    except config_text.SyntaxFault as fault:
        raise Refused(
            f"{config} has a syntax error in line {fault.line}", f"mend that line: {config}"
        ) from None
    return {
        (e.section[0].decode(), e.name.decode()): (e.value or b"true").decode("utf-8", "replace")
        for e in entries
        if e.section in ((b"core", None), (b"extensions", None))
    }


def require_readable(path: Path) -> Folders:
    """Stop at a repository whose objects, refs or settings are of a kind this program cannot read.

    Raises:
        NotFound: there is none at this path. Refused: it is of such a kind.
    """
    result = folders(path)
    settings = settings_of(result.common_dir / "config")
    version = settings.get(("core", "repositoryformatversion"), "0")
    if version not in ("0", "1"):
        raise Refused(
            f"{path} is a repository of git's format {version}, which is not known here", "use git itself"
        )
    for (section, name), value in settings.items():
        if section == "extensions" and (version == "1" or name in _OF_VERSION_0):
            _require_extension(path, name, value)
    return result


def _require_extension(path: Path, name: str, value: str) -> None:
    if name in _HARMLESS:
        return
    if name == "objectformat":
        if value.lower() != "sha1":
            raise Refused(f"{path} keeps its objects as {value}, and Talekeep reads SHA-1 alone", _CONVERT)
    elif name == "refstorage":
        if value.lower() != "files":
            raise Refused(f"{path} keeps its refs as {value}, and Talekeep reads files alone",
                          "git refs migrate --ref-format=files")  # fmt: skip
    else:
        raise Refused(f"{path} uses git's extension {name}, which is not known here", "use git itself")


def require_index(place: Path, data: bytes) -> None:
    """Stop at an index of a kind this program cannot read.

    Raises:
        Refused: it is of such a kind, or damaged.
    """
    version = int.from_bytes(data[4:8], "big")
    if not data.startswith(b"DIRC") or version not in (2, 3, 4):
        raise Refused(f"{place} is no index that is known here", f"rm {place} && git reset")
    for signature in required_extensions(data):
        what, hint = _REQUIRED.get(signature, (f"it uses the extension {signature!r}", "git read-tree HEAD"))
        raise Refused(f"{place} cannot be read: {what}", hint)


def plain_index_command(signature: bytes) -> list[str]:
    """The arguments of git that write an index anew without an extension; none for one that is unknown."""
    _, hint = _REQUIRED.get(signature, ("", "git"))
    return hint.split()[1:]


def is_whole_index(data: bytes) -> bool:
    """Whether the checksum at the end of an index is right; git may leave it out (index.skipHash)."""
    body, checksum = data[:-_ID_BYTES], data[-_ID_BYTES:]
    return checksum in (hashlib.sha1(body).digest(), bytes(_ID_BYTES))


def required_extensions(data: bytes) -> Iterator[bytes]:
    """The extensions of an index that nobody may pass over (gitformat-index(5)): those in lower case."""
    at = _behind_rows(data)
    while at + 8 <= len(data) - _ID_BYTES:
        signature, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "big")
        if not signature[:1].isupper():
            yield signature
        at += 8 + size


def _behind_rows(data: bytes) -> int:
    version, rows = int.from_bytes(data[4:8], "big"), int.from_bytes(data[8:12], "big")
    at = 12
    for _ in range(rows):
        flags = int.from_bytes(data[at + _ROW - 2 : at + _ROW], "big")
        name = at + _ROW + (2 if flags & _EXTENDED else 0)
        if version == 4:
            while data[name] & 0x80:
                name += 1
            at = data.index(b"\0", name + 1) + 1
        else:
            length = flags & _NAME_LENGTH
            end = data.index(b"\0", name) if length == _NAME_LENGTH else name + length
            at += (end - at + 8) & ~7
    return at


def harmless(extensions: Mapping[bytes, bytes]) -> list[bytes]:
    """Those extensions dulwich need not hear of: they change nothing, or git does not heed them either."""
    known = (b"worktreeconfig", b"objectformat", b"relativeworktrees")
    return [name for name in extensions if name.lower() not in known]


def is_shallow(where: Folders) -> bool:
    """Whether the beginning of the history was left out (`git clone --depth`)."""
    place = where.common_dir / "shallow"
    return place.is_file() and bool(place.read_bytes().strip())


def promisors(config: Path) -> list[str]:
    """The remotes that promised what a partial clone left out (`git clone --filter`)."""
    entries = config_text.parse(config.read_bytes() if config.is_file() else b"").entries
    names = [
        e.section[1]
        for e in entries
        if e.section[0] == b"remote" and e.name == b"promisor" and e.value != b"false"
    ]
    return [os.fsdecode(name) for name in names if name]
