"""`mirror.auto = on-commit`: push to every mirror folder after each commit."""

from dataclasses import dataclass

from talekeep.core.errors import Problem
from talekeep.ops.remotes import push
from talekeep.ops.remotes import remotes
from talekeep.store.dataset import Dataset


@dataclass(frozen=True, slots=True)
class Saved:
    """How one mirror took it: `failure` is one line, None where all went well."""

    mirror: str
    sentence: str
    failure: str | None = None


def after_commit(dataset: Dataset) -> list[Saved]:
    """Push to each mirror folder. Never raises: the commit is made, and the next push brings it along.

    Other remotes are left alone, because nothing reaches a network unasked.
    """
    rows = [row for row in remotes.listed(dataset) if row.of.in_folder]
    return [_push(dataset, row.name) for row in rows]


def _push(dataset: Dataset, name: str) -> Saved:
    try:
        return Saved(name, push.push(dataset, name).sentence())
    except Problem as problem:
        return Saved(name, "", problem.message)
    except Exception as error:  # noqa: BLE001 - nothing may make a commit that is done look undone
        return Saved(name, "", f"{type(error).__name__}; talekeep push {name} shows more")
