"""What git's hooks do. They read what is staged, from blobs; never the work tree, and they never stash.

The hook for messages is `commit_msg_hook`: it starts with every commit and needs less than these.
"""

import os
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import TypeAlias

from talekeep.core.errors import Negative
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.core.finding import Finding
from talekeep.ops import plural
from talekeep.ops.merge import cross_branch_findings
from talekeep.ops.quality.repair import command_for
from talekeep.ops.remotes import privacy_scan
from talekeep.ops.remotes import push_permissions
from talekeep.ops.workspace import odd_files
from talekeep.ops.workspace import validation
from talekeep.ops.workspace.rule_runner import Checker
from talekeep.ops.workspace.rule_runner import is_validated
from talekeep.ops.workspace.rule_runner import set_validated
from talekeep.store.clone import setup as wiring
from talekeep.store.clone.staging import Snapshot
from talekeep.store.dataset import Dataset
from talekeep.store.object_ids import EMPTY_TREE
from talekeep.store.view import Difference
from talekeep.store.view import View

# What git gives a hook (arguments, stdin) → a remark for the user.
_Hook: TypeAlias = Callable[[Dataset, Sequence[str], str], str | None]

_NOBODY = "0" * 40
# Parts looked into at once after a checkout or pull; more of them wait for a command that needs them.
_AT_ONCE = 32
_SHOWN = 20


class NotPushed(Refused):
    """A push that git is told to refuse."""

    exit_code = Negative.exit_code


def run_hook(dataset: Dataset, name: str, arguments: Sequence[str] = (), given: str = "") -> str | None:
    """Answer one hook.

    Args:
        arguments: what git calls it with.
        given: what git says on stdin.

    Returns:
        A remark about what is there now, or leaves; None where all is well.

    Raises:
        Invalid: what is staged has an error. NotPushed: what is pushed has one, or must not go there.
        Usage: no hook of that name is ours.
    """
    if name not in HOOKS:
        raise Usage(f"there is no hook {name!r}", f"hooks: {', '.join(HOOKS)}")
    return HOOKS[name](dataset, arguments, given)


def _before_commit(dataset: Dataset, arguments: Sequence[str], given: str) -> str | None:
    """Git passes no arguments here; the pre-commit framework passes the files that it was asked to check."""
    if (commit := os.environ.get("PRE_COMMIT_TO_REF")) is not None:
        # `pre-commit run --from-ref A --to-ref B`: a commit that exists, whatever is staged here.
        _validate_commit(dataset, commit)
        return None
    staged, remark = _validate_staged(dataset, arguments, merging=dataset.merging is not None)
    texts = [remark, _one_sided(dataset, staged) if dataset.merging is not None else None]
    return "\n".join(text for text in texts if text) or None


def _before_merge_commit(dataset: Dataset, arguments: Sequence[str], given: str) -> str | None:
    # Git notes that a merge is under way only once this hook has refused it.
    return _validate_staged(dataset, arguments, merging=True)[1]


def _one_sided(dataset: Dataset, staged: View) -> str | None:
    """A remark where a merge is about to leave out all that the other side did to a file both changed. It may
    be meant (`git checkout --ours`); a merge driver that was killed looks the same."""
    head, theirs = dataset.history.head(), dataset.merging
    bases = dataset.history.merge_bases(head, [theirs]) if head and theirs else []
    if theirs is None or len(bases) != 1:
        return None
    base, ours, other = (dataset.at(commit).files for commit in (bases[0], "HEAD", theirs))
    kept = [
        path
        for path, blob in ours.items()
        if staged.files.get(path) == blob and len({blob, base.get(path), other.get(path)}) == 3
    ]
    files = (
        f"{kept[0]} is" if len(kept) == 1 else f"{len(kept)} files, {kept[0]} among them, are" if kept else ""
    )
    return f"talekeep: {files} as before the merge; the other side's changes are left out" if kept else None


def _validate_commit(dataset: Dataset, revision: str) -> None:
    view = dataset.at(revision)
    assert view.tree is not None
    if not is_validated(dataset, view.tree):
        validation.require_valid(dataset, Difference(dataset.nothing(), view))
        set_validated(dataset, view.tree, None)


