"""The query language of `--where` and `search`, the same everywhere entries are selected.

    tag:x  -tag:y  character:mara  role:tool  id:0193c7  issue:S101  source:chat.jsonl
    licence:cc-by-4.0  author:wren  model:llama-3-8b          what the source of an entry says
    seen-by:night-1                             what this model was trained on
    character:mara,wren  role:user,tool         any of them
    tag:x tag:y  tag:x,y  tags=x,y  untagged    all of these tags, any of them, exactly them, none at all
    tag:x,y,-  tags=x,y,-                       the same, or none at all
    category:style                              a tag of this category
    exchanges>=8  words < 20  messages!=2       < <= = != >= > of a count
    issue:S101  issue:S1  split-candidate       what this rule, or these rules, find something in
    lamp  text:lamp                             lamp anywhere in a message, inside words too
    "locked door"  text:"locked door"           these words, whole and in this order, in one message
    text="ked do"                               these signs, inside words too
    review:approved,stale  review-by:wren       what an entry counts as, whose verdict its words have
    score:voice>=4                              the lowest score of reviewers on this criterion
    loose:cafe  loose:"cafe noir"               the same, but accents do not count
    in:system  in:user,assistant                the texts are looked for in these messages only
    tag:x lamp or untagged                      either all terms before the "or" or all those after it
    not tag:x  -tag:x  !tag:x                   not this term
    tag:x and not (lamp or untagged)            brackets hold what belongs together

A tag is meant by any name it ever had: one that was renamed is found by its old name and by its new one.
Terms that follow each other are joined by "and", which binds closer than "or". `and`, `or` and `not` may be
written in capitals or as `&&`, `||` or `|`, and `!`; in quotes they are text. Operators of other languages
are refused, words such as `except` where they stand before a term that is no text. Text is compared as NFKC,
without case, white space folded; it never runs across two messages. In quotes, a backslash stands before `"`
and before itself.
"""

import re
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import TypeAlias

from talekeep.core.entry import ROLES
from talekeep.core.errors import Usage
from talekeep.core.query.terms import COUNTS
from talekeep.core.query.terms import FLAGS
from talekeep.core.query.terms import KEYS
from talekeep.core.query.terms import RIGHTS
from talekeep.core.query.terms import SEEN
from talekeep.core.query.terms import UNTAGGED
from talekeep.core.query.terms import Count
from talekeep.core.query.terms import Group
from talekeep.core.query.terms import Lookup
from talekeep.core.query.terms import Query
from talekeep.core.query.terms import Score
from talekeep.core.query.terms import Term
from talekeep.core.query.terms import Text
from talekeep.core.query.terms import Word
from talekeep.core.reviews import LEAST_SCORE
from talekeep.core.reviews import MOST_SCORE
from talekeep.core.reviews import STATES
from talekeep.core.reviews import is_score
from talekeep.core.slug import slug
from talekeep.core.text.normalize import folded

__all__ = ["Count", "Lookup", "Query", "Term", "Text", "Word", "parse"]

