"""`restore`: give entries the content they had at a revision."""

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from functools import lru_cache
from typing import Any
from typing import Literal
from typing import TypeAlias

from talekeep.core import codec
from talekeep.core import reviews
from talekeep.core.entry import Entry
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.core.merge.align import same
from talekeep.ops import plural
from talekeep.ops.workspace.changeset import write_files
from talekeep.ops.workspace.part_writer import Appender
from talekeep.ops.workspace.select import select
from talekeep.ops.workspace.workspace import Workspace
from talekeep.store import parts
from talekeep.store.dataset import Dataset
from talekeep.store.dataset import Place
from talekeep.store.view import View

Kind: TypeAlias = Literal["added", "changed", "same"]


@dataclass(frozen=True, slots=True)
class RestoredEntry:
    """An entry that came back ("added"), was put back ("changed") or was as it had been ("same")."""

    id: str
    kind: Kind
    part: str


@dataclass(frozen=True, slots=True)
class Restored:
    """`source` is the commit the entries come from; `commit` is None when nothing had to change, or with
    `dry_run` or without `commit`.
    """

    source: str
    entries: list[RestoredEntry]
    added: int
    changed: int
    same: int
    commit: str | None


@dataclass(frozen=True, slots=True)
class _Old:
    """An entry of the past, the part it stood in, and its sidecar, if it had one."""

    entry: Entry
    part: str
    sidecar: dict[str, Any] | None

    @property
    def id(self) -> str:
        return str(self.entry["id"])


def restore(
    dataset: Dataset,
    entries: Sequence[str] = (),
    *,
    source: str,
    where: str | None = None,
    dry_run: bool = False,
    commit: bool = True,
) -> Restored:
    """Put entries, with their sidecars, back as they were at the revision `source`: these, or all that
    match `where` there.

    An entry that is gone comes back at the end of the part it stood in, or where new entries go if that
    part is gone too. Other entries keep every byte. Without `commit` the change is only staged.

    Raises:
        Usage: neither or both of `entries` and `where`; not a query. NotFound: no such revision, or no such
        entry in it. Refused: a part has changes that are not committed. Invalid: an entry has an error.
    """
    if bool(entries) == (where is not None):
        raise Usage("restore takes entries or --where, and not both", "talekeep restore ENTRY --rev REV")
    origin = dataset.history.resolve(source)
    past = dataset.at(origin)
    chosen = _named(dataset, past, entries) if where is None else _matching(dataset, past, where)
    with dataset.writing("restore"):
        workspace = Workspace(dataset)
        files, restored = _put_back(workspace, chosen)
        kinds = [each.kind for each in restored]
        counts = {"added": kinds.count("added"), "changed": kinds.count("changed")}
        subject = f"Restore {plural(sum(counts.values()), 'entry')} from {origin[:7]}"
        made = write_files(workspace, files, subject, "restore", dry_run=dry_run, commit=commit).commit
    return Restored(origin, restored, **counts, same=kinds.count("same"), commit=made)


def _named(dataset: Dataset, past: View, entries: Iterable[str]) -> list[_Old]:
    places = {place.entry: place for place in (dataset.find(past, entry) for entry in entries)}
    return [
        _Old(dataset.line_at(past, place).value, place.part, past.sidecars(place.part).get(name))
        for name, place in places.items()
    ]


def _matching(dataset: Dataset, past: View, where: str) -> list[_Old]:
    old_entries: dict[str, _Old] = {}
    for each in select(dataset, past, where):
        if isinstance(each.entry.get("id"), str):
            old_entries.setdefault(each.entry["id"], _Old(each.entry, each.line.part, each.sidecar or None))
    return list(old_entries.values())


def _put_back(
    workspace: Workspace, chosen: list[_Old]
) -> tuple[dict[str, bytes | None], list[RestoredEntry]]:
    """The files to write, and what happens to each entry."""
    dataset, now = workspace.dataset, workspace.now
    places = _places(dataset, now, chosen)
    files: dict[str, bytes | None] = {}
    appender = Appender(dataset, now, files.__setitem__)
    # Entries come in the order of their parts: the last part looked at is mostly the one asked for again.
    entries_of = lru_cache(maxsize=4)(lambda part: _by_id(now, part))
    sidecars_of = lru_cache(maxsize=4)(now.sidecars)
    lines: dict[str, dict[str, bytes]] = {}
    restored = []
    for old in chosen:
        place = places.get(old.id)
        if place is None and old.part not in now.files:
            restored.append(RestoredEntry(old.id, "added", appender.add(old.entry, old.sidecar)))
            continue
        part = place.part if place else old.part
        old = _with_reviews(old, sidecars_of(part).get(old.id))
        differing = _differing(old, part, entries_of(part).get(old.id), sidecars_of(part).get(old.id))
        for path, line in differing.items():
            lines.setdefault(path, {})[old.id] = line
        kind: Kind = "added" if place is None else "changed" if differing else "same"
        restored.append(RestoredEntry(old.id, kind, part))
    appender.close()
    for path, wanted in lines.items():
        files[path] = _rewritten(files.get(path) or now.optional(path) or b"", wanted)
    return files, restored


def _with_reviews(old: _Old, sidecar: dict[str, Any] | None) -> _Old:
    """The same with the reviews that were given since: what was said of other words is kept, and is stale."""
    given = (sidecar or {}).get(reviews.KEY)
    if not isinstance(given, dict):
        return old
    then = (old.sidecar or {}).get(reviews.KEY)
    table = {**(then if isinstance(then, dict) else {}), **given}
    return replace(old, sidecar={"id": old.id, **(old.sidecar or {}), reviews.KEY: table})


def _places(dataset: Dataset, now: View, chosen: list[_Old]) -> dict[str, Place]:
    places: dict[str, Place] = {}
    for place in dataset.places(now, [old.id for old in chosen]):
        if place.entry in places:
            raise Refused(f"the entry {place.entry} stands twice", "talekeep validate --select S005")
        places[place.entry] = place
    return places


def _by_id(now: View, part: str) -> dict[str, Entry]:
    values = (line.value for line in now.lines(part))
    return {v["id"]: v for v in values if isinstance(v, dict) and isinstance(v.get("id"), str)}


def _differing(old: _Old, part: str, entry: Entry | None, sidecar: dict[str, Any] | None) -> dict[str, bytes]:
    """The lines to set, by part; b"" where a line has to go."""
    lines = {}
    if entry is None or not same(entry, old.entry):
        lines[part] = codec.encode(old.entry)
    if not same(sidecar, old.sidecar):
        lines[parts.sidecar_of(part)] = codec.encode(old.sidecar) if old.sidecar else b""
    return lines


def _rewritten(data: bytes, wanted: Mapping[str, bytes]) -> bytes:
    """A part with these lines in place of the entries' own, or at its end; other lines stay as they are."""
    left = dict(wanted)
    lines = []
    for line in data.removesuffix(b"\n").split(b"\n") if data else ():
        name = parts.id_of(line)
        lines.append(left.pop(name) if name in left else line + b"\n")
    return b"".join([*lines, *left.values()])
