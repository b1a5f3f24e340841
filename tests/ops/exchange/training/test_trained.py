"""Which data made which model: noted once, asked by query and by diff."""

from pathlib import Path

import pytest

from talekeep.core.errors import Negative
from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.library.recipes import Recipe
from talekeep.library.recipes import Split
from talekeep.ops.entries import list_show
from talekeep.ops.exchange.training import recipe as recipes
from talekeep.ops.exchange.training.trained import list_models
from talekeep.ops.exchange.training.trained import trained
from talekeep.ops.history import branches
from talekeep.ops.history import commit
from talekeep.ops.history.diff import diff
from talekeep.ops.merge import merge


@pytest.fixture
def night(dataset, take, talk) -> None:
    take([talk(f"talk {n}", tags=["night"] if n < 4 else []) for n in range(6)])
    recipes.save(dataset, "night", Recipe(query="tag:night"))


def ids_of(dataset, where: str) -> list[str]:
    return [row.id for row in list_show.list_entries(dataset, where=where).entries]


def test_a_model_is_noted_with_recipe_commit_and_entries(dataset, night) -> None:
    at = dataset.history.head()

    result = trained(dataset, "night-1", "night", note="lora")

    assert (result.model.recipe, result.model.commit, result.model.entries) == ("night", at, 4)
    assert [row.note for row in list_models(dataset).models] == ["lora"]
    assert (dataset.path / "library" / "models" / "night-1.txt").read_text().count("\n") == 4
    assert dataset.history.head() != at
    # The same once more is no change.
    assert trained(dataset, "night-1", "night", revision=at, note="lora").edited.commit is None


def test_a_query_finds_what_a_model_saw_and_what_it_did_not(dataset, night) -> None:
    trained(dataset, "night-1", "night")

    assert len(ids_of(dataset, "seen-by:night-1")) == 4
    assert len(ids_of(dataset, "-seen-by:NIGHT-1")) == 2
    assert ids_of(dataset, "seen-by:night-1 tag:night") == ids_of(dataset, "tag:night")
    with pytest.raises(NotFound, match="no model 'night-2'") as missing:
        ids_of(dataset, "seen-by:night-2")
    assert "night-1" in missing.value.hint


def test_what_is_held_back_for_measuring_was_not_seen(dataset, take, talk) -> None:
    take([talk(f"talk number {n} of a long night {n * n}") for n in range(40)])
    recipes.save(dataset, "all", Recipe(split=Split(parts={"train": 1, "test": 1}, by="entry"), seed=2))
    made = recipes.export_recipe(dataset, "all")

    trained(dataset, "half", "all")

    assert len(ids_of(dataset, "seen-by:half")) == made.shares["train"] < 40


def test_an_entry_that_gives_no_row_was_not_seen(dataset, take, talk) -> None:
    take([talk("one", chosen="Yes.", rejected="No."), talk("two")])
    recipes.save(dataset, "pairs", Recipe(format="preference"))

    assert trained(dataset, "dpo", "pairs").model.entries == 1
    recipes.save(dataset, "none", Recipe(format="kto"))
    with pytest.raises(Negative):
        trained(dataset, "kto", "none")


def test_a_diff_of_models_is_what_one_saw_and_the_other_did_not(dataset, night, edit, take, talk) -> None:
    trained(dataset, "a", "night")
    edit("A friend of talk 1", "Nobody of talk 1")
    commit.commit(dataset)
    take([talk("new", tags=["night"]), talk("day")], "more.jsonl")
    trained(dataset, "b", "night")

    changes = diff(dataset, "model:a", "model:b").changes

    assert sorted(change.kind for change in changes) == ["added", "changed"]
    assert {change.kind for change in diff(dataset, "model:b", "model:a").changes} == {"removed", "changed"}
    # Against the folder: also what no recipe took.
    assert [change.kind for change in diff(dataset, "model:b").changes] == ["added"] * 3
    with pytest.raises(NotFound, match="no model 'c'"):
        diff(dataset, "model:c", "model:a")


def test_models_of_two_branches_come_together(dataset, night) -> None:
    branches.create_branch(dataset, "other")
    trained(dataset, "a", "night")
    branches.switch(dataset, "other")
    trained(dataset, "b", "night")
    merge.merge(dataset, "main")

    assert [row.model for row in list_models(dataset).models] == ["a", "b"]
    assert ids_of(dataset, "seen-by:a") == ids_of(dataset, "seen-by:b")


def test_what_cannot_be_noted_is_refused(dataset, night, tmp_path: Path) -> None:
    trained(dataset, "a", "night")
    before = dataset.history.head()
    with pytest.raises(Refused, match="there is a model 'a'"):
        trained(dataset, "a", "night", note="again")
    with pytest.raises(Usage, match="no name for a model"):
        trained(dataset, "../a", "night")
    with pytest.raises(NotFound, match="no recipe 'day'"):
        trained(dataset, "b", "day")
    assert trained(dataset, "b", "night", dry_run=True).edited.commit is None
    assert dataset.history.head() == before
    assert trained(dataset, "a", "night", note="again", force=True).model.note == "again"


def test_the_command_notes_lists_and_takes_a_date(dataset, night, run, talk, take) -> None:
    answer = run("trained", "night-1", "--recipe", "night", "--rev", "2999-01-01", cwd=dataset.path, check=0)
    assert "night-1 saw 4 entries of night" in answer.out
    assert "night-1  night at " in run("trained", cwd=dataset.path, check=0).out
    assert run("trained", "--json", cwd=dataset.path, check=0).json["models"][0]["entries"] == 4
    assert run("list", "--where", "seen-by:night-1", "--json", cwd=dataset.path, check=0).json["total"] == 4
    assert run("diff", "model:night-1", "--json", cwd=dataset.path, check=0).json["changes"]
    run("trained", "x", cwd=dataset.path, check=2)
    run("trained", "x", "--recipe", "night", "--rev", "1999-01-01", cwd=dataset.path, check=3)
