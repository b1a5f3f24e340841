"""The commands of `talekeep category`."""

from talekeep.cli.lazy import lazy_group

_COMMANDS = {
    "list": "List categories.",
    "create": "Create a category.",
    "rename": "Rename a category.",
    "order": "Set the order of the categories.",
    "delete": "Delete an empty category.",
}


@lazy_group("category", _COMMANDS)
def category() -> None:
    """Categories of tags: create, rename, order, delete, list. No entry ever changes.

    \b
    Examples:
      talekeep category create Weather
      talekeep category list
    """
