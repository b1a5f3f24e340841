"""Where a copy of a dataset can live: one module for each kind, told apart by the scheme of its address."""

import re
from typing import TYPE_CHECKING

from talekeep.core.errors import Usage
from talekeep.remotes import kinds
from talekeep.remotes.base import Remote
from talekeep.remotes.kinds import Kind
from talekeep.store import plugins
from talekeep.store.git.exchange import Progress
from talekeep.store.git.exchange import silent
from talekeep.store.plugins import Plugin

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


_SCHEME = re.compile(r"[A-Za-z0-9][A-Za-z0-9+.-]*::")


def split(url: str) -> tuple[str, str] | None:
    """The scheme and address of a remote that is ours; None for one that is git's own."""
    scheme, mark, address = url.partition("::")
    return (scheme, address) if mark and any(kind.scheme == scheme for kind in kinds.KINDS) else None


def kind_of(url: str) -> Kind | None:
    """The kind of remote that has this address, those of installed packages included; None where none has."""
    ours = next((kind for kind in kinds.KINDS if kind.owns(url)), None)
    if ours is not None or is_git(url):
        return ours or kinds.GIT
    plugin = added(url)
    return Kind(plugin.name, url.partition("::")[0], _of_package) if plugin is not None else None


def _of_package(name: str, address: str, progress: Progress) -> Remote:
    raise AssertionError("`connect` loads the package's remotes")


def is_git(url: str) -> bool:
    """True for an address without a scheme of that kind: a path, or what git speaks to by itself."""
    return bool(url) and not _SCHEME.match(url)


def added(url: str) -> Plugin | None:
    """The package's remote that has the scheme of this address; None for a scheme of ours or of git's.

    Installed packages are looked at only where the scheme is neither.
    """
    result = _added(url)
    return result[0] if result else None


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
    ours = next((kind for kind in kinds.KINDS if kind.owns(url)), None)
    if ours is not None:
        return ours.connect(name, ours.address(url), progress)
    other = _added(url)
    if other is not None:
        factory = plugins.load(*other)
        with plugins.blamed(other[0]):
            connected: Remote = factory(name, url.partition("::")[2])
        return connected
    if not is_git(url):
        raise Usage(f"{name} is no remote that is known here but {url}", f"git push {name}")
    return kinds.GIT.connect(name, url, progress)
