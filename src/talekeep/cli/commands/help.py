"""The command `help`."""

import shutil
import sys
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import resources

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.core.errors import NotFound

# Topic → one sentence; each has a page of its name in the folder `topics`.
TOPICS = {
    "start": "From an empty folder to a file for training.",
    "queries": "How to choose entries: tag:x -tag:y words<40.",
    "formats": "Which files can be read and written.",
    "training": "Which export fits which trainer.",
    "merging": "How two versions become one, and how to settle conflicts.",
    "mirrors": "Backups in a folder that a sync program uploads.",
    "machines": "Working on two machines.",
    "hooks": "What runs at git commit, merge and push.",
    "privacy": "What stays on this machine, and what stops a push.",
    "scripting": "JSON answers, Python, many changes in one commit.",
    "exit-codes": "What each exit code means.",
    "rolethread": "Moving from RoleThread Lite, and back.",
    "sillytavern": "Bringing in SillyTavern chats and cards.",
    "glossary": "The words that are used here.",
}


@dataclass(frozen=True, slots=True)
class Help:
    """`text` is Markdown for a topic and plain text for a command; `topics` lists every topic."""

    topic: str | None
    text: str
    topics: dict[str, str]


@command("help")
@click.argument("words", nargs=-1, metavar="[TOPIC|COMMAND]...")
@click.pass_context
def help_(context: click.Context, app: App, words: tuple[str, ...]) -> None:
    """Explain a topic or a command; without a name, list all commands and topics.

    \b
    Examples:
      talekeep help start
      talekeep help tag add
    """
    topic = " ".join(words) or None
    if topic in TOPICS:
        text = topic_text(topic or "")
        shown = _rendered(text) if sys.stdout.isatty() else text
    else:
        shown = text = _of_command(context.find_root(), words)
        if topic is None:
            rows = [f"  {name:<12} {sentence}" for name, sentence in TOPICS.items()]
            shown = text = "\n".join([text, "", "Topics (talekeep help TOPIC):", *rows])
    app.output.answer("help", Help(topic, text, TOPICS), [shown.rstrip("\n")])


def topic_text(name: str) -> str:
    """The page of a topic, as Markdown."""
    return (resources.files("talekeep.cli") / "topics" / f"{name}.md").read_text(encoding="utf-8")


def _of_command(context: click.Context, words: tuple[str, ...]) -> str:
    for word in words:
        group = context.command
        subcommand = group.get_command(context, word) if isinstance(group, click.Group) else None
        if subcommand is None:
            raise _unknown(context, words)
        context = click.Context(subcommand, info_name=word, parent=context, **subcommand.context_settings)
    return context.get_help()


def _unknown(context: click.Context, words: tuple[str, ...]) -> NotFound:
    from talekeep.cli.synonyms import SYNONYMS

    named = " ".join(words)
    message = f"there is no command or topic {named}"
    if named in SYNONYMS:
        return NotFound(message, SYNONYMS[named])
    group = context.find_root().command
    commands = group.list_commands(context) if isinstance(group, click.Group) else []
    near = get_close_matches(named, [*TOPICS, *commands], 1)
    return NotFound(message, f"talekeep help {near[0]}" if near else "talekeep help lists them")


def _rendered(text: str) -> str:
    """Markdown as a terminal shows it, without control sequences."""
    import io

    from rich.console import Console
    from rich.markdown import Markdown

    page = io.StringIO()
    Console(file=page, width=min(shutil.get_terminal_size().columns, 100)).print(Markdown(text))
    return page.getvalue()
