"""The same system prompt for many entries."""

from collections.abc import Sequence

from talekeep.core.entry import text_of
from talekeep.core.entry_edit.rewrite import messages_in
from talekeep.core.entry_edit.rewrite import role_of
from talekeep.core.entry_edit.rewrite import with_system
from talekeep.core.errors import Usage
from talekeep.ops import plural
from talekeep.ops.workspace.changeset import Draft
from talekeep.ops.workspace.changeset import Edited
from talekeep.ops.workspace.select import chosen
from talekeep.store.dataset import Dataset


def set_system(
    dataset: Dataset,
    text: str,
    entries: Sequence[str] = (),
    *,
    where: str | None = None,
    dry_run: bool = False,
    commit: bool = True,
) -> Edited:
    """Make `text` the system prompt of entries: these, or all that match `where`.

    Raises:
        Usage: the text is blank; neither or both of `entries` and `where`; not a query.
        NotFound: no such entry. Refused: an entry has no list of messages, or a part has changes that are
        not committed. Invalid: it would leave an error.
    """
    if not text.strip():
        raise Usage("a system prompt needs a text")
    with dataset.writing("system"):
        draft = Draft(dataset)
        count = 0
        for selected in chosen(dataset, draft.now, entries, where):
            entry = with_system(selected.entry, text)
            if entry != selected.entry:
                draft.change(selected, entry)
                count += 1
        subject = f"Set the system prompt of {plural(count, 'entry')}"
        return draft.finish(subject, "system", dry_run=dry_run, commit=commit)


def system_of(dataset: Dataset, entry: str) -> str:
    """The text of an entry's system prompt.

    Raises:
        NotFound: no such entry. Usage: it has no system prompt.
    """
    selected_entries = chosen(dataset, dataset.now(), [entry], None)[0]
    messages = messages_in(selected_entries.entry)
    if not messages or role_of(messages[0]) != "system":
        raise Usage(
            f"entry {selected_entries.entry['id']} has no system prompt", "--text TEXT, or --file FILE"
        )
    return text_of(messages[0])
