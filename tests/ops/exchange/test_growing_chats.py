"""Chats that are continued elsewhere and imported again."""

import json
from pathlib import Path
from typing import Any

from talekeep.core.entry import Entry
from talekeep.ops.exchange.incoming.import_files import Options
from talekeep.ops.exchange.incoming.import_files import import_files
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


def texts(entry: Entry) -> list[str]:
    return [message["content"] for message in entry["messages"]]


def sidecars(dataset: Dataset) -> list[dict[str, Any]]:
    now = dataset.at("HEAD")
    return [sidecar for part in now.parts() for sidecar in now.sidecars(part).values()]


def edit_of(dataset: Dataset, opening: str, place: int, text: str) -> None:
    """Edit one message of the entry with this opening."""
    with dataset.writing("edit"):
        draft = Draft(dataset)
        (one,) = [one for one in select(dataset, draft.now) if texts(one.entry)[0] == opening]
        messages = [dict(message) for message in one.entry["messages"]]
        messages[place]["content"] = text
        draft.change(one, {**one.entry, "messages": messages})
        draft.finish("Edit", "edit")


def rows(*conversations: tuple[str, list[str]]) -> list[dict[str, Any]]:
    roles = ("user", "assistant")
    return [
        {"id": own, "messages": [{"role": roles[n % 2], "content": text} for n, text in enumerate(words)]}
        for own, words in conversations
    ]


def save_rows(file: Path, *conversations: tuple[str, list[str]]) -> None:
    file.write_text("".join(json.dumps(row) + "\n" for row in rows(*conversations)))


IDS = ["one", "11111111-2222-4333-8444-555555555555"]


def test_any_file_with_ids_grows(dataset: Dataset, tmp_path: Path) -> None:
    file = tmp_path / "export.jsonl"
    save_rows(file, *((own, [f"Hi {own}", "Hey."]) for own in IDS))
    import_files(dataset, [file])
    edit_of(dataset, f"Hi {IDS[0]}", 1, "Hey there.")
    save_rows(file, *((own, [f"Hi {own}", "Hey.", "More", "Sure."]) for own in IDS), ("new", ["Yo", "Yes."]))
    result = import_files(dataset, [file])
    assert (len(result.added), len(result.changed), result.conflicts) == (1, 2, [])
    assert sorted(texts(entry) for entry in entries(dataset)) == [
        [f"Hi {IDS[1]}", "Hey.", "More", "Sure."],
        ["Hi one", "Hey there.", "More", "Sure."],
        ["Yo", "Yes."],
    ]


def test_a_conversation_that_a_file_has_no_more_stays_and_is_named(dataset: Dataset, tmp_path: Path) -> None:
    file = tmp_path / "export.jsonl"
    save_rows(file, ("one", ["Hi", "Hey."]), ("two", ["Rope?", "Here."]))
    first = import_files(dataset, [file])
    save_rows(file, ("one", ["Hi", "Hey.", "More", "Sure."]))
    result = import_files(dataset, [file])
    assert (len(result.changed), result.removed, result.absent) == (1, [], [first.added[1].id])
    assert len(entries(dataset)) == 2


