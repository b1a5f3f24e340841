"""`log ENTRY`: the commits that changed one entry, and what each did to it."""

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from talekeep.core import codec
from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.core.merge.align import same
from talekeep.ops.history import branches
from talekeep.ops.history import entry_log
from talekeep.ops.history import log
from talekeep.ops.merge import merge
from talekeep.store.dataset import Dataset
from talekeep.store.git import trees
from talekeep.store.git.commits import Signature

ONE, TWO = (f"123e4567-e89b-42d3-a456-42661417400{n}" for n in (1, 2))
FIRST, SECOND = "entries/0000/00000-aaaa.jsonl", "entries/0000/00001-bbbb.jsonl"


def entry(id: str, *texts: str, **more: Any) -> dict[str, Any]:
    roles = ("user", "assistant")
    messages = [{"role": roles[n % 2], "content": text} for n, text in enumerate(texts)]
    return {"id": id, "messages": messages, "tags": [], **more}


@pytest.fixture
def save(dataset) -> Callable[..., str]:
    """Commit parts with exactly these entries (None: no such part), on top of HEAD."""

    def saved(files: dict[str, list[dict[str, Any]] | None], message: str = "Save") -> str:
        data = {
            path: None if rows is None else b"".join(map(codec.encode, rows)) for path, rows in files.items()
        }
        with dataset.writing("test"):
            return dataset.write(data, message)

    return saved


@pytest.fixture
def commit_of(dataset) -> Callable[..., str]:
    """A commit of a tree with these parents, made of nothing but objects; no ref moves."""

    def made(parts: dict[str, list[dict[str, Any]]], parents: list[str], at: int, message: str = "x") -> str:
        blobs = dataset.repo.write_blobs([b"".join(map(codec.encode, rows)) for rows in parts.values()])
        tree = trees.apply(dataset.repo, trees.EMPTY, dict(zip(parts, blobs, strict=True)))
        return dataset.repo.create_commit(tree, parents, message, Signature("T", "t@example.invalid", at))

    return made


def output_of(item: entry_log.EntryLog) -> list[tuple[str, str]]:
    return [(row.subject, change.kind) for row, change in zip(item.commits, item.changes, strict=True)]


def test_only_commits_that_changed_the_entry_are_told(dataset, save) -> None:
    save({FIRST: [entry(ONE, "a", "b"), entry(TWO, "c")]}, "both")
    save({FIRST: [entry(ONE, "a", "b"), entry(TWO, "d")]}, "the other")
    save({FIRST: [entry(ONE, "a", "b", "c"), entry(TWO, "d")]}, "longer")
    save({"README.md": []}, "no entry")
    save({FIRST: [entry(TWO, "d"), entry(ONE, "a", "b", "c")]}, "other order")

    result = entry_log.log_entry(dataset, ONE)

    assert output_of(result) == [("longer", "changed"), ("both", "added")]
    assert result.entry == ONE
    assert [change.commit for change in result.changes] == [row.id for row in result.commits]
    assert output_of(entry_log.log_entry(dataset, ONE, limit=1)) == [("longer", "changed")]
    assert output_of(entry_log.log_entry(dataset, ONE, revision="HEAD~3")) == [("both", "added")]


def test_a_change_names_its_messages_tags_and_keys(dataset, save) -> None:
    save({FIRST: [entry(ONE, "one two three", "four five six", "seven", tags=["old", "kept"], b=1, c=1)]})
    after = entry(ONE, "one two changed", "new here", "four five six", tags=["kept", "new"], a=1, b=2)
    after["messages"][1]["role"], after["messages"][2]["role"] = "system", "assistant"
    save({FIRST: [after]})

    change = entry_log.log_entry(dataset, ONE).changes[0]

    assert [(m.kind, m.before, m.after) for m in change.messages] == [
        ("edited", 0, 0),
        ("inserted", None, 1),
        ("deleted", 2, None),
    ]
    assert (change.tags_added, change.tags_removed) == (("new",), ("old",))
    assert sorted(change.keys) == ["a", "b", "c"]
    assert (change.part, change.moved_from) == (FIRST, None)


