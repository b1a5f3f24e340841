"""`remote add --bare`: a plain bare repository, for one machine, outside synced folders."""

from pathlib import Path

from talekeep.ops import mirrors
from talekeep.remotes import bare
from talekeep.remotes.owning import DEFAULT_LABEL
from talekeep.remotes.setting import Setting
from talekeep.store.dataset import Dataset


def add(
    dataset: Dataset,
    name: str,
    place: Path,
    *,
    label: str = DEFAULT_LABEL,
    i_know: bool = False,
    dry_run: bool = False,
) -> mirrors.Listed:
    """Make a bare repository in the folder `place`, a mirror of this clone; nothing is pushed yet.

    Raises:
        Refused: the name is taken, or a sync program looks after the folder (unless `i_know`).
        Usage: git allows no such name. Outside: the folder is missing.
    """
    mirrors.add(dataset, name, place, label=label, dry_run=True)
    if dry_run:
        return mirrors.Listed(name, bare.KIND, str(place), f"talekeep-bare::{place}")
    with dataset.writing("remote add"):
        target = bare.add(
            dataset.repo,
            name,
            place,
            dataset=dataset.config.name,
            label=label,
            i_know=i_know,
            setting=Setting(),
        )
        url = f"talekeep-bare::{target}"
        # Plain git takes the path itself, so that `git push` and `git fetch` need nothing of ours.
        dataset.repo.settings.set({("remote", name, "url"): url, ("url", str(target), "insteadOf"): url})
        fetched = f"+refs/heads/*:refs/remotes/{name}/*"
        dataset.repo.settings.set({("remote", name, "fetch"): fetched})
    return mirrors.Listed(name, bare.KIND, str(target), url)
