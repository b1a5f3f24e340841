"""What a mirror holds (`describe`) and whether it is whole (`check`), with what was not looked at."""

import os
from pathlib import Path

from talekeep.core.errors import Refused
from talekeep.remotes.base import Checked
from talekeep.remotes.base import Status
from talekeep.remotes.base import WriterStatus
from talekeep.remotes.roots import client
from talekeep.remotes.setting import Setting
from talekeep.remotes.setup import require_folder
from talekeep.remotes.states import Scan
from talekeep.remotes.states import State
from talekeep.remotes.states import scan
from talekeep.remotes.taking import take
from talekeep.remotes.taking import verify
from talekeep.store.git.repository import Repository


def describe(mirror: Path, setting: Setting, writer: str | None) -> Status:
    """What names, sizes and manifests tell; nothing is downloaded. `writer` is our own."""
    require_folder(setting.disk, mirror)
    found = scan(setting.disk, mirror)
    return Status(
        folder=os.fspath(mirror),
        client=client(mirror, Path.home(), os.environ),
        writers=tuple(_status(found, name, name == writer) for name in found.writers()),
        seen_by=found.seen_by(writer) if writer else (),
        foreign=found.foreign,
        notes=tuple(f"{place} is still in the cloud" for place in found.placeholders),
    )


def _status(found: Scan, writer: str, mine: bool) -> WriterStatus:
    newest, states = found.newest(writer), found.of(writer)
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


def check(mirror: Path, setting: Setting, scratch: Path, *, rebuild: bool = False) -> Checked:
    """Hash the newest chain of every machine; with `rebuild`, put it together in `scratch` and follow
    every reference. An older state is looked at where the newest fails."""
    require_folder(setting.disk, mirror)
    found = scan(setting.disk, mirror)
    checked: list[str] = []
    problems = [f"{place} is damaged, or none of ours" for place in found.foreign]
    unchecked = [f"{place} (still in the cloud)" for place in found.placeholders]
    fell_back = False
    for writer in found.writers():
        states = found.of(writer)
        good = next((n for n, s in enumerate(states) if _good(s, setting, scratch, rebuild, problems)), None)
        fell_back |= good != 0
        if good is not None:
            checked.append(f"{writer} push {states[good].manifest.number}")
            unchecked += [f"{writer} push {s.manifest.number}" for s in states[good + 1 :]]
    state = "none" if not checked else "older" if fell_back else "good"
    return Checked(state, tuple(checked), tuple(unchecked), tuple(problems))


def _good(state: State, setting: Setting, scratch: Path, rebuild: bool, problems: list[str]) -> bool:
    try:
        verify(setting.disk, state)
        if rebuild:
            _rebuild(state, setting, scratch / state.sha256[:16])
    except Refused as error:
        problems.append(f"{state.manifest.writer} push {state.manifest.number}: {error.message}")
        return False
    return True


def _rebuild(state: State, setting: Setting, folder: Path) -> None:
    folder.mkdir()
    repo = Repository.init_bare(folder / "repository")
    try:
        take(setting.disk, repo, state, folder)
    finally:
        repo.close()
