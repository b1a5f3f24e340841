"""A file that left as an export comes back as edits of its entries; anything else is only ever added."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from talekeep.core.errors import Refused
from talekeep.ops.entries import split_join
from talekeep.ops.exchange import export
from talekeep.ops.exchange.incoming import import_files
from talekeep.ops.history import commit as commit_op
from talekeep.ops.history import log
from talekeep.ops.merge import conflicts
from talekeep.ops.merge import resolve

OTHER_WORDS = "out.jsonl: 1 id here already with other words: added beside, as new entries"

ID = "123e4567-e89b-42d3-a456-42661417400"


def rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n") if line]


def rewrite(file: Path, change: Callable[[list[dict[str, Any]]], Any]) -> None:
    """Edit the records of a file as another program would, with other spacing."""
    result = rows(file)
    change(result)
    file.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in result), encoding="utf-8")


def say(number: int, place: int, text: str, **more: Any) -> Callable[[list[dict[str, Any]]], None]:
    def change(item: list[dict[str, Any]]) -> None:
        message = item[number]["messages"][place]
        item[number]["messages"][place] = message | {"content": text} | more

    return change


def retag(file: Path, **changes: Any) -> None:
    place = file.with_name(f".{file.name}.provenance.json")
    place.write_text(json.dumps(json.loads(place.read_text()) | changes))


@pytest.fixture
def left(dataset, take, talk, tmp_path: Path) -> Callable[..., Path]:
    """Three entries, exported; the file."""

    def exported(**how: Any) -> Path:
        take([talk(str(n), id=f"{ID}{n}", tags=["a"], score=n) for n in range(3)])
        export.export(dataset, tmp_path / "out.jsonl", **how)
        return tmp_path / "out.jsonl"

    return exported


def test_an_edited_export_comes_back_as_edits_in_one_commit(dataset, take, left, entries) -> None:
    file = left()
    rewrite(file, say(1, 0, "A better question?"))

    result = take(file)

    assert [t.id for t in result.changed] == [f"{ID}1"]
    assert (len(result.same), result.added, result.absent, result.conflicts) == (2, [], [], [])
    assert [e["messages"][0]["content"] for e in entries()] == ["0", "A better question?", "2"]
    commit = dataset.repo.commit(dataset.repo.head())
    assert commit.message == (
        "Re-import 1 entry from out.jsonl\n\nTalekeep-Op: import\nTalekeep-Entries: +0 ~1 -0\n"
    )


def test_edits_of_both_sides_come_together(dataset, take, left, entries, edit) -> None:
    file = left()
    edit("A friend of 1", "Nobody")
    commit_op.commit(dataset, "Edit")

    def change(item: list[dict[str, Any]]) -> None:
        say(1, 0, "Theirs?")(item)
        item[1]["tags"] = ["b"]
        item[1]["note_of_theirs"] = True

    rewrite(file, change)
    take(file)

    merged = entries()[1]
    assert [m["content"] for m in merged["messages"]] == ["Theirs?", "Nobody"]
    assert (merged["tags"], merged["score"], merged["note_of_theirs"]) == (["b"], 1, True)


def test_an_unedited_export_changes_nothing(dataset, take, left) -> None:
    file = left()
    head = dataset.repo.head()

    result = take(file)

    assert (len(result.same), result.changed, result.commit) == (3, [], None)
    assert dataset.repo.head() == head


@pytest.mark.parametrize("format", ["chatml", "sharegpt", "rolethread"])
def test_what_a_format_cannot_hold_is_not_taken_for_a_deletion(
    dataset, take, entries, tmp_path: Path, format: str
) -> None:
    rich = [
        {"role": "user", "name": "mara", "content": [{"type": "text", "text": "Look."}], "weight": 0},
        {"role": "assistant", "name": "小明", "content": "I do.", "x": None},
        {"role": "user", "content": "And now?"},
    ]
    take([{"id": f"{ID}0", "messages": rich, "tags": ["恋愛", "slow_burn"], "metadata": {"k": [1]}}])
    out = tmp_path / "out.jsonl"
    export.export(dataset, out, format=format)
    text = out.read_text(encoding="utf-8")
    out.write_text(text.replace("And now?", "And then?"), encoding="utf-8")

    result = take(out)

    assert len(result.changed) == 1
    outcome = entries()[0]
    assert outcome["messages"][:2] == rich[:2]
    assert outcome["messages"][2]["content"] == "And then?"
    assert (outcome["tags"], outcome["metadata"]) == (["恋愛", "slow_burn"], {"k": [1]})


def test_a_prompt_that_sharegpt_was_not_shown_stays(dataset, shared: Path, tmp_path: Path, entries) -> None:
    import_files.import_files(dataset, [shared / "rolethread" / "sharegpt_fastchat"])
    out = tmp_path / "out.jsonl"
    export.export(dataset, out, format="sharegpt")
    before = entries()
    rewrite(out, lambda item: item[0]["conversations"][0].update(value="Edited?"))

    result = import_files.import_files(dataset, [out])

    assert (len(result.changed), len(result.same)) == (1, 39)
    wanted = json.loads(json.dumps(before[0]))
    wanted["messages"][1]["content"] = "Edited?"
    assert entries() == [wanted, *before[1:]]


def test_a_speaker_who_is_new_in_the_file_is_met(dataset, take, left, entries) -> None:
    file = left()
    rewrite(file, lambda item: item[1]["messages"][0].update(role="Captain Holm"))

    result = take(file)

    assert (entries()[1]["messages"][0]["name"], result.speakers) == (
        "captain_holm",
        {"Captain Holm": "user:captain_holm"},
    )
    assert b"Captain Holm" in dataset.now().read("library/characters.toml")


def test_a_conflict_waits_in_the_folder_until_it_is_resolved(dataset, take, left, entries, edit) -> None:
    file = left()
    edit('"content":"1"', '"content":"Ours, wholly new"')
    commit_op.commit(dataset, "Edit")
    rewrite(file, say(1, 0, "Theirs and nothing like it"))
    rewrite(file, say(2, 0, "Merges well"))

    result = take(file)

    assert [(c.entry, c.path, c.theirs) for c in result.conflicts] == [
        (f"{ID}1", ("messages", 0, "content"), "Theirs and nothing like it")
    ]
    assert [t.id for t in result.changed] == [f"{ID}2"]
    assert conflicts.conflicts(dataset) == result.conflicts
    with pytest.raises(Refused):
        commit_op.commit(dataset, "Not yet")
    with pytest.raises(Refused, match="open conflict"):
        take(file)

    resolve.resolve(dataset, resolve.choose_side("theirs"))
    commit_op.commit(dataset, "Settled")
    assert [e["messages"][0]["content"] for e in entries()] == [
        "0",
        "Theirs and nothing like it",
        "Merges well",
    ]


@pytest.mark.parametrize(("side", "stays"), [("theirs", True), ("ours", False)])
def test_an_entry_removed_here_and_edited_there_is_asked_about(
    dataset, take, left, entries, side: str, stays: bool
) -> None:
    file = left()
    part = next((dataset.path / "entries").rglob("*.jsonl"))
    kept = [line for line in part.read_text().splitlines(keepends=True) if f"{ID}1" not in line]
    part.write_text("".join(kept))
    commit_op.commit(
        dataset,
        "Remove one",
    )
    rewrite(file, say(1, 0, "Still wanted"))

    result = take(file)

    assert [(c.entry, c.path) for c in result.conflicts] == [(f"{ID}1", ())]
    resolve.resolve(dataset, resolve.choose_side(side))
    commit_op.commit(dataset, "Settled")
    assert (f"{ID}1" in [e["id"] for e in entries()]) is stays


def test_an_entry_removed_here_and_left_alone_there_stays_removed(dataset, take, left, entries) -> None:
    file = left()
    part = next((dataset.path / "entries").rglob("*.jsonl"))
    part.write_text("".join(part.read_text().splitlines(keepends=True)[1:]))
    commit_op.commit(dataset, "Remove one")

    result = take(file)

    assert (result.changed, result.added, result.commit) == ([], [], None)
    assert [e["id"] for e in entries()] == [f"{ID}1", f"{ID}2"]


def test_entries_missing_from_the_file_stay_and_are_named(take, left, entries) -> None:
    file = left(where="tag:a")
    rewrite(file, lambda item: item.pop(1))

    result = take(file)

    assert result.absent == [f"{ID}1"]
    assert len(entries()) == 3


def test_what_was_not_exported_is_not_called_missing(take, left) -> None:
    assert take(left(where="text:0")).absent == []


def test_new_records_of_a_trusted_file_are_added_with_their_source(
    dataset, take, left, talk, entries
) -> None:
    file = left()
    rewrite(file, lambda item: item.append(talk("new")))
    rewrite(file, say(0, 0, "Edited too"))

    result = take(file)

    assert (len(result.added), len(result.changed)) == (1, 1)
    assert [e["messages"][0]["content"] for e in entries()] == ["Edited too", "1", "2", "new"]
    part = dataset.now().parts()[-1]
    assert dataset.now().sidecars(part)[result.added[0].id]["source"]["from"] == "out_jsonl"
    assert log.log(dataset)[0].subject == "Re-import 2 entries from out.jsonl"


def test_an_id_that_stands_twice_in_the_file_is_merged_once(take, left, entries) -> None:
    file = left()
    rewrite(file, lambda item: item.append(item[0] | {"messages": item[1]["messages"]}))

    result = take(file)

    assert len(result.added) == 1
    assert len({e["id"] for e in entries()}) == 4


def test_ids_of_other_programs_lead_home_from_sharegpt(dataset, take, talk, tmp_path: Path, entries) -> None:
    take([talk("1", id="row-1"), talk("2", id="row-2"), talk("3", id="row-2")])
    assert len(entries()) == 3
    out = tmp_path / "out.jsonl"
    export.export(dataset, out, format="sharegpt")
    out.write_text(out.read_text().replace('"value":"1"', '"value":"One"'))

    result = take(out)

    assert (len(result.changed), len(result.same), result.added) == (1, 2, [])
    assert entries()[0]["messages"][0]["content"] == "One"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"dataset": "0193c7aa-0000-7000-8000-000000000001"}, "another dataset"),
        ({"commit": "f" * 40}, "has no commit fffffff"),
        ({"commit": "HEAD"}, "names no commit"),
        ({"commit": "--upload-pack=x"}, "names no commit"),
        ({"commit": 7}, "names no commit"),
        ({"commit": None}, "not committed"),
        ({"clean": True}, "a clean export has no ids"),
        ({"format": "../../etc"}, "no format"),
        ({"format": ["chatml"]}, "no format"),
        ({"query": "tag:("}, "no query"),
        ({"query": "x" * 5000}, "no query"),
        ({"schema": "talekeep.provenance/9"}, "is no talekeep.provenance/1"),
    ],
)
def test_a_note_that_proves_nothing_only_adds(take, left, entries, changes: Any, reason: str) -> None:
    file = left()
    rewrite(file, say(1, 0, "Edited"))
    retag(file, **changes)
    before = entries()

    result = take(file)

    assert (result.changed, len(result.added), len(result.same)) == ([], 1, 2)
    assert [e for e in entries() if e in before] == before
    assert result.notes[0].startswith("out.jsonl: only added, not merged back: ")
    assert reason in result.notes[0]


def test_a_note_that_names_a_tree_or_a_strange_commit_only_adds(dataset, take, left, git) -> None:
    file = left()
    rewrite(file, say(1, 0, "Edited"))
    for commit in (dataset.head_tree(), dataset.repo.head().upper(), dataset.repo.head()[:12]):
        retag(file, commit=commit)
        result = take(file, dry_run=True)
        assert (result.changed, len(result.added)) == ([], 1)
        assert [note for note in result.notes if note != OTHER_WORDS] == result.notes[:1]
        assert OTHER_WORDS in result.notes


@pytest.mark.parametrize("data", [b"", b"\xff", b"[]", b'{"schema":', b"[" * 5000])
def test_a_note_that_is_no_note_only_adds(take, left, data: bytes) -> None:
    file = left()
    file.with_name(".out.jsonl.provenance.json").write_bytes(data)

    result = take(file)

    assert (result.changed, result.added, len(result.same), len(result.notes)) == ([], [], 3, 1)


def test_without_any_note_a_file_is_only_added(dataset, take, left, entries) -> None:
    """Weak spot 44: a mark of its own making is no proof of where a file comes from."""
    file = left(format="rolethread")
    file.with_name(".out.jsonl.provenance.json").unlink()
    shutil.rmtree(dataset.private / "exports")
    rewrite(file, say(1, 0, "Edited"))

    result = take(file)

    assert (result.changed, len(result.added), len(entries())) == ([], 1, 4)


def test_an_export_that_lost_its_note_is_known_by_what_it_holds(
    dataset, take, left, entries, tmp_path
) -> None:
    file = left(format="rolethread")
    file.with_name(".out.jsonl.provenance.json").unlink()
    rewrite(file, say(1, 0, "Edited here"))
    take(file)
    export.export(dataset, tmp_path / "newer.jsonl", format="rolethread")
    rewrite(file, lambda item: item[2].update(tags=["theirs"]))
    moved = file.rename(tmp_path / "moved.jsonl")

    result = take(moved)

    assert (result.added, result.conflicts) == ([], [])
    assert [e["messages"][0]["content"] for e in entries()] == ["0", "Edited here", "2"]
    assert entries()[2]["tags"] == ["theirs"]


def test_adding_only_can_be_asked_for(dataset, left, entries) -> None:
    file = left()
    rewrite(file, say(1, 0, "Edited"))

    result = import_files.import_files(dataset, [file], import_files.Options(trust=False))

    assert (result.changed, len(result.added)) == ([], 1)
    assert result.notes == [OTHER_WORDS]


def test_a_dry_run_says_what_would_merge_and_writes_nothing(dataset, take, left, entries, edit) -> None:
    file = left()
    edit('"content":"1"', '"content":"Ours, wholly new"')
    commit_op.commit(dataset, "Edit")
    rewrite(file, say(1, 0, "Theirs and nothing like it"))
    rewrite(file, say(2, 0, "Merges well"))
    before, head = entries(), dataset.repo.head()

    result = take(file, dry_run=True)

    assert (len(result.conflicts), len(result.changed), result.commit) == (1, 1, None)
    assert (entries(), dataset.repo.head()) == (before, head)


def test_a_record_cannot_bring_a_conflict_of_its_own(dataset, take, left, entries) -> None:
    file = left()
    forged = {"path": ["messages", "x", 9], "ours": 1, "theirs": 2}
    rewrite(file, lambda item: item[1].update(talekeep_conflict=[forged]))

    result = take(file)

    assert ([r.line for r in result.refused], result.conflicts, result.commit) == ([2], [], None)
    assert "a conflict of its own" in result.refused[0].reason


def test_a_record_that_would_be_an_error_is_set_aside(take, left, entries) -> None:
    file = left()
    rewrite(file, lambda item: item[1].update(messages=[]))

    result = take(file)

    assert [r.line for r in result.refused] == [2]
    assert (result.changed, len(entries())) == ([], 3)


def test_edited_copies_of_one_record_each_find_home(dataset, take, tmp_path: Path, entries) -> None:
    take([{"id": "chat_7", "conversations": [{"from": "human", "value": "Who?"}]}])
    split_join.duplicate(dataset, [entries()[0]["id"]])
    out = tmp_path / "back.jsonl"
    export.export(dataset, out, format="sharegpt")

    def change(item: list[dict[str, Any]]) -> None:
        for number, row in enumerate(item):
            row["conversations"][0]["value"] = f"Edited {number}"

    rewrite(out, change)
    result = take(out)

    assert (len(result.changed), result.added) == (2, [])
    assert [entry["messages"][0]["content"] for entry in entries()] == ["Edited 0", "Edited 1"]
