"""Save to a mirror: make the bundle locally, verify it, publish it, and last the manifest that commits it.

Steps W0 to W12 of the write protocol; every file of the folder is written once and never changed.
"""

import contextlib
import dataclasses
import os
from pathlib import Path

from talekeep.core.errors import Problem
from talekeep.core.errors import Refused
from talekeep.core.errors import reason_of
from talekeep.remotes.base import Pushed
from talekeep.remotes.encryption.keys import require_recipients
from talekeep.remotes.mirror.environment import Limits
from talekeep.remotes.mirror.environment import Setting
from talekeep.remotes.mirror.folder.disk import step
from talekeep.remotes.mirror.folder.manifest import MANIFEST
from talekeep.remotes.mirror.folder.manifest import Link
from talekeep.remotes.mirror.folder.manifest import Manifest
from talekeep.remotes.mirror.folder.manifest import Seen
from talekeep.remotes.mirror.folder.scan import Scan
from talekeep.remotes.mirror.folder.scan import State
from talekeep.remotes.mirror.folder.scan import scan
from talekeep.remotes.mirror.folder.sync_clients import client
from talekeep.remotes.mirror.reader.tracking_refs import track
from talekeep.remotes.mirror.setup import require_store
from talekeep.remotes.mirror.writer.journal import Local
from talekeep.remotes.mirror.writer.journal import Sealed
from talekeep.remotes.mirror.writer.ownership import Place
from talekeep.remotes.mirror.writer.ownership import last_push
from talekeep.remotes.mirror.writer.ownership import settle
from talekeep.remotes.mirror.writer.publish import Staged
from talekeep.remotes.mirror.writer.publish import publish
from talekeep.remotes.mirror.writer.publish import require_space
from talekeep.remotes.mirror.writer.publish import temporary_name
from talekeep.remotes.mirror.writer.ref_snapshot import Snapshot
from talekeep.remotes.mirror.writer.ref_snapshot import snapshot
from talekeep.remotes.mirror.writer.staging import stage_bundle
from talekeep.remotes.mirror.writer.staging import stage_manifest
from talekeep.store.git.pack.reach import peel
from talekeep.store.git.pack.reach import reachable
from talekeep.store.git.repository import Repository

# With more generations than this in our own folder, a push suggests to prune.
_MANY = 30
# So many pushes of our own may be unreadable here for a time.
_MOST_AHEAD = 10_000


def push(
    repo: Repository,
    mirror: Path,
    remote: str,
    setting: Setting,
    *,
    entries: int | None = None,
    full: bool = False,
) -> Pushed:
    """Save every branch and tag of a repository to a mirror folder that is there already.

    Args:
        entries: the number of entries, shown in the manifest.
        full: write everything anew even where an increment would do.

    Raises:
        Refused: there is nothing to save, the folder is not the mirror, or what would be saved could
            not be restored.
        Outside: the disk failed; the message names the step, and what was saved before is untouched.
    """
    repo.require_history(f"push to {remote}")
    local = Local(repo.git_dir, remote)
    with local.locked(f"a push to {remote}"), local.staging() as staging:
        there = require_store(setting.disk, mirror, local.journal().store)
        require_recipients(repo, remote, there)
        store = there.store
        scanned = scan(setting.disk, mirror)
        place, scanned = settle(
            repo, mirror, remote, setting, scanned, dataclasses.replace(local.journal(), store=store)
        )
        now = snapshot(repo)
        last = last_push(place, scanned)
        if last is not None and not full and now.same(last.manifest):
            return _already(place, scanned, last)
        return _save(place, scanned, staging, now, last, entries, full)


def _already(place: Place, scanned: Scan, last: State) -> Pushed:
    manifest = last.manifest
    notes = [*_track(place, manifest), *_not_here(place, scanned)]
    return Pushed(
        number=manifest.number,
        bytes=0,
        folder=os.fspath(place.mirror),
        writer=place.writer,
        client=_client(place.mirror),
        already=True,
        chain=sum(link.size for link in manifest.chain),
        seen_by=scanned.seen_by(place.writer),
        notes=(*place.notes, *notes),
    )


# W5 to W12


def _save(
    place: Place,
    scanned: Scan,
    staging: Path,
    now: Snapshot,
    last: State | None,
    entries: int | None,
    full: bool,
) -> Pushed:
    base = None if full or last is None else _base(place, now, last.manifest)
    number = max(place.journal.used, *_numbers(scanned, place.writer)) + 1
    bundle = stage_bundle(place, staging, now, base, number)
    chain = (*(base.chain if base else ()), Link(bundle.name, bundle.size, bundle.sha256))
    manifest = Manifest(
        store=place.journal.store or "",
        writer=place.writer,
        number=number,
        made=place.setting.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        refs=tuple(now.refs.items()),
        chain=chain,
        head=now.head,
        detached=now.detached,
        previous=place.journal.manifest,
        seen=_last_seen(scanned, place.writer),
        entries=entries,
    )
    listing = stage_manifest(staging, manifest, sealed=bool(place.recipients))
    notes = _publish(place, (bundle, listing), number)
    notes += _many(place, scanned)
    notes += _record(place, manifest, listing.sha256)
    notes += [*_track(place, manifest), *_not_here(place, scanned)]
    return Pushed(
        number=number,
        bytes=bundle.size + listing.size,
        folder=os.fspath(place.mirror),
        writer=place.writer,
        client=_client(place.mirror),
        full=base is None,
        chain=sum(link.size for link in chain),
        seen_by=scanned.seen_by(place.writer),
        notes=(*place.notes, *notes),
    )


