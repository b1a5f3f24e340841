"""Options that say whose a source is."""

from collections.abc import Callable
from typing import Any

import click

_OPTIONS = (
    click.option("--author", metavar="NAME", help="Who wrote the conversations."),
    click.option("--licence", "--license", metavar="TEXT", help="The licence, by its SPDX name or in words."),
    click.option("--permission", metavar="TEXT", help="Who allowed the use, and how."),
    click.option("--url", metavar="URL", help="Where they were published."),
    click.option("--model", "models", multiple=True, metavar="NAME", help="A model that wrote in them."),
)


# Any: the decorated function is a command, whose type click makes.
def rights_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options; the command gets `author`, `licence`, `permission`, `url` and `models`."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function
