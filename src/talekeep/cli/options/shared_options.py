"""Options and arguments that several commands have."""

from collections.abc import Callable
from typing import Any

import click

# Changes of one entry or of many.
entries_argument = click.argument("entries", nargs=-1, metavar="[ENTRY]...")
# The life of tags.
category_option = click.option("--category", default="", metavar="NAME", help="The category to put it in.")
# What deletes files of a mirror.
carry_out_option = click.option(
    "--carry-out", is_flag=True, help="Do it; without this it is only said what would go."
)
# Whose a source is.
_RIGHTS = (
    click.option("--author", metavar="NAME", help="Who wrote the conversations."),
    click.option("--licence", "--license", metavar="TEXT", help="The licence, by its SPDX name or in words."),
    click.option("--permission", metavar="TEXT", help="Who allowed the use, and how."),
    click.option("--url", metavar="URL", help="Where they were published."),
    click.option("--model", "models", multiple=True, metavar="NAME", help="A model that wrote in them."),
)


# Any: the decorated function is a command, whose type click makes.
def rights_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say whose a source is: `author`, `licence`, `permission`, `url` and `models`."""
    for option in reversed(_RIGHTS):
        function = option(function)
    return function


def numbers(_: object, __: object, text: str) -> list[int]:
    """The numbers in `2,5`."""
    try:
        return [int(number) for number in text.split(",")]
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a list of numbers such as 2,5") from None


def words(_: object, __: object, text: str) -> list[str]:
    """The words in `a,b`."""
    return [word.strip() for word in text.split(",") if word.strip()]
