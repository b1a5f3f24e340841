"""Transactions: files and commit change together; a kill at any moment leaves the old state or the new.

Order: objects and the commit, durable and still unnamed; a note of what is about to happen; the work-tree
files; the index; the ref; the note goes. Whoever opens the dataset next finishes what the note says.
"""

import contextlib
import errno
import json
from collections.abc import Collection
from collections.abc import Mapping
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any

from talekeep.core.errors import Outside
from talekeep.core.errors import Refused
from talekeep.store import placement
from talekeep.store.files import fsync_files
from talekeep.store.files import fsync_folder
from talekeep.store.files import outside
from talekeep.store.files import replace
from talekeep.store.git import locks
from talekeep.store.git import merge_state
from talekeep.store.git import trees
from talekeep.store.git.commits import Signature
from talekeep.store.git.files import attributes
from talekeep.store.git.files import index
from talekeep.store.git.files.conversion import Conversion
from talekeep.store.git.repository import Repository
from talekeep.store.intake import Stored
from talekeep.store.intake import clear

# Of the note that says what is under way; version 0.1.0 wrote it without a number.
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Pending:
    """A change on its way into the work tree; `commit` is None when it is only staged.

    With `branch` HEAD is put on that ref instead of moving the one it is on. `unmerged` gives the index
    the three sides of a path instead of what `after` puts into the work tree; `merging` and `text` are
    the commit and the message of a merge that stops here, `merged` ends the one that is under way. Paths
    that are `unstaged` are written into the work tree, and the index keeps what it has of them. `rows` is
    what the index gets where that is not what the work tree gets.
    """

    old: str | None
    commit: str | None
    subject: str
    before: dict[str, str | None]
    after: dict[str, str | None]
    branch: str | None = None
    unmerged: dict[str, list[str | None]] = field(default_factory=dict)
    merging: str | None = None
    text: str = ""
    merged: bool = False
    unstaged: list[str] = field(default_factory=list)
    rows: dict[str, str | None] | None = None

    def staged(self, files: Mapping[str, str | None]) -> dict[str, str | None]:
        """Those of these files that the index takes as they are."""
        return {p: oid for p, oid in files.items() if p not in self.unmerged and p not in self.unstaged}


def folder(repo: Repository) -> Path:
    """Where Talekeep keeps what can be deleted and rebuilt."""
    return repo.git_dir / "talekeep"


def taken_in(repo: Repository) -> Path:
    """Where an intake lays its copies down."""
    return folder(repo) / "intake"


def refuse_uncommitted(repo: Repository, paths: Mapping[str, object], head_tree: str) -> None:
    """Stop before a change would sweep somebody's own unfinished work on the same files into its commit.

    Raises:
        Refused: one of the paths has staged or unstaged changes.
    """
    snapshot = index.read(repo)
    dirty = index.staged_changes(repo, snapshot, head_tree).keys() | index.work_changes(repo, snapshot).keys()
    dirty |= {p for p in paths if p not in snapshot.files and (repo.path / p).exists()}
    touched = sorted(dirty & paths.keys())
    if touched:
        raise Refused(f"{touched[0]} has changes that are not committed", "talekeep status")


@dataclass(frozen=True, slots=True)
class Change:
    """What to write: file contents (None: delete) and the commit that holds exactly them.

    `before` says which blobs the work tree is expected to have there (without it: those of the last
    commit); `commit` is False to stage the files only. `unmerged` are the paths of a merge that stops,
    with their three sides, `merging` the commit it merges; `merged` is True for the commit that ends it.
    `unstaged` are paths whose place in the index stays as it is.
    """

    files: Mapping[str, bytes | Stored | None]
    message: str
    parents: list[str]
    before: Mapping[str, str | None] | None = None
    commit: bool = True
    unmerged: Mapping[str, tuple[str | None, str | None, str | None]] = field(default_factory=dict)
    merging: str | None = None
    merged: bool = False
    unstaged: Collection[str] = ()


def write(repo: Repository, change: Change, signature: Signature) -> str | None:
    """Carry out a change; the caller holds the writer lock.

    Returns:
        The id of the commit, None when only staged.

    Raises:
        Refused: HEAD moved meanwhile, or another git command holds a lock.
        Outside: the disk refused; the dataset is as before.
    """
    try:
        pending = _prepare(repo, change, signature)
    except OSError as error:
        raise outside(f"cannot write to {repo.git_dir}", error) from error
    _carry_out(repo, pending, change.files)
    return pending.commit


