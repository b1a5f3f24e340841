"""`add` and `edit` as people use them: files, stdin, and an editor (a small script that changes the text)."""

import re
import sys
from pathlib import Path

import pytest

ID = "123e4567-e89b-42d3-a456-42661417400"


def replacing(old: str, new: str) -> str:
    return f"text = text.replace({old!r}, {new!r})"


def masked(text: str) -> list[str]:
    return re.sub(r"\[[0-9a-f]{7}\]", "[COMMIT]", text).splitlines()


def kept(harbor: Path) -> list[Path]:
    return sorted((harbor / ".git" / "talekeep" / "drafts").glob("*"))


def test_edit_in_the_editor_is_one_commit(run, harbor: Path, editor) -> None:
    editor(replacing("Answer 1.", "The light, says nobody."))

    result = run("edit", f"{ID}1", cwd=harbor, check=0)

    assert masked(result.out) == ["Edited 1 entry  [COMMIT]"]
    assert "The light, says nobody." in run("show", f"{ID}1", cwd=harbor).out
    assert kept(harbor) == []


def test_edit_without_a_change_makes_no_commit(run, harbor: Path, editor) -> None:
    editor("")

    assert run("edit", f"{ID}1", cwd=harbor, check=0).out == "Nothing to change\n"
    assert kept(harbor) == []


def test_a_broken_script_comes_back_with_the_line_marked_and_can_be_mended(run, harbor, editor) -> None:
    file = harbor.parent / "seen.txt"
    editor(
        replacing("## assistant · mara", "## narrator"),
        f"import pathlib; pathlib.Path({str(file)!r}).write_text(text); "
        + replacing("narrator", "assistant"),
    )

    result = run("edit", f"{ID}1", cwd=harbor, check=0)

    shown = file.read_text().splitlines()
    assert shown[shown.index("## narrator") - 1].startswith("!! talekeep: line 8: no role in '## narrator'")
    assert masked(result.out) == ["Edited 1 entry  [COMMIT]"]
    assert "!!" not in run("show", f"{ID}1", cwd=harbor).out
    assert kept(harbor) == []


def test_what_cannot_be_saved_is_kept_and_can_be_taken_later(run, harbor: Path, editor) -> None:
    editor(replacing("## assistant · mara", "## narrator\n\nLong thoughts."), "")

    result = run("edit", f"{ID}1", cwd=harbor, check=1)

    (path,) = kept(harbor)
    assert result.err.splitlines()[0].startswith("error: not saved: line 8: no role in '## narrator'")
    assert result.err.splitlines()[1] == f"hint: your text is kept: talekeep edit {ID}1 --file {path}"
    assert "Long thoughts." in path.read_text()
    assert "!!" not in path.read_text()
    editor("text = ''")
    again = run("edit", f"{ID}1", cwd=harbor, check=1)
    assert f"a text that was not saved is in {path}: talekeep edit {ID}1 --file {path}" in again.err
    path.write_text("!! talekeep: left by a kill\n" + path.read_text().replace("## narrator", "## assistant"))
    run("edit", f"{ID}1", "--file", path, cwd=harbor, check=0)
    assert "Long thoughts." in run("show", f"{ID}1", cwd=harbor).out
    assert kept(harbor) == []


def test_emptying_the_text_gives_up_and_keeps_what_was_written(run, harbor: Path, editor) -> None:
    editor("text = ''")
    result = run("edit", f"{ID}1", cwd=harbor, check=1)
    assert result.err == "error: aborted: the text is empty; nothing was changed\n"
    assert kept(harbor) == []

    editor(replacing("## assistant · mara", "## narrator\n\nLong thoughts."), "text = '\\n'")
    run("edit", f"{ID}1", cwd=harbor, check=1)
    assert "Long thoughts." in kept(harbor)[0].read_text()


def test_an_editor_that_never_mends_the_text_comes_to_an_end(run, harbor: Path, editor, monkeypatch) -> None:
    monkeypatch.setattr("talekeep.cli.terminal.editor._ROUNDS", 3)
    editor("text = text.replace('## user', '## narrator') + 'More.\\n'")

    assert "not saved: line 4" in run("edit", f"{ID}1", cwd=harbor, check=1).err
    assert kept(harbor)[0].read_text().count("More.") == 3


