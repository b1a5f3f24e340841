"""Editing an entry: in fields, or as a script. Where a change made meanwhile cannot be merged, what was typed
stays on the page, beside what is there now."""

from collections.abc import Sequence

from talekeep.core import codec
from talekeep.core.entry import CONFLICT_KEY
from talekeep.core.entry import ROLES
from talekeep.core.entry import Entry
from talekeep.core.entry import messages_of
from talekeep.core.entry import tags_of
from talekeep.core.errors import BadRecord
from talekeep.core.errors import NotFound
from talekeep.core.errors import Problem
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.core.finding import Finding
from talekeep.core.merge.records import merge_entry
from talekeep.core.script.many import parse_all
from talekeep.library import categories
from talekeep.library.tags import with_built_in
from talekeep.ops.entries import list_show
from talekeep.ops.library import characters
from talekeep.ops.workspace.changeset import Edited
from talekeep.ops.workspace.rule_runner import Checker
from talekeep.ops.workspace.validation import Invalid
from talekeep.store import libraries
from talekeep.web import entry_form
from talekeep.web.entry_form import Fields
from talekeep.web.pages import message_of
from talekeep.web.visit import Answer
from talekeep.web.visit import GoTo
from talekeep.web.visit import Page
from talekeep.web.visit import Screen
from talekeep.web.visit import Visit
from talekeep.web.words import Sides
from talekeep.web.words import place_of
from talekeep.web.words import sides

# Of an entry that has none yet.
NEW = "00000000-0000-4000-8000-000000000000"


def form(visit: Visit) -> Answer:
    """The entry in fields."""
    entry = list_show.show(visit.store, visit.path["entry"]).entry
    return page(visit, entry, entry_form.fields_of(entry), ", ".join(tags_of(entry)))


def save(visit: Visit) -> Answer:
    """Save what was typed; or only add, remove, move or cut a message in the form."""
    base, draft = _base(visit), _draft(visit)
    fields, tags = entry_form.typed(visit), visit.field("tags")
    if act := entry_form.ACT.fullmatch(visit.field("act")):
        cursor = visit.field("cursor")
        at = int(cursor) if cursor.isdecimal() else None
        return page(visit, base, entry_form.changed(fields, act[1], int(act[2]), at), tags, draft=draft)
    edited = entry_form.entry_in(draft, fields, tags)
    try:
        result = visit.dataset.save(edited, base=base)
    except (Invalid, Usage) as problem:
        status = 422 if isinstance(problem, Invalid) else 400
        return page(visit, base, fields, tags, problem, status, draft=draft)
    except Refused as problem:
        return _clash(visit, base, edited, problem)
    return GoTo(f"/e/{base['id']}", _saved(result))


def _saved(result: Edited) -> str:
    merged = any("changed meanwhile" in note for note in result.notes)
    if merged:
        return "Saved. The entry changed meanwhile; both changes are in it."
    return "Saved." if result.commit else "Nothing was changed."


def _clash(visit: Visit, base: Entry, edited: Entry, problem: Refused) -> Page:
    """What was typed, merged with the entry as it is now; where both say different words, the typed ones
    stand, and all three versions are shown. Saving again takes what the fields say."""
    tags = ", ".join(tags_of(edited))
    try:
        now = list_show.show(visit.store, base["id"]).entry
    except NotFound:
        return page(visit, base, entry_form.fields_of(edited), tags, problem, 409, draft=edited)
    merged = merge_entry(base, edited, now)
    if not merged.conflicts:
        return page(visit, base, entry_form.fields_of(edited), tags, problem, 409, draft=edited)
    draft = {key: value for key, value in merged.value.items() if key != CONFLICT_KEY}
    names = [str(m.get("name") or m.get("role", "")) for m in messages_of(draft)]
    three = [
        sides(place_of(tuple(one["path"]), names), one.get("base"), one.get("ours"), one.get("theirs"))
        for one in merged.conflicts
    ]
    tags = ", ".join(tags_of(draft))
    return page(visit, now, entry_form.fields_of(draft), tags, problem, 409, draft=draft, versions=three)


def script_form(visit: Visit) -> Answer:
    """The entry as a script."""
    shown = list_show.show(visit.store, visit.path["entry"])
    return _script_page(visit, shown.entry, shown.script)


