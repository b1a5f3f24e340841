"""Remotes, mirrors in folders and git repositories: `remote add/list/remove`, `push`, `fetch`."""

from dataclasses import replace

from talekeep.core.errors import Problem
from talekeep.ops import Progress
from talekeep.ops import silent
from talekeep.ops.remotes import divergence
from talekeep.ops.remotes import git_remotes
from talekeep.ops.remotes import privacy_scan
from talekeep.ops.remotes.remotes import Listed
from talekeep.ops.remotes.remotes import connect_listed
from talekeep.ops.remotes.remotes import remote_named
from talekeep.ops.workspace.validation import require_validated_head
from talekeep.remotes.base import Fetched
from talekeep.remotes.base import Pushed
from talekeep.remotes.base import Sent
from talekeep.remotes.base import human
from talekeep.remotes.kinds import GIT
from talekeep.remotes.mirror.prune import BY_ITSELF
from talekeep.remotes.mirror.prune import prune
from talekeep.remotes.mirror.remote import FolderMirror
from talekeep.store.dataset import Dataset


def push(
    dataset: Dataset, name: str | None = None, *, full: bool = False, progress: Progress = silent
) -> Pushed | Sent:
    """Save every branch and tag to a mirror, or push this branch and its tags to a git repository, after
    validating what has not been validated yet.

    Raises:
        Invalid: the last commit has an error. NotFound: no such remote. Refused, Outside: see `Remote.push`.
    """
    row = remote_named(dataset, name)
    if row.of is GIT:
        return _push_git(dataset, row, progress)
    if row.folder is None:
        git_remotes.require_allowed(dataset, row.name)
    require_validated_head(dataset)
    entries = dataset.count(dataset.at("HEAD")) if dataset.history.head() else None
    with dataset.writing("push"):
        remote = connect_listed(dataset, row, progress)
        result = remote.push(dataset.repo, entries=entries, full=full)
        if isinstance(remote, FolderMirror) and isinstance(result, Pushed) and result.full:
            return replace(result, notes=(*result.notes, *_cleared(dataset, remote)))
        return result


def _cleared(dataset: Dataset, mirror: FolderMirror) -> list[str]:
    """Clear away what a new generation made needless, where this clone was not told to keep it."""
    if dataset.repo.settings.get("mirror", "prune") == "off":
        return []
    try:
        pruned = prune(dataset.repo, mirror.folder, mirror.name, mirror.setting, BY_ITSELF, carry_out=True)
    except Problem as problem:
        # What was saved is saved.
        return [f"old pushes stay: {problem.message}"]
    if not pruned.removed:
        return []
    return [
        f"cleared {human(pruned.bytes)} of older pushes away; talekeep config mirror.prune off keeps them"
    ]


def _push_git(dataset: Dataset, row: Listed, progress: Progress) -> Sent:
    git_remotes.require_allowed(dataset, row.name)
    require_validated_head(dataset)
    url, head = dataset.settings.get("remote", "url", row.name) or "", dataset.history.head()
    texts = privacy_scan.look(dataset, url, row.name, [head] if head else [])
    with dataset.writing("push"):
        result = connect_listed(dataset, row, progress).push(dataset.repo)
    assert isinstance(result, Sent)
    return replace(result, notes=(*([texts] if texts else []), *result.notes))


def fetch(dataset: Dataset, name: str | None = None, *, progress: Progress = silent) -> Fetched:
    """Bring what others saved or pushed into `refs/remotes/NAME/…`; branches and files stay as they are.

    Raises:
        NotFound: no such remote, or it is empty. Refused, Outside: see `Remote.fetch`.
    """
    row = remote_named(dataset, name)
    with dataset.writing("fetch"):
        result = connect_listed(dataset, row, progress).fetch(dataset.repo)
    return replace(result, notes=(*result.notes, *divergence.apart(dataset, row.name)))