def _many(place: Place, scanned: Scan) -> list[str]:
    begun = {state.manifest.chain[0].number for state in scanned.of(place.writer)}
    if len(begun) < _MANY:
        return []
    return [f"{len(begun)} generations are kept there; talekeep remote prune says which can go"]


def _not_here(place: Place, scanned: Scan) -> list[str]:
    """What other machines saved that was not fetched yet."""
    newest = [scanned.newest(writer) for writer in scanned.writers() if writer != place.writer]
    read, objects = place.local.read(), place.repo.objects
    return [
        f"{state.manifest.writer} has saved push {state.manifest.number}, which is not here yet; "
        f"next: talekeep fetch {place.remote}"
        for state in newest
        if state is not None
        and state.sha256 not in read
        and (state.manifest.sealed or not all(peel(objects, tip) for tip in state.manifest.tips))
    ]


def _numbers(scanned: Scan, writer: str) -> list[int]:
    """The numbers of pushes in our folder. Names count too: a manifest may still be in the cloud. A name far
    ahead of everything that can be read is a stray file, and would use up the numbers."""
    readable = [0, *(state.manifest.number for state in scanned.of(writer))]
    names = map(MANIFEST.fullmatch, scanned.files.get(writer, {}))
    most = max(readable) + _MOST_AHEAD
    return [*readable, *(number for match in names if match and (number := int(match[1])) <= most)]


def _base(place: Place, now: Snapshot, last: Manifest) -> Manifest | None:
    """The manifest to build on; None for a full push."""
    objects, limits = place.repo.objects, place.setting.limits
    if _worn(last, limits) or any(name not in now.refs for name, _ in last.refs):
        return None
    for name, before in last.refs:
        after = now.refs[name]
        moved_on = name.startswith("refs/heads/") and reachable(objects, [before], [after])
        if before != after and not moved_on:
            return None
    return last if all(peel(objects, tip) for tip in last.tips) else None


def _worn(last: Manifest, limits: Limits) -> bool:
    first, *rest = (link.size for link in last.chain)
    added = sum(rest)
    return len(last.chain) >= limits.chain or first + added <= limits.small or added >= limits.share * first


def _publish(place: Place, files: tuple[Staged, Staged], number: int) -> list[str]:
    """Write both files into our folder, the manifest last; on any failure take back what was written."""
    disk, folder = place.setting.disk, place.folder
    require_space(disk, place.mirror, sum(staged.size for staged in files))
    names = tuple(staged.name for staged in files)
    place.local.save(dataclasses.replace(place.journal, used=number, attempt=names))
    made = False
    try:
        # A link of that name is no folder of ours; making one then fails.
        with step(f"make {folder}"):
            if folder.name not in disk.folders(place.mirror):
                disk.make_folder(folder)
                made = True
                disk.sync_folder(place.mirror)
        replaced = [staged.name for staged in files if publish(disk, folder, staged)]
        with step(f"list {folder} again"):
            there = disk.files(folder)
        lost = [s.name for s in files if s.name not in there or there[s.name].size != s.size]
        if lost:
            raise Refused(f"{folder} does not show {lost[0]} although it was written", "push again")
    except BaseException:
        _take_back(place, names, made)
        raise
    return [f"{name} was there but damaged; it is replaced" for name in replaced]


def _take_back(place: Place, names: tuple[str, ...], made: bool) -> None:
    # What cannot be removed now is in the journal, and the next push removes it.
    disk, folder = place.setting.disk, place.folder
    for name in reversed(names):
        for left in (folder / name, folder / temporary_name(name)):
            with contextlib.suppress(OSError):
                disk.remove(left)
    if made:
        with contextlib.suppress(OSError):
            disk.remove_folder(folder)


def _record(place: Place, manifest: Manifest, sha256: str) -> list[str]:
    """Write down what is saved; a failure is a note, because it is saved, and the next push finds it."""
    generations = place.journal.generations
    if manifest.chain[0].number == manifest.number:
        generations = (*generations, (manifest.number, manifest.made))
    journal = dataclasses.replace(
        place.journal,
        number=manifest.number,
        used=manifest.number,
        manifest=sha256,
        attempt=(),
        generations=generations,
        sealed=_kept_here(place, manifest),
    )
    try:
        place.local.save(journal)
    except Problem as problem:
        return [f"saved, but this clone could not note it; the next push does: {problem.message}"]
    return []


def _kept_here(place: Place, manifest: Manifest) -> Sealed | None:
    if not place.recipients:
        return None
    return Sealed(manifest.refs, manifest.head, manifest.detached, place.recipients)


def _track(place: Place, manifest: Manifest) -> list[str]:
    """Show in `refs/remotes/…` what is saved; a failure is a note, because by now it is saved."""
    try:
        return track(
            place.repo, place.remote, manifest.writer, dict(manifest.refs), tags=False, prune=True
        ).notes
    except (Problem, OSError) as error:
        return [f"saved, but refs/remotes/{place.remote} could not be updated: {reason_of(error)}"]


def _last_seen(scanned: Scan, writer: str) -> tuple[Seen, ...]:
    newest = [scanned.newest(other) for other in scanned.writers() if other != writer]
    return tuple(Seen(s.manifest.writer, s.manifest.number, s.sha256) for s in newest if s is not None)


def _client(mirror: Path) -> str:
    return client(mirror, Path.home(), os.environ)
