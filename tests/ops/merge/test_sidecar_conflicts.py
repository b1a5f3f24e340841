"""An entry kept out of a conflict keeps its sidecar line, whichever git command met the conflict."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from talekeep.ops.merge import conflicts
from talekeep.ops.merge import resolve
from talekeep.ops.merge import unmerged_files

pytestmark = pytest.mark.slow

WAYS = ["merge", "cherry-pick", "rebase", "stash", "older stash", "revert"]
QUICK = ("stash", "revert")
EACH = [way if way in QUICK else pytest.param(way, marks=pytest.mark.slow) for way in WAYS]


def lines_of(folder: Path) -> tuple[Path, list[bytes]]:
    (file,) = folder.rglob("*.jsonl")
    return file, file.read_bytes().split(b"\n")[:-1]


@pytest.fixture
def do(dataset, git) -> Callable[..., Any]:
    return lambda *arguments, check=0: git(*arguments, cwd=dataset.path, check=check)


@pytest.fixture
def drop(dataset) -> Callable[[], None]:
    """Remove the first entry and its sidecar line, as `remove` would."""

    def dropped() -> None:
        for folder in ("entries", "sidecars"):
            file, lines = lines_of(dataset.path / folder)
            file.write_bytes(b"".join(line + b"\n" for line in lines[1:]))

    return dropped


@pytest.fixture
def met(dataset, take, talk, edit, drop, do) -> Callable[[str], str]:
    """Main removed the first entry, the other side edited it, and a git command brings that in."""

    def meet(way: str) -> str:
        take([talk("1"), talk("2"), talk("3")])
        entry = json.loads(lines_of(dataset.path / "entries")[1][0])["id"]
        if way != "revert":
            do("checkout", "-q", "-b", "side")
        edit("A friend of 1", "Nobody")
        if "stash" in way:
            do("stash", "-q")
        else:
            do("commit", "-qam", "edited")
        do("checkout", "-q", "main")
        drop()
        do("commit", "-qam", "removed")
        if way == "older stash":
            edit("A friend of 3", "Not this one")
            do("stash", "-q")
        if way == "rebase":
            do("checkout", "-q", "side")
        commands = {
            "merge": ["merge", "side"],
            "cherry-pick": ["cherry-pick", "side"],
            "rebase": ["rebase", "main"],
            "stash": ["stash", "pop"],
            "older stash": ["stash", "apply", "stash@{1}"],
            "revert": ["revert", "--no-edit", "main~1"],
        }
        assert do(*commands[way], check=None).code != 0
        return str(entry)

    return meet


def sidecar_ids(dataset: Any) -> list[str]:
    return [json.loads(line)["id"] for line in lines_of(dataset.path / "sidecars")[1]]


@pytest.mark.parametrize("staged", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.parametrize("way", EACH)
def test_an_entry_that_comes_back_brings_its_sidecar_line(way: str, staged: bool, dataset, met, do) -> None:
    entry = met(way)
    if staged and "stash" not in way:
        # Git forgets the sides of a file that is added as it lies; the commits are still named.
        do("add", "-A")
    (open_,) = conflicts.conflicts(dataset)
    assert (open_.entry, open_.path) == (entry, ())
    kept = "theirs" if open_.ours is None else "ours"

    resolve.resolve(dataset, resolve.choose_side(kept), entry=entry)

    ids = [json.loads(line)["id"] for line in lines_of(dataset.path / "entries")[1]]
    assert entry in ids
    assert sidecar_ids(dataset) == ids
    do("diff", "--exit-code", "--", "sidecars")


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_an_entry_that_goes_leaves_no_sidecar_line(way: str, dataset, met) -> None:
    entry = met(way)
    (open_,) = conflicts.conflicts(dataset)
    gone = "ours" if open_.ours is None else "theirs"

    resolve.resolve(dataset, resolve.choose_side(gone), entry=entry)

    ids = [json.loads(line)["id"] for line in lines_of(dataset.path / "entries")[1]]
    assert entry not in ids
    assert sidecar_ids(dataset) == ids


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_beginning_anew_finds_the_same_conflict(way: str, dataset, met) -> None:
    met(way)
    before = conflicts.conflicts(dataset)
    (part,) = (dataset.path / "entries").rglob("*.jsonl")
    part.write_bytes(b"spoiled\n")

    unmerged_files.restart(dataset)

    assert conflicts.conflicts(dataset) == before


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_a_sidecar_settled_along_with_an_entry_stays_settled(side: str, dataset, take, talk, edit, drop, do):
    def note(text: str) -> None:
        file, lines = lines_of(dataset.path / "sidecars")
        last = json.dumps({**json.loads(lines[-1]), "note": text}).encode()
        file.write_bytes(b"".join(line + b"\n" for line in [*lines[:-1], last]))

    take([talk("1"), talk("2")])
    do("checkout", "-q", "-b", "side")
    edit("A friend of 1", "Nobody")
    note("theirs")
    do("commit", "-qam", "edited")
    do("checkout", "-q", "main")
    drop()
    note("ours")
    do("commit", "-qam", "removed")
    do("merge", "-q", "side", check=1)

    result = resolve.resolve(dataset, resolve.choose_side(side))

    assert (len(result.resolved), result.conflicts) == (2, [])
    answer = [json.loads(line) for line in lines_of(dataset.path / "sidecars")[1]]
    assert [line.get("note") for line in answer] == ([None] if side == "theirs" else []) + [side]
