"""`generate` prints a prompt, saves it, says what it lacks; what it asks for can be imported."""

import json
import re
from pathlib import Path

ID = "123e4567-e89b-42d3-a456-42661417400"


def test_a_prompt_is_printed_and_the_way_back_is_named(run, harbor: Path) -> None:
    result = run("generate", "--set", "scenario=Fog = fear.", "--set", "tone=dry", cwd=harbor, check=0)

    assert result.out.startswith("# Write training conversations\n\n")
    assert "\n\nFog = fear.\n\n" in result.out
    assert (
        result.err == "next: save the answer, then talekeep import ANSWER --tag ai_generated,needs_review\n"
    )
    answer = run("generate", "--set", "scenario=Fog = fear.", "--set", "tone=dry", "--json", cwd=harbor).json
    assert answer["text"] + "\n" == result.out
    assert answer.keys() >= {"text", "template", "settings", "examples", "words"}
    assert answer["settings"]["tone"] == "dry"


def test_named_and_drawn_entries_are_shown(run, harbor: Path) -> None:
    named = run("generate", f"{ID}1", "--template", "vary", "--json", cwd=harbor, check=0).json
    drawn = run(
        *("generate", "--template", "continue", "--examples", "--where", "-tag:night", "--limit", "1"),
        *("--seed", "3", "--tag", "roleplay, dialogue", "--json"),
        cwd=harbor,
        check=0,
    ).json

    assert named["examples"] == [f"{ID}1"]
    assert drawn["examples"] in ([f"{ID}0"], [f"{ID}2"])
    assert drawn["tags"] == ["roleplay", "dialogue"]


def test_a_prompt_is_saved_once(run, harbor: Path, tmp_path: Path) -> None:
    words = ("generate", "--set", "scenario=Fog.", "--out", "../ask.txt")

    would = run(*words, "-n", cwd=harbor, check=0)
    assert re.fullmatch(
        r"Would write the prompt to \.\./ask\.txt \(template scenes, \d+ words\)\n", would.out
    )
    assert not (tmp_path / "ask.txt").exists()
    assert run(*words, cwd=harbor, check=0).out.startswith("Wrote the prompt to ../ask.txt (")
    assert "--force replaces it" in run(*words, cwd=harbor, check=4).err
    run(*words, "--force", cwd=harbor, check=0)
    assert "belongs to the dataset" in run(*words[:-1], "entries/a.txt", cwd=harbor, check=4).err


def test_what_is_said_wrong_is_named(run, harbor: Path) -> None:
    for words, text in (
        (["--set", "scenario"], "'scenario' sets nothing"),
        (["--set", "tone=dry", "--set", "tone=even"], "tone is set twice"),
        (["--where", "tag:night"], "--where and --seed choose examples"),
        ([f"{ID}1", "--examples"], "name entries or give --examples"),
        ([], "scenes needs scenario\nhint: --set scenario=TEXT"),
        (["--template", "pair"], "pair needs 2 characters, not 0"),
    ):
        assert text in run("generate", *words, cwd=harbor, check=2).err


def test_the_list_names_templates_choices_and_settings(run, harbor: Path) -> None:
    lines = run("generate", "--list", cwd=harbor, check=0).out.splitlines()

    assert lines[:2] == [
        "Templates (--template NAME)",
        "  scenes      new scenes about something; needs scenario",
    ]
    assert "--set tone=…" in lines
    assert "  entries       how many entries to ask for (10)" in lines
    answer = run("generate", "--list", "--json", cwd=harbor, check=0).json
    assert answer["settings"]["entries"] == {"about": "how many entries to ask for", "default": "10"}
    assert answer["options"]["tone"]["dry"] == "wit with a straight face"
    assert next(row for row in answer["templates"] if row["name"] == "pair")["needs"] == ["characters"]


def test_an_answer_in_the_asked_for_form_comes_back(run, harbor: Path, tmp_path: Path) -> None:
    for name in ("Wren", "Mara"):
        run("character", "add", name, cwd=harbor, check=0)
    words = ("--characters", "wren,mara", "--tag", "roleplay,dialogue")
    prompt = run("generate", "--template", "pair", *words, cwd=harbor, check=0).out
    form = json.loads(next(line for line in prompt.splitlines() if line.startswith('{"messages"')))

    messages = [
        message | {"content": text}
        for message, text in zip(form["messages"], ["Night.", "Rope?", "In the boat."], strict=True)
    ]
    line = json.dumps({"messages": messages, "tags": ["roleplay"]})
    (tmp_path / "answer.txt").write_text(f"```jsonl\n{line}\n```\n")
    answer = run(
        *("import", "../answer.txt", "--tag", "ai_generated,needs_review", "--json"), cwd=harbor, check=0
    ).json

    assert (len(answer["added"]), answer["refused"]) == (1, [])
    (entry,) = run("list", "--where", "tag:needs_review", "--json", cwd=harbor, check=0).json["entries"]
    assert entry["tags"] == ["roleplay", "ai_generated", "needs_review"]
    document = run("list", "--where", "character:mara text:boat", "--json", cwd=harbor, check=0).json
    assert [each["id"] for each in document["entries"]] == [entry["id"]]
    run("validate", cwd=harbor, check=0)
