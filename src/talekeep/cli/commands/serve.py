"""The command `serve`."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.core.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from talekeep.web.topics import Topic


@dataclass(frozen=True, slots=True)
class Served:
    """Where the page is, and of which dataset; printed when it can be opened."""

    address: str
    dataset: str


@command("serve")
@click.argument("paths", metavar="[PATH]...", type=click.Path(path_type=Path), nargs=-1)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Listen there; else on any free port.")
@click.option("--no-open", is_flag=True, help="Print the address and open no browser.")
def serve(app: App, paths: tuple[Path, ...], port: int, no_open: bool) -> None:
    """Open a page in the browser to read, search, edit and review, until Ctrl-C.

    Of several datasets it lists all; they are served on the ports behind the one of the list.

    The page is on this machine alone, and only the printed address lets somebody in. It does what the
    commands do: each change is a commit, and other commands may run meanwhile. From another machine, use ssh
    -L 8765:127.0.0.1:8765 and --port 8765.

    \b
    Examples:
      talekeep serve
      talekeep serve ~/harbor --port 8765 --no-open
      talekeep serve ~/harbor ~/salvage
    """
    folders: dict[str, Path] = {}
    for name, folder in (_dataset(app, path) for path in paths or (Path(),)):
        folders[name if name not in folders else f"{name} ({folder})"] = folder
    try:
        from talekeep.web.serve import serve as run
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("talekeep"):
            raise
        raise Refused(
            f"the page needs {missing.name}, which is not installed", "pip install 'talekeep[web]'"
        ) from None

    def started(address: str) -> None:
        app.output.answer("serve", Served(address, ", ".join(folders)), [address])
        app.output.say("Ctrl-C stops it")
        if not no_open:
            click.launch(address)

    run(folders, port, started, _topics)


def _dataset(app: App, path: Path) -> tuple[str, Path]:
    """The name of a dataset, and its folder."""
    place = App(app.folder / path, app.output)
    folder, name = place.dataset.path, place.dataset.config.name
    place.close()
    return name, folder


def _topics() -> "Mapping[str, Topic]":
    from talekeep.cli.commands.help import TOPICS
    from talekeep.cli.commands.help import topic_text
    from talekeep.web.topics import Topic

    return {name: Topic(sentence, topic_text(name)) for name, sentence in TOPICS.items()}
