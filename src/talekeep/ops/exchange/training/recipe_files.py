"""The files in the folder of a recipe: data, checksums, provenance, the configuration that loads them."""

import hashlib
from collections import Counter
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.library import recipes
from talekeep.library.model import plain
from talekeep.library.recipes import Recipe
from talekeep.ops import Progress
from talekeep.ops.exchange.training import leaks
from talekeep.ops.exchange.training import row_files
from talekeep.ops.exchange.training import selection
from talekeep.ops.exchange.training.training_rows import Target
from talekeep.ops.exchange.training.training_rows import TrainingRows
from talekeep.ops.exchange.training.training_rows import edits_of
from talekeep.store import toml
from talekeep.store.dataset import Dataset
from talekeep.store.files import fsync_stream
from talekeep.store.files import write_new
from talekeep.store.view import View
from talekeep.training import order
from talekeep.training.columns import Columns
from talekeep.version import __version__

SUMS = "SHA256SUMS"


class RecipeData:
    """Writes the rows of a plan to one file for each part of the split."""

    def __init__(self, folder: Path, plan: selection.Plan, recipe: Recipe) -> None:
        self._folder = folder / "data"
        self._plan = plan
        parts = [order.part_name(name) for name in recipe.split.parts] or ["train"]
        if wrong := [name for name in parts if not recipes.is_name(name)]:
            raise Usage(f"{wrong[0]!r} is no name for a part of a split", "--split train=90,val=5,test=5")
        self.parts = parts
        self.file_type = recipe.file_type
        self.is_table = recipe.file_type in row_files.TABLES
        self.alterations: Counter[str] = Counter()
        self.warnings: Counter[str] = Counter()

    def write(self, rows: TrainingRows, view: View) -> dict[str, int]:
        """Part → how many rows; a part without any has no file, as `datasets` refuses an empty one.

        Raises:
            Refused: one row stands in two files.
        """
        self._folder.mkdir()
        sizes: dict[str, int] = {}
        sides: dict[bytes, tuple[str, str]] = {}
        twins: list[leaks.Leak] = []
        for name in self.parts:
            wanted = [each.candidate for each in self._plan.chosen if (each.side or "train") == name]
            file, count = self.place(name), 0
            with file.open("wb") as stream:
                for selected in selection.fetch(view, wanted):
                    rows.require_valid(selected)
                    for line in rows.lines_of(selected):
                        stream.write(line)
                        count += 1
                        twins += _twin(sides, line, name, str(selected.entry.get("id")))
                fsync_stream(stream)
            columns = rows.file_columns()
            if not self.is_table:
                self.alterations.update(row_files.finish(file, "jsonl", columns)[0])
            if count or len(self.parts) == 1:
                sizes[name] = count
            else:
                file.unlink()
        if twins:
            raise Refused(
                f"the split leaks: {leaks.listed(twins, 'pairs of rows')}", "--by cluster keeps more together"
            )
        return sizes

    def finish(self, sizes: Mapping[str, int], columns: Columns) -> None:
        """Make tables of the files, which have the same columns in all parts.

        Raises: Outside: Parquet, and its library is not installed.
        """
        for name in sizes if self.is_table else ():
            altered, warned = row_files.finish(self.place(name), self.file_type, columns)
            self.alterations.update(altered)
            self.warnings.update(warned)

    def place(self, name: str) -> Path:
        return self._folder / f"{name}.{self.file_type}"


def _twin(sides: dict[bytes, tuple[str, str]], line: bytes, side: str, entry: str) -> Iterator[leaks.Leak]:
    """The same row in another file, if there is one."""
    other, there = sides.setdefault(hashlib.sha256(line).digest(), (entry, side))
    if there != side:
        yield leaks.Leak(other, entry, "equal rows")


def require_apart(
    dataset: Dataset, view: View, recipe: Recipe, plan: selection.Plan, progress: Progress
) -> None:
    """Raises: Refused: entries that belong together stand on two sides; the pairs are named."""
    written = list({each.candidate.id: (each.candidate, each.side) for each in plan.chosen}.values())
    if apart := leaks.across(dataset, view, written, recipe.split.by, progress):
        raise Refused(f"the split leaks: {leaks.listed(apart, 'pairs')}", "talekeep duplicates shows them")


def data_files(sizes: Mapping[str, int], recipe: Recipe) -> dict[str, str]:
    """Part of the split → its file, as the card and the checksums name it."""
    return {name: f"data/{name}.{recipe.file_type}" for name in sizes}


def snippets_of(target: Target, file: str, columns: Collection[str]) -> dict[str, bytes]:
    """The configuration that loads a file, by its name.

    Args:
        columns: those that the files have.
    """
    return {f"train{ending}": data for ending, data in target.snippet(file, columns).items()}


def written_files(folder: Path, files: Mapping[str, bytes], data: Iterable[str]) -> dict[str, str]:
    """Write the files beside the data, and the checksums of both; every file's SHA-256 by its path."""
    (folder / "data").mkdir(exist_ok=True)
    for path, text in files.items():
        write_new(folder / path, text)
    sums = {path: row_files.sha256_of(folder / path) for path in sorted([*files, *data])}
    write_new(folder / SUMS, "".join(f"{total}  {path}\n" for path, total in sums.items()).encode())
    return sums | {SUMS: row_files.sha256_of(folder / SUMS)}


def provenance_file(noted: Mapping[str, str], recipe: Recipe, rows: TrainingRows, target: Target) -> bytes:
    """What the files were made of. TOML, because `datasets` takes a `.json` file for data.

    Args:
        noted: dataset, commit and the name of the recipe.
    """
    edits = [asdict(edit) for edit in edits_of(rows)]
    return toml.dump(
        {
            "schema": "talekeep.recipe-provenance/1",
            "talekeep": __version__,
            **row_files.made_with(recipe.file_type),
            **noted,
            "losses": dict(sorted(rows.losses.items())),
            "alterations": dict(sorted(rows.alterations.items())),
            "policies": dict(sorted(target.policies.items())),
            "recipe": plain(recipe, defaults=False),
            **({"edits": edits} if edits else {}),
        }
    )