def test_what_validation_refuses_comes_back_too(run, harbor: Path, editor) -> None:
    file = harbor.parent / "seen.txt"
    look = f"import pathlib; pathlib.Path({str(file)!r}).write_text(text); "
    editor("text = text.split('##')[0]", look + "text += '\\n## user\\n\\nBack again.\\n'")

    run("edit", f"{ID}1", cwd=harbor, check=0)

    assert file.read_text().startswith("!! talekeep: not committed: 1 error\n!! talekeep: entries/")
    assert "Back again." in run("show", f"{ID}1", cwd=harbor).out


def test_an_id_cannot_be_changed_in_the_editor(run, harbor: Path, editor) -> None:
    editor(replacing(f"id: {ID}1", f"id: {ID}7"))

    result = run("edit", f"{ID}1", cwd=harbor, check=1)

    assert f"not saved: the id {ID}1 cannot be changed" in result.err
    assert len(kept(harbor)) == 1


def test_the_text_is_kept_when_the_entry_changed_meanwhile_in_the_same_place(run, harbor, editor) -> None:
    other = f"import subprocess; subprocess.run([{sys.executable!r}, '-m', 'talekeep', *ARGS], check=True); "
    words = ["-C", str(harbor), "replace", "Answer 1.", "Theirs.", f"{ID}1"]
    editor(other.replace("ARGS", repr(words)) + replacing("Answer 1.", "Mine."))

    result = run("edit", f"{ID}1", cwd=harbor, check=4)

    assert "changed meanwhile in the same place (messages.1" in result.err
    assert "Mine." in kept(harbor)[0].read_text()
    assert "Theirs." in run("show", f"{ID}1", cwd=harbor).out
    words[3:5] = ["Question 1?", "Theirs?"]
    editor(other.replace("ARGS", repr(words)) + replacing("Theirs.", "Mine."))
    assert "merged with your text" in run("edit", f"{ID}1", cwd=harbor, check=0).err
    output = run("show", f"{ID}1", cwd=harbor).out
    assert "Theirs?" in output
    assert "Mine." in output


def test_an_editor_that_fails_changes_nothing(run, harbor: Path, monkeypatch, editor) -> None:
    monkeypatch.setenv("EDITOR", "false")
    result = run("edit", f"{ID}1", cwd=harbor, check=5)
    assert result.err == "error: the editor 'false' ended with 1\nhint: set EDITOR to the one you use\n"
    assert kept(harbor) == []

    editor(replacing("Answer 1.", "Mine.") + "; path.write_text(text); sys.exit(3)")
    monkeypatch.setenv("GIT_EDITOR", "sh -c 'echo Mine. >> \"$1\"; exit 3' -")
    assert "ended with 3; nothing was changed" in run("edit", f"{ID}1", cwd=harbor, check=5).err
    assert "Mine." in kept(harbor)[0].read_text()


def test_a_text_that_is_not_utf8_is_kept(run, harbor: Path, editor) -> None:
    editor("path.write_bytes(b'id: x\\xff'); sys.exit(0)")
    editor("import pathlib, sys; pathlib.Path(sys.argv[-1]).write_bytes(b'id: \\xff'); sys.exit(0)")

    assert "is not UTF-8 at byte 5" in run("edit", f"{ID}1", cwd=harbor, check=4).err
    assert kept(harbor)[0].read_bytes() == b"id: \xff"


def test_edit_from_a_file_and_a_dry_run(run, harbor: Path) -> None:
    text = run("show", f"{ID}1", cwd=harbor).out.replace("Answer 1.", "Better.")

    tried = run("edit", f"{ID}1", "--file", "-", "--dry-run", cwd=harbor, input=text, check=0)
    assert masked(tried.out) == [
        "Would: edit 1 entry",
        f"changed {ID}1  (edited message 2)",
        "  … 1 unchanged",
        "  ## assistant · mara",
        "    [-Answer 1-]{+Better+}.",
    ]
    (harbor.parent / "better.md").write_text(text)
    answer = run("edit", f"{ID}1", "--file", "../better.md", "--json", cwd=harbor, check=0).json
    assert (answer["changed"], answer["made"], answer["retired"]) == ([f"{ID}1"], [], [])
    assert (harbor.parent / "better.md").exists()
    bad = run("edit", f"{ID}1", "--file", "-", cwd=harbor, input="nonsense", check=2)
    assert bad.err.startswith("error: -: line 1: expected `key: value`")


