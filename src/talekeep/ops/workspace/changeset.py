"""Changesets: changes of entries are collected first, then validated, written and committed as one."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import Any
from typing import TypeAlias

from talekeep.core import codec
from talekeep.core.entry import Entry
from talekeep.core.entry_edit.sidecars import following
from talekeep.core.merge.diff import Change
from talekeep.ops import message
from talekeep.ops.workspace import validation
from talekeep.ops.workspace.compare import changes_between
from talekeep.ops.workspace.part_writer import Appender
from talekeep.ops.workspace.rule_runner import set_validated
from talekeep.ops.workspace.select import Selected
from talekeep.ops.workspace.workspace import Workspace
from talekeep.store import parts
from talekeep.store.dataset import Dataset
from talekeep.store.ids import minted
from talekeep.store.overlay import overlay
from talekeep.store.view import Difference
from talekeep.store.view import Line
from talekeep.store.view import View

# Raises what stops a view (the second) from coming after another (the third).
Check: TypeAlias = Callable[[Dataset, Difference], None]


@dataclass(frozen=True, slots=True)
class Edited:
    """What an operation did to entries: ids it `made`, `changed` and `retired`, and the library files it
    wrote; `changes` compares before and after. `commit` is None when nothing differs, or with `dry_run`
    or without `commit`. `notes` are remarks for people.
    """

    made: list[str]
    changed: list[str]
    retired: list[str]
    files: list[str]
    changes: list[Change]
    commit: str | None
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Part:
    """The lines of one part: what stands in place of each (nothing, one line, several), by line number."""

    lines: list[tuple[int, bytes]]
    instead: dict[int, list[bytes]] = field(default_factory=dict)

    def data(self) -> bytes:
        return b"".join(
            new for number, line in self.lines for new in self.instead.get(number, [line + b"\n"])
        )


class Draft:
    """Changes on their way into a dataset; nothing is written before `finish`. Use inside
    `Dataset.writing`.

    Lines nobody changes keep every byte, and an entry never leaves its part.

    Args:
        view: what is changed, where that is not the folder as it lies; only `files` can be asked then.
    """

    def __init__(self, dataset: Dataset, view: View | None = None) -> None:
        self.dataset = dataset
        self.workspace = Workspace(dataset)
        self.now = self.workspace.now if view is None else view
        self._settled = view is not None
        self._parts: dict[str, _Part] = {}
        self._sidecars: dict[str, dict[str, dict[str, Any] | None]] = {}
        self._files: dict[str, bytes | None] = {}
        self._ids = minted()
        self._appender: Appender | None = None

    def __len__(self) -> int:
        """How many lines of entries it changes; what it appends does not count."""
        return sum(len(part.instead) for part in self._parts.values())

    def mint(self) -> str:
        """A new id; those of one draft sort in the order they are asked for."""
        return next(self._ids)

    def change(self, selected: Selected, entry: Entry, sidecar: Mapping[str, Any] | None = None) -> None:
        """Put `entry` in the place of the one that was found; with `sidecar`, that is known of it, else
        its alternatives follow their messages."""
        self._set(selected.line, [codec.encode(entry)])
        known = selected.sidecar
        followed = following(known, selected.entry, entry) if sidecar is None else dict(sidecar)
        if followed != known or entry["id"] != selected.entry.get("id"):
            self._annotate(selected.line.part, entry["id"], followed)

    def replace(self, selected: Selected, entries: Iterable[tuple[Entry, dict[str, Any]]]) -> None:
        """Put entries, each with its sidecar ({} for none), in the place of the one that was found.

        Its own sidecar line goes, unless one of them carries the same id.
        """
        new = list(entries)
        self._set(selected.line, [codec.encode(entry) for entry, _ in new])
        self._annotate(selected.line.part, selected.entry.get("id"), None)
        for entry, sidecar in new:
            self._annotate(selected.line.part, entry["id"], sidecar)

    def remove(self, selected: Selected) -> None:
        """Take the entry out, with its sidecar line."""
        self.replace(selected, ())

    def drop_line(self, line: Line) -> None:
        """Take a line out of a part, and nothing else: its entry stands elsewhere in it too."""
        self._set(line, [])

    def forget(self, part: str, entry: str) -> None:
        """Take out what is known beside an entry of a part, be the entry there or not."""
        self._annotate(part, entry, None)

    def insert_after(self, selected: Selected, entry: Entry, sidecar: dict[str, Any]) -> None:
        """Put a new entry behind the one that was found, into the same part."""
        lines = self._lines(selected.line)
        self._part(selected.line.part).instead[selected.line.number] = [*lines, codec.encode(entry)]
        self._annotate(selected.line.part, entry["id"], sidecar)

    def annotate(self, selected: Selected, sidecar: Mapping[str, Any]) -> None:
        """Set what is known beside an entry; {} forgets all of it."""
        self._annotate(selected.line.part, selected.entry["id"], dict(sidecar))

    def append(self, entry: Entry, sidecar: dict[str, Any]) -> None:
        """Put a new entry at the end of the dataset, where `import` would."""
        if self._appender is None:
            self._appender = Appender(self.dataset, self.now, self._files.__setitem__, settled=self._settled)
        self._appender.add(entry, {"id": entry["id"], **sidecar} if sidecar else None)

    def set_file(self, path: str, data: bytes) -> None:
        """Write a library file."""
        self._files[path] = data

    def _part(self, part: str) -> _Part:
        if part not in self._parts:
            self._parts[part] = _Part(list(parts.lines_of(self.now.read(part))))
        return self._parts[part]

    def _lines(self, line: Line) -> list[bytes]:
        return self._part(line.part).instead.get(line.number, [line.data + b"\n"])

    def _set(self, line: Line, lines: list[bytes]) -> None:
        self._part(line.part).instead[line.number] = lines

    def _annotate(self, part: str, entry: Any, sidecar: dict[str, Any] | None) -> None:
        if isinstance(entry, str):
            self._sidecars.setdefault(part, {})[entry] = sidecar or None

    def files(self) -> dict[str, bytes | None]:
        """The files that will differ, whole."""
        if self._appender is not None:
            self._appender.close()
        result: dict[str, bytes | None] = {}
        for part, lines in self._parts.items():
            result[part] = _with_tail(lines.data(), self._files.get(part), self.now.read(part))
        for part, wanted in self._sidecars.items():
            path = parts.sidecar_of(part)
            tail, before = self._files.get(path), self.now.optional(path) or b""
            result[path] = _with_tail(_sidecar_lines(before, wanted), tail, before)
        result = {**self._files, **result}
        return {path: data for path, data in result.items() if data != self.now.optional(path)}

    def finish(
        self,
        subject: str,
        operation: str,
        *,
        dry_run: bool = False,
        commit: bool = True,
        notes: Sequence[str] = (),
        check: Check = validation.require_valid,
        sweep: bool = False,
    ) -> Edited:
        """Validate, write and commit what was collected.

        Args:
            subject: what happened, in numbers; never entry text.
            operation: the verb for the `Talekeep-Op` trailer.
            check: what the result has to stand.
            sweep: work on files with uncommitted changes too; such a draft is never committed.

        Raises:
            Invalid: it would leave an error. Refused: a file has changes that are not committed.
        """
        files = {path: data for path, data in self.files().items() if data or path in self.now.files}
        result = write_files(
            self.workspace,
            files,
            subject,
            operation,
            dry_run=dry_run,
            commit=commit and not sweep,
            check=check,
            sweep=sweep,
        )
        return replace(result, notes=tuple(notes))


def write_files(
    workspace: Workspace,
    files: Mapping[str, bytes | None],
    subject: str,
    operation: str,
    *,
    dry_run: bool = False,
    commit: bool = True,
    check: Check = validation.require_valid,
    sweep: bool = False,
) -> Edited:
    """Validate files, write them and commit exactly them; see `Draft.finish`. Call inside `writing`."""
    dataset, head = workspace.dataset, workspace.head_tree
    # What is only staged goes over open edits; the commit that follows takes both.
    commit = commit and not dataset.stages
    sweep = sweep or not commit
    base = workspace.now if sweep else workspace.head
    if not sweep:
        workspace.require_committed(files)
    after = overlay(base, files)
    check(dataset, Difference(base, after))
    result = _edited(changes_between(base, after), sorted(files))
    if dry_run or not files:
        return result
    counts = {"added": len(result.made), "changed": len(result.changed), "removed": len(result.retired)}
    made = dataset.write(files, message(subject, operation, **counts), commit=commit, sweep=workspace.now)
    if made is not None:
        set_validated(dataset, dataset.head_tree(), head)
    return replace(result, commit=made)


def _edited(changes: list[Change], files: list[str]) -> Edited:
    def ids(*kinds: str) -> list[str]:
        return [change.id for change in changes if change.kind in kinds]

    return Edited(ids("added"), ids("changed", "moved"), ids("removed"), files, changes, None)


def _with_tail(data: bytes, appended: bytes | None, before: bytes) -> bytes:
    """A changed part, and what was appended to it as it was before."""
    if appended is None:
        return data
    return data + appended[len(before if before.endswith(b"\n") or not before else before + b"\n") :]


def _sidecar_lines(before: bytes, wanted: Mapping[str, dict[str, Any] | None]) -> bytes:
    """A sidecar part with these lines in place of their own, new ones at its end."""
    left, lines = dict(wanted), []
    for _, line in parts.lines_of(before):
        entry = parts.id_of(line)
        if entry not in left:
            lines.append(line + b"\n")
        elif (value := left.pop(entry)) is not None:
            lines.append(codec.encode({**value, "id": entry}))
    lines += [codec.encode({**value, "id": entry}) for entry, value in left.items() if value is not None]
    return b"".join(lines)
