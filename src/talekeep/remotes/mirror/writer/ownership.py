"""Which folder a push writes to, and what an interrupted push left in it (steps W2 and W3)."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path

from talekeep.remotes.encryption.keys import recipients_of
from talekeep.remotes.mirror.environment import Setting
from talekeep.remotes.mirror.folder.disk import step
from talekeep.remotes.mirror.folder.manifest import manifest_name
from talekeep.remotes.mirror.folder.scan import Scan
from talekeep.remotes.mirror.folder.scan import State
from talekeep.remotes.mirror.folder.scan import scan
from talekeep.remotes.mirror.writer.journal import Journal
from talekeep.remotes.mirror.writer.journal import Local
from talekeep.remotes.mirror.writer.publish import is_temporary
from talekeep.store.git.repository import Repository

DEFAULT_LABEL = "machine"


@dataclass(frozen=True, slots=True)
class Place:
    """The folder one push writes to, with its journal."""

    repo: Repository
    mirror: Path
    remote: str
    local: Local
    setting: Setting
    journal: Journal
    writer: str
    notes: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        return self.mirror / self.writer


def settle(
    repo: Repository, mirror: Path, remote: str, setting: Setting, scanned: Scan, journal: Journal
) -> tuple[Place, Scan]:
    """Decide which folder is ours and clear away what a push that was cut short left in it.

    Returns:
        Where to write, and the folder as it is now.
    """
    local, machine = Local(repo.git_dir, remote), setting.machine()
    writer, notes = local.writer(machine), []
    if writer is not None and writer == journal.writer:
        journal, cleared = _finish(setting, mirror / writer, scanned, journal)
        scanned = scan(setting.disk, mirror) if cleared else scanned
        if _used_twice(scanned, writer, journal):
            notes.append(
                f"another copy of this dataset also saves as {writer}; this one has a new folder now"
            )
            writer = None
    if writer is None or writer != journal.writer:
        writer = f"{local.label() or setting.label() or DEFAULT_LABEL}-{setting.token(4)}"
        journal = Journal(store=journal.store, writer=writer)
        local.set_writer(writer, machine)
    newest = max((state.manifest.number for state in scanned.of(writer)), default=0)
    if journal.number > newest:
        notes.append(_went_back(journal.number, newest, remote))
    recipients = recipients_of(repo, remote)
    journal = local.save(journal)
    return Place(repo, mirror, remote, local, setting, journal, writer, tuple(notes), recipients), scanned


def _went_back(number: int, newest: int, remote: str) -> str:
    now = f"the newest there is {newest}" if newest else "nothing of it is"
    return (
        f"push {number} is no longer in the folder, {now}: it went back in time or has not finished "
        f"syncing; everything is saved anew; to see that it is whole: talekeep remote check {remote}"
    )


def _finish(setting: Setting, folder: Path, scanned: Scan, journal: Journal) -> tuple[Journal, bool]:
    """Complete or clear away what a push that was cut short has left; only its own files."""
    disk = setting.disk
    finished = [s for s in scanned.of(folder.name) if _canonical(s) in journal.attempt and s.whole]
    if finished:
        manifest = finished[0].manifest
        journal = dataclasses.replace(
            journal,
            number=manifest.number,
            manifest=finished[0].sha256,
            used=max(journal.used, manifest.number),
            # What was in it only its bundle knows; the next push writes everything anew.
            sealed=None,
        )
    names = scanned.files.get(folder.name, {})
    left = [name for name in names if is_temporary(name)]
    left += [name for name in reversed(journal.attempt) if not finished and name in names]
    with step(f"clear away in {folder} what an unfinished push left"):
        for name in left:
            disk.remove(folder / name)
    return dataclasses.replace(journal, attempt=()), bool(left)


def _canonical(state: State) -> str:
    return manifest_name(state.manifest.number, state.sha256)


def _used_twice(scanned: Scan, writer: str, journal: Journal) -> bool:
    numbers: dict[int, str] = {journal.number: journal.manifest or ""}
    for state in scanned.of(writer):
        number = state.manifest.number
        if number > journal.used or numbers.setdefault(number, state.sha256) != state.sha256:
            return True
    return False


def last_push(place: Place, scanned: Scan) -> State | None:
    """Our last push, if the folder still holds all of it."""
    mine = [s for s in scanned.of(place.writer) if s.sha256 == place.journal.manifest]
    if not mine or not mine[0].whole or mine[0].manifest.sealed != bool(place.recipients):
        return None
    return _opened(mine[0], place) if place.recipients else mine[0]


def _opened(state: State, place: Place) -> State | None:
    """Our last encrypted push with what the journal knows of it, if it was for the same recipients."""
    sealed = place.journal.sealed
    if sealed is None or sealed.recipients != place.recipients:
        return None
    manifest = dataclasses.replace(
        state.manifest, refs=sealed.refs, head=sealed.head, detached=sealed.detached
    )
    return dataclasses.replace(state, manifest=manifest)
