"""A dataset as a whole: `init`, `setup`, `status`."""

from dataclasses import dataclass

from talekeep.store.clone import setup as wiring
from talekeep.store.dataset import Dataset


@dataclass(frozen=True, slots=True)
class SetUp:
    """`faults` is what was missing before (with `check`: is missing)."""

    faults: list[str]
    installed: bool


def setup(dataset: Dataset, *, check: bool = False, remove: bool = False) -> SetUp:
    """Install, check or remove hooks and drivers in this clone."""
    # Like `_mirrors`: `status`, which is asked more often than anything, has no use for it.
    from talekeep.ops.remotes import setup_mirrors

    faults = [*wiring.faults(dataset), *setup_mirrors.faults(dataset)]
    if check:
        return SetUp(faults, installed=not faults)
    if remove:
        wiring.remove(dataset)
        return SetUp(faults, installed=False)
    wiring.install(dataset)
    setup_mirrors.complete(dataset)
    return SetUp(faults, installed=True)