def _carry_out(repo: Repository, pending: Pending, known: Mapping[str, bytes | Stored | None]) -> None:
    _refuse_kept_away(repo, pending)
    note, reverse = folder(repo) / "pending.json", _reverse(repo, pending)
    try:
        _note(note, pending)
    except Outside:
        # It may lie there although the disk failed, and the next command would carry it out.
        _forget(note)
        raise
    try:
        finish(repo, pending, known)
    except (Outside, Refused, OSError) as error:
        problem = (
            error if isinstance(error, Outside | Refused) else outside(f"cannot write to {repo.path}", error)
        )
        if _has_happened(repo, pending):
            # Too late to fail: the note stays, and the next command finishes what is left.
            raise Outside(
                f"{_outcome(pending)}, but {problem.message}", "talekeep status finishes it"
            ) from error
        _take_back(repo, note, reverse)
        raise problem from error
    _forget(note)


def _note(note: Path, pending: Pending) -> None:
    replace(note, json.dumps({"format": _FORMAT, **asdict(pending)}).encode())


def _forget(note: Path) -> None:
    # One that cannot be removed is carried out once more, which changes nothing.
    with contextlib.suppress(OSError):
        note.unlink(missing_ok=True)


def _has_happened(repo: Repository, pending: Pending) -> bool:
    """Whether the ref moved, which is what makes a change: all the rest can be finished later."""
    if pending.commit is None or repo.head() != pending.commit:
        return False
    return pending.commit != pending.old if pending.branch is None else repo.head_ref() == pending.branch


def _outcome(pending: Pending) -> str:
    if pending.branch is not None:
        return f"on {pending.branch.removeprefix('refs/heads/')}"
    return f"committed as {(pending.commit or '')[:7]}"


def _reverse(repo: Repository, pending: Pending) -> Pending:
    """The change that gives back what there is before `pending`, index and conflicts included."""
    snapshot = index.read(repo)
    rows = {path: snapshot.files[path].oid if path in snapshot.files else None for path in pending.after}
    conflicts = {path: [*index.stages(repo, path)] for path in snapshot.unmerged if path in pending.after}
    return Pending(
        pending.old,
        None,
        f"taken back: {pending.subject}",
        before=pending.after,
        after=pending.before,
        unmerged=conflicts,
        merged=pending.merging is not None,
        unstaged=pending.unstaged,
        rows=rows,
    )


def _take_back(repo: Repository, note: Path, reverse: Pending) -> None:
    """Put files, index and merge state back; where the disk refuses that too, the next command does it."""
    try:
        _note(note, reverse)
    except Outside:
        # Better no note than one that would carry out later what is said to have failed.
        _forget(note)
    with contextlib.suppress(Outside, Refused, OSError):
        finish(repo, reverse, {})
        _forget(note)


def _refuse_kept_away(repo: Repository, pending: Pending) -> None:
    """Stop before a file is written that the user told git to leave alone."""
    placement.refuse_harmful(repo.path, pending.after, _with_git(pending))
    snapshot = index.read(repo)
    sparse = pending.branch is not None and repo.settings.is_on("core", "sparseCheckout")
    for path, oid in pending.after.items():
        item = snapshot.files.get(path)
        if item is None and sparse:
            raise Refused(f"this is a sparse checkout, and {path} may not belong in it", _with_git(pending))
        if item is not None and item.assumed and item.oid != oid:
            raise Refused(
                f"git is told to leave {path} alone in this work tree (skip-worktree or assume-unchanged)",
                "git sparse-checkout disable, "
                f"or git update-index --no-skip-worktree --no-assume-unchanged {path}",
            )


def _with_git(pending: Pending) -> str:
    """The same step by git itself."""
    if pending.branch is not None:
        return f"git switch {pending.branch.removeprefix('refs/heads/')}"
    return f"git merge --ff-only {pending.commit}" if pending.commit else "do this step with git itself"


def fast_forward(repo: Repository, commit: str) -> None:
    """Move a clean work tree and the branch HEAD is on to a descendant.

    Raises:
        Refused: a file differs that only git can put into the work tree.
        Outside: the disk refused; the dataset is as before.
    """
    _carry_out(repo, _moved(repo, commit, f"fast-forward to {commit[:7]}", None), {})


