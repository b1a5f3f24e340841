"""Whether commits are saved to the mirrors by themselves; read after each command, so nothing is loaded."""

from talekeep.store.dataset import Dataset


def is_on(dataset: Dataset) -> bool:
    """Whether this clone asked for `mirror.auto = on-commit`; nothing that travels with a repository can."""
    return dataset.settings.get("mirror", "auto") == "on-commit"