def test_a_dry_run_of_the_editor_keeps_what_was_written(run, harbor: Path, editor) -> None:
    editor(replacing("Answer 1.", "Mine."))

    result = run("edit", f"{ID}1", "--dry-run", cwd=harbor, check=0)

    assert f"your text is kept: talekeep edit {ID}1 --file {kept(harbor)[0]}" in result.err
    assert "Mine." in kept(harbor)[0].read_text()


def test_add_lays_out_the_template_and_leaves_out_what_stays_empty(run, harbor: Path, editor) -> None:
    file = harbor.parent / "seen.txt"
    look = f"import pathlib; pathlib.Path({str(file)!r}).write_text(text); "
    fill = "text = text.replace('## user · wren\\n', '## user · wren\\n\\nHello?\\n', 1)"
    editor(look + fill)

    words = ["--system", "Night.", "--characters", "Wren, Mara,ash", "--exchanges", "2", "--tag", "Slow Burn"]
    result = run("add", *words, cwd=harbor, check=0)

    assert file.read_text().splitlines()[1:] == [
        "tags: slow_burn",
        *("", "## system", "", "Night."),
        *("", "## user · wren", "", "## assistant · mara", "", "## user · wren", "", "## assistant · ash"),
    ]
    first, second = masked(result.out)
    assert first == "Added 1 entry  [COMMIT]"
    lines = run("show", second.removeprefix("  made "), cwd=harbor).out.splitlines()
    assert lines[1:] == ["tags: slow_burn", "", "## system", "", "Night.", "", "## user · wren", "", "Hello?"]


@pytest.mark.parametrize("step", ["", "text = ''"])
def test_an_unchanged_or_empty_template_adds_nothing(run, harbor: Path, editor, step: str) -> None:
    editor(step)

    result = run("add", cwd=harbor, check=1)

    assert result.err.startswith("error: aborted: ")
    assert kept(harbor) == []
    assert run("list", "--json", cwd=harbor).json["total"] == 3


def test_add_from_stdin_and_files(run, harbor: Path) -> None:
    text = "## user\n\nHello?\n\n## assistant\n\nHi.\n"
    answer = run(
        "add", "-", "--tag", "x", "--system", "Night.", "--json", cwd=harbor, input=text, check=0
    ).json
    assert len(answer["made"]) == 1
    (harbor.parent / "scene.md").write_text(text)
    run("add", "../scene.md", cwd=harbor, check=0)
    assert run("list", "--json", cwd=harbor).json["total"] == 5
    for name, expected in (("a.jsonl", "talekeep import a.jsonl"), ("-", "talekeep import FILE")):
        refused = run("add", name, cwd=harbor, input='{"messages":[]}', check=2)
        assert refused.err.splitlines()[1] == f"hint: {expected}"
    assert run("add", "-", cwd=harbor, input="", check=2).err.startswith("error: the text is empty")


def test_add_without_the_editor_adds_the_template_as_it_is(run, harbor: Path) -> None:
    result = run("add", "--no-edit", "--system", "Night.", "--exchanges", "3", "--json", cwd=harbor, check=0)

    assert len(result.json["changes"][0]["after"]["messages"]) == 7


def test_add_begins_with_a_prompt_of_the_library(run, harbor: Path, editor) -> None:
    run("prompt", "add", "keeper", "--text", "You keep the light.", cwd=harbor, check=0)
    editor(replacing("## user\n\n", "## user\n\nWho is there?\n"))

    result = run("add", "--prompt", "Keeper", cwd=harbor, check=0)

    assert masked(result.out)[0] == "Added 1 entry  [COMMIT]"
    made = masked(result.out)[1].split()[-1]
    assert "## system\n\nYou keep the light.\n\n## user\n\nWho is there?" in run("show", made, cwd=harbor).out
    both = run("add", "--prompt", "keeper", "--system", "x", cwd=harbor, check=2)
    assert "not both" in both.err
    run("prompt", "archive", "keeper", cwd=harbor, check=0)
    assert "talekeep prompt restore keeper" in run("add", "--prompt", "keeper", cwd=harbor, check=4).err