def save_script(visit: Visit) -> Answer:
    """Save the script; what it is the script of is merged with what is there now."""
    base, text = _base(visit), entry_form.lines(visit.field("script"))
    try:
        edited = _parsed(text, base)
        result = visit.dataset.save(edited, base=base)
    except (Invalid, Usage) as problem:
        return _script_page(visit, base, text, problem, 422 if isinstance(problem, Invalid) else 400)
    except Refused as problem:
        return _clash(visit, base, edited, problem)
    return GoTo(f"/e/{base['id']}", _saved(result))


def _parsed(text: str, base: Entry) -> Entry:
    try:
        entries = parse_all(text)
    except BadRecord as reason:
        raise Usage(str(reason)) from None
    if len(entries) != 1:
        raise Usage(f"these are {len(entries)} scripts", "one entry has one; split it on the entry's page")
    return {"id": base.get("id", NEW), **entries[0]}


def _script_page(
    visit: Visit, base: Entry, text: str, problem: Problem | None = None, status: int = 200
) -> Page:
    values = {
        "title": "Script",
        "id": base["id"],
        "base": codec.dump(base).decode(),
        "text": text,
        "findings": findings(visit, base) if problem is None else [],
        "at": message_of,
        "problem": problem,
    }
    return Page("script.html", values, status)


def check(visit: Visit) -> Answer:
    """What the rules find in what is typed."""
    values = {"title": "Findings", "at": message_of, "problem": None, "findings": []}
    if "script" in visit.form:
        base = _base(visit)
        try:
            entry = _parsed(entry_form.lines(visit.field("script")), base)
        except Usage as problem:
            return Page("findings.html", {**values, "problem": problem})
    else:
        entry = entry_form.entry_in(_draft(visit), entry_form.typed(visit), visit.field("tags"))
    return Page("findings.html", {**values, "findings": findings(visit, {"id": NEW, **entry})})


def findings(visit: Visit, entry: Entry) -> list[Finding]:
    """What the rules find in an entry."""
    return Checker(visit.store.config, visit.store.now()).all(entry)


def _base(visit: Visit) -> Entry:
    return visit.entry_in("base", "an entry", "open the entry again", new=True)


def _draft(visit: Visit) -> Entry:
    """What the fields are of: the entry as it was, or after a clash what both sides made of it."""
    return visit.entry_in("draft" if visit.field("draft") else "base", "an entry", new=True)


def page(
    visit: Visit,
    base: Entry,
    fields: Sequence[Fields],
    tags: str,
    problem: Problem | None = None,
    status: int = 200,
    *,
    draft: Entry | None = None,
    versions: Sequence[Sides] = (),
    more: dict[str, object] | None = None,
) -> Page:
    """The form of an entry.

    Args:
        draft: what the fields are of, where that is not `base`.
        versions: the places where both sides say different words.
        more: values for a form of another heading.
    """
    entry = entry_form.entry_in(base if draft is None else draft, fields, tags)
    values = {
        "title": "Edit",
        "id": base.get("id", ""),
        "base": codec.dump(base).decode(),
        "draft": "" if draft is None or draft == base else codec.dump(draft).decode(),
        "fields": fields,
        "tags": tags,
        "roles": ROLES,
        "names": sorted(characters.known_now(visit.store)),
        "offered": _offered(visit),
        "findings": findings(visit, {"id": NEW, **entry}),
        "at": message_of,
        "problem": problem,
        "versions": versions,
        "action": f"/e/{base.get('id', '')}/edit",
        "sources": None,
        **(more or {}),
    }
    return Page("edit.html", values, status)


def _offered(visit: Visit) -> list[tuple[str, list[str]]]:
    """The tags to choose from, by category."""
    words = with_built_in(libraries.vocabulary(visit.store.now()))
    result: dict[str, list[str]] = {name: [] for name in (*categories.in_order(words), "")}
    for tag, known in words.tags.items():
        if known.status == "active":
            result[known.category if known.category in result else ""].append(tag)
    names = {name: category.name for name, category in words.categories.items()}
    return [(names.get(name, "no category"), tags) for name, tags in result.items() if tags]


SCREENS = (
    Screen("/e/{entry}/edit", get=form, post=save),
    Screen("/e/{entry}/script", get=script_form, post=save_script),
    Screen("/check", post=check),
)
