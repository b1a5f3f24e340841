"""The query language of `--where` and `search`, the same everywhere entries are selected.

    tag:x  -tag:y  character:mara  role:tool  id:0193c7  issue:S101  source:chat.jsonl
    tag:x tag:y  tag:x,y  tags=x,y  untagged    all of these tags, any of them, exactly them, none at all
    tag:x,y,-  tags=x,y,-                       the same, or none at all
    category:style                              a tag of this category
    exchanges>=8  words<20  messages=2          < <= = >= > of a count
    issue:S101  issue:S1  split-candidate       what this rule, or these rules, find something in
    lamp  text:lamp                             lamp anywhere in a message, inside words too
    "locked door"  text:"locked door"           these words, whole and in this order, in one message
    loose:cafe  loose:"cafe noir"               the same, but accents do not count
    in:system  in:user,assistant                the texts are looked for in these messages only
    tag:x lamp or untagged                      either all terms before the "or" or all those after it

A tag is meant by any name it ever had: one that was renamed is found by its old name and by its new one.
Terms are joined by "and", which binds closer than "or"; `-` before one negates it. Text is compared as
`core.text.normalize` says: without case, width and invisible signs, white space folded; it never runs across
two messages. In quotes, a backslash stands before `"` and before itself.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from difflib import get_close_matches

from talekeep.core.entry import ROLES
from talekeep.core.errors import Usage
from talekeep.core.query.terms import COUNTS
from talekeep.core.query.terms import FLAGS
from talekeep.core.query.terms import KEYS
from talekeep.core.query.terms import UNTAGGED
from talekeep.core.query.terms import Count
from talekeep.core.query.terms import Lookup
from talekeep.core.query.terms import Query
from talekeep.core.query.terms import Term
from talekeep.core.query.terms import Text
from talekeep.core.query.terms import Word
from talekeep.core.slug import slug
from talekeep.core.text.normalize import folded

__all__ = ["Count", "Lookup", "Query", "Term", "Text", "Word", "parse"]

# How the value of a key is written in one way only, so that equal queries are equal values.
_NORMAL: dict[str, Callable[[str], str]] = {
    "category": slug,
    "character": slug,
    "id": str.casefold,
    "issue": str.casefold,
}
_EVERY_KEY = (*KEYS, "text", "loose", "in")
_HELP = (
    f"keys: {' '.join(f'{key}:' for key in _EVERY_KEY)}, counts: {' '.join(COUNTS)} (as in words<20), "
    f"tags= (exactly these), {' '.join(FLAGS)}, or; put quotes around plain text"
)
_SPELLED = {
    **{key: f"{key}:" for key in _EVERY_KEY},
    **{count: f"{count}=" for count in COUNTS},
    **{flag: flag for flag in FLAGS},
    "tags": "tags=",
}
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_KEY = re.compile(r"([^\W\d]\w*):")
_OR = re.compile(r"or(?!\S)")
_COUNT = re.compile(r"([^\W\d]\w*)(<=|>=|<|=|>)(.*)", re.DOTALL)


def parse(text: str) -> Query:
    """The query a text spells; "" matches every entry.

    Raises:
        Usage: a term that makes no sense, with its column (from 1) and the known keys.
    """
    groups: list[list[Term]] = [[]]
    roles: set[str] = set()
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
        elif or_ := _OR.match(text, at):
            _refuse_lone_or(groups, text, at, or_.end())
            groups.append([])
            at = or_.end()
        else:
            at = _read(text, at, groups[-1], roles)
    if len(groups) > 1 and not groups[-1]:
        raise _misread(len(text), "a term is missing after `or`")
    if roles and not any(isinstance(term, Text) for group in groups for term in group):
        raise Usage(
            "`in:` says where a text is looked for, and the query has no text",
            "add a word, or use role: for entries that have such a message",
        )
    first, *others = map(tuple, groups)
    return Query(first, tuple(role for role in ROLES if role in roles), tuple(others))


def _refuse_lone_or(groups: list[list[Term]], text: str, at: int, end: int) -> None:
    if not groups[-1] or not text[end:].strip():
        raise _misread(at, '`or` stands between two terms; "or" in quotes is the word')


def _read(text: str, start: int, terms: list[Term], roles: set[str]) -> int:
    """Take the term that begins at an index into `terms` (or `roles`); the index after it."""
    negated = text[start] == "-"
    at = start + negated
    key = _KEY.match(text, at)
    name = key[1] if key else ""
    value, quoted, at = _value(text, key.end() if key else at, start)
    if name == "in":
        roles.update(_roles(value, start, negated=negated))
    else:
        terms.append(replace(_term(name, value, start, quoted=quoted), negated=negated))
    return at


def _value(text: str, at: int, start: int) -> tuple[str, bool, int]:
    """The value that begins at an index, whether it was in quotes, and the index after it."""
    if text[at : at + 1] == '"':
        found = _QUOTED.match(text, at)
        if found is None:
            raise _misread(at, "the quote is never closed")
        if found.end() < len(text) and not text[found.end()].isspace():
            raise _misread(found.end(), "a space must follow the closing quote")
        return _ESCAPE.sub(r"\1", found[1]), True, found.end()
    end = next((n for n in range(at, len(text)) if text[n].isspace()), len(text))
    if end == at:
        raise _misread(start, f"{text[start:at]!r} needs a value")
    return text[at:end], False, end


def _term(name: str, value: str, start: int, *, quoted: bool) -> Term:
    if name and name not in _EVERY_KEY:
        raise _misread(start, f"there is no key {name!r}", name)
    if name == "tag":
        return Word(name, _tags([value] if quoted else _listed(value, start), start))
    if name in KEYS:
        normal = _NORMAL.get(name, str)(value)
        if not normal:
            raise _misread(start, f"`{name}:` needs a value of letters or digits")
        return Word(name, normal)
    if not name and not quoted:
        if value in FLAGS:
            return Word(value, "")
        count = _COUNT.fullmatch(value)
        if count and (count[1], count[2]) == ("tags", "="):
            return Word("tags", _tags(_listed(count[3], start), start))
        if count:
            return _count(count[1], count[2], count[3], start)
    if not folded(value):
        raise _misread(start, "there is no text to look for")
    return Text(value, phrase=quoted, loose=name == "loose")


def _tags(names: list[str], start: int) -> str:
    """The value of `tag:` and `tags=`: slugs in order, then `-` where no tags at all are meant too."""
    slugs = {UNTAGGED if name == UNTAGGED else slug(name) for name in names}
    if not all(slugs):
        raise _misread(start, "a tag is a name of letters or digits; `untagged` means none at all")
    return ",".join(sorted(slugs, key=lambda name: (name == UNTAGGED, name)))


def _listed(value: str, start: int) -> list[str]:
    if '"' in value:
        raise _misread(start, "in a list of tags a space is written _, without quotes")
    return value.split(",")


def _count(name: str, op: str, limit: str, start: int) -> Count:
    if name not in COUNTS:
        raise _misread(start, f"there is no count {name!r}", name)
    if not re.fullmatch(r"[0-9]{1,18}", limit):
        raise _misread(start, f"{name}{op} needs a whole number, not {limit!r}")
    return Count(name, op, int(limit))


def _roles(value: str, start: int, *, negated: bool) -> list[str]:
    if negated:
        raise _misread(start, "`in:` cannot be negated; name the roles to look in")
    roles = value.split(",")
    for role in roles:
        if role not in ROLES:
            raise _misread(start, f"{role!r} is no role; roles are {', '.join(ROLES)}")
    return roles


def _misread(at: int, reason: str, name: str = "") -> Usage:
    close = get_close_matches(name, _SPELLED, n=1) if name else []
    guess = f"did you mean {_SPELLED[close[0]]}? " if close else ""
    return Usage(f"cannot read the query at column {at + 1}: {reason}", guess + _HELP)
