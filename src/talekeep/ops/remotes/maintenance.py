"""Looking after a mirror folder: `remote check`, `remote prune`, `remote forget-machine`."""

from talekeep.core.errors import Usage
from talekeep.ops.remotes.remotes import connected
from talekeep.remotes.base import Checked
from talekeep.remotes.base import Forgotten
from talekeep.remotes.base import Pruned
from talekeep.remotes.mirror import forget_machine as mirror_forget
from talekeep.remotes.mirror import prune as mirror_prune
from talekeep.remotes.mirror.remote import FolderMirror
from talekeep.store.dataset import Dataset


def folder_mirror(dataset: Dataset, name: str | None = None) -> FolderMirror:
    """The mirror folder of that name.

    Raises:
        NotFound: no such mirror. Usage: it is a remote of another kind.
    """
    result = connected(dataset, name)
    if not isinstance(result, FolderMirror):
        raise Usage(f"{result.kind} is no kind of mirror that has this", "talekeep remote list")
    return result


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
    mirror = folder_mirror(dataset, name)
    retention = mirror_prune.Retention(keep, days)
    return mirror_prune.prune(
        dataset.repo, mirror.folder, mirror.name, mirror.setting, retention, carry_out=carry_out
    )


def forget_machine(
    dataset: Dataset, machine: str, name: str | None = None, *, carry_out: bool = False
) -> Forgotten:
    """Remove what a retired machine saved, where others hold all of it; without `carry_out` only say so.

    Raises:
        NotFound: no such mirror or machine. Refused, Outside: see `forgetting.forget`.
    """
    mirror = folder_mirror(dataset, name)
    with dataset.writing("remote forget-machine"):
        return mirror_forget.forget(
            dataset.repo, mirror.folder, mirror.name, machine, mirror.setting, carry_out=carry_out
        )
