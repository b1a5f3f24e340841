"""The commands of `talekeep alternative`."""

from talekeep.cli.lazy import lazy_group

_COMMANDS = {
    "list": "List the other replies of an entry.",
    "choose": "Put another reply in the place of a message.",
}


@lazy_group("alternative", _COMMANDS)
def alternative() -> None:
    """Look at the replies that were not taken, and take one.

    Rejected answers, swipes and other branches of a chat are kept beside their entry when it is imported.

    \b
    Examples:
      talekeep alternative list 0193c7
      talekeep alternative choose 0193c7 3 1
    """
