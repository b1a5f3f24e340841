"""Whether each commit is pushed to the mirrors; read after every command, so it imports nothing heavy."""

from talekeep.store.dataset import Dataset


def is_on(dataset: Dataset) -> bool:
    """Whether this clone asked for `mirror.auto = on-commit`; nothing that travels with a repository can."""
    return dataset.settings.get("mirror", "auto") == "on-commit"
