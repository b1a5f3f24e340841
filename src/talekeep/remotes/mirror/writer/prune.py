"""Delete old generations of this machine's own folder, always whole ones, and nothing else.

A generation is a full bundle and the increments after it. No clock decides alone: age is counted back from
the newest generation, by this machine's journal, and the newest generations stay however old they are.
"""

import dataclasses
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC
from datetime import datetime
from datetime import timedelta
from pathlib import Path

from talekeep.core.errors import Outside
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.remotes.base import Pruned
from talekeep.remotes.mirror.environment import Setting
from talekeep.remotes.mirror.folder.disk import Disk
from talekeep.remotes.mirror.folder.disk import step
from talekeep.remotes.mirror.folder.manifest import BUNDLE
from talekeep.remotes.mirror.folder.manifest import MANIFEST
from talekeep.remotes.mirror.folder.scan import Scan
from talekeep.remotes.mirror.folder.scan import State
from talekeep.remotes.mirror.folder.scan import scan
from talekeep.remotes.mirror.reader.check import rebuild
from talekeep.remotes.mirror.setup import require_store
from talekeep.remotes.mirror.writer.journal import Journal
from talekeep.remotes.mirror.writer.journal import Local
from talekeep.remotes.mirror.writer.publish import hash_file
from talekeep.store.files import outside
from talekeep.store.git.pack import reach
from talekeep.store.git.repository import Repository

LEAST = 2


@dataclass(frozen=True, slots=True)
class Retention:
    """What stays: the last `generations`, and what was in use in the last `days` before the newest began;
    with `times` as many as fit into so many times the newest full bundle, and two in any case."""

    generations: int = 3
    days: int = 30
    times: float | None = None


# What a push leaves of its own folder, unless this clone is told otherwise.
BY_ITSELF = Retention(generations=LEAST, times=3.0)


@dataclass(frozen=True, slots=True)
class Generation:
    """The whole states that one full bundle (push `number`) began, newest first."""

    number: int
    states: tuple[State, ...]


def prune(
    repo: Repository,
    mirror: Path,
    remote: str,
    setting: Setting,
    retention: Retention,
    *,
    carry_out: bool = False,
) -> Pruned:
    """List the files of our folder that can be deleted; with `carry_out`, verify what stays and delete them.

    Raises:
        Usage: fewer than two generations would stay.
        Refused: what is to stay is not whole here, or the folder holds more than our own journal knows.
        Outside: the disk failed; what was not deleted yet goes with the next run.
    """
    if retention.generations < LEAST:
        raise Usage(f"at least {LEAST} generations stay", f"--keep {LEAST}")
    local = Local(repo.git_dir, remote)
    with local.locked(f"a clean-up of {remote}"), local.staging() as staging:
        journal = local.journal()
        require_store(setting.disk, mirror, journal.store)
        writer = local.writer(setting.machine())
        if writer is None or writer != journal.writer:
            raise Refused("this clone has saved nothing there that it could clear away", "talekeep push")
        scanned = scan(setting.disk, mirror)
        generations = _generations(scanned, journal, mirror / writer)
        if retention.times is not None:
            kept = _within(generations, retention.times, setting)
            kept = _with_lost_commits(repo, generations, kept)
        else:
            kept = _kept(generations, journal, retention, setting.now())
        files = _older(scanned.files.get(writer, {}), kept[0].number if kept else 0)
        if carry_out:
            if files:
                _prove(mirror / writer, kept, setting, staging)
                delete(setting.disk, mirror / writer, files)
            try:
                local.save(_known(journal, generations, kept, setting))
            except Outside as problem:
                raise Outside(
                    f"{len(files)} files are cleared away, but {problem.message}", "talekeep remote check"
                ) from problem
    return Pruned(
        folder=os.fspath(mirror),
        writer=writer,
        kept=tuple(g.number for g in kept),
        removed=tuple(files),
        bytes=sum(scanned.files[writer][name].size for name in files),
        done=carry_out,
    )


def _generations(scanned: Scan, journal: Journal, folder: Path) -> list[Generation]:
    """Our own, oldest first.

    Raises:
        Refused: the folder is not as our journal knows it.
    """
    away = [place for place in scanned.placeholders if place.startswith(f"{folder.name}/")]
    if away:
        raise Refused(f"{away[0]} is still in the cloud", "make the folder available offline first")
    mine = scanned.of(folder.name)
    if len({s.manifest.number for s in mine}) < len(mine) or any(
        s.manifest.number > journal.used for s in mine
    ):
        raise Refused(f"another copy of this dataset saved in {folder} too", "talekeep push, then try again")
    if not mine or mine[0].sha256 != journal.manifest or not mine[0].whole:
        raise Refused(f"push {journal.number} is not whole in {folder}", "talekeep push, then try again")
    begun: dict[int, list[State]] = {}
    for state in mine:
        begun.setdefault(state.manifest.chain[0].number, []).append(state)
    return [Generation(number, tuple(states)) for number, states in sorted(begun.items())]


