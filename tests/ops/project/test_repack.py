"""`repack` cuts large parts in place, `status` suggests it, and `.git` is packed now and then."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from talekeep.core import codec
from talekeep.core.errors import Outside
from talekeep.store.clone import upkeep
from talekeep.store.git.pack import repack as objects

TARGET = 4096


@pytest.fixture
def grown(tmp_path: Path, run: Any) -> Path:
    """A dataset whose only part was made by hand and is far too large."""
    path = tmp_path / "harbor"
    run("init", path, "-q", check=0)
    run("-C", path, "config", "storage.target", str(TARGET), "-q", check=0)
    part = path / "entries/0000/00000-8000.jsonl"
    write(part, 0, 40)
    sidecar = path / "sidecars/0000/00000-8000.jsonl"
    sidecar.parent.mkdir(parents=True, exist_ok=True)
    notes = [{"id": name(n), "note": f"note {n}"} for n in range(0, 40, 3)]
    sidecar.write_bytes(b"".join(map(codec.encode, notes)))
    run("-C", path, "commit", "-q", "-m", "by hand", check=0)
    return path


def name(number: int) -> str:
    return f"0193c7aa-0000-7000-8000-{number:012d}"


def write(part: Path, first: int, last: int) -> None:
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_bytes(b"".join(codec.encode(entry(n)) for n in range(first, last)))


def entry(number: int) -> dict[str, Any]:
    turns = [
        {"role": "user", "content": f"{number} who goes there, at this hour of the night? " * 8},
        {"role": "assistant", "content": f"{number} a friend with bread and news from the harbor. " * 8},
    ]
    return {"id": name(number), "messages": turns, "tags": []}


def listed(path: Path) -> list[str]:
    parts = sorted((path / "entries").rglob("*.jsonl"))
    return [json.loads(line)["id"] for part in parts for line in part.read_bytes().split(b"\n")[:-1]]


def test_a_large_part_is_cut_and_the_order_stays(grown: Path, run: Any) -> None:
    before = listed(grown)
    answer = run("-C", grown, "repack", "--json", check=0).json

    assert listed(grown) == before
    (cut,) = answer["parts"]
    assert cut["part"] == "entries/0000/00000-8000.jsonl"
    assert "entries/0000/00000-8000.jsonl" in cut["into"]
    assert len(cut["into"]) > 4
    assert max(p.stat().st_size for p in (grown / "entries").rglob("*.jsonl")) < 2 * TARGET
    assert run("-C", grown, "validate", check=0).code == 0
    assert run("-C", grown, "show", name(3), "--json", check=0).json
    assert run("-C", grown, "repack", "--json", check=0).json["parts"] == []


def test_each_sidecar_line_goes_along_with_its_entry(grown: Path, run: Any) -> None:
    run("-C", grown, "repack", "-q", check=0)
    for sidecar in (grown / "sidecars").rglob("*.jsonl"):
        part = grown / "entries" / sidecar.relative_to(grown / "sidecars")
        ids = {json.loads(line)["id"] for line in part.read_bytes().split(b"\n")[:-1]}
        assert {json.loads(line)["id"] for line in sidecar.read_bytes().split(b"\n")[:-1]} <= ids


def test_a_dry_run_changes_nothing_and_says_what_would_be_cut(grown: Path, run: Any, git: Any) -> None:
    head = git("rev-parse", "HEAD", cwd=grown).out
    out = run("-C", grown, "repack", "--dry-run", check=0).out
    assert "entries/0000/00000-8000.jsonl" in out
    assert "Would cut 1 part" in out
    assert git("rev-parse", "HEAD", cwd=grown).out == head
    assert git("status", "--porcelain", cwd=grown).out == ""


def test_status_suggests_it(grown: Path, run: Any) -> None:
    run("-C", grown, "validate", "-q", check=0)
    answer = run("-C", grown, "status", "--json", check=0).json
    assert (answer["large"], answer["next"]) == (["entries/0000/00000-8000.jsonl"], "talekeep repack")
    run("-C", grown, "repack", "-q", check=0)
    answer = run("-C", grown, "status", "--json", check=0).json
    assert (answer["large"], answer["next"]) == ([], None)


def test_one_large_entry_alone_is_no_large_part(grown: Path, run: Any) -> None:
    part = grown / "entries/0000/00001-4000.jsonl"
    big = {**entry(90), "messages": [{"role": "user", "content": "word " * 9000}, *entry(90)["messages"]]}
    part.write_bytes(codec.encode(big))
    run("-C", grown, "commit", "-q", "-m", "one", check=0)
    assert run("-C", grown, "status", "--json", check=0).json["large"] == ["entries/0000/00000-8000.jsonl"]


def test_parts_with_names_of_their_own_become_parts_and_keep_their_order(grown: Path, run: Any) -> None:
    write(grown / "entries/a-few.jsonl", 100, 102)
    write(grown / "entries/many.jsonl", 102, 140)
    write(grown / "entries/the-last.jsonl", 140, 142)
    run("-C", grown, "commit", "-q", "-m", "more by hand", check=0)
    run("-C", grown, "repack", "-q", check=0)
    rows = run("-C", grown, "list", "--json", "--limit", "500", check=0).json["entries"]
    assert [row["id"] for row in rows] == [name(n) for n in [*range(40), *range(100, 142)]]
    assert (grown / "entries/many.jsonl").read_bytes() == b""


def test_a_part_between_two_of_its_number_is_cut_between_them(grown: Path, run: Any) -> None:
    write(grown / "entries/0000/00000-7fff.jsonl", 200, 201)
    write(grown / "entries/0000/00000-8002.jsonl", 300, 301)
    run("-C", grown, "commit", "-q", "-m", "beside", check=0)
    run("-C", grown, "repack", "-q", check=0)
    assert listed(grown) == [name(200), *(name(n) for n in range(40)), name(300)]


def test_without_uncommitted_work_in_the_way_only(grown: Path, run: Any) -> None:
    part = grown / "entries/0000/00000-8000.jsonl"
    part.write_bytes(part.read_bytes().replace(b"bread", b"salt", 1))
    assert run("-C", grown, "repack").code == 4


def test_a_life_of_edits_stays_near_a_fresh_clone(
    grown: Path, run: Any, git: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "_FREE", 192 * 1024)
    monkeypatch.setattr(upkeep, "_LONG", 0)
    text = ""
    for number in range(30):
        text += run("-C", grown, "tag", "add", f"t{number}", name(number % 40), check=0).err
    assert text.count("Packing .git") in range(1, 10)
    git("clone", "-q", "--no-local", grown, tmp_path / "fresh", check=0)
    assert weight(grown / ".git/objects") < 2 * weight(tmp_path / "fresh/.git/objects") + 192 * 1024
    assert git("fsck", "--full", cwd=grown).code == 0


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 3, 40])
def test_a_small_dataset_stays_within_twice_a_packed_clone(
    count: int, tmp_path: Path, run: Any, git: Any
) -> None:
    """Caches, hooks and settings included, as `talekeep clone` makes them; see decision 36."""
    harbor, fresh = tmp_path / "harbor", tmp_path / "fresh"
    run("init", harbor, "-q", check=0)
    write(harbor / "entries/0000/00000-8000.jsonl", 0, count)
    run("-C", harbor, "commit", "-q", "-m", "Begin", check=0)
    (tmp_path / "mirror").mkdir()
    run("-C", harbor, "remote", "add", "backup", str(tmp_path / "mirror"), "-q", check=0)
    for number in range(60):
        run("-C", harbor, "tag", "add", f"t{number}", name(0), "-q", check=0)
        if number % 12 == 11:
            run("clone", str(harbor), str(fresh), "-q", check=0)
            git("gc", "-q", "--prune=now", cwd=fresh, check=0)
            run("-C", fresh, "validate", "-q", check=None)
            assert weight(harbor / ".git") < 2 * weight(fresh / ".git")
            shutil.rmtree(fresh)


def weight(folder: Path) -> int:
    return sum(max(p.stat().st_size, 4096) for p in folder.rglob("*") if p.is_file())


@pytest.mark.parametrize("words", [["talekeep"], ["git"]])
def test_packing_by_itself_can_be_turned_off(
    words: list[str], grown: Path, run: Any, git: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "_FREE", 1024)
    if words == ["git"]:
        git("config", "gc.auto", "0", cwd=grown, check=0)
    else:
        run("-C", grown, "config", "repack.auto", "off", "-q", check=0)
    text = "".join(run("-C", grown, "tag", "add", f"t{n}", name(1), check=0).err for n in range(6))
    assert "Packing" not in text
    assert "Packing" not in run("-C", grown, "status", check=0).err


def test_a_quiet_command_packs_without_a_word(grown: Path, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "_FREE", 1024)
    assert run("-C", grown, "tag", "add", "calm", name(1), "-q", check=0).err == ""
    assert [*(grown / ".git/objects/pack").glob("*.pack")]


def test_work_that_began_before_a_repack_merges_into_the_new_parts(grown: Path, run: Any, git: Any) -> None:
    run("-C", grown, "branch", "draft", "-q", check=0)
    run("-C", grown, "repack", "-q", check=0)
    order = listed(grown)
    run("-C", grown, "switch", "draft", "-q", check=0)
    run("-C", grown, "tag", "add", "storm", name(30), "-q", check=0)
    run("-C", grown, "remove", name(12), "-q", check=0)
    run("-C", grown, "tag", "add", "calm", name(31), "-q", check=0)
    run("-C", grown, "switch", "main", "-q", check=0)

    run("-C", grown, "merge", "draft", "-q", check=0)

    assert listed(grown) == [one for one in order if one != name(12)]
    shown = run("-C", grown, "list", "--json", "--limit", "100", check=0).json["entries"]
    assert {row["id"]: row["tags"] for row in shown if row["tags"]} == {
        name(30): ["storm"],
        name(31): ["calm"],
    }
    run("-C", grown, "validate", check=0)
    assert git("status", "--porcelain", cwd=grown).out == ""


def test_a_join_across_parts_is_followed_and_undone(grown: Path, run: Any) -> None:
    run("-C", grown, "repack", "-q", check=0)
    before = {row["id"]: row for row in run("-C", grown, "list", "--json", "--limit", "100").json["entries"]}
    assert before[name(0)]["part"] != before[name(39)]["part"]
    run("-C", grown, "branch", "draft", "-q", check=0)
    run("-C", grown, "join", name(0), name(39), "-q", check=0)
    run("-C", grown, "switch", "draft", "-q", check=0)
    run("-C", grown, "replace", "39 a friend", "39 an old friend", name(39), "-q", check=0)
    run("-C", grown, "switch", "main", "-q", check=0)

    run("-C", grown, "merge", "draft", "-q", check=0)
    whole = run("-C", grown, "show", name(0), "--json", check=0).json["entry"]["messages"]
    assert [m["content"].split()[:5] for m in whole][3] == ["39", "an", "old", "friend", "with"]
    assert len(whole) == 4

    (join,) = [
        o for o in run("-C", grown, "log", "--ops", "--json").json["operations"] if o["operation"] == "join"
    ]
    run("-C", grown, "undo", join["id"], "-q", check=0)
    parted = run("-C", grown, "show", name(39), "--json", check=0).json["entry"]["messages"]
    assert parted[1]["content"].startswith("39 an old friend")
    assert len(run("-C", grown, "show", name(0), "--json", check=0).json["entry"]["messages"]) == 2


def test_where_packing_fails_the_parts_are_cut_and_the_answer_says_so(
    grown: Path, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = listed(grown)

    def refuse(dataset: object) -> None:
        raise Outside("cannot write the pack")

    with monkeypatch.context() as broken:
        broken.setattr(upkeep, "pack", refuse)
        result = run("-C", grown, "repack", check=5)
        again = run("-C", grown, "repack", check=5)

    assert ", but cannot write the pack" in result.err
    assert "committed as" in result.err
    assert "committed as" not in again.err
    assert listed(grown) == before
    run("-C", grown, "repack", check=0)
