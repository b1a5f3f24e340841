"""A remote of one clone: the methods of `Remote` with that clone, and what only some kinds can do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from typing import runtime_checkable

from talekeep.core.errors import Usage
from talekeep.remotes.base import Checked
from talekeep.remotes.base import Fetched
from talekeep.remotes.base import Forgotten
from talekeep.remotes.base import Pruned
from talekeep.remotes.base import Pushed
from talekeep.remotes.base import Remote
from talekeep.remotes.base import Sent
from talekeep.remotes.base import Status
from talekeep.store.clone.clone import Clone
from talekeep.store.git.repository import Repository


@runtime_checkable
class Kept(Protocol):
    """A remote that keeps every push of several machines, encrypted perhaps, and has to be looked after."""

    def prune(self, repo: Repository, generations: int, days: int, *, carry_out: bool) -> Pruned:
        """Clear old generations out of this machine's own folder; see `mirror.prune`."""

    def clear(self, repo: Repository) -> Pruned:
        """Clear away what nobody needs any more, as a push that began anew does by itself."""

    def forget_machine(self, repo: Repository, machine: str, *, carry_out: bool) -> Forgotten:
        """Remove what a retired machine saved; see `mirror.forget_machine`."""

    def recipients(self, repo: Repository) -> tuple[str, ...]:
        """For whom pushes are encrypted; empty where they are not."""

    def set_recipients(self, repo: Repository, recipients: Sequence[str]) -> None:
        """Encrypt for these from now on."""

    def keep_key(self, repo: Repository, key: str) -> None:
        """Keep the key of the remote on this machine."""


@dataclass(frozen=True, slots=True)
class Connection:
    """See `Remote` and `Kept`; methods of the latter raise Usage where the kind has nothing of it."""

    name: str
    remote: Remote
    clone: Clone

    def push(self, *, entries: int | None = None, full: bool = False) -> Pushed | Sent:
        return self.remote.push(self.clone.repo, entries=entries, full=full)

    def fetch(self) -> Fetched:
        return self.remote.fetch(self.clone.repo)

    def describe(self) -> Status:
        return self.remote.describe(self.clone.repo)

    def check(self, *, restore: bool = False, everything: bool = False) -> Checked:
        return self.remote.check(restore=restore, everything=everything)

    def prune(self, generations: int, days: int, *, carry_out: bool) -> Pruned:
        return self._kept().prune(self.clone.repo, generations, days, carry_out=carry_out)

    def clear(self) -> Pruned:
        return self._kept().clear(self.clone.repo)

    def forget_machine(self, machine: str, *, carry_out: bool) -> Forgotten:
        return self._kept().forget_machine(self.clone.repo, machine, carry_out=carry_out)

    def recipients(self) -> tuple[str, ...]:
        return self._kept().recipients(self.clone.repo)

    def set_recipients(self, recipients: Sequence[str]) -> None:
        self._kept().set_recipients(self.clone.repo, recipients)

    def keep_key(self, key: str) -> None:
        self._kept().keep_key(self.clone.repo, key)

    @property
    def is_kept(self) -> bool:
        return isinstance(self.remote, Kept)

    def _kept(self) -> Kept:
        if not isinstance(self.remote, Kept):
            raise Usage(f"{self.remote.kind} is no kind of mirror that has this", "talekeep remote list")
        return self.remote
