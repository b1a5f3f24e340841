"""`craft`: how the replies of a dataset are written, in figures: of all, of each character and source."""

import contextlib
import hashlib
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from functools import partial
from pathlib import Path
from typing import Any
from typing import TypeAlias

import orjson

from talekeep.core.codec import decode
from talekeep.core.entry import Entry
from talekeep.core.entry import messages_of
from talekeep.core.entry import text_of
from talekeep.core.errors import BadRecord
from talekeep.core.errors import Outside
from talekeep.core.errors import Usage
from talekeep.core.text import overused_phrases
from talekeep.core.text.languages import folded_endings
from talekeep.core.text.tokens import words
from talekeep.library import sources
from talekeep.metrics import craft as measuring
from talekeep.metrics.craft_report import Group
from talekeep.metrics.craft_report import group
from talekeep.metrics.repeated_phrases import LONGEST
from talekeep.metrics.repeated_phrases import SHORTEST
from talekeep.metrics.repeated_phrases import Counted
from talekeep.metrics.repeated_phrases import Overused
from talekeep.metrics.repeated_phrases import Repeat
from talekeep.metrics.repeated_phrases import Wanted
from talekeep.metrics.repeated_phrases import overused
from talekeep.metrics.repeated_phrases import repeats
from talekeep.metrics.statistics import ranked
from talekeep.metrics.tally import Tally
from talekeep.metrics.tally import total
from talekeep.ops import Progress
from talekeep.ops import silent
from talekeep.ops.workspace.select import besides
from talekeep.ops.workspace.select import select
from talekeep.ops.workspace.select import view_of
from talekeep.store import libraries
from talekeep.store import parts
from talekeep.store.dataset import Dataset
from talekeep.store.object_ids import blob_id
from talekeep.store.view import View

# The replies of an entry, as words; read as often as they are asked for.
Texts: TypeAlias = Callable[[], Iterable[list[list[str]]]]

LEAST = 3
MOST = 25
FACTOR = 3.0
_SHORT, _LONG = 2, 4
_BATCH = 256
_ROOM = 200_000


@dataclass(frozen=True, slots=True)
class Craft:
    """What was counted: of `all` replies, of each character and source (most replies first).

    Attributes:
        repeats: runs of four to six words in the replies of at least `LEAST` entries.
        against: the reference, where there is one.
        overused: runs of two to four words that are `FACTOR` times as frequent as in the reference.
        unlisted: languages without a list of words that end a text, with the entries in them.
    """

    entries: int
    all: Group
    characters: list[Group]
    sources: list[Group]
    repeats: list[Repeat]
    against: str | None
    overused: list[Overused]
    unlisted: dict[str, int] = field(default_factory=dict)


def craft(
    dataset: Dataset,
    *,
    where: str | None = None,
    revision: str | None = None,
    against: str | Path | None = None,
    progress: Progress = silent,
) -> Craft:
    """Count how the replies are written: those of all entries, or of the ones that match a query.

    Args:
        revision: the past; as it lies in the folder without one.
        against: texts to compare with: a revision of this dataset, or a file of plain text or of entries.

    Raises:
        Usage: not a query, or a reference without words. NotFound: no such revision or file.
    """
    view = view_of(dataset, revision)
    reference = _reference(dataset, against) if against is not None else None
    tally = _tally(dataset, view, where, progress)
    texts = partial(_texts, dataset, view, where)
    known = libraries.read(view, sources.KIND, sources.Source)
    names = {slug: source.file for slug, source in known.items()}
    return Craft(
        tally.get("all", {}).get("entries", 0),
        group("", tally.get("all", {})),
        _groups(tally.get("characters", {}), {}),
        _groups(tally.get("sources", {}), names),
        repeats(_counted(texts, SHORTEST, LONGEST)[0], LEAST, MOST),
        None if against is None else str(against),
        _overused(texts, reference) if reference is not None else [],
        dict(ranked(tally.get("unlisted", {}))),
    )


def _groups(tallies: Mapping[str, Tally], names: Mapping[str, str]) -> list[Group]:
    result = [group(names.get(name, name), tally) for name, tally in tallies.items()]
    return sorted(result, key=lambda g: (-g.replies, g.name))


def _tally(dataset: Dataset, view: View, where: str | None, progress: Progress) -> Tally:
    policy = dataset.config.validation
    endings = folded_endings(tuple(policy.endings))
    phrases = overused_phrases.table((*overused_phrases.OVERUSED, *policy.phrases))
    measure = partial(measuring.measure, phrases=phrases, endings=endings)
    own = (tuple(policy.phrases), endings)
    if where is None:
        return _bounded_total(_of_parts(dataset, view, measure, own, progress))
    return _bounded_total(
        _with_source(measure(selected.entry), selected.sidecar) for selected in select(dataset, view, where)
    )


