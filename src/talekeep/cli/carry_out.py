"""`remote check`, `remote prune`, `remote forget-machine`."""

import click

carry_out_option = click.option(
    "--carry-out", is_flag=True, help="Do it; without this it is only said what would go."
)


def after_upkeep(result: bool) -> str:
    if result:
        return "the sync program's company may keep deleted files for weeks"
    return "nothing was deleted; to do it, add --carry-out"
