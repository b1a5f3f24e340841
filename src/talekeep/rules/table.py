"""Every rule there is. A new one is a check and a row in the module of its family."""

from collections.abc import Mapping
from types import MappingProxyType

import talekeep.rules.characters as characters
import talekeep.rules.content as content
import talekeep.rules.craft as craft
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
            *characters.RULES,
            *privacy.RULES,
            *craft.RULES,
            *narration.RULES,
        ),
        key=lambda rule: rule.code,
    )
)
BY_CODE: Mapping[str, Rule] = MappingProxyType({rule.code: rule for rule in RULES})
