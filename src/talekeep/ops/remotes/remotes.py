"""`remote add`, `remote list`, `remote remove`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from talekeep.core.errors import NotFound
from talekeep.core.errors import Outside
from talekeep.core.errors import Problem
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.core.errors import reason_of
from talekeep.ops import Progress
from talekeep.ops import silent
from talekeep.ops.remotes import push_permissions
from talekeep.remotes import addresses
from talekeep.remotes import kinds
from talekeep.remotes.access import NewRemote
from talekeep.remotes.connection import Connection
from talekeep.remotes.kinds import Kind
from talekeep.store.clone.refs import Refs
from talekeep.store.dataset import Dataset
from talekeep.store.files import all_or_none


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
        kind = addresses.kind_of(self.url)
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
    kind: str | None = None,
    label: str = "this",
    recipients: Sequence[str] = (),
    locked_key: bytes | None = None,
    i_know: bool = False,
    dry_run: bool = False,
) -> Listed:
    """Give a place for copies a name; nothing is pushed yet. An address, or a path where a git repository
    is, becomes a git remote; any other folder becomes a mirror.

    Args:
        base: where a relative path is seen from.
        kind: the name of the kind, where the place does not tell.
        label: what this machine is called in a mirror.
        recipients: encrypt the mirror for these keys; `locked_key` is a copy of the key to put there.
        i_know: a bare repository even in a folder that a sync program looks after.

    Raises:
        Refused: the name is taken, or the folder cannot be one (see `remotes.folder.add`).
        Usage: git allows no such name or address. Outside: the folder is missing.
    """
    check_name(name)
    if dataset.settings.get("remote", "url", name) is not None:
        raise Refused(f"the remote {name} exists", f"talekeep remote remove {name}")
    of = addresses.kind_for(str(place), base) if kind is None else kinds.named(kind)
    config = dataset.config
    new = NewRemote(
        name,
        str(place),
        base,
        config.name,
        config.id,
        label=label,
        recipients=tuple(recipients),
        locked_key=locked_key,
        i_know=i_know,
    )
    if dry_run:
        return _row(name, of, of.access.add(dataset, new, dry_run=True).address)
    with (
        dataset.writing("remote add"),
        all_or_none([dataset.settings.path]),
        of.access.adding(dataset, new) as made,
    ):
        # Whoever names a place means to push there.
        allowed = {} if of.in_folder else push_permissions.setting(of.url(made.address))
        dataset.settings.set({**made.settings, **allowed})
    return _row(name, of, made.address)


def check_name(name: str) -> None:
    """Raises: Usage: git allows no such name for a remote."""
    try:
        Refs.branch(name)
    except Refused:
        raise Usage(f"{name!r} is no name for a remote", "letters, digits and - are safe") from None
    if "/" in name:
        raise Usage(f"{name!r} is no name for a remote", "leave the / out")


def _row(name: str, kind: Kind, address: str) -> Listed:
    url = kind.url(address)
    return Listed(
        name, kind.name, address if kind.in_folder else None, url if kind.scheme else addresses.shown(url)
    )


def listed(dataset: Dataset) -> list[Listed]:
    """Every remote of this clone."""
    result = []
    for name in dataset.settings.subsections("remote"):
        url = dataset.settings.get("remote", "url", name) or ""
        kind = addresses.kind_of(url)
        if kind is not None:
            result.append(_row(name, kind, kind.address(url)))
    return sorted(result, key=lambda row: row.name)


def remove(dataset: Dataset, name: str, *, dry_run: bool = False) -> Listed:
    """Forget a remote; what is there stays.

    Raises:
        NotFound: there is none of that name. Outside: the disk failed; the remote is still there, or it is
            gone and some of its branches here are not.
    """
    row = remote_named(dataset, name)
    if not dry_run:
        with dataset.writing("remote remove"):
            with all_or_none([dataset.settings.path]):
                _forget(dataset, row)
            _forget_branches(dataset, name)
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


def _forget(dataset: Dataset, row: Listed) -> None:
    """Remove a remote's settings, and that branches of ours follow it."""
    settings = dataset.settings
    for branch in settings.subsections("branch"):
        if settings.get("branch", "remote", branch) == row.name:
            settings.set({("branch", branch, key): None for key in ("remote", "merge")})
    settings.drop("remote", row.name)
    folder = [("url", row.folder)] if row.folder else []
    settings.set({("remote", row.name, "recipients"): None}, folder)


def _forget_branches(dataset: Dataset, name: str) -> None:
    try:
        dataset.refs.forget_remote(name)
    except (Problem, OSError) as error:
        raise Outside(
            f"{name} is removed, but some of its branches here are not: {reason_of(error)}",
            f"git branch -r lists them; git branch -rd {name}/BRANCH removes one",
        ) from error


def connect_listed(dataset: Dataset, row: Listed, progress: Progress = silent) -> Connection:
    url = dataset.settings.get("remote", "url", row.name) or ""
    return addresses.connect(dataset, row.name, url, progress)


def connected(dataset: Dataset, name: str | None = None) -> Connection:
    """The remote of that name, of whatever kind. Raises: NotFound: no such remote."""
    return connect_listed(dataset, remote_named(dataset, name))


def _names(rows: Sequence[Listed]) -> str:
    return f"remotes: {', '.join(row.name for row in rows)}" if rows else "talekeep remote add NAME FOLDER"
