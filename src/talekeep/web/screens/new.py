"""A new entry: blank, with a prompt of the library, or from the greeting of a character."""

import talekeep.web.screens.edit as edit
from talekeep.core.entry import Entry
from talekeep.core.entry import tags_of
from talekeep.core.entry import text_of
from talekeep.core.entry_edit.rewrite import planned
from talekeep.core.entry_edit.rewrite import without_blanks
from talekeep.core.errors import BadRecord
from talekeep.core.errors import NotFound
from talekeep.core.errors import Usage
from talekeep.library.card_texts import greetings_of
from talekeep.library.characters import card_of
from talekeep.ops.library import characters
from talekeep.ops.library import prompts
from talekeep.ops.workspace.validation import Invalid
from talekeep.web import entry_form
from talekeep.web.visit import Answer
from talekeep.web.visit import GoTo
from talekeep.web.visit import Page
from talekeep.web.visit import Screen
from talekeep.web.visit import Visit

_OPENING = 80


def form(visit: Visit) -> Answer:
    """An entry to be written: with `?prompt=` that system prompt, with `?character=` and `?greeting=` (from
    1) what the card of a character begins with."""
    entry = _begun(visit)
    return _page(visit, entry, entry_form.fields_of(entry), "")


def _begun(visit: Visit) -> Entry:
    now, prompt, character = visit.store.now(), visit.query.get("prompt"), visit.query.get("character")
    if character:
        greetings = _greetings(visit).get(character, [])
        number = visit.query.get("greeting", "1")
        if not number.isdecimal() or not 1 <= int(number) <= len(greetings):
            raise NotFound(f"{character} has no such greeting", "talekeep character show NAME")
        more = [{"role": "user", "content": ""}, {"role": "assistant", "name": character, "content": ""}]
        return {"messages": [*greetings[int(number) - 1], *more], "tags": []}
    return planned(prompts.offered(now, prompt) if prompt else "")


def _greetings(visit: Visit) -> dict[str, list[list[dict[str, object]]]]:
    """The conversations that the cards of characters begin, by slug."""
    result = {}
    for slug, character in characters.read(visit.store.now()).items():
        try:
            card = card_of(character)
        except BadRecord:
            card = None
        if card and (begun := greetings_of(card, slug)):
            result[slug] = begun
    return result


def save(visit: Visit) -> Answer:
    """Put the entry at the end of the dataset, without the messages that were left empty; or only change the
    form."""
    base = visit.entry_in("base", "a new entry", new=True)
    fields, tags = entry_form.typed(visit), visit.field("tags")
    if act := entry_form.ACT.fullmatch(visit.field("act")):
        cursor = visit.field("cursor")
        at = int(cursor) if cursor.isdecimal() else None
        return _page(visit, base, entry_form.changed(fields, act[1], int(act[2]), at), tags)
    entry, _ = without_blanks(entry_form.entry_in(base, fields, tags))
    try:
        if not entry["messages"]:
            raise Usage("nothing is written yet")
        result = visit.dataset.add(entry)
    except (Invalid, Usage) as problem:
        shown = _page(visit, base, fields, tags)
        return Page(shown.template, {**shown.values, "problem": problem}, 422)
    return GoTo(f"/e/{result.made[0]}", "Added.")


def _page(visit: Visit, base: Entry, fields: list[entry_form.Fields], tags: str) -> Page:
    shown = prompts.listed(visit.store).prompts
    greetings = [
        (slug, number, text_of(begun[-1])[:_OPENING])
        for slug, each in _greetings(visit).items()
        for number, begun in enumerate(each, 1)
    ]
    sources = {"prompts": [(row.slug, row.name) for row in shown], "greetings": greetings}
    more: dict[str, object] = {"title": "New entry", "action": "/new", "sources": sources}
    return edit.page(visit, base, fields, tags or ", ".join(tags_of(base)), more=more)


SCREENS = (Screen("/new", get=form, post=save),)
