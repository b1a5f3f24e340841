"""The kinds of remote: a row each. Nothing outside this folder names one or spells its scheme."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from talekeep.core.progress import Progress
from talekeep.remotes.access import Access
from talekeep.remotes.access import Connect
from talekeep.remotes.base import Remote
from talekeep.store.clone.clone import Clone
from talekeep.store.git.link import urls


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of remote, told by the scheme of its address.

    Args:
        name: in lists and JSON.
        scheme: `remote.<name>.url` in `.git/config` is `<scheme>::<address>`, as git spells a remote helper;
            None for what git itself reaches.
        connect: loads the kind when the first of it is met.
        in_folder: its address is a folder of this machine, looked at by `status` and saved to after commits.
        numbered: its pushes have numbers, and can be found to be gone.
        load: what it does beyond the methods of `Remote`, loaded when it is asked for.
    """

    name: str
    scheme: str | None
    connect: Connect
    in_folder: bool = False
    numbered: bool = False
    load: Callable[[], type[Access]] = lambda: Access

    @property
    def access(self) -> Access:
        """How its places are told, added and cloned from."""
        return self.load()(self.name, self.scheme, self.connect)

    def url(self, address: str | Path) -> str:
        return f"{self.scheme}::{address}" if self.scheme else str(address)

    def owns(self, url: str) -> bool:
        """Whether an address is written with the scheme of this kind."""
        return self.scheme is not None and url.startswith(f"{self.scheme}::")

    def address(self, url: str) -> str:
        """An address without the scheme."""
        return url.removeprefix(f"{self.scheme}::") if self.scheme else url

    def is_network(self, url: str) -> bool:
        """Whether a push there leaves this machine."""
        return not self.in_folder and (self.scheme is not None or urls.is_network(url))

    def tracking_ref_prefix(self, clone: Clone, remote: str) -> str | None:
        """Below which refs it is noted what the remote has of this clone; None before the first push."""
        writer = self.access.writer(clone, remote)
        return None if writer is None else f"refs/remotes/{remote}/{f'{writer}/' if writer else ''}"

    def summary(self, behind: int | None, push: int | None) -> str:
        """How far it is, in words.

        Args:
            behind: commits of this branch that it lacks; None before the first push.
            push: the number of the newest push of this clone that is there.
        """
        commits = f"{behind} commit{'' if behind == 1 else 's'} behind"
        if behind is None or (self.numbered and push is None):
            return "nothing saved there yet"
        if not self.numbered:
            return commits if behind else "all of it is there"
        return f"{commits} (push {push} is there)" if behind else f"push {push} is there, nothing newer here"


def _folder(name: str, address: str, _: Progress) -> Remote:
    from talekeep.remotes.mirror.remote import FolderMirror

    return FolderMirror(name, Path(address))


def _folder_access() -> type[Access]:
    from talekeep.remotes.mirror.access import FolderAccess

    return FolderAccess


def _bare(name: str, address: str, progress: Progress) -> Remote:
    from talekeep.remotes.bare import BareMirror

    return BareMirror(name, Path(address), progress=progress)


def _bare_access() -> type[Access]:
    from talekeep.remotes.bare import BareAccess

    return BareAccess


def _git(name: str, address: str, progress: Progress) -> Remote:
    from talekeep.remotes.git import GitRemote

    return GitRemote(name, address, progress=progress)


def _git_access() -> type[Access]:
    from talekeep.remotes.git import GitAccess

    return GitAccess


FOLDER = Kind("folder", "talekeep", _folder, in_folder=True, numbered=True, load=_folder_access)
BARE = Kind("bare", "talekeep-bare", _bare, in_folder=True, load=_bare_access)
GIT = Kind("git", None, _git, load=_git_access)

KINDS: tuple[Kind, ...] = (FOLDER, BARE, GIT)


def named(name: str) -> Kind:
    """The kind of this name."""
    return next(kind for kind in KINDS if kind.name == name)
