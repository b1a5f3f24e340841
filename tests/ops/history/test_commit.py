"""`commit`, `log`, `diff`: by entry, in canonical bytes, in numbers."""

import json
from pathlib import Path

import pytest

from talekeep.core import codec
from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.ops.history import commit
from talekeep.ops.history import diff
from talekeep.ops.history import log
from talekeep.ops.workspace import validation
from talekeep.ops.workspace.rule_runner import is_validated


def ids(dataset) -> list[str]:
    return [line.value["id"] for line in dataset.now().entries()]


def test_a_hand_edit_is_committed_in_canonical_bytes(dataset, take, talk, git) -> None:
    take([talk("1"), talk("2")])
    part = dataset.path / dataset.now().parts()[0]
    rows = [json.loads(line) for line in part.read_bytes().splitlines()]
    rows[1]["messages"][0]["content"] = "By\u2028hand"
    loose = "\r\n\r\n".join(json.dumps(dict(reversed(row.items())), indent=None) for row in rows)
    part.write_text(loose, newline="")

    result = commit.commit(dataset, "By hand")

    assert (result.added, result.changed, result.removed) == (0, 1, 0)
    assert part.read_bytes() == b"".join(codec.encode(row) for row in rows)
    assert git("status", "--porcelain", cwd=dataset.path).out == ""
    assert git("log", "-1", "--format=%B", cwd=dataset.path).out.startswith(
        "By hand\n\nTalekeep-Op: commit\nTalekeep-Entries: +0 ~1 -0\n"
    )


def test_without_a_subject_the_numbers_are_it(dataset, take, talk, edit) -> None:
    take([talk("1"), talk("2"), talk("3")])
    part = edit("A friend of 2", "Nobody")
    lines = part.read_bytes().split(b"\n")
    new = lines[0].replace(ids(dataset)[0].encode(), b"123e4567-e89b-42d3-a456-426614174000")
    part.write_bytes(b"\n".join([*lines[:2], new, b""]))

    result = commit.commit(dataset)

    assert (result.added, result.changed, result.removed) == (1, 1, 1)
    subject = dataset.repo.commit(result.commit or "").subject
    assert subject == "Add 1 entry, Change 1 entry, Remove 1 entry"
    assert "Nobody" not in dataset.repo.commit(result.commit or "").message


def test_new_files_of_the_dataset_and_tracked_ones_are_committed_and_others_are_not(
    dataset, take, talk, git
) -> None:
    take([talk("1")])
    hand = dataset.path / "entries/by-hand.jsonl"
    hand.write_bytes(codec.encode({"id": "123e4567-e89b-42d3-a456-426614174000", **talk("2"), "tags": []}))
    (dataset.path / "README.md").write_text("Mine\n")
    (dataset.path / "notes.txt").write_text("not asked for\n")

    result = commit.commit(dataset)

    assert result.files == ["README.md", "entries/by-hand.jsonl"]
    assert git("status", "--porcelain", cwd=dataset.path).out == "?? notes.txt\n"


def test_a_deleted_part_is_a_change_like_any_other(dataset, take, talk) -> None:
    take([talk("1"), talk("2")])
    (dataset.path / dataset.now().parts()[0]).unlink()
    for place in (dataset.path / "sidecars").rglob("*.jsonl"):
        place.unlink()

    assert commit.commit(dataset).removed == 2
    assert dataset.at("HEAD").parts() == []


def test_nothing_to_commit_is_no_commit(dataset, take, talk) -> None:
    take([talk("1")])
    head = dataset.repo.head()

    assert commit.commit(dataset) == commit.Committed(0, 0, 0, [], None)
    assert dataset.repo.head() == head


def test_an_edit_that_canonical_bytes_undo_is_no_commit(dataset, take, talk, git) -> None:
    take([talk("1")])
    head = dataset.repo.head()
    part = dataset.path / dataset.now().parts()[0]
    part.write_bytes(part.read_bytes().replace(b"\n", b"\r\n"))

    commit.commit(dataset)

    assert dataset.repo.head() == head


def test_an_error_refuses_the_commit_and_changes_nothing(dataset, take, talk, edit, git) -> None:
    take([talk("1"), talk("2")])
    head = dataset.repo.head()
    part = edit('{"id"', '{"id')
    mine = part.read_bytes()

    with pytest.raises(validation.Invalid) as raised:
        commit.commit(dataset)

    assert f"{part.relative_to(dataset.path).as_posix()}:1: S" in raised.value.message
    assert (part.read_bytes(), dataset.repo.head()) == (mine, head)
    assert git("diff", "--cached", "--name-only", cwd=dataset.path).out == ""


def test_a_dry_run_says_what_and_does_nothing(dataset, take, talk, edit) -> None:
    take([talk("1")])
    head = dataset.repo.head()
    part = edit("A friend", "No friend")
    mine = part.read_bytes()

    result = commit.commit(dataset, dry_run=True)

    assert (result.changed, result.commit) == (1, None)
    assert (dataset.repo.head(), part.read_bytes()) == (head, mine)


