"""The command `remote prune`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.options.shared_options import carry_out_option
from talekeep.cli.text.answer_lines import after_upkeep
from talekeep.ops.remotes import maintenance
from talekeep.remotes.base import human


@command("prune", writes=True)
@click.argument("name", required=False)
@click.option(
    "--keep", type=click.IntRange(min=2), default=3, show_default=True, help="Generations that stay."
)
@click.option(
    "--days",
    type=click.IntRange(min=0),
    default=30,
    show_default=True,
    help="What was in use so many days before the newest push stays too.",
)
@carry_out_option
def prune(app: App, name: str | None, keep: int, days: int, carry_out: bool, dry_run: bool) -> None:
    """Delete old generations of this machine from the mirror NAME.

    A generation is one full bundle and the increments after it. Lists what would be deleted; with --carry-out
    it first restores what stays into a temporary folder, then deletes. Files of other machines are never
    touched.

    \b
    Examples:
      talekeep remote prune
      talekeep remote prune backup --keep 2 --days 0 --carry-out
    """
    carry_out = carry_out and not dry_run
    result = maintenance.prune(app.dataset, name, keep=keep, days=days, carry_out=carry_out)
    stays = f"{len(result.kept)} of {result.writer} from push {result.kept[0]} on"
    if not result.removed:
        app.output.answer("remote-prune", result, [f"Nothing to clear away; generations that stay: {stays}"])
        return
    verb = "Deleted" if result.done else "Would delete"
    lines = [f"{verb} {len(result.removed)} files ({human(result.bytes)}); generations that stay: {stays}"]
    lines += [] if result.done else [f"  {file}" for file in result.removed]
    app.output.answer("remote-prune", result, lines)
    app.output.say(after_upkeep(result.done))
