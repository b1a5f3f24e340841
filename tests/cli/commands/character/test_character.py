"""What `character` says: the exact words of common runs."""

import json
import re
from pathlib import Path

ID = "123e4567-e89b-42d3-a456-42661417400"


def lines(text: str) -> list[str]:
    return re.sub(r"\[[0-9a-f]{7}\]", "[COMMIT]", text).splitlines()


def test_adding_listing_and_showing(run, harbor: Path) -> None:
    assert lines(run("character", "create", "Mara", "--description", "wry", cwd=harbor, check=0).out) == [
        "Create the character Mara  [COMMIT]"
    ]
    assert run("character", "list", cwd=harbor, check=0).out.splitlines() == [
        "mara  Mara  3 messages in 3 entries",
        "wren  wren  3 messages in 3 entries  not in the library",
    ]
    assert run("character", "show", "mara", cwd=harbor, check=0).out.splitlines() == [
        "mara  Mara  3 messages in 3 entries",
        "wry",
        "  3 as assistant",
    ]
    assert run("character", "list", "--inactive", cwd=harbor, check=0).out == "none\n"
    again = run("character", "create", "MARA", cwd=harbor, check=4)
    assert "hint: talekeep character show mara" in again.err


def test_editing_and_renaming(run, harbor: Path) -> None:
    run("character", "create", "Mara", cwd=harbor, check=0)
    result = run("character", "edit", "mara", "--name", "Mara Voss", cwd=harbor, check=0)
    assert lines(result.out) == ["Describe the character mara  [COMMIT]"]
    assert lines(run("character", "rename", "mara", "keeper", "-n", cwd=harbor, check=0).out)[:5] == [
        "Would: Rename mara to keeper in 3 entries",
        f"changed {ID}0  (edited message 2)",
        "  … 1 unchanged",
        "  ## assistant · keeper",
        "    Answer 0.",
    ]
    output = lines(run("character", "rename", "mara", "keeper", cwd=harbor, check=0).out)
    assert output == ["Rename mara to keeper in 3 entries  [COMMIT]"]
    assert "keeper  Mara Voss" in run("character", "list", cwd=harbor).out


def test_setting_aside_names_the_prompts_that_remain(run, harbor: Path) -> None:
    run("character", "create", "Mara", cwd=harbor, check=0)
    run("prompt", "add", "k", "--text", "You are Mara.", cwd=harbor, check=0)
    run("prompt", "apply", "k", f"{ID}1", cwd=harbor, check=0)
    result = run("character", "archive", "mara", cwd=harbor, check=0)
    assert lines(result.out) == ["Archive mara  [COMMIT]"]
    assert result.err == f"the system prompt of {ID}1 still names Mara\n"
    assert "inactive" in run("character", "list", "--inactive", cwd=harbor).out
    assert lines(run("character", "restore", "mara", cwd=harbor).out) == ["Restore mara  [COMMIT]"]
    refused = run("character", "delete", "mara", cwd=harbor, check=4)
    assert "mara speaks in 3 entries" in refused.err
    run("character", "create", "Tom", cwd=harbor, check=0)
    assert lines(run("character", "delete", "tom", cwd=harbor).out) == ["Delete the character tom  [COMMIT]"]


def test_assigning_by_number_and_by_map(run, harbor: Path) -> None:
    outcome = run("character", "assign", f"{ID}0", f"{ID}1", "1=tom", "2=", "--create", cwd=harbor, check=0)
    assert lines(outcome.out) == ["Say who speaks in 2 entries  [COMMIT]"]
    assert "## user · tom" in run("show", f"{ID}1", cwd=harbor).out
    by_map = ("--where", "", "--map", "Wren=assistant:wren", "--map", "Ghost=:ghost", "--create")
    result = run("character", "assign", *by_map, cwd=harbor, check=0)
    assert lines(result.out) == ["Say who speaks in 1 entry  [COMMIT]"]
    assert result.err == "nobody speaks as Ghost\n"
    both = run("character", "assign", f"{ID}0", "1=tom", "--map", "a=:b", cwd=harbor, check=2)
    assert "cannot go together" in both.err
    run("character", "assign", "--where", "", "1=tom", "--strip-prefix", cwd=harbor, check=2)


def test_detecting_prints_the_command_that_would_assign(run, harbor: Path) -> None:
    result = run("character", "detect", cwd=harbor, check=0)
    assert result.out.splitlines() == [
        "mara  as name  3 messages in 3 entries (assistant 3)  not in the library  → :mara",
        "wren  as name  3 messages in 3 entries (user 3)  not in the library  → :wren",
    ]
    assert result.err == (
        "next: talekeep character assign --where '' --map mara=:mara --map wren=:wren --create\n"
    )
    assert run("character", "detect", "--where", "tag:draft", cwd=harbor).out == "nobody\n"


def test_importing_cards_and_a_map_at_import(run, harbor: Path, tmp_path: Path) -> None:
    (tmp_path / "tom.json").write_text(json.dumps({"name": "Old Tom", "first_mes": "Rowed."}))
    answer = run("-C", "harbor", "character", "import", "../tom.json", check=0)
    assert lines(answer.out) == ["Import 1 character card  [COMMIT]"]
    assert "has a character card" in run("character", "show", "old tom", cwd=harbor).out
    talk = [{"role": "user", "content": "Old Tom: Aye."}, {"role": "assistant", "content": "No."}]
    (tmp_path / "tom.jsonl").write_text(json.dumps({"messages": talk}) + "\n")
    result = run("import", "../tom.jsonl", "--map", "Old Tom=:old_tom", cwd=harbor, check=0)
    assert lines(result.out)[1:] == ["  speaker Old Tom → named old_tom"]
    assert "1 message in 1 entry" in run("character", "show", "old_tom", cwd=harbor).out


def test_people_read_display_names_and_programs_slugs(run, harbor: Path) -> None:
    run("character", "create", "Mara", cwd=harbor, check=0)
    run("character", "edit", "mara", "--name", "Mara Voss", cwd=harbor, check=0)
    row = "@1  4001    1×  Question 1? (Mara Voss, wren)  [night]"
    night = ["--where", "tag:night"]

    assert run("list", *night, cwd=harbor, check=0).out.splitlines()[0] == row
    output = run("search", "answer", *night, cwd=harbor, check=0).out.splitlines()
    assert output[:2] == [row, "    assistant · Mara Voss: Answer 1."]
    would = run("replace", "Answer", "Reply", *night, "-n", cwd=harbor, check=0).out
    assert "  ## assistant · Mara Voss\n" in would
    run("replace", "Answer", "Reply", *night, cwd=harbor, check=0)
    assert "  ## assistant · Mara Voss\n" in run("diff", "HEAD~1", cwd=harbor, check=0).out
    assert run("list", *night, "--json", cwd=harbor).json["entries"][0]["characters"] == ["mara", "wren"]


def test_a_library_that_cannot_be_read_hides_no_entry(run, harbor: Path) -> None:
    (harbor / "library/characters.toml").write_text("<<<<<<< ours")

    assert "(mara, wren)" in run("list", cwd=harbor, check=0).out