def test_an_entry_is_followed_into_another_part(dataset, save) -> None:
    save({FIRST: [entry(ONE, "a"), entry(TWO, "c")]}, "start")
    save({FIRST: [entry(TWO, "c")], SECOND: [entry(ONE, "a")]}, "moved")
    save({FIRST: [entry(TWO, "c"), entry(ONE, "b")], SECOND: []}, "moved and edited")
    save({FIRST: None, SECOND: [entry(ONE, "b"), entry(TWO, "c")]}, "part removed")

    result = entry_log.log_entry(dataset, ONE)

    assert output_of(result) == [
        ("part removed", "moved"),
        ("moved and edited", "changed"),
        ("moved", "moved"),
        ("start", "added"),
    ]
    assert [(c.moved_from, c.part) for c in result.changes] == [
        (FIRST, SECOND),
        (SECOND, FIRST),
        (FIRST, SECOND),
        (None, FIRST),
    ]


def test_an_entry_that_was_removed_and_came_back_has_all_its_history(dataset, save) -> None:
    save({FIRST: [entry(ONE, "a"), entry(TWO, "c")]}, "start")
    save({FIRST: [entry(TWO, "c")]}, "gone")
    save({FIRST: [entry(TWO, "d")]}, "meanwhile")
    gone = [("gone", "removed"), ("start", "added")]

    assert output_of(entry_log.log_entry(dataset, ONE)) == gone
    assert output_of(entry_log.log_entry(dataset, ONE[:-1])) == [("meanwhile", "changed"), ("start", "added")]
    save({SECOND: [entry(ONE, "b")]}, "back")
    assert output_of(entry_log.log_entry(dataset, ONE)) == [("back", "added"), *gone]


def test_a_removed_entry_is_found_by_its_beginning_in_a_cache_that_knows_nothing(dataset, save) -> None:
    mine = "feedbeef-e89b-42d3-a456-426614174000"
    save({FIRST: [entry(mine, "a"), entry(TWO, "c")]}, "start")
    save({FIRST: [entry(TWO, "c")]}, "gone")
    dataset.cache.close()
    (dataset.private / "cache.sqlite").unlink()

    assert entry_log.log_entry(dataset, "feedb").entry == mine
    with pytest.raises(NotFound, match="no commit holds an entry 'feedc'"):
        entry_log.log_entry(dataset, "feedc")


def test_what_stands_in_other_files_is_no_entry(dataset, save) -> None:
    save({"entries/notes.txt": [entry(ONE, "a")], FIRST: [entry(TWO, "c")]})

    with pytest.raises(NotFound):
        entry_log.log_entry(dataset, ONE)


def test_a_line_spelled_otherwise_by_hand_is_no_change(dataset, save, git) -> None:
    save({FIRST: [entry(ONE, "a"), entry(TWO, "c")]}, "start")
    part = dataset.path / FIRST
    part.write_bytes(part.read_bytes().replace(b'"tags":[]', b' "tags" : [ ] ').replace(b"\n", b"\r\n"))
    git("commit", "-qam", "spelled", "--no-verify", cwd=dataset.path, check=0)
    part.write_bytes(part.read_bytes().replace(b"123e", b"\\u003123e"))
    git("commit", "-qam", "escaped", "--no-verify", cwd=dataset.path, check=0)

    assert output_of(entry_log.log_entry(dataset, ONE)) == [("start", "added")]


def test_a_merge_counts_only_where_it_differs_from_every_parent(dataset, save) -> None:
    save({FIRST: [entry(ONE, "one", "two", "three"), entry(TWO, "c")]}, "start")
    branches.create_branch(dataset, "side")
    save({FIRST: [entry(ONE, "ONE", "two", "three"), entry(TWO, "c")]}, "ours")
    branches.switch(dataset, "side")
    save({FIRST: [entry(ONE, "one", "two", "THREE"), entry(TWO, "d")]}, "theirs")
    branches.switch(dataset, "main")
    merge.merge(dataset, "side")

    one, two = (entry_log.log_entry(dataset, e) for e in (ONE, TWO))

    assert {kind for _, kind in output_of(one)} == {"changed", "added"}
    assert output_of(one)[0][0].startswith("Merge side")
    assert sorted(output_of(one)[1:]) == [("ours", "changed"), ("start", "added"), ("theirs", "changed")]
    assert output_of(two) == [("theirs", "changed"), ("start", "added")]