def test_a_merge_that_git_left_open_is_refused(dataset, git) -> None:
    for name in ("side", "main"):
        git("checkout", "-q", *(["-b"] if name == "side" else []), name, cwd=dataset.path, check=0)
        (dataset.path / "README.md").write_text(name)
        git("commit", "-qam", name, cwd=dataset.path, check=0)
    assert git("merge", "side", cwd=dataset.path).code == 1

    with pytest.raises(Refused, match=r"README\.md has a conflict"):
        commit.commit(dataset)


def test_the_log_tells_numbers_newest_first(dataset, take, talk, edit, git) -> None:
    take([talk("1"), talk("2")])
    edit("A friend of 2", "Nobody")
    commit.commit(dataset, "Rewrite")
    git("commit", "-q", "--no-verify", "--allow-empty", "-m", "By git", cwd=dataset.path, check=0)

    rows = log.log(dataset)

    assert [row.subject for row in rows[:3]] == ["By git", "Rewrite", "Import 2 entries from chat.jsonl"]
    assert [row.operation for row in rows] == [None, "commit", "import", "init"]
    assert rows[1].entries == {"added": 0, "changed": 1, "removed": 0}
    assert rows[0].entries is None
    assert rows[2].entries == {"added": 2, "changed": 0, "removed": 0}
    assert [row.parents for row in rows[:3]] == [[row.id] for row in rows[1:]]
    assert rows[0].time.endswith("Z")
    assert "Tess Tester" in rows[0].author
    assert [row.id for row in log.log(dataset, limit=2)] == [row.id for row in rows[:2]]
    assert [row.id for row in log.log(dataset, revision="HEAD~2")] == [row.id for row in rows[2:]]
    with pytest.raises(NotFound):
        log.log(dataset, revision="nowhere")


def test_a_difference_is_told_by_entry_whatever_part_it_stands_in(dataset, take, talk, edit) -> None:
    take([talk("1"), talk("2"), talk("3")])
    before = ids(dataset)
    part = edit("A friend of 2", "Nobody")
    lines = part.read_bytes().split(b"\n")
    other = part.with_name("00001-ffff.jsonl")
    other.write_bytes(lines[0] + b"\n")
    part.write_bytes(lines[1] + b"\n")

    result = diff.diff(dataset)

    kinds = {change.id: change.kind for change in result.changes}
    assert kinds[before[1]] == "changed"
    assert kinds[before[2]] == "removed"
    assert kinds.get(before[0]) in ("moved", None)
    assert result.unreadable == []


def test_a_difference_of_tags_files_and_bad_lines_is_told(dataset, take, talk, edit) -> None:
    take([talk("1", tags=["old"]), talk("2")])
    part = edit('"tags":["old"]', '"tags":["new"]')
    with part.open("a") as stream:
        stream.write("not json\n")
    (dataset.path / "README.md").write_text("Mine\n")

    result = diff.diff(dataset)

    change = result.changes[0]
    assert (list(change.tags_added), list(change.tags_removed)) == (["new"], ["old"])
    assert result.files == ["README.md"]
    assert result.unreadable == [f"{part.relative_to(dataset.path).as_posix()}:3"]


def test_two_revisions_are_compared_in_the_order_given(dataset, take, talk) -> None:
    take([talk("1")])
    take([talk("2")], "b.jsonl")

    assert [c.kind for c in diff.diff(dataset, "HEAD~1", "HEAD").changes] == ["added"]
    assert [c.kind for c in diff.diff(dataset, "HEAD", "HEAD~1").changes] == ["removed"]
    assert diff.diff(dataset).changes == []
    assert [c.kind for c in diff.diff(dataset, "HEAD~2").changes] == ["added", "added"]


def test_only_parts_that_differ_are_read_for_a_difference(dataset, take, talk, edit, monkeypatch) -> None:
    for number in range(4):
        take([talk(f"{number} " + "x" * 140_000)], f"{number}.jsonl")
    edit("A friend of 2", "Nobody")
    read = []
    real = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda self: (read.append(self), real(self))[1])

    assert [c.kind for c in diff.diff(dataset).changes] == ["changed"]
    assert len({p for p in read if "entries" in p.parts}) == 1


def test_the_spelling_of_a_hand_edit_stays_readable_in_git(dataset, take, talk, git) -> None:
    take([talk("1")])
    part = dataset.path / dataset.now().parts()[0]
    by_hand = part.read_bytes().replace(b'","', b'"  ,  "').replace(b"friend", b"stranger")
    part.write_bytes(by_hand)
    blob = git("hash-object", part, cwd=dataset.path, check=0).out.strip()

    commit.commit(dataset, "By hand")

    assert part.read_bytes() != by_hand
    assert git("cat-file", "blob", blob, cwd=dataset.path, check=0).out.encode() == by_hand


def test_a_commit_on_top_of_one_that_was_never_validated_is_not_taken_for_valid(
    dataset, take, talk, git
) -> None:
    take([talk("1")])
    bad = dataset.path / "entries/0000/00009-aaaa.jsonl"
    bad.write_bytes(b"not json\n")
    git("add", "-A", cwd=dataset.path, check=0)
    git("commit", "-q", "--no-verify", "-m", "Broken", cwd=dataset.path, check=0)
    (dataset.path / "README.md").write_text("Mine\n")

    commit.commit(dataset, "On top")

    assert not is_validated(dataset, dataset.head_tree())
    with pytest.raises(validation.Invalid):
        validation.require_validated_head(dataset)
