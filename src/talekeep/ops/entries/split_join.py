"""`duplicate`, `remove`, `split` and `join`: entries become more or fewer, and nothing in them is lost."""

from collections.abc import Iterator
from collections.abc import Sequence

from talekeep.core import handles
from talekeep.core.entry_edit import sidecars
from talekeep.core.entry_edit import split_join
from talekeep.core.errors import Usage
from talekeep.ops import plural
from talekeep.ops.workspace.changeset import Draft
from talekeep.ops.workspace.changeset import Edited
from talekeep.ops.workspace.select import Selected
from talekeep.ops.workspace.select import chosen
from talekeep.store.dataset import Dataset


def duplicate(
    dataset: Dataset,
    entries: Sequence[str] = (),
    *,
    where: str | None = None,
    dry_run: bool = False,
    commit: bool = True,
) -> Edited:
    """Put a copy right behind each entry, with a new id and all that is known beside it.

    Raises:
        Usage: neither or both of `entries` and `where`; not a query. NotFound: no such entry.
        Refused: a part has changes that are not committed. Invalid: it would leave an error.
    """
    with dataset.writing("duplicate"):
        draft = Draft(dataset)
        originals = chosen(dataset, draft.now, entries, where)
        for item in originals:
            draft.insert_after(item, {**item.entry, "id": draft.mint()}, _without_id(item))
        subject = f"Duplicate {plural(len(originals), 'entry')}"
        return draft.finish(subject, "duplicate", dry_run=dry_run, commit=commit)


def remove(
    dataset: Dataset,
    entries: Sequence[str] = (),
    *,
    where: str | None = None,
    dry_run: bool = False,
    commit: bool = True,
) -> Edited:
    """Take entries out, with all that is known beside them; malformed ones too.

    Raises: see `duplicate`.
    """
    with dataset.writing("remove"):
        draft = Draft(dataset)
        leaving = chosen(dataset, draft.now, entries, where)
        for item in leaving:
            draft.remove(item)
        ids = [str(item.entry.get("id")) for item in leaving]
        subject = f"Remove {plural(len(leaving), 'entry')}{handles.listed(ids, dataset.count(draft.now))}"
        return draft.finish(subject, "remove", dry_run=dry_run, commit=commit)


def split(
    dataset: Dataset,
    after: Sequence[int],
    entries: Sequence[str] = (),
    *,
    where: str | None = None,
    dry_run: bool = False,
    commit: bool = True,
) -> Edited:
    """Cut entries after these exchanges (counted from 1). The parts stand where the entry stood; the first
    keeps its id, and so its history.

    Raises:
        Usage: an entry has no such exchange, or nothing behind it; else see `duplicate`.
    """
    with dataset.writing("split"):
        draft = Draft(dataset)
        whole = chosen(dataset, draft.now, entries, where)
        count = 0
        for item in whole:
            parts = [{"id": draft.mint(), **part} for part in split_join.split(item.entry, after)]
            draft.replace(item, zip(parts, sidecars.divided(item.sidecar, parts), strict=True))
            count += len(parts)
        subject = f"Split {plural(len(whole), 'entry')} into {count}"
        return draft.finish(subject, "split", dry_run=dry_run, commit=commit)


def join(
    dataset: Dataset,
    entries: Sequence[str] = (),
    *,
    where: str | None = None,
    keep_prompts: bool = False,
    take_first: bool = False,
    dry_run: bool = False,
    commit: bool = True,
) -> Edited:
    """Make one entry of several: those named in that order, or all that match in dataset order. It stands
    where the first stood and keeps its id, and so its history.

    Args:
        keep_prompts: a system prompt that differs from the first stays where its entry begins.
        take_first: where another top-level key differs the first one's value is taken.

    Raises:
        Usage: fewer than two entries, one named twice, or a key differs; else see `duplicate`.
    """
    with dataset.writing("join"):
        draft = Draft(dataset)
        several = chosen(dataset, draft.now, entries, where)
        if len(several) < len(entries):
            raise Usage("an entry is named twice", "talekeep duplicate ENTRY makes a copy to join")
        result = split_join.joined(
            [item.entry for item in several], keep_prompts=keep_prompts, take_first=take_first
        )
        known = [(str(item.entry.get("id")), item.sidecar) for item in several]
        draft.replace(several[0], [({"id": draft.mint(), **result.entry}, sidecars.joined(known))])
        for item in several[1:]:
            draft.remove(item)
        subject = f"Join {plural(len(several), 'entry')}"
        notes = tuple(_remarks(result))
        return draft.finish(subject, "join", dry_run=dry_run, commit=commit, notes=notes)


def _without_id(selected: Selected) -> dict[str, object]:
    return {key: value for key, value in selected.sidecar.items() if key != "id"}


def _remarks(outcome: split_join.Joined) -> Iterator[str]:
    for entry in outcome.dropped:
        yield f"the system prompt of {entry} differs and is left out; --keep-prompts keeps it"
    for entry in outcome.inside:
        yield f"the system prompt of {entry} now stands inside the conversation"
    for key in outcome.lost:
        yield f"{key!r} differs; the first entry's is taken"
