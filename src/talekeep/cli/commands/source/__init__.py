"""The commands of `talekeep source`."""

from talekeep.cli.lazy import lazy_group

_COMMANDS = {
    "list": "List sources with their rights.",
    "edit": "Say whose a source is and what may be done with it.",
}


@lazy_group("source", _COMMANDS)
def source() -> None:
    """Where entries came from: author, licence, permission, models. No entry ever changes.

    \b
    Examples:
      talekeep source list
      talekeep source edit chat --licence CC-BY-4.0 --author "Wren"
    """
