"""Real files go in whole, and what lies on disk is what other tools expect of JSONL."""

import json
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CONVERSATIONS = (
    "real/sharegpt-toolcalls.json",
    "real/sharegpt-fastchat.json",
    "real/llamafactory-v1-reasoning-tools.jsonl",
    "real/llamafactory-v1-sft.jsonl",
    "real/messages-kto.json",
    "real/sharegpt-dpo.json",
    "rolethread/group_chat/group_chat.incoming.jsonl",
    "rolethread/group_chat/group_chat.jsonl",
    "rolethread/empty_new/empty_new.jsonl",
    "rolethread/dirty_handmade/dirty_handmade.jsonl",
    "rolethread/dirty_handmade/dirty_handmade.incoming.jsonl",
    "rolethread/solo_roleplay/solo_roleplay.jsonl",
    "rolethread/sharegpt_fastchat/sharegpt_fastchat.json",
    "rolethread/sharegpt_tools/sharegpt_tools.json",
)
PROMISED = [name for name in CONVERSATIONS if name.startswith("real/sharegpt-")] + [
    name for name in CONVERSATIONS if name.endswith(".jsonl")
]
# The ones that differ most; the others are slow tests.
FIRST = (
    "real/sharegpt-toolcalls.json",
    "real/llamafactory-v1-reasoning-tools.jsonl",
    "rolethread/group_chat/group_chat.jsonl",
    "rolethread/empty_new/empty_new.jsonl",
    "rolethread/dirty_handmade/dirty_handmade.jsonl",
)
# What one kind of record needs to be read by a tool that wants one type a column.
LOADED = ("real/sharegpt-toolcalls.json", "rolethread/solo_roleplay/solo_roleplay.jsonl")


def records_of(file: Path) -> list[dict[str, Any]]:
    """The records of a file, read by nothing of ours: an array, or one a line."""
    text = file.read_text(encoding="utf-8")
    if text.lstrip().startswith("["):
        return json.loads(text)
    return [json.loads(line) for line in text.split("\n") if line.strip()]


def concatenated(dataset: Path, to: Path) -> Path:
    """What `cat entries/*/*.jsonl` gives, as a file."""
    to.write_bytes(b"".join(part.read_bytes() for part in sorted(dataset.glob("entries/*/*.jsonl"))))
    return to


def entries(dataset: Path) -> list[dict[str, Any]]:
    data = b"".join(part.read_bytes() for part in sorted(dataset.glob("entries/*/*.jsonl")))
    return [json.loads(line) for line in data.split(b"\n") if line]


@pytest.fixture
def taken(tk: Any, shared: Path, tmp_path: Path) -> Callable[..., Path]:
    """Makes a dataset from files of the shared data."""

    def take(*names: str) -> Path:
        dataset = tmp_path / "t"
        tk("init", dataset)
        answer = tk("import", *(shared / name for name in names), "--json", cwd=dataset).json
        assert answer["refused"] == []
        return dataset

    return take


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=() if n in FIRST else pytest.mark.slow) for n in PROMISED]
)
def test_a_real_file_goes_in_whole(name: str, tk: Any, sound: Any, shared: Path, tmp_path: Path) -> None:
    file, dataset = shared / name, tmp_path / "t"
    before, wanted = file.read_bytes(), records_of(file)
    tk("init", dataset)

    first = tk("import", file, "--json", cwd=dataset).json
    second = tk("import", file, "--json", cwd=dataset).json

    assert (len(first["added"]), first["same"], first["refused"]) == (len(wanted), [], [])
    assert (second["added"], second["refused"], second["commit"]) == ([], [], None)
    assert len(second["same"]) == len(wanted)
    assert [row["id"] for row in first["added"]] == [entry["id"] for entry in entries(dataset)]
    assert file.read_bytes() == before
    sound(dataset)


def test_every_tool_turn_of_a_sharegpt_file_is_in_its_entry(taken: Any, shared: Path) -> None:
    name = "real/sharegpt-toolcalls.json"
    values = {"function_call": 0, "observation": 0}
    for record, entry in zip(records_of(shared / name), entries(taken(name)), strict=True):
        messages = [m for m in entry["messages"] if m["role"] != "system"]
        calls = [call for m in messages for call in m.get("tool_calls") or ()]
        answers = [m for m in messages if m["role"] == "tool"]
        for turn in record["conversations"]:
            if turn["from"] == "function_call":
                wanted = json.loads(turn["value"])
                function = calls.pop(0)["function"]
                arguments = function["arguments"]
                arguments = json.loads(arguments) if isinstance(arguments, str) else arguments
                assert (function["name"], arguments) == (wanted["name"], wanted["arguments"])
            elif turn["from"] == "observation":
                assert answers.pop(0)["content"] == turn["value"]
            else:
                assert any(m["content"] == turn["value"] for m in messages)
            values[turn["from"]] = values.get(turn["from"], 0) + 1
        assert (calls, answers) == ([], [])
    assert min(values.values()) > 0


