"""The card of an exported folder: a README whose front matter the Hub reads."""

import json
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass

from talekeep.ops.exchange.training.rights import Credit
from talekeep.ops.exchange.training.rights import strictest
from talekeep.ops.exchange.training.training_rows import Target
from talekeep.ops.exchange.training.training_rows import TrainingRows
from talekeep.ops.workspace.html import render_markdown
from talekeep.training.columns import Type
from talekeep.training.columns import feature

# The Hub's size categories: below so many rows.
_SIZES = ((1000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


# The builder of `datasets` that reads a kind of file.
_LOADERS = {"csv": "csv", "parquet": "parquet"}


@dataclass(frozen=True, slots=True)
class Described:
    """What a card says: `paths` is part of the split → file, `sizes` → rows, `snippet` the file that loads
    the data, `columns` the types of the columns of all files."""

    title: str
    recipe: str | None
    commit: str | None
    target: Target
    paths: Mapping[str, str]
    sizes: Mapping[str, int]
    entries: int
    rows: TrainingRows
    snippet: str
    credits: Sequence[Credit]
    columns: Mapping[str, Type]


def card(of: Described) -> bytes:
    """The card as bytes; equal values give equal bytes."""
    files = [{"split": name, "path": of.paths[name], "rows": rows} for name, rows in of.sizes.items()]
    total = sum(of.sizes.values())
    return render_markdown(
        "export.md",
        name=of.title,
        features=[json.dumps(feature(name, type)) for name, type in of.columns.items()],
        licence=strictest(of.credits),
        size=next((name for most, name in _SIZES if total < most), "1M<n<10M"),
        files=files,
        data_files=json.dumps(of.paths),
        loader=_LOADERS.get(next(iter(of.paths.values())).rpartition(".")[2], "json"),
        rows=total,
        entries=of.entries,
        format=of.target.writer.NAME,
        trainer=of.target.trainer,
        snippet=of.snippet,
        commit=of.commit or "of changes that are not committed",
        recipe=of.recipe,
        losses=sorted(of.rows.losses.items()),
        alterations=sorted(of.rows.alterations.items()),
        credits=[each.cells() for each in of.credits],
    ).encode()
