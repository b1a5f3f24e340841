"""What a kind of remote does beside the methods of `Remote`: recognise a place, be added, be cloned.

The defaults need nothing but `Remote`, so a kind of another package has all of it. A kind that can do more
has a subclass in its own module.
"""

import contextlib
import os
import secrets
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import TypeAlias

from talekeep.core.errors import Refused
from talekeep.core.progress import Progress
from talekeep.core.progress import silent
from talekeep.remotes.base import Cloned
from talekeep.remotes.base import Remote
from talekeep.remotes.base import Restored
from talekeep.remotes.base import Status
from talekeep.remotes.mirror.reader.new_repository import NEW
from talekeep.remotes.mirror.reader.new_repository import whole
from talekeep.remotes.mirror.writer.ref_snapshot import stand_in
from talekeep.store.clone.clone import Clone
from talekeep.store.git.repository import Repository
from talekeep.store.scratch import scratch_folder

# Name, address without the scheme, and who watches.
Connect: TypeAlias = Callable[[str, str, Progress], Remote]
# Called with a clone before it gets its name, to look at it and fill its work tree.
Prepare: TypeAlias = Callable[[Clone], None]
Settings: TypeAlias = Mapping[tuple[str, str | None, str], str | None]

_HEADS = "refs/heads/"


@dataclass(frozen=True, slots=True)
class NewRemote:
    """A remote that is to be added: `place` as the user wrote it, a relative path seen from `base`.

    `recipients` and `locked_key` are for kinds that encrypt; `label` and `i_know` for those in a folder.
    """

    name: str
    place: str
    base: Path = field(default_factory=Path)
    dataset: str = ""
    dataset_id: str = ""
    label: str = "this"
    recipients: tuple[str, ...] = ()
    locked_key: bytes | None = None
    i_know: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """Where the remote is, and what to set in `.git/config` for it."""

    address: str
    settings: Settings


class Access:
    """Places of one kind.

    Args:
        kind: its name.
        scheme: of its addresses; None for what git itself reaches.
    """

    def __init__(self, kind: str, scheme: str | None, connect: Connect) -> None:
        self.kind, self.scheme, self.connect = kind, scheme, connect

    def address(self, place: str, base: Path) -> str:
        """Where a place is, without the scheme.

        Raises:
            Usage, Refused: no such address.
        """
        return place.removeprefix(f"{self.scheme}::")

    def url(self, address: str | Path) -> str:
        """The address as `.git/config` has it."""
        return f"{self.scheme}::{address}" if self.scheme else os.fspath(address)

    def shown(self, place: str, base: Path) -> str:
        """A place for people, without a password it may hold."""
        return self.url(self.address(place, base))

    def default_target(self, place: str, base: Path) -> str:
        """The folder that a clone goes to where none is named."""
        name = self.address(place, base).rstrip("/\\").replace("\\", "/").rpartition("/")[2]
        return name.removesuffix("-backup").removesuffix(".git")

    def add(self, clone: Clone, new: NewRemote, *, dry_run: bool = False) -> Made:
        """Make the place ready, where that is needed; nothing is pushed. With `dry_run` only say where."""
        address = self.address(new.place, new.base)
        return Made(address, remote_settings(new.name, self.url(address)))

    @contextlib.contextmanager
    def adding(self, clone: Clone, new: NewRemote) -> Iterator[Made]:
        """`add`; where the block fails, nothing of it is left."""
        yield self.add(clone, new)

    def clone(
        self, place: str, target: Path, *, base: Path, name: str, prepare: Prepare, progress: Progress
    ) -> Restored | Cloned:
        """Make a repository from what is there: all of it in the end, or nothing.

        Raises:
            Refused: the target is in use; nothing is there. Outside: it cannot be reached, the disk failed.
        """
        address = self.address(place, base)
        remote, url = self.connect(name, address, progress), self.url(address)
        with whole(target, secrets.token_hex(4)) as work:
            repo = Repository.init(work / NEW)
            try:
                repo.settings.set(remote_settings(name, url))
                fetched = remote.fetch(repo)
                refs = _branches(repo, name, next((each.writer for each in fetched.writers), ""))
                branch = stand_in(refs, None)
                if branch is None:
                    raise Refused(f"{url} is empty: no branch has a commit", "talekeep init NAME")
                repo.set_ref(branch, refs[branch], None, f"clone: from {url}")
                repo.set_head(branch)
                prepare(Clone(repo))
            finally:
                repo.close()
        short = branch.removeprefix(_HEADS)
        return Cloned(os.fspath(target), url, name, short, refs, notes=fetched.notes)

    def look(self, place: str, base: Path) -> Status:
        """What is at a place that no dataset here knows."""
        with scratch_folder() as scratch:
            repo = Repository.init_bare(scratch / "repository")
            try:
                return self.connect("origin", self.address(place, base), silent).describe(repo)
            finally:
                repo.close()

    def missing(self, clone: Clone, name: str, address: str) -> Settings:
        """What a remote lacks in `.git/config`, where `git clone` or an older Talekeep made it."""
        return {}

    def writer(self, clone: Clone, name: str) -> str | None:
        """Whose branches in `refs/remotes/NAME/` are those of this clone: a folder's name, "" where all are,
        None where it has not pushed yet."""
        return ""

    def last_push(self, clone: Clone, name: str) -> int:
        """The number of this clone's last push, where pushes have numbers; 0 before the first."""
        return 0


def _branches(repo: Repository, remote: str, writer: str) -> dict[str, str]:
    """The branches of a remote (of one of its writers) under their own names."""
    prefix = f"refs/remotes/{remote}/{f'{writer}/' if writer else ''}"
    return {_HEADS + ref.removeprefix(prefix): tip for ref, tip in repo.refs_under(prefix).items()}


def remote_settings(name: str, url: str) -> dict[tuple[str, str | None, str], str | None]:
    """What `git remote add` writes."""
    fetch = f"+refs/heads/*:refs/remotes/{name}/*"
    return {("remote", name, "url"): url, ("remote", name, "fetch"): fetch}