def _validate_staged(dataset: Dataset, named: Sequence[str], *, merging: bool) -> tuple[View, str | None]:
    """Validate what is staged: its differences from the last commit, or the whole where that is asked for.

    Args:
        named: the files the pre-commit framework names. One that is not staged means `--all-files`.

    Returns:
        What is staged, and a remark about it.
    """
    # `git commit -a` and `git commit PATH` prepare an index of their own and name it here.
    own_index = os.environ.get("GIT_INDEX_FILE")
    snapshot = dataset.staging.read(dataset.path / own_index if own_index else None)
    staged, head_tree = dataset.staged(snapshot), dataset.head_tree()
    base = dataset.of_tree(head_tree)
    changed = staged.differing(base)
    # With nothing staged the framework can only have been asked about the commit itself, as in CI.
    asked = any(name not in changed for name in named) or (not changed and "PRE_COMMIT" in os.environ)
    whole = asked and not merging and not is_validated(dataset, head_tree)
    if whole:
        base = dataset.nothing()
    odd = _new_odd_files(dataset, staged, snapshot, base)
    if errors := [one for one in odd if one.severity == "error"]:
        raise validation.Invalid(errors)
    try:
        validation.require_valid(dataset, Difference(base, staged))
    except validation.Invalid as refused:
        # In a merge nothing but the merge is staged, and `talekeep commit` finishes what git began.
        mend = command_for(refused.findings) if merging else None
        refused.hint = f"{mend} --no-commit && talekeep commit" if mend else refused.hint
        raise
    made = dataset.staging.tree(snapshot, head_tree)
    set_validated(dataset, made, None if whole else head_tree)
    return staged, _remarks(dataset, staged, base, odd)


def _new_odd_files(dataset: Dataset, staged: View, snapshot: Snapshot, base: View) -> list[Finding]:
    """What this commit brings that a dataset should not hold; what an earlier one brought may stay or go."""
    odd = odd_files.modes_staged(snapshot)
    known = odd_files.modes_at(dataset, base.tree) if base.tree and odd else {}
    modes = {path: mode for path, mode in odd.items() if known.get(path) != mode}
    findings = odd_files.findings(Checker(dataset.config, staged), staged, modes)
    return [one for one in findings if one.part in modes or one.part not in base.files]


def _remarks(dataset: Dataset, staged: View, base: View, odd: Sequence[Finding]) -> str | None:
    """What a commit that is let through had better not do."""
    lines = [validation.describe(one) for one in odd[:_SHOWN]]
    if base.parts() and not staged.parts() and dataset.count(base):
        lines.append(f"this commit leaves no entry of {dataset.count(base)}")
    return "\n".join(f"talekeep: {line}" for line in lines) or None


# After the fact


def _after_checkout(dataset: Dataset, arguments: Sequence[str], given: str) -> str | None:
    old, _, kind = arguments
    # Files were checked out (flag 0), or git only passes by on its way.
    if kind == "0" or dataset.unfinished.other() is not None:
        return None
    return _look(dataset, None if old == _NOBODY else old)


def _after_merge(dataset: Dataset, arguments: Sequence[str], given: str) -> str | None:
    before = dataset.unfinished.head_before()
    texts = [_look(dataset, before), *_brought_together(dataset, before)]
    return "\n".join(one for one in texts if one) or None


def _brought_together(dataset: Dataset, before: str | None) -> Iterator[str]:
    """What the merge made that neither side had alone, as `talekeep merge` says it. A fast-forward makes
    nothing new."""
    commit = dataset.history.commit(str(dataset.history.head()))
    if len(commit.parents) != 2 or commit.parents[0] != before:
        return
    result = cross_branch_findings.of_commits(dataset, *commit.parents, dataset.of_tree(commit.tree))
    yield from _lines(result)
    if mendable := cross_branch_findings.mendable(result):
        yield f"next: {cross_branch_findings.repair_of(mendable)}"


