"""Another repository on this machine: read and written like our own. None of its hooks run."""

import contextlib
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.progress import Progress
from talekeep.store.git.link.exchange import Offer
from talekeep.store.git.link.exchange import Update
from talekeep.store.git.pack import packs
from talekeep.store.git.pack.objects import UNREADABLE
from talekeep.store.git.pack.reach import missing
from talekeep.store.git.repository import Repository

# What `receive.denyCurrentBranch` says where the owner wants it.
_LENIENT = ("ignore", "warn", "false")


class Neighbour:
    """A `Transport` to a work tree or a bare repository at a path."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextlib.contextmanager
    def _opened(self) -> Iterator[Repository]:
        try:
            repo = Repository.open(self.path)
        except NotFound:
            raise NotFound(f"{self.path} is no git repository and no mirror folder", None) from None
        except UNREADABLE as error:
            raise Refused(f"{self.path} cannot be read as a git repository: {error}") from error
        try:
            yield repo
        except UNREADABLE as error:
            raise Refused(f"{self.path} is damaged: {error}", f"git -C {self.path} fsck") from error
        finally:
            repo.close()

    def offer(self) -> Offer:
        with self._opened() as there:
            return Offer(dict(sorted(there.refs().items())), there.head_ref())

    def take(
        self, repo: Repository, haves: Sequence[str], work: Path, progress: Progress
    ) -> tuple[dict[str, str], packs.Objects]:
        scratch = packs.scratch_store(work / "scratch", repo.objects)
        with self._opened() as there, (work / "pack").open("w+b") as stream:
            refs = dict(sorted(there.refs().items()))
            ids = missing(there.objects, refs.values(), haves)
            progress(f"copying {len(ids)} objects", 0, None)
            _carry(stream, there.objects, ids, scratch)
        return refs, scratch

    def send(
        self, repo: Repository, updates: Sequence[Update], work: Path, progress: Progress
    ) -> dict[str, str | None]:
        with self._opened() as there, (work / "pack").open("w+b") as stream:
            wanted = [u for u in updates if not _is_checked_out(there, u.ref)]
            ids = missing(repo.objects, [u.after for u in wanted], there.refs().values())
            progress(f"copying {len(ids)} objects", 0, None)
            _carry(stream, repo.objects, ids, there.objects)
            result: dict[str, str | None] = {u.ref: "it is checked out there" for u in updates}
            for update in wanted:
                moved = there.set_ref(update.ref, update.after, update.before, "push")
                result[update.ref] = None if moved else "it moved meanwhile"
        return result


def _carry(stream: BinaryIO, source: packs.Objects, ids: list[str], target: packs.Objects) -> None:
    if ids:
        packs.write_pack(stream, source, ids)
        stream.seek(0)
        packs.read_pack(target, stream)


def _is_checked_out(there: Repository, ref: str) -> bool:
    if there.users_of(ref):
        return True
    if there.git_dir == there.path or ref != there.head_ref():
        return False
    return there.settings.get("receive", "denyCurrentBranch") not in _LENIENT