# How the value of a key is written in one way only, so that equal queries are equal values.
_NORMAL: dict[str, Callable[[str], str]] = {
    "category": slug,
    "character": slug,
    "id": str.casefold,
    "issue": str.casefold,
    "review": slug,
    "review-by": slug,
    "role": str.casefold,
    SEEN: str.casefold,
    "source": slug,
    **dict.fromkeys(RIGHTS, slug),
}
# Keys whose names have no other signs than letters and digits.
_PLAIN = ("category", "character", "id", "review-by", "source")
_EVERY_KEY = (*KEYS, "score", "text", "loose", "in")
_HELP = (
    f"keys: {' '.join(f'{key}:' for key in _EVERY_KEY)}, counts: {' '.join(COUNTS)} (as in words<20), "
    f"tags= (exactly these), {' '.join(FLAGS)}, and or not ( ); put quotes around plain text"
)
SPELLED = {
    **{key: f"{key}:" for key in _EVERY_KEY},
    **{count: f"{count}=" for count in COUNTS},
    **{flag: flag for flag in FLAGS},
    "tags": "tags=",
}
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_KEY = re.compile(rf"(review-by|{SEEN}|[^\W\d]\w*):")
_OR = re.compile(r"\|\|?|or(?![^\s()])", re.IGNORECASE)
_AND = re.compile(r"&&|&(?!\S)|and(?![^\s()])", re.IGNORECASE)
_NOT = re.compile(r"!(?!=)|not(?![^\s()])|-(?=[^\s])", re.IGNORECASE)
_COUNT = re.compile(r"([^\W\d]\w*)(<=|>=|==|!=|<|=|>)(.*)", re.DOTALL)
_SCORE = re.compile(r"score:([^\s()|&<>=!]*)\s*(<=|>=|==|!=|<|=|>)\s*([^\s()|&]*)")
_AS_WRITTEN = re.compile(r'(text|loose)=(?=")')
_SPACED_COUNT = re.compile(rf"({'|'.join(COUNTS)})\s*(<=|>=|==|!=|<|=|>)\s*([^\s()|&]*)")
# An operator of another language that stands alone, and a term that another one hides in.
_LONE = re.compile(
    r"(?:[<>=:!~&^*+/\\;,#@$%\u2227\u2228\u00ac\u2260-]+|xor|nor|nand)(?![^\s()])", re.IGNORECASE
)
# Words that stand for an operator elsewhere. Before a term that is no text they are surely meant so.
_SAID = re.compile(
    r"(?:except|without|minus|plus|unless|but|no|non|isn['\u2019]t|is|has|where|also|andnot|and-not|ornot|or-not"
    r"|in|like|contains|then|else|with|union|intersect|near(?:/[0-9]+)?|und|oder|nicht|ohne|et|ou|sans|pas|y|o|sin)(?=\s)",
    re.IGNORECASE,
)
_NO_TEXT = re.compile(
    rf"\s+(?:[-!(]|not\s|{'|'.join(KEYS)}|score:|(?:{'|'.join(COUNTS)}|tags)\s*[<>=!]|(?:{'|'.join(FLAGS)})(?![^\s()]))",
    re.IGNORECASE,
)
_HIDDEN = re.compile(rf"(?:^|\W)({'|'.join(_EVERY_KEY)}):")
# A key with an operator that is none here: `tag~x`, `tag=~x`, `words^2`.
_FOREIGN = re.compile(
    rf"({'|'.join((*_EVERY_KEY, *COUNTS, 'tags'))})(=?[~^]=?|:[<>=!]|-?[\u2264\u2265\u2260;>@$#]+).*",
    re.DOTALL,
)
_COMPUTED = re.compile(rf"(?:.*\W)?({'|'.join(COUNTS)})\W.*[<>=\u2264\u2265\u2260].*", re.DOTALL)
# A count behind its limit, and the patterns of other programs: /so/, so*, *so. `*so*` is an action.
_TURNED = re.compile(rf"[0-9]+(?:<=|>=|==|!=|<|=|>)(?:{'|'.join(COUNTS)})")
_PATTERN = re.compile(r"/.+/[a-z]*|[^*]+\*|\*[^*]+")
# Keys and counts that make no sense as a word between terms, as in `tag is x`, `words 40`.
_BARE = frozenset({*COUNTS, *KEYS})
# What others call a key.
_MEANT = {
    "content": "text",
    "file": "source",
    "has": "untagged",
    "is": "untagged",
    "label": "tag",
    "license": "licence",
    "name": "character",
    "no": "untagged",
    "rule": "issue",
    "speaker": "character",
    **dict.fromkeys(ROLES, "role"),
}
_SINGLE_QUOTED = re.compile(r"'[^']*'(?![^\s()|&])")
_OTHER_QUOTES = "\u201c\u201d\u201e\u00ab"
# Brackets multiply the groups that a query is made of; a query of people has a handful.
_MOST_GROUPS = 256

Groups: TypeAlias = tuple[Group, ...]


def parse(text: str) -> Query:
    """The query a text spells; "" matches every entry.

    Raises:
        Usage: a term that makes no sense, with its column (from 1) and the known keys.
    """
    reader = _Reader(text)
    first, *others = reader.whole()
    query = Query(first, tuple(role for role in ROLES if role in reader.roles), tuple(others))
    if reader.roles and not any(isinstance(term, Text) for group in query.groups for term in group):
        raise Usage(
            "`in:` says where a text is looked for, and the query has no text",
            "add a word, or use role: for entries that have such a message",
        )
    return query


