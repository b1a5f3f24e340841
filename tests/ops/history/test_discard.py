"""Uncommitted changes are thrown away entry by entry or all at once, and kept as a draft."""

from pathlib import Path

import pytest

from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.ops.history import branches
from talekeep.ops.history import commit
from talekeep.ops.history import discard
from talekeep.ops.merge import merge
from talekeep.store.git.files import index


@pytest.fixture
def part(dataset, take, talk) -> Path:
    """The part of four committed entries."""
    take([talk(str(number)) for number in range(4)])
    return next((dataset.path / "entries").rglob("*.jsonl"))


def kept(result: discard.Discarded, part: Path) -> bytes:
    assert result.draft is not None
    return next(Path(result.draft).rglob(part.name)).read_bytes()


def test_an_edited_entry_becomes_what_it_was_and_others_keep_their_edits(
    dataset, part, edit, entries
) -> None:
    committed = entries()
    edit("A friend of 1", "Edited 1")
    edit("A friend of 2", "Edited 2")
    before = part.read_bytes()

    result = discard.discard(dataset, [committed[1]["id"]])

    assert [change.id for change in result.changes] == [committed[1]["id"]]
    now = entries()
    assert (now[0], now[1], now[3]) == (committed[0], committed[1], committed[3])
    assert now[2]["messages"][1]["content"] == "Edited 2"
    assert kept(result, part) == before


def test_a_removed_entry_comes_back_in_its_place_with_its_sidecar(dataset, part, entries) -> None:
    committed = entries()
    for place in (part, next((dataset.path / "sidecars").rglob("*.jsonl"))):
        lines = place.read_bytes().split(b"\n")
        place.write_bytes(b"\n".join(lines[:1] + lines[2:]))
    assert len(entries()) == 3

    discard.discard(dataset, [committed[1]["id"]])

    assert entries() == committed
    assert not dataset.now().differing(dataset.at("HEAD"))


def test_a_new_entry_goes_and_a_file_of_nothing_else_goes_with_it(dataset, part, entries) -> None:
    committed = entries()
    new = part.with_name("00001-aaaa.jsonl")
    text = part.read_bytes().split(b"\n")[0].replace(b'"id":"', b'"id":"f')
    new.write_bytes(text.replace(committed[0]["id"].encode(), b"f" + committed[0]["id"][1:].encode()) + b"\n")

    discard.discard(dataset, [entries()[4]["id"]])

    assert entries() == committed
    assert not new.exists()


def test_a_line_that_cannot_be_read_is_replaced_by_the_entry_it_was(dataset, part, entries, edit) -> None:
    committed = entries()
    edit("A friend of 3", "Edited 3")
    for number in (1, 2):
        lines = part.read_bytes().split(b"\n")
        lines[number] = lines[number][:-5]
        part.write_bytes(b"\n".join(lines))

    discard.discard(dataset, [committed[number]["id"] for number in (2, 1)])

    assert entries()[:3] == committed[:3]
    assert entries()[3]["messages"][1]["content"] == "Edited 3"


def test_all_puts_every_file_back_staged_or_not(dataset, part, git, edit) -> None:
    committed = {path: dataset.at("HEAD").read(path) for path in dataset.at("HEAD").files}
    edit("A friend of 1", "Edited 1")
    git("-C", dataset.path, "add", "-A")
    part.write_bytes(b"{broken\n")
    (dataset.path / "README.md").write_text("mine")
    (dataset.path / "talekeep.toml").unlink()
    new = part.with_name("00009-bbbb.jsonl")
    new.write_bytes(b"{}\n")

    result = discard.discard(dataset, everything=True)

    assert {path: (dataset.path / path).read_bytes() for path in committed} == committed
    assert not new.exists()
    assert git("-C", dataset.path, "status", "--porcelain").out == ""
    assert kept(result, part) == b"{broken\n"
    assert (Path(result.draft or "") / "README.md").read_text() == "mine"


def test_a_query_finds_what_matches_now_or_did(dataset, part, edit, entries) -> None:
    edit("A friend of 1", "Lantern")
    edit("A friend of 2", "Harbour")

    discard.discard(dataset, where='text:"lantern"')
    discard.discard(dataset, where='text:"friend of 2"')

    assert not dataset.now().differing(dataset.at("HEAD"))


def test_a_dry_run_says_what_would_go_and_changes_nothing(dataset, part, edit) -> None:
    edit("A friend of 1", "Edited 1")
    before = part.read_bytes()

    result = discard.discard(dataset, everything=True, dry_run=True)

    assert (len(result.changes), result.draft) == (1, None)
    assert part.read_bytes() == before
    assert not (dataset.private / "drafts").exists()


def test_what_was_staged_beside_it_stays_staged(dataset, part, git, edit, entries) -> None:
    edit("A friend of 1", "Staged 1")
    edit("A friend of 2", "Staged 2")
    git("-C", dataset.path, "add", "-A")

    discard.discard(dataset, [entries()[1]["id"]])

    assert dataset.staged().files == dataset.now().files
    assert entries()[2]["messages"][1]["content"] == "Staged 2"


def test_an_edit_that_is_left_is_not_staged_by_it(dataset, part, edit, entries) -> None:
    edit("A friend of 1", "Edited 1")
    edit("A friend of 2", "Edited 2")

    discard.discard(dataset, [entries()[1]["id"]])

    assert dict(dataset.staged().files) == dict(dataset.at("HEAD").files)


def test_what_does_not_differ_is_not_found(dataset, part, entries) -> None:
    with pytest.raises(NotFound, match="no entry that differs"):
        discard.discard(dataset, [entries()[0]["id"]])
    for wrong in ({}, {"where": "tag:x", "everything": True}):
        with pytest.raises(Usage):
            discard.discard(dataset, **wrong)


def test_a_merge_under_way_is_given_up_by_its_own_command(dataset, part, edit) -> None:
    branches.create_branch(dataset, "side")
    for branch in ("main", "side"):
        branches.switch(dataset, branch)
        edit("A friend of 1", f"Of {branch}")
        commit.commit(dataset)
    merge.merge(dataset, "main")

    with pytest.raises(Refused) as refused:
        discard.discard(dataset, everything=True)

    assert refused.value.hint == "talekeep merge --abort"
    assert index.read(dataset.repo).unmerged


@pytest.mark.parametrize("everything", [True, False])
def test_an_edit_by_an_editor_that_ends_lines_its_own_way_goes_too(
    dataset, part, entries, edit, everything: bool
) -> None:
    committed = entries()
    edit("A friend of 1", "Edited 1")
    part.write_bytes(part.read_bytes().replace(b"\n", b"\r\n"))
    before = part.read_bytes()

    result = discard.discard(dataset, [] if everything else [committed[1]["id"]], everything=everything)

    assert entries() == committed
    assert kept(result, part) == before
    assert not dataset.now().differing(dataset.at("HEAD"))
