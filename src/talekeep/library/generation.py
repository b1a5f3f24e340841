"""What a prompt for an outside model is compiled from: templates name chunks, chunks ask for settings.

Shipped under `templates/generation/` and never written into a dataset: a table of the same name in the
dataset's own `library/generation.toml` comes before it, and nothing ever overwrites that file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import TypeVar

from talekeep.core.errors import Refused
from talekeep.core.text.template import Piece
from talekeep.library.base import Kind
from talekeep.library.model import Model

# What stands before the name of an option in a template's list of chunks: the chosen text goes there.
OPTION = "@"


@dataclass(frozen=True, kw_only=True, slots=True)
class Chunk(Model):
    """With `when` it is left out where that setting has no value."""

    text: str
    when: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice(Model):
    """One of the texts an option chooses from; `about` says in a few words what it does."""

    text: str
    about: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting(Model):
    """What people fill in. With a `unit` it is a number of those ("10 entries"), as a `range` also `2-4`;
    a `block` stands fenced off from the text around it."""

    about: str = ""
    default: str = ""
    unit: str = ""
    range: bool = False
    block: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Template(Model):
    """`chunks` are names of chunks and, as `@name`, of options; `defaults` come before those of the settings.

    `characters` says how many are wanted, at least and at most. With `each` there is one new entry for
    every entry that is given.
    """

    title: str
    chunks: tuple[str, ...]
    defaults: dict[str, str] = field(default_factory=dict)
    characters: tuple[int, int] = (0, 99)
    each: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Generation(Model):
    """The whole of a file; `options` are tables of choices."""

    templates: dict[str, Template] = field(default_factory=dict)
    chunks: dict[str, Chunk] = field(default_factory=dict)
    options: dict[str, dict[str, Choice]] = field(default_factory=dict)
    settings: dict[str, Setting] = field(default_factory=dict)


KIND = Kind("generation", Generation, whole=True)

Value = TypeVar("Value")


def overlaid(below: Generation, above: Generation) -> Generation:
    """Merge two files; a table of `above` replaces one of the same name."""
    options = {
        name: _both(below.options.get(name, {}), above.options.get(name, {}))
        for name in sorted({*below.options, *above.options})
    }
    return Generation(
        templates=_both(below.templates, above.templates),
        chunks=_both(below.chunks, above.chunks),
        options=options,
        settings=_both(below.settings, above.settings),
    )


def _both(below: Mapping[str, Value], above: Mapping[str, Value]) -> dict[str, Value]:
    return {**below, **above}


def options_of(template: Template) -> list[str]:
    """The options a template leaves open, in its order."""
    return [name.removeprefix(OPTION) for name in template.chunks if name.startswith(OPTION)]


def pieces_of(known: Generation, template: Template, chosen: Mapping[str, str]) -> list[Piece]:
    """The pieces of a template; `chosen` says which choice of each option, "" leaves it out.

    Raises:
        Refused: the template names a chunk, an option or a choice that is not there.
    """
    pieces = (_piece(known, name, chosen) for name in template.chunks)
    return [piece for piece in pieces if piece is not None]


def _piece(known: Generation, name: str, chosen: Mapping[str, str]) -> Piece | None:
    if name.startswith(OPTION):
        return _choice(known, name.removeprefix(OPTION), chosen)
    if name not in known.chunks:
        raise Refused(f"the template asks for the chunk {name}, and there is none", f"look into {KIND.path}")
    chunk = known.chunks[name]
    return Piece(f"the chunk {name}", chunk.text, chunk.when)


def _choice(known: Generation, option: str, chosen: Mapping[str, str]) -> Piece | None:
    wanted = chosen.get(option, "")
    if not wanted:
        return None
    choices = known.options.get(option, {})
    if wanted not in choices:
        raise Refused(f"there is no {option} {wanted!r}", f"one of {', '.join(choices) or 'none'}")
    return Piece(f"the {option} {wanted}", choices[wanted].text)
