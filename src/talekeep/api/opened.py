"""Opening what one call needs, and closing it again."""

import contextlib
import os
import warnings
from collections.abc import Iterable
from collections.abc import Iterator
from pathlib import Path
from typing import Self
from typing import TypeAlias

from talekeep.ops.remotes import auto_push
from talekeep.store.clone.upkeep import pack_if_due
from talekeep.store.dataset import Dataset as Store

StrPath: TypeAlias = str | os.PathLike[str]
# One name, or several.
Names: TypeAlias = str | Iterable[str]


class Opened:
    """A dataset by its top folder. Nothing is open between two calls: neither a database nor a pack of git's,
    which only one thread may use."""

    def __init__(self, path: StrPath) -> None:
        self.path = Path(path)

    def __repr__(self) -> str:
        return f"talekeep.open({str(self.path)!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """There is nothing to close; `with` is allowed because files have taught people to write it."""

    @contextlib.contextmanager
    def _store(self) -> Iterator[Store]:
        with Store.open(self.path) as store:
            yield store

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Store]:
        """The store for a call that may commit; what was committed is saved to the mirrors afterwards, where
        this clone asked for that."""
        with self._store() as store:
            before = store.repo.head_ref(), store.repo.head()
            yield store
            now = store.repo.head_ref(), store.repo.head()
            if now[0] == before[0] and now[1] != before[1] and store.is_pushed_on_commit:
                for saved in auto_push.after_commit(store):
                    if saved.failure is not None:
                        warnings.warn(f"not saved to {saved.mirror}: {saved.failure}", stacklevel=4)
            pack_if_due(store, _unsaid, lambda text: warnings.warn(text, stacklevel=4))


def _unsaid(_: object) -> None:
    """A script is not told what goes well."""


def names(given: Names) -> list[str]:
    """One name or several, as a list."""
    return [given] if isinstance(given, str) else list(given)
