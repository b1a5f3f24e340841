"""The samples of kinds of files are what they say, and every one is read."""

import json
from pathlib import Path

import pytest

from talekeep.formats.files.file_samples import FILE_SAMPLES
from talekeep.formats.files.file_samples import FileSample
from talekeep.ops.exchange.incoming.import_files import import_files
from talekeep.store.dataset import Dataset


def written(sample: FileSample, folder: Path) -> Path:
    file = folder / f"sample.{sample.ending}"
    if sample.rows:
        parquet, pyarrow = pytest.importorskip("pyarrow.parquet"), pytest.importorskip("pyarrow")
        parquet.write_table(pyarrow.Table.from_pylist([*map(json.loads, sample.sample.split("\n"))]), file)
    else:
        file.write_text(f"{sample.sample}\n")
    return file


@pytest.mark.parametrize("sample", FILE_SAMPLES, ids=lambda sample: sample.title)
def test_a_sample_is_read(sample: FileSample, dataset: Dataset, tmp_path: Path) -> None:
    if sample.ending == "yaml":
        pytest.importorskip("yaml")
    result = import_files(dataset, [written(sample, tmp_path)])
    assert result.refused == []
    assert bool(result.added) != sample.card
    assert result.libraries.get("characters") == (["mara"] if sample.card else None)
    assert sample.sample.count("\n") < 5
