"""The command `replace`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import no_commit_option
from talekeep.cli.app import where_option
from talekeep.cli.options.shared_options import entries_argument
from talekeep.cli.options.shared_options import words
from talekeep.cli.text.changes import answer_edited
from talekeep.cli.text.changes import answer_line
from talekeep.core.entry import ROLES
from talekeep.ops.entries import replace as operation


@command("replace", writes=True, commits=True)
@click.argument("find")
@click.argument("replacement")
@entries_argument
@where_option
@click.option(
    "--in",
    "roles",
    metavar="ROLE[,ROLE]",
    default=",".join(ROLES),
    callback=words,
    help="Only in messages of these roles, e.g. user,assistant.",
)
@click.option("--ignore-case", is_flag=True, help="Find it in any case.")
@click.option("--whole-word", is_flag=True, help="Find it only as whole words.")
@click.option("--loose", is_flag=True, help="Find it whatever its accents.")
@click.option("--regex", is_flag=True, help=r"FIND is a regular expression, \1 in REPLACEMENT a group of it.")
@no_commit_option
def replace(
    app: App,
    find: str,
    replacement: str,
    entries: tuple[str, ...],
    where: str | None,
    roles: list[str],
    ignore_case: bool,
    whole_word: bool,
    loose: bool,
    regex: bool,
    no_commit: bool,
    dry_run: bool,
) -> None:
    """Replace FIND with REPLACEMENT in the texts of messages; names, keys and tool calls do not change.

    Give entries or --where; --where '' means all entries. With --dry-run every change is shown. FIND is
    looked for as search does it (width, invisible signs, white space between words), but in its own case.

    \b
    Examples:
      talekeep replace Mara Maren --where '' --whole-word --dry-run
      talekeep replace "the harbor" "the harbour" --where tag:draft --in assistant
    """
    search = operation.Search(find, roles, ignore_case, whole_word, regex, loose)
    result = operation.replace(
        app.dataset, search, replacement, entries, where=where, dry_run=dry_run, commit=not no_commit
    )
    places = f"{result.replacements} place{'' if result.replacements == 1 else 's'} in"
    verbs = f"replace {places}", f"Replaced {places}"
    sentence = answer_line(dry_run, no_commit, *verbs, len(result.changed))
    answer_edited(app, "replace", result, sentence, dry_run=dry_run)
