"""The sketch of every entry of a view: computed once for each part, then cached."""

import contextlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from talekeep.core.errors import Outside
from talekeep.metrics.duplicates.minhash import DIGEST
from talekeep.metrics.duplicates.minhash import LEVELS
from talekeep.metrics.duplicates.minhash import Sketch
from talekeep.metrics.duplicates.minhash import sketch
from talekeep.ops import Progress
from talekeep.ops import silent
from talekeep.store.dataset import Dataset
from talekeep.store.object_ids import blob_id
from talekeep.store.view import View

KIND = "sketch/2"
# Line, bytes of the id, which of the levels there are (by bit), bytes of the prefixes and of the bins.
_HEAD = struct.Struct("<IIBII")
# So many parts are remembered at a time: an interrupted run has not worked for nothing.
_BATCH = 256


@dataclass(frozen=True, slots=True)
class Sketched:
    """An entry's place, its id ("" without one) and its sketch."""

    part: str
    line: int
    id: str
    sketch: Sketch


def sketches(dataset: Dataset, view: View, progress: Progress = silent) -> list[Sketched]:
    """The sketches of all entries of a view, in dataset order; lines that hold none are left out."""
    names = view.parts()
    blobs = {view.files[part] for part in names}
    known = dataset.cache.derived(KIND, blobs)
    fresh: dict[str, bytes] = {}
    result: list[Sketched] = []
    for count, part in enumerate(names):
        blob = view.files[part]
        if blob not in known:
            progress("reading entries", count, len(names))
            data, of = _of_part(view, part)
            if of == blob:
                fresh[blob] = data
            result += _unpacked(part, data)
        else:
            result += _unpacked(part, known[blob])
        if len(fresh) >= _BATCH:
            _remember(dataset, fresh, blobs)
            fresh = {}
    if fresh:
        _remember(dataset, fresh, blobs)
    return result


def _remember(dataset: Dataset, fresh: dict[str, bytes], blobs: set[str]) -> None:
    # What a full disk keeps from being remembered is only worked out again.
    with contextlib.suppress(Outside):
        dataset.cache.derive(KIND, fresh, keep=blobs)


def _of_part(view: View, part: str) -> tuple[bytes, str]:
    """The packed sketches of a part, and the blob they are of: the file may have been written meanwhile."""
    data = view.read(part)
    lines = view.lines_in(part, data)
    values = ((line.number, line.value) for line in lines)
    packed = b"".join(
        _packed(number, value.get("id"), sketch(value)) for number, value in values if isinstance(value, dict)
    )
    return packed, blob_id(data)


def _packed(line: int, entry: object, of: Sketch) -> bytes:
    name = entry.encode("utf-8", "surrogatepass") if isinstance(entry, str) else b""
    levels = sum(1 << n for n, digest in enumerate(of.digests) if digest)
    head = _HEAD.pack(line, len(name), levels, len(of.prefixes), len(of.bins))
    return b"".join((head, name, *of.digests, of.prefixes, of.bins))


def _unpacked(part: str, data: bytes) -> Iterator[Sketched]:
    at = 0
    while at < len(data):
        line, size, levels, prefixes, bins = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        name, at = data[at : at + size].decode("utf-8", "surrogatepass"), at + size
        digests = []
        for n in range(len(LEVELS)):
            end = at + DIGEST * (levels >> n & 1)
            digests.append(data[at:end])
            at = end
        end = at + prefixes + bins
        yield Sketched(
            part, line, name, Sketch((*digests,), data[at : at + prefixes], data[end - bins : end])
        )
        at = end
