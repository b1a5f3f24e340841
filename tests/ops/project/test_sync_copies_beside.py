"""A copy of a sync program is named, not counted and not committed; tracked entries keep their ids."""

import json
from pathlib import Path

import pytest

NAMES = (
    "{} (PC's conflicted copy 2026-01-01)",
    "{}.sync-conflict-20260101-120000-ABCDEFG",
    "{}-PC",
    "{} 2",
    "{}~1",
)


def ids(dataset: Path, git) -> list[str]:
    rows = git("grep", "-ho", '"id":"[^"]*"', "HEAD", "--", "entries", cwd=dataset, check=0).out
    return sorted(rows.split())


@pytest.fixture
def copied(dataset, take, talk):
    take([talk("one"), talk("two"), talk("three")])
    part = sorted(dataset.path.glob("entries/*/*.jsonl"))[0]

    def copy(name: str, data: bytes | None = None) -> Path:
        place = part.with_name(name.format(part.stem) + ".jsonl")
        place.write_bytes(part.read_bytes() if data is None else data)
        return place

    return copy


@pytest.mark.parametrize("name", NAMES)
def test_a_copy_is_named_and_neither_counted_nor_committed(dataset, copied, run, git, name: str) -> None:
    place = copied(name)
    before = ids(dataset.path, git)

    status = run("status", "--json", cwd=dataset.path, check=0).json

    assert status["entries"] == 3
    assert not any(status["changes"].values())
    relative = place.relative_to(dataset.path).as_posix()
    assert [relative in warning and "rm " in warning for warning in status["warnings"]] == [True]
    assert run("validate", "--json", cwd=dataset.path, check=0).json["entries"] == 3
    run("commit", "-m", "nothing", cwd=dataset.path)
    run("repair", cwd=dataset.path)
    assert ids(dataset.path, git) == before
    assert place.exists()


@pytest.mark.parametrize("name", ["00000-0000", "mine", "zz"])
@pytest.mark.parametrize("edited", [False, True])
def test_repair_never_gives_a_tracked_entry_another_id(
    dataset, copied, run, git, name: str, edited: bool
) -> None:
    part = sorted(dataset.path.glob("entries/*/*.jsonl"))[0]
    place = copied(name, part.read_bytes().replace(b"one", b"uno") if edited else None)
    before = ids(dataset.path, git)

    run("repair", "--select", "S005", "--no-commit", cwd=dataset.path)

    now = [json.loads(line)["id"] for line in part.read_bytes().splitlines()]
    assert sorted(f'"id":"{one}"' for one in now) == before
    left = [json.loads(line)["id"] for line in place.read_bytes().splitlines()] if place.exists() else []
    assert not set(left) & set(now)
