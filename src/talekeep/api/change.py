"""Many edits as one commit."""

import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Any
from typing import Self
from typing import TypeAlias
from typing import cast

from talekeep.api.opened import Names
from talekeep.api.opened import Opened
from talekeep.api.opened import names
from talekeep.core.entry_types import Entry
from talekeep.core.errors import Usage
from talekeep.library.tags import with_built_in
from talekeep.ops.entries import batch
from talekeep.ops.library import tag_entries
from talekeep.ops.workspace import select
from talekeep.ops.workspace.changeset import Edited
from talekeep.store import libraries
from talekeep.store.dataset import Dataset as Store

# A plain dict is as good as the typed one.
EntryLike: TypeAlias = Entry | Mapping[str, Any]


class Change:
    """Edits that become one commit when the `with` block ends, and nothing when an exception leaves it.

    No lock is held in the block: it may take hours. Where an entry was changed by others meanwhile, both
    changes are merged; where both touch the same place the whole change is refused. `where` is asked of the
    last commit before the block, not of edits in it. `result` is set when the block has ended.
    """

    def __init__(self, dataset: Opened, subject: str) -> None:
        if not subject.strip():
            raise Usage("a commit needs a subject", "say what the change is for")
        self.result: Edited | None = None
        self._dataset = dataset
        self._subject = subject
        self._lock = threading.RLock()
        self._store: Store | None = None
        self._batch: batch.Batch | None = None

    def __enter__(self) -> Self:
        self._store = Store.open(self._dataset.path)
        self._batch = batch.Batch(self._store)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        edits = self._open().edits
        self._batch = None
        if self._store is not None:
            self._store.close()
        if kind is None:
            with self._dataset._writing() as store:
                self.result = batch.apply(store, edits, self._subject)

    def _open(self) -> batch.Batch:
        if self._batch is None:
            hint = 'with dataset.change("why") as change:'
            raise Usage("a change is open only inside its `with` block", hint)
        return self._batch

    def get(self, entry: str) -> Entry:
        """An entry, by its whole id, as it will be after the edits so far."""
        with self._lock:
            return cast(Entry, self._open().current(entry))

    def add(self, *entries: EntryLike) -> None:
        """Put new entries at the end. One that has an id keeps it."""
        with self._lock:
            for entry in entries:
                self._open().add(dict(entry))

    def save(self, *entries: EntryLike) -> None:
        """Put entries in the place of those with their ids."""
        with self._lock:
            for entry in entries:
                self._open().save(dict(entry))

    def remove(self, entries: Names = (), *, where: str | None = None) -> None:
        """Take entries out."""
        with self._lock:
            for entry_id in self._chosen(entries, where):
                self._open().remove(entry_id)

    def tag(self, tags: Names, entries: Names = (), *, where: str | None = None) -> None:
        """Put tags on entries."""
        self._retag("add", tags, entries, where)

    def untag(self, tags: Names, entries: Names = (), *, where: str | None = None) -> None:
        """Take tags off entries."""
        self._retag("remove", tags, entries, where)

    def set_tags(self, tags: Names, entries: Names = (), *, where: str | None = None) -> None:
        """Give entries these tags in place of all they have; () clears them."""
        self._retag("set", tags, entries, where)

    def _retag(self, verb: str, tags: Names, entries: Names, where: str | None) -> None:
        with self._lock:
            work = self._open()
            words = with_built_in(libraries.vocabulary(work.base))
            retagged = tag_entries.retagger(words, verb, names(tags))
            for entry_id in self._chosen(entries, where):
                work.save(retagged(work.current(entry_id)))

    def _chosen(self, entries: Names, where: str | None) -> list[str]:
        work = self._open()
        chosen = select.chosen(work.dataset, work.base, names(entries), where)
        return [str(selected.entry.get("id")) for selected in chosen]
