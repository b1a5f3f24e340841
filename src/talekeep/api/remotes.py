"""Places where copies live: `dataset.remotes`."""

from talekeep.api.groups import Group
from talekeep.api.opened import Names
from talekeep.api.opened import StrPath
from talekeep.api.opened import names
from talekeep.ops.remotes import encryption
from talekeep.ops.remotes import maintenance
from talekeep.ops.remotes import push_permissions
from talekeep.ops.remotes import remotes as remote_operation
from talekeep.ops.remotes import state
from talekeep.ops.remotes.encryption import Recipients
from talekeep.ops.remotes.remotes import Listed
from talekeep.remotes.base import Checked
from talekeep.remotes.base import Forgotten
from talekeep.remotes.base import Pruned
from talekeep.remotes.base import Status


class Remotes(Group):
    """The remotes of this clone. Encrypted mirrors are made on the command line, where a key is shown."""

    def list(self) -> list[Listed]:
        """Every remote."""
        with self._dataset._store() as store:
            return remote_operation.listed(store)

    def add(self, name: str, place: StrPath, *, label: str = "this", dry_run: bool = False) -> Listed:
        """Give a place a name: a folder for a mirror, a git repository, or an address of an installed kind.

        Args:
            label: what this machine is called in a mirror.
        """
        with self._dataset._store() as store:
            where = place if isinstance(place, str) else str(place)
            return remote_operation.add(store, name, where, label=label, dry_run=dry_run)

    def remove(self, name: str, *, dry_run: bool = False) -> Listed:
        """Forget a remote; what is there stays."""
        with self._dataset._store() as store:
            return remote_operation.remove(store, name, dry_run=dry_run)

    def allow(
        self, remote: str, *, allowed: bool = True, secrets: bool = False, dry_run: bool = False
    ) -> push_permissions.Permissions:
        """Allow, or no longer allow, to push to all addresses of a remote; with `secrets` even what looks
        like a key."""
        with self._dataset._store() as store:
            return push_permissions.allow(store, remote, allowed=allowed, secrets=secrets, dry_run=dry_run)

    def look(self, name: str | None = None) -> Status:
        """What is there by names and sizes; nothing else is read."""
        with self._dataset._store() as store:
            return state.look(store, name)

    def check(self, name: str | None = None, *, restore: bool = False, everything: bool = False) -> Checked:
        """Read what is there and say what is whole.

        Args:
            restore: rebuild it in a scratch folder.
            everything: every generation of a mirror, not only the newest.
        """
        with self._dataset._store() as store:
            return maintenance.check(store, name, restore=restore, everything=everything)

    def prune(
        self, name: str | None = None, *, keep: int = 3, days: int = 30, dry_run: bool = False
    ) -> Pruned:
        """Clear old generations out of this machine's own folder of a mirror."""
        with self._dataset._store() as store:
            return maintenance.prune(store, name, keep=keep, days=days, carry_out=not dry_run)

    def forget_machine(self, machine: str, name: str | None = None, *, dry_run: bool = False) -> Forgotten:
        """Remove what a retired machine saved to a mirror, where others hold all of it."""
        with self._dataset._store() as store:
            return maintenance.forget_machine(store, machine, name, carry_out=not dry_run)

    def recipients(
        self, name: str | None = None, *, add: Names = (), drop: Names = (), dry_run: bool = False
    ) -> Recipients:
        """For whom pushes to an encrypted mirror are encrypted, after adding and dropping public keys."""
        with self._dataset._store() as store:
            return encryption.recipients(store, name, add=names(add), drop=names(drop), dry_run=dry_run)
