"""A session of reviews: each verdict is on the disk at once, and many of them become one commit."""

import contextlib
from collections.abc import Iterator
from dataclasses import asdict
from dataclasses import replace

from talekeep.core.reviews import Review
from talekeep.ops.quality.review import Given
from talekeep.ops.quality.review import Reviewed
from talekeep.ops.quality.review import keep
from talekeep.store import review_journal
from talekeep.store.dataset import Dataset
from talekeep.store.review_journal import Journal

# Verdicts that become one commit.
BATCH = 25


class Session:
    """One person's verdicts under way. Use `begun`; `result` is what was committed so far."""

    def __init__(self, dataset: Dataset, journal: Journal, by: str, recovered: int) -> None:
        self.by = by
        self.result = Reviewed(by, {}, [], [], [], recovered)
        # Where it commits; whoever uses the session from several threads sets it to that thread's own.
        self.dataset = dataset
        self._journal = journal
        self._waiting: list[Given] = []

    def give(self, entry: str, review: Review | None) -> None:
        """Note a verdict; it survives a kill from here on. The 25th makes a commit of those that wait.

        Raises:
            Refused: the commit was refused; the verdicts are kept for the next session.
        """
        given = Given(entry, self.by, review)
        self._journal.note(asdict(given))
        self._waiting.append(given)
        if len(self._waiting) >= BATCH:
            self.commit()

    def waiting(self, entry: str) -> Given | None:
        """The verdict on an entry that is not committed yet."""
        return next((each for each in reversed(self._waiting) if each.entry == entry), None)

    def commit(self) -> None:
        """Commit the verdicts that wait. Raises: see `give`."""
        if self._waiting:
            written = keep(self.dataset, self.by, self._waiting)
            self._journal.settle(len(self._waiting))
            self._waiting = []
            self.result = _together(self.result, written)


def _together(before: Reviewed, after: Reviewed) -> Reviewed:
    """The two as one; of an entry that was reviewed twice the later verdict counts."""
    again = {entry for ids in after.verdicts.values() for entry in ids}
    verdicts = {name: [e for e in ids if e not in again] for name, ids in before.verdicts.items()}
    for name, ids in after.verdicts.items():
        verdicts.setdefault(name, []).extend(ids)
    return replace(
        before,
        verdicts={name: ids for name, ids in verdicts.items() if ids},
        same=[*before.same, *after.same],
        gone=[*before.gone, *after.gone],
        commits=[*before.commits, *after.commits],
    )


@contextlib.contextmanager
def begun(dataset: Dataset, by: str) -> Iterator[Session]:
    """A session; what earlier ones left is committed first, and what waits when it ends, however it ends.

    Raises:
        Refused: a sidecar has changes that are not committed; every verdict is kept.
    """
    recovered = recover(dataset)
    with review_journal.begun(dataset) as journal:
        session = Session(dataset, journal, by, recovered)
        try:
            yield session
        finally:
            session.commit()


def recover(dataset: Dataset) -> int:
    """Commit the verdicts of sessions that were cut short; how many there were.

    Raises:
        Refused: a sidecar has changes that are not committed, or a newer Talekeep wrote them.
    """
    count = 0
    for journal in review_journal.left_over(dataset):
        given = [Given(r["entry"], r["by"], r["review"]) for r in journal.records()]
        if given:
            keep(dataset, given[0].by, given)
        journal.settle(len(given))
        count += len(given)
    return count


def waiting(dataset: Dataset) -> int:
    """How many verdicts of sessions that were cut short are not committed yet."""
    return sum(len(journal.records()) for journal in review_journal.left_over(dataset))
