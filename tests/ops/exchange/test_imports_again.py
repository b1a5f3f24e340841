"""Importing again adds what is new and nothing else, and never writes over an entry."""

from pathlib import Path

import pytest

from talekeep.ops.exchange.incoming import import_files
from talekeep.ops.history import commit
from talekeep.store import parts

OWN = "123e4567-e89b-42d3-a456-426614174000"


def test_the_same_file_twice_adds_nothing(dataset, take, given, talk) -> None:
    file = given([talk("1"), talk("2", id="row"), talk("3", id=OWN), talk("3")])
    first = take(file)
    head = dataset.repo.head()

    again = take(file)

    assert again.added == []
    assert [t.id for t in again.same] == [t.id for t in first.added]
    assert (again.commit, dataset.repo.head()) == (None, head)


def test_not_even_after_an_entry_was_edited(dataset, take, given, talk, edit) -> None:
    file = given([talk("1"), talk("2")])
    first = take(file)
    edit("A friend of 1", "Nobody")
    commit.commit(dataset, "Edit")

    again = take(file)

    assert again.added == []
    assert [t.id for t in again.same] == [t.id for t in first.added]


def test_not_even_with_tags_another_name_or_another_order_of_keys(take, talk) -> None:
    take([talk("1", x=1, y=2)], tags=("draft",))

    again = take([dict(reversed(talk("1", x=1, y=2).items()))], "renamed.jsonl", tags=("other",))

    assert (len(again.added), len(again.same)) == (0, 1)


def test_a_grown_copy_adds_only_what_is_new(take, talk, entries) -> None:
    take([talk("1"), talk("2")])

    again = take([talk("0"), talk("1"), talk("2"), talk("3")], "copy.jsonl")

    assert [t.line for t in again.added] == [1, 4]
    assert [t.line for t in again.same] == [2, 3]
    assert len(entries()) == 4


def test_a_file_named_twice_in_one_command_goes_in_once(dataset, given, talk, entries) -> None:
    file = given([talk("1"), talk("2")])

    result = import_files.import_files(dataset, [file, file])

    assert (len(result.added), len(result.same)) == (2, 2)
    assert len(entries()) == 2


def test_equal_records_of_one_file_are_all_taken(take, given, talk, entries) -> None:
    file = given([talk("1"), talk("1"), talk("1")])

    result = take(file)

    assert len({t.id for t in result.added}) == len(entries()) == 3
    again = take(file)
    assert (len(again.added), len(again.same)) == (0, 3)
    assert {t.id for t in again.same} == {t.id for t in result.added}


def test_one_more_of_the_same_is_one_more(take, talk, entries) -> None:
    take([talk("1"), talk("1")])

    again = take([talk("1"), talk("1"), talk("1")], "grown.jsonl")

    assert (len(again.added), len(again.same)) == (1, 2)
    assert len(entries()) == 3


def test_a_taken_id_never_overwrites(dataset, take, talk, entries) -> None:
    take([talk("1", id=OWN)])

    result = take([talk("Another", id=OWN)], "other.jsonl")

    assert len(result.added) == 1
    outcome = entries()
    assert [e["messages"][0]["content"] for e in outcome] == ["1", "Another"]
    assert outcome[0]["id"] == OWN != outcome[1]["id"]
    sidecar = dataset.now().sidecars(dataset.now().parts()[0])[outcome[1]["id"]]
    assert sidecar["source"]["id"] == OWN


def test_two_records_with_one_id_in_one_file_are_two_entries(take, talk, entries) -> None:
    result = take([talk("1", id=OWN), talk("2", id=OWN)])

    assert len(result.added) == 2
    assert [e["id"] == OWN for e in entries()] == [True, False]


def test_an_entry_that_comes_back_as_it_left_is_the_same(dataset, take, talk, entries) -> None:
    take([talk("1"), talk("2")])

    again = take(entries(), "back.jsonl")

    assert (len(again.added), len(again.same)) == (0, 2)


def test_new_entries_go_to_the_last_part_until_it_is_full(dataset, take, talk) -> None:
    take([talk("1")])
    take([talk("2")], "b.jsonl")
    assert len(dataset.now().parts()) == 1

    take([talk("x" * 2000 + str(n)) for n in range(100)], "c.jsonl")

    result = dataset.now().parts()
    target = dataset.config.storage.target
    sizes = [len(dataset.now().read(p)) for p in result]
    assert len(result) > 2
    assert [parts.number_of(p) for p in result] == list(range(len(result)))
    assert all(target <= size < target + 5000 for size in sizes[:-1])
    texts = [line.value["messages"][0]["content"][-2:] for line in dataset.now().entries()]
    assert texts[2:6] == ["x0", "x1", "x2", "x3"]


def test_a_part_with_uncommitted_edits_is_left_alone(dataset, take, talk, edit, git) -> None:
    take([talk("1")])
    part = edit("A friend of 1", "Not finished yet")
    mine = part.read_bytes()

    result = take([talk("2")], "b.jsonl")

    assert len(result.added) == 1
    assert part.read_bytes() == mine
    assert len(dataset.now().parts()) == 2
    assert git("status", "--porcelain", cwd=dataset.path).out.split() == [
        "M",
        str(part.relative_to(dataset.path)),
    ]


def test_staged_work_of_the_user_stays_out_of_the_commit(dataset, take, talk, git) -> None:
    (dataset.path / "notes.txt").write_text("Mine\n")
    git("add", "notes.txt", cwd=dataset.path, check=0)

    take([talk("1")])

    assert git("status", "--porcelain", cwd=dataset.path).out == "A  notes.txt\n"
    assert "notes.txt" not in dataset.at("HEAD").files


def test_a_last_line_without_its_newline_is_not_run_together(dataset, take, talk, entries, edit) -> None:
    take([talk("1")])
    part = dataset.path / dataset.now().parts()[0]
    part.write_bytes(part.read_bytes()[:-1])
    commit.commit(dataset)
    take([talk("2")], "b.jsonl")

    assert [e["messages"][0]["content"] for e in entries()] == ["1", "2"]


REAL = (
    "real/sharegpt-toolcalls.json",
    "real/sharegpt-fastchat.json",
    "real/llamafactory-v1-reasoning-tools.jsonl",
    "rolethread/dirty_handmade/dirty_handmade.jsonl",
    "rolethread/group_chat/group_chat.jsonl",
    "rolethread/solo_roleplay/solo_roleplay.jsonl",
    "rolethread/empty_new/empty_new.jsonl",
    "rolethread/sharegpt_tools/sharegpt_tools.json",
)


@pytest.mark.parametrize("name", REAL)
def test_a_real_file_goes_in_whole_once(dataset, take, shared: Path, name: str, git) -> None:
    first = take(shared / name)
    again = take(shared / name)

    assert len(first.added) > 0 or "empty" in name
    assert "dirty" in name or first.refused == []
    assert again.added == []
    assert len(again.same) == len(first.added)
    assert git("status", "--porcelain", cwd=dataset.path).out == ""
