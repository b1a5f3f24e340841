"""`restore`: entries as they were, and nothing else."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from talekeep.core import codec
from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.ops.history import commit
from talekeep.ops.history import log
from talekeep.ops.history import restore
from talekeep.ops.workspace import validation
from talekeep.ops.workspace.rule_runner import is_validated

IDS = [f"123e4567-e89b-42d3-a456-42661417400{n}" for n in range(6)]
FIRST, SECOND = "entries/0000/00000-aaaa.jsonl", "entries/0000/00001-bbbb.jsonl"
SIDE = FIRST.replace("entries", "sidecars", 1)


def entry(n: int, text: str = "a", **more: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": text}, {"role": "assistant", "content": "b"}]
    return {"id": IDS[n], "messages": messages, "tags": [], **more}


@pytest.fixture
def save(dataset) -> Callable[..., str]:
    """Commit parts with exactly these records (None: no such part), on top of HEAD."""

    def saved(files: dict[str, list[dict[str, Any]] | None], message: str = "Save") -> str:
        data = {p: None if rows is None else b"".join(map(codec.encode, rows)) for p, rows in files.items()}
        with dataset.writing("test"):
            return dataset.write(data, message)

    return saved


@pytest.fixture
def texts(dataset) -> Callable[[], dict[str, str]]:
    """The first text of every entry of the folder, by id, in dataset order."""
    return lambda: {
        line.value["id"]: line.value["messages"][0]["content"] for line in dataset.now().entries()
    }


def kinds(result: restore.Restored) -> list[str]:
    return [each.kind for each in result.entries]


def test_an_entry_is_put_back_where_it_stands_and_others_keep_every_byte(dataset, save, git) -> None:
    save({FIRST: [entry(0, "old"), entry(1), entry(2)]})
    save({FIRST: [entry(1, "new"), entry(0, "new", extra=1, tags=["t"]), entry(2, "new")]})
    part = dataset.path / FIRST
    odd = part.read_bytes().replace(b'"role":"user"', b'"role": "user"').replace(b"\n", b" \n\n", 1)
    part.write_bytes(odd)
    git("commit", "-qam", "odd", "--no-verify", cwd=dataset.path, check=0)
    lines = odd.split(b"\n")

    result = restore.restore(dataset, [IDS[0]], source="HEAD~2")

    expected = [codec.encode(entry(0, "old")).rstrip() if IDS[0].encode() in line else line for line in lines]
    assert part.read_bytes() == b"\n".join(expected)
    assert (result.added, result.changed, result.same, kinds(result)) == (0, 1, 0, ["changed"])
    assert (result.entries[0].part, result.source) == (FIRST, dataset.repo.resolve("HEAD~3"))
    assert git("status", "--porcelain", cwd=dataset.path).out == ""
    assert git("show", "--name-only", "--format=", cwd=dataset.path).out == f"{FIRST}\n"


def test_it_is_one_commit_that_says_what_it_did_in_numbers(dataset, save, git) -> None:
    first = save({FIRST: [entry(0), entry(1, "old")]})
    save({FIRST: [entry(1, "new")]})

    result = restore.restore(dataset, IDS[:2], source="HEAD~1")

    assert dataset.repo.commit(result.commit).message == (
        f"Restore 2 entries from {first[:7]}\n\nTalekeep-Op: restore\nTalekeep-Entries: +1 ~1 -0\n"
    )
    assert dataset.repo.head() == result.commit
    assert git("fsck", "--strict", cwd=dataset.path).code == 0


def test_an_entry_that_is_gone_comes_back_at_the_end_of_its_part(dataset, save, texts) -> None:
    save({FIRST: [entry(0, "zero"), entry(1, "one")], SECOND: [entry(2, "two")]})
    save({FIRST: [entry(1, "one")]})
    save({FIRST: []})

    result = restore.restore(dataset, [IDS[0]], source="HEAD~2")

    assert (kinds(result), result.entries[0].part) == (["added"], FIRST)
    assert texts() == {IDS[0]: "zero", IDS[2]: "two"}
    assert restore.restore(dataset, [IDS[1]], source="HEAD~3").added == 1
    assert list(texts()) == [IDS[0], IDS[1], IDS[2]]


def test_where_its_part_is_gone_too_it_goes_where_new_entries_go(dataset, save, texts) -> None:
    save({FIRST: [entry(0), entry(1)], SIDE: [{"id": IDS[0], "note": "kept"}], SECOND: [entry(2)]})
    save({FIRST: None, SIDE: None})

    result = restore.restore(dataset, IDS[:2], source="HEAD~1")

    assert {each.part for each in result.entries} == {SECOND}
    assert list(texts()) == [IDS[2], IDS[0], IDS[1]]
    assert dataset.now().sidecars(SECOND) == {IDS[0]: {"id": IDS[0], "note": "kept"}}


def test_one_that_goes_where_new_entries_go_and_one_that_stands_there_both_come_back(
    dataset, save, texts
) -> None:
    save({FIRST: [entry(0)], SECOND: [entry(1, "old"), entry(2)]})
    save({FIRST: None, SECOND: [entry(1, "new"), entry(2)]})

    result = restore.restore(dataset, IDS[:2], source="HEAD~1")

    assert {each.part for each in result.entries} == {SECOND}
    assert texts() == {IDS[1]: "old", IDS[2]: "a", IDS[0]: "a"}


def test_an_entry_in_another_part_now_stays_there(dataset, save, texts) -> None:
    save({FIRST: [entry(0, "old"), entry(1)]})
    save({FIRST: [entry(1)], SECOND: [entry(2), entry(0, "new")]})

    assert restore.restore(dataset, [IDS[0]], source="HEAD~1").entries[0].part == SECOND
    assert list(texts().items()) == [(IDS[1], "a"), (IDS[2], "a"), (IDS[0], "old")]


@pytest.mark.parametrize("old", [None, {"note": "old"}])
@pytest.mark.parametrize("new", [None, {"note": "new"}])
def test_the_sidecar_comes_back_too_and_those_of_others_stay(dataset, save, old, new) -> None:
    other = {"id": IDS[1], "note": "other"}

    def rows(of: dict[str, Any] | None) -> list[dict[str, Any]]:
        return [{"id": IDS[0], **of}, other] if of else [other]

    save({FIRST: [entry(0), entry(1)], SIDE: rows(old)})
    save({SIDE: rows(new)})

    result = restore.restore(dataset, [IDS[0]], source="HEAD~1")

    assert dataset.now().sidecars(FIRST) == {row["id"]: row for row in rows(old)}
    assert (kinds(result), result.commit is None) == (["same" if old == new else "changed"], old == new)


def test_a_removed_entry_comes_back_with_its_sidecar(dataset, save) -> None:
    save({FIRST: [entry(0), entry(1)], SIDE: [{"id": IDS[0], "note": "n"}, {"id": IDS[1], "note": "o"}]})
    save({FIRST: [entry(1)], SIDE: None})

    restore.restore(dataset, [IDS[0]], source="HEAD~1")

    assert dataset.now().sidecars(FIRST) == {IDS[0]: {"id": IDS[0], "note": "n"}}


def test_a_validated_dataset_stays_validated(dataset, take, talk, edit) -> None:
    take([talk("1")])
    validation.validate_at(dataset)
    edit("A friend of 1", "Nobody")
    commit.commit(dataset)

    restore.restore(dataset, where="", source="HEAD~1")

    assert is_validated(dataset, dataset.head_tree())


def test_what_is_as_it_was_makes_no_commit(dataset, save) -> None:
    save({FIRST: [entry(0), entry(1)]})
    head = save({FIRST: [entry(0), entry(1, "new")]})

    result = restore.restore(dataset, [IDS[0], IDS[0][:-1] + "0"], source="HEAD~1")

    assert (kinds(result), result.commit, dataset.repo.head()) == (["same"], None, head)


def test_a_query_is_asked_of_the_past(dataset, save, texts) -> None:
    save({FIRST: [entry(0, tags=["t"]), entry(1), entry(2, tags=["t"]), entry(3, tags=["t"])]})
    save({FIRST: [entry(0, "new"), entry(1, "new", tags=["t"]), entry(3, tags=["t"])]})

    result = restore.restore(dataset, where="tag:t", source="HEAD~1")

    assert [(each.id, each.kind) for each in result.entries] == [
        (IDS[0], "changed"),
        (IDS[2], "added"),
        (IDS[3], "same"),
    ]
    assert texts() == {IDS[0]: "a", IDS[1]: "new", IDS[3]: "a", IDS[2]: "a"}
    assert restore.restore(dataset, where="tag:draft", source="HEAD").entries == []


def test_uncommitted_work_on_the_same_part_is_refused_and_kept(dataset, save) -> None:
    save({FIRST: [entry(0, "old"), entry(1)], SECOND: [entry(2, "old")]})
    head = save({FIRST: [entry(0, "new"), entry(1)], SECOND: [entry(2, "new")]})
    part = dataset.path / FIRST
    part.write_bytes(part.read_bytes() + codec.encode(entry(4)))
    mine = part.read_bytes()

    for dry_run in (True, False):
        with pytest.raises(Refused, match="not committed"):
            restore.restore(dataset, [IDS[0]], source="HEAD~1", dry_run=dry_run)
    assert (part.read_bytes(), dataset.repo.head()) == (mine, head)
    assert restore.restore(dataset, [IDS[2]], source="HEAD~1").changed == 1
    assert part.read_bytes() == mine


def test_an_entry_cut_from_the_folder_and_not_committed_is_not_doubled(dataset, save) -> None:
    save({FIRST: [entry(0), entry(1)], SECOND: [entry(2)]})
    (dataset.path / FIRST).write_bytes(codec.encode(entry(1)))
    (dataset.path / SECOND).write_bytes(codec.encode(entry(2)) + codec.encode(entry(0, "moved by hand")))

    with pytest.raises(Refused, match="not committed"):
        restore.restore(dataset, [IDS[0]], source="HEAD")


def test_a_dry_run_says_the_same_and_does_nothing(dataset, save) -> None:
    save({FIRST: [entry(0, "old"), entry(1)]})
    head = save({FIRST: [entry(0, "new")]})
    before = {p: p.read_bytes() for p in dataset.path.rglob("*.jsonl")}

    tried = restore.restore(dataset, IDS[:2], source="HEAD~1", dry_run=True)

    assert (dataset.repo.head(), {p: p.read_bytes() for p in dataset.path.rglob("*.jsonl")}) == (head, before)
    result = restore.restore(dataset, IDS[:2], source="HEAD~1")
    assert tried.entries == result.entries
    assert (tried.commit, result.commit is not None) == (None, True)


def test_without_a_commit_it_is_staged(dataset, save, git) -> None:
    save({FIRST: [entry(0, "old")]})
    head = save({FIRST: [entry(0, "new")]})

    result = restore.restore(dataset, [IDS[0]], source="HEAD~1", commit=False)

    assert (result.changed, result.commit, dataset.repo.head()) == (1, None, head)
    assert git("status", "--porcelain", cwd=dataset.path).out == f"M  {FIRST}\n"


def test_an_entry_the_rules_refuse_is_not_brought_back(dataset, save, git) -> None:
    bad = entry(0)
    bad["messages"] = []
    save({FIRST: [bad, entry(1)]})
    head = save({FIRST: [entry(1)]})

    with pytest.raises(validation.Invalid):
        restore.restore(dataset, [IDS[0]], source="HEAD~1")
    assert dataset.repo.head() == head
    assert git("status", "--porcelain", cwd=dataset.path).out == ""


def test_an_id_that_stands_twice_is_refused(dataset, save) -> None:
    save({FIRST: [entry(0, "old")]})
    save({FIRST: [entry(0, "new"), entry(0, "newer")]})

    with pytest.raises(Refused, match="stands twice"):
        restore.restore(dataset, [IDS[0]], source="HEAD~1")


def test_what_to_restore_has_to_be_said_once_and_to_exist(dataset, save) -> None:
    save({FIRST: [entry(0)]})
    with pytest.raises(Usage):
        restore.restore(dataset, source="HEAD")
    with pytest.raises(Usage):
        restore.restore(dataset, [IDS[0]], where="tag:t", source="HEAD")
    with pytest.raises(Usage):
        restore.restore(dataset, where="tag:", source="HEAD")
    with pytest.raises(NotFound, match="revision"):
        restore.restore(dataset, [IDS[0]], source="nowhere")
    with pytest.raises(NotFound, match="entry"):
        restore.restore(dataset, [IDS[1]], source="HEAD")


@pytest.mark.parametrize("seed", range(6))
def test_restoring_everything_gives_every_entry_of_the_past_and_keeps_the_rest(
    dataset, save, seed: int
) -> None:
    dice = random.Random(seed)

    def state() -> dict[str, list[dict[str, Any]] | None]:
        chosen = dice.sample(range(6), dice.randint(1, 6))
        rows = [entry(n, str(dice.random())) for n in chosen]
        cut = dice.randint(0, len(rows))
        noted = [{"id": row["id"], "note": str(dice.random())} for row in rows[:cut] if dice.random() < 0.6]
        return {FIRST: rows[:cut], SECOND: rows[cut:], SIDE: noted}

    def by_id() -> dict[str, Any]:
        now = dataset.now()
        return {
            line.value["id"]: (line.value, now.sidecars(line.part).get(line.value["id"]))
            for line in now.entries()
        }

    save(state())
    past = by_id()
    save(state())
    now = by_id()

    result = restore.restore(dataset, where="", source="HEAD~1")

    assert by_id() == now | past
    assert {each.id for each in result.entries} == past.keys()
    counts = log.log(dataset, limit=1)[0].entries
    if result.commit:
        assert counts == {"added": result.added, "changed": result.changed, "removed": 0}
    assert result.added == len(past.keys() - now.keys())
