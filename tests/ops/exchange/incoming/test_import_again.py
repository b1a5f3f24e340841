"""A RoleThread Lite folder that is imported again after somebody worked on in RoleThread Lite, and here."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.ops.exchange.rolethread_lite import RoleThread
from tests.ops.exchange.rolethread_lite import four_entries

from talekeep.core.errors import Refused
from talekeep.ops.entries import split_join
from talekeep.ops.exchange.incoming import import_files
from talekeep.ops.exchange.incoming.import_files import Imported
from talekeep.ops.history import commit as commit_op
from talekeep.ops.library import edit_characters
from talekeep.ops.library import vocabulary
from talekeep.ops.library.library_editor import Shelf
from talekeep.ops.merge import conflicts
from talekeep.ops.merge import resolve


@pytest.fixture
def rtl(tmp_path: Path) -> RoleThread:
    """Four entries, two characters, a tag of its own and a prompt."""
    return four_entries(tmp_path / "rtl")


@pytest.fixture
def again(dataset, rtl: RoleThread) -> Callable[..., Imported]:
    def imported(**options: Any) -> Imported:
        return import_files.import_files(dataset, [rtl.save()], import_files.Options(**options))

    return imported


@pytest.fixture
def here(dataset) -> Callable[[], dict[str, dict[str, Any]]]:
    """The entries of the dataset by id."""
    return lambda: {line.value["id"]: line.value for line in dataset.now().entries()}


@pytest.fixture
def rewrite(dataset) -> Callable[..., None]:
    """Edit one entry here, and commit."""

    def edited(entry: str, change: Callable[[dict[str, Any]], Any]) -> None:
        for part in sorted((dataset.path / "entries").rglob("*.jsonl")):
            lines = []
            for line in part.read_text(encoding="utf-8").split("\n"):
                if entry in line:
                    value = json.loads(line)
                    change(value)
                    line = json.dumps(value, ensure_ascii=False)
                lines.append(line)
            part.write_text("\n".join(lines), encoding="utf-8")
        commit_op.commit(dataset, "Edit")

    return edited


def say(place: int, text: str) -> Callable[[dict[str, Any]], None]:
    def change(entry: dict[str, Any]) -> None:
        entry["messages"][place]["content"] = text

    return change


def test_a_folder_saved_again_without_changes_makes_no_commit(dataset, rtl, again, here) -> None:
    again()
    head = dataset.history.head()

    result = again()

    assert (result.commit, dataset.history.head()) == (None, head)
    assert (len(result.same), result.added, result.changed, result.removed) == (4, [], [], [])


def test_every_kind_of_edit_in_rolethread_is_carried_over(dataset, rtl, again, here) -> None:
    again()
    ids = [entry["id"] for entry in rtl.entries]
    rtl.of(ids[0])["tags"] = ["approved"]
    say(2, "Another answer")(rtl.of(ids[1]))
    rtl.speakers[ids[1]][3] = "kai"
    rtl.split(ids[2], 1)
    rtl.entries.remove(rtl.of(ids[3]))
    made = rtl.add("A new question", "A new answer")

    result = again()

    assert here() == rtl.as_stored()
    assert (len(result.changed), result.conflicts) == (2, [])
    assert {one.id for one in result.added} >= {made}
    assert set(result.removed) == {ids[2], ids[3]}
    assert result.commit == dataset.history.head()


def test_what_was_edited_here_stays_where_rolethread_changed_something_else(
    dataset, rtl, again, here, rewrite
) -> None:
    again()
    ids = [entry["id"] for entry in rtl.entries]
    rewrite(ids[0], say(1, "Ours: a question"))
    rewrite(ids[1], lambda entry: entry["tags"].append("ours"))
    say(4, "Theirs: a reply")(rtl.of(ids[0]))
    rtl.of(ids[1])["tags"].append("theirs")

    result = again()

    assert result.conflicts == []
    merged = here()
    texts = [message["content"] for message in merged[ids[0]]["messages"]]
    assert (texts[1], texts[4]) == ("Ours: a question", "Theirs: a reply")
    assert set(merged[ids[1]]["tags"]) == {"noir", "ours", "theirs"}


def test_each_import_is_the_base_of_the_next(rtl, again, here, rewrite) -> None:
    again()
    one = rtl.entries[0]["id"]
    rewrite(one, say(1, "Ours"))
    for text in ("First, by them", "Second, by them", "Third, by them"):
        say(4, text)(rtl.of(one))
        assert again().conflicts == []
        assert [here()[one]["messages"][i]["content"] for i in (1, 4)] == ["Ours", text]


def test_what_both_changed_differently_is_a_conflict_like_that_of_a_merge(
    dataset, rtl, again, here, rewrite
) -> None:
    again()
    one, other = (entry["id"] for entry in rtl.entries[:2])
    rewrite(one, say(2, "Ours, wholly new"))
    say(2, "Theirs and nothing like it")(rtl.of(one))
    say(2, "Only theirs")(rtl.of(other))

    result = again()

    assert [(c.entry, c.path) for c in result.conflicts] == [(one, ("messages", 2, "content"))]
    assert conflicts.conflicts(dataset) == result.conflicts
    resolve.resolve(dataset, resolve.choose_side("theirs"))
    commit_op.commit(dataset, "Settled")
    assert here() == rtl.as_stored()
    assert again().conflicts == []
    assert here() == rtl.as_stored()


def test_an_entry_removed_here_stays_removed_and_one_edited_here_is_not_deleted(
    dataset, rtl, again, here, rewrite
) -> None:
    again()
    ids = [entry["id"] for entry in rtl.entries]
    part = next((dataset.path / "entries").rglob("*.jsonl"))
    part.write_text("".join(line for line in part.read_text().splitlines(True) if ids[0] not in line))
    commit_op.commit(dataset, "Remove one")
    rewrite(ids[1], say(2, "Ours"))
    rtl.entries.remove(rtl.of(ids[1]))
    rtl.of(ids[2])["tags"] = []

    result = again()

    assert [(c.entry, c.path) for c in result.conflicts] == [(ids[1], ())]
    assert ids[0] not in here()


def test_what_was_edited_here_follows_a_split_and_a_join_in_rolethread(rtl, again, here, rewrite) -> None:
    again()
    ids = [entry["id"] for entry in rtl.entries]
    rewrite(ids[0], say(4, "Ours: what became of ship number 0, and of its crew"))
    rewrite(ids[2], say(1, "Ours: question 2 about the old, old lighthouse"))
    first, second = rtl.split(ids[0], 1)
    joined = rtl.join(ids[1], ids[2])

    result = again()

    assert result.conflicts == []
    merged = here()
    assert merged.keys() == {first, second, joined, ids[3]}
    assert merged[second]["messages"][2]["content"] == "Ours: what became of ship number 0, and of its crew"
    assert merged[joined]["messages"][5]["content"] == "Ours: question 2 about the old, old lighthouse"


def test_an_entry_split_here_takes_in_what_rolethread_edited(dataset, rtl, again, here) -> None:
    again()
    one = rtl.entries[0]["id"]
    split_join.split(dataset, [1], [one])
    say(4, "Ship number 0 never came back to us, or so they said")(rtl.of(one))

    assert again().conflicts == []
    texts = [m["content"] for entry in here().values() for m in entry["messages"]]
    assert "Ship number 0 never came back to us, or so they said" in texts
    assert len(here()) == 5
    again()
    assert len(here()) == 5


def test_libraries_are_merged_three_way(dataset, rtl, again) -> None:
    again()
    edit_characters.edit(dataset, "mara", description="Ours")
    rtl.registry["characters"][1]["description"] = "Theirs"
    rtl.registry["system_prompts"][0]["content"] = "Changed in RoleThread Lite."
    rtl.rename_tag("noir", "neo_noir")

    result = again()

    assert result.conflicts == []
    now = dataset.now()
    names = ("characters", "prompts", "tags")
    people, prompts, tags = (now.read(f"library/{name}.toml").decode() for name in names)
    assert "Ours" in people
    assert "Theirs" in people
    assert "Changed in RoleThread Lite." in prompts
    assert 'noir = "neo_noir"' in tags
    assert "[tags.noir]" not in tags
    assert all("noir" not in line.value["tags"] for line in now.entries())


def test_names_given_here_stay_after_an_import(dataset, rtl, again, here) -> None:
    again()
    edit_characters.rename(dataset, "kai", "Kai Ren")
    vocabulary.rename(dataset, "noir", "dark")
    made = rtl.add("Who goes there?", "Nobody.", tags=("noir",), speakers={1: "kai"})
    rtl.registry["characters"][1]["description"] = "A sailor"

    result = again()

    assert result.conflicts == []
    people = dataset.now().read("library/characters.toml").decode()
    assert "[kai]" not in people
    assert "A sailor" in people
    assert {m.get("name") for e in here().values() for m in e["messages"]} == {None, "kai_ren", "mara"}
    assert here()[made]["tags"] == ["dark"]
    again()
    assert "[kai]" not in dataset.now().read("library/characters.toml").decode()


def test_an_older_state_is_refused(dataset, rtl, again, here, tmp_path: Path) -> None:
    again()
    shutil.copytree(rtl.folder, tmp_path / "older")
    rtl.of(rtl.entries[0]["id"])["tags"] = ["newer"]
    again()
    before = here()
    (tmp_path / "older" / "harbor.registry.json").unlink()

    with pytest.raises(Refused, match="older than what was imported"):
        import_files.import_files(dataset, [tmp_path / "older"])
    assert here() == before


def test_a_file_shorter_than_its_registry_says_removes_nothing(dataset, rtl, again, here) -> None:
    again()
    file = rtl.save() / "harbor.jsonl"
    file.write_text("".join(file.read_text().splitlines(keepends=True)[1:]))

    result = import_files.import_files(dataset, [file])

    assert (result.absent, result.removed, len(here())) == ([rtl.entries[0]["id"]], [], 4)
    assert "counts 1 entry more" in result.notes[-1]


def test_a_dataset_that_was_emptied_there_is_emptied_here_and_fills_again(dataset, rtl, again, here) -> None:
    again()
    ids = [*here()]
    entries, rtl.entries = rtl.entries, []

    gone = again()

    assert (gone.removed, here()) == (ids, {})
    rtl.entries = entries
    assert again().conflicts == []
    assert here() == rtl.as_stored()


def test_the_libraries_of_a_dataset_without_entries_are_merged_too(dataset, rtl, again) -> None:
    rtl.entries = []
    assert again().commit is not None
    assert again().commit is None
    rtl.registry["system_prompts"][0]["content"] = "Changed there."

    again()

    shelf = Shelf(dataset.now())
    assert shelf.prompts["tavern"].content == "Changed there."


def test_a_message_emptied_there_is_an_edit_like_any_other(dataset, rtl, again, here) -> None:
    again()
    one = rtl.entries[0]["id"]
    rtl.entries[0]["messages"][4]["content"] = ""

    result = again()

    assert [record.id for record in result.changed] == [one]
    assert here() == rtl.as_stored()


def test_another_order_is_told_and_moves_nothing(dataset, rtl, again, here) -> None:
    again()
    before = [*here()]
    rtl.entries.reverse()
    rtl.entries[0]["messages"][2]["content"] = "Said otherwise."

    result = again()

    assert any("another order" in note for note in result.notes)
    assert [*here()] == before
    assert here() == rtl.as_stored()


def test_new_entries_come_where_the_file_has_them(dataset, rtl, again, here) -> None:
    again()
    rtl.split(rtl.entries[1]["id"], 1)
    copied = rtl.add("Question 1 about the old lighthouse", "Answer 1 of the keeper, quite long")
    rtl.split(rtl.entries[-2]["id"], 1)

    again()

    assert [*here()] == [one["id"] for one in rtl.entries]
    assert copied in here()


def test_a_copy_with_the_id_its_original_came_with_is_followed_too(
    dataset, rtl, again, here, rewrite
) -> None:
    """A file with ids of its own: RoleThread Lite keeps them, in what it copies too."""
    for number, entry in enumerate(rtl.entries):
        entry["given"] = str(UUID(int=0x0193C7A0_0000_7000_8000_000000000000 + min(number, 2)))
    again()
    ids = [*here()]
    rtl.entries[3]["messages"][2]["content"] = "Said otherwise."
    rewrite(ids[3], lambda entry: entry["tags"].append("mine"))

    result = again()

    assert (result.added, result.removed, [record.id for record in result.changed]) == ([], [], [ids[3]])
    assert here()[ids[3]]["messages"][2]["content"] == "Said otherwise."
    assert here()[ids[3]]["tags"] == ["noir", "mine"]


def test_a_dry_run_writes_nothing(dataset, rtl, again, here, rewrite) -> None:
    again()
    one, other = (entry["id"] for entry in rtl.entries[:2])
    rewrite(one, say(2, "Ours, wholly new"))
    say(2, "Theirs and nothing like it")(rtl.of(one))
    say(2, "Only theirs")(rtl.of(other))
    before, head = here(), dataset.history.head()

    result = again(dry_run=True)

    assert (len(result.conflicts), len(result.changed)) == (1, 1)
    assert (here(), dataset.history.head()) == (before, head)


@pytest.fixture
def copies(shared: Path, tmp_path: Path) -> Callable[[str], Path]:
    return lambda name: Path(shutil.copytree(shared / "rolethread" / name, tmp_path / name))


def test_the_tags_the_edit_and_the_deletion_of_an_evening_arrive(dataset, copies, here) -> None:
    folder = copies("solo_roleplay")
    import_files.import_files(dataset, [folder])
    file = folder / "solo_roleplay.jsonl"
    file.chmod(0o600)
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    rows[0]["tags"].append("approved")
    rows[1]["messages"][-1]["content"] += " Edited."
    gone = rows.pop(2)["_rolethread"]["entry_uuid"]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")

    result = import_files.import_files(dataset, [folder])

    assert (len(result.changed), result.added, len(result.same)) == (2, [], 74)
    assert gone in result.removed + result.absent
    assert here()[rows[1]["_rolethread"]["entry_uuid"]]["messages"][-1]["content"].endswith(" Edited.")


@pytest.mark.parametrize(
    "name", ["solo_roleplay", "group_chat", "dirty_handmade", "sharegpt_tools", "empty_new"]
)
def test_a_real_folder_that_nobody_changed_makes_no_second_commit(dataset, shared: Path, name: str) -> None:
    folder = shared / "rolethread" / name
    import_files.import_files(dataset, [folder])
    head = dataset.history.head()

    result = import_files.import_files(dataset, [folder])

    assert (result.added, result.changed, result.removed, result.libraries) == ([], [], [], {})
    assert dataset.history.head() == head


def delete_tag(rtl: RoleThread, tag: str) -> None:
    """As RoleThread Lite does it: off every entry; the registry lists tags in use alone."""
    for entry in rtl.entries:
        entry["tags"] = [one for one in entry["tags"] if one != tag]
    rtl.registry["tags"] = [row for row in rtl.registry["tags"] if row["slug"] != tag]


def test_a_tag_that_was_deleted_there_is_named_with_the_command(dataset, rtl, again) -> None:
    again()
    delete_tag(rtl, "noir")

    notes = again().notes

    assert notes == ["tag noir: no entry has it any more; if it was deleted there: talekeep tag delete noir"]
    vocabulary.delete(dataset, ["noir"])
    assert again().notes == []


@pytest.mark.parametrize("where", ["on an entry of ours", "put on another here", "listed there"])
def test_a_tag_that_is_still_used_or_listed_is_not_called_deleted(
    dataset, rtl, again, rewrite, take, talk, where: str
) -> None:
    again()
    first = rtl.entries[0]["id"]
    if where == "on an entry of ours":
        take([talk(tags=["noir"])], "own.jsonl")
    elif where == "put on another here":
        rtl.entries[0]["tags"] = []
        again()
        rewrite(first, lambda entry: entry["tags"].append("noir"))
    listed = rtl.registry["tags"]
    delete_tag(rtl, "noir")
    if where == "listed there":
        rtl.registry["tags"] = listed

    assert again().notes == []


def test_a_character_that_was_deactivated_there_is_named_with_the_command(dataset, rtl, again) -> None:
    """RoleThread Lite takes it off every turn, and its registry lists active characters that speak."""
    again()
    for names in rtl.speakers.values():
        names.pop(1, None)
    rtl.registry["characters"] = [row for row in rtl.registry["characters"] if row["slug"] != "kai"]

    (output,) = again().notes

    assert "talekeep character archive kai" in output
    assert Shelf(dataset.now()).characters["kai"].active
