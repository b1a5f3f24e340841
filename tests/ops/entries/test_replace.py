"""Find and replace over many entries."""

import pytest

from talekeep.core.errors import Usage
from talekeep.ops.entries.replace import Search
from talekeep.ops.entries.replace import replace
from talekeep.ops.merge import undo


@pytest.fixture
def two(take, talk):
    return [row.id for row in take([talk("Mara? mara!"), talk("Maraschino, Mara")]).added]


def spoken(entries):
    return [message["content"] for entry in entries() for message in entry["messages"]]


def test_replacing_in_bulk_is_one_commit_and_undone(dataset, two, entries):
    """RoleThread Lite weak spot 42: no find and replace, no undo."""
    before = dataset.head_tree()
    result = replace(dataset, Search("Mara"), "Wren", where="")
    assert spoken(entries) == [
        "Wren? mara!",
        "A friend of Wren? mara!",
        "Wrenschino, Wren",
        "A friend of Wrenschino, Wren",
    ]
    assert (result.replacements, result.changed) == (6, two)
    message = dataset.repo.commit(result.commit).message
    assert message.startswith("Replace in 6 places of 2 entries\n")
    assert "Mara" not in message
    undo.undo(dataset)
    assert dataset.head_tree() == before


def test_only_these_roles_and_entries_are_touched(dataset, two, entries):
    result = replace(dataset, Search("mara", ("user",), ignore_case=True, whole_word=True), "Wren", [two[1]])
    assert spoken(entries)[2:] == ["Maraschino, Wren", "A friend of Maraschino, Mara"]
    assert (result.replacements, result.changed) == (1, [two[1]])


def test_a_preview_counts_and_writes_nothing(dataset, two, entries):
    old = entries()
    result = replace(dataset, Search("Mara"), "Wren", where="", dry_run=True)
    assert (result.replacements, len(result.changes), result.commit) == (6, 2, None)
    assert entries() == old


def test_finding_nothing_makes_no_commit(dataset, two):
    head = dataset.repo.head()
    assert replace(dataset, Search("Ash"), "Wren", where="").commit is None
    assert replace(dataset, Search("Mara"), "Mara", where="").replacements == 0
    assert dataset.repo.head() == head


def test_what_cannot_be_meant_is_refused(dataset, two):
    for search, text in ((Search("x", ("narrator",)), "y"), (Search("(", regex=True), "y"), (Search(""), "")):
        with pytest.raises(Usage):
            replace(dataset, search, text, where="")
