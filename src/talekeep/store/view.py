"""A dataset at one moment: a commit, the index, or the work tree. All reading of entries starts here."""

from collections import Counter
from collections import deque
from collections.abc import Callable
from collections.abc import Container
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any
from typing import TypeAlias

from talekeep.core import codec
from talekeep.core.errors import BadRecord
from talekeep.store import parts
from talekeep.store import sync_copies
from talekeep.store.git import trees
from talekeep.store.git.files import index
from talekeep.store.git.files.conversion import Conversion
from talekeep.store.git.repository import Repository
from talekeep.store.ids import IdIndex
from talekeep.store.ids import Ids
from talekeep.store.models import Models

_NOTHING: Mapping[bytes, Any] = MappingProxyType({})

DATASET_FOLDERS = (parts.ENTRIES, parts.SIDECARS, "library")
# Files of the top folder without which it is no dataset, or not merged as one.
_OWN_FILES = ("talekeep.toml", ".gitattributes")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a part: its value, or in `reason` why it has none."""

    part: str
    number: int
    data: bytes
    value: Any = None
    reason: str | None = None


Apart: TypeAlias = tuple[list[Line], list[Line]]


@dataclass(frozen=True)
class View:
    """Files of a dataset: path → id of the blob with its bytes, and how to read a path; `tree` is the git
    tree they are, where they are one."""

    files: Mapping[str, str]
    read: Callable[[str], bytes]
    tree: str | None = None
    # Takes note of the ids of every entries part that is read to its end.
    ids: IdIndex | None = None
    # Knows which versions of the libraries were checked.
    models: Models = field(default_factory=Models, compare=False, repr=False)
    # Files of the folder that are none of the dataset: copies a sync program made, each with its original.
    copies: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    # Symbolic links in the dataset's own folders, which are not followed.
    links: Sequence[str] = field(default=(), compare=False, repr=False)

    def parts(self) -> list[str]:
        """The entries parts, in dataset order."""
        return parts.in_order(self.files)

    def lines(self, part: str, known: Mapping[bytes, Any] = _NOTHING) -> Iterator[Line]:
        """The lines of one part (of entries or sidecars), the unreadable ones with their reason.

        Args:
            known: values of lines at hand, by their bytes; they are not decoded again.
        """
        return self.lines_in(part, self.read(part), known)

    def lines_in(self, part: str, data: bytes, known: Mapping[bytes, Any] = _NOTHING) -> Iterator[Line]:
        """The lines of one part, its bytes at hand."""
        ids: list[tuple[str, int]] = []
        count = 0
        for number, line in parts.lines_of(data):
            # Where nothing is known, no line is hashed to be looked up.
            at_hand = bool(known) and line in known
            read = Line(part, number, line, known[line]) if at_hand else _line(part, number, line)
            count += 1
            if isinstance(read.value, dict) and isinstance(read.value.get("id"), str):
                ids.append((read.value["id"], number))
            yield read
        if self.ids is not None and parts.is_entries(part):
            self.ids.note(self.files[part], (ids, count))

    def read_through(self, part: str) -> None:
        """Read every line of a part, for the ids alone."""
        deque(self.lines(part), maxlen=0)

    def lines_at(self, part: str, numbers: Container[int], data: bytes | None = None) -> Iterator[Line]:
        """The lines of one part (its bytes, where they are at hand) with these numbers; the others are not
        decoded."""
        for number, line in parts.lines_of(self.read(part) if data is None else data):
            if number in numbers:
                yield _line(part, number, line)

    def new_lines(self, part: str, before: "View") -> Iterator[Line]:
        """The lines of one part that the same part did not have before."""
        yield from Difference(before, self).new(part)

    def entries(self) -> Iterator[Line]:
        """Every line of every entries part, in dataset order."""
        for part in self.parts():
            yield from self.lines(part)

    def sidecars(self, part: str) -> dict[str, dict[str, Any]]:
        """The sidecar lines of an entries part, by entry id; unreadable ones are validation's business."""
        path = parts.sidecar_of(part)
        if path not in self.files:
            return {}
        values = (line.value for line in self.lines(path))
        return {v["id"]: v for v in values if isinstance(v, dict) and isinstance(v.get("id"), str)}

    def differing(self, other: "View") -> set[str]:
        """The paths whose bytes are not the same in both views."""
        paths = self.files.keys() | other.files.keys()
        return {path for path in paths if self.files.get(path) != other.files.get(path)}

    def optional(self, path: str) -> bytes | None:
        return self.read(path) if path in self.files else None


