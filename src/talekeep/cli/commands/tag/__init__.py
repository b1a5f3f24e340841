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
    """Tags of entries, and the vocabulary they come from.

    Tags that ship with Talekeep can be renamed, moved, archived and deleted like any other: that is this
    dataset's own decision. Every change is one commit, and talekeep undo takes it back.

    \b
    Examples:
      talekeep tag add slow_burn 0193c7
      talekeep tag list --used
      talekeep tag rename slow_burn long_burn
    """