def _with_lost_commits(
    repo: Repository, generations: list[Generation], kept: list[Generation]
) -> list[Generation]:
    """What is kept, and every generation from the oldest one that alone holds a commit: one that was amended
    away, or of a branch that was deleted. Only a person clears these (`remote prune`)."""
    newest = kept[-1].states[0].manifest.tips if kept else []
    for place, generation in enumerate(generations[: len(generations) - len(kept)]):
        tips = {tip for state in generation.states for tip in state.manifest.tips}
        if not reach.reachable(repo.objects, sorted(tips), newest):
            return generations[place:]
    return kept


def _within(generations: list[Generation], times: float, setting: Setting) -> list[Generation]:
    """The newest generations that fit, with room for what the newest will grow by. Two whole ones stay: the
    newest may not be uploaded yet."""
    if not all(generation.states[0].whole for generation in generations[-LEAST:]):
        return generations
    full = generations[-1].states[0].manifest.chain[0].size
    room = times * full - (setting.limits.share * full if full > setting.limits.small else 0)
    sizes = [sum(link.size for link in g.states[0].manifest.chain) for g in generations]
    count = LEAST
    while count < len(generations) and sum(sizes[-count - 1 :]) <= room:
        count += 1
    return generations[-count:]


def _kept(
    generations: list[Generation], journal: Journal, retention: Retention, now: datetime
) -> list[Generation]:
    """The newest generations. Incomplete ones do not count; between two that stay, all stay."""
    whole = [n for n, g in enumerate(generations) if g.states[0].whole]
    if len(whole) < retention.generations:
        return generations
    first = whole[-retention.generations]
    limit = _newest(journal, now) - timedelta(days=retention.days)
    begun = [(number, time) for number, made in journal.generations if (time := _time(made))]
    for n, generation in enumerate(generations[:first]):
        # It ended before any later one began.
        ended = next((time for number, time in begun if number > generation.number), None)
        if ended is None or ended > limit:
            return generations[n:]
    return generations[first:]


def _newest(journal: Journal, now: datetime) -> datetime:
    """When the newest generation began; a clock that jumped ahead since makes nothing older."""
    known = [t for t in (_time(made) for _, made in journal.generations) if t is not None]
    return min([now, *known[-1:]])


def _time(made: str | None) -> datetime | None:
    try:
        return datetime.strptime(made or "", "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def _older(names: Iterable[str], first: int) -> list[str]:
    """Our files of pushes before `first`, in the order they go: manifests, then bundles, newest first."""
    manifests = [n for n in names if (match := MANIFEST.fullmatch(n)) and int(match[1]) < first]
    bundles = [n for n in names if (match := BUNDLE.fullmatch(n)) and int(match[1]) < first]
    return sorted(manifests, reverse=True) + sorted(bundles, reverse=True)


def _prove(folder: Path, kept: list[Generation], setting: Setting, staging: Path) -> None:
    """Check that what stays is good under its own names, and that the newest can be restored.

    Raises:
        Refused: it is not.
    """
    for generation in kept:
        for state in generation.states[:1]:
            _require_good(setting.disk, folder, state)
    rebuild(kept[-1].states[0], setting, staging / "proof")


def _require_good(disk: Disk, folder: Path, state: State) -> None:
    for link, paths in zip(state.manifest.chain, state.candidates, strict=True):
        path = folder / link.name
        with step(f"read {path}"):
            good = path in paths and hash_file(disk, path) == link.sha256
        if not good:
            raise Refused(
                f"{link.name}, which is to stay, is missing or damaged; nothing is cleared away",
                "talekeep push --full, then try again",
            )


def delete(disk: Disk, folder: Path, files: list[str]) -> None:
    """Delete files in this order, manifests durably before the bundles they name.

    Raises:
        Outside: the disk failed; the message says whether some files are gone.
    """
    gone = 0
    try:
        for group in ([n for n in files if MANIFEST.fullmatch(n)], [n for n in files if BUNDLE.fullmatch(n)]):
            for name in group:
                disk.remove(folder / name)
                gone += 1
            if group:
                disk.sync_folder(folder)
    except OSError as error:
        if gone:
            raise outside(f"old files in {folder} are cleared away, but not all for sure", error) from error
        raise outside(f"cannot clear away old files in {folder}", error) from error


def _known(
    journal: Journal, generations: list[Generation], kept: list[Generation], setting: Setting
) -> Journal:
    """The journal without what is gone; a generation it had forgotten counts as seen today."""
    times, today = dict(journal.generations), setting.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    stay = tuple((g.number, times.get(g.number, today)) for g in generations if g in kept)
    return dataclasses.replace(journal, generations=stay)
