"""Tags and their categories, characters and prompts: what there is, how often, and what becomes of it."""

from collections.abc import Callable
from collections.abc import Mapping

from talekeep.core.errors import Usage
from talekeep.library.characters import COLOURS
from talekeep.ops.library import characters as cast
from talekeep.ops.workspace.changeset import Edited
from talekeep.web.visit import Answer
from talekeep.web.visit import GoTo
from talekeep.web.visit import Page
from talekeep.web.visit import Screen
from talekeep.web.visit import Visit

_Acts = Mapping[str, Callable[[Visit], Edited]]


def tags(visit: Visit) -> Answer:
    """All tags with their entries, and the categories they are in."""
    rows = visit.dataset.tags.list(only="all").tags
    values = {
        "title": "Tags",
        "rows": [row for row in rows if row.entries or not row.built_in or row.status == "active"],
        "categories": visit.dataset.categories.list(),
        "at": visit.query.get("tag", ""),
    }
    return Page("tags.html", values)


def change_tags(visit: Visit) -> Answer:
    """Rename, merge, move, archive, restore, delete or adopt tags."""
    return _act(visit, _TAGS, "/tags")


def change_categories(visit: Visit) -> Answer:
    """Make, rename, delete or put a category first."""
    return _act(visit, _CATEGORIES, "/tags")


def characters(visit: Visit) -> Answer:
    """All characters with the entries in which they speak."""
    known = cast.read(visit.store.now())
    values = {
        "title": "Characters",
        "rows": visit.dataset.characters.list().characters,
        "colours": list(COLOURS),
        "chosen": {slug: character.color for slug, character in known.items()},
    }
    return Page("characters.html", values)


def change_characters(visit: Visit) -> Answer:
    """Make a character, or change what one is called, its description, its colour or its slug."""
    return _act(visit, _CHARACTERS, "/characters")


def prompts(visit: Visit) -> Answer:
    """All prompt templates."""
    return Page(
        "prompts.html", {"title": "Prompts", "rows": visit.dataset.prompts.list(archived=True).prompts}
    )


def change_prompts(visit: Visit) -> Answer:
    """Make, change, archive, restore or delete a template."""
    return _act(visit, _PROMPTS, "/prompts")


def _act(visit: Visit, acts: _Acts, address: str) -> GoTo:
    act = acts.get(visit.field("act") or "rename")
    if act is None:
        raise Usage(f"{visit.field('act')!r} is nothing to do here", f"one of {', '.join(acts)}")
    result = act(visit)
    return GoTo(address, "; ".join(["Done" if result.commit else "Nothing was changed", *result.notes]))


def _old(visit: Visit) -> str:
    if not visit.field("old"):
        raise Usage("nothing is chosen")
    return visit.field("old")


def _new(visit: Visit) -> str:
    new = visit.field("new").strip()
    if not new:
        raise Usage("a new name is missing")
    return new


def _edit_character(visit: Visit) -> Edited:
    display, text = visit.field("display").strip(), visit.field("description")
    color = visit.field("color")
    return visit.dataset.characters.edit(_old(visit), display=display or None, description=text, color=color)


def _edit_prompt(visit: Visit) -> Edited:
    text = visit.field("text").replace("\r\n", "\n")
    return visit.dataset.prompts.edit(_old(visit), text=text, display=visit.field("display").strip() or None)


_TAGS: _Acts = {
    "create": lambda visit: visit.dataset.tags.create(_new(visit), category=visit.field("category")),
    "rename": lambda visit: visit.dataset.tags.rename(_old(visit), _new(visit)),
    "merge": lambda visit: visit.dataset.tags.merge([_old(visit)], _new(visit)),
    "move": lambda visit: visit.dataset.tags.move([_old(visit)], visit.field("category")),
    "archive": lambda visit: visit.dataset.tags.archive([_old(visit)]),
    "restore": lambda visit: visit.dataset.tags.restore([_old(visit)]),
    "adopt": lambda visit: visit.dataset.tags.adopt([_old(visit)]),
    "delete": lambda visit: visit.dataset.tags.delete([_old(visit)]),
}
_CATEGORIES: _Acts = {
    "create": lambda visit: visit.dataset.categories.create(_new(visit)),
    "rename": lambda visit: visit.dataset.categories.rename(_old(visit), _new(visit)),
    "delete": lambda visit: visit.dataset.categories.delete(_old(visit)),
    "first": lambda visit: visit.dataset.categories.order([_old(visit)]),
}
_CHARACTERS: _Acts = {
    "create": lambda visit: visit.dataset.characters.create(
        _new(visit), description=visit.field("description")
    ),
    "rename": lambda visit: visit.dataset.characters.rename(_old(visit), _new(visit)),
    "merge": lambda visit: visit.dataset.characters.rename(_old(visit), _new(visit), merge=True),
    "edit": _edit_character,
    "archive": lambda visit: visit.dataset.characters.archive([_old(visit)]),
    "restore": lambda visit: visit.dataset.characters.restore([_old(visit)]),
}
_PROMPTS: _Acts = {
    "create": lambda visit: visit.dataset.prompts.create(
        _new(visit), text=visit.field("text").replace("\r\n", "\n")
    ),
    "edit": _edit_prompt,
    "archive": lambda visit: visit.dataset.prompts.archive([_old(visit)]),
    "restore": lambda visit: visit.dataset.prompts.restore([_old(visit)]),
    "delete": lambda visit: visit.dataset.prompts.delete([_old(visit)]),
}

SCREENS = (
    Screen("/tags", get=tags, post=change_tags),
    Screen("/categories", post=change_categories),
    Screen("/characters", get=characters, post=change_characters),
    Screen("/prompts", get=prompts, post=change_prompts),
)
