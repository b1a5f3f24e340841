"""The kinds of remote: a row each. Nothing outside this folder names one or spells its scheme."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from talekeep.remotes.base import Remote
from talekeep.store.git import urls
from talekeep.store.git.exchange import Progress
from talekeep.store.git.repository import Repository

# Name, address without the scheme, and who watches.
Connect: TypeAlias = Callable[[str, str, Progress], Remote]


def _no_writer(repo: Repository, remote: str) -> str | None:
    return ""


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
        writer: whose branches in `refs/remotes/<name>/` are those of this clone: a folder's name, "" where
            all are, None where it has not pushed yet.
    """

    name: str
    scheme: str | None
    connect: Connect
    in_folder: bool = False
    numbered: bool = False
    writer: Callable[[Repository, str], str | None] = _no_writer

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

    def tracking_ref_prefix(self, repo: Repository, remote: str) -> str | None:
        """Below which refs it is noted what the remote has of this clone; None before the first push."""
        writer = self.writer(repo, remote)
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


def _folder_writer(repo: Repository, remote: str) -> str | None:
    from talekeep.remotes.mirror.journal import Local

    return Local(repo.git_dir, remote).journal().writer


def _bare(name: str, address: str, _: Progress) -> Remote:
    from talekeep.remotes.bare import BareMirror

    return BareMirror(name, Path(address))


def _git(name: str, address: str, progress: Progress) -> Remote:
    from talekeep.remotes.git import GitRemote

    return GitRemote(name, address, progress=progress)


FOLDER = Kind("folder", "talekeep", _folder, in_folder=True, numbered=True, writer=_folder_writer)
BARE = Kind("bare", "talekeep-bare", _bare, in_folder=True)
GIT = Kind("git", None, _git)

KINDS: tuple[Kind, ...] = (FOLDER, BARE, GIT)
