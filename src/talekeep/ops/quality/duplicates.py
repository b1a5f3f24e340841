"""`duplicates`: entries that are alike, in groups to look at."""

from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from collections.abc import Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from talekeep.core import codec
from talekeep.core.errors import Usage
from talekeep.metrics.duplicates import clusters
from talekeep.metrics.duplicates import minhash
from talekeep.ops import Progress
from talekeep.ops import plural
from talekeep.ops import silent
from talekeep.ops.entries.list_show import Row
from talekeep.ops.entries.list_show import row_of
from talekeep.ops.library import tag_entries
from talekeep.ops.quality.sketch_cache import sketches
from talekeep.ops.workspace.changeset import Draft
from talekeep.ops.workspace.changeset import Edited
from talekeep.ops.workspace.select import Beside
from talekeep.ops.workspace.select import Selected
from talekeep.ops.workspace.select import select
from talekeep.ops.workspace.select import view_of
from talekeep.store import parts
from talekeep.store.dataset import Dataset
from talekeep.store.view import View

THRESHOLD = 0.85
TAG = "duplicate"
# Parts whose lines are at hand, entries whose runs of words are: some 10 and some 40 MB.
_PARTS = 64
_ENTRIES = 2048
# In a group of up to so many each is compared with each, in a larger one with the first alone.
_ALL_PAIRS = 24


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which groups: equal at `exact` ("entry" with system prompts, "conversation" without, "opening"),
    `near` from a likeness of `threshold` on, `branches` that share so many first messages.
    """

    exact: str | None = "conversation"
    near: bool = True
    threshold: float = THRESHOLD
    branches: int | None = None


_PLAIN = Wanted()


@dataclass(frozen=True, slots=True)
class Likeness:
    """The least and the greatest share of equal runs of five words between two of a group."""

    lowest: float
    highest: float


@dataclass(frozen=True, slots=True)
class Cluster:
    """Entries that belong together, in dataset order; `kind` is a level of `Wanted.exact`, "near" or
    "branch". `likeness` is None for branches, `shared` how many messages they begin with together.
    """

    kind: str
    entries: list[Row]
    likeness: Likeness | None
    shared: int | None = None


@dataclass(frozen=True, slots=True)
class Duplicates:
    """The first clusters; `total` counts all, `entries` what is in them and `extra` what is not the first
    of one. `tagged` is what --tag did."""

    clusters: list[Cluster]
    total: int
    entries: int
    extra: int
    tagged: Edited | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Positions of entries that are alike; see `Cluster`."""

    kind: str
    members: list[int]
    shared: int | None = None


def duplicates(
    dataset: Dataset,
    wanted: Wanted = _PLAIN,
    *,
    where: str | None = None,
    revision: str | None = None,
    limit: int | None = None,
    tag: str | None = None,
    dry_run: bool = False,
    commit: bool = True,
    progress: Progress = silent,
) -> Duplicates:
    """Groups of entries that are alike; case, Unicode form and white space do not count.

    Near twins are sought by sketches, and compared in full before they are called so.

    Args:
        where: only these entries are compared.
        limit: show so many groups; all without it.
        tag: put this tag on all but the first of every group, as one commit.

    Raises:
        Usage: no such level, a threshold that is none, not a query, the past is to be tagged.
        NotFound: no such revision. Refused: see `tagging.add`.
    """
    _check(wanted, revision, tag)
    if tag is None:
        return _search_result(Search(dataset, view_of(dataset, revision), where, progress), wanted, limit)[0]
    with dataset.writing("duplicates"):
        draft = Draft(dataset)
        search = Search(dataset, draft.now, where, progress)
        result, extra = _search_result(search, wanted, limit)
        count, notes = tag_entries.add_to(draft, tag, search.selected(extra))
        subject = f"Tag {plural(count, 'duplicate')}"
        tagged = draft.finish(subject, "duplicates", dry_run=dry_run, commit=commit, notes=notes)
        return Duplicates(result.clusters, result.total, result.entries, result.extra, tagged)


