"""Pairs from history: what a person rewrote, first version against last, and nothing that is only tidied."""

import json
from pathlib import Path

import pytest

from talekeep.core.errors import NotFound
from talekeep.core.errors import Usage
from talekeep.library.recipes import Recipe
from talekeep.ops.exchange import export
from talekeep.ops.history import branches
from talekeep.ops.history import commit
from talekeep.ops.merge import merge
from talekeep.ops.merge import undo

FIRST = "The keeper climbed the stair with the lamp while Mara waited below and counted every step aloud."
SECOND = "Nobody climbed anything that night; the door of the tower stayed shut until the gulls came back."
THIRD = "She went alone, in the dark, and the sea was so loud that she never heard her own steps on iron."


@pytest.fixture
def story(take) -> None:
    user = {"role": "user", "content": "Go on."}
    replies = [{"role": "assistant", "content": f"{n}: {FIRST}"} for n in range(4)]
    take([{"messages": [message for reply in replies[:2] for message in (user, reply)]}])
    take([{"messages": [message for reply in replies[2:] for message in (user, reply)]}], "more.jsonl")


@pytest.fixture
def change(dataset, edit):
    def changed(old: str, new: str, subject: str = "Edit") -> str:
        edit(old, new)
        return commit.commit(dataset, subject).commit

    return changed


@pytest.fixture
def pairs(dataset, tmp_path: Path):
    def written(**order) -> list[tuple[str, str]]:
        out = tmp_path / "pairs.jsonl"
        export.export(
            dataset,
            out,
            format="preference",
            clean=True,
            policies={"pairs": "edits"},
            order=Recipe(**order),
            force=True,
        )
        rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
        assert all(row["prompt"][-1]["role"] == "user" for row in rows)
        return [(row["rejected"][0]["content"], row["chosen"][0]["content"]) for row in rows]

    return written


def test_a_rewritten_reply_is_a_pair(story, change, pairs) -> None:
    change(f"1: {FIRST}", f"1: {SECOND}")

    assert pairs() == [(f"1: {FIRST}", f"1: {SECOND}")]


def test_of_several_edits_the_first_and_the_last_version_count(story, change, pairs) -> None:
    change(f"1: {FIRST}", f"1: {SECOND}")
    change(f"1: {SECOND}", f"1: {THIRD}")

    assert pairs() == [(f"1: {FIRST}", f"1: {THIRD}")]


@pytest.mark.parametrize(
    "tidy", [("climbed the stair", "climed  the stair"), ("Mara waited", "Ines waited"), ("below", "there")]
)
def test_typos_and_renames_are_none(story, change, pairs, tidy: tuple[str, str]) -> None:
    change(f"1: {FIRST}", f"1: {FIRST.replace(*tidy)}")

    assert pairs() == []


def test_what_was_undone_is_none(dataset, story, change, pairs) -> None:
    change(f"1: {FIRST}", f"1: {SECOND}")
    undo.undo(dataset)

    assert pairs() == []


def test_edits_of_both_sides_of_a_merge_are_pairs(dataset, story, change, pairs) -> None:
    branches.create_branch(dataset, "other")
    change(f"0: {FIRST}", f"0: {SECOND}")
    branches.switch(dataset, "other")
    change(f"3: {FIRST}", f"3: {THIRD}")
    branches.switch(dataset, "main")
    merge.merge(dataset, "other")

    assert pairs() == [(f"0: {FIRST}", f"0: {SECOND}"), (f"3: {FIRST}", f"3: {THIRD}")]


def test_since_a_revision_only_later_edits_count(story, change, pairs) -> None:
    first = change(f"0: {FIRST}", f"0: {SECOND}")
    change(f"1: {FIRST}", f"1: {SECOND}")
    change(f"0: {SECOND}", f"0: {THIRD}")

    assert pairs(since=first) == [(f"0: {SECOND}", f"0: {THIRD}"), (f"1: {FIRST}", f"1: {SECOND}")]
    with pytest.raises(NotFound):
        pairs(since="nowhere")


def test_the_note_names_commit_and_author(dataset, story, change, tmp_path: Path) -> None:
    last = change(f"1: {FIRST}", f"1: {SECOND}")

    result = export.export(
        dataset, tmp_path / "p.jsonl", format="preference", clean=True, policies={"pairs": "edits"}
    )

    note = json.loads((dataset.private / "exports" / f"{result.sha256}.json").read_text(encoding="utf-8"))
    assert [edit["commit"] for edit in note["edits"]] == [last]
    assert note["edits"][0]["author"]
    assert [path.name for path in tmp_path.glob("p*")] == ["p.jsonl"]


def test_since_needs_pairs_of_edits(dataset, story, tmp_path: Path) -> None:
    with pytest.raises(Usage, match="--since"):
        export.export(dataset, tmp_path / "p.jsonl", clean=True, order=Recipe(since="HEAD"))


def test_a_planted_history_gives_exactly_the_wanted_pairs(dataset, take, change, pairs, edit) -> None:
    user = {"role": "user", "content": "Go on."}
    take([{"messages": [user, {"role": "assistant", "content": f"{n}: {FIRST}"}]} for n in range(9)])

    # 0: a typo. 1: a name. 2: rewritten. 3: rewritten twice. 4: rewritten and taken back by hand.
    change(f"0: {FIRST}", f"0: {FIRST.replace('climbed', 'climed')}")
    change(f"1: {FIRST}", f"1: {FIRST.replace('Mara', 'Ines')}")
    change(f"2: {FIRST}", f"2: {SECOND}")
    change(f"3: {FIRST}", f"3: {SECOND}")
    change(f"3: {SECOND}", f"3: {THIRD}")
    change(f"4: {FIRST}", f"4: {SECOND}")
    change(f"4: {SECOND}", f"4: {FIRST}")
    # 5: rewritten and undone. 6: undone and done again.
    change(f"5: {FIRST}", f"5: {SECOND}")
    undo.undo(dataset)
    change(f"6: {FIRST}", f"6: {THIRD}")
    undo.undo(dataset)
    undo.redo(dataset)
    # 7: rewritten on another branch while 2 is rewritten once more here. 8: never touched.
    branches.create_branch(dataset, "other")
    change(f"2: {SECOND}", f"2: {THIRD}")
    branches.switch(dataset, "other")
    change(f"7: {FIRST}", f"7: {SECOND}")
    branches.switch(dataset, "main")
    merge.merge(dataset, "other")

    wanted = {2: THIRD, 3: THIRD, 6: THIRD, 7: SECOND}
    assert pairs() == [(f"{n}: {FIRST}", f"{n}: {last}") for n, last in wanted.items()]
