"""Open conflicts: listed with their sides, settled in every way there is, staged when none is left."""

import json
import tomllib

import pytest

from talekeep.core.entry import CONFLICT_KEY
from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.ops.history import branches
from talekeep.ops.history import commit
from talekeep.ops.merge import conflicts
from talekeep.ops.merge import merge
from talekeep.ops.merge import resolve
from talekeep.ops.merge import unmerged_files
from talekeep.ops.workspace import validation
from talekeep.store.dataset import Dataset
from talekeep.store.git.files import index


@pytest.fixture
def stopped(dataset, take, talk, edit) -> Dataset:
    """A merge that stopped: entry 1 with two conflicts, entry 2 (tagged) with one, entry 3 removed by us."""
    take([talk("1"), talk("2", tags=["night"]), talk("3"), talk("4")])
    branches.create_branch(dataset, "side")
    branches.switch(dataset, "side")
    for number in "123":
        edit(f"A friend of {number}", f"Theirs {number}!")
    edit('"content":"1"', '"content":"Theirs, asked"')
    commit.commit(dataset, "On side")
    branches.switch(dataset, "main")
    for number in "12":
        edit(f"A friend of {number}", f"Ours {number}.")
    edit('"content":"1"', '"content":"Ours, asked"')
    for place in (p for f in ("entries", "sidecars") for p in (dataset.path / f).rglob("*.jsonl")):
        lines = place.read_bytes().split(b"\n")
        place.write_bytes(b"\n".join(lines[:2] + lines[3:]))
    commit.commit(dataset, "On main")
    assert not merge.merge(dataset, "side").done
    return dataset


def reply(entries, number: int) -> str:
    return entries()[number - 1]["messages"][1]["content"]


def test_every_conflict_is_listed_with_its_place_and_sides(stopped, entries) -> None:
    result = conflicts.conflicts(stopped)

    ids = [e["id"] for e in entries()]
    assert [(ids.index(c.entry), c.path, c.ours, c.theirs) for c in result[:3]] == [
        (0, ("messages", 0, "content"), "Ours, asked", "Theirs, asked"),
        (0, ("messages", 1, "content"), "Ours 1.", "Theirs 1!"),
        (1, ("messages", 1, "content"), "Ours 2.", "Theirs 2!"),
    ]
    assert [c.base for c in result[:3]] == ["1", "A friend of 1", "A friend of 2"]
    assert (result[3].path, result[3].ours) == ((), None)
    assert result[3].theirs["messages"][1]["content"] == "Theirs 3!"
    assert len(result) == 4


def test_a_part_in_conflict_is_still_one_object_a_line(stopped) -> None:
    part = stopped.path / conflicts.conflicts(stopped)[0].file
    answer = [json.loads(line) for line in part.read_bytes().split(b"\n")[:-1]]

    assert [CONFLICT_KEY in e for e in answer] == [True, True, True, False]
    assert validation.validate_at(stopped).counts["error"] == 3


@pytest.mark.parametrize(
    ("side", "asked", "said", "left"),
    [
        ("ours", "Ours, asked", "Ours 1.", 3),
        ("theirs", "Theirs, asked", "Theirs 1!", 4),
        ("base", "1", "A friend of 1", 4),
    ],
)
def test_one_side_of_all_settles_stages_and_lets_the_merge_be_committed(
    stopped, entries, git, side, asked, said, left
) -> None:
    head, theirs = stopped.repo.head(), stopped.merging

    result = resolve.resolve(stopped, resolve.choose_side(side))

    assert (len(result.resolved), result.conflicts) == (4, [])
    assert result.staged[0].startswith("entries/")
    assert index.read(stopped.repo).unmerged == ()
    assert [m["content"] for m in entries()[0]["messages"]] == [asked, said]
    assert len(entries()) == left
    assert CONFLICT_KEY not in (stopped.path / result.staged[0]).read_text()
    made = commit.commit(stopped)
    assert stopped.repo.commit(made.commit or "").parents == (head, theirs)
    assert stopped.merging is None
    assert git("status", "--porcelain", cwd=stopped.path).out == ""
    assert validation.validate_at(stopped).counts["error"] == 0
    assert stopped.repo.commit(made.commit or "").subject.startswith("Merge side")