class Difference:
    """What two views differ in, read part by part and each part once, however many ask.

    Args:
        known: what `apart` says of parts that were at hand before.
    """

    def __init__(self, before: View, after: View, known: Mapping[str, Apart] = MappingProxyType({})) -> None:
        self.before = before
        self.after = after
        self._apart = dict(known)

    @cached_property
    def paths(self) -> frozenset[str]:
        return frozenset(self.before.differing(self.after))

    def parts(self) -> list[str]:
        """The entries parts that differ, in dataset order."""
        return parts.in_order(self.paths)

    def apart(self, part: str) -> Apart:
        """The lines of a part that only one of the views has: those that went, and those that came."""
        if part not in self._apart:
            self._apart[part] = apart(part, self.before.optional(part), self.after.optional(part))
        return self._apart[part]

    def gone(self, part: str) -> list[Line]:
        """The lines of a part that only the view before has."""
        return self.apart(part)[0]

    def new(self, part: str) -> list[Line]:
        """The lines of a part that only the view after has."""
        return self.apart(part)[1]

    def lines(self, part: str) -> Iterator[Line]:
        """Every line of a part after the change; the new ones are not decoded a second time."""
        # A part that is new as a whole may be one of thousands: it is not kept for those who ask later.
        new = self.new(part) if part in self._apart or part in self.before.files else []
        return self.after.lines(part, {line.data: line.value for line in new if line.reason is None})

    def ids(self, part: str, known: Mapping[int, str]) -> Ids:
        """The ids of a part after the change; only its new lines are decoded.

        Args:
            known: the ids of the part before, by line number.
        """
        same = {line: known.get(number) for number, line in parts.lines_of(self.before.read(part))}
        new = {line.number: line for line in self.new(part)}
        result, count = [], 0
        for number, data in parts.lines_of(self.after.read(part)):
            count += 1
            value = new[number].value if number in new else None
            entry = value.get("id") if isinstance(value, dict) else same.get(data)
            if isinstance(entry, str) and (number not in new or isinstance(value, dict)):
                result.append((entry, number))
        return result, count


def apart(part: str, before: bytes | None, after: bytes | None) -> Apart:
    """The lines that one of two versions of a part has alone: those that went, and those that came."""
    old, now = ([*parts.lines_of(data or b"")] for data in (before, after))
    gone, new = _alone(old, now), _alone(now, old)
    return [_line(part, *at) for at in gone], [_line(part, *at) for at in new]


def _alone(lines: list[tuple[int, bytes]], others: list[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """The lines that are not among the others; one that stands twice here and once there is, once."""
    there = Counter(data for _, data in others)
    for number, data in lines:
        if there[data] > 0:
            there[data] -= 1
        else:
            yield number, data


def _line(part: str, number: int, data: bytes) -> Line:
    try:
        return Line(part, number, data, codec.decode(data))
    except BadRecord as error:
        return Line(part, number, data, reason=str(error))


def of_tree(repo: Repository, tree: str) -> View:
    """A commit's tree, read from its blobs."""
    return replace(of_blobs(repo, trees.listing(repo, tree)), tree=tree)


def of_blobs(repo: Repository, files: Mapping[str, str]) -> View:
    return View(files, lambda path: repo.blob(files[path]))


def of_index(repo: Repository, snapshot: index.Snapshot) -> View:
    """What is staged, read from blobs and never from the work tree."""
    return of_blobs(repo, {path: item.oid for path, item in snapshot.files.items()})


def of_work_tree(repo: Repository, snapshot: index.Snapshot, differing: Mapping[str, str | None]) -> View:
    """The files as they lie in the folder, new ones of the dataset's own folders included; each with the
    bytes that git would store. What git takes for unchanged is read from the index.

    Args:
        differing: what `index.work_changes` found against the same snapshot.
    """
    conversion = Conversion(repo)
    files = {path: item.oid for path, item in snapshot.files.items()}
    for path, oid in differing.items():
        if oid is None:
            del files[path]
        else:
            files[path] = oid
    beside = index.untracked(repo, snapshot, DATASET_FOLDERS)
    new = [name for name in _OWN_FILES if name not in snapshot.files]
    untracked = [*beside.files, *(name for name in new if index.is_regular(repo.path / name))]
    in_folder = _reader(repo.path)
    copies = sync_copies.copies(
        untracked, snapshot.files, in_folder, lambda path: repo.blob(snapshot.files[path].oid)
    )
    for path in untracked:
        if path not in copies:
            files[path] = conversion.stored_id(path, in_folder(path))
    as_stored = conversion.lays_out_blobs(snapshot.files)

    def read(path: str) -> bytes:
        item = snapshot.files.get(path)
        if item is not None and path not in differing and (item.assumed or not as_stored):
            return repo.blob(item.oid)
        data = (repo.path / path).read_bytes()
        if item is not None and path not in differing:
            return data
        return conversion.stored(path, data, item.oid if item else None)

    return View(files, read, copies=copies, links=beside.links)


def with_ids(view: View, ids: IdIndex) -> View:
    """The view, whose parts are noted in an index as they are read."""
    return replace(view, ids=ids)


def of_folder(folder: Path, paths: Iterable[str]) -> View:
    """No more than these files, as they lie in a folder; without a look at any other."""
    read = _reader(folder)
    return View({path: trees.blob_id(read(path)) for path in paths if (folder / path).is_file()}, read)


def _reader(folder: Path) -> Callable[[str], bytes]:
    return lambda path: (folder / path).read_bytes()
