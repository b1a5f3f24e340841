"""Merging two branches by entry: all of both sides in one commit, or a stop with the open places as data."""

import json

import pytest

from talekeep.core.errors import Refused
from talekeep.library import sources
from talekeep.ops.history import branches
from talekeep.ops.history import commit
from talekeep.ops.merge import merge
from talekeep.ops.workspace import validation
from talekeep.store import libraries
from talekeep.store.dataset import Dataset


@pytest.fixture
def forked(dataset, take, talk) -> Dataset:
    """Two entries on main, and a branch `side` at the same commit."""
    take([talk("1", tags=["base"]), talk("2")])
    branches.create_branch(dataset, "side")
    return dataset


def on_side(dataset: Dataset, change) -> None:
    branches.switch(dataset, "side")
    change()
    commit.commit(dataset, "On side")
    branches.switch(dataset, "main")


def state(dataset: Dataset) -> tuple:
    files = {
        p: p.read_bytes() for p in sorted(dataset.path.rglob("*")) if ".git" not in p.parts and p.is_file()
    }
    return files, dataset.repo.head(), dataset.repo.head_ref(), dataset.repo.refs()


def test_edits_of_both_sides_come_together(forked, edit, take, talk, entries, git) -> None:
    def theirs() -> None:
        edit("A friend of 1", "A stranger")
        take([talk("3")], "side.jsonl")

    on_side(forked, theirs)
    edit('"content":"1"', '"content":"One"')
    edit('"tags":["base"]', '"tags":["base","night"]')
    commit.commit(forked, "On main")
    take([talk("4")], "main.jsonl")
    ours, side = forked.repo.head(), forked.repo.ref("refs/heads/side")

    result = merge.merge(forked, "side")

    outcome = entries()
    assert [m["content"] for m in outcome[0]["messages"]] == ["One", "A stranger"]
    assert outcome[0]["tags"] == ["base", "night"]
    assert sorted(e["messages"][0]["content"] for e in outcome) == ["2", "3", "4", "One"]
    assert result.merged == {"added": 1, "changed": 1, "removed": 0}
    assert result.conflicts == []
    assert forked.repo.commit(result.commit or "").parents == (ours, side)
    assert git("status", "--porcelain", cwd=forked.path).out == ""
    assert git("fsck", "--strict", cwd=forked.path).code == 0
    known = libraries.read(forked.now(), sources.KIND, sources.Source)
    assert list(known) == ["chat_jsonl", "main_jsonl", "side_jsonl"]
    now = forked.now()
    assert {e["id"] for e in outcome} == {entry for part in now.parts() for entry in now.sidecars(part)}


def test_a_conflict_stops_the_merge_with_the_place_as_data(forked, edit, entries, git) -> None:
    on_side(forked, lambda: edit('"content":"A friend of 1"', '"content":"Theirs"'))
    edit('"content":"A friend of 1"', '"content":"Ours"')
    commit.commit(forked, "On main")
    head, side = forked.repo.head(), forked.repo.ref("refs/heads/side")

    stopped = merge.merge(forked, "side")

    first = entries()[0]
    assert (stopped.commit, stopped.done, forked.repo.head()) == (None, False, head)
    assert [(c.entry, c.path, c.ours, c.theirs) for c in stopped.conflicts] == [
        (first["id"], ("messages", 1, "content"), "Ours", "Theirs")
    ]
    assert first["messages"][1]["content"] == "Ours"
    assert (forked.path / ".git/MERGE_HEAD").read_text().strip() == side == forked.merging
    part = stopped.conflicts[0].file
    staged = git("ls-files", "-u", cwd=forked.path).out
    assert [row.split()[2] for row in staged.splitlines()] == ["1", "2", "3"]
    assert part in git("status", "--porcelain", cwd=forked.path).out
    with pytest.raises(Refused, match="merge is under way"):
        merge.merge(forked, "side")


@pytest.mark.parametrize("clash", [False, True])
def test_a_preview_says_the_same_and_touches_nothing(forked, edit, clash: bool) -> None:
    on_side(forked, lambda: edit("A friend of 1", "Theirs entirely"))
    edit("A friend of 1" if clash else "A friend of 2", "Ours in full")
    commit.commit(forked, "On main")
    before = state(forked)

    result = merge.merge(forked, "side", preview=True)

    assert state(forked) == before
    assert (bool(result.conflicts), result.commit) == (clash, None)
    if not clash:
        assert merge.merge(forked, "side").merged == result.merged


def test_a_branch_that_is_merged_already_is_no_new_commit(forked, take, talk) -> None:
    take([talk("3")], "b.jsonl")
    head = forked.repo.head()

    result = merge.merge(forked, "side")

    assert result.merged == {"added": 0, "changed": 0, "removed": 0}
    assert forked.repo.head() == head
    assert merge.merge(forked, "main").merged == result.merged


def test_a_deleted_entry_stays_deleted_and_an_edited_one_is_a_conflict(forked, edit, entries) -> None:
    def remove() -> None:
        for place in (p for f in ("entries", "sidecars") for p in (forked.path / f).rglob("*.jsonl")):
            place.write_bytes(place.read_bytes().split(b"\n", 1)[1])

    on_side(forked, remove)
    edit("A friend of 2", "Nobody")
    commit.commit(forked, "On main")
    assert merge.merge(forked, "side").merged == {"added": 0, "changed": 0, "removed": 1}
    assert len(entries()) == 1


