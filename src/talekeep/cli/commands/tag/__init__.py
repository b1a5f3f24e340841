"""The commands of `talekeep tag`."""

from talekeep.cli.lazy import lazy_group

_COMMANDS = {
    "add": "Add tags to entries.",
    "remove": "Remove tags from entries.",
    "set": "Replace all tags of entries.",
    "clear": "Remove all tags from entries.",
    "list": "List tags with the number of their entries.",
    "review": "List imported tags that the vocabulary does not know.",
    "create": "Create tags.",
    "rename": "Rename a tag, on every entry too.",
    "merge": "Merge tags into one.",
    "move": "Move tags to a category.",
    "archive": "Keep tags, but offer them no longer.",
    "restore": "Offer archived or deleted tags again.",
    "delete": "Delete tags, from entries too.",
    "adopt": "Take imported tags into the vocabulary.",
}


@lazy_group("tag", _COMMANDS)
def tag() -> None:
    """Change the tags of entries, and the vocabulary that they come from.

    Built-in tags can be renamed, moved, archived and deleted like any other, for this dataset only. Every
    change is one commit, and talekeep undo reverses it.

    \b
    Examples:
      talekeep tag add slow_burn 0193c7
      talekeep tag list --used
      talekeep tag rename slow_burn long_burn
    """
