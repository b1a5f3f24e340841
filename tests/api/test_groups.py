"""Commands with sub-commands, from Python: one noun of a dataset at a time."""

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import talekeep
from talekeep.api import groups
from talekeep.api import remotes


def test_tags_and_categories_are_made_renamed_and_retired(dataset) -> None:
    dataset.categories.create("Mood")
    dataset.tags.create(["calm", "grim"], category="mood")
    dataset.tags.rename("draft", "sketch")

    assert dataset.count("tag:sketch") == 5
    assert "mood" in [row.category for row in dataset.categories.list()]
    assert {"calm", "grim"} <= {row.tag for row in dataset.tags.list(only="all").tags}
    assert dataset.tags.delete("sketch", dry_run=True).commit is None
    dataset.tags.delete("sketch")
    assert dataset.count("tag:sketch") == 0


def test_characters_are_made_assigned_and_renamed(dataset) -> None:
    dataset.characters.create("Ann", description="She waits.")
    dataset.characters.assign({2: "ann"}, where="tag:draft")
    dataset.characters.rename("ann", "anna")

    assert dataset.count("character:anna") == 5
    assert dataset.characters.show("anna").roles == {"assistant": 5}
    with pytest.raises(talekeep.Refused, match="speaks in 5 entries"):
        dataset.characters.delete("anna")
    dataset.characters.archive("anna")
    assert [row.slug for row in dataset.characters.list(inactive=True).characters] == ["anna"]


def test_prompts_are_made_applied_and_archived(dataset) -> None:
    dataset.prompts.create("Keeper", text="You keep it.")
    dataset.prompts.apply("keeper", where="tag:draft")
    dataset.prompts.archive("keeper")

    assert dataset.prompts.show("keeper").entries == 5
    assert dataset.prompts.list().prompts == []
    dataset.prompts.restore("keeper")
    dataset.prompts.delete(["keeper"])
    assert dataset.prompts.list(archived=True).prompts == []


def test_remotes_are_added_checked_and_removed(dataset, tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    dataset.remotes.add("backup", tmp_path / "stick")
    dataset.push("backup")

    assert [row.name for row in dataset.remotes.list()] == ["backup"]
    assert dataset.remotes.check("backup", restore=True).state == "good"
    assert dataset.remotes.prune("backup", dry_run=True).removed == ()
    dataset.remotes.remove("backup")
    assert dataset.remotes.list() == []


def test_a_dataset_is_made_of_several_and_a_prompt_of_one(dataset, tmp_path: Path) -> None:
    made = talekeep.combine([dataset.path], tmp_path / "all")

    assert talekeep.open(tmp_path / "all").count() == dataset.count()
    assert made.commit
    assert dataset.generate(settings={"scenario": "A lamp goes out."}).text
    assert dataset.config("name").value == dataset.name
    assert dataset.config("identity", "neutral").value == "neutral"
    assert dataset.config("identity", None).value is None


def test_every_method_of_a_group_says_what_it_does() -> None:
    kinds = [groups.Tags, groups.Categories, groups.Characters, groups.Prompts, groups.OtherReplies]
    for kind in (*kinds, remotes.Remotes):
        methods = [method for name, method in inspect.getmembers(kind) if not name.startswith("_")]
        assert methods
        assert all(inspect.getdoc(method) for method in methods), kind


def test_importing_the_library_loads_no_face_of_the_terminal() -> None:
    probe = "import sys, talekeep; talekeep.open; print([n for n in ('click', 'rich') if n in sys.modules])"

    completed = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)

    assert completed.stdout == "[]\n"


def test_recipes_are_kept_carried_out_and_checked(dataset, tmp_path: Path) -> None:
    split = talekeep.Split(parts={"train": 1, "test": 1})
    dataset.recipes.save("all", talekeep.Recipe(profile="axolotl", split=split))

    made = dataset.recipes.export("all")

    assert dataset.recipes.check("all").changed == []
    assert sum(made.shares.values()) == 10
    once = dataset.recipes.export_once(talekeep.Recipe(shuffle=True, seed=3), tmp_path / "once")
    assert once.entries == 10
    assert (tmp_path / "once" / "data" / "train.jsonl").is_file()


def test_an_export_takes_what_the_command_takes(dataset, tmp_path: Path) -> None:
    order = talekeep.Recipe(limit=4, shuffle=True, seed=2)
    made = dataset.export(tmp_path / "t.jsonl", trainer="trl", policies={"names": "drop"}, order=order)

    assert (made.entries, made.trainer, made.policies["names"]) == (4, "trl", "drop")
    (tmp_path / "plain.jinja").write_text("{% for m in messages %}{{ m.content }}{% endfor %}")
    with pytest.raises(talekeep.Negative, match="nothing was written"):
        dataset.export(tmp_path / "x.jsonl", template=tmp_path / "plain.jinja", strict=True)