def test_each_commit_comes_once_and_after_a_child_whatever_the_clocks_say(dataset, commit_of) -> None:
    root = commit_of({FIRST: [entry(ONE, "0")]}, [], 900, "root")
    left = commit_of({FIRST: [entry(ONE, "1")]}, [root], 100, "left")
    right = commit_of({FIRST: [entry(ONE, "2")]}, [root], 950, "right")
    top = commit_of({FIRST: [entry(ONE, "3")]}, [left, right], 10, "top")

    order = [subject for subject, _ in output_of(entry_log.log_entry(dataset, ONE, revision=top))]

    assert order == ["top", "right", "root", "left"]


def test_a_shallow_clone_has_the_history_it_has(dataset, save, git, tmp_path: Path) -> None:
    for text in "abcd":
        save({FIRST: [entry(ONE, text)]}, text)
    git("clone", "-q", "--depth", "2", dataset.path.as_uri(), tmp_path / "clone", check=0)

    with Dataset.open(tmp_path / "clone") as shallow:
        assert output_of(entry_log.log_entry(shallow, ONE)) == [("d", "changed"), ("c", "added")]
        assert [row.subject for row in log.log(shallow)] == ["d", "c"]
        assert [row.boundary for row in entry_log.log_entry(shallow, ONE).commits] == [False, True]


def test_where_a_shallow_clone_ends_what_it_names_may_be_older(dataset, save, git, run, tmp_path) -> None:
    for text in "abc":
        save({FIRST: [entry(ONE, text)]}, text)
    clone = tmp_path / "clone"
    git("clone", "-q", "--depth", "2", dataset.path.as_uri(), clone, check=0)
    boundary = git("rev-parse", "HEAD~1", cwd=clone, check=0).out

    logged = run("log", ONE, cwd=clone, check=0).out
    assert logged.count("here or earlier: this clone is shallow (git fetch --unshallow)") == 1
    blamed = run("blame", ONE, cwd=clone, check=0)
    assert f"^{boundary[:6]}" in blamed.out
    assert "git fetch --unshallow" in blamed.err
    answer = run("blame", ONE, "--json", cwd=clone, check=0).json
    assert (answer["tags"]["commit"], answer["tags"]["boundary"]) == (boundary.strip(), True)
    assert [row["boundary"] for row in answer["messages"]] == [False]

    git("fetch", "-q", "--unshallow", cwd=clone, check=0)
    assert "earlier" not in run("log", ONE, cwd=clone, check=0).out
    assert "^" not in run("blame", ONE, cwd=clone, check=0).out


def test_an_ambiguous_beginning_or_an_unknown_one_is_not_found(dataset, save) -> None:
    save({FIRST: [entry(ONE, "a"), entry(TWO.replace("123e", "124e"), "c")]})

    with pytest.raises(NotFound, match="2 entries begin with '12'"):
        entry_log.log_entry(dataset, "12")
    assert entry_log.log_entry(dataset, "123").entry == ONE
    with pytest.raises(NotFound, match="no commit holds an entry 'zz'"):
        entry_log.log_entry(dataset, "zz")
    with pytest.raises(NotFound, match="no revision"):
        entry_log.log_entry(dataset, ONE, revision="nowhere")


def test_a_dataset_without_a_commit_has_no_history(dataset, git) -> None:
    git("checkout", "-q", "--orphan", "fresh", cwd=dataset.path, check=0)

    assert entry_log.is_entry(dataset, ONE)
    with pytest.raises(NotFound, match="no commit"):
        entry_log.log_entry(dataset, ONE)


