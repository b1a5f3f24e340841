"""Where a copy of a dataset can live: one module for each kind, told apart by the scheme of its address."""

import re
from collections.abc import Callable
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from talekeep.core.errors import Usage
from talekeep.remotes.base import Remote
from talekeep.store.git.exchange import Progress
from talekeep.store.git.exchange import silent


def _folder(name: str, address: str) -> Remote:
    from talekeep.remotes.mirror.remote import FolderMirror

    return FolderMirror(name, Path(address))


def _bare(name: str, address: str) -> Remote:
    from talekeep.remotes.bare import BareMirror

    return BareMirror(name, Path(address))


# `remote.<name>.url` in `.git/config` is `<scheme>::<address>`, as git spells a remote helper; without a
# scheme it is a repository that git itself finds. A kind is loaded when the first of it is met.
SCHEMES: Mapping[str, Callable[[str, str], Remote]] = MappingProxyType(
    {"talekeep": _folder, "talekeep-bare": _bare}
)
_SCHEME = re.compile(r"[A-Za-z0-9][A-Za-z0-9+.-]*::")


def split(url: str) -> tuple[str, str] | None:
    """The scheme and address of a remote that is ours; None for one that is git's own."""
    scheme, mark, address = url.partition("::")
    return (scheme, address) if mark and scheme in SCHEMES else None


def is_git(url: str) -> bool:
    """True for an address without a scheme of that kind: a path, or what git speaks to by itself."""
    return bool(url) and not _SCHEME.match(url)


def connect(name: str, url: str, progress: Progress = silent) -> Remote:
    """The remote of that name at that url.

    Raises:
        Usage: no kind of remote has this scheme.
    """
    found = split(url)
    if found is not None:
        return SCHEMES[found[0]](name, found[1])
    if not is_git(url):
        raise Usage(f"{name} is no remote that is known here but {url}", f"git push {name}")
    from talekeep.remotes.git import GitRemote

    return GitRemote(name, url, progress=progress)
