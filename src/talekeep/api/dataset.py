"""The dataset that `talekeep.open` gives."""

from talekeep.api.entries import EntryMethods
from talekeep.api.exchange import ExchangeMethods
from talekeep.api.history import HistoryMethods
from talekeep.api.quality import QualityMethods
from talekeep.ops.project import status as status_operation
from talekeep.ops.project.status import Status


class Dataset(EntryMethods, QualityMethods, HistoryMethods, ExchangeMethods):
    """One dataset, by the folder it lies in. See `talekeep.open`.

    Each call opens what it needs and closes it again: a dataset may be kept for long, used from any thread,
    and needs no `with`.

    Where a method takes `entries`, these are ids or unique beginnings of ids, one or several; where it takes
    `where`, a query such as `tag:draft exchanges>=4`. A method that changes entries wants one of both. `rev`
    is a commit, branch or snapshot; without it the folder is read as it lies. `dry_run` says what would
    happen and changes nothing. What a method changes is one commit.

    Every method may raise a `talekeep.Problem`: Usage (the request makes no sense), NotFound, Refused (it
    could lose data), Invalid (an entry would have an error), Outside (disk, network, another program).
    """

    @property
    def name(self) -> str:
        """The dataset's name in `talekeep.toml`."""
        with self._store() as store:
            return store.config.name

    def status(self) -> Status:
        """Where the dataset stands, and what to do next."""
        with self._store() as store:
            return status_operation.status(store)
