"""Where new entries go: the last part while it is under the target size, then new ones."""

from collections.abc import Callable
from collections.abc import Container

from talekeep.core import codec
from talekeep.core.entry import Entry
from talekeep.store import parts
from talekeep.store.dataset import Dataset
from talekeep.store.ids import dice
from talekeep.store.view import View


class Appender:
    """Collects new entries part by part, and hands each part (with its sidecar) on when it is complete.

    A last part that somebody is editing is left alone: the first new entry opens a new one.

    Args:
        leave: paths that are not to be appended to either.
        settled: nobody is editing what is appended to, as it is no folder.
    """

    def __init__(
        self,
        dataset: Dataset,
        now: View,
        complete: Callable[[str, bytes], object],
        leave: Container[str] = (),
        *,
        settled: bool = False,
    ) -> None:
        self._complete = complete
        self._dice = dice()
        self._target = dataset.config.storage.target
        self._now = now
        self._open: dict[str, list[bytes]] = {}
        existing = [p for p in now.parts() if parts.is_part(p)]
        self._number = parts.number_of(existing[-1]) if existing else -1
        last = existing[-1] if existing else None
        free = last is not None and last not in leave and parts.sidecar_of(last) not in leave
        free = free and last is not None and (settled or _committed(dataset, now, last))
        self._part = last if free else None
        self._size = len(now.read(self._part)) if self._part else 0

    def add(self, entry: Entry, sidecar: dict[str, object] | None = None) -> str:
        """Append an entry (and what is known about it); returns the part it went to."""
        line = codec.encode(entry)
        if self._part is None or self._size >= self._target:
            self.close()
            self._number += 1
            self._part, self._size = parts.name(self._number, f"{self._dice.getrandbits(16):04x}"), 0
        self._append(self._part, line)
        self._size += len(line)
        if sidecar is not None:
            self._append(parts.sidecar_of(self._part), codec.encode(sidecar))
        return self._part

    def _append(self, path: str, line: bytes) -> None:
        if path not in self._open:
            before = self._now.optional(path) or b""
            self._open[path] = [before if not before or before.endswith(b"\n") else before + b"\n"]
        self._open[path].append(line)

    def close(self) -> None:
        """Hand on what there is; nothing may be added after the last time."""
        for path, lines in self._open.items():
            self._complete(path, b"".join(lines))
        self._open.clear()


def _committed(dataset: Dataset, now: View, part: str) -> bool:
    committed = dataset.at("HEAD").files if dataset.history.head() else {}
    return all(now.files.get(p) == committed.get(p) for p in (part, parts.sidecar_of(part)))
