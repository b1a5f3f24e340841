"""The versions of one entry through the commits; only parts whose blob changed are read."""

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heappop
from heapq import heappush

from talekeep.core import codec
from talekeep.core import handles
from talekeep.core.entry import Entry
from talekeep.core.errors import BadRecord
from talekeep.core.merge.align import same
from talekeep.store import parts
from talekeep.store.clone.history import Commit
from talekeep.store.clone.history import Way
from talekeep.store.dataset import Dataset


@dataclass(frozen=True, slots=True)
class Version:
    """The entry as it stood in a part; versions that follow each other unchanged are one object."""

    part: str
    line: bytes
    entry: Entry


@dataclass(frozen=True, slots=True)
class _State:
    """Where the entry stands in one commit: `entries` is the tree of that folder, `way` leads to its part;
    without `version` the commit has no such entry.
    """

    entries: str | None
    way: Way | None = None
    version: Version | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A commit and the entry in it, its parents and the entry in each; None where it is not there."""

    commit: Commit
    version: Version | None
    parents: tuple[Commit, ...]
    before: tuple[Version | None, ...]


class Trace:
    """Finds one entry (by its full id) in older commits, each starting from its child."""

    def __init__(self, dataset: Dataset, entry: str, start: Commit) -> None:
        self._dataset = dataset
        self._history = dataset.history
        self._entry = entry
        entries = self._history.folder(start.tree, parts.ENTRIES)
        self._states = {start.id: self._search(start.tree, None, entries)}

    def version(self, commit: Commit) -> Version | None:
        """The entry in a commit that is known."""
        return self._states[commit.id].version

    def step(self, commit: Commit) -> Step:
        """A known commit; afterwards its parents are known too."""
        here = self._states[commit.id]
        parents = tuple(self._history.commit(parent) for parent in commit.parents)
        for parent in parents:
            if parent.id not in self._states:
                self._states[parent.id] = self._before(here, parent.tree)
        return Step(commit, here.version, parents, tuple(self._states[p.id].version for p in parents))

    def _before(self, here: _State, tree: str) -> _State:
        if here.way is None or here.version is None:
            entries = self._history.folder(tree, parts.ENTRIES)
            return here if entries == here.entries else self._search(tree, here.entries, entries)
        way = self._history.way(tree, here.way.path, here.way)
        version = here.version if way.end == here.way.end else self._in_part(way, here.version)
        entries = way.ids[1]
        if version is not None:
            return _State(entries, way, version)
        return self._search(tree, here.entries, entries)

    def _in_part(self, way: Way, after: Version) -> Version | None:
        """The entry in another version of the part it is known to stand in."""
        if way.end is None:
            return None
        data, name = self._history.blob(way.end), self._entry.encode()
        at = data.find(name)
        while at >= 0:
            line = data[data.rfind(b"\n", 0, at) + 1 :].partition(b"\n")[0].rstrip(b"\r")
            if line == after.line:
                return after
            entry = _entry_in(line)
            if entry is not None and entry.get("id") == self._entry:
                return after if same(entry, after.entry) else Version(way.path, line, entry)
            at = data.find(name, at + 1)
        return None

    def _search(self, tree: str, after: str | None, entries: str | None) -> _State:
        """Find the entry among the parts that differ between two trees of parts."""
        view = self._dataset.of_blobs(self._history.new_files(after, entries, f"{parts.ENTRIES}/"))
        # The cache keeps the ids of each blob, so each blob is parsed once.
        for place in self._dataset.places(view, [self._entry]):
            line = self._dataset.line_at(view, place)
            version = Version(place.part, line.data, line.value)
            return _State(entries, self._history.way(tree, place.part), version)
        return _State(entries)


def _entry_in(line: bytes) -> Entry | None:
    try:
        value = codec.decode(line)
    except BadRecord:
        return None
    return value if isinstance(value, dict) else None


def newest_first(trace: Trace, start: Commit) -> Iterator[Step]:
    """Every commit that leads up to `start`, each once and after a child of it, newest first."""
    waiting = [(0, 0, start)]
    met = {start.id}
    while waiting:
        step = trace.step(heappop(waiting)[2])
        yield step
        for parent in step.parents:
            if parent.id not in met:
                met.add(parent.id)
                heappush(waiting, (-parent.time, len(met), parent))


def past_ids(dataset: Dataset, start: str, beginning: str) -> list[str]:
    """The ids that begin like this, or else hold it, of every entry any commit up to `start` ever held."""
    history = dataset.history
    blobs: set[str] = set()
    for commit in history.newest_first(start):
        now = history.folder(commit.tree, parts.ENTRIES)
        parent = history.commit(commit.parents[0]).tree if commit.parents else None
        files = history.new_files(history.folder(parent, parts.ENTRIES), now, f"{parts.ENTRIES}/")
        blobs |= {blob for path, blob in files.items() if parts.is_entries(path)}
    # Blobs of many commits have no one path; any part name serves to read them.
    dataset.learn(dataset.of_blobs({f"{parts.ENTRIES}/{blob}.jsonl": blob for blob in blobs}))
    rows = dataset.cache.starting(beginning) or dataset.cache.alike(beginning)
    return sorted(handles.alike((entry for entry, blob, _ in rows if blob in blobs), beginning))
