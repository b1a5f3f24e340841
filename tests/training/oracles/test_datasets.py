"""`load_dataset(folder)` reads the folder of a recipe, with the versions of `datasets` that trainers pin."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from tests.training.oracles.conftest import HERE

from talekeep.library.recipes import Recipe
from talekeep.library.recipes import Split
from talekeep.ops.exchange.training import recipe as recipes
from talekeep.store.dataset import Dataset

pytestmark = pytest.mark.slow
# "" is the version that the trainers' packages brought along, 5.2 or newer.
VERSIONS = ("3.6.0", "4.0.0", "")
PARTS = Split(parts={"train": 3, "test": 1}, by="entry")
# Without them odd entries give columns of two types, which an export refuses.
ONE_TYPE = {"parts": "text", "media": "drop", "tools": "json", "weights": "weight"}
RECIPES = {
    "messages": Recipe(split=PARTS, policies=ONE_TYPE),
    **{name: Recipe(split=PARTS, profile=name) for name in ("axolotl", "trl", "llama-factory", "unsloth")},
    "sharegpt": Recipe(split=PARTS, format="sharegpt"),
    "alpaca": Recipe(split=PARTS, format="alpaca"),
    "text": Recipe(split=PARTS, format="text", policies=ONE_TYPE),
    "csv": Recipe(split=PARTS, format="alpaca", file_type="csv"),
    "parquet": Recipe(split=PARTS, file_type="parquet", policies=ONE_TYPE),
}


def _taken(dataset: Dataset, folder: Path) -> dict[str, recipes.RecipeExport]:
    """The folder of each recipe."""
    return {name: recipes.export_split(dataset, recipe, folder / name) for name, recipe in RECIPES.items()}


@pytest.mark.parametrize("version", VERSIONS)
def test_the_folder_of_a_recipe_loads(
    version: str, python_of_trainers: Path, datasets_of_records: dict[str, Dataset], tmp_path: Path
) -> None:
    beside = python_of_trainers.parents[1] / "datasets" / version
    if not beside.is_dir() and version:
        pytest.skip(f"{beside} is missing: pip install --no-deps --target {beside} datasets=={version}")
    made = _taken(datasets_of_records["odd"], tmp_path)
    job, answer = tmp_path / "job.json", tmp_path / "answer.json"
    job.write_text(json.dumps([each.folder for each in made.values()]), "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(beside) if version else ""}
    run = subprocess.run(
        [str(python_of_trainers), str(HERE / "load_folders.py"), str(job), str(answer)],
        capture_output=True,
        text=True,
        timeout=300,
        env=environment,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    document = json.loads(answer.read_text("utf-8"))
    assert document["version"] == version or (not version and int(document["version"].split(".")[0]) >= 5)
    for name, rows in zip(made, document["rows"], strict=True):
        assert {*rows} == {"train", "test"}, name
        assert sum(rows.values()) == made[name].rows, name
