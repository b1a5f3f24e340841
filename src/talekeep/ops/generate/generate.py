"""Prompts for an outside model: compiled from chunks and the dataset. No model is called from here."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from talekeep.core.errors import NotFound
from talekeep.core.errors import Usage
from talekeep.core.text import template as templates
from talekeep.core.text.tokens import words_in
from talekeep.library import generation
from talekeep.library.characters import Character
from talekeep.library.generation import Generation
from talekeep.library.generation import Template
from talekeep.library.model import build
from talekeep.ops import plural
from talekeep.ops.generate import dataset_context
from talekeep.ops.generate import template_settings
from talekeep.ops.generate.dataset_context import Drawing
from talekeep.ops.library import prompts
from talekeep.ops.workspace.paths import require_free
from talekeep.ops.workspace.select import Selected
from talekeep.store import files
from talekeep.store import libraries
from talekeep.store import toml
from talekeep.store.dataset import Dataset
from talekeep.store.view import View

DEFAULT = "scenes"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to compile: `settings` fill placeholders and choose options, `prompt` names a system prompt of
    the library; of several `characters` the first is the user's part."""

    template: str = DEFAULT
    settings: Mapping[str, str] = field(default_factory=dict)
    prompt: str | None = None
    characters: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    drawing: Drawing = field(default_factory=Drawing)


@dataclass(frozen=True, slots=True)
class Generated:
    """A compiled prompt; `settings` are those that went in, `examples` the ids of the entries shown; `out`
    is the file it is in, None if it is in none."""

    text: str
    template: str
    settings: dict[str, str]
    examples: list[str]
    words: int
    characters: list[str]
    tags: list[str]
    out: str | None = None


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """`needs` has to be said before it can be compiled."""

    name: str
    title: str
    needs: list[str]
    defaults: dict[str, str]


@dataclass(frozen=True, slots=True)
class SettingRow:
    about: str
    default: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What can be compiled: templates, the choices of each option, and the other settings."""

    templates: list[TemplateRow]
    options: dict[str, dict[str, str]]
    settings: dict[str, SettingRow]


def read(view: View) -> Generation:
    """What is shipped, with what the dataset itself has before it.

    Raises:
        Refused: a file cannot be read.
    """
    known = Generation()
    for file in sorted((files.shipped("templates") / "generation").glob("*.toml")):
        # They are not checked here: a test does it before they are shipped.
        known = generation.overlaid(known, build(Generation, toml.parse(file.read_bytes(), file.name)))
    return generation.overlaid(known, libraries.whole(view, generation.KIND, Generation))


def listed(dataset: Dataset) -> Catalogue:
    """All that can be compiled in this dataset.

    Raises:
        Refused: a template has a fault.
    """
    known = read(dataset.now())
    rows = [
        TemplateRow(name, template.title, template_settings.needs(known, template), template.defaults)
        for name, template in known.templates.items()
    ]
    about = {
        option: {name: choice.about for name, choice in choices.items()}
        for option, choices in known.options.items()
    }
    settings = {
        name: SettingRow(setting.about, setting.default)
        for name, setting in known.settings.items()
        if name not in known.options
    }
    return Catalogue(rows, about, settings)


def generate(dataset: Dataset, wanted: Wanted) -> Generated:
    """Compile a prompt; the same dataset and request give the same text.

    Raises:
        Usage: a setting that does not exist, is not used, or is lacking; a value that is none.
        NotFound: no such template, prompt, character, tag or entry. Refused: one is archived or inactive, or
            the template has a fault.
    """
    view = dataset.now()
    known = read(view)
    template = _template(known, wanted.template)
    settings = _settings(view, wanted)
    raw = template_settings.settled(known, template, settings)
    lent = _Lent.of(dataset, view, wanted, template)
    if template.each and lent.entries:
        raw["entries"] = str(len(lent.entries))
    values = {**template_settings.phrased(known, raw), **lent.values(), "shape": lent.shape(raw)}
    pieces = generation.pieces_of(known, template, raw)
    going_in = template_settings.used(template, pieces, values)
    template_settings.require_complete(wanted.template, pieces, values)
    template_settings.require_used(known, wanted.template, going_in, settings, lent.values())
    text = templates.compiled(pieces, values)
    return Generated(
        text,
        wanted.template,
        {name: raw[name] for name in sorted(going_in & raw.keys()) if raw[name]},
        [str(one.entry.get("id")) for one in lent.entries],
        words_in(text),
        list(lent.cast),
        list(lent.tags),
    )


def _template(known: Generation, name: str) -> Template:
    if name not in known.templates:
        close = get_close_matches(name, known.templates, 1)
        near = f"did you mean {close[0]}? " if close else ""
        raise NotFound(f"there is no template {name}", f"{near}{template_settings.LIST}")
    return known.templates[name]


def _settings(view: View, wanted: Wanted) -> dict[str, str]:
    """The settings as told; a text for the system prompt says that it is given."""
    settings = dict(wanted.settings)
    if wanted.prompt is not None:
        if "system_prompt" in settings:
            raise Usage("the system prompt is said twice", "--from-prompt or --set system_prompt, not both")
        settings["system_prompt"] = prompts.offered(view, wanted.prompt)
    if settings.get("system_prompt", "").strip():
        settings.setdefault("system", "given")
    for name, value in settings.items():
        _require_text(name, value)
    return settings


def _require_text(name: str, value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Usage(f"the text of {name} is not UTF-8", f"--set {name}=TEXT in UTF-8") from None


@dataclass(frozen=True, slots=True)
class _Lent:
    """What the dataset lends to one prompt; tags with their categories."""

    entries: list[Selected]
    cast: dict[str, Character]
    tags: dict[str, str]

    @classmethod
    def of(cls, dataset: Dataset, view: View, wanted: Wanted, template: Template) -> "_Lent":
        cast = dataset_context.cast(view, wanted.characters)
        _require_cast(wanted.template, template, len(cast))
        tags = dataset_context.offered(view, wanted.tags)
        return cls(dataset_context.drawn(dataset, view, wanted.drawing), cast, tags)

    def values(self) -> dict[str, str]:
        shown = dataset_context.told_entries(self.entries, names=[*self.cast], tags=[*self.tags])
        return {
            "given": plural(len(self.entries), "entry") if self.entries else "",
            "examples": shown,
            "tags": dataset_context.told_tags(self.tags),
            **dataset_context.told_cast(self.cast),
        }

    def shape(self, raw: Mapping[str, str]) -> str:
        return dataset_context.told_shape(
            [*self.cast], [*self.tags], system=template_settings.has_system(raw)
        )


def _require_cast(name: str, template: Template, count: int) -> None:
    least, most = template.characters
    if not least <= count <= most:
        wanted = f"{least}" if least == most else f"at least {least}" if count < least else f"at most {most}"
        text = f"{name} needs {wanted} characters" if least else f"{name} takes {wanted} characters"
        raise Usage(f"{text}, not {count}", "--characters NAME,NAME; talekeep character list")


def write(
    dataset: Dataset, generated: Generated, out: Path, *, force: bool = False, dry_run: bool = False
) -> Generated:
    """Save a prompt as a file outside of what makes the dataset.

    Raises:
        Refused: the file exists (without `force`) or belongs to the dataset. Outside: the disk refused.
    """
    require_free(dataset, out, force=force)
    if not dry_run:
        files.replace(out, f"{generated.text}\n".encode())
    return replace(generated, out=str(out))
