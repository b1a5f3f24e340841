"""A plain bare repository as a mirror: the remote kind `bare`, for a disk or server that one machine writes.

Not for synced folders, where files of a repository arrive one by one. Before every touch it is compared with
what was made here, because a repository that lies around as files can bring hooks and settings along.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

from talekeep.core.errors import Outside
from talekeep.core.errors import Problem
from talekeep.core.errors import Refused
from talekeep.core.progress import Progress
from talekeep.core.progress import silent
from talekeep.remotes.access import Access
from talekeep.remotes.access import Made
from talekeep.remotes.access import NewRemote
from talekeep.remotes.access import remote_settings
from talekeep.remotes.base import Checked
from talekeep.remotes.base import Fetched
from talekeep.remotes.base import Moved
from talekeep.remotes.base import Pushed
from talekeep.remotes.base import Status
from talekeep.remotes.base import Taken
from talekeep.remotes.base import WriterStatus
from talekeep.remotes.mirror.environment import Setting
from talekeep.remotes.mirror.folder import sync_clients as roots
from talekeep.remotes.mirror.folder.disk import step
from talekeep.remotes.mirror.folder.manifest import is_ref
from talekeep.remotes.mirror.setup import folder_name
from talekeep.remotes.mirror.writer.journal import Local
from talekeep.remotes.mirror.writer.journal import check_label
from talekeep.remotes.mirror.writer.ref_snapshot import Snapshot
from talekeep.remotes.mirror.writer.ref_snapshot import snapshot
from talekeep.store import parts
from talekeep.store import view
from talekeep.store.clone.clone import Clone
from talekeep.store.files import at_home
from talekeep.store.files import fsync_folder
from talekeep.store.files import fsync_stream
from talekeep.store.files import replace
from talekeep.store.git import locks
from talekeep.store.git.pack import packs
from talekeep.store.git.pack import repack
from talekeep.store.git.pack.reach import check_complete
from talekeep.store.git.pack.reach import missing
from talekeep.store.git.pack.reach import reachable
from talekeep.store.git.repository import Repository
from talekeep.store.scratch import scratch_folder

KIND = "bare"
CONFIG = b"""[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = true
\tfsync = all
\tlogAllRefUpdates = false
\thooksPath = /dev/null
\tprotectHFS = true
\tprotectNTFS = true
[gc]
\tauto = 0
[maintenance]
\tauto = false
[receive]
\tautogc = false
\tunpackLimit = 1
\tdenyNonFastForwards = true
\tdenyDeletes = true
[transfer]
\tfsckObjects = true
"""
_KEEP = ".keep"


def add(
    repo: Repository, name: str, place: Path, *, dataset: str, label: str, i_know: bool, setting: Setting
) -> Path:
    """Make a new bare repository for this machine alone in a folder that is there.

    Raises:
        Outside: there is no such folder.
        Refused: a sync program looks after it (unless `i_know`), or it lies in the dataset.
        Usage: a label that cannot stand in a folder name.
    """
    place = Path(os.path.abspath(at_home(place)))  # noqa: PTH100 (links in the path stay)
    check_label(label)
    if not place.is_dir():
        raise Outside(f"{place} is not a folder that is there", "is the disk plugged in?")
    if repo.path.resolve() in (place.resolve(), *place.resolve().parents):
        raise Refused(f"{place} lies inside the dataset itself", "choose a folder elsewhere")
    program = roots.sync_root(place, Path.home(), os.environ)
    if program is not None and not i_know:
        raise Refused(
            f"{place} is synced by {program}, and a git repository there gets damaged without a word",
            "leave --bare out to make a mirror folder; --bare --i-know if this machine alone ever uses it",
        )
    target = place / f"{folder_name(dataset).removesuffix('-backup')}-{label}-{setting.token(4)}-bare"
    with step(f"make {target}"):
        _make(target)
    return target


def _make(target: Path) -> None:
    work = target.with_name(f"{target.name}.new")
    Repository.init_bare(work).close()
    for extra in ("hooks", "branches", "info"):
        shutil.rmtree(work / extra, ignore_errors=True)
    (work / "description").unlink(missing_ok=True)
    replace(work / "config", CONFIG)
    # Sync programs and copies leave empty folders out; without refs/ it is no repository any more.
    for folder in ("refs", "refs/heads", "refs/tags"):
        replace(work / folder / _KEEP, b"")
    work.rename(target)
    fsync_folder(target.parent)


def faults(path: Path) -> list[str]:
    """What was changed since it was made: settings, hooks, alternates, foreign names, stale locks."""
    if not (path / "HEAD").is_file():
        return ["it is not there, or no repository any more"]
    problems = []
    if not (path / "config").is_file() or (path / "config").read_bytes() != CONFIG:
        problems.append("its config is not the one that was written")
    problems += [
        f"{name} was not made here" for name in ("hooks", "objects/info/alternates") if (path / name).exists()
    ]
    for place in sorted((path / "refs").rglob("*")):
        name = place.relative_to(path).as_posix()
        if place.is_symlink() or (place.is_file() and place.name != _KEEP and not is_ref(name)):
            problems.append(f"{name} is no branch or tag")
    problems += [
        f"{lock} is left over" for lock in ("HEAD.lock", "packed-refs.lock") if (path / lock).exists()
    ]
    return problems


@dataclass(frozen=True, slots=True)
class BareMirror:
    """The bare repository at `folder`, known to this one as `name`."""

    name: str
    folder: Path
    setting: Setting = field(default_factory=Setting)
    kind: str = KIND
    progress: Progress = silent

    @contextmanager
    def _opened(self) -> Iterator[Repository]:
        # What a push of ours that was killed left behind; only this machine writes here.
        locks.break_stale(self.folder)
        problems = faults(self.folder)
        if problems:
            raise (Refused if self.folder.is_dir() else Outside)(
                f"{self.folder}: {problems[0]}",
                "is the disk plugged in? If something else changed it: talekeep remote add again, elsewhere",
            )
        with step(f"open {self.folder}"):
            repo = Repository.open(self.folder)
        try:
            yield repo
        finally:
            repo.close()

    def push(self, repo: Repository, *, entries: int | None = None, full: bool = False) -> Pushed:
        """Bring every branch and tag there forward; nothing there goes back or away.

        Raises:
            Refused: it is not as it was made, or holds commits that are not here.
            Outside: it is not there, or the disk failed.
        """
        local = Local(repo.git_dir, self.name)
        with local.locked(f"a push to {self.name}"), local.staging() as staging, self._opened() as there:
            now, before = snapshot(repo), there.refs()
            moves = {n: v for n, v in now.refs.items() if before.get(n) != v}
            for name in moves.keys() & before.keys():
                self._require_forward(repo, name, before[name], now.refs[name])
            size = _send(repo, there, list(now.refs.values()), list(before.values()), staging, self.folder)
            with step(f"move branches in {self.folder}"):
                _set_all(there, moves, before, now)
        with self._opened() as there:
            check_complete(there.objects, now.refs.values(), before.values())
            notes = self._packed(there) if moves else ()
        self._track(repo, now.refs)
        client = roots.client(self.folder, Path.home(), os.environ)
        folder, already = os.fspath(self.folder), not moves
        return Pushed(0, size, folder, self.folder.name, client, already=already, bare=True, notes=notes)

    def _packed(self, there: Repository) -> tuple[str, ...]:
        """Make one pack of those that pushes left there, where they take much more than that would. Git is
        not started in a folder that others can write."""
        if not repack.is_due(repack.sizes(there), None):
            return ()
        self.progress(f"packing {self.folder.name}", 0, None)
        try:
            repack.repack_without_git(there)
        except Problem as problem:
            # What was saved is saved.
            return (f"its packs stay as they are: {problem.message}",)
        return ()

    def _require_forward(self, repo: Repository, name: str, before: str, after: str) -> None:
        if not name.startswith("refs/heads/") or not reachable(repo.objects, [before], [after]):
            raise Refused(
                f"{name} is at {before[:7]} there, which is not a part of what is here",
                f"talekeep fetch {self.name}, merge, then push again",
            )

    def _track(self, repo: Repository, refs: dict[str, str]) -> list[Moved]:
        moved = []
        for name, value in refs.items():
            if name.startswith("refs/heads/"):
                ref = f"refs/remotes/{self.name}/{name.removeprefix('refs/heads/')}"
                before = repo.ref(ref)
                if before != value and repo.set_ref(ref, value, before, "talekeep: mirror"):
                    moved.append(Moved(ref, before, value))
        return moved

    def fetch(self, repo: Repository) -> Fetched:
        """Bring what is there to `refs/remotes/<name>/…`, checked object by object.

        Raises:
            Refused: it is not as it was made, or what it holds is damaged. Outside: see `push`.
        """
        local = Local(repo.git_dir, self.name)
        with local.locked(f"a fetch from {self.name}"), local.staging() as staging, self._opened() as there:
            refs = there.refs()
            ours = [*repo.refs().values(), *repo.refs_under(f"refs/remotes/{self.name}/").values()]
            _send(there, repo, list(refs.values()), ours, staging, staging)
            head = there.head_ref()
        tags = {n: v for n, v in refs.items() if n.startswith("refs/tags/") and repo.ref(n) is None}
        for name, value in tags.items():
            repo.set_ref(name, value, None, "talekeep: mirror")
        moved = self._track(repo, refs) + [Moved(n, None, v) for n, v in tags.items()]
        return Fetched((Taken(self.folder.name, 0, "", refs, head),), tuple(moved))

    def describe(self, repo: Repository) -> Status:
        """Its branches' names; nothing is read but refs. `repo` is ours."""
        with self._opened() as there:
            writer = WriterStatus(self.folder.name, len(there.refs()) or None, mine=True)
        return Status(os.fspath(self.folder), roots.client(self.folder, Path.home(), os.environ), (writer,))

    def check(self, *, restore: bool = False, everything: bool = False) -> Checked:
        """Follow every object; with `restore`, copy it all into a scratch repository and count entries."""
        unchecked = ("whether another copy of this disk exists",)
        try:
            with self._opened() as there, scratch_folder() as scratch:
                text, fault = _followed(there, scratch, restore)
        except (Refused, Outside) as error:
            text, fault = "", error.message
        if fault:
            return Checked("none", (), unchecked, (fault,))
        return Checked("good", (f"{self.folder.name}: {text}",), unchecked)


def _followed(there: Repository, scratch: Path, restore: bool) -> tuple[str, str]:
    """The result of the check, or the problem as text: an exception would keep the damaged pack file open."""
    tips = list(there.refs().values())
    if not tips:
        return "", "nothing was pushed yet"
    try:
        text = f"{check_complete(there.objects, tips)} objects followed"
        return text + (f"; restored, {_rebuilt(there, tips, scratch)} entries counted" if restore else ""), ""
    except Refused as error:
        return "", error.message


def _set_all(there: Repository, moves: dict[str, str], before: dict[str, str], now: Snapshot) -> None:
    for name, value in moves.items():
        if not there.set_ref(name, value, before.get(name), "talekeep: push"):
            raise Refused(f"{name} was moved there by another program", "run the command again")
    if now.head is not None and there.head_ref() != now.head:
        there.set_head(now.head)


def _send(
    source: Repository, target: Repository, wants: list[str], haves: list[str], staging: Path, beside: Path
) -> int:
    """Copy the objects that `target` lacks: packed, tried in a scratch store beside it, then adopted.

    Returns:
        How many bytes were written.
    """
    ids = missing(source.objects, wants, haves)
    if not ids:
        return 0
    pack, work = staging / "pack", beside / "objects" / "incoming-talekeep"
    with step(f"write to {staging}"), pack.open("xb") as out:
        packs.write_pack(out, source.objects, ids)
        fsync_stream(out)
    with step(f"write to {beside}"):
        shutil.rmtree(work, ignore_errors=True)
        scratch = packs.scratch_store(work, target.objects)
        try:
            with pack.open("rb") as stream:
                packs.read_pack(scratch, stream)
            check_complete(scratch, wants, haves, base=target.objects)
            packs.adopt_packs(target.objects, scratch)
        finally:
            scratch.close()
            shutil.rmtree(work, ignore_errors=True)
    return pack.stat().st_size


def _rebuilt(there: Repository, tips: list[str], scratch: Path) -> int:
    copy = Repository.init_bare(scratch / "copy")
    try:
        _send(there, copy, tips, [], scratch, scratch / "copy")
        head = there.head()
        files = view.of_tree(copy, copy.commit(head).tree) if head else None
        return sum(sum(1 for _ in parts.lines_of(files.read(p))) for p in files.parts()) if files else 0
    finally:
        copy.close()


class BareAccess(Access):
    """Bare repositories of ours; what is in one is cloned as from any repository."""

    def add(self, clone: Clone, new: NewRemote, *, dry_run: bool = False) -> Made:
        place = new.base / at_home(new.place)
        if dry_run:
            return Made(str(place), {})
        target = add(
            clone.repo,
            new.name,
            place,
            dataset=new.dataset,
            label=new.label,
            i_know=new.i_know,
            setting=Setting(),
        )
        url = self.url(target)
        # Plain git takes the path itself, so that `git push` and `git fetch` need nothing of ours.
        return Made(str(target), {**remote_settings(new.name, url), ("url", str(target), "insteadOf"): url})
