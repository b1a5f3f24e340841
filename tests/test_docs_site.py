"""The documentation as a site: it builds without a warning, its reference is what the program says, and the
commands its pages show are taken with their options."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
import pytest

from talekeep import cli as command_line
from talekeep.metrics import table
from talekeep.ops.project import schema
from talekeep.training.trainers import TRAINERS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
UPDATE = bool(os.environ.get("UPDATE_DOCS"))
PAGES = sorted([ROOT / "README.md", *DOCS.rglob("*.md")])
_SHELL = re.compile(r"```sh\n(.*?)```", re.DOTALL)


def rows(head: Iterable[str], cells: Iterable[Iterable[Any]]) -> list[str]:
    head = list(head)
    lines = [head, ["---"] * len(head), *cells]
    return [f"| {' | '.join(str(cell) for cell in line)} |" for line in lines]


def reference(run: Any, folder: Path) -> str:
    """The page of what has names: trainers, metrics, settings, tags, schemas, exit codes."""
    run("init", "ds", cwd=folder, check=0)
    settings = run("-C", folder / "ds", "config", "--json", check=0).json["settings"]
    tags = run("-C", folder / "ds", "tag", "list", "--json", check=0).json["tags"]
    topics = ROOT / "src/talekeep/cli/topics"
    codes = (topics / "exit-codes.md").read_text(encoding="utf-8").split("\n", 2)[2].strip()
    queries = (topics / "queries.md").read_text(encoding="utf-8").split("\n", 2)[2].strip()
    described = (ROOT / "templates/dataset/talekeep.toml").read_text(encoding="utf-8")
    pieces = [
        "# Reference\n\nCommands are in [their own page](commands.md), rules in [theirs](rules.md),",
        "formats in [import and export](import-export.md).\n",
        "## Queries\n",
        queries,
        "\n## Exit codes\n",
        codes,
        "\n## Trainers\n\nNames for `fit --for` and `export --for`; see [training](training.md).\n",
        *rows(
            ("name", "trainer", "read in version"),
            ((f"`{t.NAME}`", t.TITLE, t.VERSION) for t in TRAINERS.values()),
        ),
        "\n## Metrics\n\nKeys of `metrics` in `talekeep insights --json`.\n",
        *rows(("name", "title"), ((f"`{m.name}`", m.title) for m in table.METRICS)),
        "\n## Settings\n\n`talekeep config KEY VALUE` changes one.\n",
        *rows(
            ("key", "default", "kept in"),
            ((f"`{s['key']}`", f"`{s['default']}`" if s["default"] else "", s["where"]) for s in settings),
        ),
        "\nEvery key of `talekeep.toml`, as `talekeep init` writes it:\n",
        f"```toml\n{described}```",
        "\n## Built-in tags\n\nTags of your own stand beside them: `talekeep tag create`.\n",
        *rows(("tag", "category"), ((f"`{t['tag']}`", t["category"]) for t in tags if t["built_in"])),
        "\n## Schemas\n\n`talekeep schema NAME` prints one.\n",
        ", ".join(f"`{name}`" for name in schema.names()),
    ]
    return "\n".join(pieces) + "\n"


def test_the_reference_is_what_the_program_says(run: Any, tmp_path: Path) -> None:
    page = DOCS / "reference.md"
    expected = reference(run, tmp_path)
    if UPDATE:
        page.write_text(expected, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == expected


def shown_commands() -> Iterator[tuple[Path, list[str]]]:
    """The lines of `sh` blocks that call talekeep, as arguments."""
    for page in PAGES:
        for block in _SHELL.findall(page.read_text(encoding="utf-8")):
            for line in block.replace("\\\n", " ").splitlines():
                words = shlex.split(re.sub(r"\s+(#|\||&&|>|;|<) .*", "", line.strip()), comments=True)
                if words[:1] == ["talekeep"]:
                    yield page, words[1:]


def fault_of(words: list[str]) -> str | None:
    """What click says against a line of arguments; None where it takes it."""
    command: click.Command = command_line.cli
    context = click.Context(command, info_name="talekeep", help_option_names=["-h", "--help"])
    if words[:1] == ["-C"]:
        words = words[2:]
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        inner = command.get_command(context, words[0])
        if inner is None:
            return f"there is no command {words[0]}"
        command, words = inner, words[1:]
    try:
        command.make_context(command.name, [*words], parent=context)
    except click.UsageError as error:
        return error.format_message()
    except click.exceptions.Exit:
        return None
    return None


def test_every_command_of_a_page_is_one_that_the_program_takes() -> None:
    faults = [
        f"{page.relative_to(ROOT)}: talekeep {shlex.join(words)}: {fault}"
        for page, words in shown_commands()
        if (fault := fault_of(words)) is not None
    ]
    assert faults == []


def test_a_wrong_option_on_a_page_would_be_found() -> None:
    assert fault_of(["export", "x.jsonl", "--nothing"]) is not None
    assert fault_of(["tag", "nothing"]) is not None
    assert fault_of(["tag", "add", "noir", "@1"]) is None


@pytest.mark.slow
@pytest.mark.skipif(find_spec("sphinx") is None, reason="the site is built with the extra docs")
def test_the_site_builds_without_a_warning_and_asks_for_nothing_outside(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html"]
    built = subprocess.run([*command, DOCS, tmp_path / "site"], capture_output=True, text=True, check=False)
    assert (built.returncode, built.stderr) == (0, "")

    pages = {page.relative_to(tmp_path / "site").as_posix() for page in (tmp_path / "site").rglob("*.html")}
    sources = {page.relative_to(DOCS).with_suffix(".html").as_posix() for page in DOCS.rglob("*.md")}
    assert sources - {"README.html"} <= pages
    loaded = re.compile(r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)=\"(?:https?:)?//[^\"]*\"")
    assert [
        loaded.findall(page.read_text(encoding="utf-8")) for page in (tmp_path / "site").rglob("*.html")
    ] == [[] for _ in pages]
