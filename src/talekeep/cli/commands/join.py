"""The command `join`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import no_commit_option
from talekeep.cli.app import where_option
from talekeep.cli.options.shared_options import entries_argument
from talekeep.cli.text.changes import answer_edited
from talekeep.cli.text.changes import answer_line
from talekeep.ops.entries import split_join


@command("join", writes=True, commits=True)
@entries_argument
@where_option
@click.option("--keep-prompts", is_flag=True, help="Keep a system prompt that differs where it stood.")
@click.option(
    "--take-first", is_flag=True, help="Where another top-level key differs, take the first entry's."
)
@no_commit_option
def join(
    app: App,
    entries: tuple[str, ...],
    where: str | None,
    keep_prompts: bool,
    take_first: bool,
    no_commit: bool,
    dry_run: bool,
) -> None:
    """Make one entry of several, in the order you name them (with --where in dataset order).

    The joined entry takes the place and the id of the first one; the other ids are no longer used. It has the
    tags of all. The first system prompt is kept; one that differs is left out and reported. If another
    top-level key differs, nothing is joined, unless you give --take-first.

    \b
    Examples:
      talekeep join 0193c7 0193c9
      talekeep join --where tag:chapter_one --keep-prompts --dry-run
    """
    result = split_join.join(
        app.dataset,
        entries,
        where=where,
        keep_prompts=keep_prompts,
        take_first=take_first,
        dry_run=dry_run,
        commit=not no_commit,
    )
    sentence = answer_line(dry_run, no_commit, "join", "Joined", len(result.retired) + 1)
    answer_edited(app, "join", result, sentence, dry_run=dry_run)
