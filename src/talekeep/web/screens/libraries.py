"""Tags, characters and prompts: what there is, how often, and new names."""

from talekeep.core.errors import Usage
from talekeep.web.visit import Answer
from talekeep.web.visit import GoTo
from talekeep.web.visit import Page
from talekeep.web.visit import Screen
from talekeep.web.visit import Visit


def tags(visit: Visit) -> Answer:
    """All tags with their entries."""
    rows = visit.dataset.tags.list(only="all").tags
    return Page(
        "tags.html", {"title": "Tags", "rows": [row for row in rows if row.entries or not row.built_in]}
    )


def rename_tag(visit: Visit) -> Answer:
    """Give a tag another name."""
    visit.dataset.tags.rename(*_names(visit))
    return GoTo("/tags")


def characters(visit: Visit) -> Answer:
    """All characters with the entries in which they speak."""
    return Page(
        "characters.html", {"title": "Characters", "rows": visit.dataset.characters.list().characters}
    )


def rename_character(visit: Visit) -> Answer:
    """Give a character another name."""
    visit.dataset.characters.rename(*_names(visit))
    return GoTo("/characters")


def prompts(visit: Visit) -> Answer:
    """All prompt templates."""
    return Page("prompts.html", {"title": "Prompts", "rows": visit.dataset.prompts.list().prompts})


def _names(visit: Visit) -> tuple[str, str]:
    old, new = visit.field("old"), visit.field("new").strip()
    if not old or not new:
        raise Usage("a new name is missing")
    return old, new


SCREENS = (
    Screen("/tags", get=tags, post=rename_tag),
    Screen("/characters", get=characters, post=rename_character),
    Screen("/prompts", get=prompts),
)
