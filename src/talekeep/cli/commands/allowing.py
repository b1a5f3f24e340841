"""`remote allow`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command


@command("allow", writes=True)
@click.argument("remote")
@click.option("--take-back", is_flag=True, help="No longer allow it.")
def allow(app: App, remote: str, take_back: bool, dry_run: bool) -> None:
    """Let git push this dataset to REMOTE, a name or an address.

    `git push` is refused everywhere else, so that private entries do not leave by accident. It is noted in
    .git/config of this clone alone. Mirrors need it not.

    \b
    Examples:
      talekeep remote allow origin
      talekeep remote allow https://example.org/harbor.git --take-back
    """
    from talekeep.ops import allowing

    done = allowing.allow(app.dataset, remote, allowed=not take_back, dry_run=dry_run)
    verb = "no longer go" if take_back else "go"
    said = f"{'Would be noted: pushes' if dry_run else 'Pushes'} may {verb} to"
    app.output.answer("remote", {"remotes": [done]}, [f"{said} {done.url}"])
