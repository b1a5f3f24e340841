"""`repack`: cut parts that have grown too large, and pack the history.

Entries keep their order. They move to other parts, which nothing else ever does to them: merges follow them.
"""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass

from talekeep.core.errors import Outside
from talekeep.core.errors import Problem
from talekeep.ops import plural
from talekeep.ops.workspace.changeset import write_files
from talekeep.ops.workspace.large_parts import large_parts
from talekeep.ops.workspace.workspace import Workspace
from talekeep.store import parts
from talekeep.store.clone import upkeep
from talekeep.store.dataset import Dataset
from talekeep.store.ids import dice
from talekeep.store.view import View

_SUFFIXES = 0x10000


@dataclass(frozen=True, slots=True)
class CutPart:
    """A part of `bytes` bytes whose entries now lie in the parts `into`, in the same order."""

    part: str
    bytes: int
    into: list[str]


@dataclass(frozen=True, slots=True)
class Repacked:
    """`before` and `after` are the bytes of git's objects; `commit` the one that cut parts, None where there
    was none to cut."""

    parts: list[CutPart]
    commit: str | None
    before: int
    after: int


def repack(dataset: Dataset, *, dry_run: bool = False) -> Repacked:
    """Cut large parts into parts of the target size, as one commit, and pack git's objects.

    Raises:
        Refused: a part has changes that are not committed, or an object is damaged. Outside: the disk failed.
    """
    with dataset.writing("repack"):
        workspace = Workspace(dataset)
        before = upkeep.size(dataset)
        large = large_parts(dataset, workspace.now)
        files, cut = _cut_all(dataset, workspace.now, large)
        subject = f"Cut {plural(len(cut), 'part')}"
        edited = write_files(workspace, files, subject, "repack", dry_run=dry_run) if files else None
        commit = edited.commit if edited else None
        if not dry_run:
            _pack(dataset, commit)
        return Repacked(cut, commit, before, upkeep.size(dataset))


def _pack(dataset: Dataset, commit: str | None) -> None:
    try:
        upkeep.pack(dataset)
    except Problem as problem:
        if commit is None:
            raise
        # The parts are cut; only the rest is left to do.
        raise Outside(f"committed as {commit[:7]}, but {problem.message}", "talekeep repack") from problem


def _cut_all(dataset: Dataset, view: View, large: list[str]) -> tuple[dict[str, bytes | None], list[CutPart]]:
    files: dict[str, bytes | None] = {}
    cut: list[CutPart] = []
    taken = [part for part in view.parts() if parts.is_part(part)]
    for part, names in _places(dataset, view, large, taken):
        data = view.read(part)
        pieces = _pieces(data, dataset.config.storage.target)
        into = _fewer(names, len(pieces), taken)
        pieces = [b"".join(group) for group in _grouped(pieces, len(into))]
        if into == [part]:
            continue
        taken += into
        sidecars = dict(_by_id(view.optional(parts.sidecar_of(part)) or b""))
        # An emptied part stays: a deleted one is a conflict that git never shows its driver.
        files[part] = b""
        files |= dict(zip(into, pieces, strict=True))
        files |= _sidecars(part, dict(zip(into, pieces, strict=True)), sidecars)
        cut.append(CutPart(part, len(data), into))
    return files, cut


def _places(
    dataset: Dataset, view: View, large: list[str], taken: list[str]
) -> Iterator[tuple[str, list[str]]]:
    """Each part to cut, with the names that its pieces may have, in dataset order."""
    made_by_hand = [part for part in view.parts() if not parts.is_part(part)]
    for part in large:
        if parts.is_part(part):
            yield part, [part]
    last = max((n for n, part in enumerate(made_by_hand) if part in large), default=-1)
    # Those of other names stand behind all parts: the ones before a large one become parts as well.
    for part in made_by_hand[: last + 1]:
        yield part, []


def _pieces(data: bytes, target: int) -> list[bytes]:
    """The lines of a part, put together to pieces of about the target size."""
    pieces: list[list[bytes]] = []
    size = target
    for _, line in parts.lines_of(data):
        if size >= target:
            pieces.append([])
            size = 0
        pieces[-1].append(line + b"\n")
        size += len(line) + 1
    return [b"".join(piece) for piece in pieces]


def _fewer(names: list[str], count: int, taken: Iterable[str]) -> list[str]:
    """At most so many names of parts, in order: beside the part that keeps its own, else behind the last."""
    random = dice()
    if not names:
        number = max(map(parts.number_of, taken), default=-1) + 1
        return [parts.name(number + n, f"{random.getrandbits(16):04x}") for n in range(count)]
    (own,) = names
    number, place = parts.number_of(own), _suffix(own)
    same = sorted(_suffix(part) for part in taken if parts.number_of(part) == number and part != own)
    low = max((n for n in same if n < place), default=-1)
    high = min((n for n in same if n > place), default=_SUFFIXES)
    above = range(place + 1, high)
    below = range(low + 1, place)
    more = min(count - 1, len(above))
    less = min(count - 1 - more, len(below))
    chosen = [*_spread(below, less), place, *_spread(above, more)]
    return [parts.name(number, f"{suffix:04x}") for suffix in chosen]


def _spread(room: range, count: int) -> list[int]:
    """So many numbers of a range, evenly apart."""
    return [room[(n + 1) * len(room) // (count + 1)] for n in range(count)]


def _suffix(part: str) -> int:
    return int(part.removesuffix(".jsonl")[-4:], 16)


def _grouped(pieces: list[bytes], count: int) -> Iterator[list[bytes]]:
    """The pieces in so many groups, where there are not names enough for all."""
    for n in range(count):
        yield pieces[n * len(pieces) // count : (n + 1) * len(pieces) // count]


def _by_id(data: bytes) -> Iterator[tuple[str, bytes]]:
    return ((entry, line + b"\n") for _, line in parts.lines_of(data) if (entry := parts.id_of(line)))


def _sidecars(part: str, pieces: Mapping[str, bytes], sidecars: dict[str, bytes]) -> dict[str, bytes | None]:
    """The sidecar lines, each beside its entry."""
    if not sidecars:
        return {}
    files: dict[str, bytes | None] = {parts.sidecar_of(part): b""}
    left = dict(sidecars)
    for piece, data in pieces.items():
        ids = [entry for _, line in parts.lines_of(data) if (entry := parts.id_of(line)) in left]
        lines = [left.pop(entry) for entry in ids if entry in left]
        if lines or parts.sidecar_of(piece) == parts.sidecar_of(part):
            files[parts.sidecar_of(piece)] = b"".join(lines)
    # Of entries that are not there any more: kept where they were.
    files[parts.sidecar_of(part)] = (files[parts.sidecar_of(part)] or b"") + b"".join(left.values())
    return files
