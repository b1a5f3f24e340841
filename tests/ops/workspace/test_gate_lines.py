"""What a commit is refused for: whatever is wrong in the parts it changes, whoever brought it in."""

import json
from pathlib import Path

import pytest

from talekeep.ops.history import commit
from talekeep.ops.workspace import validation


def part_of(folder: Path) -> Path:
    return next(iter(sorted(folder.glob("entries/*/*.jsonl"))))


def lines_of(part: Path) -> list[bytes]:
    return part.read_bytes().splitlines(keepends=True)


def edited(line: bytes, text: str) -> bytes:
    entry = json.loads(line)
    entry["messages"][0]["content"] = text
    return json.dumps(entry).encode() + b"\n"


@pytest.fixture
def part(dataset, take, talk) -> Path:
    take([talk(text) for text in ("one", "two", "three")])
    return part_of(dataset.path)


def test_a_new_bad_line_beside_good_ones_is_refused(dataset, part: Path) -> None:
    first, *rest = lines_of(part)
    part.write_bytes(b"".join([first, b'{"id": 7}\n', *rest]))

    with pytest.raises(validation.Invalid, match=r":2:"):
        commit.commit(dataset)


def test_a_bad_line_that_slipped_in_unchecked_is_refused_with_the_next_change(dataset, part, git) -> None:
    first, second, third = lines_of(part)
    part.write_bytes(b"".join([first, b'{"id": 7}\n', third]))
    git("commit", "-qam", "unchecked", "--no-verify", cwd=dataset.path, check=0)
    part.write_bytes(b"".join([edited(first, "another"), b'{"id": 7}\n', third]))

    with pytest.raises(validation.Invalid, match=r":2:"):
        commit.commit(dataset)

    part.write_bytes(b"".join([edited(first, "another"), second, third]))
    assert commit.commit(dataset).commit is not None


def test_a_line_copied_below_itself_is_refused(dataset, part: Path) -> None:
    first, *rest = lines_of(part)
    part.write_bytes(b"".join([first, first, *rest]))

    with pytest.raises(validation.Invalid, match="S005"):
        commit.commit(dataset)
