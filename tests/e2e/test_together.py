"""Several processes at once on one dataset: none loses what another did."""

import subprocess
from pathlib import Path
from typing import Any

import pytest


def start(talekeep: list[str], dataset: Path, *args: str | Path) -> "subprocess.Popen[bytes]":
    words = [*talekeep, *map(str, args)]
    return subprocess.Popen(words, cwd=dataset, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def ended(running: list["subprocess.Popen[bytes]"]) -> list[tuple[int, bytes]]:
    results = [process.communicate() for process in running]
    return [(p.returncode, err) for p, (_, err) in zip(running, results, strict=True)]


def in_order(dataset: Path, tk: Any, sound: Any, count: int) -> None:
    status = tk("status", "--json", cwd=dataset).json
    assert (status["entries"], status["validated"]) == (count, True)
    tk("validate", cwd=dataset)
    sound(dataset)


def test_two_imports_at_once_both_go_in(
    harbor: Path, talekeep: list[str], tk: Any, records: Any, sound: Any
) -> None:
    wanted = [records("a.jsonl", 600, start=1000), records("b.jsonl", 600, start=5000)]

    result = ended([start(talekeep, harbor, "import", file) for file in wanted])

    assert [code for code, _ in result] == [0, 0], result
    in_order(harbor, tk, sound, 3 + 1200)
    log = tk("log", "--json", cwd=harbor).json["commits"]
    assert {row["subject"] for row in log[:2]} == {
        "Import 600 entries from a.jsonl",
        "Import 600 entries from b.jsonl",
    }


def test_eight_imports_at_once_all_go_in(
    harbor: Path, talekeep: list[str], tk: Any, records: Any, sound: Any
) -> None:
    wanted = [records(f"one{n}.jsonl", 1, start=1000 + n) for n in range(8)]

    result = ended([start(talekeep, harbor, "import", file) for file in wanted])

    assert [code for code, _ in result] == [0] * 8, result
    in_order(harbor, tk, sound, 3 + 8)


def test_the_same_file_imported_twice_at_once_goes_in_once(
    harbor: Path, talekeep: list[str], tk: Any, records: Any, sound: Any
) -> None:
    file = records("a.jsonl", 200, start=1000)

    result = ended([start(talekeep, harbor, "import", file) for _ in range(2)])

    assert [code for code, _ in result] == [0, 0], result
    in_order(harbor, tk, sound, 3 + 200)


@pytest.mark.slow
def test_reading_while_somebody_writes_sees_the_old_state_or_the_new(
    harbor: Path, talekeep: list[str], tk: Any, records: Any, sound: Any
) -> None:
    writer = start(talekeep, harbor, "import", records("a.jsonl", 2000, start=1000))
    collected = set()
    while writer.poll() is None:
        collected.add(tk("list", "--rev", "HEAD", "--limit", "1", "--json", cwd=harbor).json["total"])

    assert ended([writer])[0][0] == 0
    assert collected <= {3, 2003}
    in_order(harbor, tk, sound, 2003)
