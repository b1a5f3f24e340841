"""The commands of `talekeep character`."""

from talekeep.cli.lazy import lazy_group

_COMMANDS = {
    "list": "List characters and how much each speaks.",
    "show": "Show one character.",
    "create": "Create a character.",
    "edit": "Change the name or description of a character.",
    "rename": "Change the slug of a character, on every message too.",
    "archive": "Offer characters no longer; messages keep them.",
    "restore": "Offer archived characters again.",
    "delete": "Delete a character that never speaks.",
    "assign": "Say who speaks in messages.",
    "detect": "Look for speakers in texts and roles.",
    "import": "Import character cards.",
}


# What they were called before tags, characters and prompts had the same verbs.
_OLD_NAMES = {"add": "create", "remove": "delete", "activate": "restore", "deactivate": "archive"}


@lazy_group("character", _COMMANDS, _OLD_NAMES)
def character() -> None:
    """Change the list of characters, and say who speaks in messages.

    A message holds the slug of its speaker, so the name moves with the message.

    \b
    Examples:
      talekeep character list --used
      talekeep character assign 0193c7 2=mara 3=wren --create
    """
