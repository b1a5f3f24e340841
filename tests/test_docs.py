"""Documentation cannot rot: console blocks are run, references are compared with the program.

`UPDATE_DOCS=1 python -m pytest tests/test_docs.py` writes what the program says into the pages.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

import talekeep
from talekeep import rules
from talekeep.cli import cli

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    [ROOT / "README.md", *(page for page in (ROOT / "docs").rglob("*.md") if page.parent.name != "decisions")]
)
UPDATE = bool(os.environ.get("UPDATE_DOCS"))
_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
# What differs from run to run: ids, commits, names of parts, dates, sizes.
_VARYING = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}(?:-[0-9a-f]{4}-[0-9a-f]{12})?"), "<id>"),
    (re.compile(r"\b[0-9a-f]{40}\b"), "<commit>"),
    # One in a thousand of them has no digit; a word of such letters is taken for one on both sides alike.
    (re.compile(r"\b[0-9a-f]{7,8}\b"), "<short>"),
    (re.compile(r"(\d{5})-[0-9a-f]{4}\.jsonl"), r"\1-xxxx.jsonl"),
    (re.compile(r"\d{4}-\d\d-\d\d(?:T[\d:]+Z)?"), "<date>"),
    (re.compile(r"(@\d+ +)[0-9a-f]{4,12}(?= )"), r"\1<end>"),
    (re.compile(r"\d+ KB"), "<size>"),
    (re.compile(r"index [0-9a-f]+\.\.[0-9a-f]+"), "index <blobs>"),
    (re.compile(r"Date: .*"), "Date: <date>"),
)


def pages_with_blocks() -> list[Path]:
    return [page for page in PAGES if _BLOCK.search(page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(
    "page",
    [
        # README's tour is what everybody meets first; the other pages take longer.
        pytest.param(page, id=page.name, marks=[] if page.name == "README.md" else pytest.mark.slow)
        for page in pages_with_blocks()
    ],
)
def test_console_blocks_say_what_happens(page: Path, tmp_path: Path, run_mixed, monkeypatch) -> None:
    if shutil.which("git") is None:
        pytest.skip("the blocks use git")
    text = page.read_text(encoding="utf-8")
    for name in [name for name in os.environ if name.startswith("GIT_AUTHOR_")]:
        monkeypatch.delenv(name)
    shell = Shell(tmp_path, run_mixed)
    for block in _BLOCK.findall(text):
        expected = "".join(shell.run(command) for command in commands_of(block))
        if UPDATE:
            text = text.replace(block, expected)
        else:
            assert same(expected) == same(block)
    if UPDATE:
        page.write_text(text, encoding="utf-8")


def commands_of(block: str) -> list[str]:
    return [line[2:] for line in block.splitlines() if line.startswith("$ ")]


def same(text: str) -> str:
    for pattern, word in _VARYING:
        text = pattern.sub(word, text)
    return text


class Shell:
    """Runs the commands of a page one after another in one folder; `cd` holds for the next.

    A command that is Talekeep alone runs in this process, any other in a shell.
    """

    def __init__(self, folder: Path, run_mixed: Callable[..., str]) -> None:
        self.top = folder
        self.folder = folder
        self.run_mixed = run_mixed
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.environment = {**os.environ, "PATH": path, "GIT_PAGER": "cat", "COLUMNS": "100"}

    def run(self, command: str) -> str:
        if command.startswith("cd "):
            self.folder = (self.folder / command[3:]).resolve()
            return f"$ {command}\n"
        output = self._output(command)
        return f"$ {command}\n" + output.replace(str(self.top), "~").rstrip("\n") + "\n" * bool(output)

    def _output(self, command: str) -> str:
        if command.startswith("talekeep ") and not _SHELL_SIGNS & {*_unquoted(command)}:
            return self.run_mixed(*shlex.split(command)[1:], cwd=self.folder)
        completed = subprocess.run(
            ["sh", "-c", command],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            check=False,
        )
        return completed.stdout


# What a shell would do something with, outside quotes.
_SHELL_SIGNS = {*"|&;<>()$`*?[]{}~\\#\n"}


def _unquoted(command: str) -> str:
    # In double quotes a shell still looks for these three.
    return re.sub(r"'[^']*'|\"[^\"$`\\]*\"", "", command)


def test_hooks_named_for_the_pre_commit_framework_are_published() -> None:
    published = set(re.findall(r"- id: (\S+)", (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")))
    named = {
        one for page in PAGES for one in re.findall(r"- id: (talekeep\S+)", page.read_text(encoding="utf-8"))
    }
    assert named == published


def test_readme_holds_both_commands_for_a_fresh_machine() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for marker in ("<!-- demo-command -->", "<!-- test-command -->"):
        assert re.search(rf"{marker}\s*```sh\n.+\n```", text)


def commands() -> dict[str, click.Command]:
    collected = {}
    context = click.Context(cli, info_name="talekeep", help_option_names=["-h", "--help"])
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            inner = {sub: command.get_command(context, sub) for sub in command.list_commands(context)}
            collected.update({f"{name} {sub}": loaded for sub, loaded in inner.items() if loaded is not None})
        elif not command.hidden:
            collected[name] = command
    return dict(sorted(collected.items()))


def command_reference() -> str:
    pieces = ["# Commands\n\nWhat `--help` says of each. Exit codes: `docs/scripting.md`.\n"]
    for name, command in commands().items():
        top = click.Context(cli, info_name="talekeep", help_option_names=["-h", "--help"])
        for word in name.split()[:-1]:
            top = click.Context(click.Group(word), info_name=word, parent=top)
        context = click.Context(
            command, info_name=name.split()[-1], parent=top, max_content_width=90, terminal_width=90
        )
        pieces.append(f"## talekeep {name}\n\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(pieces)


def rule_reference() -> str:
    rows = [
        "# Rules\n\n`talekeep rule CODE` shows a rule with its reason and examples. Severities can be",
        "changed in `talekeep.toml`, for a code, the beginning of one, or a name:\n",
        '```toml\n[validation]\nprofile = "default"\n\n[validation.rules]\nT201 = "error"\nX3 = "off"\n```\n',
        f"| code | name | {' | '.join(rules.PROFILES)} | what it finds |",
        f"|---|---|{'---|' * len(rules.PROFILES)}---|",
    ]
    for rule in rules.RULES:
        levels = " | ".join(levels[rule.code] for levels in rules.PROFILES.values())
        rows.append(f"| {rule.code} | {rule.name} | {levels} | {rule.summary} |")
    return "\n".join(rows) + "\n"


# Commands whose method has another name.
METHODS = {
    "init": "talekeep.init",
    "clone": "talekeep.clone",
    "import": "import_files",
    "list": "entries",
    "edit": "save",
    "tag add": "tag",
    "tag remove": "untag",
    "tag set": "set_tags",
    "tag clear": "set_tags",
    "alternative choose": "alternatives.choose",
    "alternative list": "alternatives.list",
    "character import": "characters.import_cards",
    "combine": "talekeep.combine",
}
# Groups of commands, and what they are on a dataset.
GROUPS = {
    "category": "categories",
    "character": "characters",
    "prompt": "prompts",
    "remote": "remotes",
    "tag": "tags",
}
MARKS = ("<!-- commands and methods -->\n", "<!-- end -->\n")


def method_of(command: str) -> str:
    group, _, verb = command.partition(" ")
    name = METHODS.get(command, f"{GROUPS[group]}.{verb.replace('-', '_')}" if group in GROUPS else command)
    if name.startswith("talekeep."):
        return f"`{name}()`"
    return f"`dataset.{name}()`" if is_method(name) else "—"


def is_method(name: str) -> bool:
    first, _, last = name.partition(".")
    given = getattr(talekeep.Dataset, first, None)
    if not last or not isinstance(given, property):
        return given is not None and not isinstance(given, property)
    # What the property gives, by its annotation.
    return hasattr(given.fget.__annotations__["return"], last)


def method_table() -> str:
    """Every command with its method; sub-commands where one of their group has one."""
    rows = {name: method_of(name) for name in commands()}
    groups = {name.split()[0] for name, method in rows.items() if " " in name and method != "—"}
    plain = {name: m for name, m in rows.items() if " " not in name or name.split()[0] in groups}
    others = {name.split()[0] for name in rows if " " in name} - groups
    lines = [
        f"| `{name}` | {method} |" for name, method in sorted({**plain, **dict.fromkeys(others, "—")}.items())
    ]
    return "\n".join(["| command | Python |", "|---|---|", *lines]) + "\n"


def test_the_reference_of_methods_names_each_command_and_what_it_is_in_python() -> None:
    page = ROOT / "docs" / "scripting.md"
    before, _, rest = page.read_text(encoding="utf-8").partition(MARKS[0])
    table, _, after = rest.partition(MARKS[1])
    if UPDATE:
        table = method_table()
        page.write_text(f"{before}{MARKS[0]}{table}{MARKS[1]}{after}", encoding="utf-8")
    assert table == method_table()
    assert METHODS.keys() <= commands().keys()


@pytest.mark.parametrize(("name", "made"), [("commands.md", command_reference), ("rules.md", rule_reference)])
def test_reference_pages_are_what_the_program_says(name: str, made: object) -> None:
    assert callable(made)
    page = ROOT / "docs" / name
    if UPDATE:
        page.write_text(made(), encoding="utf-8")
    assert page.read_text(encoding="utf-8") == made()


def test_hints_and_pages_name_only_commands_that_exist() -> None:
    named = re.compile(r"talekeep(?: -C \S+)? ([a-z]+)\b(?![:\]])")
    prose = {"is", "has", "was", "and", "knows", "to", "in", "on", "does", "reads", "with", "import", "path"}
    known = {*cli.list_commands(click.Context(cli)), *prose}
    texts = [*(ROOT / "src").rglob("*.py"), *PAGES, *(ROOT / "templates").rglob("*"), ROOT / "hooks" / "hook"]
    unknown = {
        f"{page.relative_to(ROOT)}: talekeep {word}"
        for page in texts
        if page.is_file()
        for line in page.read_text(encoding="utf-8").splitlines()
        if not line.lstrip().startswith(("from ", "import "))
        for word in named.findall(line)
        if word not in known
    }
    assert unknown == set()