class TestWhichIsMeant:
    def test_a_revision_comes_first_and_an_id_is_an_entry(self, dataset, save) -> None:
        save({FIRST: [entry(ONE, "a")]})
        branches.create_branch(dataset, "123e")

        names = ("HEAD", "HEAD~1", "main", "123e", dataset.repo.head(), dataset.repo.head()[:12])
        assert [entry_log.is_entry(dataset, name) for name in names] == [False] * len(names)
        assert entry_log.is_entry(dataset, ONE)
        assert entry_log.is_entry(dataset, "123e4567")

    def test_neither_is_not_found(self, dataset, save) -> None:
        save({FIRST: [entry(ONE, "a")]})
        for name in ("nowhere", "HEAD~99", "mian", ""):
            with pytest.raises(NotFound, match="no revision or entry"):
                entry_log.is_entry(dataset, name)

    def test_the_beginning_of_both_is_an_error_that_says_so(self, dataset, save, commit_of) -> None:
        head = save({FIRST: [entry(ONE, "a")]})
        save({SECOND: [entry(head[:8] + ONE[8:], "b")]})

        with pytest.raises(Usage, match=r"beginning of a commit .* and of an entry"):
            entry_log.is_entry(dataset, head[:7])
        assert not entry_log.is_entry(dataset, head[:9])
        assert entry_log.is_entry(dataset, head[:8] + "-")

    def test_too_short_for_one_commit_may_be_enough_for_one_entry(self, dataset, save, monkeypatch) -> None:
        save({FIRST: [entry(ONE, "a")]})

        def several(revision: str) -> str:
            raise Refused(f"{revision} is the beginning of 2 ids", "give more digits")

        monkeypatch.setattr(dataset.repo, "resolve", several)
        monkeypatch.setattr(dataset, "at", lambda _: dataset.of_tree(dataset.head_tree()))
        assert entry_log.is_entry(dataset, "123e")
        with pytest.raises(Refused):
            entry_log.is_entry(dataset, "fade")


PARTS = (FIRST, SECOND, "entries/0001/00256-cccc.jsonl", "entries/by-hand.jsonl")


