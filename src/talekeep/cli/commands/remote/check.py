"""The command `remote check`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.ops.remotes import maintenance


@command("check")
@click.argument("name", required=False)
@click.option("--restore", is_flag=True, help="Rebuild it in a scratch folder, follow every object.")
@click.option("--all", "everything", is_flag=True, help="Every generation there is, not only the newest.")
def check(app: App, name: str | None, restore: bool, everything: bool) -> int:
    """Check whether the mirror NAME is complete and undamaged.

    The newest push of each machine is compared with its checksums. The answer also lists what was not
    checked. Exits 1 when something is damaged or missing.

    \b
    Examples:
      talekeep remote check
      talekeep remote check backup --restore --all
    """
    result = maintenance.check(app.dataset, name, restore=restore, everything=everything)
    style = app.output.style
    good = result.state == "good"
    lines = [style(_STATES[result.state], "good" if good else "bad")]
    lines += [f"  checked      {line}" for line in result.checked]
    lines += [f"  damaged      {line}" for line in result.problems]
    lines += [style(f"  not checked  {line}", "dim") for line in result.unchecked]
    app.output.answer("remote-check", result, lines, ok=good)
    return int(not good)


_STATES = {
    "good": "good: the newest push of each machine is whole",
    "older": "a newest push is damaged or not all there; an older one is whole",
    "partly": "the newest pushes are whole; something older is damaged",
    "none": "nothing here can be restored as it was pushed",
}
