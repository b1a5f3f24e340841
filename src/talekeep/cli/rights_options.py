"""Options that say whose a source is."""

from collections.abc import Callable
from collections.abc import Mapping
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


# Any: options of click, each of a type of its own.
def given_rights(values: Mapping[str, Any]) -> dict[str, Any]:
    """The options that were given, as fields of a source."""
    names = ("author", "licence", "permission", "url")
    given: dict[str, Any] = {  # Any: as above
        name: values[name] for name in names if values[name] is not None
    }
    return given | ({"models": list(values["models"])} if values["models"] else {})
