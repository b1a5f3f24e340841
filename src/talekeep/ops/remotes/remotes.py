"""Remotes, mirrors in folders and git repositories: `remote add/list/remove`, `push`, `fetch`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import talekeep.remotes as remotes
from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.ops import Progress
from talekeep.ops import silent
from talekeep.ops.remotes import git_remotes
from talekeep.ops.remotes import push_permissions
from talekeep.remotes import git
from talekeep.remotes.base import Remote
from talekeep.remotes.kinds import FOLDER
from talekeep.remotes.kinds import GIT
from talekeep.remotes.kinds import Kind
from talekeep.remotes.mirror import remote
from talekeep.remotes.mirror.environment import Setting
from talekeep.remotes.mirror.ownership import DEFAULT_LABEL
from talekeep.remotes.mirror.setup import Sealing
from talekeep.remotes.mirror.setup import whole_or_gone
from talekeep.store.dataset import Dataset
from talekeep.store.files import all_or_none
from talekeep.store.files import at_home
from talekeep.store.git import urls


@dataclass(frozen=True, slots=True)
class Listed:
    """A remote: a mirror in a `folder`, or a git repository at a `url` (shown without secrets)."""

    name: str
    kind: str
    folder: str | None
    url: str

    @property
    def place(self) -> str:
        return self.folder or self.url

    @property
    def of(self) -> Kind:
        """What is known of its kind."""
        kind = remotes.kind_of(self.url)
        assert kind is not None
        return kind


@dataclass(frozen=True, slots=True)
class Remotes:
    """Remotes of this clone."""

    remotes: list[Listed]


def add(
    dataset: Dataset,
    name: str,
    place: Path | str,
    *,
    base: Path = Path(),
    label: str = DEFAULT_LABEL,
    sealing: Sealing | None = None,
    dry_run: bool = False,
) -> Listed:
    """Give a place for copies a name; nothing is pushed yet. An address, or a path where a git repository
    is, becomes a git remote; any other folder becomes a mirror.

    Args:
        base: where a relative path is seen from.

    Raises:
        Refused: the name is taken, or the folder cannot be one (see `remotes.folder.add`).
        Usage: git allows no such name or address. Outside: the folder is missing.
    """
    git_remotes.check_name(name)
    if dataset.settings.get("remote", "url", name) is not None:
        raise Refused(f"the remote {name} exists", f"talekeep remote remove {name}")
    if git_remotes.is_repository(place, base):
        return _add_git(dataset, name, str(place), base, dry_run=dry_run)
    where = base / at_home(place)
    if dry_run:
        return Listed(name, FOLDER.name, str(where), FOLDER.url(where))
    setting = Setting()
    with (
        dataset.writing("remote add"),
        all_or_none([dataset.settings.path]),
        whole_or_gone(setting.disk, where, dataset.config.name),
    ):
        mirror = remote.add(
            dataset.repo,
            name,
            where,
            dataset=dataset.config.name,
            dataset_id=dataset.config.id,
            label=label,
            sealing=sealing,
            setting=setting,
        )
        row = Listed(name, FOLDER.name, str(mirror.folder), FOLDER.url(mirror.folder))
        dataset.settings.set(git.settings(name, row.url))
    return row


def _add_git(dataset: Dataset, name: str, text: str, base: Path, *, dry_run: bool) -> Listed:
    result = git_remotes.locate(dataset, text, base)
    if not dry_run:
        with dataset.writing("remote add"):
            # Whoever names a place means to push there.
            allowed = push_permissions.setting(result.url)
            dataset.settings.set({**git.settings(name, result.url), **allowed})
    return Listed(name, GIT.name, None, urls.shown(result.url))


def listed(dataset: Dataset) -> list[Listed]:
    """Every remote of this clone."""
    result = []
    for name in dataset.settings.subsections("remote"):
        url = dataset.settings.get("remote", "url", name) or ""
        kind = remotes.kind_of(url)
        if kind is not None:
            folder = kind.address(url) if kind.in_folder else None
            result.append(Listed(name, kind.name, folder, url if kind.scheme else urls.shown(url)))
    return sorted(result, key=lambda row: row.name)


def remove(dataset: Dataset, name: str, *, dry_run: bool = False) -> Listed:
    """Forget a remote; what is there stays.

    Raises:
        NotFound: there is none of that name.
    """
    row = remote_named(dataset, name)
    if not dry_run:
        with dataset.writing("remote remove"):
            git_remotes.forget(dataset.repo, name)
            folder = [("url", row.folder)] if row.folder else []
            dataset.settings.set({("remote", name, "recipients"): None}, folder)
    return row


def remote_named(dataset: Dataset, name: str | None) -> Listed:
    rows = listed(dataset)
    if name is None and len(rows) == 1:
        return rows[0]
    if name is None:
        text = "there is no remote yet" if not rows else f"{len(rows)} remotes: name one"
        raise NotFound(text, _names(rows))
    for row in rows:
        if row.name == name:
            return row
    raise NotFound(f"there is no remote {name}", _names(rows))


def connect_listed(dataset: Dataset, row: Listed, progress: Progress = silent) -> Remote:
    return remotes.connect(row.name, dataset.settings.get("remote", "url", row.name) or "", progress)


def connected(dataset: Dataset, name: str | None = None) -> Remote:
    """The remote of that name, of whatever kind. Raises: NotFound: no such remote."""
    return connect_listed(dataset, remote_named(dataset, name))


def _names(rows: Sequence[Listed]) -> str:
    return f"remotes: {', '.join(row.name for row in rows)}" if rows else "talekeep remote add NAME FOLDER"
