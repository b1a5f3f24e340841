"""Find and replace in the texts of many messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import fields

from talekeep.core.entry import ROLES
from talekeep.core.entry_edit.rewrite import replaced
from talekeep.core.entry_edit.rewrite import substitution
from talekeep.core.errors import Usage
from talekeep.ops import plural
from talekeep.ops.workspace.changeset import Draft
from talekeep.ops.workspace.changeset import Edited
from talekeep.ops.workspace.select import chosen
from talekeep.store.dataset import Dataset


@dataclass(frozen=True, slots=True)
class Replaced(Edited):
    """`replacements` counts places, `changed` names the entries they are in."""

    replacements: int = 0


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for in messages of these roles: a text, compared as `search` does it, but in this case.

    `whole_word` finds it only between word borders; `loose` whatever its accents; `regex` takes `find` as a
    regular expression, whose groups the replacement may name as \\1.
    """

    find: str
    roles: Sequence[str] = ROLES
    ignore_case: bool = False
    whole_word: bool = False
    regex: bool = False
    loose: bool = False


def replace(
    dataset: Dataset,
    search: Search,
    replacement: str,
    entries: Sequence[str] = (),
    *,
    where: str | None = None,
    dry_run: bool = False,
    commit: bool = True,
) -> Replaced:
    """Replace every match in the texts of messages; names, keys and tool calls are left alone.

    Raises:
        Usage: nothing to find, not a regular expression, no such role or group; neither or both of
        `entries` and `where`; not a query. NotFound: no such entry. Refused: an entry has no list of
        messages, or a part has changes that are not committed. Invalid: it would leave an error.
    """
    substitute = substitution(
        search.find,
        replacement,
        ignore_case=search.ignore_case,
        whole_word=search.whole_word,
        regex=search.regex,
        loose=search.loose,
    )
    unknown = [role for role in search.roles if role not in ROLES]
    if unknown:
        raise Usage(f"{unknown[0]!r} is no role", f"roles are {', '.join(ROLES)}")
    with dataset.writing("replace"):
        draft = Draft(dataset)
        places = count = 0
        for selected in chosen(dataset, draft.now, entries, where):
            entry, hits = replaced(selected.entry, substitute, search.roles)
            if entry != selected.entry:
                draft.change(selected, entry)
                places, count = places + hits, count + 1
        subject = f"Replace in {plural(places, 'place')} of {plural(count, 'entry')}"
        result = draft.finish(subject, "replace", dry_run=dry_run, commit=commit)
        return Replaced(
            **{part.name: getattr(result, part.name) for part in fields(result)}, replacements=places
        )
