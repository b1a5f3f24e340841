"""Training files as tables: one schema for all rows, and what goes out comes back equal."""

import csv
import json
from pathlib import Path

import pytest

from talekeep.core.errors import Usage
from talekeep.ops.exchange.export import export
from talekeep.ops.exchange.training import row_files
from talekeep.store.dataset import Dataset
from talekeep.training import columns

CALL = {"id": "c1", "type": "function", "function": {"name": "roll", "arguments": '{"dice":"2d6"}'}}
TALKS = [
    {
        "messages": [
            {"role": "user", "content": 'Who, "you"?\nYou, there.'},
            {"role": "assistant", "content": "é"},
        ]
    },
    {
        "messages": [
            {"role": "user", "content": "Roll."},
            {"role": "assistant", "content": None, "tool_calls": [CALL]},
            {"role": "tool", "content": "7", "tool_call_id": "c1"},
            {"role": "assistant", "name": "mara", "content": "Seven.", "weight": 0},
        ],
        "tools": [{"type": "function", "function": {"name": "roll", "parameters": {"properties": {}}}}],
        "label": True,
    },
]


@pytest.fixture
def rows_back(dataset: Dataset, tmp_path: Path, take):
    """What an import of a written file gives: messages and keys for training."""
    from talekeep.ops.exchange.incoming import import_files
    from talekeep.ops.project import init

    def read(file: Path) -> list[dict]:
        init.init(tmp_path / "back")
        with Dataset.open(tmp_path / "back") as back:
            import_files.import_files(back, [file], import_files.Options())
            given = [line.value for line in back.now().entries()]
        return [_without_ids(entry) for entry in given]

    return read


def _without_ids(entry: dict) -> dict:
    """Tools in a Parquet file are JSON text, which the export counted."""
    bare = {key: value for key, value in entry.items() if key not in ("id", "tags")}
    if isinstance(bare.get("tools"), str):
        bare["tools"] = json.loads(bare["tools"])
    return bare


@pytest.mark.parametrize("name", ["t.csv", "t.parquet", "t.jsonl", "t.json"])
def test_rows_come_back_equal_from_every_file_type(
    dataset, take, tmp_path: Path, rows_back, name: str
) -> None:
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    take(TALKS)

    result = export(dataset, tmp_path / name, clean=True)

    assert rows_back(tmp_path / name) == TALKS
    assert result.file_type == name.rpartition(".")[2]
    assert result.sha256 == row_files.sha256_of(tmp_path / name)


def test_a_csv_has_a_header_of_all_columns_and_one_row_an_entry(dataset, take, tmp_path: Path) -> None:
    take(TALKS)

    result = export(dataset, tmp_path / "t.csv", clean=True)

    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as stream:
        header, first, second = csv.reader(stream)
    assert header == ["messages", "tools", "label"]
    assert (json.loads(first[0]), first[1:]) == (TALKS[0]["messages"], ["", ""])
    assert json.loads(second[2]) is True
    assert result.alterations["lists and objects written as JSON in a cell"] == 2


def test_a_shape_of_texts_is_a_plain_table(dataset, take, talk, tmp_path: Path) -> None:
    take([talk("Who?"), talk("=HYPERLINK(1)")])

    result = export(dataset, tmp_path / "t.csv", format="alpaca")

    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as stream:
        given = list(csv.DictReader(stream))
    assert [row["instruction"] for row in given] == ["Who?", "=HYPERLINK(1)"]
    assert [count for words, count in result.warnings.items() if "formula" in words] == [1]


def test_parquet_states_one_schema(dataset, take, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    take(TALKS)

    result = export(dataset, tmp_path / "t.parquet", clean=True)

    table = parquet.read_table(tmp_path / "t.parquet")
    assert table.column_names == ["messages", "tools", "label"]
    assert str(table.schema.field("label").type) == "bool"
    assert json.loads(table["tools"][1].as_py()) == TALKS[1]["tools"]
    assert result.alterations == {"the column 'tools' written as JSON text": 1}


@pytest.mark.parametrize("kind", row_files.TABLES)
def test_a_table_is_asked_for_by_format_too(dataset, take, tmp_path: Path, kind: str) -> None:
    if kind == "parquet":
        pytest.importorskip("pyarrow")
    take(TALKS)
    result = export(dataset, tmp_path / "rows", format=kind)
    assert (result.format, result.file_type, result.clean) == ("messages", kind, True)


@pytest.mark.parametrize(
    "asked",
    [
        {"clean": False},
        {"format": "sillytavern", "clean": True},
        {"trainer": "axolotl"},
    ],
)
def test_what_is_no_table_is_not_written_as_one(dataset, take, tmp_path: Path, asked: dict) -> None:
    take(TALKS)
    with pytest.raises(Usage):
        export(dataset, tmp_path / "t.csv", **asked)
    assert not (tmp_path / "t.csv").exists()


def test_a_name_and_a_format_that_disagree_are_refused(dataset, take, tmp_path: Path) -> None:
    take(TALKS)
    with pytest.raises(Usage, match="would hold csv"):
        export(dataset, tmp_path / "t.jsonl", format="csv")


def test_a_dry_run_tells_what_a_table_alters_and_leaves_nothing(dataset, take, tmp_path: Path) -> None:
    take(TALKS)
    before = {*tmp_path.iterdir()}
    result = export(dataset, tmp_path / "t.csv", clean=True, dry_run=True)
    assert result.alterations["lists and objects written as JSON in a cell"] == 2
    assert {*tmp_path.iterdir()} == before


def test_a_column_that_comes_late_is_put_first(dataset, take, talk, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(columns, "FIRST_CHUNK", 400)
    late = talk("last", label=True)
    take([*(talk(f"talk {n}") for n in range(9)), late])

    result = export(dataset, tmp_path / "t.jsonl", clean=True)

    rows = [json.loads(line) for line in (tmp_path / "t.jsonl").read_text().splitlines()]
    assert rows[0] == late
    assert [row["messages"][0]["content"] for row in rows[1:]] == [f"talk {n}" for n in range(9)]
    assert result.alterations == {row_files.MOVED: 1}
    assert result.sha256 == row_files.sha256_of(tmp_path / "t.jsonl")
