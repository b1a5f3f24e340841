"""Select entries: by id, by query, now or in the past; the same in every command."""

import contextlib
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from functools import lru_cache
from functools import partial
from typing import TYPE_CHECKING
from typing import Any

from talekeep.core import reviews
from talekeep.core.entry import Entry
from talekeep.core.errors import Outside
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.core.query import parser
from talekeep.core.query.byte_filter import Sieve
from talekeep.core.query.byte_filter import words_of
from talekeep.core.query.parser import Query
from talekeep.core.query.terms import SEEN
from talekeep.core.reviews import Standing
from talekeep.library import sources
from talekeep.library.categories import find_category
from talekeep.library.categories import names_of
from talekeep.library.tags import Vocabulary
from talekeep.library.tags import renamed
from talekeep.library.tags import with_built_in
from talekeep.ops.workspace.query_names import require_known
from talekeep.store import libraries
from talekeep.store.dataset import Dataset
from talekeep.store.dataset import Place
from talekeep.store.object_ids import blob_id
from talekeep.store.view import Line
from talekeep.store.view import View

if TYPE_CHECKING:
    from talekeep.ops.workspace.rule_runner import Checker

# One search takes the words of so many parts into the cache, or of an eighth of all: none gets slow by it.
_FEW = 32


class Beside:
    """The sidecars of one part, read when the first of them is asked for."""

    def __init__(self, view: View, part: str) -> None:
        self._seen = view
        self._part = part

    @cached_property
    def all(self) -> dict[str, dict[str, Any]]:
        return self._seen.sidecars(self._part)

    def of(self, entry_id: object) -> dict[str, Any]:
        return self.all.get(entry_id, {}) if isinstance(entry_id, str) else {}


def besides(view: View) -> Callable[[str], Beside]:
    """The sidecars of a part, for whoever goes through a view part by part."""
    return lru_cache(maxsize=4)(partial(Beside, view))


@dataclass(frozen=True, slots=True)
class Selected:
    """An entry with its place."""

    line: Line
    entry: Entry
    beside: Beside

    @property
    def sidecar(self) -> dict[str, Any]:
        """What its sidecar says."""
        return self.beside.of(self.entry.get("id"))


def view_of(dataset: Dataset, revision: str | None) -> View:
    """The dataset at a revision; as it lies in the folder without one.

    Raises:
        NotFound: there is no such revision.
    """
    return dataset.now() if revision is None else dataset.at(revision)


def select(
    dataset: Dataset,
    view: View,
    where: str | None = None,
    unreadable: Callable[[Line], None] | None = None,
    also: Sequence[Query] = (),
) -> Iterator[Selected]:
    """The entries that match a query (all without one) and `also` these, in dataset order.

    Args:
        unreadable: is told every line that holds no entry; such lines are left out.

    Raises:
        Usage: the query is not one (the message names the column), or asks for a rule that does not exist.
        NotFound: it asks for a category, tag, character, source or id that is not there.
        Refused: the tags it names are in a library that cannot be read.
    """
    wanted = [parser.parse(where or ""), *also]
    lookup = _Lookup(dataset, view, wanted)
    wanted = [each for each in wanted if not each.asks_nothing]
    sieves = [] if unreadable else [sieve for each in wanted if (sieve := each.sieve())]
    for part, lines in _lines(dataset, view, sieves):
        lookup.beside = Beside(view, part)
        for line in lines:
            if not isinstance(line.value, dict):
                if unreadable:
                    unreadable(line)
            elif all(each.matches(line.value, lookup) for each in wanted):
                yield Selected(line, line.value, lookup.beside)


