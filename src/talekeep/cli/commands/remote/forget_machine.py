"""The command `remote forget-machine`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.options.shared_options import carry_out_option
from talekeep.cli.text.answer_lines import after_upkeep
from talekeep.ops.remotes import maintenance


@command("forget-machine", writes=True)
@click.argument("machine")
@click.argument("name", required=False)
@carry_out_option
def forget_machine(app: App, machine: str, name: str | None, carry_out: bool, dry_run: bool) -> None:
    """Delete the folder of a retired MACHINE from the mirror NAME.

    Only if the pushes of other machines contain everything that it saved; otherwise nothing is deleted, and
    the first missing push is named. MACHINE is the name of its folder, such as desktop-c40d55e1.

    \b
    Examples:
      talekeep remote forget-machine desktop-c40d55e1
      talekeep remote forget-machine desktop-c40d55e1 backup --carry-out
    """
    carry_out = carry_out and not dry_run
    result = maintenance.forget_machine(app.dataset, machine, name, carry_out=carry_out)
    verb = "Removed" if result.done else "Would remove"
    held = ", ".join(result.kept_by)
    lines = [f"{verb} {len(result.removed)} files of {machine}; {held} holds all it had saved"]
    app.output.answer("remote-forget-machine", result, lines)
    for note in result.notes:
        app.output.say(note)
    app.output.say(after_upkeep(result.done))
