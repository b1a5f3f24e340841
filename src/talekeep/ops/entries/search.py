"""`search`: texts in messages, with the places where they stand."""

import re
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import fields
from dataclasses import replace
from itertools import islice
from typing import Any
from typing import TypeAlias

from talekeep.core.entry import ROLES
from talekeep.core.entry import Entry
from talekeep.core.entry import text_of
from talekeep.core.errors import Usage
from talekeep.core.query.parser import Query
from talekeep.core.query.parser import Text
from talekeep.core.query.parser import parse
from talekeep.core.query.terms import UNTAGGED
from talekeep.core.slug import slug
from talekeep.core.text.columns import reach_back
from talekeep.core.text.columns import reach_on
from talekeep.core.text.normalize import folded
from talekeep.core.text.normalize import places
from talekeep.ops.entries.list_show import Row
from talekeep.ops.entries.list_show import row_of
from talekeep.ops.workspace.select import select
from talekeep.ops.workspace.select import view_of
from talekeep.store.dataset import Dataset

MATCHES: dict[str, Callable[[str], tuple[Text, ...]]] = {
    "contains": lambda text: (Text(text),),
    "all-words": lambda text: tuple(Text(word, phrase=True) for word in dict.fromkeys(folded(text).split())),
    "exact-phrase": lambda text: (Text(text, phrase=True),),
}
TAG_MODES: dict[str, Callable[[Sequence[str], str], str]] = {
    "any": lambda tags, or_none: f"tag:{','.join(tags)}{or_none}",
    "all": lambda tags, or_none: " ".join(f"tag:{tag}{or_none}" for tag in tags),
    "exact": lambda tags, or_none: f"tags={','.join(tags)}{or_none}",
}
# Nobody reads more of one entry in a list, and a hostile one may hold millions.
_MOST = 100
# In columns of a terminal.
_BEFORE = 40
_AFTER = 80
# In code points: a place that is longer is not shown whole.
_LONGEST = 200
_SPACE = re.compile(r"\s+")

Span: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Match:
    """One place: `start` and `end` are characters of the text of a message (an index into `messages`).

    `excerpt` is what stands around it, white space folded; `marks` are the matches in the excerpt, this
    one first.
    """

    message: int
    role: str | None
    name: str | None
    start: int
    end: int
    excerpt: str
    marks: list[Span]


@dataclass(frozen=True, slots=True)
class Hit(Row):
    """An entry that was found, with the first 100 places where the text stands."""

    matches: list[Match]


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what was found; `total` counts all of it."""

    entries: list[Hit]
    total: int


def search(
    dataset: Dataset,
    text: str = "",
    *,
    roles: Sequence[str] = (),
    match: str = "contains",
    loose: bool = False,
    tags: Sequence[str] = (),
    tags_mode: str = "any",
    untagged: bool = False,
    where: str | None = None,
    revision: str | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> Found:
    """The entries that pass the filters and hold the text, from `offset` on, at most `limit`.

    Args:
        text: a blank one is in every entry.
        roles: look in messages of these roles only; in all without any.
        match: `contains` is a part of one message, `all-words` each word whole in some message,
            `exact-phrase` the words whole and in order in one message.
        loose: accents do not count.
        tags: with `tags_mode`: `any` of them, `all` of them, `exact` these and no other.
        untagged: entries without tags; with `tags`, these too.

    Raises:
        Usage: an unknown role or mode, no tag, or `where` is not a query. NotFound: no such revision.
    """
    wanted = _text_query(text, roles, match, loose=loose)
    also = [wanted, parse(_tag_query(tags, tags_mode, untagged))]
    matching = select(dataset, view_of(dataset, revision), where, also=also)
    skipped = sum(1 for _ in islice(matching, offset))
    hits = [_hit(row_of(item), item.entry, wanted) for item in islice(matching, limit)]
    return Found(hits, skipped + len(hits) + sum(1 for _ in matching))


def _hit(row: Row, entry: Entry, wanted: Query) -> Hit:
    known: dict[str, Any] = {f.name: getattr(row, f.name) for f in fields(row)}
    return Hit(**known, matches=list(islice(_matches(entry, wanted), _MOST)))


def _text_query(text: str, roles: Sequence[str], match: str, *, loose: bool = False) -> Query:
    unknown = [role for role in roles if role not in ROLES]
    if unknown:
        raise Usage(f"{unknown[0]!r} is no role", f"roles are {', '.join(ROLES)}")
    if match not in MATCHES:
        raise Usage(f"there is no way of matching {match!r}", f"one of {', '.join(MATCHES)}")
    if not folded(text, loose=loose):
        return Query()
    terms = tuple(replace(term, loose=loose) for term in MATCHES[match](text))
    return Query(terms, tuple(role for role in ROLES if role in roles))


def _tag_query(tags: Sequence[str], mode: str, untagged: bool) -> str:
    if mode not in TAG_MODES:
        raise Usage(f"there is no tags mode {mode!r}", f"one of {', '.join(TAG_MODES)}")
    names = [slug(name) for tag in tags for name in tag.split(",")]
    if not all(names):
        raise Usage(
            "a tag is a name of letters, digits or pictures",
            "talekeep search --untagged finds those without tags",
        )
    if not names:
        return "untagged" if untagged else ""
    return TAG_MODES[mode](names, f",{UNTAGGED}" if untagged else "")


def _matches(entry: Entry, wanted: Query) -> Iterator[Match]:
    if not wanted.terms:
        return
    for number, message in enumerate(entry.get("messages") or ()):
        role = message.get("role") if isinstance(message, dict) else None
        if not isinstance(message, dict) or (wanted.roles and role not in wanted.roles):
            continue
        text, name = text_of(message), message.get("name")
        spans = _spans(text, wanted)
        for at, (start, end) in enumerate(spans):
            excerpt, marks = _excerpt(text, spans[at:])
            yield Match(number, _string(role), _string(name), start, end, excerpt, marks)


def _string(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _spans(text: str, wanted: Query) -> list[Span]:
    result: set[Span] = set()
    for term in wanted.terms:
        if isinstance(term, Text):
            needle = folded(term.value, loose=term.loose)
            result.update(islice(places(needle, text, whole=term.phrase, loose=term.loose), _MOST))
    return sorted(result)[:_MOST]


def _excerpt(text: str, spans: Sequence[Span]) -> tuple[str, list[Span]]:
    """What stands around the first of these places, and where it and those that follow are in it."""
    start, end = spans[0]
    left = reach_back(text, start, _BEFORE)
    right = reach_on(text, min(end, start + _LONGEST), _AFTER)
    bits, marks, size, at = ["…"] if left else [], [], int(left > 0), left
    for first, last in _apart(spans, right):
        before, inside = _spaced(text[at:first]), _spaced(text[first:last])
        bits += [before, inside]
        marks.append((size + len(before), size + len(before) + len(inside)))
        size, at = marks[-1][1], last
    return "".join([*bits, _spaced(text[at:right]), "…" * (right < len(text))]), marks


def _apart(spans: Iterable[Span], right: int) -> Iterator[Span]:
    """The places up to an index that do not overlap the one before; one that goes beyond is cut there."""
    at = 0
    for start, end in spans:
        if start >= right:
            return
        if start >= at:
            at = min(end, right)
            yield start, at


def _spaced(text: str) -> str:
    return _SPACE.sub(" ", text)
