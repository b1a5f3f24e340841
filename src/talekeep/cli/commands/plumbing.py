"""What git calls: hooks and the textconv driver. Not for people, and light to start."""

import sys
from pathlib import Path

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.output import harmless


@command("textconv", hidden=True)
@click.argument("file", type=click.Path(path_type=Path))
def textconv(app: App, file: Path) -> None:
    """Print a part as scripts (git's diff driver).

    \b
    Examples:
      talekeep textconv entries/0000/00000-3fa9.jsonl
      git config diff.talekeep.textconv 'talekeep textconv'
    """
    from talekeep.core import script

    for line in script.render_part(file.read_bytes().split(b"\n")):
        # Git sends this to a terminal as it is.
        app.output.line(harmless(line))


@command("merge-driver", hidden=True)
@click.argument("base", type=click.Path(path_type=Path))
@click.argument("ours", type=click.Path(path_type=Path))
@click.argument("theirs", type=click.Path(path_type=Path))
@click.argument("path")
@click.option("--bases", is_flag=True, help="What is merged are bases of a later merge.")
def merge_driver(app: App, base: Path, ours: Path, theirs: Path, path: str, bases: bool) -> int:
    """Merge one file into OURS (git's merge driver) and say `merged`, `conflict` or `refused`.

    The word on stdout is what the wrapper in .git/hooks believes, not the exit code: a program that
    never got this far must not look like one that found a conflict.

    \b
    Examples:
      talekeep merge-driver base.jsonl ours.jsonl theirs.jsonl entries/0000/00000-3fa9.jsonl
      git merge darker-ending
    """
    from talekeep.store.filemerge import merge_bases
    from talekeep.store.filemerge import merge_file
    from talekeep.store.files import replace

    sides = base.read_bytes(), ours.read_bytes(), theirs.read_bytes()
    if bases:
        common = merge_bases(path, *sides)
        if common is not None:
            replace(ours, common)
        app.output.line("refused" if common is None else "merged")
        return 0
    merged = merge_file(path, sides)
    if merged.refused is not None or merged.markers or merged.data is None:
        app.output.line("refused")
        return 0
    replace(ours, merged.data)
    app.output.line("conflict" if merged.conflicts else "merged")
    return 0


@command("hook", hidden=True)
@click.argument("name")
@click.argument("arguments", nargs=-1)
def hook(app: App, name: str, arguments: tuple[str, ...]) -> None:
    """Answer a git hook, called as git calls it.

    pre-commit and pre-merge-commit validate what is staged, commit-msg adds trailers to the message,
    post-merge and post-checkout look at what is there now, pre-push at what leaves and where to.

    \b
    Examples:
      talekeep hook pre-commit
      talekeep hook commit-msg .git/COMMIT_EDITMSG
    """
    if name == "commit-msg" and arguments:
        _add_trailers(app, arguments)
        return
    from talekeep.ops import hooks

    given = sys.stdin.read() if name == "pre-push" else ""
    remark = hooks.run(app.dataset, name, arguments, given)
    if remark is not None:
        app.output.line(remark)


def _add_trailers(app: App, arguments: tuple[str, ...]) -> None:
    from talekeep.ops import trailing
    from talekeep.store.git.repository import Repository

    # Git starts hooks in the top folder. The second argument is the wrapper's: the process of git.
    git = int(arguments[1]) if len(arguments) > 1 else None
    repo = Repository.open(app.path(".").resolve())
    trailing.add_trailers(repo, app.path(arguments[0]), git)
    repo.close()
