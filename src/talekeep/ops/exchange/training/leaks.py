"""What belongs together in training: near duplicates, branches of one chat and pieces of one record.

None of them may stand on two sides of a split, and none may be trained on that belongs to the hold-out.
"""

from collections.abc import Callable
from collections.abc import Hashable
from collections.abc import Sequence
from dataclasses import dataclass

from talekeep.core.errors import Refused
from talekeep.library.recipes import Recipe
from talekeep.metrics.duplicates import clusters
from talekeep.ops import Progress
from talekeep.ops.quality.duplicates import Search
from talekeep.ops.quality.duplicates import Wanted
from talekeep.store import parts
from talekeep.store.dataset import Dataset
from talekeep.store.view import View
from talekeep.training import order

# Conversations that begin with the same message and reply are branches of one.
_ALIKE = Wanted(exact="conversation", near=True, branches=2)
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that may be exported: `id` (its place, without one), where it stands and what it belongs to.

    `record` is a digest of the imported record it was made of, `prompt` one of its system prompt; "" where
    it has none.
    """

    id: str
    part: str
    line: int
    tags: tuple[str, ...]
    characters: tuple[str, ...]
    source: str
    record: str
    prompt: str

    def values(self, by: str) -> tuple[str, ...]:
        """What it has of a kind of group; () where it has none."""
        one = {"source": self.source, "prompt": self.prompt}
        several = {"tag": self.tags, "character": self.characters}
        return several[by] if by in several else tuple(filter(None, [one.get(by, "")]))


@dataclass(frozen=True, slots=True)
class Leak:
    """Two entries that belong together and are apart: `why` in words."""

    entry: str
    other: str
    why: str

    def __str__(self) -> str:
        return f"{self.entry[:13]} and {self.other[:13]} ({self.why})"


def _groups(dataset: Dataset, view: View, given: Sequence[Candidate], progress: Progress) -> list[list[int]]:
    """Groups of positions of candidates that are alike or branches of one chat."""
    at = {(each.part, each.line): position for position, each in enumerate(given)}
    search = Search(dataset, view, None, progress, places=at.keys())
    positions = [at[place] for place in search.places()]
    return [sorted(positions[n] for n in group.members) for group in search.groups(_ALIKE)]


def _by(given: Sequence[Candidate], key: Callable[[Candidate], Sequence[Hashable]]) -> list[list[int]]:
    """Groups of positions that have a value in common."""
    members: dict[Hashable, list[int]] = {}
    for position, each in enumerate(given):
        for value in key(each):
            members.setdefault(value, []).append(position)
    return [group for group in members.values() if len(group) > 1]


def _record(each: Candidate) -> list[str]:
    return [each.record] if each.record else []


def sides(
    dataset: Dataset, view: View, given: Sequence[Candidate], recipe: Recipe, progress: Progress
) -> dict[str, str]:
    """Entry → its part of the split; {} without a split.

    A group is named by what its first entry has, so that entries that are added later do not move it.
    """
    if not recipe.split.parts:
        return {}
    weights = {order.part_name(name): weight for name, weight in recipe.split.parts.items()}
    by = recipe.split.by
    # The order of the dataset, whatever the order of the export: a group has one first entry.
    stored = sorted(given, key=lambda each: (parts.place_in_order(each.part), each.line))
    groups = [*_groups(dataset, view, stored, progress), *_by(stored, _record)]
    groups += _by(stored, lambda each: each.values(by))
    tops = clusters.united(len(stored), groups)
    names = [min(each.values(by), default=each.id) for each in stored]
    return {
        each.id: order.side_of(names[top], weights, recipe.seed)
        for each, top in zip(stored, tops, strict=True)
    }


def across(
    dataset: Dataset, view: View, written: Sequence[tuple[Candidate, str]], by: str, progress: Progress
) -> list[Leak]:
    """The pairs of written entries that belong together and stand on two sides of a split that goes `by`."""
    given = [candidate for candidate, _ in written]
    groups = [(group, "alike") for group in _groups(dataset, view, given, progress)]
    groups += [(group, "of one record") for group in _by(given, _record)]
    groups += [(group, f"of one {by}") for group in _by(given, lambda each: each.values(by))]
    return [leak for group, why in groups for leak in _apart([written[n] for n in group], why)]


def _apart(group: Sequence[tuple[Candidate, str]], why: str) -> list[Leak]:
    """The first of a group with each that stands elsewhere."""
    (first, side), *others = group
    return [Leak(first.id, each.id, why) for each, there in others if there != side]


def held_out(
    dataset: Dataset,
    view: View,
    given: Sequence[Candidate],
    on_holdout: str,
    find: Callable[[Dataset, View, str], list[Candidate]],
    progress: Progress,
) -> set[str]:
    """The ids of candidates that belong to the hold-out; none where all of them do, which is an export of the
    hold-out itself.

    Raises:
        Refused: there are some, and they are to be refused; the pairs are named.
    """
    holdout = dataset.config.holdout
    if not holdout.where:
        return set()
    held = find(dataset, view, holdout.where)
    names = {each.id for each in held}
    if all(each.id in names for each in given):
        return set()
    together = [*held, *(each for each in given if each.id not in names)]
    groups = [(group, "alike") for group in _groups(dataset, view, together, progress)]
    groups += [(group, "of one record") for group in _by(together, _record)]
    if holdout.by == "source":
        groups += [(group, "of one source") for group in _by(together, lambda each: each.values("source"))]
    leaks = [Leak(each.id, each.id, "held out itself") for each in given if each.id in names]
    for group, why in groups:
        if group[0] < len(held):
            first = together[group[0]]
            leaks += [Leak(together[n].id, first.id, why) for n in group if n >= len(held)]
    if leaks and on_holdout == "refuse":
        raise Refused(
            f"{listed(leaks, 'entries')} belong to what the dataset holds out",
            f'--holdout leave-out, or --where with "not ({holdout.where})"',
        )
    return {leak.entry for leak in leaks}


def listed(leaks: Sequence[Leak], what: str) -> str:
    """How many, and the first of them."""
    more = ", …" if len(leaks) > _SHOWN else ""
    return f"{len(leaks)} {what} ({', '.join(map(str, leaks[:_SHOWN]))}{more})"
