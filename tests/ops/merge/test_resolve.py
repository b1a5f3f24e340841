"""Settling conflicts: a file's bytes in, a file's bytes out; each file is read, decoded and written once."""

import json
from collections import Counter

import pytest

from talekeep.core import codec
from talekeep.core.entry import CONFLICT_KEY
from talekeep.core.errors import Outside
from talekeep.ops.history import branches
from talekeep.ops.history import commit
from talekeep.ops.merge import conflicts
from talekeep.ops.merge import merge
from talekeep.ops.merge import resolve
from talekeep.store import transaction
from talekeep.store.cache import Cache
from talekeep.store.git import trees
from talekeep.store.git.files import index

PART = "entries/0000/00000-aaaa.jsonl"


def entry(name: str, *conflicts: tuple[list[str | int], object, object]) -> dict:
    rows = [{"path": path, "base": "b", "ours": ours, "theirs": theirs} for path, ours, theirs in conflicts]
    messages = [{"role": "user", "content": f"{n}"} for n in range(4)]
    return {"id": name, "messages": messages, **({CONFLICT_KEY: rows} if rows else {})}


def lines(*entries: dict) -> bytes:
    return b"".join(codec.encode(each) for each in entries)


def test_lines_without_a_wanted_conflict_keep_every_byte() -> None:
    odd = b'  {"id": "x",  "messages": []}\r\n'
    other = lines(entry("other", (["messages", 0, "content"], "0", "T")))
    data = odd + lines(entry("a", (["messages", 1, "content"], "1", "T"))) + other

    rows = [row for row in conflicts.in_file(PART, data) if row.entry == "a"]
    after = resolve.settled(PART, data, rows, resolve.choose_side("theirs"))

    assert after.startswith(odd)
    assert after.endswith(other)
    assert json.loads(after.split(b"\n")[1])["messages"][1]["content"] == "T"


def test_conflicts_of_one_entry_follow_the_messages_that_an_earlier_one_moves() -> None:
    more = [{"role": "user", "content": "new"}] * 2
    data = lines(
        entry(
            "a",
            (["messages", 1], [{"role": "user", "content": "1"}], more),
            (["messages", 2, "content"], "same", "T2"),
            (["messages", 3, "content"], "same", "T3"),
        )
    )

    after = resolve.settled(PART, data, conflicts.in_file(PART, data), resolve.choose_side("theirs"))

    assert [m["content"] for m in json.loads(after)["messages"]] == ["0", "new", "new", "T2", "T3"]


def test_twins_with_the_same_sides_are_told_apart_by_their_place() -> None:
    data = lines(
        entry("a", (["messages", 2, "content"], "same", "T"), (["messages", 3, "content"], "same", "T"))
    )
    rows = conflicts.in_file(PART, data)[1:]

    after = json.loads(resolve.settled(PART, data, rows, resolve.choose_side("theirs")))

    assert [m["content"] for m in after["messages"]] == ["0", "1", "2", "T"]
    assert [c["path"] for c in after[CONFLICT_KEY]] == [["messages", 2, "content"]]


@pytest.fixture
def stopped(dataset, take, talk, edit):
    """A merge that stopped over this many entries of one part."""

    def made(count: int):
        take([talk(f"<{n}>") for n in range(count)])
        branches.create_branch(dataset, "side")
        for branch, word in (("main", "Ours"), ("side", "Theirs")):
            branches.switch(dataset, branch)
            for n in range(count):
                edit(f"A friend of <{n}>", f"{word} {n}")
            commit.commit(dataset, f"On {branch}")
        branches.switch(dataset, "main")
        assert len(merge.merge(dataset, "side").conflicts) == count
        return dataset

    return made


@pytest.mark.parametrize("count", [2, 30])
def test_what_git_is_asked_does_not_grow_with_the_conflicts(stopped, monkeypatch, count: int) -> None:
    dataset = stopped(count)
    calls: Counter[str] = Counter()
    for module, name in ((index, "read"), (trees, "blob_id"), (codec, "decode"), (Cache, "_open")):
        monkeypatch.setattr(module, name, counting(calls, name, getattr(module, name)))

    result = resolve.resolve(dataset, resolve.choose_side("theirs"))

    assert (len(result.resolved), result.conflicts, len(result.staged)) == (count, [], 1)
    assert calls["read"] <= 3
    assert calls["blob_id"] <= 5
    assert calls["_open"] == 0
    # Once to list the conflict, once to settle it.
    assert calls["decode"] == 2 * count


def counting(calls: Counter[str], name: str, real):
    def counted(*args, **kwargs):
        calls[name] += 1
        return real(*args, **kwargs)

    return counted


def test_a_full_disk_leaves_folder_and_index_as_they_were(stopped, monkeypatch) -> None:
    dataset = stopped(2)
    part = next(dataset.path.glob("entries/*/*.jsonl"))
    before = part.read_bytes(), index.read(dataset.repo).unmerged

    def refuse(*_: object) -> None:
        raise Outside("no space left")

    monkeypatch.setattr(transaction.index, "update", refuse)
    with pytest.raises(Outside):
        resolve.resolve(dataset, resolve.choose_side("theirs"))
    monkeypatch.undo()

    assert (part.read_bytes(), index.read(dataset.repo).unmerged) == before
    assert len(conflicts.conflicts(dataset)) == 2


def test_a_file_with_a_conflict_left_stays_unmerged_for_git(stopped) -> None:
    dataset = stopped(2)
    one = conflicts.conflicts(dataset)[0]

    result = resolve.resolve(dataset, resolve.choose_side("ours"), entry=one.entry)

    assert (len(result.conflicts), result.staged) == (1, [])
    assert index.read(dataset.repo).unmerged == (one.file,)
    result = resolve.resolve(dataset, resolve.choose_side("ours"))
    assert (result.conflicts, result.staged, index.read(dataset.repo).unmerged) == ([], [one.file], ())