def stop_merging(repo: Repository) -> None:
    """Put the files and the index back to the last commit and forget the merge that is under way."""
    head = repo.head()
    tree = repo.commit(head).tree if head else trees.EMPTY
    snapshot, committed = index.read(repo), trees.listing(repo, tree)
    work = index.work_changes(repo, snapshot)
    staged = {path: item.oid for path, item in snapshot.files.items()}
    differing = {p for p in staged.keys() | committed.keys() if staged.get(p) != committed.get(p)}
    paths = differing | work.keys() | set(snapshot.unmerged)
    before = {p: work.get(p, staged.get(p)) for p in paths}
    lying = [p for p in snapshot.unmerged if (repo.path / p).is_file()]
    blobs = repo.write_blobs([(repo.path / p).read_bytes() for p in lying])
    before |= dict.fromkeys(snapshot.unmerged) | dict(zip(lying, blobs, strict=True))
    after = {p: committed.get(p) for p in paths}
    _carry_out(repo, Pending(head, None, "merge --abort", before, after, merged=True), {})


def _moved(repo: Repository, commit: str, subject: str, branch: str | None) -> Pending:
    head = repo.head()
    tree = repo.commit(head).tree if head else trees.EMPTY
    goal = repo.commit(commit).tree
    moved = trees.changed(repo, tree, goal)
    before = {path: old for path, (old, _) in moved.items()}
    after = {path: new for path, (_, new) in moved.items()}
    pending = Pending(head, commit, subject, before, after, branch)
    placement.refuse_overwriting(repo.path, [path for path, old in before.items() if old is None])
    _refuse_only_git(repo, pending, trees.odd_changes(repo, tree, goal))
    return pending


def _refuse_only_git(repo: Repository, pending: Pending, odd: Mapping[str, str]) -> None:
    """Stop where a file that differs is no plain one, or is not stored as it lies in the folder."""
    for path, what in odd.items():
        raise Refused(f"{path} differs there and is {what}, which only git puts in place", _with_git(pending))
    coming = {
        path: _bytes_of(repo, path, oid, {}) for path, oid in pending.after.items() if _is_attributes(path)
    }
    for conversion in (Conversion(repo), Conversion(repo, coming)):
        for path in pending.after:
            rule = conversion.rule(path)
            if rule.only_git is not None:
                raise Refused(
                    f"{path} differs there and has {rule.only_git}, which only git applies",
                    _with_git(pending),
                )


def check_out(repo: Repository, branch: str, commit: str, *, dry_run: bool = False) -> None:
    """Put a clean work tree and HEAD on a branch (full ref name) that is at `commit`.

    Args:
        dry_run: find out whether it would be refused, and change nothing.

    Raises:
        Refused: another work tree is on the branch, or a file differs that only git can put in place.
        Outside: the disk refused; the dataset is as before.
    """
    repo.refuse_in_use(branch)
    pending = _moved(repo, commit, f"switch to {branch}", branch)
    _refuse_kept_away(repo, pending)
    if not dry_run:
        _carry_out(repo, pending, {})


def _prepare(repo: Repository, change: Change, signature: Signature) -> Pending:
    head = repo.head()
    tree = repo.commit(head).tree if head else trees.EMPTY
    written = {path: data for path, data in change.files.items() if isinstance(data, bytes)}
    oids = dict(zip(written, repo.write_blobs(list(written.values())), strict=True))
    oids |= {path: data.oid for path, data in change.files.items() if isinstance(data, Stored)}
    after: dict[str, str | None] = {path: oids.get(path) for path in change.files}
    before = change.before if change.before is not None else trees.listing(repo, tree)
    made = None
    if change.commit:
        new = trees.apply(repo, tree, after)
        made = repo.create_commit(new, change.parents, change.message, signature)
    return Pending(
        head,
        made,
        change.message.partition("\n")[0],
        {path: before.get(path) for path in change.files},
        after,
        unmerged={path: [*sides] for path, sides in change.unmerged.items()},
        merging=change.merging,
        text=change.message,
        merged=change.merged,
        unstaged=sorted(change.unstaged),
    )


def finish(repo: Repository, pending: Pending, known: Mapping[str, bytes | Stored | None]) -> None:
    """Carry out a prepared change; doing it twice is the same as once.

    Args:
        known: contents of files at hand, which saves reading them back from the repository.
    """
    _place(repo, pending.before, pending.after, known)
    index.update(repo, pending.staged(pending.after if pending.rows is None else pending.rows))
    index.mark_unmerged(repo, pending.unmerged)
    if pending.merging is not None:
        merge_state.begin(repo, pending.merging, pending.text)
    if pending.branch is not None:
        repo.set_head(pending.branch)
    if pending.commit is not None:
        _move_head(repo, pending.commit, pending.old, pending.subject)
    if pending.merged:
        merge_state.end(repo)


def _move_head(repo: Repository, commit: str, old: str | None, subject: str) -> None:
    if repo.head() != commit and not repo.set_ref("HEAD", commit, old, f"talekeep: {subject}"):
        raise Refused("another program committed meanwhile", "run the command again")


