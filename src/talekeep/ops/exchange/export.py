"""`export`: entries → a file in a format, and a note of what is in it and where it came from.

A full export keeps everything, so that it can be edited elsewhere and imported again. A clean export is for
training: policies and a writer make rows, and everything they leave out or change is counted.
"""

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
from types import MappingProxyType
from typing import Any

import talekeep.formats as formats
from talekeep.core import codec
from talekeep.core.entry import Entry
from talekeep.core.entry_edit.alternatives import alternatives_of
from talekeep.core.entry_edit.alternatives import has_unreadable
from talekeep.core.errors import Negative
from talekeep.core.errors import Usage
from talekeep.core.reviews import has_reviews
from talekeep.core.reviews import standing
from talekeep.formats import rolethread
from talekeep.formats import sharegpt
from talekeep.formats.base import Format
from talekeep.formats.base import Written
from talekeep.library.model import plain
from talekeep.library.recipes import Recipe
from talekeep.ops import Progress
from talekeep.ops import silent
from talekeep.ops.exchange import provenance
from talekeep.ops.exchange.incoming.companions import provenance_of
from talekeep.ops.exchange.incoming.companions import registry_of
from talekeep.ops.exchange.incoming.entry_sources import Holders
from talekeep.ops.exchange.incoming.entry_sources import origin_of
from talekeep.ops.exchange.replaceable import beside_of
from talekeep.ops.exchange.replaceable import require_replaceable
from talekeep.ops.exchange.rolethread.export_registry import Registry
from talekeep.ops.exchange.training import rights
from talekeep.ops.exchange.training import row_files
from talekeep.ops.exchange.training import selection
from talekeep.ops.exchange.training.row_files import FileType
from talekeep.ops.exchange.training.token_count import ESTIMATE
from talekeep.ops.exchange.training.token_count import TokenCount
from talekeep.ops.exchange.training.training_rows import REVIEWS_LOST
from talekeep.ops.exchange.training.training_rows import Edit
from talekeep.ops.exchange.training.training_rows import Sample
from talekeep.ops.exchange.training.training_rows import Target
from talekeep.ops.exchange.training.training_rows import TrainingRows
from talekeep.ops.exchange.training.training_rows import edits_of
from talekeep.ops.exchange.training.training_rows import refuse_errors
from talekeep.ops.exchange.training.training_rows import target_of
from talekeep.ops.library.library_editor import Shelf
from talekeep.ops.workspace.rule_runner import Checker
from talekeep.ops.workspace.select import Selected
from talekeep.ops.workspace.select import select
from talekeep.ops.workspace.select import view_of
from talekeep.store import plugins
from talekeep.store.config import with_profile
from talekeep.store.dataset import Dataset
from talekeep.store.files import flush_name
from talekeep.store.files import fsync_stream
from talekeep.store.files import outside
from talekeep.store.files import write_new
from talekeep.training.columns import Columns
from talekeep.training.writers.text import Template

_OPENED = (".jsonl", ".json", ".txt")
_SPOILED = "alternatives that cannot be read (other replies)"
_REVIEWERS = "who reviewed, scores and notes (a tag says what the entry counts as)"
_HELD = "the source's id (another entry made of the same record has it)"
_FILLER = "RoleThread Lite's filler for a missing system prompt"


@dataclass(frozen=True, slots=True)
class Exported:
    """The result of an export.

    Attributes:
        files: names of the files that were written.
        entries: how many entries matched; a training file may have more or fewer `rows`.
        losses: what was left out, in words → in how many entries.
        alterations: what was changed, in words → in how many entries.
        warnings: what the reader of the file will complain about, in words → how often.
        commit: None for uncommitted entries. policies: those of a training file.
        trainer: the trainer it was written for.
        samples: the first entries that were changed, before and after; for a dry run.
        left_out: entries that match and were not written, in words → how many.
        order: what decided order, sample and repetition, as a recipe has it.
        edits: with `pairs=edits`, whose change each pair is.
        file_type: what the rows are written as.
    """

    files: list[str]
    entries: int
    losses: dict[str, int]
    format: str
    clean: bool
    commit: str | None
    sha256: str
    warnings: dict[str, int] = field(default_factory=dict)
    alterations: dict[str, int] = field(default_factory=dict)
    rows: int = 0
    policies: dict[str, str] = field(default_factory=dict)
    trainer: str | None = None
    samples: list[Sample] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    order: dict[str, Any] = field(default_factory=dict)
    edits: list[Edit] = field(default_factory=list)
    file_type: FileType = "jsonl"


_NO_ORDER = Recipe()
# What the note of a full export does not say.
_OF_TRAINING = ("alterations", "rows", "policies", "trainer", "left_out", "order", "edits", "file_type")


