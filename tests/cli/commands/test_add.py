"""What `add` and `edit` say of an entry that is not finished, and of options that would do nothing."""

from pathlib import Path

import pytest

ID = "123e4567-e89b-42d3-a456-426614174001"
QUESTION = "## system\n\nS.\n\n## user\n\nIs it on?\n"
EMPTY = "## user\n\nIs it on?\n\n## assistant\n\n"


def test_an_entry_without_a_reply_is_stored_and_told(run, harbor: Path) -> None:
    result = run("-C", harbor, "add", "-", input=QUESTION, check=0)

    assert result.out.startswith("Added 1 entry")
    assert "T204 too-few-messages" in result.err
    dry = run("-C", harbor, "add", "-", "-n", input=QUESTION, check=0)
    assert "T204 too-few-messages" in dry.err


def test_a_message_without_a_word_is_told(run, harbor: Path) -> None:
    result = run("-C", harbor, "add", "-", input=EMPTY, check=0)

    assert "T208 empty-content" in result.err


def test_an_edit_that_cuts_the_reply_off_is_told(run, harbor: Path, tmp_path: Path) -> None:
    (tmp_path / "cut.md").write_text("## user\n\nQuestion 1?\n")

    result = run("-C", harbor, "edit", ID, "--file", tmp_path / "cut.md", check=0)

    assert f"entry {ID}: T204 too-few-messages" in result.err


def test_a_finished_entry_is_told_nothing(run, harbor: Path) -> None:
    result = run("-C", harbor, "add", "-", input=QUESTION + "\n## assistant\n\nIt is.\n", check=0)

    assert result.err == ""


def test_a_template_filled_in_part_says_how_far(run, harbor: Path, editor) -> None:
    filled = "## user\\n\\nIs it on?\\n\\n## assistant\\n\\nIt is.\\n\\n"
    editor(f"text = '{filled}## user\\n\\n\\n\\n## assistant\\n\\n'")

    result = run("-C", harbor, "add", "--exchanges", "3", check=0)

    assert "1 of 3 planned exchanges written" in result.err


def test_tags_with_commas_are_several_as_everywhere(run, harbor: Path) -> None:
    text = QUESTION + "\n## assistant\n\nIt is.\n"
    run("-C", harbor, "add", "-", "--tag", "a,b", "--tag", "c", input=text, check=0)

    assert run("-C", harbor, "list", "--where", "tag:a tag:b tag:c", "--count", check=0).out.strip() == "1"


@pytest.mark.parametrize(
    "args",
    [
        ("add", "-", "--characters", "zed,mara"),
        ("add", "-", "--exchanges", "4"),
        ("merge", "side", "--abort"),
        ("resolve", "--restart", "--ours"),
        ("resolve", ID, "--all", "--ours"),
        ("resolve", "--all", "--where", "tag:night", "--ours"),
    ],
    ids=" ".join,
)
def test_options_that_would_do_nothing_are_errors(run, harbor: Path, args: tuple[str, ...]) -> None:
    refused = run("-C", harbor, *args, input=QUESTION, check=2)

    assert refused.out == ""
