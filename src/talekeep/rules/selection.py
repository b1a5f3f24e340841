"""Naming rules: a code, the beginning of one (`T2`), a name, or ALL."""

from collections.abc import Iterable
from difflib import get_close_matches

from talekeep.core.errors import Usage
from talekeep.rules.base import Rule
from talekeep.rules.table import known


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
