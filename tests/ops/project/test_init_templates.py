"""A dataset can begin with prompts, tags and a recipe."""

from pathlib import Path

import pytest

from talekeep.ops.project.init import templates

WITH_FILES = [name for name in templates() if name != "blank"]


@pytest.mark.parametrize("template", WITH_FILES)
def test_a_template_brings_prompts_tags_and_a_recipe_that_exports(run, tmp_path: Path, template: str) -> None:
    talk = '{"messages":[{"role":"user","content":"Who keeps it?"},{"role":"assistant","content":"Mara."}]}'
    (tmp_path / "chat.jsonl").write_text("\n".join(talk.replace("it?", f"it, {n}?") for n in range(9)) + "\n")

    run("init", "ds", "--template", template, cwd=tmp_path, check=0)
    dataset = tmp_path / "ds"
    assert run("-C", dataset, "prompt", "list", "--json", check=0).json["prompts"]
    run("-C", dataset, "import", tmp_path / "chat.jsonl", check=0)
    tag = next(
        line.removeprefix("[tags.").removesuffix("]")
        for line in (dataset / "library/tags.toml").read_text().splitlines()
        if line.startswith("[tags.")
    )
    run("-C", dataset, "tag", "add", tag, "--where", "Who", check=0)
    run("-C", dataset, "validate", check=0)
    run("-C", dataset, "export", "train", check=0)

    assert (dataset / "exports/train/README.md").is_file()


@pytest.mark.parametrize("template", WITH_FILES)
def test_the_files_of_a_template_stay_as_they_are_when_they_are_written_again(
    run, tmp_path, template
) -> None:
    run("init", "ds", "--template", template, cwd=tmp_path, check=0)
    dataset = tmp_path / "ds"
    before = {file: (dataset / file).read_bytes() for file in ("library/prompts.toml", "library/tags.toml")}

    run("-C", dataset, "prompt", "create", "Passing", "--text", "You pass by.", check=0)
    run("-C", dataset, "prompt", "delete", "passing", check=0)
    run("-C", dataset, "tag", "create", "passing", check=0)
    run("-C", dataset, "undo", check=0)

    assert {file: (dataset / file).read_bytes() for file in before} == before


def test_without_a_template_a_dataset_begins_empty(run, tmp_path: Path) -> None:
    run("init", "ds", cwd=tmp_path, check=0)

    assert not (tmp_path / "ds/library").exists()
    assert not (tmp_path / "ds/exports").exists()


def test_an_unknown_template_is_refused_and_nothing_is_made(run, tmp_path: Path) -> None:
    refused = run("init", "ds", "--template", "novel", cwd=tmp_path, check=2)

    assert "roleplay" in refused.err
    assert not (tmp_path / "ds").exists()
