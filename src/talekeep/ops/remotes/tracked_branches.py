"""How far this branch is ahead of, and behind, the branches of its name on remotes: `status`, `sync`."""

from collections.abc import Iterator

from talekeep.ops.remotes import push_permissions
from talekeep.ops.remotes.remotes import Listed
from talekeep.ops.remotes.remotes import listed
from talekeep.ops.remotes.tracked import Tracked
from talekeep.store.dataset import Dataset


def tracked(dataset: Dataset, name: str | None = None) -> list[Tracked]:
    """The branches of other places with the name of ours, of the remote `name` or of all: of a git repository
    the one, of a mirror those of other machines that have something new. Nothing is asked of the place."""
    rows = [row for row in listed(dataset) if name in (None, row.name)]
    return [each for row in rows for each in _of(dataset, row)]


def _of(dataset: Dataset, row: Listed) -> Iterator[Tracked]:
    branch, head = dataset.refs.current(), dataset.history.head()
    if branch is None or head is None:
        return
    short, prefix = branch.removeprefix("refs/heads/"), f"refs/remotes/{row.name}/"
    mirror = row.folder is not None
    for ref, tip in sorted(dataset.refs.under(prefix).items()):
        machine = ref.removeprefix(prefix).removesuffix(short).rstrip("/")
        if ref not in (f"{prefix}{short}", f"{prefix}{machine}/{short}") or "/" in machine:
            continue
        behind = dataset.history.count_beyond(tip, [head])
        if behind or not mirror:
            ahead = dataset.history.count_beyond(head, [tip])
            url = dataset.settings.get("remote", "url", row.name) or ""
            allowed = mirror or push_permissions.is_allowed(dataset, url)
            yield Tracked(row.name, ref.removeprefix("refs/remotes/"), ahead, behind, mirror, allowed)