def random_tree(dice: random.Random, before: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """One random change: an edit, a move, a removal, an addition, or something beside the entries."""
    parts = {path: list(rows) for path, rows in before.items()}
    rows = [(path, row) for path, item in parts.items() for row in item if path != "README.md"]
    path, row = dice.choice(rows) if rows else (PARTS[0], None)
    deed = dice.choice(["edit", "edit", "move", "remove", "add", "beside", "part"])
    if row is not None and deed in ("edit", "move", "remove"):
        parts[path].remove(row)
        if deed != "remove":
            target = path if deed == "edit" else dice.choice(PARTS)
            new = entry(row["id"], str(dice.random())) if deed == "edit" or dice.random() < 0.3 else row
            parts.setdefault(target, []).append(new)
    elif deed == "part" and path in parts:
        del parts[path]
    elif deed == "beside":
        parts["README.md"] = [{"n": dice.random()}]
    else:
        missing = {f"0000000{n}-0000-4000-8000-000000000000" for n in range(4)} - {r["id"] for _, r in rows}
        if missing:
            parts.setdefault(dice.choice(PARTS), []).append(entry(min(missing), str(dice.random())))
    return parts


def slow_reference(
    states: dict[str, Any], parents: dict[str, list[str]], wanted: str
) -> set[tuple[str, str]]:
    """Every commit read whole and compared with each of its parents."""

    def place(commit: str) -> Any:
        items = [(p, r) for p, rows in states[commit].items() for r in rows if r.get("id") == wanted]
        return items[0] if items else None

    changed = set()
    for commit in states:
        now, old = place(commit), [place(p) for p in parents[commit]]
        if any(same(now, o) for o in old) or (now is None and not any(old)):
            continue
        first = next((o for o in old if o is not None), None)
        kind = "removed" if now is None else "added" if first is None else "changed"
        if kind == "changed" and same(now[1], first[1]):
            kind = "moved"
        changed.add((commit, kind))
    return changed


@pytest.mark.parametrize("seed", range(12))
def test_the_same_as_reading_every_commit_whole(dataset, commit_of, seed: int) -> None:
    dice = random.Random(seed)
    states: dict[str, Any] = {}
    parents: dict[str, list[str]] = {}
    tips: list[str] = []
    for number in range(24):
        base = dice.choice(tips[-3:]) if tips else None
        above = [base] if base else []
        if len(tips) > 3 and dice.random() < 0.25:
            above = list(dict.fromkeys([base, dice.choice(tips[-4:])]))
        state = states[dice.choice(above)] if above else {"README.md": [{"n": 0}]}
        if len(above) < 2 or dice.random() < 0.5:
            state = random_tree(dice, state)
        made = commit_of(state, above, dice.randint(1, 1000), str(number))
        states[made], parents[made] = state, above
        tips.append(made)
    top = commit_of(states[tips[-1]], tips[-4:], 2000, "top")
    states[top], parents[top] = states[tips[-1]], tips[-4:]
    reached, todo = set(), [top]
    while todo:
        if (at := todo.pop()) not in reached:
            reached.add(at)
            todo += parents[at]
    states = {commit: states[commit] for commit in reached}

    for n in range(4):
        wanted = f"0000000{n}-0000-4000-8000-000000000000"
        expected = slow_reference(states, parents, wanted)
        if not expected:
            continue
        result = entry_log.log_entry(dataset, wanted, revision=top)
        assert {
            (row.id, change.kind) for row, change in zip(result.commits, result.changes, strict=True)
        } == expected
        assert len(result.commits) == len(expected)


def long_history(dataset, git, commits: int) -> None:
    """Commits that edit one part after another of forty, the first part once in a hundred."""
    stream = [b""]
    for number in range(commits):
        part = 0 if number % 100 == 0 else 1 + number % 39
        path = f"entries/0000/{part:05d}-abcd.jsonl"
        rows = [
            entry(f"{part:08x}-0000-4000-8000-{n:012x}", f"{number if n == 0 else 0} " + "word " * 60)
            for n in range(30)
        ]
        data = b"".join(map(codec.encode, rows))
        start = b"from refs/heads/main^0\n" if number == 0 else b""
        head = b"commit refs/heads/main\ncommitter T <t@e> %d +0000\ndata 4\nedit\n" % (10**9 + number)
        change = b"M 100644 inline %s\ndata %d\n" % (path.encode(), len(data))
        stream.append(head + start + change + data + b"\n")
    git("fast-import", "--quiet", "--force", cwd=dataset.path, input=b"".join(stream), check=0)


def test_parts_that_did_not_change_are_not_read(dataset, git, monkeypatch) -> None:
    long_history(dataset, git, 200)
    wanted = "00000000-0000-4000-8000-000000000000"
    entry_log.log_entry(dataset, wanted)
    read = []
    real = type(dataset.repo).blob
    monkeypatch.setattr(type(dataset.repo), "blob", lambda self, oid: (read.append(oid), real(self, oid))[1])

    result = entry_log.log_entry(dataset, wanted)

    assert [change.kind for change in result.changes] == ["changed", "added"]
    assert len(read) <= 3, "one for each version of the part, and none for the other 198 commits"


@pytest.mark.slow
def test_a_thousand_commits_cost_what_they_changed(tmp_path: Path, git) -> None:
    from talekeep.ops.project import init

    wanted = "00000000-0000-4000-8000-000000000000"
    took = {}
    for commits in (250, 1000):
        init.init(tmp_path / str(commits))
        with Dataset.open(tmp_path / str(commits)) as dataset:
            long_history(dataset, git, commits)
        with Dataset.open(tmp_path / str(commits)) as dataset:
            assert len(entry_log.log_entry(dataset, wanted).commits) == commits // 100 + (commits % 100 > 0)
            runs = []
            for _ in range(5):
                start = time.process_time()
                entry_log.log_entry(dataset, wanted)
                runs.append(time.process_time() - start)
            took[commits] = min(runs)
    assert took[1000] < 8 * took[250] + 0.05, took
