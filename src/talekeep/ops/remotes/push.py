"""`push`: send the branches of this clone to a remote, a mirror folder or a git repository."""

from dataclasses import replace
from functools import cache
from functools import partial

from talekeep.core.errors import Problem
from talekeep.core.errors import reason_of
from talekeep.ops import Progress
from talekeep.ops import plural
from talekeep.ops import silent
from talekeep.ops.remotes import divergence
from talekeep.ops.remotes import privacy_scan
from talekeep.ops.remotes import push_permissions
from talekeep.ops.remotes.remotes import Listed
from talekeep.ops.remotes.remotes import connect_listed
from talekeep.ops.remotes.remotes import remote_named
from talekeep.ops.workspace import validation
from talekeep.ops.workspace.rule_runner import is_validated
from talekeep.ops.workspace.rule_runner import set_validated
from talekeep.ops.workspace.validation import require_validated_head
from talekeep.remotes.base import Fetched
from talekeep.remotes.base import Pushed
from talekeep.remotes.base import Sent
from talekeep.remotes.base import human
from talekeep.remotes.connection import Connection
from talekeep.store.dataset import Dataset
from talekeep.store.view import Difference
from talekeep.store.view import View

# Files looked into for each branch that goes along, and how many branches are named.
_AT_ONCE = 32
_SHOWN = 5


def push(
    dataset: Dataset, name: str | None = None, *, full: bool = False, progress: Progress = silent
) -> Pushed | Sent:
    """Save every branch and tag to a mirror, or push this branch and its tags to a git repository, after
    validating what has not been validated yet.

    Raises:
        Invalid: the last commit has an error. NotFound: no such remote. Refused, Outside: see `Remote.push`.
    """
    row = remote_named(dataset, name)
    if not row.of.in_folder:
        push_permissions.require_allowed(dataset, row.name)
    require_validated_head(dataset)
    url, head = dataset.settings.get("remote", "url", row.name) or "", dataset.history.head()
    text = privacy_scan.look(dataset, url, row.name, [head]) if head else None
    entries = dataset.count(dataset.at("HEAD")) if head and row.of.scheme else None
    with dataset.writing("push"):
        remote = connect_listed(dataset, row, progress)
        going = _unsound(dataset, row) if row.of.in_folder else []
        result = remote.push(entries=entries, full=full)
        if remote.is_kept and isinstance(result, Pushed) and result.full:
            result = replace(result, notes=(*result.notes, *_cleared(dataset, remote)))
    texts = [text] if text else []
    return replace(result, notes=(*texts, *going, *result.notes))


def _unsound(dataset: Dataset, row: Listed) -> list[str]:
    """What is saved along with the last commit and has errors. A backup holds all there is, and says so."""
    head, known = dataset.history.head(), {*dataset.refs.of_remote(row.name).values()}
    notes = []
    state_of = cache(partial(_state_of, dataset, dataset.at("HEAD")))
    for ref, tip in dataset.refs.all().items():
        commit = dataset.history.peeled(tip)
        if commit in (None, head) or tip in known:
            continue
        state = state_of(commit)
        name = ref.removeprefix("refs/heads/").removeprefix("refs/tags/")
        if state:
            notes.append(f"{name} is saved too, and {state}: talekeep validate --rev {name}")
    more = len(notes) - _SHOWN
    return [*notes[:_SHOWN], *([f"{more} more branches and snapshots like that"] if more > 0 else [])]


def _state_of(dataset: Dataset, before: View, commit: str) -> str | None:
    """What stands against a commit; None where it is sound. The view before is one that was validated."""
    tree = dataset.history.commit(commit).tree
    if is_validated(dataset, tree):
        return None
    between = Difference(before, dataset.of_commit(commit))
    if len(between.paths) > _AT_ONCE:
        return "was never validated"
    findings = validation.gate(dataset, between)
    if not findings:
        set_validated(dataset, tree, before.tree)
        return None
    return f"has {plural(len(findings), 'error')}"


def _cleared(dataset: Dataset, mirror: Connection) -> list[str]:
    """Clear away what a new generation made needless, where this clone was not told to keep it."""
    if dataset.settings.get("mirror", "prune") == "off":
        return []
    try:
        pruned = mirror.clear()
    except (Problem, OSError) as problem:
        # What was saved is saved.
        return [f"old pushes stay: {reason_of(problem)}"]
    if not pruned.removed:
        return []
    return [
        f"cleared {human(pruned.bytes)} of older pushes away; talekeep config mirror.prune off keeps them"
    ]


def fetch(dataset: Dataset, name: str | None = None, *, progress: Progress = silent) -> Fetched:
    """Bring what others saved or pushed into `refs/remotes/NAME/…`; branches and files stay as they are.

    Raises:
        NotFound: no such remote, or it is empty. Refused, Outside: see `Remote.fetch`.
    """
    row = remote_named(dataset, name)
    with dataset.writing("fetch"):
        result = connect_listed(dataset, row, progress).fetch()
    return replace(result, notes=(*result.notes, *divergence.apart(dataset, row.name)))
