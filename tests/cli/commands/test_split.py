"""`duplicate`, `remove`, `split`, `join`, `replace` and `system` as people and scripts use them."""

import re
from pathlib import Path

import pytest

ID = "123e4567-e89b-42d3-a456-42661417400"


def masked(text: str) -> list[str]:
    text = re.sub(r"\[[0-9a-f]{7}\]", "[COMMIT]", text)
    return re.sub(r"01[0-9a-f]{6}-[0-9a-f-]{27}", "NEW", text).splitlines()


def listed(run, harbor: Path) -> list[str]:
    return [row["id"] for row in run("list", "--json", cwd=harbor).json["entries"]]


def test_duplicate_puts_the_copy_behind_its_original(run, harbor: Path) -> None:
    result = run("duplicate", "--where", "tag:night", cwd=harbor, check=0)

    assert masked(result.out) == ["Duplicated 1 entry  [COMMIT]", "  made NEW"]
    ids = listed(run, harbor)
    assert [ids[0], ids[1], ids[3]] == [f"{ID}0", f"{ID}1", f"{ID}2"]


def test_duplicate_says_what_it_would_make(run, harbor: Path) -> None:
    output = masked(run("duplicate", f"{ID}1", "-n", cwd=harbor, check=0).out)

    assert output[:4] == ["Would: duplicate 1 entry", "added NEW", "+ id: NEW", "+ tags: night"]
    assert len(listed(run, harbor)) == 3


def test_remove_says_how_to_bring_entries_back(run, harbor: Path) -> None:
    result = run("remove", f"{ID}0", f"{ID}2", cwd=harbor, check=0)

    assert masked(result.out) == ["Removed 2 entries  [COMMIT]", f"  retired {ID}0", f"  retired {ID}2"]
    assert result.err == "talekeep undo brings them back\n"
    run("undo", cwd=harbor, check=0)
    assert listed(run, harbor) == [f"{ID}0", f"{ID}1", f"{ID}2"]


def test_remove_takes_everything_only_when_told_to(run, harbor: Path) -> None:
    assert "choose with --where QUERY" in run("remove", cwd=harbor, check=2).err
    answer = run("remove", "--where", "", "--json", cwd=harbor, check=0).json
    assert (len(answer["retired"]), answer["made"], answer["changed"]) == (3, [], [])


def test_join_and_split_are_each_others_reverse(run, harbor: Path) -> None:
    joined = run("join", f"{ID}2", f"{ID}0", cwd=harbor, check=0)
    assert masked(joined.out) == ["Joined 2 entries  [COMMIT]", f"  retired {ID}0"]
    assert listed(run, harbor) == [f"{ID}1", f"{ID}2"]

    split = run("split", f"{ID}2", "--after", "1", cwd=harbor, check=0)
    assert masked(split.out) == ["Split 1 entry into 2  [COMMIT]", "  made NEW"]
    assert "Question 2?" in run("show", f"{ID}2", cwd=harbor).out
    assert "Question 0?" in run("show", listed(run, harbor)[2], cwd=harbor).out


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["split", f"{ID}1", "--after", "1"], f"entry {ID}1 has 1 exchange: nothing to split"),
        (["split", f"{ID}1", "--after", "two"], "'two' is not a list of numbers such as 2,5"),
        (["split", f"{ID}1"], "Missing option '--after'"),
        (["join", f"{ID}1", f"{ID}1"], "an entry is named twice"),
        (["join", f"{ID}1"], "join needs two entries or more"),
        (["replace", "", "x", "--where", ""], "there is nothing to find in an empty text"),
        (["replace", "a", "x", "--where", "", "--in", "narrator"], "'narrator' is no role"),
        (["system", f"{ID}1"], "system needs one prompt"),
        (["system", f"{ID}1", "--text", "a", "--from", f"{ID}0"], "system needs one prompt"),
    ],
)
def test_what_makes_no_sense_changes_nothing(run, harbor: Path, words: list[str], reason: str) -> None:
    before = run("log", "--json", cwd=harbor).json

    assert reason in run(*words, cwd=harbor, check=2).err

    assert run("log", "--json", cwd=harbor).json == before


def test_replace_shows_each_change_before_it_is_made(run, harbor: Path) -> None:
    words = ["replace", "question", "Doubt", "--where", "tag:night", "--ignore-case"]

    assert masked(run(*words, "-n", cwd=harbor, check=0).out) == [
        "Would: replace 1 place in 1 entry",
        f"changed {ID}1  (edited message 1)",
        "  ## user · wren",
        "    [-Question -]{+Doubt +}1?",
        "  … 1 unchanged",
    ]
    assert masked(run(*words, cwd=harbor, check=0).out) == ["Replaced 1 place in 1 entry  [COMMIT]"]


def test_replace_counts_as_json_and_keeps_to_its_roles(run, harbor: Path) -> None:
    words = ["replace", r"(\w+) (\d)", r"\2 \1", "--where", "", "--regex", "--in", "user"]

    answer = run(*words, "--json", cwd=harbor, check=0).json

    assert (answer["replacements"], len(answer["changed"])) == (3, 3)
    output = run("show", f"{ID}0", cwd=harbor).out
    assert "0 Question?" in output
    assert "Answer 0." in output
    assert run("replace", "nowhere", "x", "--where", "", cwd=harbor).out == "Nothing to change\n"


def test_system_prompts_from_text_file_and_another_entry(run, harbor: Path) -> None:
    result = run("system", f"{ID}0", "--text", "Night.", "--no-commit", cwd=harbor, check=0)
    assert result.out == "Set the system prompt of 1 entry (staged)\n"
    run("commit", "-m", "Prompt", cwd=harbor, check=0)
    result = run("system", f"{ID}1", f"{ID}2", "--from", f"{ID}0", cwd=harbor, check=0)
    assert masked(result.out) == ["Set the system prompt of 2 entries  [COMMIT]"]
    (harbor.parent / "prompt.txt").write_text("Day.\n\nLong.\n")
    run("system", "--where", "", "--file", "../prompt.txt", cwd=harbor, check=0)
    assert all("## system\n\nDay.\n\nLong.\n\n" in run("show", f"{ID}{n}", cwd=harbor).out for n in range(3))


def test_a_prompt_that_join_leaves_out_is_named(run, harbor: Path) -> None:
    for number in range(2):
        run("system", f"{ID}{number}", "--text", f"Prompt {number}.", cwd=harbor, check=0)

    result = run("join", f"{ID}0", f"{ID}1", "-n", cwd=harbor, check=0)
    assert result.err == (f"the system prompt of {ID}1 differs and is left out; --keep-prompts keeps it\n")
    run("join", f"{ID}0", f"{ID}1", "--keep-prompts", cwd=harbor, check=0)
    assert "Prompt 1." in run("show", f"{ID}0", cwd=harbor).out
