"""Making a dataset anew from a copy of it: a mirror folder, a git repository, any kind of remote."""

import contextlib
from dataclasses import replace
from pathlib import Path

from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.ops import Progress
from talekeep.ops import silent
from talekeep.ops.remotes import divergence
from talekeep.ops.remotes import push_permissions
from talekeep.ops.remotes.remotes import check_name
from talekeep.ops.workspace import validation
from talekeep.ops.workspace.validation import require_validated_head
from talekeep.remotes import addresses
from talekeep.remotes.base import Cloned
from talekeep.remotes.base import Restored
from talekeep.remotes.base import Status
from talekeep.store import config
from talekeep.store.clone import setup as wiring
from talekeep.store.clone import work_tree
from talekeep.store.clone.clone import Clone
from talekeep.store.dataset import Dataset


def clone(
    source: str, target: Path, *, base: Path = Path(), name: str | None = None, progress: Progress = silent
) -> Restored | Cloned:
    """Make a dataset from a mirror folder or a git repository: files, history, the source as a remote, and
    last of all hooks and drivers.

    Args:
        source: a path (seen from `base`) or an address.
        name: of the remote; `backup` for a mirror, `origin` for a repository where it is not given.

    Raises:
        NotFound: nothing there, or nothing whole in it. Refused: `target` is in use; the source is no
            dataset, or holds what one may not hold. Usage: no such address. Outside: the disk failed, or the
            source cannot be reached. In each case nothing is left at `target`.
    """
    target = target.resolve()
    check_name(name or "origin")
    kind = addresses.kind_for(source, base)
    name = name or ("backup" if kind.in_folder else "origin")
    left_out: dict[str, str] = {}

    def prepare(made: Clone) -> None:
        # A mirror holds what was saved there, and gives it back whatever it is.
        if not kind.in_folder:
            _require_dataset(made, kind.access.shown(source, base), target)
        left_out.update(work_tree.fill(made, progress))
        if not kind.in_folder:
            # Whoever can clone it has the dataset already.
            made.settings.set(push_permissions.setting(kind.url(kind.access.address(source, base))))
        wiring.install(made)

    result = kind.access.clone(source, target, base=base, name=name, prepare=prepare, progress=progress)
    state = f"push {result.taken.number}" if isinstance(result, Restored) else f"the branch {result.branch}"
    notes = [
        f"{state} holds {shown_name(path)}: {why}; it is in the history and not in the folder"
        for path, why in left_out.items()
    ]
    result = replace(result, notes=(*result.notes, *notes))
    try:
        return _looked_through(result, target, name)
    except (NotFound, Refused) as problem:
        # It was saved like this and comes back like this.
        note = f"the newest state is no sound dataset ({problem.message}); git log shows older ones"
        return replace(result, notes=(*result.notes, note))


def _looked_through(restored: Restored | Cloned, target: Path, name: str) -> Restored | Cloned:
    """What was made, with what there is to say of it.

    Raises:
        NotFound: it holds no `talekeep.toml`. Refused: it cannot be read.
    """
    with Dataset.open(target) as dataset:
        if isinstance(restored, Restored):
            restored = replace(restored, notes=(*restored.notes, *divergence.apart(dataset, name)))
        # `status` says of one with errors that it is not validated.
        with contextlib.suppress(validation.Invalid):
            require_validated_head(dataset)
    return restored


def _require_dataset(clone: Clone, source: str, target: Path) -> None:
    head = clone.history.head()
    if head is None or not clone.history.holds(clone.history.head_tree(), config.NAME):
        raise Refused(
            f"{source} is no dataset: there is no {config.NAME} on its branch {clone.refs.current_name()}",
            f"git clone {source} {target.name} && talekeep init {target.name} --force",
        )


def shown_name(path: str) -> str:
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def look(source: str, *, base: Path = Path()) -> Status:
    """What is at a place that no dataset here knows; nothing is brought here.

    Raises:
        NotFound: nothing is there. Usage, Refused: no such address. Outside: it cannot be reached.
    """
    return addresses.kind_for(source, base).access.look(source, base)


def default_target(source: str, base: Path = Path()) -> str:
    """The folder a clone goes to where none is named."""
    return addresses.kind_for(source, base).access.default_target(source, base)
