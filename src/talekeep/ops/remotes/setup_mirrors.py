"""What a mirror needs in `.git/config` and lacks where `git clone` or an older Talekeep made it a remote."""

from collections.abc import Iterator
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from talekeep.core.errors import Problem
from talekeep.ops.remotes.remotes import Listed
from talekeep.ops.remotes.remotes import listed
from talekeep.remotes import git
from talekeep.remotes.encryption import keys
from talekeep.remotes.kinds import FOLDER
from talekeep.remotes.mirror.environment import Setting
from talekeep.remotes.mirror.setup import find
from talekeep.remotes.mirror.setup import stores
from talekeep.store.dataset import Dataset
from talekeep.store.git.repository import Repository

_Settings: TypeAlias = Mapping[tuple[str, str | None, str], str | None]


def faults(dataset: Dataset) -> list[str]:
    """What is missing, a sentence each."""
    return [f"remote.{name}.{key} is not as this mirror needs it" for _, name, key in _lacking(dataset)]


def complete(dataset: Dataset) -> None:
    """Set what is missing: what `git fetch` brings, and for whom an encrypted mirror is written, if a key of
    it is on this machine."""
    lacking = _lacking(dataset)
    if lacking:
        with dataset.writing("setup"):
            dataset.settings.set(lacking)


def _lacking(dataset: Dataset) -> _Settings:
    rows = [row for row in listed(dataset) if row.of is FOLDER]
    return {key: value for row in rows for key, value in _missing(dataset.repo, row)}


def _missing(repo: Repository, row: Listed) -> Iterator[tuple[tuple[str, str | None, str], str]]:
    fetched = ("remote", row.name, "fetch")
    if repo.settings.get("remote", "fetch", row.name) is None:
        yield fetched, git.settings(row.name, row.url)[fetched] or ""
    setting, place = Setting(), Path(row.folder or "")
    try:
        mirror = find(setting.disk, place)
    except Problem:
        # A disk that is not plugged in, perhaps; `push` and `status` say what is amiss.
        return
    if mirror != place:
        yield ("remote", row.name, "url"), FOLDER.url(mirror)
    recipients = () if keys.recipients_of(repo, row.name) else _recipients(mirror, setting)
    if recipients:
        yield ("remote", row.name, "recipients"), " ".join(recipients)


def _recipients(mirror: Path, setting: Setting) -> tuple[str, ...]:
    known = [store for store in stores(setting.disk, mirror) if keys.identities(setting.keys(), store.store)]
    return keys.joined_recipients(setting.keys(), mirror, known[0]) if known else ()