def _check(wanted: Wanted, revision: str | None, tag: str | None) -> None:
    if wanted.exact is not None and wanted.exact not in minhash.LEVELS:
        raise Usage(f"there is no level {wanted.exact!r}", f"one of {', '.join(minhash.LEVELS)}")
    if not 0.5 <= wanted.threshold <= 1:
        raise Usage(f"a threshold of {wanted.threshold} finds nothing of use", "from 0.5 to 1, usually 0.85")
    if wanted.branches is not None and wanted.branches < 1:
        raise Usage("branches share one message at least", "talekeep duplicates --branches 2")
    if revision is not None and tag is not None:
        raise Usage("the past cannot be tagged", "leave out --rev or --tag")


def _search_result(search: "Search", wanted: Wanted, limit: int | None) -> tuple[Duplicates, list[int]]:
    """What was found, and the positions of all that are not the first of a group."""
    groups = list(search.groups(wanted))
    members = {n for group in groups for n in group.members}
    extra = {n for group in groups for n in group.members[1:]}
    shown = search.clusters(groups[:limit])
    return Duplicates(shown, len(groups), len(members), len(extra)), sorted(extra)


class Search:
    """The entries of one view (`where` and at `places`, part and line) and what can be asked of them by
    position."""

    def __init__(
        self,
        dataset: Dataset,
        view: View,
        where: str | None,
        progress: Progress,
        places: Set[tuple[str, int]] | None = None,
    ) -> None:
        self._seen = view
        self._all = sketches(dataset, view, progress)
        if places is not None:
            self._all = [item for item in self._all if (item.part, item.line) in places]
        if where is not None:
            places = {(s.line.part, s.line.number) for s in select(dataset, view, where)}
            self._all = [item for item in self._all if (item.part, item.line) in places]
        self._sketches = [item.sketch for item in self._all]
        self._lines = lru_cache(_PARTS)(self._lines_of)
        self._shingles = lru_cache(_ENTRIES)(self._shingles_of)

    def groups(self, wanted: Wanted) -> Iterator[Group]:
        if wanted.exact is not None:
            level = minhash.LEVELS.index(wanted.exact)
            for members in clusters.equal(s.digests[level] for s in self._sketches):
                yield Group(wanted.exact, members)
        if wanted.near:
            for members in clusters.near(self._sketches, self._alike, wanted.threshold):
                # Those that are all equal are an exact group, which is shown already.
                if wanted.exact != "conversation" or len({self._conversation(n) for n in members}) > 1:
                    yield Group("near", members)
        if wanted.branches is not None:
            for shared, members in clusters.branches(self._sketches, wanted.branches):
                yield Group("branch", members, shared)

    def places(self) -> list[tuple[str, int]]:
        """Part and line of each position."""
        return [(item.part, item.line) for item in self._all]

    def _conversation(self, position: int) -> bytes:
        return self._sketches[position].digests[minhash.LEVELS.index("conversation")]

    def _alike(self, a: int, b: int) -> float:
        if self._conversation(a) and self._conversation(a) == self._conversation(b):
            return 1.0
        return minhash.jaccard(self._shingles(a), self._shingles(b))

    def _lines_of(self, part: str) -> dict[int, bytes]:
        return dict(parts.lines_of(self._seen.read(part)))

    def _shingles_of(self, position: int) -> Set[int]:
        result = self._all[position]
        return minhash.shingles(codec.decode(self._lines(result.part)[result.line]))

    def selected(self, positions: Iterable[int]) -> Iterator[Selected]:
        """The entries at positions, in dataset order, part by part."""
        numbers: defaultdict[str, set[int]] = defaultdict(set)
        for item in map(self._all.__getitem__, positions):
            numbers[item.part].add(item.line)
        for part, wanted in numbers.items():
            beside = Beside(self._seen, part)
            for line in self._seen.lines_at(part, wanted):
                yield Selected(line, line.value, beside)

    def clusters(self, groups: Sequence[Group]) -> list[Cluster]:
        shown = sorted({n for group in groups for n in group.members})
        rows = dict(zip(shown, map(row_of, self.selected(shown)), strict=True))
        return [Cluster(g.kind, [rows[n] for n in g.members], self._likeness(g), g.shared) for g in groups]

    def _likeness(self, group: Group) -> Likeness | None:
        if group.kind == "branch":
            return None
        if group.kind != "near":
            return Likeness(1.0, 1.0)
        first, *others = group.members
        few = group.members[:_ALL_PAIRS]
        pairs = [*combinations(few, 2), *((first, n) for n in others[len(few) - 1 :])]
        shares = [round(self._alike(a, b), 3) for a, b in pairs]
        return Likeness(min(shares), max(shares))