def export(
    dataset: Dataset,
    out: Path,
    *,
    format: str | None = None,
    clean: bool | None = None,
    where: str | None = None,
    revision: str | None = None,
    trainer: str | None = None,
    policies: Mapping[str, str] = MappingProxyType({}),
    order: Recipe = _NO_ORDER,
    template: Template | None = None,
    count: TokenCount = ESTIMATE,
    strict: bool = False,
    force: bool = False,
    dry_run: bool = False,
    progress: Progress = silent,
) -> Exported:
    """Write the entries that match to `out` (`.json`: one array, `.csv`, `.parquet`, else JSONL).

    A full export has a hidden note beside it (`provenance_of`) and, as RoleThread Lite's, a registry; a clean
    one has nothing beside it but, with `trainer`, the configuration that loads it. All files appear or none.
    Without `format` and `clean` the dataset's own settings hold.

    Args:
        trainer: write what this trainer takes whole; see `talekeep.training.trainers`.
        policies: what to do with what the target cannot hold, by name; see `talekeep.training.policies`.
        order: of a recipe, what decides order, sample, repetition and columns.
        template: the chat template of the format `text`.
        count: what counts tokens, where entries are cut at a length.
        strict: refuse instead, where anything would be left out or changed.

    Raises:
        Refused: `out` exists (without `force`, and not as exported), was changed since it was exported, or
            belongs to the dataset; a column has two types; a licence is missing.
        Invalid: an entry has an error. NotFound: no such revision. Outside: the disk refused.
        Usage: no such format, trainer or policy, or not a query.
        Negative: no entry matches; `strict`, and there are losses.
    """
    order = order.replaced(query=where or "")
    file_type = row_files.file_type_of(out, format)
    work = _work(dataset, file_type, format, clean, trainer, policies, order, template, count, revision)
    require_replaceable(dataset, out, work.beside(out), force=force)
    temporary = _temporary(out)
    laid: dict[Path, Path] = {}
    try:
        lines = work.lines(where, progress)
        # What a table alters is known when it is written, in a dry run too.
        keep = not dry_run or file_type in row_files.TABLES
        rows, sha = _write(temporary, lines, as_array=file_type == "json", keep=keep)
        if keep and work.finish(temporary):
            sha = row_files.sha256_of(temporary)
        result = work.result(out, rows, sha)
        # A dataset of RoleThread Lite is more than its entries: tags, characters and prompts go along.
        if not result.entries and (where or result.format != rolethread.NAME):
            asked = "no entry matches" if where else "there is no entry"
            raise Negative(f"{asked}, so nothing was written to {out}", "talekeep list shows the entries")
        if strict and (result.losses or result.alterations):
            raise Negative(_strict(result), "--dry-run shows the first of them")
        if not dry_run:
            laid = _lay_down(work.files(out, where, result))
            for place, written in (laid | {out: temporary}).items():
                replace(written, place)
            flush_name(out)
        return result
    except OSError as error:
        raise outside(f"cannot write {out}", error) from error
    finally:
        for left in (temporary, *laid.values()):
            left.unlink(missing_ok=True)


def _work(
    dataset: Dataset,
    file_type: FileType,
    format: str | None,
    clean: bool | None,
    trainer: str | None,
    policies: Mapping[str, str],
    order: Recipe,
    template: Template | None,
    count: TokenCount,
    revision: str | None,
) -> "_Training | _Full":
    """What writes the entries: a training file, or a full export.

    Raises:
        Usage: what was asked for does not go together.
    """
    if format in row_files.TABLES:
        format, clean = None if trainer or template else "messages", True
    clean = dataset.config.export.clean if clean is None else clean
    asked = format or ("" if trainer else dataset.config.export.format)
    target = target_of(
        "" if template and format is None else asked,
        policies,
        trainer=trainer,
        clean=clean,
        template=template,
        columns=order.columns,
        max_length=order.max_length,
        count=count,
    )
    row_files.check(file_type, target)
    if target is not None:
        return _Training(dataset, target, revision, order, file_type)
    if order.replaced(query="") != _NO_ORDER:
        raise Usage("a full export holds every entry once, in the order of the dataset", "--clean")
    return _Full(dataset, asked, clean, revision)


def _strict(result: Exported) -> str:
    words = ", ".join([*result.losses, *result.alterations])
    return f"nothing was written, because it would lose or change: {words}"


def _temporary(place: Path) -> Path:
    return place.with_name(f".{place.name}.{os.getpid()}.tmp")


def _lay_down(files: Mapping[Path, bytes]) -> dict[Path, Path]:
    """Write files beside their places, durable, to be moved there at once; or none of them."""
    result = {place: _temporary(place) for place in files}
    try:
        for place, written in result.items():
            written.unlink(missing_ok=True)
            write_new(written, files[place])
    except OSError:
        for written in result.values():
            written.unlink(missing_ok=True)
        raise
    return result