class _Reader:
    """Reads a query from left to right into groups: all terms of one of them must hold.

    `a (b or not (c d))` becomes `a b or a -c or a -d`.
    """

    def __init__(self, text: str) -> None:
        self.roles: set[str] = set()
        self._text = text
        self._at = 0
        self._open = 0
        self._negations = 0

    def whole(self) -> Groups:
        self._skip()
        groups = self._either() if self._at < len(self._text) else ((),)
        if self._at < len(self._text):
            raise _misread(self._at, "this bracket was never opened; put quotes around text with brackets")
        return groups

    def _skip(self) -> None:
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1

    def _take(self, pattern: re.Pattern[str]) -> str:
        """What stands here if it is this operator, else ""; it is then read."""
        match = pattern.match(self._text, self._at)
        if match is None:
            return ""
        self._at = match.end()
        self._skip()
        return match[0]

    def _at_end(self) -> bool:
        return self._at == len(self._text) or (self._open > 0 and self._text[self._at] == ")")

    def _either(self) -> Groups:
        """Terms up to the end or the closing bracket."""
        branches = [self._all()]
        while (start := self._at, operator := self._take(_OR))[1]:
            if self._at_end():
                raise _misread(start, f"`{operator}` stands between two terms; in quotes it is a word")
            branches.append(self._all())
        if len(branches) > 1 and ((),) in branches:
            raise _misread(self._at, "a term is missing after `or`, or before it: `in:` is none")
        return _limited(tuple(group for branch in branches for group in branch), self._at)

    def _all(self) -> Groups:
        """Terms up to the next `or`."""
        groups = self._one()
        while not self._at_end() and not _OR.match(self._text, self._at):
            if self._text[self._at] == ")":
                break
            start, operator = self._at, self._take(_AND)
            if operator and self._at_end():
                raise _misread(start, f"`{operator}` stands between two terms; in quotes it is a word")
            groups = _both(groups, self._one(), self._at)
        return groups

    def _one(self) -> Groups:
        """One term, or what is in brackets, or the negation of either."""
        start = self._at
        if operator := self._take(_NOT):
            if self._at_end():
                raise _misread(start, f"a term is missing after `{operator}`")
            if self._text[start : start + 2] == "--":
                raise _misread(start, "`-` stands once before a term")
            self._negations += 1
            groups = self._one()
            self._negations -= 1
            return _negated(groups, self._at)
        for pattern in (_OR, _AND):
            if match := pattern.match(self._text, start):
                raise _misread(start, f"`{match[0]}` stands between two terms; in quotes it is a word")
        return self._bracket() if self._text[start] == "(" else self._term()

    def _bracket(self) -> Groups:
        start = self._at
        self._at += 1
        self._open += 1
        self._skip()
        if self._at_end():
            closed = self._at < len(self._text)
            raise _misread(start, "there is nothing in the brackets" if closed else _UNCLOSED)
        groups = self._either()
        if self._at == len(self._text):
            raise _misread(start, _UNCLOSED)
        self._at += 1
        self._open -= 1
        self._skip()
        return groups

    def _term(self) -> Groups:
        """The term that stands here; `in:` is noted and is none."""
        start = self._at
        if match := _SPACED_COUNT.match(self._text, start):
            self._at = match.end()
            self._skip()
            return ((_count(match[1], match[2], match[3], start),),)
        if match := _SCORE.match(self._text, start):
            self._at = match.end()
            self._skip()
            return ((_score(match[1], match[2], match[3], start),),)
        if (match := _SAID.match(self._text, start)) and _NO_TEXT.match(self._text, match.end()):
            raise _misread(
                start, f"`{match[0]}` is no operator here; -tag:x leaves x out, in quotes it is text"
            )
        if match := _LONE.match(self._text, start):
            lone = "needs a value" if match[0] == "-" else "stands alone; in quotes it is text"
            raise _misread(start, f"`{match[0]}` {lone}")
        if match := _AS_WRITTEN.match(self._text, start):
            value, _, self._at = _value(self._text, match.end(), start, self._open)
            self._skip()
            return ((_text(match[1], value, start, phrase=False),),)
        key = _KEY.match(self._text, start)
        name = key[1] if key else ""
        value, quoted, self._at = _value(self._text, key.end() if key else start, start, self._open)
        self._skip()
        if name != "in":
            return ((_term(name, value, start, quoted=quoted),),)
        self.roles.update(_scope(value, start, negated=self._negations > 0))
        return ((),)


_UNCLOSED = "the bracket is never closed; put quotes around text with brackets"


def _limited(groups: Groups, at: int, most: int = _MOST_GROUPS) -> Groups:
    if len(groups) > most:
        raise _misread(at, f"with these brackets it is more than {_MOST_GROUPS} queries in one")
    return groups


