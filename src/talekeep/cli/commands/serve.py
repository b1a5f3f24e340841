"""The command `serve`."""

from dataclasses import dataclass
from pathlib import Path

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.core.errors import Refused


@dataclass(frozen=True, slots=True)
class Served:
    """Where the page is, and of which dataset; printed when it can be opened."""

    address: str
    dataset: str


@command("serve")
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Listen there; else on any free port.")
@click.option("--no-open", is_flag=True, help="Print the address and open no browser.")
def serve(app: App, path: Path | None, port: int, no_open: bool) -> None:
    """Open a page in the browser to read, search, edit and review, until Ctrl-C.

    The page is on this machine alone, and only the printed address lets somebody in. It does what the
    commands do: each change is a commit, and other commands may run meanwhile. From another machine, use ssh
    -L 8765:127.0.0.1:8765 and --port 8765.

    \b
    Examples:
      talekeep serve
      talekeep serve ~/harbor --port 8765 --no-open
    """
    place = App(app.folder / path if path else app.folder, app.output)
    folder, name = place.dataset.path, place.dataset.config.name
    place.close()
    try:
        from talekeep.web.serve import serve as run
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("talekeep"):
            raise
        raise Refused(
            f"the page needs {missing.name}, which is not installed", "pip install 'talekeep[web]'"
        ) from None

    def started(address: str) -> None:
        app.output.answer("serve", Served(address, name), [address])
        app.output.say("Ctrl-C stops it")
        if not no_open:
            click.launch(address)

    run(folder, port, started)
