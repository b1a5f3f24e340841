"""The command `generate`."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import where_option
from talekeep.cli.options import output_file
from talekeep.core.errors import Usage
from talekeep.ops.generate import dataset_context
from talekeep.ops.generate import generate as operation

if TYPE_CHECKING:
    from talekeep.ops.generate.generate import Catalogue

_NEXT = "next: save the answer, then talekeep import ANSWER --tag ai_generated,needs_review"


@command("generate", writes=True)
@click.argument("entries", nargs=-1, metavar="[ENTRY]...")
@click.option("--list", "listing", is_flag=True, help="Show the templates, options and settings there are.")
@click.option("--template", default="scenes", show_default=True, metavar="NAME", help="What to ask for.")
@click.option("--set", "pairs", multiple=True, metavar="KEY=VALUE", help="Fill in a setting, or choose.")
@click.option("--from-prompt", "prompt", metavar="NAME", help="A system prompt from the library.")
@click.option(
    "--characters", multiple=True, metavar="NAMES", help="Who speaks; the first is the user's part."
)
@click.option("--tag", "tags", multiple=True, metavar="TAGS", help="Tags the answer may use.")
@click.option("--examples", is_flag=True, help="Show entries of the dataset in the prompt.")
@where_option
@click.option("--limit", type=click.IntRange(min=1), default=3, show_default=True, help="So many examples.")
@click.option("--seed", type=int, metavar="N", help="Draw the examples; without it the first are taken.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Save the prompt in FILE.")
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
def generate(
    app: App,
    entries: tuple[str, ...],
    listing: bool,
    template: str,
    pairs: tuple[str, ...],
    prompt: str | None,
    characters: tuple[str, ...],
    tags: tuple[str, ...],
    examples: bool,
    where: str | None,
    limit: int,
    seed: int | None,
    out: Path | None,
    force: bool,
    dry_run: bool,
) -> None:
    """Write a prompt that asks a model outside Talekeep for entries.

    No model is called: entries leave this machine only if you copy the prompt elsewhere. ENTRY (or --examples
    with --where) are shown in it. Names may be given with commas or repeated. The same dataset and options
    give the same text. `talekeep import` reads the answer of the model.

    \b
    Examples:
      talekeep generate --list
      talekeep generate --set scenario="Storm nights at a lighthouse." --examples --where tag:approved
      talekeep generate --template pair --characters wren,mara --from-prompt night_watch --tag roleplay
      talekeep generate --template rewrite 0193c7 --set fault="Mara decides for Wren." --out ask.txt
    """
    if listing:
        result = operation.listed(app.dataset)
        app.output.answer("generate", result, _listed(app, result))
        return
    wanted = operation.Wanted(
        template,
        _settings(pairs),
        prompt,
        _names(characters),
        _names(tags),
        _drawing(entries, examples=examples, where=where, limit=limit, seed=seed),
    )
    generated = operation.generate(app.dataset, wanted)
    lines = [generated.text]
    if out is not None and output_file.is_stream(out if out == output_file.STDOUT else app.path(out)):
        if not output_file.is_stdout(out):
            output_file.write_stream(app.path(out), f"{generated.text}\n".encode())
    elif out is not None:
        generated = operation.write(app.dataset, generated, app.path(out), force=force, dry_run=dry_run)
        verb = "Would write" if dry_run else "Wrote"
        lines = [f"{verb} the prompt to {out} (template {generated.template}, {generated.words} words)"]
    app.output.answer("generate", generated, lines)
    app.output.say(_NEXT)


def _drawing(
    entries: tuple[str, ...], *, examples: bool, where: str | None, limit: int, seed: int | None
) -> "dataset_context.Drawing":
    if not examples and (where is not None or seed is not None):
        raise Usage("--where and --seed choose examples", "add --examples to show entries in the prompt")
    if examples and entries:
        raise Usage("name entries or give --examples, and not both", "talekeep list shows the ids")
    return dataset_context.Drawing(entries, examples, where, limit, seed)


def _settings(pairs: tuple[str, ...]) -> dict[str, str]:
    result: dict[str, str] = {}
    for each in pairs:
        name, equals, value = each.partition("=")
        if not equals or not name.strip():
            raise Usage(f"{each!r} sets nothing", "--set KEY=VALUE")
        if name.strip() in result:
            raise Usage(f"{name.strip()} is set twice", "give it once")
        result[name.strip()] = value
    return result


def _names(given: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.strip() for each in given for name in each.split(",") if name.strip())


def _listed(app: App, result: "Catalogue") -> Iterator[str]:
    strong = app.output.style
    yield strong("Templates (--template NAME)", "strong")
    for row in result.templates:
        needs = f"; needs {', '.join(row.needs)}" if row.needs else ""
        yield f"  {row.name:<12}{row.title}{needs}"
    for option, choices in result.options.items():
        yield strong(f"--set {option}=…", "strong")
        yield from (f"  {name:<12}{about}" for name, about in choices.items())
    yield strong("Settings (--set NAME=VALUE)", "strong")
    for name, setting in result.settings.items():
        default = f" ({setting.default})" if setting.default else ""
        yield f"  {name:<14}{setting.about}{default}"
