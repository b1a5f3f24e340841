"""Mirror folders as a kind of remote: added, cloned from, and completed where a setting is missing."""

import contextlib
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path

from talekeep.core.errors import Problem
from talekeep.core.progress import Progress
from talekeep.remotes.access import Access
from talekeep.remotes.access import Made
from talekeep.remotes.access import NewRemote
from talekeep.remotes.access import Prepare
from talekeep.remotes.access import Settings
from talekeep.remotes.access import remote_settings
from talekeep.remotes.base import Restored
from talekeep.remotes.base import Status
from talekeep.remotes.encryption import keys
from talekeep.remotes.mirror import remote
from talekeep.remotes.mirror.environment import Setting
from talekeep.remotes.mirror.reader import fetch
from talekeep.remotes.mirror.reader.check import describe
from talekeep.remotes.mirror.setup import Sealing
from talekeep.remotes.mirror.setup import find
from talekeep.remotes.mirror.setup import stores
from talekeep.remotes.mirror.setup import whole_or_gone
from talekeep.remotes.mirror.writer.journal import Local
from talekeep.store.clone.clone import Clone
from talekeep.store.files import at_home
from talekeep.store.git.repository import Repository


class FolderAccess(Access):
    def address(self, place: str, base: Path) -> str:
        return str((base / at_home(super().address(place, base))).resolve())

    def shown(self, place: str, base: Path) -> str:
        return self.address(place, base)

    def add(self, clone: Clone, new: NewRemote, *, dry_run: bool = False) -> Made:
        """Raises: Refused, Outside: see `mirror.remote.add`."""
        where = self._folder(new)
        if dry_run:
            return Made(str(where), {})
        sealing = Sealing(new.recipients, new.locked_key) if new.recipients else None
        mirror = remote.add(
            clone.repo,
            new.name,
            where,
            dataset=new.dataset,
            dataset_id=new.dataset_id,
            label=new.label,
            sealing=sealing,
        )
        return Made(str(mirror.folder), remote_settings(new.name, self.url(mirror.folder)))

    @contextlib.contextmanager
    def adding(self, clone: Clone, new: NewRemote) -> Iterator[Made]:
        with whole_or_gone(Setting().disk, self._folder(new), new.dataset):
            yield self.add(clone, new)

    def _folder(self, new: NewRemote) -> Path:
        return new.base / at_home(super().address(new.place, new.base))

    def clone(
        self, place: str, target: Path, *, base: Path, name: str, prepare: Prepare, progress: Progress
    ) -> Restored:
        setting = Setting()
        mirror = find(setting.disk, Path(self.address(place, base)))

        def fill(repo: Repository) -> None:
            prepare(Clone(repo))
            repo.settings.set(remote_settings(name, self.url(mirror)))
            for store in stores(setting.disk, mirror)[:1]:
                keys.set_recipients(repo, name, keys.joined_recipients(setting.keys(), mirror, store))

        return fetch.restore(Path(self.address(place, base)), target, setting, remote=name, prepare=fill)

    def default_target(self, place: str, base: Path) -> str:
        """Named after the mirror, also where the folder that holds it was given."""
        mirror = Path(self.address(place, base))
        # What is wrong with the place, `clone` itself says.
        with contextlib.suppress(Problem):
            mirror = find(Setting().disk, mirror)
        return super().default_target(str(mirror), base)

    def look(self, place: str, base: Path) -> Status:
        setting = Setting()
        return describe(find(setting.disk, Path(self.address(place, base))), setting, None)

    def missing(self, clone: Clone, name: str, address: str) -> Settings:
        """What `git fetch` brings, and for whom an encrypted mirror is written, if a key of it is here."""
        result: dict[tuple[str, str | None, str], str | None] = {}
        fetched = ("remote", name, "fetch")
        if clone.settings.get("remote", "fetch", name) is None:
            result[fetched] = remote_settings(name, self.url(address))[fetched]
        setting, place = Setting(), Path(address)
        try:
            mirror = find(setting.disk, place)
        except Problem:
            # A disk that is not plugged in, perhaps; `push` and `status` say what is amiss.
            return result
        if mirror != place:
            result["remote", name, "url"] = self.url(mirror)
        recipients = () if keys.recipients_of(clone.repo, name) else _recipients(mirror, setting)
        if recipients:
            result["remote", name, "recipients"] = " ".join(recipients)
        return result

    def writer(self, clone: Clone, name: str) -> str | None:
        return Local(clone.repo.git_dir, name).journal().writer

    def last_push(self, clone: Clone, name: str) -> int:
        return Local(clone.repo.git_dir, name).journal().number


def _recipients(mirror: Path, setting: Setting) -> Sequence[str]:
    known = [store for store in stores(setting.disk, mirror) if keys.identities(setting.keys(), store.store)]
    return keys.joined_recipients(setting.keys(), mirror, known[0]) if known else ()
