"""Choosing entries: by id, by query, now or in the past. The same everywhere."""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from talekeep.core import query
from talekeep.core.entry import Entry
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.library import sources
from talekeep.ops.checker import Checker
from talekeep.store import libraries
from talekeep.store.dataset import Dataset
from talekeep.store.dataset import Place
from talekeep.store.view import Line
from talekeep.store.view import View


@dataclass(frozen=True, slots=True)
class Selected:
    """An entry with its place and what its sidecar says."""

    line: Line
    entry: Entry
    sidecar: dict[str, Any] = field(default_factory=dict)


def view_of(dataset: Dataset, revision: str | None) -> View:
    """The dataset at a revision; as it lies in the folder without one.

    Raises:
        NotFound: there is no such revision.
    """
    return dataset.now() if revision is None else dataset.at(revision)


def select(
    dataset: Dataset,
    seen: View,
    where: str | None = None,
    unreadable: Callable[[Line], None] = lambda line: None,
) -> Iterator[Selected]:
    """The entries that match a query (all without one), in dataset order; an unreadable line is told to
    `unreadable` and left out.

    Raises:
        Usage: the query is not one; the message names the column.
    """
    wanted = query.parse(where or "")
    lookup = _Lookup(dataset, seen, wanted)
    for part in seen.parts():
        sidecars = seen.sidecars(part)
        lookup.sidecars = sidecars
        for line in seen.lines(part):
            if not isinstance(line.value, dict):
                unreadable(line)
            elif wanted.matches(line.value, lookup):
                yield Selected(line, line.value, sidecars.get(line.value.get("id", ""), {}))


class _Lookup:
    """What a query may ask beyond the entry: where it came from, what validation says of it."""

    def __init__(self, dataset: Dataset, seen: View, wanted: query.Query) -> None:
        self.sidecars: dict[str, dict[str, Any]] = {}
        known = libraries.read(seen, sources.KIND, sources.Source) if wanted.needs_sources else {}
        self._files = {slug: source.file for slug, source in known.items()}
        self._checker = Checker(dataset.config, seen) if wanted.needs_issues else None

    def source_of(self, entry_id: str) -> str | None:
        origin = self.sidecars.get(entry_id, {}).get("source")
        slug = origin.get("from") if isinstance(origin, dict) else None
        return self._files.get(slug, slug) if isinstance(slug, str) else None

    def issues_of(self, entry: Entry) -> frozenset[str]:
        found = self._checker.all(entry) if self._checker else []
        return frozenset(code for f in found for code in (f.code, f.name))


def chosen(dataset: Dataset, seen: View, entries: Sequence[str], where: str | None) -> list[Selected]:
    """The entries a command is told to work on: these, in the order they are named, each once; or all that
    match `where`.

    Raises:
        Usage: neither or both are given; not a query. NotFound: no such entry.
        Refused: an entry stands on a line that cannot be read.
    """
    if bool(entries) == (where is not None):
        raise Usage("name entries or give --where, and not both", "talekeep list shows the ids")
    if where is not None:
        return list(select(dataset, seen, where))
    places = {place.entry: place for place in (dataset.find(seen, entry) for entry in entries)}
    return [_at(dataset, seen, place) for place in places.values()]


def _at(dataset: Dataset, seen: View, place: Place) -> Selected:
    line = dataset.line_at(seen, place)
    if not isinstance(line.value, dict):
        raise Refused(f"{place.part}, line {place.line} is not an entry", "talekeep validate")
    return Selected(line, line.value, seen.sidecars(place.part).get(place.entry, {}))
