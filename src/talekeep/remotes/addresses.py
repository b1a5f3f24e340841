"""Addresses of remotes, and the kind of remote that each leads to."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from talekeep.core.errors import Usage
from talekeep.core.progress import Progress
from talekeep.core.progress import silent
from talekeep.remotes import kinds
from talekeep.remotes.base import Remote
from talekeep.remotes.connection import Connection
from talekeep.remotes.kinds import Kind
from talekeep.store import plugins
from talekeep.store.clone.clone import Clone
from talekeep.store.files import at_home
from talekeep.store.git.link import urls
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
    other = _added(url)
    return _of_package(*other) if other is not None else None


def _of_package(plugin: Plugin, entry_point: "EntryPoint") -> Kind:
    """The kind that a package adds: all of it follows from the methods of `Remote`."""

    def connected(name: str, address: str, progress: Progress) -> Remote:
        factory = plugins.load(plugin, entry_point)
        with plugins.blamed(plugin):
            remote: Remote = factory(name, address)
        return remote

    return Kind(plugin.name, plugin.name, connected)


def kind_for(place: str, base: Path = Path()) -> Kind:
    """The kind of remote that a place, as people write it, is of: by its scheme; an address of git's, or a
    path where a repository is; any other folder is for a mirror.

    Args:
        base: where a relative path is seen from.
    """
    if _SCHEME.match(place) and (kind := kind_of(place)) is not None:
        return kind
    if urls.is_remote(place) or place.startswith("-"):
        return kinds.GIT
    where = base / at_home(place)
    return kinds.GIT if (where / ".git").exists() or (where / "HEAD").is_file() else kinds.FOLDER


def is_network(url: str) -> bool:
    """True for an address of git's or of a package that leads off this machine."""
    return split(url) is None and urls.is_network(url)


def shown(url: str) -> str:
    """An address for people, without a password, a token or a query it may hold."""
    return urls.shown(url)


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


def connect(clone: Clone, name: str, url: str, progress: Progress = silent) -> Connection:
    """The remote of that name of a clone, at that url.

    Raises:
        Usage: no kind of remote has this scheme. Outside: the package that has it cannot be used.
    """
    kind = kind_of(url)
    if kind is None and not is_git(url):
        raise Usage(f"{name} is no remote that is known here but {url}", f"git push {name}")
    kind = kind or kinds.GIT
    return Connection(name, kind.connect(name, kind.address(url), progress), clone)
