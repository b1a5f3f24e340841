"""One name from the command line to the library: a command, its file and its operation are called alike."""

import ast
import keyword
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from talekeep.cli import cli
from talekeep.cli.lazy import LazyGroup

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "talekeep"

# What git or a shell calls, and what only leads to other commands: nothing of the dataset is asked.
WITHOUT_OPERATION = {"serve", "completion", "demo", "help", "rule", "textconv", "merge-driver"}


def commands(group: LazyGroup, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name in group.names:
        inner = group.get_command(click.Context(group), name)
        if isinstance(inner, LazyGroup):
            yield from commands(inner, (*above, name))
        else:
            yield (*above, name)


def stem(word: str) -> str:
    word = word.replace("-", "_")
    return word + "_" * keyword.iskeyword(word)


def operations() -> set[str]:
    """Every file of `ops` and every public function in one."""
    names = set()
    for file in (PACKAGE / "ops").rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        names |= {file.stem, *(node.name for node in tree.body if isinstance(node, ast.FunctionDef))}
    return names


COMMANDS = list(commands(cli))
OPERATIONS = operations()


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_command_lies_in_a_file_of_its_name(words: tuple[str, ...]) -> None:
    *folders, last = map(stem, words)
    assert (PACKAGE / "cli" / "commands").joinpath(*folders, f"{last}.py").is_file()


@pytest.mark.parametrize("words", [w for w in COMMANDS if w[-1] not in WITHOUT_OPERATION], ids=" ".join)
def test_a_command_and_its_operation_have_one_name(words: tuple[str, ...]) -> None:
    noun, verb = words[0], words[-1].replace("-", "_")
    nouns = (noun, f"{noun}s", f"{noun}es", f"{noun[:-1]}ies", "files", "entries")
    wanted = {verb, f"{verb}es", f"set_{verb}", f"run_{verb}", *(f"{verb}_{each}" for each in nouns)}
    assert wanted & OPERATIONS, f"no operation is called {' or '.join(sorted(wanted))}"


def test_no_file_of_commands_is_without_a_command() -> None:
    folder = PACKAGE / "cli" / "commands"
    files = [file.relative_to(folder).with_suffix("").parts for file in folder.rglob("*.py")]
    assert {parts for parts in files if parts[-1] != "__init__"} == {
        tuple(map(stem, words)) for words in COMMANDS
    }
