"""How severe each rule is: by profile, and by a dataset's own policy."""

from collections.abc import Iterable
from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Literal
from typing import TypeAlias

from talekeep.core.errors import Usage
from talekeep.core.finding import SEVERITIES
from talekeep.core.finding import Severity
from talekeep.rules.table import ADDED_CODE
from talekeep.rules.table import RULES
from talekeep.rules.table import known
from talekeep.rules.table import named

Level: TypeAlias = Severity | Literal["off"]
LEVELS: tuple[Level, ...] = (*SEVERITIES, "off")

# What keeps the store itself safe holds whatever an entry is meant for.
_GUARDS = ("S001", "S002", "S003", "S004", "S005", "S006", "S007", "S009")

# The severities RoleThread Lite 1.0.0 gives in its ChatML analysis. T210 stands for what it has no code
# for: it crashes on content that is no text, so such a file cannot be opened there.
_ROLETHREAD: dict[str, Level] = {
    "S101": "error",
    "S102": "error",
    "S104": "error",
    "S107": "warning",
    "S110": "error",
    "S111": "error",
    "S112": "error",
    "S113": "info",
    "S120": "info",
    "T201": "error",
    "T202": "error",
    "T203": "warning",
    "T204": "error",
    "T205": "error",
    "T206": "error",
    "T208": "error",
    "T209": "warning",
    "T210": "error",
    "X301": "warning",
    "X302": "info",
    "X303": "info",
    "C401": "warning",
}

_OFF: dict[str, Level] = {rule.code: "off" for rule in RULES}
_OWN: dict[str, Level] = {rule.code: rule.severity for rule in RULES}

# Said only where somebody asks: true of most imported datasets and no fault of theirs, or a matter of taste.
_ASKED: dict[str, Level] = {
    rule.code: "off" for rule in RULES if rule.code in ("S117", "S118") or rule.code.startswith("P5")
}

PROFILES: Mapping[str, Mapping[str, Level]] = MappingProxyType(
    {
        "default": MappingProxyType(_OWN | _ASKED),
        "rolethread": MappingProxyType(_OFF | {code: _OWN[code] for code in _GUARDS} | _ROLETHREAD),
    }
)

# Profiles whose entries are looked at with `Context(strict=True)`.
STRICT = frozenset({"rolethread"})

_REFUSED = "a record refused at import"
_MENDED = "made canonical at import"

# Each code of RoleThread Lite 1.0.0 → the rule that says the same, or what import does about it.
ROLETHREAD_CODES: Mapping[str, str] = MappingProxyType(
    {
        "base.not_dict": "S002",
        "base.unknown_top_level_key": "S120",
        "base.missing_tags": "S110",
        "base.tags_not_list": "S111",
        "base.invalid_tag_value": "S112",
        "base.empty_tag": "S113",
        "chatml.missing_messages": "S101",
        "chatml.messages_not_list": "S102",
        "chatml.duplicate_system_message": "T203",
        "chatml.insufficient_messages": "T204",
        "chatml.incomplete_exchanges": "T205",
        "chatml.system_not_dict": "S104",
        "chatml.role_canonicalization": "S107",
        "chatml.missing_system_role": "T201",
        "chatml.content_whitespace": "T209",
        "chatml.empty_system_content": "T202",
        "chatml.message_not_dict": "S104",
        "chatml.wrong_role": "T206",
        "chatml.empty_content": "T208",
        "chatml.ai_refusal_language": "X301",
        "chatml.formatting_leakage": "X302",
        "chatml.split_candidate": "X303",
        "character.inactive_reference_in_prompt": "C401",
        "sharegpt.missing_conversations": _REFUSED,
        "sharegpt.conversations_not_list": _REFUSED,
        "sharegpt.empty_conversations": _REFUSED,
        "sharegpt.turn_not_dict": _REFUSED,
        "sharegpt.missing_role_field": _REFUSED,
        "sharegpt.missing_content_field": _REFUSED,
        "sharegpt.unknown_role": "S106",
        "sharegpt.empty_content": "T208",
        "sharegpt.role_variant": _MENDED,
        "sharegpt.multiple_system_turns": "T203",
        "sharegpt.no_system_turn": "T201",
    }
)


def severities(profile: str = "default", policy: Mapping[str, str] | None = None) -> dict[str, Level]:
    """Code → severity or "off" for every rule: the profile's, then the policy's, closest selector last.

    `policy` maps a code, the beginning of one, a name or ALL to error, warning, info or off. A rule of
    another package is on in the default profile alone; while it is not loaded, the policy for it is ignored.

    Raises:
        Usage: an unknown profile, rule or severity.
    """
    if profile not in PROFILES:
        raise Usage(f"there is no profile {profile!r}", f"profiles: {', '.join(PROFILES)}")
    own: dict[str, Level] = {r.code: r.severity if profile == "default" else "off" for r in known()}
    levels = {**own, **PROFILES[profile]}
    meant = [
        (*named(selector), _level(selector, level))
        for selector, level in (policy or {}).items()
        if selector in levels or not ADDED_CODE.fullmatch(selector)
    ]
    for _, rules, level in sorted(meant, key=lambda row: row[0]):
        levels |= {rule.code: level for rule in rules}
    return levels


def asked(levels: Mapping[str, Level], selectors: Iterable[str]) -> dict[str, Level]:
    """The levels, with the own severity of rules that are off but asked for: by a whole code or name, or by
    the beginning of a code that means none but rules that are off.

    Raises:
        Usage: a selector means no rule.
    """
    meant = [rules for _, rules in map(named, selectors)]
    unheard = (rules for rules in meant if all(levels[rule.code] == "off" for rule in rules))
    return {**levels} | {rule.code: rule.severity for rules in unheard for rule in rules}


def _level(selector: str, level: str) -> Level:
    if level in LEVELS:
        return level
    close = get_close_matches(str(level), LEVELS, 1)
    hint = f"did you mean {close[0]}?" if close else f"one of: {', '.join(LEVELS)}"
    raise Usage(f"{level!r} is no severity for {selector}", hint)
