"""A word from git, from another tool or from plain English leads to the command that does it here."""

import re
from pathlib import Path

import click
import pytest

from talekeep.cli import cli
from talekeep.cli.synonyms import SYNONYMS


@pytest.mark.parametrize(("word", "answer"), SYNONYMS.items(), ids=list(SYNONYMS))
def test_a_synonym_is_answered_with_commands_that_exist(run, word: str, answer: str) -> None:
    result = run(word, check=2)

    assert f"hint: {answer}\n" in result.err
    context = click.Context(cli)
    for name in re.findall(r"talekeep ([a-z-]+)", answer):
        assert name.startswith("--") or cli.get_command(context, name) is not None


@pytest.mark.parametrize(("typed", "meant"), [("statsu", "status"), ("imprt", "import"), ("dif", "diff")])
def test_a_slip_is_answered_with_the_nearest_command(run, typed: str, meant: str) -> None:
    assert f"did you mean talekeep {meant}?" in run(typed, check=2).err


def test_no_synonym_hides_a_command() -> None:
    assert not set(SYNONYMS) & set(cli.names)


SPELLINGS = [
    ["log", "-n", "1"],
    ["log", "--oneline"],
    ["diff", "HEAD~1", "--name-only"],
    ["switch", "-c", "side"],
    ["search", "-i", "question"],
    ["list", "tag:night"],
    ["list", "--tag", "night"],
    ["list", "-n", "1"],
    ["restore", "--where", "tag:night", "--rev", "HEAD"],
    ["restore", "--where", "tag:night", "--from", "HEAD"],
    ["branch", "other", "--from", "HEAD"],
]


@pytest.mark.parametrize("arguments", SPELLINGS, ids=" ".join)
def test_spellings_people_bring_from_git_are_accepted(run, harbor: Path, arguments: list[str]) -> None:
    run("-C", harbor, *arguments, check=0)


def test_commit_am_commits(run, harbor: Path, edit) -> None:
    edit("Answer 1.", "Edited.")

    run("-C", harbor, "commit", "-am", "By hand", check=0)

    assert "By hand" in run("-C", harbor, "log", "-n", "1", check=0).out


def test_commit_with_a_bare_message_is_told_how(run, harbor: Path) -> None:
    assert 'hint: talekeep commit -m "message"' in run("-C", harbor, "commit", "message", check=2).err


def test_a_tag_without_an_entry_is_told_so(run, harbor: Path) -> None:
    assert "no entry is named" in run("-C", harbor, "tag", "add", "approved", check=2).err


def test_name_only_prints_ids(run, harbor: Path, edit) -> None:
    edit("Answer 1.", "Edited.")

    assert run("-C", harbor, "diff", "--name-only", check=0).out.splitlines() == [
        "123e4567-e89b-42d3-a456-426614174001"
    ]