def test_delete_against_edit_is_a_conflict(forked, edit) -> None:
    def remove() -> None:
        for place in (p for f in ("entries", "sidecars") for p in (forked.path / f).rglob("*.jsonl")):
            place.write_bytes(place.read_bytes().split(b"\n", 1)[1])

    on_side(forked, remove)
    edit("A friend of 1", "Edited")
    commit.commit(forked, "On main")

    result = merge.merge(forked, "side")

    assert [(c.path, c.ours["messages"][1]["content"], c.theirs) for c in result.conflicts] == [
        ((), "Edited", None)
    ]


def test_both_sides_may_open_a_part(forked, take, talk, entries) -> None:
    big = "x" * 140_000
    on_side_before = len(entries())
    on_side(forked, lambda: (take([talk("s" + big), talk("s2" + big)], "s.jsonl"), None)[1])
    take([talk("m" + big), talk("m2" + big)], "m.jsonl")

    merge.merge(forked, "side")

    assert len(entries()) == on_side_before + 4
    assert validation.validate_at(forked).counts["error"] == 0


def test_a_result_with_an_error_stops_uncommitted_and_can_be_given_up(forked, take, talk) -> None:
    own = "123e4567-e89b-42d3-a456-426614174000"
    big = "x" * 140_000
    on_side(forked, lambda: take([talk("a" + big), talk("theirs", id=own)], "s.jsonl"))
    take([talk("b" + big), talk("ours", id=own)], "m.jsonl")
    before = state(forked)

    output = merge.merge(forked, "side", preview=True)
    result = merge.merge(forked, "side")

    assert [(f.code, f.entry) for f in result.findings] == [("S005", own)]
    assert (result.commit, result.mended, output.findings) == (None, [], result.findings)
    assert forked.repo.head() == before[1]
    with pytest.raises(validation.Invalid, match="S005"):
        commit.commit(forked)
    merge.abort(forked)
    assert state(forked) == before
    assert forked.merging is None


def test_an_entry_both_sides_brought_in_the_same_stays_once(forked, take, talk, entries, git) -> None:
    own = "123e4567-e89b-42d3-a456-426614174000"
    big = "x" * 140_000
    shared = [talk("a" + big), talk("shared", id=own, tags=["night"])]
    on_side(forked, lambda: take(shared, "s.jsonl"))
    take(shared, "s.jsonl")
    output = merge.merge(forked, "side", preview=True)

    result = merge.merge(forked, "side")

    ids = [e["id"] for e in entries()]
    assert ids.count(own) == 1
    # The other record has no id of its own, so each side gave it one: two entries for all we know.
    assert len(ids) == 5
    assert [c.entry for c in result.mended] == [own]
    assert output.mended == result.mended
    assert result.findings == []
    assert validation.validate_at(forked).counts["error"] == 0
    assert git("status", "--porcelain", cwd=forked.path).out == ""
    now = forked.now()
    assert [e for p in now.parts() for e in now.sidecars(p)].count(own) == 1


def test_uncommitted_work_stands_in_the_way(forked, edit) -> None:
    on_side(forked, lambda: edit("A friend of 1", "Theirs"))
    edit("A friend of 2", "Not committed")

    for doing in (lambda: merge.merge(forked, "side"), lambda: branches.switch(forked, "side")):
        with pytest.raises(Refused, match="not committed"):
            doing()


def test_another_file_is_merged_by_line_and_marked_where_both_sides_changed_it(forked, git) -> None:
    card = forked.path / "README.md"
    card.write_text("one\ntwo\nthree\nfour\nfive\n")
    commit.commit(forked, "Lines")
    branches.create_branch(forked, "apart")
    git("branch", "-f", "side", cwd=forked.path, check=0)
    on_side(forked, lambda: card.write_text("ONE\ntwo\nthree\nfour\nfive\n"))
    card.write_text("one\ntwo\nthree\nfour\nFIVE\n")
    commit.commit(forked, "On main")

    assert merge.merge(forked, "side").done
    assert card.read_text() == "ONE\ntwo\nthree\nfour\nFIVE\n"

    branches.switch(forked, "apart")
    card.write_text("uno\ntwo\nthree\nfour\nfive\n")
    commit.commit(forked, "On apart")
    result = merge.merge(forked, "main")

    assert [(c.file, c.entry) for c in result.conflicts] == [("README.md", None)]
    assert card.read_text() == ("<<<<<<< HEAD\nuno\n=======\nONE\n>>>>>>> main\ntwo\nthree\nfour\nFIVE\n")


def test_a_merged_part_is_valid_json_in_canonical_bytes(forked, edit) -> None:
    on_side(forked, lambda: edit("A friend of 1", "Theirs"))
    edit("A friend of 2", "Ours")
    commit.commit(forked, "On main")
    merge.merge(forked, "side")

    for place in (forked.path / "entries").rglob("*.jsonl"):
        assert all(json.loads(line) for line in place.read_text().splitlines())
    head = forked.repo.head()
    assert commit.commit(forked).commit is None
    assert forked.repo.head() == head


def test_histories_with_nothing_in_common_are_refused(forked, git) -> None:
    tree = git("mktree", cwd=forked.path, input="", check=0).out.strip()
    alone = git("commit-tree", tree, "-m", "Alone", cwd=forked.path, check=0).out.strip()
    git("branch", "alone", alone, cwd=forked.path, check=0)
    before = state(forked)[0]

    with pytest.raises(Refused, match="common"):
        merge.merge(forked, "alone")
    assert state(forked)[0] == before
