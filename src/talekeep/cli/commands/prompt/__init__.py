"""The commands of `talekeep prompt`."""

from talekeep.cli.lazy import lazy_group

_COMMANDS = {
    "list": "List prompts.",
    "show": "Print a prompt.",
    "create": "Create a prompt.",
    "edit": "Change a prompt.",
    "delete": "Delete prompts; entries keep their copies.",
    "archive": "Keep prompts, but offer them no longer.",
    "restore": "Offer archived prompts again.",
    "apply": "Copy a prompt into entries.",
}


# What they were called before tags, characters and prompts had the same verbs.
_OLD_NAMES = {"add": "create", "remove": "delete"}


@lazy_group("prompt", _COMMANDS, _OLD_NAMES)
def prompt() -> None:
    """Keep system prompts in a library and copy them into entries.

    An entry gets a copy, never a link: changing the library changes no entry.

    \b
    Examples:
      talekeep prompt create "Harbor night" --from 0193c7
      talekeep prompt apply harbor_night --where untagged
    """
