"""Export: entries → a file in a format, and beside it what is in it and where it came from."""

import hashlib
import os
from collections import Counter
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace as changed
from pathlib import Path
from typing import Any

import talekeep.formats as formats
from talekeep.core import codec
from talekeep.core.entry import Entry
from talekeep.core.errors import Usage
from talekeep.core.finding import Finding
from talekeep.formats import rolethread
from talekeep.formats import sharegpt
from talekeep.formats.base import Format
from talekeep.formats.base import Written
from talekeep.ops import Progress
from talekeep.ops import silent
from talekeep.ops.exchange import provenance
from talekeep.ops.exchange.entry_sources import Holders
from talekeep.ops.exchange.entry_sources import alternatives_of
from talekeep.ops.exchange.entry_sources import origin_of
from talekeep.ops.exchange.rolethread.export_registry import Registry
from talekeep.ops.exchange.rolethread.import_registry import registry_of
from talekeep.ops.library.library_editor import Shelf
from talekeep.ops.workspace.paths import require_free
from talekeep.ops.workspace.rule_runner import Checker
from talekeep.ops.workspace.select import Selected
from talekeep.ops.workspace.select import select
from talekeep.ops.workspace.select import view_of
from talekeep.ops.workspace.validation import Invalid
from talekeep.store import plugins
from talekeep.store.config import with_profile
from talekeep.store.dataset import Dataset
from talekeep.store.files import fsync_folder
from talekeep.store.files import fsync_stream
from talekeep.store.files import outside
from talekeep.store.files import write_new
from talekeep.store.view import View

_OPENED = (".jsonl", ".json", ".txt")
_HELD = "the source's id (another entry made of the same record has it)"
_FILLER = "RoleThread Lite's filler for a missing system prompt"


@dataclass(frozen=True, slots=True)
class Exported:
    """`losses` counts, in words, what the format could not hold, `warnings` what its program will find
    fault with; `commit` is None for uncommitted entries."""

    files: list[str]
    entries: int
    losses: dict[str, int]
    format: str
    clean: bool
    commit: str | None
    sha256: str
    warnings: dict[str, int] = field(default_factory=dict)


def export(
    dataset: Dataset,
    out: Path,
    *,
    format: str | None = None,
    clean: bool | None = None,
    where: str | None = None,
    revision: str | None = None,
    force: bool = False,
    dry_run: bool = False,
    progress: Progress = silent,
) -> Exported:
    """Write the entries that match to `out` (`.json`: one array, else JSONL), and `<name>.provenance.json`;
    as RoleThread Lite's also `<stem>.registry.json`.

    All of them appear whole or none does. Without `format` and `clean` the dataset's own settings hold.

    Raises:
        Refused: `out` exists (without `force`) or belongs to the dataset. Invalid: an entry has an error.
        Usage: no such format or not a query. NotFound: no such revision. Outside: the disk refused.
    """
    plugins.use_formats()
    chosen = formats.named(format or dataset.config.export.format)
    clean = _is_clean(dataset, chosen, clean)
    for target in (out, provenance.provenance_of(out), *_registry_file(chosen, out)):
        require_free(dataset, target, force=force)
    seen = view_of(dataset, revision)
    work = _Export(dataset, seen, chosen, clean, _time_of(dataset, revision))
    entries = work.lines(where, progress)
    temporary = _temporary(out)
    beside: dict[Path, Path] = {}
    try:
        count, sha = _write(temporary, entries, as_array=out.suffix.lower() == ".json", keep=not dry_run)
        registry = {place: work.registry(out.name) for place in _registry_file(chosen, out)}
        files = [out.name, *(place.name for place in registry), provenance.provenance_of(out).name]
        commit = dataset.repo.resolve(revision) if revision else _commit_of_now(dataset)
        losses, warnings = work.told()
        done = Exported(files, count, losses, chosen.NAME, clean, commit, sha, warnings)
        if not dry_run:
            note = provenance.dump(dataset, where, asdict(done))
            beside = _lay_down({**registry, provenance.provenance_of(out): note})
            for place, written in (beside | {out: temporary}).items():
                replace(written, place)
            fsync_folder(out.parent)
        return done
    except OSError as error:
        raise outside(f"cannot write {out}", error) from error
    finally:
        for left in (temporary, *beside.values()):
            left.unlink(missing_ok=True)


def _temporary(place: Path) -> Path:
    return place.with_name(f".{place.name}.{os.getpid()}.tmp")


def _lay_down(files: Mapping[Path, bytes]) -> dict[Path, Path]:
    """Write files beside their places, durable, to be moved there at once; or none of them."""
    found = {place: _temporary(place) for place in files}
    try:
        for place, written in found.items():
            written.unlink(missing_ok=True)
            write_new(written, files[place])
    except OSError:
        for written in found.values():
            written.unlink(missing_ok=True)
        raise
    return found


def replace(written: Path, place: Path) -> None:
    written.replace(place)


