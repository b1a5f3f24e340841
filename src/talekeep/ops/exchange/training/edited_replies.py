"""Replies that a person edited, as preference pairs: the first version in the history, and the last."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from talekeep.core import codec
from talekeep.core.entry import Message
from talekeep.core.entry import messages_of
from talekeep.core.merge.message_pairs import pair
from talekeep.ops.history.entry_versions import Step
from talekeep.ops.history.entry_versions import Trace
from talekeep.store import parts
from talekeep.store.clone.history import Commit
from talekeep.store.dataset import Dataset
from talekeep.training.edits import FLOOR
from talekeep.training.edits import changed_share

# Message (its place in the present entry) → its place in an older version.
_Places = dict[int, int]


@dataclass(frozen=True, slots=True)
class EditedReply:
    """A reply whose words were changed: `of` is the digest of the present message, `first` what it was, and
    `commit` and `author` of the last change."""

    entry: str
    of: str
    first: Message
    commit: str
    author: str


class EditHistory:
    """Finds the edited replies of entries.

    Args:
        revision: where the history ends; HEAD without it.
        since: edits up to this revision do not count; the whole history without it.

    Raises:
        NotFound: no such revision. Refused: the clone does not have the whole history.
    """

    def __init__(self, dataset: Dataset, revision: str | None, since: str | None) -> None:
        history = dataset.history
        history.require_all("make pairs of edits")
        self._dataset = dataset
        self._start = history.at(revision or "HEAD")
        self._since = history.resolve(since) if since else None
        self._old: dict[str, bool] = {}
        self._touched = _touched(dataset, self._start)

    def of(self, entry: str) -> list[EditedReply]:
        """The replies of one entry that say something: what is only tidied is left out."""
        if entry not in self._touched:
            return []
        trace = Trace(self._dataset, entry, self._start)
        present = trace.version(self._start)
        if present is None:
            return []
        messages = messages_of(present.entry)
        search = _Search(trace, self._start, messages, self._is_old)
        return [
            EditedReply(entry, codec.digest(messages[n]), first, commit.id, commit.author)
            for n, first, commit in search.edits()
            if _says_something(first, messages[n])
        ]

    def _is_old(self, commit: Commit) -> bool:
        if self._since is None:
            return False
        if commit.id not in self._old:
            self._old[commit.id] = self._dataset.history.is_ancestor(commit.id, self._since)
        return self._old[commit.id]


def _says_something(first: Message, last: Message) -> bool:
    before, after = first.get("content"), last.get("content")
    if not isinstance(before, str) or not isinstance(after, str):
        return False
    return changed_share(before, after) >= FLOOR


def _touched(dataset: Dataset, start: Commit) -> set[str]:
    """The ids of entries that any two commits hold differently."""
    history = dataset.history
    lines: set[str] = set()
    once: set[str] = set()
    touched: set[str] = set()
    blobs: set[str] = set()
    for commit in history.newest_first(start.id):
        before = [history.commit(parent).tree for parent in commit.parents] or [""]
        now = history.folder(commit.tree, parts.ENTRIES)
        for tree in before:
            old = history.folder(tree, parts.ENTRIES) if tree else None
            blobs |= set(history.new_files(old, now, parts.ENTRIES + "/").values())
    for blob in blobs:
        for _, line in parts.lines_of(history.blob(blob)):
            name = codec.digest({"line": line.decode("utf-8", "replace")})
            if name not in lines:
                lines.add(name)
                entry = parts.id_of(line) or ""
                (touched if entry in once else once).add(entry)
    return touched


class _Search:
    """Follows the replies of one entry from its present version to their first ones."""

    def __init__(self, trace: Trace, start: Commit, messages: list[Message], is_old: Any) -> None:
        self._trace = trace
        self._is_old = is_old
        replies = {n: n for n, message in enumerate(messages) if message.get("role") == "assistant"}
        self._waiting: dict[str, tuple[Commit, _Places]] = {start.id: (start, replies)}
        self._first: dict[int, tuple[int, Message]] = {}
        self._edited: dict[int, Commit] = {}

    def edits(self) -> Iterator[tuple[int, Message, Commit]]:
        """Place of the reply, its first version, and the commit of the last change."""
        while self._waiting:
            newest = max(self._waiting, key=lambda name: self._waiting[name][0].time)
            commit, places = self._waiting.pop(newest)
            self._look(self._trace.step(commit), places)
        for place, commit in sorted(self._edited.items()):
            yield place, self._first[place][1], commit

    def _look(self, step: Step, places: _Places) -> None:
        if step.version is None:
            return
        messages = messages_of(step.version.entry)
        parents = [] if self._is_old(step.commit) else list(zip(step.parents, step.before, strict=True))
        came: dict[int, list[bool]] = {place: [] for place in places}
        for parent, before in parents:
            if before is None:
                continue
            old = messages_of(before.entry)
            origin = {j: i for i, j in pair(old, messages) if i is not None and j is not None}
            older = {
                place: origin[at]
                for place, at in places.items()
                if at in origin and old[origin[at]].get("role") == "assistant"
            }
            for place, at in older.items():
                came[place].append(old[at].get("content") == messages[places[place]].get("content"))
            if older:
                met = self._waiting[parent.id][1] if parent.id in self._waiting else {}
                self._waiting[parent.id] = (parent, met | older)
        self._note(step, messages, places, came)

    def _note(
        self, step: Step, messages: list[Message], places: _Places, came: dict[int, list[bool]]
    ) -> None:
        for place, same in came.items():
            if not same:
                # No parent has it: here it began. Of several beginnings the oldest is the first version.
                time, message = step.commit.time, messages[places[place]]
                if place not in self._first or time < self._first[place][0]:
                    self._first[place] = (time, message)
            elif not any(same):
                self._edited.setdefault(place, step.commit)