def _place(
    repo: Repository,
    before: Mapping[str, str | None],
    after: Mapping[str, str | None],
    known: Mapping[str, bytes | Stored | None],
) -> None:
    """Put files into the work tree, all written before the first is moved, so a full disk changes nothing.

    A file that is neither the old nor the new one is somebody's edit and is kept.

    Raises:
        Refused: git keeps one of the files out of the work tree, or only git can put it there.
        Outside: the disk refused.
    """
    coming = {path: _bytes_of(repo, path, oid, known) for path, oid in after.items() if _is_attributes(path)}
    old, new = Conversion(repo), Conversion(repo, coming)
    staging = folder(repo) / "staging"
    moves: dict[Path, Path | None] = {}
    try:
        staging.mkdir(mode=0o700, parents=True, exist_ok=True)
        for number, (path, oid) in enumerate(after.items()):
            place = repo.path / path
            data = place.read_bytes() if place.is_file() else None
            now = old.stored_id(path, data, before.get(path)) if data is not None else None
            if now == oid and not (data and b"\r\n" in data and _is_canonical_file(path)):
                continue
            if now not in (oid, before.get(path), None) and not _is(repo, data, before.get(path)):
                continue
            moves[place] = _staged(repo, new, staging / str(number), path, oid, known)
        fsync_files(temporary for temporary in moves.values() if temporary is not None)
        _move(moves)
    except OSError as error:
        raise outside(f"cannot write to {repo.path}", error) from error


def _is(repo: Repository, data: bytes | None, oid: str | None) -> bool:
    """Whether a file has these very bytes: who looked at it in the folder knows nothing of its line ends."""
    return data is not None and repo.blob_id(data) == oid


def _staged(
    repo: Repository,
    conversion: Conversion,
    place: Path,
    path: str,
    oid: str | None,
    known: Mapping[str, bytes | Stored | None],
) -> Path | None:
    """A file as it will lie in the work tree, ready to be moved there; None where it is to go."""
    if oid is None:
        return None
    rule, stored = conversion.rule(path), known.get(path)
    if isinstance(stored, Stored) and rule.only_git is None and not rule.crlf:
        return stored.copy
    place.write_bytes(conversion.laid_out(path, _bytes_of(repo, path, oid, known) or b""))
    return place


def _bytes_of(
    repo: Repository, path: str, oid: str | None, known: Mapping[str, bytes | Stored | None]
) -> bytes | None:
    data = known.get(path)
    if isinstance(data, bytes):
        return data
    return repo.blob(oid) if oid is not None else None


def _is_attributes(path: str) -> bool:
    return path.rpartition("/")[2] == attributes.NAME


def _is_canonical_file(path: str) -> bool:
    """True for what Talekeep writes in one spelling, line ends included."""
    return path.startswith(("entries/", "sidecars/"))


def _move(moves: Mapping[Path, Path | None]) -> None:
    for place, temporary in moves.items():
        if temporary is None:
            place.unlink()
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.replace(place)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            # `.git` on another file system than the work tree: one more copy, beside the target.
            replace(place, temporary.read_bytes())
    for parent in {place.parent for place in moves}:
        fsync_folder(parent)


def recover(repo: Repository) -> str | None:
    """Finish what a killed process had begun; the caller holds the writer lock.

    Returns:
        The subject of the change that was finished, None where there was nothing to do.
    """
    for place in {repo.git_dir, repo.common_dir}:
        locks.break_stale(place)
    for leftover in (taken_in(repo), folder(repo) / "staging"):
        clear(leftover)
    note = folder(repo) / "pending.json"
    try:
        pending = _noted(json.loads(note.read_bytes()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError):
        # Not a note of ours: whatever it was, no change depends on it.
        note.unlink()
        return None
    # The note is written last of all preparations, so everything it names is in the repository.
    if repo.head() in (pending.old, pending.commit):
        finish(repo, pending, {})
    note.unlink()
    return pending.subject


def _noted(fields: dict[str, Any]) -> Pending:
    if fields.pop("format", _FORMAT) != _FORMAT:
        raise Refused(
            "a change by a newer Talekeep was cut short here, and only that can finish it",
            "pip install --upgrade talekeep",
        )
    return Pending(**fields)


def is_interrupted(repo: Repository) -> bool:
    """Whether a command was killed here and left its note, or a lock that stops plain git."""
    pending = (folder(repo) / "pending.json").exists()
    return pending or locks.left_over(repo.git_dir, repo.common_dir, repo.head_ref())
