"""Every rule there is, and how people name rules: a code, the beginning of one (`T2`), a name, or ALL.

A new rule is a check and a row in the module of its family.
"""

import re
from collections.abc import Iterable
from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType

import talekeep.rules.characters as characters
import talekeep.rules.content as content
import talekeep.rules.craft as craft
import talekeep.rules.imported as imported
import talekeep.rules.narration as narration
import talekeep.rules.privacy as privacy
import talekeep.rules.storage as storage
import talekeep.rules.structure as structure
import talekeep.rules.tags as tags
import talekeep.rules.text as text
import talekeep.rules.turns as turns
import talekeep.rules.vocabulary as vocabulary
from talekeep.core.errors import Usage
from talekeep.rules.base import Rule

RULES: tuple[Rule, ...] = tuple(
    sorted(
        (
            *storage.RULES,
            *structure.RULES,
            *tags.RULES,
            *vocabulary.RULES,
            *turns.RULES,
            *content.RULES,
            *text.RULES,
            *imported.RULES,
            *characters.RULES,
            *privacy.RULES,
            *craft.RULES,
            *narration.RULES,
        ),
        key=lambda rule: rule.code,
    )
)
BY_CODE: Mapping[str, Rule] = MappingProxyType({rule.code: rule for rule in RULES})

# Rules of other packages. Their codes begin with two capital letters or more, ours with one.
ADDED_CODE = re.compile(r"[A-Z]{2,8}[0-9]{2,4}")
_added: list[Rule] = []


def extend(added: Iterable[Rule]) -> None:
    """Put rules of other packages behind the built-in ones, in place of those put there before."""
    _added[:] = sorted(added, key=lambda rule: rule.code)


def known() -> tuple[Rule, ...]:
    """Every rule: the built-in ones, then those of other packages."""
    return (*RULES, *_added)


def by_code(code: str) -> Rule:
    """The rule of that code, of whichever package. Raises: KeyError: there is none."""
    return BY_CODE[code] if code in BY_CODE else {rule.code: rule for rule in _added}[code]


def named(selector: str) -> tuple[int, tuple[Rule, ...]]:
    """How closely a selector says what it means (0 for ALL, the length of a prefix, 4 for a code or a
    name), and the rules it means.

    Raises:
        Usage: no rule has that code, prefix or name.
    """
    wanted = selector.strip()
    if wanted.upper() == "ALL":
        return 0, known()
    by_code = tuple(rule for rule in known() if wanted and rule.code.startswith(wanted.upper()))
    if by_code:
        return len(wanted), by_code
    by_name = tuple(rule for rule in known() if rule.name == wanted.lower())
    if by_name:
        return len(by_name[0].code), by_name
    raise Usage(f"there is no rule {selector!r}", _near(wanted))


def _near(wanted: str) -> str:
    spellings = [rule.code for rule in known()] + [rule.name for rule in known()]
    close = get_close_matches(wanted.upper(), spellings, 1) or get_close_matches(wanted.lower(), spellings, 1)
    return f"did you mean {close[0]}?" if close else "talekeep rule lists them all"


def _closeness(selectors: Iterable[str]) -> dict[str, int]:
    """Code → closeness of the selector that means it most exactly."""
    closest: dict[str, int] = {}
    for selector in selectors:
        closeness, rules = named(selector)
        for rule in rules:
            closest[rule.code] = max(closeness, closest.get(rule.code, -1))
    return closest


def select(select: Iterable[str] = (), ignore: Iterable[str] = ()) -> tuple[Rule, ...]:
    """The rules selected (all, where none is named) and not ignored; the closer selector wins.

    `select(["S101"], ["S"])` is S101, `select(["S"], ["S101"])` is every S rule but that one, and of
    two equally close selectors the ignoring one wins.

    Raises:
        Usage: a selector means no rule.
    """
    chosen = _closeness(tuple(select) or ("ALL",))
    ignored = _closeness(ignore)
    return tuple(rule for rule in known() if chosen.get(rule.code, -1) > ignored.get(rule.code, -1))
