"""`duplicates --against`: what also stands in a benchmark, another dataset or an older commit."""

import random
from pathlib import Path

import pytest

from talekeep.core.errors import NotFound
from talekeep.ops.exchange.training.against import against


def story(number: int) -> str:
    chosen = random.Random(number)
    return " ".join(f"w{chosen.randrange(500)}" for _ in range(80))


def talk(number: int, more: str = "") -> dict:
    return {
        "messages": [
            {"role": "user", "content": story(number) + more},
            {"role": "assistant", "content": story(number + 1000)},
        ]
    }


@pytest.fixture
def ten(take):
    return take([talk(n) for n in range(10)]).added


def test_a_file_is_compared(dataset, ten, given, tmp_path: Path) -> None:
    file = given([talk(3), talk(5, " once"), talk(77), b"".decode()], "bench.jsonl")

    result = against(dataset, "bench.jsonl", file, threshold=0.85)

    assert [(m.entry, m.other) for m in result.matches] == [
        (ten[3].id, "bench.jsonl:1"),
        (ten[5].id, "bench.jsonl:2"),
    ]
    assert result.matches[0].likeness == 1.0
    assert 0.85 <= result.matches[1].likeness < 1
    assert (result.compared, result.refused) == (3, 1)


def test_an_older_commit_is_compared_but_no_entry_with_itself(dataset, ten, take) -> None:
    take([talk(3, " once")], "more.jsonl")

    result = against(dataset, "HEAD", dataset.path / "HEAD", threshold=0.85)

    assert {m.entry for m in result.matches} >= {ten[3].id}
    assert all(m.entry != m.other for m in result.matches)
    assert len(result.matches) == 2


def test_another_dataset_is_compared(dataset, ten, tmp_path: Path, git) -> None:
    git("clone", "-q", str(dataset.path), str(tmp_path / "copy"))
    (part,) = (tmp_path / "copy" / "entries").rglob("*.jsonl")
    part.write_text(part.read_text().replace('"id":"0', '"id":"1'))

    assert len(against(dataset, "copy", tmp_path / "copy", threshold=0.85).matches) == 10


def test_what_is_neither_is_named(dataset, ten, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="nowhere is no file and no revision"):
        against(dataset, "nowhere", tmp_path / "nowhere", threshold=0.85)
