"""Every rule there is. A new one is a check and a row in the module of its family."""

from collections.abc import Mapping
from types import MappingProxyType

from talekeep.rules import characters
from talekeep.rules import content
from talekeep.rules import storage
from talekeep.rules import structure
from talekeep.rules import tags
from talekeep.rules import text
from talekeep.rules import turns
from talekeep.rules.base import Rule

RULES: tuple[Rule, ...] = tuple(
    sorted(
        (
            *storage.RULES,
            *structure.RULES,
            *tags.RULES,
            *turns.RULES,
            *content.RULES,
            *text.RULES,
            *characters.RULES,
        ),
        key=lambda rule: rule.code,
    )
)
BY_CODE: Mapping[str, Rule] = MappingProxyType({rule.code: rule for rule in RULES})
