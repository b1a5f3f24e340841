"""Requests and answers of a batch, in two files, are joined by their ids."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from talekeep.ops.exchange.incoming.batch_answers import answers_beside

ASKED = [
    {
        "custom_id": name,
        "url": "/v1/chat/completions",
        "body": {"messages": [{"role": "user", "content": name}]},
    }
    for name in ("r1", "r2")
]
ANSWERED = [
    {
        "custom_id": name,
        "response": {"body": {"choices": [{"message": {"role": "assistant", "content": text}}]}},
    }
    for name, text in (("r2", "Two."), ("r1", "One."))
]


def _write(file: Path, values: list[Any]) -> Path:
    file.write_text("".join(json.dumps(value) + "\n" for value in values), encoding="utf-8")
    return file


def test_each_request_gets_the_answer_with_its_id(run: Callable[..., Any], tmp_path: Path) -> None:
    asked, answered = _write(tmp_path / "in.jsonl", ASKED), _write(tmp_path / "out.jsonl", ANSWERED)
    run("init", "ds", check=0)

    result = run("-C", "ds", "import", answered, asked, check=0)

    assert "2 of 2 answers joined to their requests" in result.out
    lines = [json.loads(line) for file in tmp_path.glob("ds/entries/*/*.jsonl") for line in file.open()]
    texts = [[message["content"] for message in line["messages"]] for line in lines]
    assert texts == [["r1", "One."], ["r2", "Two."]]


def test_answers_alone_are_refused_with_the_way_in(run: Callable[..., Any], tmp_path: Path) -> None:
    answered = _write(tmp_path / "out.jsonl", ANSWERED)
    run("init", "ds", check=0)
    assert "its question is in the file of requests" in run("-C", "ds", "import", answered, check=1).out


def test_files_that_are_no_batch_have_no_answers(tmp_path: Path) -> None:
    chat = _write(tmp_path / "a.jsonl", [{"messages": []}])
    binary = tmp_path / "b.png"
    binary.write_bytes(b"\x89PNG\r\n\x1a\n" * 10)
    assert answers_beside([chat, binary]) is None
