"""What lives as long as the server runs: the reviews that are given on the page, notes that the next page
shows, and files that were dropped and not imported yet."""

import contextlib
import itertools
import shutil
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from talekeep.core.errors import Usage
from talekeep.core.reviews import Review
from talekeep.ops.quality import review as ops
from talekeep.ops.quality import review_session
from talekeep.ops.quality.review_session import Session
from talekeep.store.dataset import Dataset
from talekeep.web.held import Held
from talekeep.web.topics import Topics
from talekeep.web.topics import no_topics

_MOST_NOTES = 100


class OpenSession:
    """The verdicts of whoever sits before the page. Any thread may use it, each with a dataset of its own."""

    def __init__(self, folder: Path, topics: Topics = no_topics) -> None:
        self.topics = topics
        self._folder = folder
        self._lock = threading.Lock()
        self._stack = contextlib.ExitStack()
        self._session: Session | None = None
        # What the sidecar had before the page changed it, by entry.
        self._before: dict[str, Review | None] = {}
        self._numbers = itertools.count(1)
        self._notes: dict[str, str] = {}
        self._dropped: dict[str, Path] = {}
        self._last_index: Any = None
        # What is still to review, as it was when somebody began, by query and reviewer.
        self._left: dict[tuple[str, str], list[str]] = {}

    def opened(self, kind: type[Dataset]) -> Dataset:
        """The dataset for one request, with git's index as it was read for the one before, which holds as
        long as the file is the same."""
        store = kind.open(self._folder)
        store.repo.last_index = self._last_index
        return store

    def answered(self, store: Dataset) -> None:
        """Keep what the next request can use."""
        self._last_index = store.repo.last_index

    def left(self, query: str, by: str, ids: Callable[[], list[str]]) -> list[str]:
        """The entries that are still to review; they are looked for when somebody begins, and not again
        before the review is left.

        Args:
            ids: looks for them.
        """
        if (query, by) not in self._left:
            wanted = [entry for entry in ids() if not self.given(entry)]
            with self._lock:
                self._left[query, by] = wanted
        return [*self._left.get((query, by), [])]

    def begin_again(self) -> None:
        """Look for what is to review anew."""
        with self._lock:
            self._left.clear()

    def noted(self, address: str, note: str) -> str:
        """An address on which a note is shown; without a note the address."""
        if not note:
            return address
        with self._lock:
            number = str(next(self._numbers))
            self._notes[number] = note
            for old in [*self._notes][:-_MOST_NOTES]:
                del self._notes[old]
        place, mark, anchor = address.partition("#")
        return f"{place}{'&' if '?' in place else '?'}note={number}{mark}{anchor}"

    def note(self, number: str) -> str:
        """A note that was kept for this page; "" without one."""
        return self._notes.get(number, "")

    def drop(self) -> tuple[str, Path]:
        """A new folder for files that were dropped on the page, and its name there."""
        folder = Path(tempfile.mkdtemp(prefix="talekeep-"))
        with self._lock:
            self._dropped[folder.name] = folder
        return folder.name, folder

    def dropped(self, name: str) -> Path:
        """The folder of that name.

        Raises:
            Usage: it is gone.
        """
        if name not in self._dropped:
            raise Usage("these files are no longer here", "drop them again")
        return self._dropped[name]

    def forget(self, name: str) -> None:
        """Remove the files that were dropped."""
        with self._lock:
            folder = self._dropped.pop(name, None)
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    def give(self, store: Dataset, by: str, entry: str, review: Review) -> None:
        """Note a verdict; see `Session.give`."""
        before = ops.card(store, entry, by).mine
        with self._lock:
            self._before.setdefault(entry, before)
            self._left = {key: [each for each in ids if each != entry] for key, ids in self._left.items()}
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
            self._left.clear()
            self._end(store)
        if isinstance(store, Held):
            store.look_again()

    def close(self) -> None:
        """Commit what waits, when the server ends."""
        for name in [*self._dropped]:
            self.forget(name)
        with self._lock, Dataset.open(self._folder) as store:
            self._end(store)

    def _end(self, store: Dataset) -> None:
        if self._session is not None:
            self._session.dataset = store
            self._session = None
            self._stack.close()