def replace(written: Path, place: Path) -> None:
    written.replace(place)


def _registry_file(chosen: Format, out: Path) -> list[Path]:
    """The registry that goes with the file, if the format has one."""
    if chosen is not rolethread:
        return []
    if out.suffix.lower() not in _OPENED:
        raise Usage(f"RoleThread Lite does not open {out.name}", "name it .jsonl, .json or .txt")
    return [registry_of(out)]


def _commit_of_now(dataset: Dataset) -> str | None:
    """HEAD, if the folder holds exactly its entries."""
    head = dataset.history.head()
    if head is None:
        return None
    now, committed = dataset.now(), dataset.at("HEAD")
    same = {p: now.files[p] for p in now.parts()} == {p: committed.files[p] for p in committed.parts()}
    return head if same else None


def _time_of(dataset: Dataset, revision: str | None) -> int:
    """When what is exported was committed: the same export gives the same bytes."""
    commit = dataset.history.resolve(revision) if revision else dataset.history.head()
    return dataset.history.commit(commit).time if commit else 0


class _Training:
    """A training file: rows without ids, tags and notes."""

    def __init__(
        self, dataset: Dataset, target: Target, revision: str | None, order: Recipe, file_type: FileType
    ) -> None:
        self._dataset = dataset
        self._file_type = file_type
        self._target = target
        self._revision = revision
        self._order = order
        self._view = view_of(dataset, revision)
        self._rows = TrainingRows(dataset, self._view, target, revision=revision, since=order.since or None)
        self._left_out: dict[str, int] = {}
        self._columns = Columns()
        self._of_file: tuple[Mapping[str, int], Mapping[str, int]] = ({}, {})

    def lines(self, where: str | None, progress: Progress) -> Iterator[bytes]:
        order = self._order
        if not (order.is_ordered or order.require_licence or self._dataset.config.holdout.where):
            yield from self._rows.lines(where, progress)
        else:
            plan = selection.planned(self._dataset, self._view, order, progress, self._rows.refuse_line)
            self._left_out, wanted = plan.left_out, [each.candidate for each in plan.chosen]
            if order.require_licence:
                rights.require_licences(self._view, wanted)
            yield from self._rows.planned(selection.fetch(self._view, wanted), progress)
        self._columns = self._rows.file_columns()
        self._rows.columns()

    def finish(self, written: Path) -> bool:
        """Make the rows what the file is to be; whether it is another file now."""
        self._of_file = row_files.finish(written, self._file_type, self._columns)
        return self._file_type in row_files.TABLES or bool(self._of_file[0])

    def beside(self, out: Path) -> list[Path]:
        return list(self._snippet(out))

    def result(self, out: Path, count: int, sha: str) -> Exported:
        rows = self._rows
        return Exported(
            files=[out.name, *(place.name for place in self._snippet(out))],
            entries=rows.entries,
            losses=dict(rows.losses),
            format=self._target.writer.NAME,
            clean=True,
            commit=_commit_of(self._dataset, self._revision),
            sha256=sha,
            warnings=dict(self._of_file[1]),
            alterations={**rows.alterations, **self._of_file[0]},
            rows=count,
            policies=dict(self._target.policies),
            trainer=self._target.trainer,
            samples=rows.samples,
            left_out=self._left_out,
            order=_order_of(self._order),
            edits=edits_of(rows),
            file_type=self._file_type,
        )

    def files(self, out: Path, where: str | None, result: Exported) -> dict[Path, bytes]:
        note = provenance.dump(self._dataset, where, _noted(result))
        return {**self._snippet(out), provenance.note_of_clean(self._dataset, result.sha256): note}

    def _snippet(self, out: Path) -> dict[Path, bytes]:
        """The configuration that loads the file, named after it."""
        made = self._target.snippet(out.name, self._rows.names)
        return {out.with_name(out.stem + ending): data for ending, data in made.items()}


def _noted(result: Exported) -> dict[str, Any]:
    """What the note says of an export: not the samples, which hold text of entries, and of a training file's
    own fields those that say something."""
    optional = () if result.clean else _OF_TRAINING
    return {key: value for key, value in asdict(result).items() if key not in {"samples", *optional}}


def _order_of(recipe: Recipe) -> dict[str, Any]:
    """What was asked for beside the query, as a recipe has it."""
    return {key: value for key, value in plain(recipe, defaults=False).items() if key != "query"}


def _commit_of(dataset: Dataset, revision: str | None) -> str | None:
    return dataset.history.resolve(revision) if revision else _commit_of_now(dataset)