def test_what_comes_back_by_a_choice_has_its_sidecar_line_again(stopped) -> None:
    resolve.resolve(stopped, resolve.choose_side("theirs"))
    now = stopped.now()

    assert {e["id"] for e in (line.value for line in now.entries())} == {
        entry for part in now.parts() for entry in now.sidecars(part)
    }


def test_both_keeps_both_texts(stopped, entries) -> None:
    first = entries()[0]["id"]
    resolve.resolve(stopped, resolve.choose_side("both"), entry=first)

    assert [m["content"] for m in entries()[0]["messages"]] == [
        "Ours, asked\n\nTheirs, asked",
        "Ours 1.\n\nTheirs 1!",
    ]


def test_both_of_what_cannot_be_both_is_refused_and_changes_nothing(stopped, entries) -> None:
    before = entries()

    with pytest.raises(Usage, match="both"):
        resolve.resolve(stopped, resolve.choose_side("both"), entry=before[2]["id"])
    assert entries() == before


def test_one_entry_by_the_beginning_of_its_id_and_one_path_of_it(stopped, entries) -> None:
    first = entries()[0]["id"]
    path = resolve.parse_path("messages.1.content")

    result = resolve.resolve(stopped, resolve.choose_side("theirs"), entry=first, path=path)

    assert [m["content"] for m in entries()[0]["messages"]] == ["Ours, asked", "Theirs 1!"]
    assert [c.path for c in result.resolved] == [path]
    assert (len(result.conflicts), result.staged) == (3, [])
    assert len(index.read(stopped.repo).unmerged) == 1


def test_a_beginning_of_several_ids_is_refused(stopped) -> None:
    with pytest.raises(NotFound, match="several"):
        resolve.resolve(stopped, resolve.choose_side("ours"), entry="0")


def test_the_entries_a_query_selects(stopped, entries) -> None:
    result = resolve.resolve(stopped, resolve.choose_side("theirs"), where="tag:night")

    assert [c.entry for c in result.resolved] == [entries()[1]["id"]]
    assert (reply(entries, 1), reply(entries, 2)) == ("Ours 1.", "Theirs 2!")


def test_a_value_of_ones_own(stopped, entries) -> None:
    place = resolve.parse_path("messages.1.content")
    resolve.resolve(stopped, resolve.choose_value("Mine."), entry=entries()[1]["id"], path=place)

    assert reply(entries, 2) == "Mine."


def test_a_dry_run_says_it_and_changes_nothing(stopped, entries, git) -> None:
    before, staged = entries(), git("ls-files", "-s", cwd=stopped.path).out

    result = resolve.resolve(stopped, resolve.choose_side("theirs"), dry_run=True)

    assert len(result.resolved) == 4
    assert entries() == before
    assert git("ls-files", "-s", cwd=stopped.path).out == staged


def test_nothing_open_there_is_said(stopped, entries) -> None:
    resolve.resolve(stopped, resolve.choose_side("ours"))

    with pytest.raises(NotFound, match="no open conflict"):
        resolve.resolve(stopped, resolve.choose_side("ours"))


@pytest.mark.parametrize("text", ["", "messages..content", "."])
def test_an_empty_step_of_a_path_is_a_usage_fault(text: str) -> None:
    with pytest.raises(Usage):
        resolve.parse_path(text)


def test_restart_brings_every_conflict_back(stopped, entries) -> None:
    before = entries()
    resolve.resolve(stopped, resolve.choose_side("theirs"), entry=before[0]["id"])
    assert entries() != before

    result = unmerged_files.restart(stopped)

    assert entries() == before
    assert len(result.conflicts) == 4
    with pytest.raises(NotFound, match="nothing is unmerged"):
        unmerged_files.restart(stopped, "README.md")


