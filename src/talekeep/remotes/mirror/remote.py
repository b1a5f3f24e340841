"""A mirror in a folder that some sync client uploads: the remote kind `folder`."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

from talekeep.remotes.base import Checked
from talekeep.remotes.base import Fetched
from talekeep.remotes.base import Forgotten
from talekeep.remotes.base import Pruned
from talekeep.remotes.base import Pushed
from talekeep.remotes.base import Status
from talekeep.remotes.encryption.keys import joined_recipients
from talekeep.remotes.encryption.keys import keep
from talekeep.remotes.encryption.keys import recipients_of
from talekeep.remotes.encryption.keys import set_recipients
from talekeep.remotes.mirror.environment import Setting
from talekeep.remotes.mirror.reader import check as checking
from talekeep.remotes.mirror.reader import fetch as reading
from talekeep.remotes.mirror.setup import Sealing
from talekeep.remotes.mirror.setup import require_store
from talekeep.remotes.mirror.setup import set_up
from talekeep.remotes.mirror.writer import forget_machine as forgetting
from talekeep.remotes.mirror.writer import prune as pruning
from talekeep.remotes.mirror.writer import push as pushing
from talekeep.remotes.mirror.writer.journal import Journal
from talekeep.remotes.mirror.writer.journal import Local
from talekeep.remotes.mirror.writer.journal import check_label
from talekeep.remotes.mirror.writer.ownership import DEFAULT_LABEL
from talekeep.store.files import at_home
from talekeep.store.git.repository import Repository
from talekeep.store.scratch import scratch_folder

KIND = "folder"


@dataclass(frozen=True, slots=True)
class FolderMirror:
    """The mirror at `folder` (the `…-backup` folder itself), known to the repository as `name`.

    Whoever pushes or fetches holds the dataset's writer lock, because refs move.
    """

    name: str
    folder: Path
    setting: Setting = field(default_factory=Setting)
    kind: str = KIND

    def push(self, repo: Repository, *, entries: int | None = None, full: bool = False) -> Pushed:
        """See `push.push`."""
        return pushing.push(repo, self.folder, self.name, self.setting, entries=entries, full=full)

    def fetch(self, repo: Repository) -> Fetched:
        """See `fetch.fetch`."""
        return reading.fetch(repo, self.folder, self.name, self.setting)

    def describe(self, repo: Repository) -> Status:
        """See `check.describe`."""
        writer = Local(repo.git_dir, self.name).writer(self.setting.machine())
        return checking.describe(self.folder, self.setting, writer)

    def check(self, *, restore: bool = False, everything: bool = False) -> Checked:
        """See `check.check`; the scratch folder is in the system's temporary folder."""
        with scratch_folder() as scratch:
            return checking.check(self.folder, self.setting, scratch, restore=restore, everything=everything)

    def prune(self, repo: Repository, generations: int, days: int, *, carry_out: bool) -> Pruned:
        """See `prune.prune`."""
        retention = pruning.Retention(generations, days)
        return pruning.prune(repo, self.folder, self.name, self.setting, retention, carry_out=carry_out)

    def clear(self, repo: Repository) -> Pruned:
        """See `prune.BY_ITSELF`."""
        setting, retention = self.setting, pruning.BY_ITSELF
        return pruning.prune(repo, self.folder, self.name, setting, retention, carry_out=True)

    def forget_machine(self, repo: Repository, machine: str, *, carry_out: bool) -> Forgotten:
        """See `forget_machine.forget`."""
        return forgetting.forget(repo, self.folder, self.name, machine, self.setting, carry_out=carry_out)

    def recipients(self, repo: Repository) -> tuple[str, ...]:
        """For whom pushes are encrypted."""
        return recipients_of(repo, self.name)

    def set_recipients(self, repo: Repository, recipients: Sequence[str]) -> None:
        """Encrypt for these from the next push on."""
        set_recipients(repo, self.name, recipients)

    def keep_key(self, repo: Repository, key: str) -> None:
        """Keep the key on this machine, under the mirror's id."""
        store = Local(repo.git_dir, self.name).journal().store
        if store:
            keep(self.setting.keys(), store, key)


def add(
    repo: Repository,
    name: str,
    place: Path,
    *,
    dataset: str,
    dataset_id: str = "",
    label: str = DEFAULT_LABEL,
    sealing: Sealing | None = None,
    setting: Setting | None = None,
) -> FolderMirror:
    """Make a mirror of this dataset in a folder the user named, or join the one that is there.

    Of the repository's configuration only the recipients of an encrypted mirror are set; the caller records
    `mirror.folder` under `name`.

    Args:
        place: an existing folder, for example `~/Dropbox/Backups`.
        dataset: the dataset's name; a new mirror is `<place>/<name>-backup`.
        dataset_id: a mirror of another dataset is not joined.
        sealing: make a new, encrypted one. One that is there and encrypted is joined if its key is here.
        label: what this machine is called there; others who share the folder can read it.

    Raises:
        Usage: a label that cannot stand in a folder name.
        Outside, Refused: see `setup.set_up`.
    """
    setting = setting or Setting()
    check_label(label)
    local = Local(repo.git_dir, name)
    place = Path(os.path.abspath(at_home(place)))  # noqa: PTH100 (links in the path stay as the user has them)
    with local.locked(f"remote add {name}"), local.staging() as staging:
        folder = set_up(place, dataset, repo.path, staging, setting, dataset_id, sealing)
        there = require_store(setting.disk, folder, None)
        store = there.store
        joined = joined_recipients(setting.keys(), folder, there) if sealing is None else sealing.recipients
        set_recipients(repo, name, joined)
        if local.journal().store != store:
            local.save(Journal(store=store))
        local.set_label(label)
    return FolderMirror(name, folder, setting)
