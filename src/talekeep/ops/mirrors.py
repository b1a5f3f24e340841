"""Remotes, mirrors in folders and git repositories: `remote add/list/remove`, `push`, `fetch`."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path

import talekeep.remotes as remotes
from talekeep.core.errors import NotFound
from talekeep.core.errors import Problem
from talekeep.core.errors import Refused
from talekeep.ops import Progress
from talekeep.ops import allowing
from talekeep.ops import checking
from talekeep.ops import diverging
from talekeep.ops import git_remotes
from talekeep.ops import leaving
from talekeep.ops import plural
from talekeep.ops import silent
from talekeep.remotes import bare
from talekeep.remotes import folder
from talekeep.remotes import git_url
from talekeep.remotes.base import Fetched
from talekeep.remotes.base import Known
from talekeep.remotes.base import Pushed
from talekeep.remotes.base import Remote
from talekeep.remotes.base import Sent
from talekeep.remotes.base import Status
from talekeep.remotes.local import Local
from talekeep.remotes.owning import DEFAULT_LABEL
from talekeep.remotes.setup import Sealing
from talekeep.store.dataset import Dataset
from talekeep.store.files import at_home
from talekeep.store.git import trees
from talekeep.store.git import urls
from talekeep.store.view import Difference

_SCHEME = "talekeep"
_KINDS = {_SCHEME: folder.KIND, f"{_SCHEME}-bare": bare.KIND}


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


@dataclass(frozen=True, slots=True)
class MirrorState:
    """How far a mirror is: `behind` counts commits of this branch it has not, None before the first push.

    `seen_by` is what other machines say they could read of it, the only proof that it was uploaded; `back`
    means that the last push of this clone is no longer there, or not there yet.
    """

    name: str
    folder: str
    behind: int | None
    push: int | None
    summary: str
    seen_by: tuple[Known, ...] = ()
    back: bool = False


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
    if dataset.repo.settings.get("remote", "url", name) is not None:
        raise Refused(f"the remote {name} exists", f"talekeep remote remove {name}")
    if git_remotes.is_repository(place, base):
        return _add_git(dataset, name, str(place), base, dry_run=dry_run)
    where = base / at_home(place)
    if dry_run:
        return Listed(name, folder.KIND, str(where), f"{_SCHEME}::{where}")
    with dataset.writing("remote add"):
        mirror = folder.add(
            dataset.repo,
            name,
            where,
            dataset=dataset.config.name,
            dataset_id=dataset.config.id,
            label=label,
            sealing=sealing,
        )
        row = Listed(name, folder.KIND, str(mirror.folder), f"{_SCHEME}::{mirror.folder}")
        dataset.repo.settings.set(git_url.settings(name, row.url))
    return row


def _add_git(dataset: Dataset, name: str, text: str, base: Path, *, dry_run: bool) -> Listed:
    found = git_remotes.locate(dataset, text, base)
    if not dry_run:
        with dataset.writing("remote add"):
            # Whoever names a place means to push there.
            allowed = allowing.setting(found.url)
            dataset.repo.settings.set({**git_url.settings(name, found.url), **allowed})
    return Listed(name, git_url.KIND, None, urls.shown(found.url))


def listed(dataset: Dataset) -> list[Listed]:
    """Every remote of this clone."""
    found = []
    for name in dataset.repo.settings.subsections("remote"):
        url = dataset.repo.settings.get("remote", "url", name) or ""
        ours = remotes.split(url)
        if ours is not None:
            found.append(Listed(name, _KINDS[ours[0]], ours[1], url))
        elif remotes.is_git(url):
            found.append(Listed(name, git_url.KIND, None, urls.shown(url)))
    return sorted(found, key=lambda row: row.name)


def remove(dataset: Dataset, name: str, *, dry_run: bool = False) -> Listed:
    """Forget a remote; what is there stays.

    Raises:
        NotFound: there is none of that name.
    """
    row = _named(dataset, name)
    if not dry_run:
        with dataset.writing("remote remove"):
            git_remotes.forget(dataset.repo, name)
            gone = [("remote", name, "recipients"), ("url", row.folder or "", "insteadOf")]
            dataset.repo.settings.set(dict.fromkeys(gone if row.folder else gone[:1]))
    return row


def _named(dataset: Dataset, name: str | None) -> Listed:
    rows = listed(dataset)
    if name is None and len(rows) == 1:
        return rows[0]
    if name is None:
        said = "there is no remote yet" if not rows else f"{len(rows)} remotes: name one"
        raise NotFound(said, _names(rows))
    for row in rows:
        if row.name == name:
            return row
    raise NotFound(f"there is no remote {name}", _names(rows))


def _remote(dataset: Dataset, row: Listed, progress: Progress = silent) -> Remote:
    return remotes.connect(row.name, dataset.repo.settings.get("remote", "url", row.name) or "", progress)


def connected(dataset: Dataset, name: str | None = None) -> Remote:
    """The remote of that name, of whatever kind. Raises: NotFound: no such remote."""
    return _remote(dataset, _named(dataset, name))


def _names(rows: Sequence[Listed]) -> str:
    return f"remotes: {', '.join(row.name for row in rows)}" if rows else "talekeep remote add NAME FOLDER"


def state(dataset: Dataset, name: str | None = None) -> MirrorState:
    """How far one remote is.

    Raises:
        NotFound: no such mirror.
    """
    return _state(dataset, _named(dataset, name))


def look(dataset: Dataset, name: str | None = None) -> Status:
    """What is in a mirror's folder, told by names, sizes and manifests, or what a git repository offers;
    nothing else is read.

    Raises:
        NotFound: no such remote. Outside: the folder is missing, the repository cannot be reached.
    """
    return _remote(dataset, _named(dataset, name)).describe(dataset.repo)


def push(
    dataset: Dataset, name: str | None = None, *, full: bool = False, progress: Progress = silent
) -> Pushed | Sent:
    """Save every branch and tag to a mirror, or push this branch and its tags to a git repository, after
    validating what has not been validated yet.

    Raises:
        Invalid: the last commit has an error. NotFound: no such remote. Refused, Outside: see `Remote.push`.
    """
    row = _named(dataset, name)
    if row.kind == git_url.KIND:
        return _push_git(dataset, row, progress)
    require_validated_head(dataset)
    entries = dataset.count(dataset.at("HEAD")) if dataset.repo.head() else None
    with dataset.writing("push"):
        return _remote(dataset, row, progress).push(dataset.repo, entries=entries, full=full)


def _push_git(dataset: Dataset, row: Listed, progress: Progress) -> Sent:
    git_remotes.require_allowed(dataset, row.name)
    require_validated_head(dataset)
    url, head = dataset.repo.settings.get("remote", "url", row.name) or "", dataset.repo.head()
    said = leaving.look(dataset, url, row.name, [head] if head else [])
    with dataset.writing("push"):
        done = _remote(dataset, row, progress).push(dataset.repo)
    assert isinstance(done, Sent)
    return replace(done, notes=(*([said] if said else []), *done.notes))


def require_validated_head(dataset: Dataset) -> None:
    """Validate the last commit unless that has been done.

    Raises:
        Invalid: it has an error.
    """
    tree = dataset.head_tree()
    seen = dataset.of_tree(tree)
    if not checking.is_validated(dataset, seen, tree):
        checking.require_valid(dataset, Difference(dataset.of_tree(trees.EMPTY), seen))
        checking.remember(dataset, seen, tree, None)


def fetch(dataset: Dataset, name: str | None = None, *, progress: Progress = silent) -> Fetched:
    """Bring what others saved or pushed into `refs/remotes/NAME/…`; branches and files stay as they are.

    Raises:
        NotFound: no such remote, or it is empty. Refused, Outside: see `Remote.fetch`.
    """
    row = _named(dataset, name)
    with dataset.writing("fetch"):
        done = _remote(dataset, row, progress).fetch(dataset.repo)
    return replace(done, notes=(*done.notes, *diverging.apart(dataset, row.name)))


def mirror_states(dataset: Dataset) -> list[MirrorState]:
    """What each mirror holds, told by names and sizes; a folder that is away is said to be. Git remotes are
    left out: what they hold now, only they could tell."""
    return [_state(dataset, row) for row in listed(dataset) if row.kind != git_url.KIND]


def _state(dataset: Dataset, row: Listed) -> MirrorState:
    if row.kind == git_url.KIND:
        return _git_state(dataset, row)
    behind = _behind(dataset, row.name)
    try:
        found = _remote(dataset, row).describe(dataset.repo)
    except Problem as problem:
        return MirrorState(row.name, row.place, behind, None, problem.message)
    mine = next((w.number for w in found.writers if w.mine), None)
    if row.kind == bare.KIND and behind is not None:
        said = f"{plural(behind, 'commit')} behind" if behind else "all of it is there"
    elif mine is None or behind is None:
        said = "nothing saved there yet"
    elif behind:
        said = f"{plural(behind, 'commit')} behind (push {mine} is there)"
    else:
        said = f"push {mine} is there, nothing newer here"
    gone = diverging.gone_back(dataset, row.name, mine or 0) if row.kind == folder.KIND else None
    said = gone or said
    seen = [f"{known.writer} has seen push {known.number}" for known in found.seen_by]
    said = "; ".join([said, *seen])
    return MirrorState(
        row.name, row.place, behind if mine else None, mine, said, found.seen_by, gone is not None
    )


def _git_state(dataset: Dataset, row: Listed) -> MirrorState:
    """By what the last push or fetch left here; nothing is asked of the other repository."""
    behind = diverging.beyond(dataset, f"refs/remotes/{row.name}/")
    said = "nothing of it was fetched yet" if behind is None else f"{plural(behind, 'commit')} not there"
    return MirrorState(row.name, row.place, behind, None, f"{said} (when it was last asked)")


def _behind(dataset: Dataset, name: str) -> int | None:
    if (dataset.repo.settings.get("remote", "url", name) or "").startswith(f"{_SCHEME}-bare::"):
        return diverging.beyond(dataset, f"refs/remotes/{name}/")
    writer = Local(dataset.repo.git_dir, name).journal().writer
    return diverging.beyond(dataset, f"refs/remotes/{name}/{writer}/") if writer else None
