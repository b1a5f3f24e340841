"""The commands of `talekeep remote`."""

from talekeep.cli.lazy import lazy_group

_COMMANDS = {
    "add": "Add a mirror folder or a git repository.",
    "allow": "Allow pushing to a git repository.",
    "list": "List remotes.",
    "remove": "Forget a remote; its content stays.",
    "check": "Check that a mirror is complete and can be restored.",
    "prune": "Delete old generations of a mirror.",
    "forget-machine": "Delete what another machine saved to a mirror.",
    "unlock": "Enter the key of an encrypted mirror.",
    "recipients": "Change who can read an encrypted mirror.",
}


@lazy_group("remote", _COMMANDS)
def remote() -> None:
    """Manage places for copies of this dataset: mirror folders and git repositories.

    \b
    Examples:
      talekeep remote add backup ~/Dropbox/Backups
      talekeep remote list
    """
