"""`duplicate`, `join`, `remove`, `replace`, `split`, `system`: changes of one entry or of many."""

from pathlib import Path
from typing import Any

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import no_commit_option
from talekeep.cli.app import where_option
from talekeep.cli.changes import answer_edited
from talekeep.cli.changes import said
from talekeep.core.entry import ROLES
from talekeep.core.errors import Usage

_entries = click.argument("entries", nargs=-1, metavar="[ENTRY]...")


def _numbers(_: Any, __: Any, text: str) -> list[int]:
    try:
        return [int(number) for number in text.split(",")]
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a list of numbers such as 2,5") from None


def _words(_: Any, __: Any, text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


@command("duplicate", writes=True)
@_entries
@where_option
@no_commit_option
def duplicate(app: App, entries: tuple[str, ...], where: str | None, no_commit: bool, dry_run: bool) -> None:
    """Copy entries: each copy stands right behind its original, with a new id and all else the same.

    \b
    Examples:
      talekeep duplicate 0193c7
      talekeep duplicate --where tag:template --dry-run
    """
    from talekeep.ops import shaping

    done = shaping.duplicate(app.dataset, entries, where=where, dry_run=dry_run, commit=not no_commit)
    sentence = said(dry_run, no_commit, "duplicate", "Duplicated", len(done.made))
    answer_edited(app, "duplicate", done, sentence, dry_run=dry_run)


@command("remove", writes=True)
@_entries
@where_option
@no_commit_option
def remove(app: App, entries: tuple[str, ...], where: str | None, no_commit: bool, dry_run: bool) -> None:
    """Remove entries, with what is known beside them. They stay in the history.

    \b
    Examples:
      talekeep remove 0193c7 0193c9
      talekeep remove --where 'tag:rejected exchanges<2' --dry-run
    """
    from talekeep.ops import shaping

    done = shaping.remove(app.dataset, entries, where=where, dry_run=dry_run, commit=not no_commit)
    sentence = said(dry_run, no_commit, "remove", "Removed", len(done.retired))
    answer_edited(app, "remove", done, sentence, dry_run=dry_run)
    if done.commit:
        app.output.say("talekeep undo brings them back")


@command("split", writes=True)
@_entries
@click.option(
    "--after",
    required=True,
    metavar="N[,N]",
    callback=_numbers,
    help="Cut after these exchanges, counted from 1.",
)
@where_option
@no_commit_option
def split(
    app: App, entries: tuple[str, ...], after: list[int], where: str | None, no_commit: bool, dry_run: bool
) -> None:
    """Cut an entry into several, after the exchanges you name.

    The parts stand where the entry stood, each with its system prompt, tags and other keys. The first part
    keeps the id, so its history goes on; the others get new ones. An exchange is a user message and what
    answers it, tool turns included; a system message inside the conversation goes with what follows it.

    \b
    Examples:
      talekeep split 0193c7 --after 4
      talekeep split 0193c7 --after 3,6 --dry-run
    """
    from talekeep.ops import shaping

    done = shaping.split(app.dataset, after, entries, where=where, dry_run=dry_run, commit=not no_commit)
    more = f" into {len(done.changed) + len(done.made)}"
    sentence = said(dry_run, no_commit, "split", "Split", len(done.changed), more)
    answer_edited(app, "split", done, sentence, dry_run=dry_run)


@command("join", writes=True)
@_entries
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

    The joined entry stands where the first stood and keeps its id; the other ids are retired. Tags are
    united. The first system prompt stands for all; one that differs is left out, and named. Where another
    top-level key differs nothing is joined, unless you say --take-first.

    \b
    Examples:
      talekeep join 0193c7 0193c9
      talekeep join --where tag:chapter_one --keep-prompts --dry-run
    """
    from talekeep.ops import shaping

    done = shaping.join(
        app.dataset,
        entries,
        where=where,
        keep_prompts=keep_prompts,
        take_first=take_first,
        dry_run=dry_run,
        commit=not no_commit,
    )
    sentence = said(dry_run, no_commit, "join", "Joined", len(done.retired) + 1)
    answer_edited(app, "join", done, sentence, dry_run=dry_run)


@command("replace", writes=True)
@click.argument("find")
@click.argument("replacement")
@_entries
@where_option
@click.option(
    "--in",
    "roles",
    metavar="ROLE[,ROLE]",
    default=",".join(ROLES),
    callback=_words,
    help="Only in messages of these roles, e.g. user,assistant.",
)
@click.option("--ignore-case", is_flag=True, help="Find it in any case.")
@click.option("--whole-word", is_flag=True, help="Find it only where no letter or digit touches it.")
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
    regex: bool,
    no_commit: bool,
    dry_run: bool,
) -> None:
    """Replace FIND by REPLACEMENT in the texts of messages; names, keys and tool calls are left alone.

    Name entries or give --where; --where '' means all of them. With --dry-run every change is shown.

    \b
    Examples:
      talekeep replace Mara Maren --where '' --whole-word --dry-run
      talekeep replace "the harbor" "the harbour" --where tag:draft --in assistant
    """
    from talekeep.ops import replacing

    search = replacing.Search(find, roles, ignore_case, whole_word, regex)
    done = replacing.replace(
        app.dataset, search, replacement, entries, where=where, dry_run=dry_run, commit=not no_commit
    )
    places = f"{done.replacements} place{'' if done.replacements == 1 else 's'} in"
    verbs = f"replace {places}", f"Replaced {places}"
    sentence = said(dry_run, no_commit, *verbs, len(done.changed))
    answer_edited(app, "replace", done, sentence, dry_run=dry_run)


@command("system", writes=True)
@_entries
@where_option
@click.option("--text", metavar="TEXT", help="The system prompt.")
@click.option(
    "--file", type=click.Path(path_type=Path, allow_dash=True), help="Take it from FILE (- for stdin)."
)
@click.option("--from", "source", metavar="ENTRY", help="Take that of another entry.")
@no_commit_option
def system(
    app: App,
    entries: tuple[str, ...],
    where: str | None,
    text: str | None,
    file: Path | None,
    source: str | None,
    no_commit: bool,
    dry_run: bool,
) -> None:
    """Give entries a system prompt: it replaces the one they have, or becomes their first message.

    \b
    Examples:
      talekeep system 0193c7 --text "You keep the lighthouse at Harrow Point."
      talekeep system --where tag:harbor --file prompt.txt --dry-run
    """
    from talekeep.ops import system_prompts

    prompt = _prompt(app, text, file, source)
    done = system_prompts.set_system(
        app.dataset, prompt, entries, where=where, dry_run=dry_run, commit=not no_commit
    )
    verbs = "set the system prompt of", "Set the system prompt of"
    sentence = said(dry_run, no_commit, *verbs, len(done.changed))
    answer_edited(app, "system", done, sentence, dry_run=dry_run)


def _prompt(app: App, text: str | None, file: Path | None, source: str | None) -> str:
    from talekeep.cli import editor
    from talekeep.ops import system_prompts

    if sum(given is not None for given in (text, file, source)) != 1:
        raise Usage("system needs one prompt", "--text TEXT, --file FILE or --from ENTRY")
    if source is not None:
        return system_prompts.system_of(app.dataset, source)
    return editor.read(app, file).rstrip("\n") if file is not None else str(text)
