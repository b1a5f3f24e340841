"""What a query is made of, and when an entry matches it. `core.query` reads one from text."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from operator import eq
from operator import ge
from operator import gt
from operator import le
from operator import lt
from typing import Protocol
from typing import TypeAlias

from talekeep.core.entry import Entry
from talekeep.core.entry import exchanges_of
from talekeep.core.entry import messages_of
from talekeep.core.entry import tags_of
from talekeep.core.entry import text_of
from talekeep.core.errors import Usage
from talekeep.core.query.byte_filter import Sieve
from talekeep.core.query.byte_filter import sieve
from talekeep.core.reviews import Standing
from talekeep.core.slug import slug
from talekeep.core.text.normalize import finds
from talekeep.core.text.normalize import folded
from talekeep.core.text.tokens import words_in


class Lookup(Protocol):
    """What a query asks that no entry can answer by itself."""

    def source_of(self, entry_id: str) -> str | None:
        """The source (its slug or its file name) an entry was imported from."""

    def rights_of(self, entry_id: str, key: str) -> frozenset[str]:
        """What the source of an entry says of its `author`, `licence` or `model`, as slugs."""

    def is_seen_by(self, entry_id: str, model: str) -> bool:
        """Whether a model was trained on an entry."""

    def issues_of(self, entry: Entry) -> frozenset[str]:
        """The codes and names of the rules that find something in an entry."""

    def current(self, tag: str) -> str:
        """The current name of a tag, by any name it ever had."""

    def categories_of(self, tag: str) -> frozenset[str]:
        """The names of the category that a tag is in, as slugs."""

    def standing_of(self, entry: Entry) -> Standing:
        """What an entry counts as by its reviews."""


@dataclass(frozen=True, slots=True)
class Text:
    """Text in one message: anywhere in it, or as a `phrase` of whole words; `loose`: accents do not count."""

    value: str
    phrase: bool = False
    negated: bool = False
    loose: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """A number of an entry (a key of `COUNTS`) compared (a key of `COMPARE`) with a limit."""

    name: str
    op: str
    limit: int
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    """The lowest score that reviewers give an entry on a criterion, compared with a limit; an entry that
    nobody scored on it never matches."""

    criterion: str
    op: str
    limit: int
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """`key:value` for a key of `KEYS`, `tags=value` (exactly these), or one of `FLAGS`, whose value is "".

    The value is one or more names in order, joined by commas: any of them, but for `tags`. `-` among names of
    tags stands for no tags at all.
    """

    key: str
    value: str
    negated: bool = False

    @property
    def values(self) -> list[str]:
        """The names, any of which is meant."""
        return [self.value] if self.key == "tags" else self.value.split(",")


Term: TypeAlias = Text | Count | Score | Word
Group: TypeAlias = tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """Terms that must all hold, or all those of one of the `others` ("or"); `roles` limits the texts to
    messages of these roles (() = all)."""

    terms: Group = ()
    roles: tuple[str, ...] = ()
    others: tuple[Group, ...] = ()

    @property
    def groups(self) -> tuple[Group, ...]:
        return self.terms, *self.others

    @property
    def needs_sources(self) -> bool:
        return any(self._words("source", *RIGHTS))

    @property
    def issues(self) -> frozenset[str]:
        """The rules that are asked for."""
        return frozenset(name or word.key for word in self._words("issue", SPLIT) for name in word.values)

    @property
    def needs_issues(self) -> bool:
        return bool(self.issues)

    @property
    def criteria(self) -> frozenset[str]:
        """The criteria of reviews that are asked for."""
        return frozenset(term.criterion for group in self.groups for term in group if isinstance(term, Score))

    @property
    def needs_reviews(self) -> bool:
        return bool(self.criteria) or any(self._words(*REVIEWS))

    @property
    def categories(self) -> frozenset[str]:
        """The categories of tags that are asked for."""
        return frozenset(name for word in self._words("category") for name in word.values)

    def names(self, *keys: str) -> frozenset[str]:
        """The names that are asked for under these keys."""
        words = self._words(*keys)
        return frozenset(name for word in words for name in word.value.split(",") if name)

    @property
    def names_tags(self) -> bool:
        """Whether a tag or a category is asked for by name."""
        return any(self._words("tag", "tags", "category"))

    def _words(self, *keys: str) -> Iterator[Word]:
        terms = (term for group in self.groups for term in group)
        return (term for term in terms if isinstance(term, Word) and term.key in keys)

    def matches(self, entry: Entry, lookup: Lookup | None = None) -> bool:
        """Whether every term holds.

        Raises:
            Usage: the query asks for sources, issues, categories or reviews and there is no lookup to answer.
        """
        if lookup is None and self._needs_lookup():
            raise Usage(
                "`source:`, what sources say, `issue:`, `category:`, `seen-by:` and reviews can be answered "
                "only inside a dataset",
                "talekeep list --where …",
            )
        texts = _Texts(entry, self.roles)
        return any(all(_holds(term, entry, texts, lookup) for term in group) for group in self.groups)

    def _needs_lookup(self) -> bool:
        asked = self.needs_sources or self.needs_issues or self.needs_reviews
        return asked or bool(self.categories or self.names(SEEN))

    @property
    def asks_nothing(self) -> bool:
        """Whether it matches every entry, whatever it holds."""
        return not all(self.groups)

    def sieve(self) -> Sieve | None:
        """What tells from bytes that no entry in them matches; None where that takes the entries."""
        return sieve([_texts_of(group) for group in self.groups])

    def may_match(self, line: bytes) -> bool:
        """False where a line in `entries/` cannot match, told from its bytes; never a wrong False."""
        result = _sieve_of(self)
        return result is None or result.passes(line)

    def __str__(self) -> str:
        """The query as text that `parse` reads as the same query."""
        scope = [f"in:{','.join(self.roles)}"] if self.roles else []
        return " ".join(
            [" or ".join(" ".join(map(_spelled, group)) for group in self.groups), *scope]
        ).strip()


class _Texts:
    """The folded texts of an entry's chosen messages, made when first asked for."""

    def __init__(self, entry: Entry, roles: tuple[str, ...]) -> None:
        self._entry = entry
        self._roles = roles
        self._folded: dict[bool, list[str]] = {}

    def hold(self, term: Text) -> bool:
        if term.loose not in self._folded:
            chosen = (m for m in messages_of(self._entry) if not self._roles or m.get("role") in self._roles)
            self._folded[term.loose] = [folded(text_of(message), loose=term.loose) for message in chosen]
        needle = _needle(term.value, loose=term.loose)
        return any(finds(needle, text, whole=term.phrase) for text in self._folded[term.loose])