def _look(dataset: Dataset, before: str | None) -> str | None:
    """Learn what is checked out now, and say in one line what is amiss."""
    tree = dataset.head_tree()
    view = dataset.of_tree(tree)
    if len(dataset.cache.unknown(view.files[part] for part in view.parts())) <= _AT_ONCE:
        dataset.learn(view)
    faults = wiring.faults(dataset)
    texts = [_judged(dataset, view, tree, before)]
    texts += [f"{faults[0]} (talekeep setup)"] if faults else [None]
    words = "; ".join(one for one in texts if one)
    return f"talekeep: {words}" if words else None


def _judged(dataset: Dataset, view: View, tree: str, before: str | None) -> str | None:
    """What stands against the tree, validating it where little differs from one that is known as valid."""
    if is_validated(dataset, tree):
        return None
    base = dataset.of_commit(before) if before else None
    near = base is not None and base.tree is not None and is_validated(dataset, base.tree)
    if base is None or not near or len(view.differing(base)) > _AT_ONCE:
        return "what is checked out is not validated yet (talekeep validate)"
    findings = validation.gate(dataset, Difference(base, view))
    if not findings:
        set_validated(dataset, tree, base.tree)
        return None
    mendable = sum(bool(one.repair) for one in findings)
    mended = f", {mendable} of them can be repaired" if mendable else ""
    return f"what is checked out has {plural(len(findings), 'error')}{mended} (talekeep validate)"


# Leaving


def _before_push(dataset: Dataset, arguments: Sequence[str], given: str) -> str | None:
    """Stdin has a line for each ref: local name, local id, remote name, remote id."""
    name, url = arguments[:2]
    rows = [line.split() for line in given.splitlines() if line.strip()]
    going = [(local, had) for _, local, _, had in rows if local != _NOBODY]
    if not going:
        # Nothing to push, or refs are deleted there.
        return None
    if not push_permissions.is_allowed(dataset, url):
        known = name if url in push_permissions.addresses_of(dataset, name) else push_permissions.shown(url)
        raise NotPushed(
            f"not pushed: {push_permissions.shown(url)} was never allowed to have this dataset",
            f"talekeep remote allow {known}",
        )
    for local, had in going:
        result = _errors(dataset, local, had)
        if result:
            raise _not_pushed(result)
    there = [had for _, had in going if had != _NOBODY]
    reason = privacy_scan.look(dataset, url, name, [local for local, _ in going], there)
    return f"talekeep: {reason}" if reason else None


def _errors(dataset: Dataset, local: str, had: str) -> list[Finding]:
    """The errors of what a ref leads to: only its last state counts, mended ones may lie behind it."""
    commit = dataset.history.peeled(local)
    if commit is None:
        return []
    tree = dataset.history.commit(commit).tree
    view = dataset.of_tree(tree)
    if is_validated(dataset, tree):
        return []
    known = dataset.history.peeled(had) if had != _NOBODY else None
    base = dataset.history.commit(known).tree if known else EMPTY_TREE
    if not is_validated(dataset, base):
        base = EMPTY_TREE
    findings = validation.gate(dataset, Difference(dataset.of_tree(base), view))
    if not findings:
        set_validated(dataset, tree, None)
    return findings


def _not_pushed(findings: Sequence[Finding]) -> NotPushed:
    lines = [f"not pushed: {plural(len(findings), 'error')}"]
    lines += (f"  {line}" for line in _lines(findings))
    return NotPushed(
        "\n".join(lines), "mend these lines, commit and push again; talekeep validate lists them"
    )


def _lines(findings: Sequence[Finding]) -> Iterator[str]:
    yield from map(validation.describe, findings[:_SHOWN])
    if len(findings) > _SHOWN:
        yield f"… and {len(findings) - _SHOWN} more"


HOOKS: dict[str, _Hook] = {
    "pre-commit": _before_commit,
    "pre-merge-commit": _before_merge_commit,
    "post-merge": _after_merge,
    "post-checkout": _after_checkout,
    "pre-push": _before_push,
}
