"""The life of tags (`tag create`, `tag rename`, …), and `category`."""

import click

category_option = click.option("--category", default="", metavar="NAME", help="The category to put it in.")


def entries_changed(changed: list[str]) -> str:
    from talekeep.ops import plural

    return f" on {plural(len(changed), 'entry')}"
