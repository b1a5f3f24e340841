"""Tags and categories as lists with counts. A tag counts once for each entry that carries it, under
whatever old name or spelling; so does a category, for any of its tags."""

from collections import Counter
from dataclasses import dataclass
from dataclasses import field
from typing import Literal
from typing import TypeAlias

from talekeep.core.tags import name_of
from talekeep.library import categories
from talekeep.library.tags import TAXONOMY
from talekeep.library.tags import Vocabulary
from talekeep.library.tags import renamed
from talekeep.library.tags import resolve
from talekeep.library.tags import with_built_in
from talekeep.library.vocabulary import State
from talekeep.library.vocabulary import shown_name
from talekeep.library.vocabulary import state_of
from talekeep.ops.library.tag_lines import tagged_lines
from talekeep.ops.workspace.select import view_of
from talekeep.store import libraries
from talekeep.store import parts
from talekeep.store.dataset import Dataset
from talekeep.store.view import View

Only: TypeAlias = Literal["offered", "used", "unused", "all", "review"]
_BUILT_IN = frozenset(tag for tags in TAXONOMY.values() for tag in tags)
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class TagRow:
    """One tag: `entries` carry it; `spellings` are what stands there instead of the slug, `old_names` lead
    to it, `examples` are entries that carry it."""

    tag: str
    name: str
    category: str
    status: State
    built_in: bool
    entries: int
    old_names: list[str]
    spellings: list[str]
    examples: list[str]


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """One category: `tags` are its active ones, `entries` carry any tag of it."""

    category: str
    name: str
    built_in: bool
    tags: int
    entries: int


@dataclass(frozen=True, slots=True)
class Categories:
    """Categories in their order."""

    categories: list[CategoryRow]


@dataclass(frozen=True, slots=True)
class TagList:
    """Tags in the order of their categories; those without a category and unknown ones last."""

    tags: list[TagRow]
    entries: int
    untagged: int


@dataclass(slots=True)
class _Use:
    entries: int = 0
    spellings: set[str] = field(default_factory=set)
    examples: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Counts:
    words: Vocabulary
    entries: int = 0
    untagged: int = 0
    tags: dict[str, _Use] = field(default_factory=dict)
    categories: Counter[str] = field(default_factory=Counter)


def list_tags(
    dataset: Dataset,
    *,
    only: Only = "offered",
    category: str | None = None,
    revision: str | None = None,
) -> TagList:
    """Tags with counts: those offered (active ones, and whatever else an entry carries), `used`, `unused`,
    `all` there are, or those for `review`, which came with an import and nobody decided over, the most
    frequent first.

    Raises:
        NotFound: no such category or revision.
    """
    counts = _counted(view_of(dataset, revision))
    place = None if category is None else categories.find_category(counts.words, category)
    leads = renamed(counts.words)
    old: dict[str, list[str]] = {at: [] for at in leads.values()}
    for name in sorted(leads):
        old[leads[name]].append(name)
    rows = [_row(counts, at, old.get(at, [])) for at in {**counts.words.tags, **counts.tags}]
    kept = [row for row in rows if _is_wanted(row, only) and place in (None, _place(counts.words, row))]
    order = {at: n for n, at in enumerate(categories.in_order(counts.words))}
    if only == "review":
        kept.sort(key=lambda row: (-row.entries, row.tag))
    else:
        kept.sort(key=lambda row: _rank(counts.words, order, row))
    return TagList(kept, counts.entries, counts.untagged)


def _is_wanted(row: TagRow, only: Only) -> bool:
    if only == "review":
        return row.entries > 0 and row.status in ("unknown", "imported")
    if only == "unused":
        return row.entries == 0 and row.status == "active"
    return only == "all" or row.entries > 0 or (only == "offered" and row.status == "active")


def _place(words: Vocabulary, row: TagRow) -> str:
    return words.tags[row.tag].category if row.tag in words.tags else ""


def _rank(words: Vocabulary, order: dict[str, int], row: TagRow) -> tuple[int, int, str]:
    place = order.get(_place(words, row), len(order) + (row.tag not in words.tags))
    return place, words.tags[row.tag].order if row.tag in words.tags else 0, row.tag


def _row(counts: _Counts, at: str, old_names: list[str]) -> TagRow:
    tag, use = counts.words.tags.get(at), counts.tags.get(at, _Use())
    category = counts.words.categories.get(tag.category) if tag else None
    return TagRow(
        tag=at,
        name=shown_name(at, tag),
        category=category.name if category else "",
        status=state_of(counts.words, at),
        built_in=at in _BUILT_IN,
        entries=use.entries,
        old_names=old_names,
        spellings=sorted(use.spellings),
        examples=use.examples,
    )


def review_tags(dataset: Dataset, *, revision: str | None = None) -> TagList:
    """The imported tags that the vocabulary does not know. Raises: see `list_tags`."""
    return list_tags(dataset, only="review", revision=revision)


def list_categories(dataset: Dataset, *, revision: str | None = None) -> list[CategoryRow]:
    """The categories in their order, with counts.

    Raises:
        NotFound: no such revision.
    """
    counts = _counted(view_of(dataset, revision))
    active = Counter(tag.category for tag in counts.words.tags.values() if tag.status == "active")
    return [
        CategoryRow(at, counts.words.categories[at].name, at in TAXONOMY, active[at], counts.categories[at])
        for at in categories.in_order(counts.words)
    ]


def _counted(view: View) -> _Counts:
    counts = _Counts(with_built_in(libraries.vocabulary(view)))
    for line, tags in tagged_lines(view):
        counts.entries += 1
        counts.untagged += not tags
        current_tags = {tag: resolve(counts.words, name_of(tag) or tag).slug for tag in tags}
        places = set()
        for at in dict.fromkeys(current_tags.values()):
            use = counts.tags.setdefault(at, _Use())
            use.entries += 1
            use.spellings |= {tag for tag, now in current_tags.items() if now == at and tag != at}
            if len(use.examples) < _EXAMPLES:
                use.examples.append(parts.id_of(line.data) or "")
            places.add(counts.words.tags[at].category if at in counts.words.tags else "")
        counts.categories.update(places)
    return counts
