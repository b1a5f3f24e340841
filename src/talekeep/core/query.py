"""The query language of `--where` and `search`, the same everywhere entries are selected.

    tag:x  -tag:y  untagged  character:mara  role:tool  id:0193c7  issue:S101  source:chat.jsonl
    exchanges>=8  words<20  messages=2          < <= = >= > of a count
    lamp  text:lamp                             lamp anywhere in a message, inside words too
    "locked door"  text:"locked door"           these words, whole and in this order, in one message
    in:system  in:user,assistant                the texts are looked for in these messages only

Terms are joined by "and"; `-` before one negates it. Text is compared as NFKC, without case, white space
folded; it never runs across two messages. In quotes, a backslash stands before `"` and before itself.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from difflib import get_close_matches

from talekeep.core.entry import ROLES
from talekeep.core.errors import Usage
from talekeep.core.slug import slug
from talekeep.core.terms import COUNTS
from talekeep.core.terms import FLAGS
from talekeep.core.terms import KEYS
from talekeep.core.terms import Count
from talekeep.core.terms import Lookup
from talekeep.core.terms import Query
from talekeep.core.terms import Term
from talekeep.core.terms import Text
from talekeep.core.terms import Word
from talekeep.core.terms import folded

__all__ = ["Count", "Lookup", "Query", "Term", "Text", "Word", "parse"]

# How the value of a key is written in one way only, so that equal queries are equal values.
_NORMAL: dict[str, Callable[[str], str]] = {
    "tag": slug,
    "character": slug,
    "id": str.casefold,
    "issue": str.casefold,
}
_EVERY_KEY = (*KEYS, "text", "in")
_HELP = (
    f"keys: {' '.join(f'{key}:' for key in _EVERY_KEY)}, counts: {' '.join(COUNTS)} (as in words<20), "
    f"{' '.join(FLAGS)}; put quotes around plain text"
)
_SPELLED = {
    **{key: f"{key}:" for key in _EVERY_KEY},
    **{count: f"{count}=" for count in COUNTS},
    **{flag: flag for flag in FLAGS},
}
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_KEY = re.compile(r"([^\W\d]\w*):")
_COUNT = re.compile(r"([^\W\d]\w*)(<=|>=|<|=|>)(.*)", re.DOTALL)


def parse(text: str) -> Query:
    """The query a text spells; "" matches every entry.

    Raises:
        Usage: a term that makes no sense, with its column (from 1) and the known keys.
    """
    terms: list[Term] = []
    roles: set[str] = set()
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        start, negated = at, text[at] == "-"
        at += negated
        key = _KEY.match(text, at)
        name = key[1] if key else ""
        value, quoted, at = _value(text, key.end() if key else at, start)
        if name == "in":
            roles.update(_roles(value, start, negated=negated))
        else:
            terms.append(replace(_term(name, value, start, quoted=quoted), negated=negated))
    if roles and not any(isinstance(term, Text) for term in terms):
        raise Usage(
            "`in:` says where a text is looked for, and the query has no text",
            "add a word, or use role: for entries that have such a message",
        )
    return Query(tuple(terms), tuple(role for role in ROLES if role in roles))


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
    if name in KEYS:
        normal = _NORMAL.get(name, str)(value)
        if not normal:
            raise _misread(start, f"`{name}:` needs a value of letters or digits")
        return Word(name, normal)
    if not name and not quoted:
        if value in FLAGS:
            return Word(value, "")
        count = _COUNT.fullmatch(value)
        if count:
            return _count(count[1], count[2], count[3], start)
    if not folded(value):
        raise _misread(start, "there is no text to look for")
    return Text(value, phrase=quoted)


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