def _bounded_total(tallies: Iterable[Tally]) -> Tally:
    """The sum; openings that nobody shares are let go where there are too many."""
    whole: Tally = {}
    batch: list[Tally] = []
    for tally in tallies:
        batch.append(tally)
        if len(batch) == _BATCH:
            whole, batch = total([whole, *batch]), []
            for one in _groups_in(whole):
                one["openings"] = measuring.bounded(one["openings"], _ROOM)
    return total([whole, *batch])


def _groups_in(tally: Tally) -> Iterator[Tally]:
    if tally.get("all"):
        yield tally["all"]
    for kind in ("characters", "sources"):
        yield from tally.get(kind, {}).values()


def _with_source(tally: Tally, sidecar: Mapping[str, Any]) -> Tally:
    origin = sidecar.get("source")
    name = origin.get("from") if isinstance(origin, dict) else None
    named = {name: tally["all"]} if isinstance(name, str) and tally else {}
    return {"characters": {}, **tally, "sources": named}


def _of_parts(
    dataset: Dataset, view: View, measure: Callable[[Entry], Tally], own: tuple[Any, ...], progress: Progress
) -> Iterator[Tally]:
    """The tally of each part; of those that did not change, as it was kept."""
    listed = hashlib.sha256(
        repr((overused_phrases.OVERUSED, own)).encode("utf-8", "surrogatepass")
    ).hexdigest()[:16]
    kind = f"craft/{measuring.VERSION}-{listed}"
    names = view.parts()
    keys = {part: f"{view.files[part]}+{view.files.get(parts.sidecar_of(part), '')}" for part in names}
    known = dataset.cache.derived(kind, keys.values())
    fresh: dict[str, bytes] = {}
    for count, part in enumerate(names):
        if keys[part] in known:
            yield orjson.loads(known[keys[part]])
            continue
        progress("measuring", count, len(names))
        tally = _of_part(view, part, measure)
        if all(_is_still(view, path) for path in (part, parts.sidecar_of(part))):
            fresh[keys[part]] = orjson.dumps(tally)
        yield tally
    # What a full disk keeps from being remembered is only measured again.
    with contextlib.suppress(Outside):
        if fresh:
            dataset.cache.derive(kind, fresh, set(keys.values()))


def _of_part(view: View, part: str, measure: Callable[[Entry], Tally]) -> Tally:
    beside = besides(view)(part)
    entries = (line.value for line in view.lines(part) if isinstance(line.value, dict))
    return total(_with_source(measure(entry), beside.of(entry.get("id"))) for entry in entries)


def _is_still(view: View, path: str) -> bool:
    """Whether a file still is what it was named by: it may have been written since."""
    return path not in view.files or blob_id(view.read(path)) == view.files[path]


def _texts(dataset: Dataset, view: View, where: str | None) -> Iterator[list[list[str]]]:
    for selected in select(dataset, view, where):
        yield _replies(selected.entry)


def _replies(entry: Entry) -> list[list[str]]:
    return [words(text_of(m)) for m in messages_of(entry) if m.get("role") == "assistant"]


def _counted(
    texts: Texts, shortest: int, longest: int, other: Texts | None = None
) -> tuple[Counted, Counted]:
    """Exact counts of the runs that stand in `LEAST` entries, and of the same ones in other texts."""
    wanted = Wanted(shortest, longest)
    wanted.find(texts, LEAST)
    result, elsewhere = Counted(wanted), Counted(wanted)
    for entry in texts():
        result.add(entry)
    for entry in other() if other is not None else ():
        elsewhere.add(entry)
    return result, elsewhere


def _overused(texts: Texts, reference: Texts) -> list[Overused]:
    ours, theirs = _counted(texts, _SHORT, _LONG, reference)
    if not theirs.words:
        raise Usage("the reference holds no words to compare with", "talekeep craft --against FILE")
    often = {run: times for run, times in ours.times.items() if ours.entries[run] >= LEAST}
    return overused(often, ours.words, theirs.times, theirs.words, FACTOR)[:MOST]


def _reference(dataset: Dataset, against: str | Path) -> Texts:
    file = Path(against)
    if file.is_file():
        return partial(_of_file, file)
    return partial(_texts, dataset, dataset.at(str(against)), None)


def _of_file(file: Path) -> Iterator[list[list[str]]]:
    """The replies of a file of entries, one a line; a line that is none is plain text."""
    with file.open("rb") as lines:
        for line in lines:
            yield _replies_of_line(line) if line.lstrip().startswith(b"{") else _plain(line)


def _replies_of_line(line: bytes) -> list[list[str]]:
    try:
        value = decode(line.strip())
    except BadRecord:
        return _plain(line)
    return _replies(value) if isinstance(value, dict) else []


def _plain(line: bytes) -> list[list[str]]:
    return [words(line.decode("utf-8", "replace"))]