def test_another_file_of_the_same_name_with_the_same_ids_is_added(dataset: Dataset, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        texts_there = [f"What of {folder}?", f"That of {folder}."]
        save_rows(tmp_path / folder / "train.jsonl", ("1", texts_there), ("2", texts_there[::-1]))
    import_files(dataset, [tmp_path / "a" / "train.jsonl"])
    result = import_files(dataset, [tmp_path / "b" / "train.jsonl"])
    assert (len(result.added), len(result.changed), result.absent) == (2, 0, [])


def test_swipes_of_a_grown_chat_come_along(dataset: Dataset, tmp_path: Path) -> None:
    file = tmp_path / "Mara.jsonl"
    turns = lines(4)
    save(file, turns)
    import_files(dataset, [file])
    turns = [*turns, *lines(2, 4)]
    turns[2] = {**turns[2], "swipes": [turns[2]["mes"], "Regenerated since."], "swipe_id": 0}
    turns[4] = {**turns[4], "swipes": [turns[4]["mes"], "Another one."], "swipe_id": 0}
    save(file, turns)
    import_files(dataset, [file])
    (sidecar,) = sidecars(dataset)
    swipes = [other["messages"][0]["content"] for other in sidecar["alternatives"]]
    assert swipes == ["Regenerated since.", "Another one."]


def test_a_renamed_chat_is_the_same_chat(dataset: Dataset, tmp_path: Path) -> None:
    folder = tmp_path / "chats"
    folder.mkdir()
    save(folder / "a.jsonl", lines(6))
    import_files(dataset, [folder])
    (folder / "a.jsonl").unlink()
    save(folder / "The storm.jsonl", lines(8))
    result = import_files(dataset, [folder])
    assert (len(result.added), len(result.changed), result.vanished) == (0, 1, [])
    (entry,) = entries(dataset)
    assert len(entry["messages"]) == 8
    save(folder / "The storm.jsonl", lines(10))
    assert len(import_files(dataset, [folder]).changed) == 1


def test_a_chat_that_vanished_from_its_folder_is_named_and_stays(dataset: Dataset, tmp_path: Path) -> None:
    folder = tmp_path / "chats"
    folder.mkdir()
    save(folder / "a.jsonl", lines(6))
    save(folder / "b.jsonl", lines(6, 100), {**HEADER, "create_date": "2024-10-01"})
    import_files(dataset, [folder])
    assert import_files(dataset, [folder]).vanished == []
    (folder / "a.jsonl").unlink()
    result = import_files(dataset, [folder])
    assert (result.vanished, len(result.same), result.commit) == (["a.jsonl"], 1, None)
    assert len(entries(dataset)) == 2


def test_a_conflict_of_one_chat_keeps_no_other_one_back(dataset: Dataset, tmp_path: Path) -> None:
    folder = tmp_path / "chats"
    folder.mkdir()
    headers = [{**HEADER, "create_date": f"2024-10-0{n}"} for n in range(1, 5)]
    chats = [lines(6, 100 * n) for n in range(4)]
    for n, (turns, header) in enumerate(zip(chats, headers, strict=True)):
        save(folder / f"{n}.jsonl", turns, header)
    import_files(dataset, [folder])
    for n in (0, 2):
        edit_of(dataset, chats[n][0]["mes"], 2, "Nothing of what stood here before.")
    for n, (turns, header) in enumerate(zip(chats, headers, strict=True)):
        turns[2]["mes"] = "Quite another thing entirely, written there."
        save(folder / f"{n}.jsonl", [*turns, *lines(2, 1000 + n)], header)
    save(folder / "new.jsonl", lines(4, 2000), {**HEADER, "create_date": "2025-01-01"})
    result = import_files(dataset, [folder])
    assert (len(result.added), len(result.changed)) == (1, 2)
    assert len({conflict.entry for conflict in result.conflicts}) == 1
    (waiting,) = result.refused
    assert (waiting.file, "0.jsonl" in waiting.reason) == ("2.jsonl", True)


def test_an_unchanged_folder_looks_at_each_chat_once(dataset: Dataset, tmp_path: Path) -> None:
    folder = tmp_path / "chats"
    folder.mkdir()
    save(folder / "a.jsonl", lines(6))
    import_files(dataset, [folder])
    edit(dataset, 2, "Edited here.")
    result = import_files(dataset, [folder])
    assert (len(result.same), result.commit) == (1, None)
    assert "Edited here." in texts(entries(dataset)[0])


def test_another_folder_of_the_same_name_has_lost_nothing(dataset: Dataset, tmp_path: Path) -> None:
    for parent, names in (("monday", "ab"), ("tuesday", "cd")):
        folder = tmp_path / parent / "chats"
        folder.mkdir(parents=True)
        for name in names:
            talk = [{"role": "user", "content": f"Who is {name}?"}, {"role": "assistant", "content": "Me."}]
            (folder / f"{name}.jsonl").write_text(json.dumps({"messages": talk}) + "\n", encoding="utf-8")
        result = import_files(dataset, [folder])
        assert (len(result.added), result.vanished) == (2, [])


def test_another_folder_of_the_same_name_with_a_file_of_the_same_name_lost_nothing(
    dataset: Dataset, tmp_path: Path
) -> None:
    for place, number in (("mine", 0), ("theirs", 500)):
        (tmp_path / place / "chats").mkdir(parents=True)
        for name, start in (("a.jsonl", number), ("b.jsonl", number + 100)):
            header = {**HEADER, "create_date": f"2024-10-{start // 100 + 1:02}"}
            save(tmp_path / place / "chats" / name, lines(6, start), header)
    import_files(dataset, [tmp_path / "mine" / "chats"])
    (tmp_path / "theirs" / "chats" / "b.jsonl").unlink()

    assert import_files(dataset, [tmp_path / "theirs" / "chats"]).vanished == []
    (tmp_path / "mine" / "chats" / "b.jsonl").unlink()
    assert import_files(dataset, [tmp_path / "mine" / "chats"]).vanished == ["b.jsonl"]