def _both(one: Groups, other: Groups, at: int) -> Groups:
    """The groups that hold where one of each holds."""
    if len(one) == len(other) == 1:
        return ((*one[0], *other[0]),)
    _limited(((),) * (len(one) * len(other)), at, most=4 * _MOST_GROUPS)
    return _limited(_simple((*a, *b) for a in one for b in other), at)


def _simple(groups: Iterable[Group]) -> Groups:
    """The groups without doubled terms, and without those that ask for more than another one."""
    kept: dict[frozenset[Term], Group] = {}
    for group in sorted((tuple(dict.fromkeys(group)) for group in groups), key=len):
        terms = frozenset(group)
        if not any(other <= terms for other in kept):
            kept[terms] = group
    return tuple(kept.values())


def _negated(groups: Groups, at: int) -> Groups:
    """The groups that hold where none of these does: one term of each is not so."""
    negated: Groups = ((),)
    for group in groups:
        others = tuple((replace(term, negated=not term.negated),) for term in group)
        negated = _both(negated, others, at)
    return negated


def _value(text: str, at: int, start: int, open_brackets: int) -> tuple[str, bool, int]:
    """The value that begins at an index, whether it was in quotes, and the index after it."""
    if text[at : at + 1] == '"':
        match = _QUOTED.match(text, at)
        if match is None:
            raise _misread(at, "the quote is never closed")
        if match.end() < len(text) and not (text[match.end()].isspace() or text[match.end()] in ")|&"):
            raise _misread(match.end(), "a space must follow the closing quote")
        return _ESCAPE.sub(r"\1", match[1]), True, match.end()
    if text[at : at + 1] and (text[at] in _OTHER_QUOTES or _SINGLE_QUOTED.match(text, at)):
        raise _misread(at, 'quotes are written "so"')
    end, inner = at, 0
    while end < len(text) and not text[end].isspace() and text[end] != "|" and text[end : end + 2] != "&&":
        inner += {"(": 1, ")": -1}.get(text[end], 0)
        if inner < 0:
            break
        end += 1
    if inner > 0 or (inner < 0 and not open_brackets):
        raise _misread(end, "put quotes around text with brackets; several values are written tag:x,y")
    if end == at:
        raise _misread(start, f"{text[start:at]!r} needs a value")
    if text[at:end] != text[at:end].rstrip("|") or (end < len(text) and text[end] in "|&"):
        _require_term_behind(text, start, at, end)
    return text[at:end], False, end


def _require_term_behind(text: str, start: int, at: int, end: int) -> None:
    """`tag:x|tag:y` are two terms; what `tag:x|y` means nobody knows."""
    rest = text[end:].lstrip("|&")
    glued = rest and not rest[0].isspace()
    is_term = _KEY.match(rest) or _SPACED_COUNT.match(rest) or rest.startswith(("(", "!", "-", '"', *FLAGS))
    if glued and at > start and not is_term:
        raise _misread(end, f"several values are written {text[start:end]},{rest.split()[0]}")


def _term(name: str, value: str, start: int, *, quoted: bool) -> Term:
    if name and name not in _EVERY_KEY:
        raise _misread(start, f"there is no key {name!r}", name)
    if name == "score":
        raise _misread(start, "a score is compared, as in score:voice>=4")
    if name == "tag":
        return Word(name, _tags([value] if quoted else _listed(value, start), start))
    if name in KEYS:
        return Word(name, _names(name, [value] if quoted else _listed(value, start, name), start))
    if not name and not quoted:
        if value in FLAGS:
            return Word(value, "")
        count = _COUNT.fullmatch(value)
        if count and (count[1], count[2]) == ("tags", "="):
            return Word("tags", _tags(_listed(count[3], start), start))
        if count:
            return _count(count[1], count[2], count[3], start)
        _refuse_slip(value, start)
    return _text(name, value, start, phrase=quoted)


def _text(name: str, value: str, start: int, *, phrase: bool) -> Text:
    if not folded(value, loose=name == "loose"):
        raise _misread(start, "there is no text to look for")
    return Text(value, phrase=phrase, loose=name == "loose")


def _refuse_slip(value: str, start: int) -> None:
    """A word that was surely not meant as text."""
    if value in _BARE:
        raise _misread(
            start, f"{value!r} is a key: {SPELLED[value]}…; put quotes around the word to look for it"
        )
    if _TURNED.match(value):
        raise _misread(start, "the name of a count stands first, as in words<40")
    if _PATTERN.fullmatch(value):
        raise _misread(start, "a text is no pattern, it is found inside words too; put quotes around signs")
    if computed := _COMPUTED.fullmatch(value):
        raise _misread(start, f"`{computed[1]}` is compared with a number alone, as in {computed[1]}<40")
    if foreign := _FOREIGN.fullmatch(value):
        raise _misread(start, f"`{foreign[2]}` is no operator here", foreign[1])
    if hidden := _HIDDEN.search(value):
        raise _misread(start, f"a space must stand before `{hidden[1]}:`; put quotes around text")
    if close := get_close_matches(value.casefold(), FLAGS, 1, cutoff=0.85):
        raise _misread(start, f"{value!r} is close to {close[0]}; put quotes around the word to look for it")


