"""What a mirror holds (`describe`) and whether it is complete (`check`), with what was not checked."""

import os
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

from talekeep.core.errors import Refused
from talekeep.remotes.base import Checked
from talekeep.remotes.base import Status
from talekeep.remotes.base import WriterStatus
from talekeep.remotes.mirror.environment import Setting
from talekeep.remotes.mirror.folder.manifest import Manifest
from talekeep.remotes.mirror.folder.scan import Scan
from talekeep.remotes.mirror.folder.scan import State
from talekeep.remotes.mirror.folder.scan import scan
from talekeep.remotes.mirror.folder.sync_clients import client
from talekeep.remotes.mirror.reader.state_reader import take
from talekeep.remotes.mirror.reader.state_reader import verify
from talekeep.remotes.mirror.setup import require_folder
from talekeep.store import parts
from talekeep.store import view
from talekeep.store.git.repository import Repository


def describe(mirror: Path, setting: Setting, writer: str | None) -> Status:
    """The state by names, sizes and manifests alone; nothing is downloaded. `writer` is our own."""
    require_folder(setting.disk, mirror)
    scanned = scan(setting.disk, mirror)
    return Status(
        folder=os.fspath(mirror),
        client=client(mirror, Path.home(), os.environ),
        writers=tuple(_status(scanned, name, name == writer) for name in scanned.writers()),
        seen_by=scanned.seen_by(writer) if writer else (),
        foreign=scanned.foreign,
        notes=tuple(f"{place} is still in the cloud" for place in scanned.placeholders),
    )


def _status(scanned: Scan, writer: str, mine: bool) -> WriterStatus:
    newest, states = scanned.newest(writer), scanned.of(writer)
    number = newest.manifest.number if newest else 0
    later = [s for s in states if s.manifest.number > number]
    return WriterStatus(
        writer=writer,
        number=number or None,
        made=newest.manifest.made if newest else None,
        mine=mine,
        download=sum(_away(state) for state in later[:1]),
        arriving=tuple((s.manifest.number, s.absent) for s in later if s.absent),
    )


def _away(state: State) -> int:
    return sum(link.size for link in state.manifest.chain if link.name in state.away)


def check(
    mirror: Path, setting: Setting, scratch: Path, *, restore: bool = False, everything: bool = False
) -> Checked:
    """Hash the newest chain of every machine; an older state is looked at where the newest fails.

    Args:
        restore: also put it together in `scratch`, follow every reference and count the entries.
        everything: look at every generation that is kept, not only at the newest.
    """
    require_folder(setting.disk, mirror)
    scanned = scan(setting.disk, mirror)
    drill = _Drill(setting, scratch, restore)
    fell_back = False
    for writer in scanned.writers():
        states = scanned.of(writer)
        good = next((n for n, state in enumerate(states) if drill.passes(state)), None)
        fell_back |= good != 0
        if good is not None:
            drill.older(states[good], states[good + 1 :], everything)
    problems = [f"{place} is damaged, or none of ours" for place in scanned.foreign] + drill.problems
    unchecked = [f"{place} (still in the cloud)" for place in scanned.placeholders] + drill.unchecked
    return Checked(
        "none" if not drill.checked else "older" if fell_back else "partly" if drill.failed else "good",
        tuple(drill.checked),
        (*unchecked, *_never_checked(restore)),
        tuple(problems),
    )


def _never_checked(restore: bool) -> list[str]:
    contents = [] if restore else ["whether it can be put together (--restore)"]
    return [*contents, "whether the sync program has uploaded it"]


@dataclass(slots=True)
class _Drill:
    setting: Setting
    scratch: Path
    restore: bool
    checked: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    failed: bool = False

    def passes(self, state: State) -> bool:
        name = f"{state.manifest.writer} push {state.manifest.number}"
        try:
            verify(self.setting.disk, state)
            self.checked.append(f"{name}: {_checksums(state)}{self._rebuilt(state)}")
        except Refused as error:
            self.problems.append(f"{name}: {error.message}")
            return False
        return True

    def _rebuilt(self, state: State) -> str:
        if not self.restore:
            return ""
        objects, entries = rebuild(state, self.setting, self.scratch / state.sha256[:16])
        return f"; restored, {objects} objects followed, {entries} entries counted"

    def older(self, newest: State, states: list[State], everything: bool) -> None:
        """Check older generations, or say that this was not done. Files of a checked chain are good."""
        passed = {_file_sums(newest)}
        for state in states:
            if any(_file_sums(state) == sums[: len(state.manifest.chain)] for sums in passed):
                continue
            if not everything:
                self.unchecked.append(f"{state.manifest.writer} push {state.manifest.number} (--all)")
            elif not self.passes(state):
                self.failed = True
                continue
            passed.add(_file_sums(state))


def _checksums(state: State) -> str:
    files = len(state.manifest.chain)
    return f"checksums of {files} {'file' if files == 1 else 'files'}"


def _file_sums(state: State) -> tuple[str, ...]:
    return tuple(link.sha256 for link in state.manifest.chain)


def rebuild(state: State, setting: Setting, folder: Path) -> tuple[int, int]:
    """Restore a state into a new scratch folder: every object followed, the entries counted.

    Returns:
        How many objects and entries there are.

    Raises:
        Refused: it cannot be restored, or holds another number of entries than its manifest says.
    """
    folder.mkdir(parents=True)
    repo = Repository.init_bare(folder / "repository")
    try:
        objects, manifest = take(setting, repo, state, folder)
        entries = _count(repo, manifest)
    finally:
        repo.close()
    if state.manifest.entries not in (None, entries):
        raise Refused(f"it holds {entries} entries, its manifest says {state.manifest.entries}")
    return objects, entries


def _count(repo: Repository, manifest: Manifest) -> int:
    """The entries of what a clone would check out."""
    commit = manifest.detached or (dict(manifest.refs)[manifest.head] if manifest.head else None)
    if commit is None:
        return 0
    files = view.of_tree(repo, repo.commit(commit).tree)
    return sum(sum(1 for _ in parts.lines_of(files.read(part))) for part in files.parts())
