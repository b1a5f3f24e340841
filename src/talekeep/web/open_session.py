"""Reviews that are given on the page: one session for as long as the server runs."""

import contextlib
import threading
from pathlib import Path

from talekeep.core.errors import Usage
from talekeep.core.reviews import Review
from talekeep.ops.quality import review as ops
from talekeep.ops.quality import review_session
from talekeep.ops.quality.review_session import Session
from talekeep.store.dataset import Dataset


class OpenSession:
    """The verdicts of whoever sits before the page. Any thread may use it, each with a dataset of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._stack = contextlib.ExitStack()
        self._session: Session | None = None
        # What the sidecar had before the page changed it, by entry.
        self._before: dict[str, Review | None] = {}

    def give(self, store: Dataset, by: str, entry: str, review: Review) -> None:
        """Note a verdict; see `Session.give`."""
        before = ops.card(store, entry, by).mine
        with self._lock:
            self._before.setdefault(entry, before)
        self._give(store, by, entry, review)

    def take_back(self, store: Dataset, by: str, entry: str) -> None:
        """Say of an entry what was said before the page changed it.

        Raises:
            Usage: the page gave no verdict on it.
        """
        with self._lock:
            if entry not in self._before:
                raise Usage("you have given no verdict yet")
            before = self._before.pop(entry)
        self._give(store, by, entry, before)

    def _give(self, store: Dataset, by: str, entry: str, review: Review | None) -> None:
        with self._lock:
            if self._session is None or self._session.by != by:
                self._end(store)
                self._session = self._stack.enter_context(review_session.begun(store, by))
            self._session.dataset = store
            self._session.give(entry, review)

    def given(self, entry: str) -> bool:
        """Whether an entry has a verdict that is not committed yet."""
        session = self._session
        waiting = session.waiting(entry) if session is not None else None
        return waiting is not None and waiting.review is not None

    def settle(self, store: Dataset) -> None:
        """Commit what waits; see `Session.commit`."""
        with self._lock:
            self._end(store)

    def close(self) -> None:
        """Commit what waits, when the server ends."""
        with self._lock, Dataset.open(self._folder) as store:
            self._end(store)

    def _end(self, store: Dataset) -> None:
        if self._session is not None:
            self._session.dataset = store
            self._session = None
            self._stack.close()
