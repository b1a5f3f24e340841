"""The command `setup`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.ops.project import setup as operation


@command("setup", writes=True)
@click.option("--check", is_flag=True, help="Change nothing; exit 1 with a line for each fault.")
@click.option("--remove", is_flag=True, help="Take hooks and drivers out; what they replaced comes back.")
def setup(app: App, check: bool, remove: bool, dry_run: bool) -> int:
    """Install hooks and drivers in this clone.

    They are in .git, so a clone does not have them. Existing hooks are kept and still run. Also completes the
    settings of a mirror that git cloned or an older version made.

    \b
    Examples:
      talekeep setup
      talekeep setup --check
    """
    result = operation.setup(app.dataset, check=check or dry_run, remove=remove and not dry_run)
    ok = not result.faults or not (check or dry_run)
    lines = result.faults if check or dry_run else [_setup_line(remove)]
    app.output.answer("setup", result, lines or ["Hooks and drivers are in place"], ok=ok)
    return int(check and bool(result.faults))


def _setup_line(removed: bool) -> str:
    return "Removed hooks and drivers" if removed else "Installed hooks and drivers"