class _Full:
    """A full export: entries become lines, and what they lost is counted."""

    def __init__(self, dataset: Dataset, format: str, clean: bool, revision: str | None) -> None:
        self._dataset = dataset
        self._view = view_of(dataset, revision)
        self._revision = revision
        plugins.use_formats()
        self._format = formats.named(format)
        if clean and self._format is rolethread:
            raise Usage("RoleThread Lite trusts a dataset by its ids, and a clean one has none", "--full")
        self._clean = clean
        self._losses: Counter[str] = Counter()
        self._warnings: Counter[str] = Counter()
        self._checker = Checker(dataset.config, dataset.now())
        self._holders = Holders()
        self._registry: Registry | None = None
        self._rolethread: Checker | None = None
        self._files: dict[Path, bytes] = {}
        if self._format is rolethread:
            time = _time_of(dataset, revision)
            self._registry = Registry(dataset.config.id, Shelf(self._view), time)
            self._rolethread = Checker(with_profile(dataset.config, "rolethread"), self._view)

    def finish(self, written: Path) -> bool:
        """A full export stays as it was written."""
        return False

    def beside(self, out: Path) -> list[Path]:
        return [provenance_of(out), *_registry_file(self._format, out)]

    def result(self, out: Path, count: int, sha: str) -> Exported:
        # Writing the registry counts what it cannot hold.
        self._files = {place: self._dump(out) for place in _registry_file(self._format, out)}
        registry = Counter[str]() if self._registry is None else self._registry.losses
        names = [place.name for place in (*self._files, provenance_of(out))]
        return Exported(
            files=[out.name, *names],
            entries=count,
            losses=dict(self._losses + registry),
            format=self._format.NAME,
            clean=self._clean,
            commit=_commit_of(self._dataset, self._revision),
            sha256=sha,
            warnings=dict(self._warnings),
            rows=count,
        )

    def files(self, out: Path, where: str | None, result: Exported) -> dict[Path, bytes]:
        noted = _noted(result) | ({"beside": beside_of(self._files)} if self._files else {})
        note = provenance.dump(self._dataset, where, noted)
        own = self._registry is not None and result.commit
        kept = {provenance.note_of_own(self._dataset, result.commit): note} if own and result.commit else {}
        return {**self._files, **kept, provenance_of(out): note}

    def _dump(self, out: Path) -> bytes:
        return b"" if self._registry is None else self._registry.dump(out.name)

    def lines(self, where: str | None, progress: Progress) -> Iterator[bytes]:
        """The entries that match, each as a line."""
        check = self._checker
        matching = select(
            self._dataset, self._view, where, unreadable=lambda line: refuse_errors(check.line(line))
        )
        for count, selected in enumerate(matching, 1):
            refuse_errors(check.errors(selected.entry))
            written = self._write(selected)
            self._losses.update(written.losses)
            if count % 256 == 0:
                progress("exporting", count, None)
            canonical = self._format is not sharegpt
            yield codec.encode(written.record) if canonical else codec.dump(written.record) + b"\n"

    def _write(self, selected: Selected) -> Written:
        entry = selected.entry
        if self._format is sharegpt:
            entry = rolethread.without_filler(entry)
        written = self._with_reviews(selected, self._as_record(entry, selected.sidecar))
        if entry is not selected.entry:
            written = changed(written, losses=(*written.losses, _FILLER))
        if self._registry is None or self._rolethread is None:
            return written
        record = {"id": entry["id"], "messages": written.record["messages"], "tags": written.record["tags"]}
        for name in dict.fromkeys(f"{f.code} {f.name}" for f in self._rolethread.errors(record)):
            self._warnings[f"RoleThread Lite calls it invalid: {name}"] += 1
        return self._registry.take(entry, written)

    def _as_record(self, entry: Entry, sidecar: Mapping[str, Any]) -> Written:
        origin, others = origin_of(sidecar), alternatives_of(sidecar)
        shape, foreign_id = origin.get("shape"), origin.get("id")
        written = self._format.write(
            entry, shape=shape, foreign_id=foreign_id, clean=self._clean, alternatives=others
        )
        own = written.record.get("id", entry.get("id"))
        spoiled = (_SPOILED,) if has_unreadable(sidecar) else ()
        if own == entry.get("id") or self._holders.takes(origin):
            return changed(written, losses=(*written.losses, *spoiled)) if spoiled else written
        shape = {key: value for key, value in shape.items() if key != "id"} if shape else None
        written = self._format.write(entry, shape=shape, clean=self._clean, alternatives=others)
        return changed(written, losses=(*written.losses, *spoiled, _HELD))

    def _with_reviews(self, selected: Selected, written: Written) -> Written:
        """RoleThread Lite's own tags say what the reviews come to; no other format has a place for them."""
        if not has_reviews(selected.sidecar):
            return written
        if self._format is not rolethread:
            return changed(written, losses=(*written.losses, REVIEWS_LOST))
        state = standing(selected.entry, selected.sidecar, self._dataset.config.review.policy).state
        record = rolethread.reviewed(written.record, state)
        return changed(written, record=record, losses=(*written.losses, _REVIEWERS))


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
