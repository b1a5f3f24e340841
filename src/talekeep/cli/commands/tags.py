"""`tag`: tags of entries, and lists of tags."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import rev_option
from talekeep.cli.app import where_option
from talekeep.cli.changes import answer_edited
from talekeep.cli.commands import vocabulary

if TYPE_CHECKING:
    from talekeep.ops.drafting import Edited
    from talekeep.ops.tag_lists import Only
    from talekeep.ops.tag_lists import TagList
    from talekeep.ops.tag_lists import TagRow


@click.group("tag")
def tag() -> None:
    """Tags of entries, and the vocabulary they come from.

    Tags that ship with Talekeep can be renamed, moved, archived and deleted like any other: that is this
    dataset's own decision. Every change is one commit, and talekeep undo takes it back.

    \b
    Examples:
      talekeep tag add slow_burn 0193c7
      talekeep tag list --used
      talekeep tag rename slow_burn long_burn
    """


def split(names: str) -> list[str]:
    """The names in `a,b`."""
    return [name for name in names.split(",") if name.strip()]


def _answer(app: App, done: "Edited", said: str, dry_run: bool) -> None:
    from talekeep.ops import plural

    answer_edited(app, "tag", done, f"{said} {plural(len(done.changed), 'entry')}", dry_run=dry_run)


@command("add", writes=True)
@click.argument("tags")
@click.argument("entries", nargs=-1)
@where_option
def add(app: App, tags: str, entries: tuple[str, ...], where: str | None, dry_run: bool) -> None:
    """Put TAGS (one, or several with commas) on ENTRIES.

    An old name puts the current one. A tag the vocabulary does not know is put there too, and waits in
    `talekeep tag review`; an archived or deleted one is refused.

    \b
    Examples:
      talekeep tag add slow_burn,dialogue 0193c7
      talekeep tag add needs_review --where 'issue:S101'
    """
    from talekeep.ops import tagging

    done = tagging.add(app.dataset, split(tags), entries, where=where, dry_run=dry_run)
    _answer(app, done, "Tag", dry_run)


@command("remove", writes=True)
@click.argument("tags")
@click.argument("entries", nargs=-1)
@where_option
def remove(app: App, tags: str, entries: tuple[str, ...], where: str | None, dry_run: bool) -> None:
    """Take TAGS (one, or several with commas) off ENTRIES, whatever old name they stand there under.

    \b
    Examples:
      talekeep tag remove draft 0193c7
      talekeep tag remove draft --where tag:approved
    """
    from talekeep.ops import tagging

    done = tagging.remove(app.dataset, split(tags), entries, where=where, dry_run=dry_run)
    _answer(app, done, "Untag", dry_run)


@command("set", writes=True)
@click.argument("tags")
@click.argument("entries", nargs=-1)
@where_option
def set_(app: App, tags: str, entries: tuple[str, ...], where: str | None, dry_run: bool) -> None:
    """Give ENTRIES these TAGS (one, or several with commas) in place of all they have.

    \b
    Examples:
      talekeep tag set slow_burn,approved 0193c7
      talekeep tag set draft --where untagged
    """
    from talekeep.ops import tagging

    done = tagging.put(app.dataset, split(tags), entries, where=where, dry_run=dry_run)
    _answer(app, done, "Set the tags of", dry_run)


@command("clear", writes=True)
@click.argument("entries", nargs=-1)
@where_option
def clear(app: App, entries: tuple[str, ...], where: str | None, dry_run: bool) -> None:
    """Take all tags off ENTRIES.

    \b
    Examples:
      talekeep tag clear 0193c7
      talekeep tag clear --where source:chat.jsonl
    """
    from talekeep.ops import tagging

    _answer(
        app,
        tagging.put(app.dataset, [], entries, where=where, dry_run=dry_run),
        "Clear the tags of",
        dry_run,
    )


@command("list")
@click.option("--used", "only", flag_value="used", help="Only tags that an entry carries.")
@click.option("--unused", "only", flag_value="unused", help="Only active tags that no entry carries.")
@click.option("--all", "only", flag_value="all", help="Archived, deleted and hidden tags too.")
@click.option("--review", "only", flag_value="review", help="Only those nobody decided over; see tag review.")
@click.option("--category", metavar="NAME", help="Only tags of this category.")
@rev_option
def list_(app: App, only: "Only | None", category: str | None, rev: str | None) -> None:
    """List tags by category, each with the number of entries that carry it.

    An entry counts once for a tag, under whatever old name or spelling it carries it. Without an option:
    the active tags, and whatever else stands on an entry.

    \b
    Examples:
      talekeep tag list --used
      talekeep tag list --category style --json
    """
    from talekeep.ops import tag_lists

    found = tag_lists.list_tags(app.dataset, only=only or "offered", category=category, revision=rev)
    app.output.answer("tag", found, _review_lines(found) if only == "review" else _list_lines(app, found))


def _list_lines(app: App, found: "TagList") -> Iterator[str]:
    from talekeep.ops import plural

    last = None
    for row in found.tags:
        head = row.category or ("no category" if row.status != "unknown" else "not in the vocabulary")
        if head != last:
            yield app.output.style(head, "strong")
            last = head
        yield f"  {row.tag:<24} {row.entries:>6}{_remarks(row)}"
    entries = plural(found.entries, "entry")
    yield f"{plural(len(found.tags), 'tag')}; {entries}, {found.untagged} untagged"


def _remarks(row: "TagRow") -> str:
    from talekeep.library.tags import display_name

    said = [row.name] if row.name != display_name(row.tag) else []
    said += [row.status] if row.status not in ("active", "unknown") else []
    said += [f"once {', '.join(row.old_names)}"] if row.old_names else []
    return f"  {'; '.join(said)}" if said else ""


@command("review")
@rev_option
def review(app: App, rev: str | None) -> None:
    """List the tags nobody decided over: they came with an import, and the vocabulary does not know them.

    Each with the number of entries that carry it, and some of them. Then: `tag adopt` takes one in,
    `tag merge` or `tag rename` makes another of it, `tag delete` takes it off.

    \b
    Examples:
      talekeep tag review
      talekeep tag review --json
    """
    from talekeep.ops import tag_lists

    found = tag_lists.list_tags(app.dataset, only="review", revision=rev)
    app.output.answer("tag", found, _review_lines(found))


def _review_lines(found: "TagList") -> Iterator[str]:
    if not found.tags:
        yield "Nothing to review"
        return
    for row in found.tags:
        spelled = f"  as {', '.join(row.spellings)}" if row.spellings else ""
        yield f"{row.entries:>6}  {row.tag:<24} {', '.join(row.examples)}{spelled}"
    yield f"{len(found.tags)} to review: talekeep tag adopt, merge, rename or delete"


for _command in (add, remove, set_, clear, list_, review, *vocabulary.FOR_TAGS):
    tag.add_command(_command)
