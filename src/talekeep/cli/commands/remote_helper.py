"""The command `remote-helper`."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.core.errors import Refused
from talekeep.remotes.kinds import FOLDER

if TYPE_CHECKING:
    from talekeep.ops.remotes.remote_helper import Asked
    from talekeep.store.dataset import Dataset

_CAPABILITIES = "fetch\npush\noption\n\n"
_OPTIONS = ("verbosity", "progress", "dry-run", "cloning", "force")


def main() -> int:
    """The program itself.

    Returns:
        The exit code, as of any command.
    """
    from talekeep.cli import main as run

    return run(["remote-helper", "--", *sys.argv[1:]])


@command("remote-helper", hidden=True)
@click.argument("name")
@click.argument("address", required=False)
def remote_helper(app: App, name: str, address: str | None) -> None:
    """Answer git about the mirror at ADDRESS, in the protocol of gitremote-helpers(7).

    \b
    Examples:
      talekeep remote-helper backup ~/Dropbox/Backups/harbor-backup
      git push backup
    """
    _Helper(app, name, FOLDER.address(address or name)).serve()


class _Helper:
    """One session with git: commands on stdin, answers on stdout, messages for people on stderr."""

    def __init__(self, app: App, name: str, address: str) -> None:
        self.app = app
        self.name = name
        self.address = address
        self.options: dict[str, str] = {}
        # Seen from the folder git was started in, as git itself resolves it.
        self.git_dir = Path(os.environ["GIT_DIR"]).absolute() if os.environ.get("GIT_DIR") else None

    def serve(self) -> None:
        """Answer until git has no more to ask.

        Raises:
            Refused: git asks what this helper does not do. And whatever the operation raises.
        """
        while line := _read():
            verb, _, rest = line.partition(" ")
            match verb:
                case "capabilities":
                    _write(_CAPABILITIES)
                case "option":
                    self._option(*rest.split(" ", 1))
                case "list":
                    self._list(for_push=rest == "for-push")
                case "fetch":
                    self._fetch()
                case "push":
                    self._push([rest, *_batch("push ")])
                case _:
                    raise Refused(
                        f"git asks for {verb!r}, which a mirror cannot do", "talekeep push, fetch or clone"
                    )

    def _option(self, name: str, value: str = "") -> None:
        self.options[name] = value
        _write("ok\n" if name in _OPTIONS else "unsupported\n")

    def _list(self, *, for_push: bool) -> None:
        from talekeep.ops.remotes import remote_helper as operation

        if for_push:
            refs = operation.listed_for_push(self._dataset(), self.name, self.address)
            _write("".join(f"{value} {ref}\n" for ref, value in refs.items()) + "\n")
            return
        result = operation.listed(self.git_dir, self.name, self.address)
        for note in result.notes:
            self.app.output.say(note)
        head = f"@{result.head} HEAD\n" if result.head else ""
        _write("".join(f"{value} {ref}\n" for ref, value in result.refs.items()) + head + "\n")

    def _dataset(self) -> "Dataset":
        """The dataset git works in.

        Raises:
            NotFound: it works in none. Refused: in another one than the folder it runs in.
        """
        dataset = self.app.dataset
        if self.git_dir is None or not dataset.repo.git_dir.samefile(self.git_dir):
            raise Refused(f"git does not work in {dataset.path}", "run it in the folder of the dataset")
        return dataset

    def _fetch(self) -> None:
        from talekeep.ops.remotes import remote_helper as operation

        # What was listed is here already.
        for _ in _batch("fetch "):
            continue
        if self.options.get("cloning") == "true":
            self.app.output.say("hooks and drivers do not come with a clone; in it, run: talekeep setup")
            mirror = operation.mirror_at(self.address)
            if self.address != str(mirror):
                self.app.output.say(f"and, for later: git remote set-url {self.name} '{FOLDER.url(mirror)}'")
        _write("\n")

    def _push(self, lines: list[str]) -> None:
        from talekeep.ops.remotes import remote_helper as operation

        asked, dry_run = [_asked(line) for line in lines], self.options.get("dry-run") == "true"
        result = operation.push(self._dataset(), self.name, self.address, asked, dry_run=dry_run)
        say = self.app.output.say
        if result.pushed is not None:
            say(result.pushed.sentence())
            say(f"a mirror saves every branch and tag: {', '.join(result.saved)}")
            for note in result.pushed.notes:
                say(note)
        if any(one.forced for one in asked):
            say("force changes nothing here: no push overwrites an earlier one")
        for target, why in result.refused.items():
            _write(f"ok {target}\n" if why is None else f"error {target} {why}\n")
        _write("\n")


def _asked(line: str) -> "Asked":
    from talekeep.ops.remotes.remote_helper import Asked

    source, _, target = line.removeprefix("+").partition(":")
    return Asked(source or None, target, line.startswith("+"))


def _batch(prefix: str) -> Iterator[str]:
    """The rest of a batch of commands, up to the empty line that ends it."""
    while line := _read():
        yield line.removeprefix(prefix)


def _read() -> str:
    return sys.stdin.buffer.readline().decode("utf-8", "surrogateescape").rstrip("\n")


def _write(text: str) -> None:
    sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
    sys.stdout.buffer.flush()