def test_typed_parts_and_weights_of_a_real_file_stay_as_they_are(taken: Any, shared: Path) -> None:
    name = "real/llamafactory-v1-reasoning-tools.jsonl"
    for record, entry in zip(records_of(shared / name), entries(taken(name)), strict=True):
        assert [m["content"] for m in entry["messages"]] == [m["content"] for m in record["messages"]]
        kept = {key: value for key, value in entry.items() if key not in ("id", "messages", "tags")}
        assert kept == {key: value for key, value in record.items() if key not in ("messages", "tags", "id")}


def test_sharegpt_comes_back_as_it_was(taken: Any, tk: Any, shared: Path, tmp_path: Path) -> None:
    name = "real/sharegpt-toolcalls.json"

    tk("export", tmp_path / "out.json", "--format", "sharegpt", "--clean", cwd=taken(name))

    wanted = [r["conversations"] for r in records_of(shared / name)]
    assert [r["conversations"] for r in records_of(tmp_path / "out.json")] == wanted


def test_every_real_file_together_makes_one_dataset(taken: Any, tk: Any, sound: Any, shared: Path) -> None:
    wanted = sum(len(records_of(shared / name)) for name in CONVERSATIONS)

    dataset = taken(*CONVERSATIONS)

    again = tk("import", *(shared / name for name in CONVERSATIONS), "--json", cwd=dataset).json
    result = entries(dataset)
    # Two of these files hold the same conversation under the same id: it is there once.
    assert len({entry["id"] for entry in result}) == len(result) <= wanted
    assert again["added"] == []
    assert len(again["same"]) == wanted
    status = tk("status", "--json", cwd=dataset).json
    assert (status["entries"], status["validated"]) == (len(result), True)
    tk("validate", cwd=dataset)
    sound(dataset)


@pytest.fixture
def hugging_face(tmp_path: Path) -> Callable[[list[Path]], Any]:
    """Loads JSONL files with the library most trainers use, offline."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        datasets = pytest.importorskip("datasets")

    def load(files: list[Path]) -> Any:
        names = [str(file) for file in files]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            datasets.disable_progress_bars()
            return datasets.load_dataset(
                "json", data_files=names, split="train", cache_dir=str(tmp_path / "hub")
            )

    assert os.environ["HF_HUB_OFFLINE"] == "1"
    return load


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in LOADED else pytest.mark.slow)
        for name in CONVERSATIONS
        if "empty" not in name
    ],
)
def test_datasets_loads_the_parts_one_row_an_entry(name: str, taken: Any, hugging_face: Any) -> None:
    dataset = taken(name)

    rows = hugging_face(sorted(dataset.glob("entries/*/*.jsonl")))

    result = entries(dataset)
    assert rows["id"] == [entry["id"] for entry in result]
    for row, entry in zip(rows, result, strict=True):
        assert [m["role"] for m in row["messages"]] == [m["role"] for m in entry["messages"]]
        assert [m["content"] for m in row["messages"]] == [m["content"] for m in entry["messages"]]


@pytest.mark.parametrize(
    "name", ["real/sharegpt-toolcalls.json", "real/llamafactory-v1-reasoning-tools.jsonl"]
)
def test_pandas_loads_the_concatenated_parts_one_row_an_entry(name: str, taken: Any, tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    dataset = taken(name)
    whole = concatenated(dataset, tmp_path / "whole.jsonl")

    frame = pandas.read_json(whole, lines=True)

    result = entries(dataset)
    assert list(frame["id"]) == [entry["id"] for entry in result]
    assert list(frame["messages"]) == [entry["messages"] for entry in result]


@pytest.mark.slow
def test_typed_parts_and_plain_texts_go_into_one_training_file(taken: Any, tk: Any, tmp_path: Path) -> None:
    names = ("real/llamafactory-v1-reasoning-tools.jsonl", "real/llamafactory-v1-sft.jsonl", FIRST[0])
    dataset, out = taken(*names), tmp_path / "out.jsonl"

    tk("export", out, "--for", "axolotl", cwd=dataset)

    messages = [m for row in records_of(out) for m in row["messages"]]
    assert {type(m["content"]) for m in messages} <= {str, type(None)}
    parts = [
        p for e in entries(dataset) for m in e["messages"] for p in m["content"] or () if isinstance(p, dict)
    ]
    called = sum(len(m.get("tool_calls", [])) for e in entries(dataset) for m in e["messages"])
    calls = called + sum(part["type"] == "tool_call" for part in parts)
    assert sum(len(m.get("tool_calls") or []) for m in messages) == calls > 0
