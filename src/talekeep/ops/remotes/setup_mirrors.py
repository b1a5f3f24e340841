"""What a mirror needs in `.git/config` and lacks where `git clone` or an older Talekeep made it a remote."""

from talekeep.ops.remotes.remotes import listed
from talekeep.remotes.access import Settings
from talekeep.store.dataset import Dataset


def faults(dataset: Dataset) -> list[str]:
    """What is missing, a sentence each."""
    return [f"remote.{name}.{key} is not as this mirror needs it" for _, name, key in _lacking(dataset)]


def complete(dataset: Dataset) -> None:
    """Set what is missing: what `git fetch` brings, and for whom an encrypted mirror is written, if a key of
    it is on this machine."""
    lacking = _lacking(dataset)
    if lacking:
        with dataset.writing("setup"):
            dataset.settings.set(lacking)


def _lacking(dataset: Dataset) -> Settings:
    result: dict[tuple[str, str | None, str], str | None] = {}
    for row in listed(dataset):
        result |= row.of.access.missing(dataset, row.name, row.of.address(row.url))
    return result
