"""Who gave each message of an entry its present value, and when: `blame`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from typing import TypeAlias

from talekeep.core.entry import Entry
from talekeep.core.entry import messages_in
from talekeep.core.entry import tags_of
from talekeep.core.entry import text_of
from talekeep.core.errors import Refused
from talekeep.core.merge.align import same
from talekeep.core.merge.message_pairs import pair
from talekeep.ops.history import log
from talekeep.ops.history.entry_versions import Step
from talekeep.ops.history.entry_versions import Trace
from talekeep.ops.workspace.select import view_of
from talekeep.store.clone.history import Commit
from talekeep.store.dataset import Dataset

_OPENING = 60

# A key of the entry; of `messages`, with the index of the message (from 0) in the entry asked about.
_Item: TypeAlias = tuple[str, int]
# The items still looked for, each with where its value stands in an older version of the entry.
_Places: TypeAlias = Mapping[_Item, int]


@dataclass(frozen=True, slots=True)
class MessageBlame:
    """A message, by `index` from 0, how it opens, and the commit that gave it its value; all of the commit
    is None where the folder holds a value that is not committed. `boundary`: the value may be older, because
    this clone is shallow and has no history before that commit.
    """

    index: int
    role: str | None
    name: str | None
    opening: str
    commit: str | None
    time: str | None
    author: str | None
    operation: str | None
    subject: str | None
    boundary: bool


@dataclass(frozen=True, slots=True)
class TagsBlame:
    """The tags, and the commit that made them what they are; as in `MessageBlame`."""

    tags: list[str]
    commit: str | None
    time: str | None
    author: str | None
    operation: str | None
    subject: str | None
    boundary: bool


@dataclass(frozen=True, slots=True)
class KeyBlame:
    """Another key of the entry, and the commit that gave it its value; as in `MessageBlame`."""

    key: str
    commit: str | None
    time: str | None
    author: str | None
    operation: str | None
    subject: str | None
    boundary: bool


@dataclass(frozen=True, slots=True)
class Blamed:
    """`tags` is None for an entry without that key."""

    entry: str
    messages: list[MessageBlame]
    tags: TagsBlame | None
    keys: list[KeyBlame]


def blame(dataset: Dataset, entry: str, *, revision: str | None = None) -> Blamed:
    """For each message, the tags and every other key of an entry: the commit that gave it its value.

    A message keeps its commit when others come and go around it, when it moves, and when the entry moves
    to another part. Without `revision` the entry is taken as it lies in the folder.

    Raises:
        NotFound: no such entry or revision. Refused: its line is not an entry.
    """
    view = view_of(dataset, revision)
    place = dataset.find(view, entry)
    line = dataset.line_at(view, place)
    if not isinstance(line.value, dict):
        raise Refused(f"{place.part}, line {place.line} is not an entry: {line.reason}")
    value: Entry = line.value
    origins = _origins(dataset, place.entry, value, revision)
    keys = [key for key in value if key not in ("id", "messages", "tags")]
    return Blamed(
        place.entry,
        [_message(n, m, origins.get(("messages", n))) for n, m in enumerate(messages_in(value))],
        TagsBlame(tags_of(value), **_commit_fields(origins.get(("tags", 0)))) if "tags" in value else None,
        [KeyBlame(key, **_commit_fields(origins.get((key, 0)))) for key in keys],
    )


def _message(index: int, message: Any, commit: Commit | None) -> MessageBlame:
    known = message if isinstance(message, dict) else {}
    role, name = known.get("role"), known.get("name")
    return MessageBlame(
        index,
        role if isinstance(role, str) else None,
        name if isinstance(name, str) else None,
        " ".join(text_of(known)[: _OPENING * 4].split())[:_OPENING],
        **_commit_fields(commit),
    )


def _commit_fields(commit: Commit | None) -> dict[str, Any]:
    if commit is None:
        nothing = dict.fromkeys(("commit", "time", "author", "operation", "subject"))
        return {**nothing, "boundary": False}
    row = log.row(commit)
    return {
        "commit": row.id,
        "time": row.time,
        "author": row.author,
        "operation": row.operation,
        "subject": row.subject,
        "boundary": row.boundary,
    }


def _origins(dataset: Dataset, entry: str, value: Entry, revision: str | None) -> dict[_Item, Commit]:
    """The commit of every item that is committed."""
    if dataset.history.head() is None:
        return {}
    start = dataset.history.at(revision or "HEAD")
    trace = Trace(dataset, entry, start)
    committed = trace.version(start)
    if committed is None:
        return {}
    wanted = _kept(committed.entry, value, _items(value))
    origins: dict[_Item, Commit] = {}
    waiting: dict[str, tuple[Commit, dict[_Item, int]]] = {start.id: (start, wanted)}
    while waiting:
        # The newest first: what comes to a commit by several ways is then mostly looked at together.
        newest = max(waiting, key=lambda name: waiting[name][0].time)
        commit, items = waiting.pop(newest)
        mine = _hand_on(trace.step(commit), items, waiting)
        origins |= dict.fromkeys(mine, commit)
    return origins


def _items(entry: Entry) -> dict[_Item, int]:
    others: dict[_Item, int] = {(key, 0): 0 for key in entry if key not in ("id", "messages")}
    return others | {("messages", n): n for n in range(len(messages_in(entry)))}


def _hand_on(
    step: Step, items: dict[_Item, int], waiting: dict[str, tuple[Commit, dict[_Item, int]]]
) -> dict[_Item, int]:
    """Give each item to the first parent that has its value; what is left came with this commit."""
    left = items
    for parent, before in zip(step.parents, step.before, strict=True):
        if before is None or step.version is None or not left:
            continue
        older = left if before is step.version else _kept(before.entry, step.version.entry, left)
        if older:
            met = waiting[parent.id][1] if parent.id in waiting else {}
            waiting[parent.id] = (parent, met | older)
            left = {item: at for item, at in left.items() if item not in older}
    return left


def _kept(before: Entry, after: Entry, items: _Places) -> dict[_Item, int]:
    """Those items whose value `before` already has, with where it stands there."""
    old, new = messages_in(before), messages_in(after)
    origin = {j: i for i, j in pair(old, new) if i is not None and j is not None and same(old[i], new[j])}
    kept = {item: origin[at] for item, at in items.items() if item[0] == "messages" and at in origin}
    others = {item: 0 for item in items if item[0] != "messages" and _has_same(before, after, item[0])}
    return kept | others


def _has_same(before: Entry, after: Entry, key: str) -> bool:
    if key == "tags":
        # Their order means nothing.
        return key in before and set(tags_of(before)) == set(tags_of(after))
    return key in before and same(before[key], after.get(key))
