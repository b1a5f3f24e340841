"""`blame`: the commit that gave each message, the tags and other keys their present value."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from talekeep.core import codec
from talekeep.core.errors import NotFound
from talekeep.ops.history import blame
from talekeep.ops.history import branches
from talekeep.ops.history import log
from talekeep.ops.merge import merge

ONE, TWO = (f"123e4567-e89b-42d3-a456-42661417400{n}" for n in (1, 2))
FIRST, SECOND = "entries/0000/00000-aaaa.jsonl", "entries/0000/00001-bbbb.jsonl"


def entry(id: str, *texts: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "messages": [{"role": "user", "content": t} for t in texts], "tags": [], **more}


@pytest.fixture
def save(dataset) -> Callable[..., str]:
    """Commit parts with exactly these entries, on top of HEAD."""

    def saved(files: dict[str, list[dict[str, Any]]], message: str = "Save") -> str:
        data = {path: b"".join(map(codec.encode, rows)) for path, rows in files.items()}
        with dataset.writing("test"):
            return dataset.write(data, message)

    return saved


def subjects(item: blame.Blamed) -> list[str | None]:
    return [row.subject for row in item.messages]


def test_each_message_has_the_commit_that_wrote_it(dataset, save) -> None:
    save({FIRST: [entry(ONE, "one a b c", "two d e f", tags=["x"], note=1, other=2)]}, "start")
    save({FIRST: [entry(ONE, "one a b c", "two d e changed", tags=["x"], note=1, other=2)]}, "edit")
    save({FIRST: [entry(ONE, "one a b c", "two d e changed", tags=["x", "y"], note=2, other=2)]}, "tag")

    result = blame.blame(dataset, ONE)

    assert subjects(result) == ["start", "edit"]
    assert [(row.index, row.role, row.name) for row in result.messages] == [
        (0, "user", None),
        (1, "user", None),
    ]
    assert result.tags is not None
    assert (result.tags.tags, result.tags.subject) == (["x", "y"], "tag")
    assert {row.key: row.subject for row in result.keys} == {"note": "tag", "other": "start"}


def test_a_commit_is_told_with_date_author_and_operation(dataset, take, talk) -> None:
    take([talk("1", name="kept")])
    wanted = next(dataset.now().entries()).value["id"]

    row = blame.blame(dataset, wanted[:12]).messages[1]

    commit = log.log(dataset, limit=1)[0]
    assert (row.commit, row.time, row.author) == (commit.id, commit.time, commit.author)
    assert (row.operation, row.subject, row.role) == ("import", commit.subject, "assistant")
    assert "Tess Tester" in (row.author or "")
    assert row.opening.startswith("A friend of 1")


def test_a_message_keeps_its_commit_when_others_come_and_go_before_it(dataset, save) -> None:
    save({FIRST: [entry(ONE, "aa bb", "cc dd", "ee ff")]}, "start")
    save({FIRST: [entry(ONE, "new one", "aa bb", "cc dd", "ee ff")]}, "insert")
    save({FIRST: [entry(ONE, "new one", "cc dd", "ee ff")]}, "delete")

    assert subjects(blame.blame(dataset, ONE)) == ["insert", "start", "start"]


def test_a_message_keeps_its_commit_when_it_moves(dataset, save) -> None:
    save({FIRST: [entry(ONE, "aa bb", "cc dd", "ee ff")]}, "start")
    save({FIRST: [entry(ONE, "ee ff", "aa bb", "cc dd")]}, "order")

    assert subjects(blame.blame(dataset, ONE)) == ["start"] * 3


def test_an_entry_keeps_its_commits_when_it_moves_to_another_part(dataset, save) -> None:
    save({FIRST: [entry(ONE, "aa"), entry(TWO, "b")]}, "start")
    save({FIRST: [entry(TWO, "b")], SECOND: [entry(ONE, "aa", "cc")]}, "move and add")

    assert subjects(blame.blame(dataset, ONE)) == ["start", "move and add"]


def test_what_was_changed_and_changed_back_is_of_the_way_back(dataset, save) -> None:
    save({FIRST: [entry(ONE, "aa", tags=["x", "y"])]}, "start")
    save({FIRST: [entry(ONE, "bb", tags=["x"])]}, "there")
    save({FIRST: [entry(ONE, "aa", tags=["x", "y"])]}, "back")
    save({FIRST: [entry(ONE, "aa", tags=["y", "x"])]}, "other order of tags")

    result = blame.blame(dataset, ONE)

    assert subjects(result) == ["back"]
    assert result.tags is not None
    assert result.tags.subject == "back"


def test_both_sides_of_a_merge_keep_their_own(dataset, save) -> None:
    save({FIRST: [entry(ONE, "one a", "two b", "three c")]}, "start")
    branches.create_branch(dataset, "side")
    save({FIRST: [entry(ONE, "one OURS", "two b", "three c")]}, "ours")
    branches.switch(dataset, "side")
    save({FIRST: [entry(ONE, "one a", "two b", "three THEIRS", tags=["t"])]}, "theirs")
    branches.switch(dataset, "main")
    merge.merge(dataset, "side")

    result = blame.blame(dataset, ONE)

    assert subjects(result) == ["ours", "start", "theirs"]
    assert result.tags is not None
    assert result.tags.subject == "theirs"


def test_what_comes_down_both_sides_of_a_merge_meets_where_it_was_written(dataset, save, git) -> None:
    save({FIRST: [entry(ONE, "one a b", "two c d")]}, "start")
    branches.create_branch(dataset, "side")
    save({FIRST: [entry(ONE, "one a b", "two OURS")]}, "ours")
    branches.switch(dataset, "side")
    save({FIRST: [entry(ONE, "one THEIRS", "two c d")]}, "theirs")
    branches.switch(dataset, "main")
    git("merge", "-q", "-s", "ours", "--no-commit", "side", cwd=dataset.path)
    (dataset.path / FIRST).write_bytes(codec.encode(entry(ONE, "one a b", "two c d")))
    git("commit", "-qam", "neither", "--no-verify", cwd=dataset.path, check=0)

    assert subjects(blame.blame(dataset, ONE)) == ["start", "start"]


def test_what_is_not_committed_has_no_commit(dataset, save) -> None:
    save({FIRST: [entry(ONE, "aa", "bb")]}, "start")
    changed = entry(ONE, "new", "aa", "bb", tags=["x"], extra=1)
    (dataset.path / FIRST).write_bytes(codec.encode(changed) + codec.encode(entry(TWO, "c")))

    result = blame.blame(dataset, ONE)

    assert subjects(result) == [None, "start", "start"]
    assert result.tags is not None
    assert (result.tags.commit, result.tags.author, result.tags.time) == (None, None, None)
    assert [(row.key, row.commit) for row in result.keys] == [("extra", None)]
    assert subjects(blame.blame(dataset, TWO)) == [None]
    assert subjects(blame.blame(dataset, ONE, revision="HEAD")) == ["start", "start"]


def test_the_past_is_blamed_as_it_was(dataset, save) -> None:
    save({FIRST: [entry(ONE, "aa")]}, "start")
    save({FIRST: [entry(ONE, "bb")]}, "edit")
    save({FIRST: []}, "gone")

    assert subjects(blame.blame(dataset, ONE, revision="HEAD~1")) == ["edit"]
    assert subjects(blame.blame(dataset, ONE, revision="HEAD~2")) == ["start"]
    with pytest.raises(NotFound, match="no entry"):
        blame.blame(dataset, ONE)


def test_an_odd_entry_is_blamed_too(dataset, save, git) -> None:
    save({FIRST: [entry(TWO, "a")]}, "start")
    odd = '{"id":"ONE","messages":["no object",{"role":3,"content":null}]}\n'.replace("ONE", ONE)
    (dataset.path / FIRST).write_text(odd)
    git("commit", "-qam", "odd", "--no-verify", cwd=dataset.path, check=0)
    (dataset.path / FIRST).write_text(odd.replace('["no object"', '{"x":["no object"').replace("}]}", "}]}}"))
    git("commit", "-qam", "odder", "--no-verify", cwd=dataset.path, check=0)

    assert subjects(blame.blame(dataset, ONE, revision="HEAD~1")) == ["odd", "odd"]
    result = blame.blame(dataset, ONE)
    assert (result.messages, result.tags, result.keys) == ([], None, [])


@pytest.mark.parametrize("seed", range(8))
def test_a_text_is_of_the_commit_it_came_with(dataset, save, seed: int) -> None:
    """Every text is written once and never again, so where it came from has one answer."""
    dice = random.Random(seed)
    texts, known = [f"first {n} {dice.random()}" for n in range(4)], {}
    for number in range(14):
        at = dice.randrange(len(texts) + 1)
        deed = dice.choice(["edit", "insert", "insert", "delete", "move"]) if number else "none"
        if deed == "insert" or len(texts) < 2:
            texts.insert(at, f"new {number} {dice.random()} words of a kind")
        elif deed == "edit":
            texts[at % len(texts)] = f"edit {number} {dice.random()}"
        elif deed == "delete":
            texts.pop(at % len(texts))
        elif deed == "move":
            texts.insert(at, texts.pop(dice.randrange(len(texts))))
        place = dice.choice([FIRST, SECOND])
        other = SECOND if place == FIRST else FIRST
        made = save({place: [entry(ONE, *texts)], other: [entry(TWO, str(number))]}, str(number))
        known |= {text: made for text in texts if text not in known}

    assert [row.commit for row in blame.blame(dataset, ONE).messages] == [known[text] for text in texts]
