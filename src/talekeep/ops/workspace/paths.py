"""Where a dataset lies (a git repository that a sync program moves about gets damaged), and where files that
are made from it may go."""

import os
import shlex
from pathlib import Path

from talekeep.core.errors import Refused
from talekeep.remotes.mirror.folder import sync_clients
from talekeep.store.dataset import Dataset
from talekeep.store.view import View

_OWN = ("entries", "sidecars", "library", ".git", "talekeep.toml", "README.md")


def warnings(path: Path) -> list[str]:
    """What is wrong with having a dataset at `path`, in sentences; nothing in most places."""
    program = sync_clients.sync_root(path, Path.home(), os.environ)
    if program is None:
        return []
    return [
        f"{path} lies in a folder that {program} syncs, which damages git repositories; keep the dataset "
        "outside and mirror it into that folder (talekeep remote add)"
    ]


def copies_beside(view: View) -> list[str]:
    """What to do with each copy that a sync program made beside a file of the dataset, a sentence each."""
    return [
        f"{copy} is a copy that a sync program made of {original}; it is not counted and not committed. "
        f"Compare them (git diff --no-index {shlex.quote(original)} {shlex.quote(copy)}), "
        f"then remove it: rm {shlex.quote(copy)}"
        for copy, original in sorted(view.copies.items())
    ]


def require_regular(target: Path) -> None:
    """See that nothing but a regular file would be replaced at `target`.

    Raises:
        Refused: it is a link, a device, a pipe or a socket.
    """
    if target.is_symlink():
        leads = target.resolve() if target.exists() else "nothing"
        raise Refused(f"{target} is a link to {leads}", "name the file itself")
    if target.exists() and not target.is_file() and not target.is_dir():
        raise Refused(f"{target} is no regular file", "name a file, or - for standard output")


def require_free(dataset: Dataset, target: Path, *, force: bool) -> None:
    """See that a file may be written at `target`.

    Raises:
        Refused: it exists (without `force`), is a folder or no regular file, belongs to the dataset, or its
        folder is absent.
    """
    require_regular(target)
    place = target.resolve()
    top = dataset.path.resolve()
    if place.is_relative_to(top):
        inside = place.relative_to(top).as_posix()
        if inside.split("/")[0] in _OWN or inside in dataset.staged().files:
            raise Refused(f"{target} belongs to the dataset", "name a file in another folder")
    if place.is_dir():
        raise Refused(f"{target} is a folder", f"name a file: {target / 'dataset.jsonl'}")
    if place.exists() and not force:
        raise Refused(f"{target} exists", "--force replaces it")
    if not place.parent.is_dir():
        raise Refused(f"there is no folder {target.parent}", f"mkdir -p {target.parent}")
