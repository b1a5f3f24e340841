"""The settings of a prompt: what may be said, what follows from it, and whether it is enough."""

import re
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from difflib import get_close_matches

from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.core.text import template as templates
from talekeep.core.text.template import Piece
from talekeep.library.generation import Generation
from talekeep.library.generation import Setting
from talekeep.library.generation import Template
from talekeep.library.generation import options_of
from talekeep.library.generation import pieces_of
from talekeep.ops import plural

LIST = "talekeep generate --list"
_NUMBER = re.compile(r"[1-9][0-9]{0,5}")
# What the dataset lends, by the option that says what.
_LENT = {
    "examples": ("examples", "given"),
    "characters": ("characters", "solo", "first", "others"),
    "tags": ("tags",),
}
# Everything that is no setting; the shape of an entry follows from the rest.
LENT = (*(name for names in _LENT.values() for name in names), "shape")
_OPTIONS = {
    "examples": "ENTRY… or --examples --where QUERY",
    "characters": "--characters NAME,NAME",
    "tags": "--tag NAME,NAME",
    "system_prompt": "--from-prompt NAME or --set system_prompt=TEXT",
}


def settled(known: Generation, template: Template, settings: Mapping[str, str]) -> dict[str, str]:
    """Every setting with its value: as told, else as the template has it, else its own default.

    Raises:
        Usage: a setting, choice or number that is none. Refused: the template sets what does not exist.
    """
    names = {*known.settings, *known.options}
    for name in template.defaults:
        if name not in names:
            raise Refused(f"the template has a default for {name}, and there is no such setting", LIST)
    for name, value in settings.items():
        _require_fitting(known, name, value)
    if template.each and "entries" in settings:
        raise Usage("this template writes one entry for each that is given", "leave entries out")
    defaults = {name: known.settings.get(name, Setting()).default for name in sorted(names)}
    return {**defaults, **template.defaults, **settings}


def _require_fitting(known: Generation, name: str, value: str) -> None:
    if name not in known.settings and name not in known.options:
        close = get_close_matches(name, [*known.settings, *known.options], 1)
        raise Usage(f"there is no setting {name}", f"did you mean {close[0]}? {LIST}" if close else LIST)
    choices = known.options.get(name)
    if choices and value and value not in choices:
        raise Usage(f"there is no {name} {value!r}", f"one of {', '.join(choices)}")
    setting = known.settings.get(name, Setting())
    if setting.unit:
        counted(name, setting, value)


def counted(name: str, setting: Setting, value: str) -> str:
    """A number with its unit: `10 entries`, `2 to 4 exchanges`.

    Raises:
        Usage: it is no number.
    """
    bounds = value.split("-") if setting.range else [value]
    if len(bounds) > 2 or not all(map(_NUMBER.fullmatch, bounds)) or int(bounds[0]) > int(bounds[-1]):
        also = " or a range such as 2-4" if setting.range else ""
        raise Usage(f"{name} is {value!r}", f"give a number from 1 on{also}")
    return " to ".join([*bounds[:-1], plural(int(bounds[-1]), setting.unit)])


def has_system(raw: Mapping[str, str]) -> bool:
    """True where every entry that is asked for begins with a system prompt."""
    return raw.get("system", "") not in ("", "none", "keep")


def phrased(known: Generation, raw: Mapping[str, str]) -> dict[str, str]:
    """The settings as they stand in the text: numbers with their unit, blocks with a fence."""
    return {name: _phrased(name, known.settings.get(name, Setting()), value) for name, value in raw.items()}


def _phrased(name: str, setting: Setting, value: str) -> str:
    if not value.strip():
        return ""
    if setting.unit:
        return counted(name, setting, value)
    return templates.fenced(value, "text") if setting.block else value


def require_complete(name: str, pieces: Sequence[Piece], values: Mapping[str, str]) -> None:
    """See that all that is asked for is there.

    Raises:
        Usage: something is not; all of it is told. Refused: a piece has a fault.
    """
    empty = _by_option(templates.lacking(pieces, values))
    if empty:
        steps = (_OPTIONS.get(each, f"--set {each}=TEXT") for each in empty)
        raise Usage(f"{name} needs {', '.join(empty)}", ", ".join(steps))


def _by_option(names: Iterable[str]) -> list[str]:
    """What people have to say for these names to have a value."""
    whose = {name: option for option, lent in _LENT.items() for name in lent}
    return list(dict.fromkeys(whose.get(name, name) for name in names))


def needs(known: Generation, template: Template) -> list[str]:
    """What has to be said before a template can be compiled."""
    raw = settled(known, template, {})
    values = {**phrased(known, raw), **dict.fromkeys(LENT, ""), "shape": "{}"}
    empty = templates.lacking(pieces_of(known, template, raw), values)
    few = ["characters"] * (template.characters[0] > 0)
    return _by_option([*empty, *few, *(["examples"] * template.each)])


def used(template: Template, pieces: Sequence[Piece], values: Mapping[str, str]) -> set[str]:
    """The names that go into the text, options among them."""
    asked = (name for piece in templates.kept(pieces, values) for name in templates.names_in(piece))
    return {*asked, *options_of(template)}


def require_used(
    known: Generation, name: str, going_in: set[str], settings: Mapping[str, str], lent: Mapping[str, str]
) -> None:
    """See that nothing that was said is dropped.

    Raises:
        Usage: the template has no use for it.
    """
    given = [option for option, names in _LENT.items() if any(lent[each] for each in names)]
    idle = [option for option in given if going_in.isdisjoint(_LENT[option])]
    idle += [each for each, value in settings.items() if value and each not in going_in]
    if idle:
        with_it = _choices_with(known, idle[0])
        hint = f"it goes with --set {with_it[0]}" if with_it else LIST
        raise Usage(f"nothing in this prompt uses {idle[0]} (template {name})", hint)


def _choices_with(known: Generation, name: str) -> list[str]:
    return [
        f"{option}={choice}"
        for option, choices in known.options.items()
        for choice, filled in choices.items()
        if name in templates.names_in(Piece(choice, filled.text))
    ]
