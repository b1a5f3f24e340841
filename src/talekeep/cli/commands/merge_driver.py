"""The command `merge-driver`."""

from pathlib import Path

import click

from talekeep.cli.app import App
from talekeep.cli.app import command


@command("merge-driver", hidden=True)
@click.argument("base", type=click.Path(path_type=Path))
@click.argument("ours", type=click.Path(path_type=Path))
@click.argument("theirs", type=click.Path(path_type=Path))
@click.argument("path")
@click.option(
    "--ours-from",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Read our side there; only write OURS.",
)
@click.option("--bases", is_flag=True, help="What is merged are bases of a later merge.")
def merge_driver(
    app: App, base: Path, ours: Path, theirs: Path, path: str, ours_from: Path | None, bases: bool
) -> int:
    """Merge one file into OURS (git's merge driver) and say `merged`, `conflict` or `refused`.

    The word on stdout is what the wrapper in .git/hooks believes, not the exit code: a program that
    never got this far must not look like one that found a conflict. The result is written in one step.

    \b
    Examples:
      talekeep merge-driver base.jsonl ours.jsonl theirs.jsonl entries/0000/00000-3fa9.jsonl
      git merge darker-ending
    """
    from talekeep.store.filemerge import merge_bases
    from talekeep.store.filemerge import merge_file
    from talekeep.store.files import replace
    from talekeep.store.parts import allow_long_lines

    # Git starts it at the top of the work tree.
    allow_long_lines(app.folder)
    sides = base.read_bytes(), (ours_from or ours).read_bytes(), theirs.read_bytes()
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
    if merged.conflicts:
        app.output.say(f"talekeep conflicts lists what both sides changed in {path}")
    app.output.line("conflict" if merged.conflicts else "merged")
    return 0
