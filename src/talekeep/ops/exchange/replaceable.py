"""Whether an export may take the place of what lies there: what is still as exported, or was imported since,
may go; what somebody changed may not, whatever was asked."""

import json
import shlex
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from talekeep.core.errors import Refused
from talekeep.ops.exchange import provenance
from talekeep.ops.exchange.incoming.companions import registry_of
from talekeep.ops.workspace.paths import require_free
from talekeep.store.dataset import Dataset
from talekeep.store.files import replace


def require_replaceable(dataset: Dataset, out: Path, beside: Iterable[Path], *, force: bool) -> None:
    """See that an export may be written at `out`, and its other files `beside` it.

    Raises:
        Refused: it was exported from this dataset and changed since, with `force` too; or it exists (without
            `force`) and is no export as it was written; else see `require_free`.
    """
    known = False
    if out.is_file():
        note = provenance.note_of(dataset, out)
        known = _imported(dataset, out).is_file() or provenance.note_of_clean(dataset, _digest(out)).is_file()
        if note is not None and not known:
            if note.get("sha256") != _digest(out) or not _is_same_registry(note, out):
                raise Refused(
                    f"{out} was changed since it was exported, and its edits are not in the dataset",
                    f"talekeep import {shlex.quote(str(out))} first; or move it away",
                )
            known = True
    for place in (out, *beside):
        require_free(dataset, place, force=force or known)


def note_import(dataset: Dataset, file: Path) -> None:
    """Remember that what a file holds now is in the dataset."""
    place = _imported(dataset, file)
    place.parent.mkdir(parents=True, exist_ok=True)
    replace(place, json.dumps({"file": file.name}).encode())


def beside_of(files: dict[Path, bytes]) -> dict[str, str]:
    """What the note of an export holds of the files that go with it: name → SHA-256."""
    return {place.name: sha256(data).hexdigest() for place, data in files.items()}


def _is_same_registry(note: dict[str, object], out: Path) -> bool:
    """Whether the registry is the one that was exported; notes of version 0.1.0 do not say."""
    beside, registry = note.get("beside"), registry_of(out)
    if not isinstance(beside, dict) or registry.name not in beside or not registry.is_file():
        return True
    return bool(beside[registry.name] == _digest(registry))


def _imported(dataset: Dataset, file: Path) -> Path:
    registry = registry_of(file)
    state = _digest(file) + (_digest(registry) if registry.is_file() else "")
    return dataset.private / "imported" / sha256(state.encode()).hexdigest()


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        whole = sha256()
        while chunk := stream.read(2**20):
            whole.update(chunk)
    return whole.hexdigest()
