"""The command `demo`."""

import contextlib
import io
import shlex
import tempfile
from dataclasses import dataclass
from pathlib import Path

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.core import codec
from talekeep.core.errors import Problem
from talekeep.core.errors import Refused


@dataclass(frozen=True, slots=True)
class Demo:
    """The folder of the walk and the dataset in it."""

    path: str | None
    dataset: str | None = None


@command("demo", writes=True)
@click.argument("path", type=click.Path(path_type=Path), required=False)
def demo(app: App, path: Path | None, dry_run: bool) -> None:
    """See the main steps on sample conversations, in the new folder PATH.

    Import, a refused commit, repair by hand, a branch and its merge, a mirror, a restore: each step prints
    the command it runs. Without PATH it uses a temporary folder. Needs no git and no network.

    \b
    Examples:
      talekeep demo
      talekeep demo /tmp/tour
    """
    if dry_run:
        app.output.answer("demo", Demo(str(path) if path else None), ["Would walk through the demo"])
        return
    top = app.path(path or tempfile.mkdtemp(prefix="talekeep-demo-")).resolve()
    if top.exists() and (not top.is_dir() or any(top.iterdir())):
        raise Refused(f"{path} is there already", "talekeep demo SOMEWHERE-ELSE")
    _Tour(app, top).walk()
    app.output.answer("demo", Demo(str(top), str(top / "harbor")), [])


class _Tour:
    """The walk: everything happens below one folder."""

    def __init__(self, app: App, top: Path) -> None:
        self.app = app
        self.top = top
        self.harbor = top / "harbor"
        self.talking = False
        self.here = contextlib.nullcontext()

    def walk(self) -> None:
        self.samples()
        self.take_in()
        self.refuse_and_mend()
        self.branch_and_merge()
        self.save_and_restore()
        self.where_to_look()

    def samples(self) -> None:
        from talekeep.store.files import shipped

        self.top.mkdir(parents=True, exist_ok=True)
        for sample in sorted((shipped("templates") / "demo").iterdir()):
            (self.top / sample.name).write_bytes(sample.read_bytes())

    def take_in(self) -> None:
        self.say("A dataset is a git repository.")
        self.run("init", "harbor", where=self.top)
        self.say("Conversations come in from what other programs write, record by record. What cannot be")
        self.line("# taken is refused with its line and the reason; the rest goes in.")
        self.run("import", "../lighthouse.jsonl", "../market.json", "--tag", "demo")
        self.run("import", "../rough.jsonl", expect=1)
        self.run("list", "--limit", "4")

    def refuse_and_mend(self) -> None:
        self.say("Somebody breaks a line in an editor: the commit is refused, nothing is lost.")
        part = sorted((self.harbor / "entries").rglob("*.jsonl"))[0]
        whole = part.read_bytes()
        first, rest = whole.split(b"\n", 1)
        self.edit(part, first[:-1] + b"\n" + rest, "take the last character of line 1 away")
        self.run("commit", "-m", "An evening's work", expect=1)
        self.edit(part, whole, "put it back")
        self.run("status")

    def branch_and_merge(self) -> None:
        self.say("Two versions of one conversation: a darker one on a branch, a tag and a reply on main.")
        part = sorted((self.harbor / "entries").rglob("*.jsonl"))[0]
        self.run("branch", "darker")
        self.run("switch", "darker")
        self.edit(part, _changed(part, 2, "The lamp had gone out. "), "Mara's first reply, darker")
        self.run("commit", "-m", "Let the lamp go out")
        self.run("switch", "main")
        self.edit(part, _changed(part, 3, "I look at the sea. ", tag="night"), "Wren's answer, and a tag")
        self.run("diff")
        self.run("commit", "-m", "Look at the sea, tag the night")
        self.run("merge", "darker")

    def save_and_restore(self) -> None:
        self.say("A mirror is a folder of plain files that a sync program may upload.")
        (self.top / "synced").mkdir()
        self.run("remote", "add", "backup", "../synced")
        self.run("push", "backup")
        self.run("clone", "synced/harbor-backup", "restored", where=self.top)
        same = self._content("harbor") == self._content("restored")
        if not same:
            raise Refused("the restored dataset differs from the first one")
        self.say("The restored entries are the same, byte for byte.")
        self.run("export", "../train.jsonl", "--clean")

    def where_to_look(self) -> None:
        self.say("Where to look now:")
        for place, what in (
            (
                "harbor",
                "the dataset: git log -p reads as conversations",
            ),
            ("harbor/entries", "the entries, one a line: cat, grep and any trainer read them"),
            ("synced/harbor-backup/README.txt", "how to restore with git alone"),
            ("train.jsonl", "nothing but the conversations, ready to train on"),
        ):
            self.line(f"  {self.top / place}\n      {what}")

    def _content(self, name: str) -> list[bytes]:
        return [p.read_bytes() for p in sorted((self.top / name / "entries").rglob("*.jsonl"))]

    def line(self, text: str) -> None:
        if not self.app.output.as_json:
            self.app.output.line(text)

    def say(self, text: str) -> None:
        self.line(f"\n# {text}" if self.talking else f"# {text}")
        self.talking = True

    def edit(self, part: Path, data: bytes, what: str) -> None:
        self.line(f"$ edit {part.relative_to(self.top).as_posix()}   # {what}")
        part.write_bytes(data)

    def run(self, *arguments: str, where: Path | None = None, expect: int = 0) -> None:
        """Run one command as the user would; `expect` is its exit code."""
        from talekeep.cli import cli

        self.line(f"$ talekeep {shlex.join(arguments)}")
        words = ["-C", str(where or self.harbor), *arguments, "--quiet"]
        try:
            with contextlib.redirect_stdout(io.StringIO()) if self.app.output.as_json else self.here:
                code = cli.main(words, prog_name="talekeep", standalone_mode=False) or 0
        except Problem as problem:
            code = problem.exit_code
            self.line(f"error: {problem.message}\nhint: {problem.hint}")
        if code != expect:
            raise Refused(f"talekeep {arguments[0]} ended with {code} instead of {expect}")


def _changed(part: Path, message: int, opening: str, tag: str | None = None) -> bytes:
    """The part with the first entry's message (from 0, after the system prompt's 0) begun differently."""
    first, rest = part.read_bytes().split(b"\n", 1)
    entry = codec.decode(first)
    messages = [*entry["messages"]]
    messages[message] = {**messages[message], "content": opening + messages[message]["content"]}
    tags = [*entry["tags"], tag] if tag else entry["tags"]
    return codec.encode({**entry, "messages": messages, "tags": tags}) + rest