def _holds(term: Term, entry: Entry, texts: _Texts, lookup: Lookup | None) -> bool:
    if isinstance(term, Text):
        holds = texts.hold(term)
    elif isinstance(term, Count):
        holds = COMPARE[term.op](COUNTS[term.name](entry), term.limit)
    elif isinstance(term, Score):
        score = lookup.standing_of(entry).scores.get(term.criterion) if lookup else None
        holds = score is not None and COMPARE[term.op](score, term.limit)
    else:
        holds = any(_TESTS[term.key](entry, value, lookup) for value in term.values)
    return holds != term.negated


_needle = lru_cache(maxsize=256)(folded)
_slug = lru_cache(maxsize=4096)(slug)
_sieve_of = lru_cache(maxsize=64)(Query.sieve)


def _texts_of(group: Group) -> list[str]:
    """The texts that bytes can be asked for."""
    return [t.value for t in group if isinstance(t, Text) and not t.negated and not t.loose]


def _words_of(entry: Entry) -> int:
    return sum(words_in(text_of(message)) for message in messages_of(entry))


def _tags(entry: Entry, lookup: Lookup | None) -> frozenset[str]:
    """The tags of an entry by their current names."""
    return _current(map(_slug, tags_of(entry)), lookup)


def _current(names: Iterable[str], lookup: Lookup | None) -> frozenset[str]:
    return frozenset(names if lookup is None else map(lookup.current, names))


def _has_tag(entry: Entry, value: str, lookup: Lookup | None) -> bool:
    tags, names = _tags(entry, lookup), _current(value.split(","), lookup)
    return not tags.isdisjoint(names) or (not tags and UNTAGGED in names)


def _has_just(entry: Entry, value: str, lookup: Lookup | None) -> bool:
    tags, names = _tags(entry, lookup), _current(value.split(","), lookup)
    return tags == names - {UNTAGGED} or (not tags and UNTAGGED in names)


def _has_category(entry: Entry, value: str, lookup: Lookup | None) -> bool:
    return lookup is not None and any(value in lookup.categories_of(tag) for tag in _tags(entry, lookup))


