"""One verb for one act: create and delete, archive and restore, --rev, the same in every group."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from talekeep.cli import cli
from talekeep.cli.lazy import LazyGroup

LIBRARIES = ("tag", "category", "character", "prompt")


def leaves(
    group: click.Group, above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, LazyGroup):
            yield from leaves(command, (*above, name))
        elif not command.hidden:
            yield (*above, name), command


COMMANDS = list(leaves(cli))


def shown(command: click.Command) -> set[str]:
    options = (each for each in command.params if isinstance(each, click.Option) and not each.hidden)
    return {name for each in options for name in each.opts}


@pytest.mark.parametrize("group", LIBRARIES)
def test_every_library_has_create_and_delete(group: str) -> None:
    verbs = {words[1] for words, _ in COMMANDS if words[0] == group}
    assert {"create", "delete"} <= verbs
    assert not verbs & {"activate", "deactivate"}
    assert ("archive" in verbs) == ("restore" in verbs)


def test_a_state_of_the_past_is_always_chosen_with_rev() -> None:
    for words, command in COMMANDS:
        revisions = [
            each for each in command.params if isinstance(each, click.Option) and each.metavar == "REV"
        ]
        names = {name for each in revisions if not each.hidden for name in each.opts}
        assert names <= {"--rev", "--since", "--against", "--base"}, (words, names)


def test_short_options_mean_one_thing() -> None:
    meanings = {"-n": {"--dry-run", "--limit"}, "-m": {"--message"}, "-q": {"--quiet"}, "-C": set()}
    for words, command in COMMANDS:
        for each in command.params:
            for short in set(each.opts) & meanings.keys():
                assert set(each.opts) - {short} <= meanings[short], words


def test_what_commits_takes_a_message() -> None:
    for words, command in COMMANDS:
        if "--no-commit" in shown(command) and words != ("combine",):
            assert "-m" in shown(command), words


OLD = [
    ["character", "add", "Mara"],
    ["character", "remove", "mara"],
    ["character", "deactivate", "mara"],
    ["character", "activate", "mara"],
    ["prompt", "add", "Keeper", "--text", "You keep it."],
    ["prompt", "remove", "keeper"],
]


@pytest.mark.parametrize("words", OLD, ids=" ".join)
def test_old_names_keep_working_and_are_not_listed(run, harbor: Path, words: list[str]) -> None:
    if words[2] == "mara":
        run("-C", harbor, "character", "create", "Mara", check=0)
    if words[1] == "activate":
        run("-C", harbor, "character", "archive", "mara", check=0)
    if words[2] == "keeper":
        run("-C", harbor, "prompt", "create", "Keeper", "--text", "You keep it.", check=0)
    result = run("-C", harbor, *words)

    assert "there is no command" not in result.err
    assert result.code == (4 if words[:2] == ["character", "remove"] else 0), result.err
    assert f"\n  {words[1]} " not in run(words[0], "--help", check=0).out
