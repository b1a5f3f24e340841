"""An export for RoleThread Lite that is worked on there evening after evening, and imported each time."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.ops.exchange.rolethread_lite import RoleThread
from tests.ops.exchange.rolethread_lite import four_entries
from tests.ops.exchange.test_random_sessions import SEEDS
from tests.ops.exchange.test_random_sessions import Evening
from tests.ops.exchange.test_random_sessions import edit_here
from tests.ops.exchange.test_random_sessions import rewrite
from tests.ops.exchange.test_random_sessions import stored

from talekeep.ops.exchange import export
from talekeep.ops.exchange.incoming import import_files
from talekeep.ops.exchange.incoming.import_files import Imported
from talekeep.ops.history import commit as commit_op
from talekeep.ops.library import edit_characters
from talekeep.ops.library import vocabulary
from talekeep.ops.library.library_editor import Shelf
from talekeep.ops.merge import resolve


@pytest.fixture
def sent(dataset, tmp_path: Path) -> RoleThread:
    """Four entries with speakers, exported and opened in RoleThread Lite."""
    origin = four_entries(tmp_path / "origin")
    import_files.import_files(dataset, [origin.save()])
    return sent_from(dataset, tmp_path)


def sent_from(dataset: Any, tmp_path: Path) -> RoleThread:
    out = tmp_path / "out" / "sent.jsonl"
    out.parent.mkdir()
    export.export(dataset, out, format="rolethread")
    return RoleThread.opened(out)


@pytest.fixture
def back(dataset, sent: RoleThread) -> Callable[[], Imported]:
    return lambda: import_files.import_files(dataset, [sent.save()])


def test_each_import_of_an_export_is_the_base_of_the_next(dataset, sent, back) -> None:
    one = sent.entries[0]["id"]
    sent.of(one)["messages"][2]["content"] = "First evening."
    assert [record.id for record in back().changed] == [one]
    mine = stored(dataset)[one]
    rewrite(
        dataset,
        one,
        {**mine, "messages": [*mine["messages"][:2], {**mine["messages"][2], "content": "Mine."}]},
    )

    # The second evening is about something else: what was edited here since stays, without a question.
    sent.entries[1]["tags"] = ["noir", "salt"]
    second = back()

    assert (second.conflicts, [record.id for record in second.changed]) == ([], [sent.entries[1]["id"]])
    assert stored(dataset)[one]["messages"][2]["content"] == "Mine."
    assert back().commit is None


def test_splits_joins_and_deletions_of_an_export_are_carried_over(dataset, sent, back) -> None:
    ids = [entry["id"] for entry in sent.entries]
    sent.split(ids[0], 1)
    sent.join(ids[1], ids[2])
    sent.entries.remove(sent.of(ids[3]))
    del sent.speakers[ids[3]]

    result = back()

    assert (result.conflicts, result.absent, sorted(result.removed)) == ([], [], sorted(ids))
    assert stored(dataset) == sent.as_stored()


def test_the_libraries_of_an_export_are_merged_three_way(dataset, sent, back) -> None:
    edit_characters.edit(dataset, "kai", description="Changed here only")
    rows = {row["slug"]: row for row in sent.registry["characters"]}
    rows["mara"]["description"] = "Changed there only"
    sent.registry["system_prompts"][0]["content"] = "Changed there."
    sent.rename_tag("noir", "neo_noir")

    result = back()

    shelf = Shelf(dataset.now())
    assert result.conflicts == []
    assert shelf.characters["kai"].description == "Changed here only"
    assert shelf.characters["mara"].description == "Changed there only"
    assert shelf.prompts["tavern"].content == "Changed there."
    assert (shelf.aliases["noir"], "noir" in shelf.tags) == ("neo_noir", False)
    assert {tag for entry in stored(dataset).values() for tag in entry["tags"]} == {"neo_noir"}
    assert not any("kept as here" in note for note in result.notes)


def test_a_library_row_that_both_changed_is_a_conflict(dataset, sent, back) -> None:
    edit_characters.edit(dataset, "kai", description="Mine")
    next(row for row in sent.registry["characters"] if row["slug"] == "kai")["description"] = "Theirs"

    assert [conflict.path for conflict in back().conflicts] != []


def test_names_given_here_stay_though_rolethread_adds_under_the_old_ones(dataset, sent, back) -> None:
    edit_characters.rename(dataset, "kai", "Kai R")
    vocabulary.rename(dataset, "noir", "Neo Noir")
    sent.add("New question", "New answer", tags=("noir",), speakers={1: "kai"})
    row = next(row for row in sent.registry["tags"] if row["slug"] == "noir")
    row["sort_order"] = 7

    back()
    again = back()

    shelf, entries = Shelf(dataset.now()), stored(dataset)
    assert again.commit is None
    assert ({"kai_r", "mara"}, {"neo_noir"}) == ({*shelf.characters}, {*shelf.tags})
    assert shelf.tags["neo_noir"].order == 7
    assert {m["name"] for e in entries.values() for m in e["messages"] if "name" in m} == {"kai_r", "mara"}
    assert {tag for entry in entries.values() for tag in entry["tags"]} == {"neo_noir"}


def test_an_export_of_another_branch_does_not_bring_that_branch(dataset, sent, git) -> None:
    one, other = (entry["id"] for entry in sent.entries[:2])
    git("-C", str(dataset.path), "checkout", "-q", "-b", "side", "HEAD~1")
    git("-C", str(dataset.path), "checkout", "-q", "-")
    sent.of(one)["messages"][2]["content"] = "There."
    rewrite(dataset, other, {**stored(dataset)[other], "tags": ["ours"]})

    result = import_files.import_files(dataset, [sent.save()])

    assert (result.conflicts, stored(dataset)[other]["tags"]) == ([], ["ours"])


def test_entries_that_came_with_one_id_keep_apart_in_an_export(dataset, tmp_path: Path) -> None:
    one = "0193c7a0-0000-7000-8000-00000000000a"
    rows = [{"id": one, "messages": [{"role": "user", "content": text}]} for text in ("First?", "Second?")]
    (tmp_path / "chat.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    import_files.import_files(dataset, [tmp_path / "chat.jsonl"])
    out = tmp_path / "out.jsonl"

    result = export.export(dataset, out, format="rolethread")
    back = import_files.import_files(dataset, [out])

    assert result.losses == {"an id that another entry has": 1}
    assert (len(back.same), back.added, back.changed, back.removed) == (2, [], [], [])


@pytest.mark.parametrize("format", ["chatml", "rolethread"])
@pytest.mark.parametrize("value", ["A text.", [[1]], 5])
def test_a_key_beside_the_messages_is_no_reply_when_an_export_comes_back(
    dataset, tmp_path: Path, value: Any, format: str
) -> None:
    row = {"items": [{"role": "user", "content": "Who?"}], "response": value}
    (tmp_path / "chat.jsonl").write_text(json.dumps(row) + "\n")
    import_files.import_files(dataset, [tmp_path / "chat.jsonl"])
    before, out = stored(dataset), tmp_path / "out.jsonl"
    export.export(dataset, out, format=format)

    back = import_files.import_files(dataset, [out])

    assert (len(back.same), back.changed, back.refused, stored(dataset)) == (len(before), [], [], before)


def test_names_that_are_no_text_come_back_from_an_export(dataset, tmp_path: Path) -> None:
    rows = [
        {"messages": [{"role": "user", "name": name, "content": f"Who is {n}?"}]}
        for n, name in enumerate([{}, [], {"a": 1}, 5, True, None, ""])
    ]
    (tmp_path / "chat.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    added = import_files.import_files(dataset, [tmp_path / "chat.jsonl"]).added
    out = tmp_path / "out.jsonl"
    export.export(dataset, out, format="rolethread")

    back = import_files.import_files(dataset, [out])

    assert (len(back.same), back.changed, back.refused) == (len(added), [], [])


@pytest.mark.parametrize("seed", SEEDS)
def test_random_evenings_on_an_export_arrive_and_edits_here_stay(dataset, tmp_path: Path, seed: int) -> None:
    evening = Evening(seed, tmp_path / "rtl")
    import_files.import_files(dataset, [evening.rtl.save()])
    evening.rtl = sent_from(dataset, tmp_path)
    ours: set[str] = set()
    for _ in range(3):
        free = [one for one in evening.rtl.speakers if one in stored(dataset) and one not in ours]
        ours |= edit_here(dataset, evening, random.Random(seed).sample(free, min(2, len(free))))
        before, known = stored(dataset), set(evening.rtl.speakers)
        evening.there([one for one in evening.rtl.speakers if one not in ours])

        result = import_files.import_files(dataset, [evening.rtl.save()])

        assert (result.conflicts, result.refused) == ([], [])
        theirs = {one: e for one, e in evening.rtl.as_stored().items() if one not in ours}
        now = stored(dataset)
        assert {one: now.get(one) for one in theirs} == theirs
        rest = {one: e for one, e in before.items() if one in ours or one not in known}
        assert {one: e for one, e in now.items() if one not in theirs} == rest


def test_a_conflict_of_an_export_has_a_way_out(dataset, sent, back) -> None:
    one = sent.entries[0]["id"]
    mine = stored(dataset)[one]
    values = {**mine["messages"][2], "content": "Mine, wholly other words."}
    rewrite(dataset, one, {**mine, "messages": [*mine["messages"][:2], values, *mine["messages"][3:]]})
    sent.of(one)["messages"][2]["content"] = "Theirs; nothing is the same."

    assert [conflict.entry for conflict in back().conflicts] == [one]
    resolve.resolve(dataset, resolve.choose_side("theirs"))
    commit_op.commit(dataset, "Settled")

    assert stored(dataset)[one]["messages"][2]["content"] == "Theirs; nothing is the same."
    assert back().commit is None
