"""`add` and `edit`: entries written by hand."""

from collections.abc import Iterable
from collections.abc import Sequence

from talekeep.core import handles
from talekeep.core.entry import Entry
from talekeep.core.entry import is_uuid
from talekeep.core.entry import tags_of
from talekeep.core.entry_edit.rewrite import with_system
from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.core.merge.align import same
from talekeep.core.merge.records import merge_entry
from talekeep.core.slug import slug
from talekeep.ops import plural
from talekeep.ops.workspace.changeset import Draft
from talekeep.ops.workspace.changeset import Edited
from talekeep.ops.workspace.rule_runner import Checker
from talekeep.ops.workspace.select import chosen
from talekeep.ops.workspace.workspace import Workspace
from talekeep.store import parts
from talekeep.store.dataset import Dataset

# No exchange at all, a question without a reply, a message without a word.
_UNFINISHED = ("T202", "T204", "T205", "T208", "T211")

_MEANWHILE = "changed meanwhile; it was merged with your text"


def add(
    dataset: Dataset,
    entries: Sequence[Entry],
    *,
    system: str | None = None,
    tags: Iterable[str] = (),
    dry_run: bool = False,
    commit: bool = True,
) -> Edited:
    """Put new entries at the end of the dataset. One that has an id keeps it, else it gets one.

    Args:
        system: the system prompt of all of them, instead of their own.
        tags: what they are tagged beside their own tags.

    Raises:
        Usage: an id that is no UUID or is taken; a tag that is no word. Refused: no list of messages to
        put the prompt into. Invalid: an entry has an error.
    """
    more = slugs(tags, "tag")
    with dataset.writing("add"):
        draft, added = Draft(dataset), []
        for given in entries:
            entry = given if system is None else with_system(given, system)
            if more or "tags" not in entry:
                entry = {**entry, "tags": list(dict.fromkeys([*tags_of(entry), *more]))}
            entry = with_folded_id(entry)
            require_free(dataset, draft, entry)
            entry = {**entry, "id": entry.get("id") or draft.mint()}
            draft.append(entry, {})
            added.append(entry)
        subject = f"Add {plural(len(entries), 'entry')}"
        notes = _unfinished(draft, added)
        return draft.finish(subject, "add", dry_run=dry_run, commit=commit, notes=notes)


def _unfinished(draft: Draft, entries: Iterable[Entry]) -> list[str]:
    """What is told of entries that were just written: a question without a reply, a message that says
    nothing. They are stored all the same."""
    checker = Checker(draft.dataset.config, draft.now, _UNFINISHED)
    return [
        f"entry {entry['id']}: {finding.code} {finding.name}: {finding.message}"
        for entry in entries
        for finding in checker.all(entry)
    ]


def slugs(names: Iterable[str], what: str) -> list[str]:
    """How the names of tags or characters are spelled in an entry, each once.

    Raises:
        Usage: one has no letter or digit.
    """
    result = {slug(name): name for name in names}
    if "" in result:
        raise Usage(f"{result['']!r} has no letter or digit to make a {what} of")
    return list(result)


def with_folded_id(entry: Entry) -> Entry:
    """The entry with its UUID, if it has one, in lower case: two spellings of one id are one id."""
    return {**entry, "id": entry["id"].lower()} if is_uuid(entry.get("id")) else entry


def require_free(dataset: Dataset, draft: Draft, entry: Entry) -> None:
    """See that a new entry may have its id, if it has one.

    Raises:
        Usage: the id is no UUID, or taken.
    """
    name = entry.get("id")
    if name is not None and not is_uuid(name):
        raise Usage(f"the id {name!r} is no UUID", "leave the line `id:` out to get a new one")
    if name is not None and dataset.places(draft.now, [name]):
        raise Usage(f"entry {name} is here already", f"talekeep edit {name}, or leave `id:` out for a copy")


def begin(dataset: Dataset, entry: str, *, commit: bool = True) -> Entry:
    """An entry as it is before it is edited; what will only be staged goes over open edits.

    Raises:
        NotFound: no such entry. Refused: it, or what is known beside it, is not committed.
    """
    selected_entries = chosen(dataset, dataset.now(), [entry], None)[0]
    paths = dict.fromkeys((selected_entries.line.part, parts.sidecar_of(selected_entries.line.part)))
    if commit:
        Workspace(dataset).require_committed(paths)
    return selected_entries.entry


def save(
    dataset: Dataset, base: Entry, edited: Entry, *, dry_run: bool = False, commit: bool = True
) -> Edited:
    """Put what was written in the place of an entry that was `base` when the writing began. If it changed
    since, both changes are merged. Alternatives follow the messages they replace.

    Raises:
        Usage: the id was changed. Refused: the entry was removed meanwhile, or both changes touch the same
        place; or its part has changes that are not committed. Invalid: it has an error.
    """
    edited = {"id": base["id"], **edited}
    if edited["id"] != base["id"]:
        raise Usage(
            f"the id {base['id']} cannot be changed", "put the line back; talekeep duplicate makes a copy"
        )
    with dataset.writing("edit"):
        draft = Draft(dataset)
        try:
            selected_entries = chosen(dataset, draft.now, [base["id"]], None)[0]
        except NotFound:
            raise Refused(f"entry {base['id']} was removed meanwhile", "talekeep undo") from None
        merged = merged_with(base, edited, selected_entries.entry)
        notes = [] if same(selected_entries.entry, base) else [f"entry {base['id']} {_MEANWHILE}"]
        notes += _unfinished(draft, [merged])
        draft.change(selected_entries, merged)
        subject = f"Edit entry{handles.listed([base['id']], dataset.count(draft.now))}"
        return draft.finish(subject, "edit", dry_run=dry_run, commit=commit, notes=notes)


def merged_with(base: Entry, edited: Entry, now: Entry) -> Entry:
    """An edit of what was `base`, merged into the entry as it is `now`.

    Raises:
        Refused: both changed the same place.
    """
    merged = merge_entry(base, edited, now)
    if merged.conflicts and not same(now, base):
        places = ", ".join(".".join(map(str, conflict["path"])) for conflict in merged.conflicts)
        raise Refused(f"entry {base['id']} changed meanwhile in the same place ({places})")
    return merged.value if not same(now, base) else edited
