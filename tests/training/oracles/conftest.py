"""The environment of the trainers, and a way to ask one of them."""

import json
import os
import subprocess
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from typing import TypeAlias
from uuid import NAMESPACE_OID
from uuid import uuid5

import pytest
from tests.training.oracles.odd_entries import ENTRIES
from tests.training.oracles.samples import SAMPLES
from tests.training.oracles.samples import real_tools

from talekeep.ops.exchange.export import Exported
from talekeep.ops.exchange.export import export
from talekeep.ops.exchange.incoming import import_files
from talekeep.ops.project import init
from talekeep.store.dataset import Dataset
from talekeep.training.base import Draft
from talekeep.training.trainers import TRAINERS
from talekeep.training.writers import WRITERS

HERE = Path(__file__).parent
# Read before the tests start: these forget every variable of Talekeep's.
_ENVIRONMENT = os.environ.get("TALEKEEP_ORACLES", "")
# Trainer of the table → the program that asks it.
PROGRAMS = {
    "trl": "ask_trl.py",
    "axolotl": "ask_axolotl.py",
    "llama-factory": "ask_llamafactory.py",
    "llama-factory-v1": "ask_llamafactory_v1.py",
    "mistral": "ask_mistral.py",
    "openai": "ask_openai.py",
    "unsloth": "ask_unsloth.py",
}
RECORDS = {"odd": ENTRIES, "role-play": SAMPLES, "real tools": real_tools()}


@dataclass(frozen=True, slots=True)
class Answers:
    """What a trainer answered: to each odd entry alone in a file, by its kind, and to `export of NAME` for
    each dataset of `RECORDS`, whose file and dataset are here too."""

    answers: dict[str, Any]
    files: dict[str, Path]
    written: dict[str, Exported]
    datasets: dict[str, Dataset]


Asked: TypeAlias = Callable[[str], Answers]


@pytest.fixture(scope="session")
def python_of_trainers() -> Path:
    """`.ci/run` makes the environment of `requirements.txt` where its packages can be had, and names it."""
    folder = _ENVIRONMENT
    if not folder:
        pytest.skip("TALEKEEP_ORACLES names no environment of tests/training/oracles/requirements.txt")
    python = Path(folder) / "bin" / "python"
    assert python.is_file(), f"TALEKEEP_ORACLES: there is no {python}"
    return python


@pytest.fixture(scope="session")
def datasets_of_records(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Dataset]]:
    with ExitStack() as opened:
        yield {
            name: opened.enter_context(_dataset(tmp_path_factory.mktemp("records"), list(entries.values())))
            for name, entries in RECORDS.items()
            if entries
        }


def _dataset(folder: Path, records: list[dict[str, Any]]) -> Dataset:
    init.init(folder / "harbor")
    dataset = Dataset.open(folder / "harbor")
    file = folder / "records.jsonl"
    # Ids of their own: the same entries are on the same side of a split in every run.
    lines = [json.dumps({"id": str(uuid5(NAMESPACE_OID, str(n))), **r}) for n, r in enumerate(records)]
    file.write_text("".join(line + "\n" for line in lines), "utf-8")
    taken = import_files.import_files(dataset, [file])
    assert len(taken.added) + len(taken.same) == len(records), taken.refused
    return dataset


@pytest.fixture(scope="session")
def asked(
    python_of_trainers: Path,
    datasets_of_records: dict[str, Dataset],
    tmp_path_factory: pytest.TempPathFactory,
) -> Asked:
    """Ask a trainer everything at once, and only once: its libraries take seconds to load."""

    @cache
    def of(name: str) -> Answers:
        folder = tmp_path_factory.mktemp(f"oracle-{name}")
        files: dict[str, Path] = {}
        results: dict[str, Exported] = {}
        job = list(_alone(name, folder))
        for records, dataset in datasets_of_records.items():
            out = folder / records / "train.jsonl"
            out.parent.mkdir()
            results[records] = export(dataset, out, trainer=name)
            files[records] = out
            snippet = str(out.parent / results[records].files[1])
            job.append({"name": f"export of {records}", "file": str(out), "snippet": snippet})
        return Answers(_run(python_of_trainers, name, job, folder), files, results, datasets_of_records)

    return of


def _alone(name: str, folder: Path) -> Iterator[dict[str, str]]:
    """A job for each odd entry as it is, in the shape that the trainer reads."""
    for number, (kind, entry) in enumerate(ENTRIES.items()):
        file = folder / str(number) / "rows.jsonl"
        file.parent.mkdir()
        rows = WRITERS[TRAINERS[name].READS].write(Draft(entry)).rows
        file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        yield {"name": kind, "file": str(file)}


def _run(python: Path, name: str, job: list[dict[str, str]], folder: Path) -> dict[str, Any]:
    """What the program of a trainer answers; see `oracle_base`."""
    (folder / "job.json").write_text(json.dumps(job), "utf-8")
    program = [python, HERE / PROGRAMS[name], folder / "job.json", folder / "answer.json"]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    run = subprocess.run(
        [*map(str, program)], capture_output=True, text=True, timeout=300, env=environment, check=False
    )
    assert run.returncode == 0, run.stderr[-3000:]
    answers: dict[str, Any] = json.loads((folder / "answer.json").read_text("utf-8"))
    return answers
