"""History: `commit`, `log`, `diff`."""

from dataclasses import dataclass
from dataclasses import field
from functools import partial

from talekeep.core import codec
from talekeep.core.errors import Refused
from talekeep.core.finding import Finding
from talekeep.ops import message
from talekeep.ops import plural
from talekeep.ops.merge import cross_branch_findings
from talekeep.ops.workspace import validation
from talekeep.ops.workspace.counts import Counts
from talekeep.ops.workspace.counts import counted
from talekeep.ops.workspace.followed_sidecars import followed_sidecar
from talekeep.ops.workspace.rule_runner import set_validated
from talekeep.ops.workspace.workspace import Workspace
from talekeep.store import parts
from talekeep.store.dataset import Dataset
from talekeep.store.object_ids import blob_id
from talekeep.store.view import Difference


@dataclass(frozen=True, slots=True)
class Committed:
    """`commit` is None when there was nothing to commit (or with `dry_run`). `merged` is the commit whose
    merge this ends, `findings` are what that merge made and neither side had alone."""

    added: int
    changed: int
    removed: int
    files: list[str]
    commit: str | None
    findings: list[Finding] = field(default_factory=list)
    merged: str | None = None


def commit(dataset: Dataset, subject: str | None = None, *, dry_run: bool = False) -> Committed:
    """Commit everything that differs from the last commit: tracked files, and new ones of the dataset's own
    folders. Parts are made canonical on the way.

    Raises:
        Invalid: an error in a changed part. Refused: a merge by git is unfinished.
    """
    with dataset.writing("commit"):
        workspace, theirs = Workspace(dataset), dataset.merging
        if unmerged := workspace.snapshot.unmerged:
            raise Refused(f"{unmerged[0]} has a conflict that is not settled", "talekeep conflicts")
        dataset.refuse_odd_kinds(workspace.snapshot)
        now, base = workspace.now, workspace.head
        between = Difference(base, now)
        differing = sorted(between.paths)
        counts = counted(between)
        if not differing and theirs is None:
            return Committed(0, 0, 0, [], None)
        dataset.refuse_filtered(differing, of_work_tree=True)
        validation.require_valid(dataset, between)
        findings = (
            cross_branch_findings.of_commits(dataset, str(dataset.history.head()), theirs, now)
            if theirs
            else []
        )
        if dry_run:
            return Committed(**counts.named(), files=differing, commit=None, findings=findings, merged=theirs)
        files = {path: _canonical(between, path) if path in now.files else None for path in differing}
        files |= _sidecars(between)
        # Should the disk refuse half way, the hand edits that were made canonical can be put back.
        dataset.history.keep(now.read(p) for p, data in files.items() if data and data != now.read(p))
        text = message(
            subject or _prepared(dataset, theirs) or _subject(counts, differing),
            "commit",
            **counts.named(),
        )
        written = {path: None if data is None else blob_id(data) for path, data in files.items()}
        if theirs is None and written == {path: base.files.get(path) for path in files}:
            # Only spelled differently: the files are put right, and there is nothing to commit.
            dataset.write(files, text, sweep=now, commit=False)
            return Committed(0, 0, 0, [], None)
        made = dataset.write(files, text, sweep=now, merging=theirs)
        set_validated(dataset, dataset.head_tree(), workspace.head_tree)
        return Committed(**counts.named(), files=differing, commit=made, findings=findings, merged=theirs)


def _prepared(dataset: Dataset, theirs: str | None) -> str | None:
    """The subject that waits for a merge under way."""
    text = dataset.merge_message if theirs is not None else None
    return text.strip().partition("\n")[0] if text and text.strip() else None


def _canonical(between: Difference, path: str) -> bytes:
    if not parts.is_entries(path) and not parts.is_sidecars(path):
        return between.after.read(path)
    return b"".join(codec.encode(line.value) for line in between.lines(path))


def _sidecars(between: Difference) -> dict[str, bytes | None]:
    """The sidecars whose alternatives follow messages that were edited by hand."""
    result: dict[str, bytes | None] = {}
    for part in between.parts():
        if part in between.before.files and part in between.after.files:
            data = followed_sidecar(between.after, part, partial(between.apart, part))
            result |= {} if data is None else {parts.sidecar_of(part): data}
    return result


def _subject(counts: Counts, files: list[str]) -> str:
    verbs = ("Add", "Change", "Remove")
    numbers = counts.named().values()
    phrases = [f"{verb} {plural(n, 'entry')}" for verb, n in zip(verbs, numbers, strict=True) if n]
    return ", ".join(phrases) or f"Change {plural(len(files), 'file')}"
