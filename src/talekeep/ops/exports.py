"""Export: entries → a file in a format, and beside it what is in it and where it came from."""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from dataclasses import dataclass
from pathlib import Path

import talekeep.formats as formats
from talekeep.core import codec
from talekeep.core.errors import Refused
from talekeep.core.finding import Finding
from talekeep.formats.base import Format
from talekeep.formats.base import Written
from talekeep.ops import Progress
from talekeep.ops import silent
from talekeep.ops.checker import Checker
from talekeep.ops.checking import Invalid
from talekeep.ops.selecting import Selected
from talekeep.ops.selecting import select
from talekeep.ops.selecting import view_of
from talekeep.store.dataset import Dataset
from talekeep.store.files import fsync_folder
from talekeep.store.files import fsync_stream
from talekeep.store.files import outside
from talekeep.store.files import replace


@dataclass(frozen=True, slots=True)
class Exported:
    """`losses` counts, in words, what the format could not hold; `commit` is None for uncommitted entries."""

    files: list[str]
    entries: int
    losses: dict[str, int]
    format: str
    clean: bool
    commit: str | None
    sha256: str


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
    """Write the entries that match to `out` (`.json`: one array, else JSONL), and `<name>.provenance.json`.

    Both files appear whole or not at all. Without `format` and `clean` the dataset's own settings hold.

    Raises:
        Refused: `out` exists (without `force`) or belongs to the dataset. Invalid: an entry has an error.
        Usage: no such format or not a query. NotFound: no such revision. Outside: the disk refused.
    """
    chosen = formats.named(format or dataset.config.export.format)
    clean = dataset.config.export.clean if clean is None else clean
    provenance = out.with_name(out.name + ".provenance.json")
    for target in (out, provenance):
        _refuse_target(dataset, target, force)
    seen = view_of(dataset, revision)
    commit = dataset.repo.resolve(revision) if revision else _commit_of_now(dataset)
    losses: Counter[str] = Counter()
    checker = Checker(dataset.config, dataset.now())
    selected = select(dataset, seen, where, unreadable=lambda line: _refuse_errors(checker.line(line)))
    entries = _written(checker, chosen, selected, (clean, losses), progress)
    temporary = out.with_name(f".{out.name}.{os.getpid()}.tmp")
    try:
        count, sha = _write(temporary, entries, as_array=out.suffix.lower() == ".json", keep=not dry_run)
        done = Exported([out.name, provenance.name], count, dict(losses), chosen.NAME, clean, commit, sha)
        if not dry_run:
            note = {"schema": "talekeep.provenance/1", "dataset": dataset.config.id, "query": where or ""}
            replace(
                provenance, json.dumps(note | asdict(done), indent=2, ensure_ascii=False).encode() + b"\n"
            )
            temporary.replace(out)
            fsync_folder(out.parent)
        return done
    except OSError as error:
        raise outside(f"cannot write {out}", error) from error
    finally:
        temporary.unlink(missing_ok=True)


def _refuse_target(dataset: Dataset, target: Path, force: bool) -> None:
    place = target.resolve()
    top = dataset.path.resolve()
    if place.is_relative_to(top):
        inside = place.relative_to(top).as_posix()
        own = inside.split("/")[0] in ("entries", "sidecars", "library", ".git", "talekeep.toml", "README.md")
        if own or inside in dataset.staged().files:
            raise Refused(f"{target} belongs to the dataset", "export to another folder")
    if place.is_dir():
        raise Refused(f"{target} is a folder", f"name a file: {target / 'dataset.jsonl'}")
    if place.exists() and not force:
        raise Refused(f"{target} exists", "--force replaces it")
    if not place.parent.is_dir():
        raise Refused(f"there is no folder {target.parent}", f"mkdir -p {target.parent}")


def _commit_of_now(dataset: Dataset) -> str | None:
    """HEAD, if the folder holds exactly its entries."""
    head = dataset.repo.head()
    if head is None:
        return None
    now, committed = dataset.now(), dataset.at("HEAD")
    same = {p: now.files[p] for p in now.parts()} == {p: committed.files[p] for p in committed.parts()}
    return head if same else None


def _written(
    checker: Checker,
    chosen: Format,
    selected: Iterator[Selected],
    how: tuple[bool, Counter[str]],
    progress: Progress,
) -> Iterator[bytes]:
    clean, losses = how
    for done, found in enumerate(selected, 1):
        _refuse_errors(checker.errors(found.entry))
        written = _write_entry(chosen, found, clean)
        losses.update(written.losses)
        if done % 256 == 0:
            progress("exporting", done, None)
        yield (
            codec.encode(written.record) if chosen.NAME == "chatml" else codec.dump(written.record) + b"\n"
        )


def _write_entry(chosen: Format, found: Selected, clean: bool) -> Written:
    source = found.sidecar.get("source")
    origin = source if isinstance(source, dict) else {}
    return chosen.write(found.entry, shape=origin.get("shape"), foreign_id=origin.get("id"), clean=clean)


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