@pytest.mark.parametrize("finish", ["commit", "abort"])
def test_restart_after_the_end_has_nothing_to_do(stopped, finish: str) -> None:
    if finish == "commit":
        resolve.resolve(stopped, resolve.choose_side("ours"))
        commit.commit(stopped)
    else:
        merge.abort(stopped)

    with pytest.raises(NotFound):
        unmerged_files.restart(stopped)
    assert conflicts.conflicts(stopped) == []


def test_nothing_else_is_committed_while_conflicts_are_open(stopped, take, talk) -> None:
    head = stopped.repo.head()

    with pytest.raises(Refused, match="not settled") as text:
        commit.commit(stopped, "Anyway")
    assert text.value.hint == "talekeep conflicts"
    with pytest.raises(Refused, match="merge is under way") as text:
        take([talk("9")], "more.jsonl")
    assert "talekeep merge --abort" in (text.value.hint or "")
    with pytest.raises(Refused):
        branches.switch(stopped, "side")
    assert stopped.repo.head() == head


# Libraries and other files


@pytest.fixture
def named(dataset) -> Dataset:
    """A merge that stopped over the name of a character and over the card."""
    library, card = dataset.path / "library/characters.toml", dataset.path / "README.md"
    library.parent.mkdir(exist_ok=True)
    library.write_text('[mara]\nname = "Mara"\n')
    commit.commit(dataset, "Mara")
    branches.create_branch(dataset, "side")
    for branch, name in (("side", "Theirs"), ("main", "Ours")):
        branches.switch(dataset, branch)
        library.write_text(f'[mara]\nname = "{name}"\n')
        card.write_text(f"{name}\n")
        commit.commit(dataset, name)
    assert not merge.merge(dataset, "side").done
    return dataset


def test_a_library_conflict_is_listed_by_slug_and_settled_like_any_other(named) -> None:
    library = named.path / "library/characters.toml"
    items = [c for c in conflicts.conflicts(named) if c.entry]
    assert [(c.file, c.entry, c.path, c.base, c.ours, c.theirs) for c in items] == [
        ("library/characters.toml", "mara", ("name",), "Mara", "Ours", "Theirs")
    ]
    assert tomllib.loads(library.read_text())["mara"]["name"] == "Ours"

    result = resolve.resolve(named, resolve.choose_side("theirs"), entry="mara")

    assert tomllib.loads(library.read_text()) == {"mara": {"name": "Theirs"}}
    assert result.staged == ["library/characters.toml"]


def test_another_file_is_listed_and_settled_as_one_side_or_as_it_lies(named) -> None:
    card = named.path / "README.md"
    assert [c.file for c in conflicts.conflicts(named) if c.reason] == ["README.md"]
    with pytest.raises(Refused, match="still holds"):
        unmerged_files.settle_file(named, "README.md", None)

    unmerged_files.settle_file(named, "README.md", "theirs")
    assert card.read_text() == "Theirs\n"
    assert index.read(named.repo).unmerged == ("library/characters.toml",)
    resolve.resolve(named, resolve.choose_side("ours"))
    assert commit.commit(named).commit


def test_a_file_mended_by_hand_is_taken_as_it_lies(named) -> None:
    (named.path / "README.md").write_text("Both of them.\n")

    result = unmerged_files.settle_file(named, "README.md", None)

    assert result.staged == ["README.md"]
    assert "README.md" not in index.read(named.repo).unmerged
    assert (named.path / "README.md").read_text() == "Both of them.\n"


def test_a_file_that_is_merged_by_entry_is_not_taken_whole(named) -> None:
    with pytest.raises(Refused, match="by entry"):
        unmerged_files.settle_file(named, "library/characters.toml", "theirs")
    with pytest.raises(NotFound):
        unmerged_files.settle_file(named, "talekeep.toml", "ours")
