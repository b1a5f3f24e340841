"""Which entries a training file holds, how often, in which order and in which part of a split."""

from collections import Counter
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from talekeep.core import codec
from talekeep.core.entry import Entry
from talekeep.core.entry import messages_of
from talekeep.core.errors import Usage
from talekeep.library.recipes import Recipe
from talekeep.ops import Progress
from talekeep.ops.exchange.incoming.entry_sources import origin_of
from talekeep.ops.exchange.training import leaks
from talekeep.ops.exchange.training.leaks import Candidate
from talekeep.ops.workspace.select import Selected
from talekeep.ops.workspace.select import besides
from talekeep.ops.workspace.select import select
from talekeep.store import parts
from talekeep.store.dataset import Dataset
from talekeep.store.view import Line
from talekeep.store.view import View
from talekeep.training import order

_PARTS = 256
_UNTRAINED = ("validation", "test")


@dataclass(frozen=True, slots=True)
class Chosen:
    """An entry at its place, and the part of the split it goes to ("" without a split)."""

    candidate: Candidate
    side: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The entries in the order in which they are written; `left_out` counts, in words, those that match the
    query and are not."""

    chosen: list[Chosen]
    left_out: dict[str, int]

    def of(self, side: str) -> list[Candidate]:
        return [each.candidate for each in self.chosen if each.side == side]


def candidates(
    dataset: Dataset, view: View, where: str | None, unreadable: Callable[[Line], None] | None = None
) -> list[Candidate]:
    """The entries that match a query, with what order and splits ask of them.

    Raises:
        Usage: not a query.
    """
    matching = select(dataset, view, where or None, unreadable=unreadable)
    return [_candidate(selected) for selected in matching]


def _candidate(selected: Selected) -> Candidate:
    entry, origin = selected.entry, origin_of(selected.sidecar)
    source = origin.get("from")
    record = codec.digest({"from": source, "record": origin["record"]}) if "record" in origin else ""
    line = selected.line
    return Candidate(
        str(entry.get("id", f"{line.part}:{line.number}")),
        line.part,
        line.number,
        tags=tuple(tag for tag in entry.get("tags") or () if isinstance(tag, str)),
        characters=_speakers(entry),
        source=source if isinstance(source, str) else "",
        record=record,
        prompt=_prompt(entry),
    )


def _speakers(entry: Entry) -> tuple[str, ...]:
    """Who the model speaks for."""
    replies = (m for m in messages_of(entry) if m.get("role") == "assistant")
    return tuple(dict.fromkeys(m["name"] for m in replies if isinstance(m.get("name"), str)))


def _prompt(entry: Entry) -> str:
    """A digest of the system prompt; "" without one."""
    first = next(iter(messages_of(entry)), {})
    return codec.digest({"prompt": first.get("content")}) if first.get("role") == "system" else ""


def planned(
    dataset: Dataset,
    view: View,
    recipe: Recipe,
    progress: Progress,
    unreadable: Callable[[Line], None] | None = None,
) -> Plan:
    """The entries of a recipe: query, hold-out, sample, order, limit, repetition and split, in this order.

    Raises:
        Usage: not a query, or a tag to repeat that is written nowhere. Refused: see `leaks.held_out`.
    """
    given = candidates(dataset, view, recipe.query, unreadable)
    held = leaks.held_out(dataset, view, given, recipe.holdout, candidates, progress)
    kept = [each for each in given if each.id not in held]
    left_out = {"entries that are held out, or like one that is": len(given) - len(kept)}
    kept = _in_order(_sample(kept, recipe), recipe)
    left_out["entries that a sample or a limit leaves out"] = (
        len(given) - len(kept) - left_out[next(iter(left_out))]
    )
    sides = leaks.sides(dataset, view, kept, recipe, progress)
    chosen = _repeated([Chosen(each, sides.get(each.id, "")) for each in kept], recipe)
    return Plan(chosen, {words: count for words, count in left_out.items() if count})


def _sample(given: list[Candidate], recipe: Recipe) -> list[Candidate]:
    if not recipe.sample.size:
        return given
    values = {each.id: each.values(recipe.sample.by) for each in given}
    taken = order.sampled(values, recipe.sample.size, recipe.seed)
    return [each for each in given if each.id in taken]


def _in_order(given: list[Candidate], recipe: Recipe) -> list[Candidate]:
    if recipe.shuffle:
        by_id = {each.id: each for each in given}
        given = [by_id[name] for name in order.shuffled(by_id, recipe.seed)]
    return given[: recipe.limit] if recipe.limit else given


def _repeated(chosen: list[Chosen], recipe: Recipe) -> list[Chosen]:
    """Entries of a tag as often as the recipe says; those of several tags as often as the highest weight.
    What is not trained stands once."""
    if not recipe.repeat:
        return chosen
    if wrong := [tag for tag, weight in recipe.repeat.items() if weight < 0]:
        raise Usage(f"{wrong[0]} cannot be written less than never", f"--repeat {wrong[0]}=2")
    copies: dict[str, Chosen] = {}
    for each in chosen:
        weights = [recipe.repeat[tag] for tag in each.candidate.tags if tag in recipe.repeat]
        once = not weights or each.side in _UNTRAINED
        count = 1 if once else order.times(each.candidate.id, max(weights), recipe.seed)
        copies |= {f"{each.candidate.id}\n{number}": each for number in range(count)}
    names = order.shuffled(copies, recipe.seed) if recipe.shuffle else copies
    return [copies[name] for name in names]


def fetch(view: View, wanted: Iterable[Candidate]) -> Iterator[Selected]:
    """The entries at these places, in the order in which they are asked for."""
    lines = lru_cache(_PARTS)(lambda part: dict(parts.lines_of(view.read(part))))
    beside = besides(view)
    for each in wanted:
        data = lines(each.part)[each.line]
        value = codec.decode(data)
        yield Selected(Line(each.part, each.line, data, value), value, beside(each.part))


def shares(plan: Plan) -> dict[str, int]:
    """Part of the split → how many entries it has, each counted once."""
    sides = {each.candidate.id: each.side for each in plan.chosen}
    return dict(Counter(sides.values()))
