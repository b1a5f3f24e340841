"""Mirrors: `remote add/list/remove`, `push`, `fetch`, `clone`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import talekeep.remotes as remotes
from talekeep.core.errors import NotFound
from talekeep.core.errors import Problem
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.ops import checking
from talekeep.ops import plural
from talekeep.remotes import folder
from talekeep.remotes import reading
from talekeep.remotes.base import Fetched
from talekeep.remotes.base import Known
from talekeep.remotes.base import Pushed
from talekeep.remotes.base import Remote
from talekeep.remotes.base import Restored
from talekeep.remotes.base import Status
from talekeep.remotes.checking import describe
from talekeep.remotes.local import Local
from talekeep.remotes.owning import DEFAULT_LABEL
from talekeep.remotes.setting import Setting
from talekeep.remotes.setup import find
from talekeep.store import setup as wiring
from talekeep.store.dataset import Dataset
from talekeep.store.git import index
from talekeep.store.git import trees
from talekeep.store.git.repository import Repository

_SCHEME = "talekeep"


@dataclass(frozen=True, slots=True)
class Listed:
    name: str
    kind: str
    folder: str


@dataclass(frozen=True, slots=True)
class MirrorState:
    """How far a mirror is: `behind` counts commits of this branch it has not, None before the first push.

    `seen_by` is what other machines say they could read of it, the only proof that it was uploaded.
    """

    name: str
    folder: str
    behind: int | None
    push: int | None
    summary: str
    seen_by: tuple[Known, ...] = ()


def add(
    dataset: Dataset, name: str, place: Path, *, label: str = DEFAULT_LABEL, dry_run: bool = False
) -> Listed:
    """Make the folder `place` a place for copies, under a name; nothing is pushed yet.

    Raises:
        Refused: the name is taken, or the folder cannot be one (see `remotes.folder.add`).
        Usage: git allows no such name. Outside: the folder is missing.
    """
    _check_name(dataset, name)
    if dry_run:
        return Listed(name, folder.KIND, str(place))
    with dataset.writing("remote add"):
        mirror = folder.add(
            dataset.repo,
            name,
            place,
            dataset=dataset.config.name,
            dataset_id=dataset.config.id,
            label=label,
        )
        dataset.repo.settings.set({("remote", name, "url"): f"{_SCHEME}::{mirror.folder}"})
    return Listed(name, folder.KIND, str(mirror.folder))


def _check_name(dataset: Dataset, name: str) -> None:
    try:
        dataset.repo.branch_ref(name)
    except Refused:
        raise Usage(f"{name!r} is no name for a remote", "letters, digits and - are safe") from None
    if "/" in name:
        raise Usage(f"{name!r} is no name for a remote", "leave the / out")
    if dataset.repo.settings.get("remote", "url", name) is not None:
        raise Refused(f"the remote {name} exists", f"talekeep remote remove {name}")


def listed(dataset: Dataset) -> list[Listed]:
    """Every mirror of this clone."""
    found = []
    for name in dataset.repo.settings.subsections("remote"):
        address = remotes.split(dataset.repo.settings.get("remote", "url", name) or "")
        if address is not None:
            found.append(Listed(name, folder.KIND, address[1]))
    return sorted(found, key=lambda row: row.name)


def remove(dataset: Dataset, name: str, *, dry_run: bool = False) -> Listed:
    """Forget a mirror; the files in its folder stay.

    Raises:
        NotFound: there is none of that name.
    """
    row = _named(dataset, name)
    if not dry_run:
        with dataset.writing("remote remove"):
            dataset.repo.settings.set({("remote", name, "url"): None})
            for ref, value in dataset.repo.refs_under(f"refs/remotes/{name}/").items():
                dataset.repo.set_ref(ref, None, value)
    return row


def _named(dataset: Dataset, name: str | None) -> Listed:
    rows = listed(dataset)
    if name is None and len(rows) == 1:
        return rows[0]
    if name is None:
        said = "there is no mirror yet" if not rows else f"{len(rows)} mirrors: name one"
        raise NotFound(said, "talekeep remote add NAME FOLDER" if not rows else _names(rows))
    for row in rows:
        if row.name == name:
            return row
    raise NotFound(f"there is no mirror {name}", _names(rows))


def _remote(row: Listed) -> Remote:
    return remotes.connect(row.name, f"{_SCHEME}::{row.folder}")


def folder_mirror(dataset: Dataset, name: str | None = None) -> folder.FolderMirror:
    """The mirror folder of that name.

    Raises:
        NotFound: no such mirror. Usage: it is a remote of another kind.
    """
    found = _remote(_named(dataset, name))
    if not isinstance(found, folder.FolderMirror):
        raise Usage(f"{name} is no mirror folder", "talekeep remote list")
    return found


def _names(rows: Sequence[Listed]) -> str:
    return f"mirrors: {', '.join(row.name for row in rows)}" if rows else "talekeep remote add NAME FOLDER"


def state(dataset: Dataset, name: str | None = None) -> MirrorState:
    """How far one mirror is.

    Raises:
        NotFound: no such mirror.
    """
    return _state(dataset, _named(dataset, name))


def look(dataset: Dataset, name: str | None = None) -> Status:
    """What is in a mirror's folder, told by names, sizes and manifests; nothing else is read.

    Raises:
        NotFound: no such mirror. Outside: the folder is missing.
    """
    return _remote(_named(dataset, name)).describe(dataset.repo)


def look_at(source: Path) -> Status:
    """The same for a folder that no dataset here knows.

    Raises:
        NotFound: no mirror is there.
    """
    return describe(find(Setting().disk, source), Setting(), None)


def push(dataset: Dataset, name: str | None = None, *, full: bool = False) -> Pushed:
    """Save every branch and tag to a mirror, after validating what has not been validated yet.

    Raises:
        Invalid: the last commit has an error. NotFound: no such mirror. Refused, Outside: see `Remote.push`.
    """
    row = _named(dataset, name)
    require_validated_head(dataset)
    entries = dataset.count(dataset.at("HEAD")) if dataset.repo.head() else None
    with dataset.writing("push"):
        return _remote(row).push(dataset.repo, entries=entries, full=full)


def require_validated_head(dataset: Dataset) -> None:
    """Validate the last commit unless that has been done.

    Raises:
        Invalid: it has an error.
    """
    tree = dataset.head_tree()
    seen = dataset.of_tree(tree)
    if not checking.is_validated(dataset, seen, tree):
        checking.require_valid(dataset, seen, dataset.of_tree(trees.EMPTY))
        checking.remember(dataset, seen, tree, None)


def fetch(dataset: Dataset, name: str | None = None) -> Fetched:
    """Bring what other machines saved into `refs/remotes/NAME/…`; branches and files stay as they are.

    Raises:
        NotFound: no such mirror, or it is empty. Refused, Outside: see `Remote.fetch`.
    """
    row = _named(dataset, name)
    with dataset.writing("fetch"):
        return _remote(row).fetch(dataset.repo)


def clone(source: Path, target: Path, *, name: str = "backup") -> Restored:
    """Make the dataset anew from a mirror: files, history, hooks, and the mirror as a remote.

    Raises:
        NotFound: no mirror there, or nothing whole in it. Refused: `target` is in use.
        Outside: the disk failed. In each case nothing is left at `target`.
    """
    if (source / "HEAD").is_file() or (source / ".git").exists():
        raise Usage(
            f"{source} is a git repository, not a mirror folder",
            f"git clone {source} {target} && talekeep -C {target} setup",
        )
    mirror = find(Setting().disk, source)

    def prepare(repo: Repository) -> None:
        _check_out(repo)
        repo.settings.set({("remote", name, "url"): f"{_SCHEME}::{mirror}"})
        wiring.install(repo)

    done = reading.restore(source, target, Setting(), remote=name, prepare=prepare)
    with Dataset.open(target) as dataset:
        try:
            require_validated_head(dataset)
        except checking.Invalid:
            # Saved as it was, restored as it was; `status` says that it is not validated.
            return done
    return done


def _check_out(repo: Repository) -> None:
    head = repo.head()
    files = trees.listing(repo, repo.commit(head).tree) if head else {}
    for path, oid in files.items():
        place = repo.path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(repo.blob(oid))
    index.update(repo, dict(files))


def mirror_states(dataset: Dataset) -> list[MirrorState]:
    """What each mirror holds, told by names and sizes; a folder that is away is said to be."""
    return [_state(dataset, row) for row in listed(dataset)]


def _state(dataset: Dataset, row: Listed) -> MirrorState:
    behind = _behind(dataset, row.name)
    try:
        found = _remote(row).describe(dataset.repo)
    except Problem as problem:
        return MirrorState(row.name, row.folder, behind, None, problem.message)
    mine = next((w.number for w in found.writers if w.mine), None)
    if mine is None or behind is None:
        said = "nothing saved there yet"
    elif behind:
        said = f"{plural(behind, 'commit')} behind (push {mine} is there)"
    else:
        said = f"push {mine} is there, nothing newer here"
    seen = [f"{known.writer} has seen push {known.number}" for known in found.seen_by]
    said = "; ".join([said, *seen])
    return MirrorState(row.name, row.folder, behind if mine else None, mine, said, found.seen_by)


def _behind(dataset: Dataset, name: str) -> int | None:
    writer = Local(dataset.repo.git_dir, name).journal().writer
    branch, head = dataset.repo.head_ref(), dataset.repo.head()
    if not writer or branch is None or head is None:
        return None
    saved = dataset.repo.refs_under(f"refs/remotes/{name}/{writer}/")
    if not saved:
        return None
    return dataset.repo.count_beyond(head, list(saved.values()))
