"""Characters and prompts are archived, offered again and removed by the same code."""

from types import SimpleNamespace

import pytest

from talekeep.core.errors import NotFound
from talekeep.ops.library import edit_characters
from talekeep.ops.library import prompts
from talekeep.ops.library.characters import CHARACTERS
from talekeep.ops.library.prompts import PROMPTS

LIBRARIES = {
    "character": SimpleNamespace(
        table=CHARACTERS, add=lambda dataset, name: edit_characters.create(dataset, name)
    ),
    "prompt": SimpleNamespace(
        table=PROMPTS, add=lambda dataset, name: prompts.create(dataset, name, text="You keep it.")
    ),
}


@pytest.mark.parametrize("noun", LIBRARIES)
def test_rows_are_archived_offered_again_and_removed_each_as_one_commit(dataset, noun: str) -> None:
    library = LIBRARIES[noun]
    for name in ("Ann", "Bea"):
        library.add(dataset, name)
    table, before = library.table, dataset.history.head()

    table.set_active(dataset, ["ann", "Ann"], False, dry_run=True)
    assert dataset.history.head() == before
    table.set_active(dataset, ["ann", "Ann", "bea"], False, dry_run=False)
    assert [row.active for row in table.read(dataset.now()).values()] == [False, False]
    table.set_active(dataset, ["bea"], True, dry_run=False)
    assert {slug for slug, row in table.read(dataset.now()).items() if row.active} == {"bea"}
    removed = table.delete(dataset, ["ann", "bea"], dry_run=False)

    assert table.read(dataset.now()) == {}
    assert dataset.history.at(removed.commit).subject == f"Delete 2 {noun}s"
    assert dataset.history.at("HEAD~2").parents == (before,)


@pytest.mark.parametrize("noun", LIBRARIES)
def test_where_one_row_is_missing_nothing_changes(dataset, noun: str) -> None:
    library = LIBRARIES[noun]
    library.add(dataset, "Ann")
    before = dataset.history.head()

    for change in (library.table.delete, lambda *a, **m: library.table.set_active(*a, False, **m)):
        with pytest.raises(NotFound, match=f"there is no {noun} 'Zoe'"):
            change(dataset, ["ann", "Zoe"], dry_run=False)

    assert dataset.history.head() == before
    assert [row.active for row in library.table.read(dataset.now()).values()] == [True]