def _names(key: str, values: list[str], start: int) -> str:
    """The value of a key: one name or several, in order, any of which is meant."""
    names = sorted({_NORMAL.get(key, str)(value) for value in values})
    if not all(names):
        raise _misread(start, f"`{key}:` needs a value of letters, digits or pictures")
    for name in names if key == "role" else ():
        _require_role(name, start)
    for name in names if key == "review" else ():
        _require_one_of(name, STATES, "review state", start)
    if key in _PLAIN:
        _refuse_patterns(values, start)
    return ",".join(names)


def _refuse_patterns(names: list[str], start: int) -> None:
    for name in names:
        if sign := next(
            (sign for sign in "*?" if sign in name), name[:1] if name[:1] in ("/", "<", ">", "%") else ""
        ):
            raise _misread(start, f"a name has no `{sign}`; several are written with commas")


def _tags(names: list[str], start: int) -> str:
    """The value of `tag:` and `tags=`: slugs in order, then `-` where no tags at all are meant too."""
    _refuse_patterns(names, start)
    slugs = {UNTAGGED if name == UNTAGGED else slug(name) for name in names}
    if not all(slugs):
        raise _misread(start, "a tag is a name of letters, digits or pictures; `untagged` means none at all")
    return ",".join(sorted(slugs, key=lambda name: (name == UNTAGGED, name)))


def _listed(value: str, start: int, key: str = "tag") -> list[str]:
    if '"' in value:
        raise _misread(start, "in a list of names a space is written _, without quotes")
    if hidden := _HIDDEN.search(value):
        raise _misread(start, f"a space must stand before `{hidden[1]}:`; several values are written tag:x,y")
    names = value.split(",")
    for name in names if key == "tag" or _NORMAL.get(key) is slug else ():
        # A slug has no signs, so that `tag:!x` would mean the very entries that it seems to leave out.
        if name[:1] in ("-", "!", "~", "^") and slug(name):
            raise _misread(start, f"`{name[0]}` stands before the key, as in -tag:x")
    return names


def _count(name: str, op: str, limit: str, start: int) -> Count:
    if name not in COUNTS:
        raise _misread(start, f"there is no count {name!r}", name)
    if not re.fullmatch(r"[0-9]{1,18}", limit):
        raise _misread(start, f"{name}{op} needs a whole number, not {limit!r}")
    return Count(name, "=" if op in ("==", "!=") else op, int(limit), negated=op == "!=")


def _scope(value: str, start: int, *, negated: bool) -> list[str]:
    if negated:
        raise _misread(start, "`in:` cannot be negated; name the roles to look in")
    roles = value.split(",")
    for role in roles:
        _require_role(role, start)
    return roles


def _score(name: str, op: str, limit: str, start: int) -> Score:
    criterion = slug(name)
    if not criterion:
        raise _misread(start, "a score has a criterion, as in score:voice>=4")
    if not limit.isascii() or not limit.isdigit() or not is_score(int(limit)):
        raise _misread(start, f"a score is a whole number from {LEAST_SCORE} to {MOST_SCORE}, not {limit!r}")
    return Score(criterion, "=" if op in ("==", "!=") else op, int(limit), negated=op == "!=")


def _require_role(role: str, start: int) -> None:
    _require_one_of(role, ROLES, "role", start)


def _require_one_of(name: str, names: Sequence[str], what: str, start: int) -> None:
    if name not in names:
        near = get_close_matches(name, names, 1)
        guess = f", did you mean {near[0]}?" if near else ";"
        raise _misread(start, f"{name!r} is no {what}{guess} {what}s are {', '.join(names)}")


def _misread(at: int, reason: str, name: str = "") -> Usage:
    name = _MEANT.get(name.casefold(), name.casefold())
    close = get_close_matches(name, SPELLED, n=1) if name else []
    guess = f"did you mean {SPELLED[close[0]]}? " if close else ""
    return Usage(f"cannot read the query at column {at + 1}: {reason}", guess + _HELP)
