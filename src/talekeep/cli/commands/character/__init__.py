"""The commands of `talekeep character`."""

from talekeep.cli.lazy import lazy_group

_COMMANDS = {
    "list": "List characters and how much each speaks.",
    "show": "Show one character.",
    "add": "Add a character.",
    "edit": "Change the name or description of a character.",
    "rename": "Change the slug of a character, on every message too.",
    "activate": "Offer characters again.",
    "deactivate": "Offer characters no longer; messages keep them.",
    "remove": "Remove a character that never speaks.",
    "assign": "Say who speaks in messages.",
    "detect": "Look for speakers in texts and roles.",
    "import": "Import character cards.",
}


@lazy_group("character", _COMMANDS)
def character() -> None:
    """Change the list of characters, and say who speaks in messages.

    A message holds the slug of its speaker, so the name moves with the message.

    \b
    Examples:
      talekeep character list --used
      talekeep character assign 0193c7 2=mara 3=wren --create
    """
