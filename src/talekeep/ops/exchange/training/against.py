"""`duplicates --against`: entries that also stand, or nearly so, in another set: a benchmark, a dataset."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from talekeep.core.entry import Entry
from talekeep.core.errors import NotFound
from talekeep.core.errors import Usage
from talekeep.metrics.duplicates import clusters
from talekeep.metrics.duplicates import minhash
from talekeep.metrics.duplicates.minhash import Sketch
from talekeep.ops import Progress
from talekeep.ops import silent
from talekeep.ops.exchange.incoming.folder_files import data_files
from talekeep.ops.exchange.incoming.import_result import Options
from talekeep.ops.exchange.incoming.import_result import RefusedRecord
from talekeep.ops.exchange.incoming.record_reader import FileReader
from talekeep.ops.workspace.select import select
from talekeep.ops.workspace.select import view_of
from talekeep.store import config
from talekeep.store import plugins
from talekeep.store.dataset import Dataset


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that stands in the other set too: `other` is its place there, `likeness` 0 to 1."""

    entry: str
    other: str
    likeness: float


@dataclass(frozen=True, slots=True)
class Matches:
    """The likest record of the other set for each entry that has one. `compared` counts that set's records,
    `refused` those that cannot be read."""

    against: str
    compared: int
    refused: int
    matches: list[Match]


@dataclass(frozen=True, slots=True)
class _Other:
    label: str
    id: str | None
    sketch: Sketch
    shingles: frozenset[int]


def against(
    dataset: Dataset,
    other: str,
    path: Path,
    *,
    threshold: float,
    where: str | None = None,
    revision: str | None = None,
    progress: Progress = silent,
) -> Matches:
    """Compare entries with a file, a folder, a dataset, or a revision of this one.

    An entry is not compared with its own older versions.

    Args:
        other: what was named; `path` is the place it means, should there be one.

    Raises:
        NotFound: there is neither such a file nor such a revision. Usage: a bad threshold, or not a query.
    """
    if not 0.5 <= threshold <= 1:
        raise Usage(f"a threshold of {threshold} finds nothing of use", "from 0.5 to 1, usually 0.85")
    others: list[_Other] = []
    refused = 0
    for label, known, entry in _records(dataset, other, path, progress):
        if entry is None:
            refused += 1
        else:
            others.append(_Other(label, known, minhash.sketch(entry), frozenset(minhash.shingles(entry))))
    index = _Index(others, threshold)
    matches = []
    for number, selected in enumerate(select(dataset, view_of(dataset, revision), where), 1):
        if (match := index.likest(selected.entry)) is not None:
            matches.append(match)
        if number % 256 == 0:
            progress("comparing", number, None)
    return Matches(other, len(others), refused, matches)


def _records(
    dataset: Dataset, other: str, path: Path, progress: Progress
) -> Iterator[tuple[str, str | None, Entry | None]]:
    """Place, id (of an entry) and value of each record of the other set; None for one that cannot be read."""
    if (path / config.NAME).is_file():
        with Dataset.open(path) as opened:
            yield from _entries(opened, None)
    elif path.exists():
        yield from _of_files(path, progress)
    else:
        try:
            dataset.history.resolve(other)
        except NotFound:
            raise NotFound(
                f"{other} is no file and no revision", "name a file, a folder or a commit"
            ) from None
        yield from _entries(dataset, other)


def _entries(dataset: Dataset, revision: str | None) -> Iterator[tuple[str, str | None, Entry | None]]:
    for line in view_of(dataset, revision).entries():
        entry = line.value if isinstance(line.value, dict) else None
        known = str(entry["id"]) if entry and "id" in entry else None
        yield known or f"{line.part}:{line.number}", known, entry


def _of_files(path: Path, progress: Progress) -> Iterator[tuple[str, str | None, Entry | None]]:
    plugins.use_formats()
    for file in data_files([path]):
        for record in FileReader(file, Options(), progress, lambda value: value).read():
            if isinstance(record, RefusedRecord):
                yield f"{record.file}:{record.line}", None, None
            else:
                yield f"{record.file}:{record.line}", None, record.reading.entry


class _Index:
    """The other set by what its likest entries have in common."""

    def __init__(self, others: list[_Other], threshold: float) -> None:
        self._threshold = threshold
        self._bands: dict[tuple[int, bytes], list[_Other]] = {}
        self._equal: dict[bytes, list[_Other]] = {}
        for other in others:
            for band in clusters.bands(other.sketch):
                self._bands.setdefault(band, []).append(other)
            for digest in filter(None, other.sketch.digests[1:]):
                self._equal.setdefault(digest, []).append(other)

    def likest(self, entry: Entry) -> Match | None:
        """The likest record, if one is like enough; equal conversations and equal openings are 1.0."""
        sketch, own = minhash.sketch(entry), str(entry.get("id", ""))
        for digest in filter(None, sketch.digests[1:]):
            for other in self._equal.get(digest, ()):
                if other.id != own:
                    return Match(own, other.label, 1.0)
        met = {id(o): o for band in clusters.bands(sketch) for o in self._bands.get(band, ()) if o.id != own}
        likely = [o for o in met.values() if clusters.promising(sketch, o.sketch, self._threshold)]
        shingles = minhash.shingles(entry) if likely else frozenset[int]()
        shares = [(minhash.jaccard(shingles, o.shingles), o.label) for o in likely]
        share, label = max(shares, default=(0.0, ""))
        return Match(own, label, round(share, 3)) if share >= self._threshold else None
