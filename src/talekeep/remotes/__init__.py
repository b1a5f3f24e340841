"""Where a copy of a dataset can live: one module for each kind, told apart by the scheme of its address."""

import re
from collections.abc import Callable
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from talekeep.core.errors import Usage
from talekeep.remotes.base import Remote
from talekeep.remotes.folder import FolderMirror
from talekeep.remotes.git_url import GitRemote
from talekeep.remotes.git_url import silent
from talekeep.store.git.exchange import Progress

# `remote.<name>.url` in `.git/config` is `<scheme>::<address>`, as git spells a remote helper; without a
# scheme it is what git itself understands.
SCHEMES: Mapping[str, Callable[[str, str, Progress], Remote]] = MappingProxyType(
    {
        "talekeep": lambda name, address, progress: FolderMirror(name, Path(address)),
        "": lambda name, address, progress: GitRemote(name, address, progress=progress),
    }
)
_SCHEME = re.compile(r"(?:([A-Za-z0-9][A-Za-z0-9+.-]*)::)?(.*)", re.DOTALL)


def split(url: str) -> tuple[str, str] | None:
    """The scheme (`""` for git's own) and address of a remote; None for a kind that is not known here."""
    match = _SCHEME.fullmatch(url)
    assert match is not None
    return (match[1] or "", match[2]) if (match[1] or "") in SCHEMES and match[2] else None


def connect(name: str, url: str, progress: Progress = silent) -> Remote:
    """The remote of that name at that url.

    Raises:
        Usage: no kind of remote has this scheme.
    """
    found = split(url)
    if found is None:
        raise Usage(f"{name} is no remote that is known here but {url}", f"talekeep remote remove {name}")
    return SCHEMES[found[0]](name, found[1], progress)
