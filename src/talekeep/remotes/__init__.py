"""Where a copy of a dataset can live: one module for each kind, told apart by the scheme of its address."""

import re
from collections.abc import Callable
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from talekeep.core.errors import Usage
from talekeep.remotes.base import Remote
from talekeep.store import plugins
from talekeep.store.git.exchange import Progress
from talekeep.store.git.exchange import silent
from talekeep.store.plugins import Plugin

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


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


def added(url: str) -> Plugin | None:
    """The package's remote that has the scheme of this address; None for a scheme of ours or of git's.

    Installed packages are looked at only where the scheme is neither.
    """
    found = _added(url)
    return found[0] if found else None


def _added(url: str) -> "tuple[Plugin, EntryPoint] | None":
    scheme, mark, _ = url.partition("::")
    if not mark or split(url) is not None or is_git(url):
        return None
    rows = [row for row in plugins.installed(plugins.REMOTES) if row[0].name == scheme]
    if len(rows) > 1:
        raise plugins.broken(rows[1][0], f"the package {rows[0][0].package} has the same name for one")
    return rows[0] if rows else None


def connect(name: str, url: str, progress: Progress = silent) -> Remote:
    """The remote of that name at that url.

    Raises:
        Usage: no kind of remote has this scheme. Outside: the package that has it cannot be used.
    """
    found = split(url)
    if found is not None:
        return SCHEMES[found[0]](name, found[1])
    other = _added(url)
    if other is not None:
        factory = plugins.load(*other)
        with plugins.blamed(other[0]):
            connected: Remote = factory(name, url.partition("::")[2])
        return connected
    if not is_git(url):
        raise Usage(f"{name} is no remote that is known here but {url}", f"git push {name}")
    from talekeep.remotes.git import GitRemote

    return GitRemote(name, url, progress=progress)