def _is_clean(dataset: Dataset, chosen: Format, clean: bool | None) -> bool:
    if chosen is not rolethread:
        return dataset.config.export.clean if clean is None else clean
    if clean:
        raise Usage("RoleThread Lite trusts a dataset by its ids, and a clean one has none", "--full")
    return False


def _registry_file(chosen: Format, out: Path) -> list[Path]:
    """The registry that goes with the file, if the format has one."""
    if chosen is not rolethread:
        return []
    if out.suffix.lower() not in _OPENED:
        raise Usage(f"RoleThread Lite does not open {out.name}", "name it .jsonl, .json or .txt")
    return [registry_of(out)]


def _commit_of_now(dataset: Dataset) -> str | None:
    """HEAD, if the folder holds exactly its entries."""
    head = dataset.repo.head()
    if head is None:
        return None
    now, committed = dataset.now(), dataset.at("HEAD")
    same = {p: now.files[p] for p in now.parts()} == {p: committed.files[p] for p in committed.parts()}
    return head if same else None


def _time_of(dataset: Dataset, revision: str | None) -> int:
    """When what is exported was committed: the same export gives the same bytes."""
    commit = dataset.repo.resolve(revision) if revision else dataset.repo.head()
    return dataset.repo.commit(commit).time if commit else 0


class _Export:
    """One export under way: entries become lines, and what they lost is counted."""

    def __init__(self, dataset: Dataset, seen: View, chosen: Format, clean: bool, time: int) -> None:
        self._dataset = dataset
        self._seen = seen
        self._chosen = chosen
        self._clean = clean
        self._losses: Counter[str] = Counter()
        self._warnings: Counter[str] = Counter()
        self._checker = Checker(dataset.config, dataset.now())
        self._holders = Holders()
        self._registry: Registry | None = None
        self._theirs: Checker | None = None
        if chosen is rolethread:
            self._registry = Registry(dataset.config.id, Shelf(seen), time)
            self._theirs = Checker(with_profile(dataset.config, "rolethread"), seen)

    def lines(self, where: str | None, progress: Progress) -> Iterator[bytes]:
        """The entries that match, each as a line."""
        lines = self._checker.line
        found = select(self._dataset, self._seen, where, unreadable=lambda line: _refuse_errors(lines(line)))
        for done, one in enumerate(found, 1):
            _refuse_errors(self._checker.errors(one.entry))
            written = self._write(one)
            self._losses.update(written.losses)
            if done % 256 == 0:
                progress("exporting", done, None)
            canonical = self._chosen is not sharegpt
            yield codec.encode(written.record) if canonical else codec.dump(written.record) + b"\n"

    def _write(self, found: Selected) -> Written:
        entry = found.entry
        if self._clean or self._chosen is sharegpt:
            entry = rolethread.without_filler(entry)
        written = self._told(entry, found.sidecar)
        if entry is not found.entry:
            written = changed(written, losses=(*written.losses, _FILLER))
        if self._registry is None or self._theirs is None:
            return written
        told = {"id": entry["id"], "messages": written.record["messages"], "tags": written.record["tags"]}
        for name in dict.fromkeys(f"{f.code} {f.name}" for f in self._theirs.errors(told)):
            self._warnings[f"RoleThread Lite calls it invalid: {name}"] += 1
        return self._registry.take(entry, written)

    def _told(self, entry: Entry, sidecar: Mapping[str, Any]) -> Written:
        origin, others = origin_of(sidecar), alternatives_of(sidecar)
        shape, foreign_id = origin.get("shape"), origin.get("id")
        written = self._chosen.write(
            entry, shape=shape, foreign_id=foreign_id, clean=self._clean, alternatives=others
        )
        own = written.record.get("id", entry.get("id"))
        if own == entry.get("id") or self._holders.takes(origin):
            return written
        shape = {key: value for key, value in shape.items() if key != "id"} if shape else None
        written = self._chosen.write(entry, shape=shape, clean=self._clean, alternatives=others)
        return changed(written, losses=(*written.losses, _HELD))

    def registry(self, filename: str) -> bytes:
        """The registry of what was written."""
        return b"" if self._registry is None else self._registry.dump(filename)

    def told(self) -> tuple[dict[str, int], dict[str, int]]:
        """What was lost and what will be found fault with, counted."""
        library = Counter[str]() if self._registry is None else self._registry.losses
        return dict(self._losses + library), dict(self._warnings)


def _refuse_errors(errors: list[Finding]) -> None:
    if errors:
        raise Invalid(errors)


def _write(path: Path, lines: Iterator[bytes], *, as_array: bool, keep: bool) -> tuple[int, str]:
    """Write lines as JSONL or as one array; returns how many, and the SHA-256 of the file."""
    sha, count = hashlib.sha256(), 0
    with (path if keep else Path(os.devnull)).open("wb") as stream:

        def put(data: bytes) -> None:
            sha.update(data)
            stream.write(data)

        for count, line in enumerate(lines, 1):
            put((b"[\n" if count == 1 else b",\n") + line.rstrip(b"\n") if as_array else line)
        if as_array:
            put(b"\n]\n" if count else b"[]\n")
        if keep:
            fsync_stream(stream)
    return count, sha.hexdigest()
