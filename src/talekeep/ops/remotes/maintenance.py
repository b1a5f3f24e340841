"""Maintenance of a mirror folder: `remote check`, `remote prune`, `remote forget-machine`."""

from talekeep.ops.remotes.remotes import connected
from talekeep.remotes.base import Checked
from talekeep.remotes.base import Forgotten
from talekeep.remotes.base import Pruned
from talekeep.store.dataset import Dataset


def check(
    dataset: Dataset, name: str | None = None, *, restore: bool = False, everything: bool = False
) -> Checked:
    """Read a mirror's files and say what is whole and what was not looked at.

    Args:
        restore: rebuild it in a scratch folder, follow every object, count the entries.
        everything: every generation, not only the newest.

    Raises:
        NotFound: no such mirror. Outside: its folder is missing, or the disk failed.
    """
    return connected(dataset, name).check(restore=restore, everything=everything)


def prune(
    dataset: Dataset,
    name: str | None = None,
    *,
    keep: int = 3,
    days: int = 30,
    carry_out: bool = False,
) -> Pruned:
    """Clear old generations out of this machine's own folder; without `carry_out` only say which.

    Raises:
        NotFound: no such mirror. Usage, Refused, Outside: see `prune.prune`.
    """
    return connected(dataset, name).prune(keep, days, carry_out=carry_out)


def forget_machine(
    dataset: Dataset, machine: str, name: str | None = None, *, carry_out: bool = False
) -> Forgotten:
    """Remove what a retired machine saved, where others hold all of it; without `carry_out` only say so.

    Raises:
        NotFound: no such mirror or machine. Refused, Outside: see `forgetting.forget`.
    """
    mirror = connected(dataset, name)
    with dataset.writing("remote forget-machine"):
        return mirror.forget_machine(machine, carry_out=carry_out)
