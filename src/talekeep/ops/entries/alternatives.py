"""The other replies that are kept beside entries: looking at them, and putting one in its place."""

from dataclasses import dataclass
from typing import Any

from talekeep.core.entry_edit import alternatives
from talekeep.ops.workspace.changeset import Draft
from talekeep.ops.workspace.changeset import Edited
from talekeep.ops.workspace.select import chosen
from talekeep.store.dataset import Dataset


@dataclass(frozen=True, slots=True)
class Alternative:
    """One other reply: for which message of the entry (from 1) and which of its alternatives (from 1), the
    messages it holds, and whether it replaces all that follows too."""

    message: int
    number: int
    kind: str
    to_end: bool
    model: str | None
    messages: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Alternatives:
    """The alternatives of an entry, in the order of its messages."""

    entry: str
    alternatives: list[Alternative]


def list_alternatives(dataset: Dataset, entry: str) -> Alternatives:
    """All alternatives of an entry.

    Raises:
        NotFound: no such entry. Refused: it has no list of messages.
    """
    selected_entries = chosen(dataset, dataset.now(), [entry], None)[0]
    rows = [
        Alternative(
            place + 1,
            number,
            str(one.get("kind", "")),
            one.get("to_end") is True,
            one["model"] if isinstance(one.get("model"), str) else None,
            one["messages"],
        )
        for place, known in sorted(
            alternatives.by_message(selected_entries.entry, selected_entries.sidecar).items()
        )
        for number, one in enumerate(known, 1)
    ]
    return Alternatives(str(selected_entries.entry["id"]), rows)


def choose(
    dataset: Dataset, entry: str, message: int, number: int, *, dry_run: bool = False, commit: bool = True
) -> Edited:
    """Put alternative `number` (from 1) in place of a message (from 1); what stood there becomes an
    alternative.

    Raises:
        NotFound: no such entry. Usage: no such message or alternative.
        Refused: a part has changes that are not committed. Invalid: it would leave an error.
    """
    with dataset.writing("alternative"):
        draft = Draft(dataset)
        selected_entries = chosen(dataset, draft.now, [entry], None)[0]
        changed, sidecar = alternatives.choose(
            selected_entries.entry, selected_entries.sidecar, message - 1, number - 1
        )
        draft.change(selected_entries, changed, sidecar)
        return draft.finish("Choose another reply", "alternative", dry_run=dry_run, commit=commit)
