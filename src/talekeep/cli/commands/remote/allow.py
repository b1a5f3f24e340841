"""The command `remote allow`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.ops.remotes import push_permissions


@command("allow", writes=True)
@click.argument("remote")
@click.option("--take-back", is_flag=True, help="No longer allow it.")
@click.option("--secrets", is_flag=True, help="Even with what looks like a key or token in it.")
def allow(app: App, remote: str, take_back: bool, secrets: bool, dry_run: bool) -> None:
    """Allow pushing this dataset to REMOTE, a name or an address.

    Pushing elsewhere is refused, so that private entries do not leave by accident. The permission is stored
    in .git/config of this clone. Mirrors do not need one. A push to a network is scanned first: personal data
    such as addresses and phone numbers is reported, a key or token stops the push.

    \b
    Examples:
      talekeep remote allow origin
      talekeep remote allow https://example.org/harbor.git --take-back
    """
    result = push_permissions.allow(
        app.dataset, remote, allowed=not take_back, secrets=secrets, dry_run=dry_run
    )
    verb = "no longer go" if take_back else "go"
    text = f"{'Would be noted: pushes' if dry_run else 'Pushes'} may {verb} to"
    app.output.answer("remote", result, [f"{text} {row.url}" for row in result.remotes])
