"""`remote add --bare`: a plain bare repository, for one machine, outside synced folders."""

from pathlib import Path

from talekeep.ops.remotes import remotes
from talekeep.remotes import bare
from talekeep.remotes.kinds import BARE
from talekeep.remotes.mirror.environment import Setting
from talekeep.remotes.mirror.ownership import DEFAULT_LABEL
from talekeep.store.dataset import Dataset


def add(
    dataset: Dataset,
    name: str,
    place: Path,
    *,
    label: str = DEFAULT_LABEL,
    i_know: bool = False,
    dry_run: bool = False,
) -> remotes.Listed:
    """Make a bare repository in the folder `place`, a mirror of this clone; nothing is pushed yet.

    Raises:
        Refused: the name is taken, or a sync program looks after the folder (unless `i_know`).
        Usage: git allows no such name. Outside: the folder is missing.
    """
    remotes.add(dataset, name, place, label=label, dry_run=True)
    if dry_run:
        return remotes.Listed(name, BARE.name, str(place), BARE.url(place))
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
        url = BARE.url(target)
        # Plain git takes the path itself, so that `git push` and `git fetch` need nothing of ours.
        dataset.settings.set({("remote", name, "url"): url, ("url", str(target), "insteadOf"): url})
        fetched = f"+refs/heads/*:refs/remotes/{name}/*"
        dataset.settings.set({("remote", name, "fetch"): fetched})
    return remotes.Listed(name, BARE.name, str(target), url)
