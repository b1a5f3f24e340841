"""`doctor`: what this program runs on, and whether everything it needs is in order.

A check is one row of `CHECKS`: a function that looks and, where mending is safe, one that mends. Safe means:
no entry, commit or setting of the user can be lost by it.
"""

import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from functools import partial
from pathlib import Path
from typing import Literal
from typing import Self
from typing import TypeAlias

from talekeep.core.errors import Problem
from talekeep.ops.remotes import setup_mirrors
from talekeep.ops.workspace import paths
from talekeep.store import config
from talekeep.store import plugins
from talekeep.store.clone import health
from talekeep.store.clone import setup as wiring
from talekeep.store.dataset import Dataset
from talekeep.store.files import outside
from talekeep.version import __version__

Need: TypeAlias = Literal["nothing", "folder", "dataset"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and the next command or step."""

    message: str
    hint: str | None = None


class Place:
    """Where `doctor` was asked: `folder` is the top folder of the dataset around it, None outside any."""

    def __init__(self, start: Path) -> None:
        # A dataset that lost its talekeep.toml is one still; a repository of another kind is none.
        marks = (config.NAME, ".git/talekeep")
        around = (start, *start.parents)
        self.folder = next((f for f in around if any((f / mark).exists() for mark in marks)), None)

    @cached_property
    def dataset(self) -> Dataset:
        """The dataset, opened.

        Raises:
            Problem: it cannot be.
        """
        assert self.folder is not None
        return Dataset.open(self.folder)

    def close(self) -> None:
        if "dataset" in self.__dict__:
            self.dataset.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class Check:
    """One row: `look` says what is wrong (a `Problem` it raises counts too), `fix` mends it where that is
    safe. `needs` is what has to be there for the check to be made at all: a dataset that opens, its folder
    (git's files can be looked at, even if the dataset does not open), or nothing."""

    name: str
    look: Callable[[Place], Iterable[Fault]]
    fix: Callable[[Place], None] | None = None
    needs: Need = "dataset"
    states: Callable[[Place], Iterable[Fault]] | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """`fixed`: it was wrong and is mended now (with a dry run: it would be mended). `states`: what is so by
    choice and sets limits, with the command that lifts them."""

    name: str
    ok: bool
    faults: tuple[Fault, ...] = ()
    fixable: bool = False
    fixed: bool = False
    states: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Versions:
    """`git` is None where there is none, which stops nothing."""

    talekeep: str
    python: str
    executable: str
    platform: str
    git: str | None


@dataclass(frozen=True, slots=True)
class Hooks:
    """The folder git looks for hooks in, and the interpreter each of ours starts."""

    folder: str
    interpreters: dict[str, str]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`dataset` is the folder that was looked at, None outside any; `ok`: nothing is wrong (any more)."""

    ok: bool
    dataset: str | None
    versions: Versions
    hooks: Hooks | None
    plugins: tuple[plugins.Plugin, ...]
    checks: tuple[Checked, ...]


def doctor(start: Path, *, fix: bool = False, dry_run: bool = False, hub: Path | None = None) -> Diagnosis:
    """Look at everything; with `fix`, mend what can be mended safely.

    Args:
        start: a folder in or outside a dataset.
        dry_run: with `fix`, say what would be mended and change nothing.
        hub: a dataset or the folder of an export; it is looked at instead, as the Hugging Face Hub will.

    Raises:
        NotFound: there is no folder `hub`.
    """
    with Place(start.resolve()) as place:
        checks = tuple(_examine(place, fix, dry_run) if hub is None else _for_hub(hub))
        return Diagnosis(
            all(each.ok or (each.fixed and not dry_run) for each in checks),
            str(place.folder) if place.folder else None,
            versions(),
            _hooks(place) if _opens(place) else None,
            tuple(plugin for group in plugins.GROUPS for plugin, _ in plugins.installed(group)),
            checks,
        )


def _examine(place: Place, fix: bool, dry_run: bool) -> Iterator[Checked]:
    for check in CHECKS:
        if _can_look(place, check):
            faults = _look(place, check)
            mend = check.fix if fix and faults else None
            if mend is not None and not dry_run:
                mend(place)
                faults_left = _look(place, check)
                fixed = not faults_left
            else:
                fixed = mend is not None
            states = tuple(check.states(place)) if check.states is not None else ()
            yield Checked(check.name, not faults, faults, check.fix is not None, fixed, states)


def _for_hub(folder: Path) -> Iterator[Checked]:
    from talekeep.ops.project.hub import HUB_CHECKS
    from talekeep.ops.project.hub import HubFolder

    folder_seen = HubFolder(folder)
    for name in HUB_CHECKS:
        faults = tuple(Fault(fault.message, fault.hint) for fault in folder_seen.faults(name))
        states = tuple(Fault(state.message, state.hint) for state in folder_seen.states(name))
        yield Checked(name, not faults, faults, states=states)


def _can_look(place: Place, check: Check) -> bool:
    if check.needs == "nothing":
        return True
    return _opens(place) if check.needs == "dataset" else place.folder is not None


def _look(place: Place, check: Check) -> tuple[Fault, ...]:
    try:
        return tuple(check.look(place))
    except Problem as problem:
        return (Fault(problem.message, problem.hint),)
    except OSError as error:
        # What may not be read is a fault of its own, and the other checks are still made.
        unread = outside(f"cannot read {error.filename}", error)
        return (Fault(unread.message, unread.hint),)


def _opens(place: Place) -> bool:
    return place.folder is not None and not _look(place, _OPENS)


def versions() -> Versions:
    """What this program runs on."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return Versions(__version__, python, sys.executable, platform.platform(), _git_version())


def _git_version() -> str | None:
    program = shutil.which("git")
    if program is None:
        return None
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return f"{answer.stdout.strip().removeprefix('git version ')} ({program})"


def _hooks(place: Place) -> Hooks:
    dataset = place.dataset
    folder = dataset.settings.effective("core", "hooksPath") or str(dataset.hooks)
    try:
        interpreters = wiring.interpreters(dataset)
    except OSError:
        # The check of the hooks names what cannot be read.
        interpreters = {}
    return Hooks(folder, interpreters)


# The checks


def _dataset_opens(place: Place) -> Iterator[Fault]:
    place.dataset  # noqa: B018 - opening it is the check
    return iter(())


def _configuration(place: Place) -> Iterator[Fault]:
    place.dataset.config  # noqa: B018 - reading it is the check
    return iter(())


def _folder_is_local(place: Place) -> Iterator[Fault]:
    return (Fault(text) for text in paths.warnings(place.folder or Path()))


def _hooks_and_drivers(place: Place) -> Iterator[Fault]:
    yield from (Fault(text, "talekeep setup") for text in wiring.faults(place.dataset))
    for name, program in wiring.interpreters(place.dataset).items():
        if not shutil.which(program):
            yield Fault(f"the {name} hook starts {program}, which is not there", "talekeep setup")


def _install_hooks(place: Place) -> None:
    wiring.install(place.dataset)


def _mirror_settings(place: Place) -> Iterator[Fault]:
    return (Fault(text, "talekeep setup") for text in setup_mirrors.faults(place.dataset))


def _complete_mirrors(place: Place) -> None:
    setup_mirrors.complete(place.dataset)


def _plugins_load(place: Place) -> Iterator[Fault]:
    uses: list[Callable[[], object]] = [plugins.use_formats, plugins.use_rules, plugins.use_metrics]
    uses += [partial(plugins.load, *row) for row in plugins.installed(plugins.REMOTES)]
    for use in uses:
        try:
            use()
        except Problem as problem:
            yield Fault(problem.message, problem.hint)


def _repository_format(place: Place) -> Iterator[Fault]:
    return (Fault(*fault) for fault in health.format_faults(place.folder or Path()))


def _index(place: Place) -> Iterator[Fault]:
    return (Fault(*fault) for fault in health.index_faults(place.folder or Path()))


def _mend_index(place: Place) -> None:
    health.mend_index(place.folder or Path())


def _locks(place: Place) -> Iterator[Fault]:
    return (Fault(*fault) for fault in health.lock_faults(place.folder or Path()))


def _mend_locks(place: Place) -> None:
    health.mend_locks(place.folder or Path())


def _history_is_whole(place: Place) -> Iterator[Fault]:
    return (Fault(*fault) for fault in health.missing_history(place.folder or Path()))


def _states(place: Place) -> Iterator[Fault]:
    return (Fault(*state) for state in health.states(place.folder or Path()))


_OPENS = Check("dataset opens", _dataset_opens, needs="folder")

CHECKS: tuple[Check, ...] = (
    Check("repository format", _repository_format, needs="folder"),
    Check("git's locks", _locks, _mend_locks, needs="folder"),
    Check("git's index", _index, _mend_index, needs="folder"),
    _OPENS,
    Check("history is whole", _history_is_whole, states=_states),
    Check("talekeep.toml", _configuration),
    Check("folder is not synced", _folder_is_local, needs="folder"),
    Check("hooks and drivers", _hooks_and_drivers, _install_hooks),
    Check("mirror settings", _mirror_settings, _complete_mirrors),
    Check("plugins", _plugins_load, needs="nothing"),
)