def _lines(dataset: Dataset, view: View, sieves: Sequence[Sieve]) -> Iterator[tuple[str, Iterator[Line]]]:
    """The lines of every part that the sieves let through; decoded as they are asked for."""
    if not sieves:
        yield from ((part, view.lines(part)) for part in view.parts())
        return
    names, blobs = view.parts(), {view.files[part] for part in view.parts()}
    fresh: list[tuple[str, str, bytes]] = []
    # What is known of a part: nothing may be in it, or whether its letters are what they seem.
    known = {
        blob: _all_pass(sieves, words, signs) and [sieve.is_plain(signs) for sieve in sieves]
        for blob, signs, words in dataset.cache.words()
    }
    room = max(_FEW, len(names) // 8)
    for part in names:
        blob = view.files[part]
        plain = known.get(blob, [False] * len(sieves))
        if not plain:
            continue
        data = view.read(part)
        # The file may have been written since its blob was named; what is remembered must be that blob's.
        if blob not in known and len(fresh) < room and blob_id(data) == blob:
            words, signs = words_of(data)
            fresh.append((blob, signs, words))
        numbers = set.intersection(*(s.lines(data, plain=p) for s, p in zip(sieves, plain, strict=True)))
        if numbers:
            yield part, view.lines_at(part, numbers, data)
    if fresh:
        # What a full disk keeps from being remembered is only looked for again.
        with contextlib.suppress(Outside):
            dataset.cache.record_words(fresh, keep=blobs)


def _all_pass(sieves: Sequence[Sieve], words: bytes, signs: str) -> bool:
    return all(sieve.passes_words(words, signs) for sieve in sieves)


# Few queries ask what the rules find, and all of these take a while to load.
def _checker(dataset: Dataset, view: View, issues: frozenset[str]) -> "Checker":
    from talekeep.ops.workspace.rule_runner import Checker

    return Checker(dataset.config, view, select=issues)


def _codes(issues: frozenset[str]) -> dict[str, frozenset[str]]:
    """The codes of the rules that each of these codes, beginnings of codes and names means."""
    import talekeep.rules as rules
    from talekeep.store import plugins

    plugins.use_rules()
    return {issue: frozenset(rule.code for rule in rules.named(issue)[1]) for issue in issues}


def _seen_by(dataset: Dataset, models: Sequence[str]) -> dict[str, frozenset[str]]:
    """Each of these models with the ids of the entries it saw."""
    from talekeep.ops.workspace import trained_models

    view = dataset.now()
    return {name: trained_models.seen_by(view, name) for name in models}


class _Lookup:
    """What a query may ask beyond the entry: where it came from, what validation says of it."""

    def __init__(self, dataset: Dataset, view: View, wanted: Sequence[Query]) -> None:
        self.beside = Beside(view, "")
        asked = any(each.needs_sources for each in wanted)
        known = libraries.read(view, sources.KIND, sources.Source) if asked else {}
        self._sources = known
        self._files = {slug: source.file for slug, source in known.items()}
        issues = frozenset[str]().union(*(each.issues for each in wanted))
        self._means = _codes(issues) if issues else {}
        self._checker = _checker(dataset, view, issues) if issues else None
        models = sorted(frozenset[str]().union(*(each.names(SEEN) for each in wanted)))
        self._seen = _seen_by(dataset, models) if models else {}
        named = any(each.names_tags for each in wanted)
        self._policy = dataset.config.review.policy if any(each.needs_reviews for each in wanted) else None
        self._standing: tuple[Entry, Standing] | None = None
        self._words = with_built_in(libraries.vocabulary(view) if named else Vocabulary())
        self._leads = renamed(self._words)
        for category in sorted(frozenset[str]().union(*(each.categories for each in wanted))):
            find_category(self._words, category)
        require_known(dataset, view, wanted, self._words)

    def source_of(self, entry_id: str) -> str | None:
        origin = self.beside.of(entry_id).get("source")
        slug = origin.get("from") if isinstance(origin, dict) else None
        return self._files.get(slug, slug) if isinstance(slug, str) else None

    def rights_of(self, entry_id: str, key: str) -> frozenset[str]:
        origin = self.beside.of(entry_id).get("source")
        source = self._sources.get(origin.get("from", "")) if isinstance(origin, dict) else None
        return sources.rights_of(source, key) if source else frozenset()

    def is_seen_by(self, entry_id: str, model: str) -> bool:
        return entry_id in self._seen.get(model, ())

    def issues_of(self, entry: Entry) -> frozenset[str]:
        """The asked ones of the codes, beginnings of codes and names that find something."""
        result = {f.code for f in (self._checker.all(entry) if self._checker else ())}
        return frozenset(issue for issue, codes in self._means.items() if codes & result)

    def standing_of(self, entry: Entry) -> Standing:
        # One entry is asked for each term of a query.
        if self._standing is None or self._standing[0] is not entry:
            standing = reviews.standing(entry, self.beside.of(entry.get("id")), self._policy or "strictest")
            self._standing = entry, standing
        return self._standing[1]

    def current(self, tag: str) -> str:
        return self._leads.get(tag, tag)

    def categories_of(self, tag: str) -> frozenset[str]:
        """A name that two categories answer to is that of the one a command would take."""
        result = self._words.tags.get(tag)
        at = result.category if result else ""
        names = names_of(self._words, at) if at in self._words.categories else ()
        return frozenset(name for name in names if find_category(self._words, name) == at)


def chosen(dataset: Dataset, view: View, entries: Sequence[str], where: str | None) -> list[Selected]:
    """The entries a command is told to work on: these, in the order they are named, each once; or all that
    match `where`.

    Raises:
        Usage: neither or both are given; not a query. NotFound: no such entry.
        Refused: an entry stands on a line that cannot be read.
    """
    if entries and where is not None:
        raise Usage("entries are named, and --where is given too", "name entries, or give --where")
    if not entries and where is None:
        raise Usage("no entry is named", "talekeep list shows them; or choose with --where QUERY")
    if where is not None:
        return list(select(dataset, view, where))
    places = {place.entry: place for place in (dataset.find(view, entry) for entry in entries)}
    return [at(dataset, view, place) for place in places.values()]


def at(dataset: Dataset, view: View, place: Place) -> Selected:
    """The entry that stands at a place.

    Raises:
        Refused: its line cannot be read.
    """
    line = dataset.line_at(view, place)
    if not isinstance(line.value, dict):
        raise Refused(f"{place.part}, line {place.line} is not an entry", "talekeep validate")
    return Selected(line, line.value, Beside(view, place.part))
