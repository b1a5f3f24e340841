"""Every rule there is. A new one is a check and a row in the module of its family."""

import re
from collections.abc import Iterable
from collections.abc import Mapping
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