def _has_character(entry: Entry, value: str, _: Lookup | None) -> bool:
    # The name of a tool is nobody's.
    names = (message.get("name") for message in messages_of(entry) if message.get("role") != "tool")
    return any(isinstance(name, str) and _slug(name) == value for name in names)


def _has_role(entry: Entry, value: str, _: Lookup | None) -> bool:
    return any(message.get("role") == value for message in messages_of(entry))


def _has_id(entry: Entry, value: str, _: Lookup | None) -> bool:
    entry_id = entry.get("id")
    return isinstance(entry_id, str) and entry_id.casefold().startswith(value)


def _has_source(entry: Entry, value: str, lookup: Lookup | None) -> bool:
    source = lookup.source_of(entry["id"]) if lookup and isinstance(entry.get("id"), str) else None
    return source is not None and _slug(source) == _slug(value)


def _of_rights(key: str) -> "Test":
    """The test of a key that the source of an entry answers."""

    def test(entry: Entry, value: str, lookup: Lookup | None) -> bool:
        known = lookup is not None and isinstance(entry.get("id"), str)
        return known and lookup is not None and value in lookup.rights_of(entry["id"], key)

    return test


def _is_seen(entry: Entry, value: str, lookup: Lookup | None) -> bool:
    known = lookup is not None and isinstance(entry.get("id"), str)
    return known and lookup is not None and lookup.is_seen_by(entry["id"], value)


def _has_issue(entry: Entry, value: str, lookup: Lookup | None) -> bool:
    return lookup is not None and value in {issue.casefold() for issue in lookup.issues_of(entry)}


def _counts_as(entry: Entry, value: str, lookup: Lookup | None) -> bool:
    return lookup is not None and value in lookup.standing_of(entry).states


def _is_reviewed_by(entry: Entry, value: str, lookup: Lookup | None) -> bool:
    return lookup is not None and value in lookup.standing_of(entry).by


# What people said of the present words.
REVIEWS = ("review", "review-by")
# What sources say of whose they are.
RIGHTS = ("author", "licence", "model")
# The model that was trained on an entry.
SEEN = "seen-by"
# In a list of tags: none at all. No tag has this name, since a tag is letters and digits.
UNTAGGED = "-"

Test: TypeAlias = Callable[[Entry, str, Lookup | None], bool]

KEYS: dict[str, Test] = {
    "tag": _has_tag,
    "category": _has_category,
    "character": _has_character,
    "role": _has_role,
    "id": _has_id,
    "issue": _has_issue,
    "source": _has_source,
    "review": _counts_as,
    "review-by": _is_reviewed_by,
    **{key: _of_rights(key) for key in RIGHTS},
    SEEN: _is_seen,
}
# The rule that people look for by its bare name.
SPLIT = "split-candidate"
FLAGS: dict[str, Test] = {
    "untagged": lambda entry, _, __: not tags_of(entry),
    SPLIT: lambda entry, _, lookup: _has_issue(entry, SPLIT, lookup),
}
_TESTS: dict[str, Test] = {**KEYS, **FLAGS, "tags": _has_just}
COUNTS: dict[str, Callable[[Entry], int]] = {
    "exchanges": exchanges_of,
    "messages": lambda entry: len(messages_of(entry)),
    "words": _words_of,
}
COMPARE: dict[str, Callable[[int, int], bool]] = {"<": lt, "<=": le, "=": eq, ">=": ge, ">": gt}


# What ends a value that is not in quotes, or may not begin it.
_SIGNS = frozenset("()|&\u201c\u201d\u201e\u00ab")


def _spelled(term: Term) -> str:
    sign = "-" if term.negated else ""
    if isinstance(term, Count):
        return f"{sign}{term.name}{term.op}{term.limit}"
    if isinstance(term, Score):
        return f"{sign}score:{term.criterion}{term.op}{term.limit}"
    if isinstance(term, Word):
        return sign + _spelled_word(term)
    key = "loose" if term.loose else "text"
    if term.phrase:
        return sign + (f"loose:{_quoted(term.value)}" if term.loose else _quoted(term.value))
    return sign + (f"{key}={_quoted(term.value)}" if _SIGNS & set(term.value) else f"{key}:{term.value}")


def _spelled_word(term: Word) -> str:
    if term.key == "tags":
        return f"tags={term.value}"
    return f"{term.key}:{_quoted_if_needed(term.value)}" if term.key in KEYS else term.key


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _quoted_if_needed(value: str) -> str:
    odd = value.startswith('"') or any(map(str.isspace, value)) or _SIGNS & set(value)
    return _quoted(value) if odd else value
