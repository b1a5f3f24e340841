"""Where a copy of a dataset can live: one module for each kind, told apart by the scheme of its address."""

from collections.abc import Callable
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from talekeep.core.errors import Usage
from talekeep.remotes.base import Remote
from talekeep.remotes.folder import FolderMirror

# `remote.<name>.url` in `.git/config` is `<scheme>::<address>`, as git spells a remote helper.
SCHEMES: Mapping[str, Callable[[str, str], Remote]] = MappingProxyType(
    {"talekeep": lambda name, address: FolderMirror(name, Path(address))}
)


def split(url: str) -> tuple[str, str] | None:
    """The scheme and address of a remote that is ours; None for one that is git's own."""
    scheme, mark, address = url.partition("::")
    return (scheme, address) if mark and scheme in SCHEMES else None


def connect(name: str, url: str) -> Remote:
    """The remote of that name at that url.

    Raises:
        Usage: no kind of remote has this scheme.
    """
    found = split(url)
    if found is None:
        raise Usage(f"{name} is not a mirror but {url}", f"git push {name}")
    return SCHEMES[found[0]](name, found[1])
