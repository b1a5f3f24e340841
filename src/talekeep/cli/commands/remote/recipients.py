"""The command `remote recipients`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command


@command("recipients", writes=True)
@click.argument("name", required=False)
@click.option(
    "--add", "added", multiple=True, metavar="KEY", help="A public key, as age-keygen -y prints it."
)
@click.option("--drop", "dropped", multiple=True, metavar="KEY", help="No longer encrypt for this key.")
def recipients(
    app: App, name: str | None, added: tuple[str, ...], dropped: tuple[str, ...], dry_run: bool
) -> None:
    """Show or change who can read pushes to the encrypted mirror NAME.

    After a change the next push is a full one. Earlier pushes stay readable for their own recipients until
    they are deleted (talekeep remote prune).

    \b
    Examples:
      talekeep remote recipients
      talekeep remote recipients backup --add age1s5qjzrwxh4crvr2x7l3fdzjq26zkav8g4yj7d3pxc05lw8v8yfqqlxzxrm
    """
    from talekeep.ops.remotes import encryption

    result = encryption.recipients(app.dataset, name, add=added, drop=dropped, dry_run=dry_run)
    app.output.answer("remote-recipients", result, list(result.recipients))
    if result.changed:
        app.output.say("would change" if dry_run else f"next: talekeep push {result.name}")
