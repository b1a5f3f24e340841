"""Any verb takes the subject of its commit, and several changes become one commit with --no-commit."""

from pathlib import Path

import click
import pytest

from talekeep.cli import cli
from talekeep.cli.lazy import LazyGroup

ONE, TWO = (f"123e4567-e89b-42d3-a456-42661417400{n}" for n in (1, 2))
CHANGES = [
    ["tag", "add", "storm", ONE],
    ["tag", "create", "fog"],
    ["category", "create", "Weather"],
    ["character", "add", "Osric"],
    ["prompt", "add", "Keeper", "--text", "You keep it."],
    ["system", ONE, "--text", "Night."],
    ["replace", "Question", "Doubt", "--where", ""],
    ["duplicate", ONE],
    ["remove", TWO],
]


def test_every_verb_that_changes_entries_or_libraries_takes_a_subject_and_can_wait() -> None:
    missing = []
    for words, command in leaves(cli):
        options = {option for each in command.params for option in each.opts}
        group = words[0] if len(words) > 1 else ""
        if group in ("tag", "category", "character", "prompt") and "--dry-run" in options:
            missing += [" ".join(words) for wanted in ("-m", "--no-commit") if wanted not in options]
    assert missing == []


def leaves(group: click.Group, above: tuple[str, ...] = ()):
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, LazyGroup):
            yield from leaves(command, (*above, name))
        else:
            yield (*above, name), command


@pytest.mark.parametrize("words", CHANGES, ids=" ".join)
def test_the_subject_is_the_users(run, git, harbor: Path, words: list[str]) -> None:
    run("-C", harbor, *words, "-m", "Why I did it", check=0)

    text = git("-C", harbor, "log", "-1", "--format=%B", check=0).out
    assert text.startswith("Why I did it\n\nTalekeep-Op: ")


def test_an_empty_subject_is_refused(run, harbor: Path) -> None:
    run("-C", harbor, "tag", "add", "storm", ONE, "-m", " ", check=2)


def test_many_changes_become_one_commit(run, git, harbor: Path, edit) -> None:
    commits = git("-C", harbor, "rev-list", "--count", "HEAD", check=0).out
    edit("Answer 0.", "By hand.")
    for words in CHANGES:
        result = run("-C", harbor, *words, "--no-commit", check=0)
        assert "staged" in result.out
    assert git("-C", harbor, "rev-list", "--count", "HEAD", check=0).out == commits

    run("-C", harbor, "commit", "-m", "An evening's work", check=0)

    assert git("-C", harbor, "rev-list", "--count", "HEAD", check=0).out == f"{int(commits) + 1}\n"
    assert git("-C", harbor, "status", "--porcelain", check=0).out == ""
    texts = "".join(p.read_text() for p in harbor.glob("entries/*/*.jsonl"))
    for word in ("By hand.", "storm", "Night.", "Doubt"):
        assert word in texts
    assert TWO not in texts


def test_edits_can_wait_one_after_the_other(run, harbor: Path, tmp_path: Path) -> None:
    for number, entry in enumerate((ONE, TWO)):
        (tmp_path / "scene.md").write_text(f"## user\n\nNew {number}?\n\n## assistant\n\nYes.\n")
        run("-C", harbor, "edit", entry, "--file", "../scene.md", "--no-commit", check=0)

    assert run("-C", harbor, "diff", "--name-only", check=0).out.split() == [ONE, TWO]


def test_the_log_says_which_tag_and_which_entry(run, harbor: Path, tmp_path: Path) -> None:
    (tmp_path / "scene.md").write_text("## user\n\nWho?\n\n## assistant\n\nMe.\n")
    run("-C", harbor, "tag", "add", "storm,rain", ONE, TWO, check=0)
    run("-C", harbor, "edit", ONE, "--file", "../scene.md", check=0)
    run("-C", harbor, "remove", TWO, check=0)

    log = run("-C", harbor, "log", check=0).out

    for subject in ("Tag 2 entries: storm, rain", "Edit entry 4001", "Remove 1 entry 4002"):
        assert subject in log
