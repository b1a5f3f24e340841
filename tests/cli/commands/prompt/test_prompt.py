"""What `prompt` says: the exact words of common runs."""

import re
from pathlib import Path

ID = "123e4567-e89b-42d3-a456-42661417400"


def lines(text: str) -> list[str]:
    return re.sub(r"\[[0-9a-f]{7}\]", "[COMMIT]", text).splitlines()


def test_adding_showing_and_listing(run, harbor: Path, tmp_path: Path) -> None:
    (tmp_path / "k.txt").write_text("You keep\nthe lighthouse. " + "Fog. " * 20 + "\n")
    result = run("-C", "harbor", "prompt", "create", "Night Keeper", "--file", "../k.txt", check=0)
    assert lines(result.out) == ["Create the prompt Night Keeper  [COMMIT]"]
    listed = run("prompt", "list", cwd=harbor, check=0).out
    assert listed.startswith("night_keeper  You keep the lighthouse. Fog. Fog.")
    assert listed.endswith("…\n")
    shown = run("prompt", "show", "night keeper", cwd=harbor, check=0)
    assert shown.out.startswith("You keep\nthe lighthouse.")
    assert shown.err == "Night Keeper: the system prompt of 0 entries\n"
    both = run("prompt", "create", "x", "--text", "a", "--file", "../k.txt", cwd=harbor, check=2)
    assert "not both" in both.err
    assert "--from ENTRY" in run("prompt", "create", "x", cwd=harbor, check=2).err


def test_applying_and_counting(run, harbor: Path) -> None:
    run("prompt", "create", "k", "--text", "Fog.", cwd=harbor, check=0)
    result = run("prompt", "apply", "k", "--where", "tag:night", cwd=harbor, check=0)
    assert lines(result.out) == ["Set the system prompt of 1 entry to k  [COMMIT]"]
    run("prompt", "create", "again", "--from", f"{ID}1", cwd=harbor, check=0)
    assert run("prompt", "list", "--usage", cwd=harbor).out == "    1  again  Fog.\n    1  k  Fog.\n"
    same = run("prompt", "apply", "k", f"{ID}1", cwd=harbor, check=0)
    assert same.out == "Nothing to change\n"


def test_editing_archiving_and_removing(run, harbor: Path) -> None:
    run("prompt", "create", "k", "--text", "Fog.", cwd=harbor, check=0)
    result = run("prompt", "edit", "k", "--name", "Keeper", "--text", "Rain.", cwd=harbor, check=0)
    assert lines(result.out) == ["Change the prompt k  [COMMIT]"]
    assert lines(run("prompt", "archive", "keeper", cwd=harbor).out) == ["Archive keeper  [COMMIT]"]
    assert run("prompt", "list", cwd=harbor).out == "none\n"
    assert run("prompt", "list", "--archived", cwd=harbor).out == "keeper  Rain.  (archived)\n"
    refused = run("prompt", "apply", "keeper", "--where", "", cwd=harbor, check=4)
    assert "hint: talekeep prompt restore keeper" in refused.err
    assert lines(run("prompt", "restore", "keeper", cwd=harbor).out) == ["Restore keeper  [COMMIT]"]
    assert run("prompt", "delete", "keeper", "-n", cwd=harbor).out == "Would: Delete keeper\n"
    assert lines(run("prompt", "delete", "keeper", cwd=harbor).out) == ["Delete keeper  [COMMIT]"]


def test_a_prompt_is_edited_in_the_editor(run, harbor: Path, editor) -> None:
    run("prompt", "create", "k", "--text", "Fog.\nRain.", cwd=harbor, check=0)
    editor("text = text.replace('Fog', 'Storm')")
    result = run("prompt", "edit", "k", cwd=harbor, check=0)
    assert lines(result.out) == ["Change the prompt k  [COMMIT]"]
    assert run("prompt", "show", "k", cwd=harbor).out == "Storm.\nRain.\n"
    editor("")
    assert run("prompt", "edit", "k", cwd=harbor, check=0).out == "Nothing to change\n"
    editor("text = ''")
    assert "the text is empty" in run("prompt", "edit", "k", cwd=harbor, check=1).err
    assert list((harbor / ".git/talekeep/drafts").glob("*")) == []


def test_a_prompt_that_cannot_be_saved_is_kept_and_can_be_taken_later(run, harbor: Path, editor) -> None:
    run("prompt", "create", "k", "--text", "Fog.", cwd=harbor, check=0)
    (harbor / "library/prompts.toml").write_text(
        "# by hand\n" + (harbor / "library/prompts.toml").read_text()
    )
    editor("text = 'Long thoughts.'")
    refused = run("prompt", "edit", "k", cwd=harbor, check=4)
    (kept,) = (harbor / ".git/talekeep/drafts").glob("*")
    assert f"hint: your text is kept: talekeep prompt edit k --file {kept}" in refused.err
    run("commit", cwd=harbor, check=0)
    run("prompt", "edit", "k", "--file", kept, cwd=harbor, check=0)
    assert run("prompt", "show", "k", cwd=harbor).out == "Long thoughts.\n"
    assert not kept.exists()
