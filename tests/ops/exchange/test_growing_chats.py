"""Chats that are continued elsewhere and imported again."""

import json
from pathlib import Path
from typing import Any

from talekeep.core.entry import Entry
from talekeep.ops.exchange.import_files import Options
from talekeep.ops.exchange.import_files import import_files
from talekeep.ops.workspace.changeset import Draft
from talekeep.ops.workspace.select import select
from talekeep.store.dataset import Dataset

HEADER = {"user_name": "Wren", "character_name": "Mara", "create_date": "2024-09-28", "chat_metadata": {}}


def lines(count: int, start: int = 0) -> list[dict[str, Any]]:
    words = ["lantern", "harbor", "rope", "gull", "storm", "door", "tide", "salt", "stair", "lamp"]
    return [
        {
            "name": ("Mara", "Wren")[n % 2],
            "is_user": bool(n % 2),
            "mes": f"{words[n % 10]} {n} {words[n // 10 % 10]} and {words[n * 7 % 10]} {n * n}",
        }
        for n in range(start, start + count)
    ]


def save(file: Path, turns: list[dict[str, Any]], header: dict[str, Any] = HEADER) -> None:
    file.write_text("".join(json.dumps(line) + "\n" for line in [header, *turns]))


def entries(dataset: Dataset) -> list[Entry]:
    return [one.entry for one in select(dataset, dataset.at("HEAD"))]


def edit(dataset: Dataset, place: int, text: str) -> None:
    with dataset.writing("edit"):
        draft = Draft(dataset)
        (one,) = select(dataset, draft.now)
        messages = [dict(message) for message in one.entry["messages"]]
        messages[place]["content"] = text
        draft.change(one, {**one.entry, "messages": messages})
        draft.finish("Edit", "edit")


def test_a_chat_of_300_lines_edited_here_and_continued_there_is_one_entry_with_both(
    dataset: Dataset, tmp_path: Path
) -> None:
    file = tmp_path / "Mara.jsonl"
    save(file, lines(300))
    import_files(dataset, [file])
    edit(dataset, 10, "Edited here.")
    save(file, lines(340))
    result = import_files(dataset, [file])
    assert (len(result.added), len(result.changed), result.refused, result.conflicts) == (0, 1, [], [])
    (entry,) = entries(dataset)
    assert len(entry["messages"]) == 340
    assert entry["messages"][10]["content"] == "Edited here."
    assert entry["messages"][-1]["content"] == lines(340)[-1]["mes"]


def test_a_chat_that_did_not_change_is_the_same(dataset: Dataset, tmp_path: Path) -> None:
    file = tmp_path / "Mara.jsonl"
    save(file, lines(10))
    import_files(dataset, [file])
    again = import_files(dataset, [file])
    assert (len(again.added), len(again.same), again.commit) == (0, 1, None)
    save(file, lines(12))
    import_files(dataset, [file])
    once_more = import_files(dataset, [file])
    assert (len(once_more.added), len(once_more.same), once_more.commit) == (0, 1, None)


def test_a_chat_grows_every_evening(dataset: Dataset, tmp_path: Path) -> None:
    file = tmp_path / "Mara.jsonl"
    for evening in range(1, 4):
        save(file, lines(10 * evening))
        import_files(dataset, [file])
        edit(dataset, evening, f"Edited on evening {evening}.")
    (entry,) = entries(dataset)
    texts = [message["content"] for message in entry["messages"]]
    assert len(texts) == 30
    assert [texts[n] for n in (1, 2, 3)] == [f"Edited on evening {n}." for n in (1, 2, 3)]


def test_a_folder_of_chats_adds_what_is_new_and_extends_what_grew(dataset: Dataset, tmp_path: Path) -> None:
    folder = tmp_path / "chats"
    folder.mkdir()
    save(folder / "a.jsonl", lines(6))
    save(folder / "b.jsonl", lines(6, 100), {**HEADER, "create_date": "2024-10-01"})
    import_files(dataset, [folder])
    save(folder / "a.jsonl", lines(8))
    save(folder / "c.jsonl", lines(4, 200), {**HEADER, "create_date": "2024-10-02"})
    result = import_files(dataset, [folder])
    assert (len(result.added), len(result.changed), len(result.same)) == (1, 1, 1)
    assert sorted(len(entry["messages"]) for entry in entries(dataset)) == [4, 6, 8]


def test_a_branch_of_a_chat_is_a_chat_of_its_own(dataset: Dataset, tmp_path: Path) -> None:
    save(tmp_path / "a.jsonl", lines(6))
    save(tmp_path / "a - Branch 1.jsonl", [*lines(4), *lines(2, 50)])
    import_files(dataset, [tmp_path / "a.jsonl"])
    assert len(import_files(dataset, [tmp_path / "a - Branch 1.jsonl"]).added) == 1


def test_one_edit_of_one_message_on_both_sides_is_a_conflict(dataset: Dataset, tmp_path: Path) -> None:
    file = tmp_path / "Mara.jsonl"
    save(file, lines(6))
    import_files(dataset, [file])
    edit(dataset, 2, "Nothing of what stood here before.")
    turns = lines(6)
    turns[2]["mes"] = "Quite another thing entirely, written there."
    save(file, turns)
    result = import_files(dataset, [file])
    assert len(result.conflicts) == 1


def test_a_dry_run_changes_nothing(dataset: Dataset, tmp_path: Path) -> None:
    file = tmp_path / "Mara.jsonl"
    save(file, lines(6))
    import_files(dataset, [file])
    before = dataset.head_tree()
    save(file, lines(8))
    assert len(import_files(dataset, [file], Options(dry_run=True)).changed) == 1
    assert dataset.head_tree() == before
