"""How `fit` and `validate --for` look at entries: tokenizer, chat template, length."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import click

from talekeep.cli.app import App
from talekeep.cli.options import input_file

if TYPE_CHECKING:
    from talekeep.ops.exchange.training.lens import Lens

_OPTIONS = (
    click.option(
        "--max-length",
        type=click.IntRange(min=1),
        metavar="N",
        help="Tokens a row may have; without it what the configuration says that `export --for` writes.",
    ),
    click.option(
        "--tokenizer",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Count by this tokenizer.json, tekken.json or tokenizer.model (- is standard input).",
    ),
    click.option(
        "--template",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="The chat template of the model: a Jinja file or a tokenizer_config.json (- is standard input).",
    ),
)


# Any: the decorated function is a command, whose type click makes.
def lens_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options; the command gets `max_length`, `tokenizer` and `template`."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def lens_given(app: App, tokenizer: Path | None, template: Path | None, max_length: int | None) -> "Lens":
    """The lens that the options ask for."""
    from talekeep.ops.exchange.training.lens import lens_of

    given = [file for file in (tokenizer, template) if file is not None]
    with input_file.readable(app, given) as files:
        placed = dict(zip(given, files, strict=True))
        return lens_of(
            None if tokenizer is None else placed[tokenizer],
            None if template is None else placed[template],
            max_length,
        )
