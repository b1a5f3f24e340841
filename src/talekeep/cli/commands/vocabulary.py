"""The life of tags (`tag create`, `tag rename`, …), and `category`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import rev_option
from talekeep.cli.changes import answer_edited

_category_option = click.option("--category", default="", metavar="NAME", help="The category to put it in.")


@command("create", writes=True)
@click.argument("names", nargs=-1, required=True)
@_category_option
def create(app: App, names: tuple[str, ...], category: str, dry_run: bool) -> None:
    """Make new tags, in any script; NAME as people shall read it.

    A deleted name is free, and so is one that is only the old name of another tag.

    \b
    Examples:
      talekeep tag create "Slow Burn" --category style
      talekeep tag create 恋愛 café
    """
    from talekeep.ops import vocabulary

    done = vocabulary.create(app.dataset, names, category=category, dry_run=dry_run)
    answer_edited(app, "tag", done, f"Create {', '.join(names)}", dry_run=dry_run)


@command("rename", writes=True)
@click.argument("old")
@click.argument("new")
def rename(app: App, old: str, new: str, dry_run: bool) -> None:
    """Call the tag OLD NEW, on every entry too.

    OLD stays known as an old name: entries that come in with it are understood, and `talekeep validate`
    names them. Renaming back works. Where only case or signs differ, only the name people read changes.

    \b
    Examples:
      talekeep tag rename slow_burn long_burn
      talekeep tag rename slow_burn "Slow-Burn"
    """
    from talekeep.ops import vocabulary

    done = vocabulary.rename(app.dataset, old, new, dry_run=dry_run)
    answer_edited(app, "tag", done, f"Rename {old} to {new}{_on(done.changed)}", dry_run=dry_run)


def _on(changed: list[str]) -> str:
    from talekeep.ops import plural

    return f" on {plural(len(changed), 'entry')}"


@command("merge", writes=True)
@click.argument("names", nargs=-1, required=True, metavar="FROM...")
@click.argument("into")
def merge(app: App, names: tuple[str, ...], into: str, dry_run: bool) -> None:
    """Make the tags FROM one with INTO, on every entry too; they become old names of it.

    \b
    Examples:
      talekeep tag merge slowburn slow-burning slow_burn
      talekeep tag merge noir film_noir --dry-run
    """
    from talekeep.ops import vocabulary

    done = vocabulary.merge(app.dataset, names, into, dry_run=dry_run)
    said = f"Merge {', '.join(names)} into {into}{_on(done.changed)}"
    answer_edited(app, "tag", done, said, dry_run=dry_run)


@command("move", writes=True)
@click.argument("names", nargs=-1, required=True, metavar="TAG...")
@click.argument("category")
def move(app: App, names: tuple[str, ...], category: str, dry_run: bool) -> None:
    """Put tags into CATEGORY. No entry changes.

    \b
    Examples:
      talekeep tag move slow_burn style
      talekeep tag move fog rain weather
    """
    from talekeep.ops import vocabulary

    done = vocabulary.move(app.dataset, names, category, dry_run=dry_run)
    answer_edited(app, "tag", done, f"Move {', '.join(names)} to {category}", dry_run=dry_run)


@command("archive", writes=True)
@click.argument("names", nargs=-1, required=True, metavar="TAG...")
@click.option("--hide", is_flag=True, help="Do not even list them.")
def archive(app: App, names: tuple[str, ...], hide: bool, dry_run: bool) -> None:
    """Keep tags and offer them no longer. They stay on the entries that carry them.

    \b
    Examples:
      talekeep tag archive grounded
      talekeep tag archive converted --hide
    """
    from talekeep.ops import vocabulary

    done = vocabulary.archive(app.dataset, names, hidden=hide, dry_run=dry_run)
    answer_edited(app, "tag", done, f"Archive {', '.join(names)}", dry_run=dry_run)


@command("restore", writes=True)
@click.argument("names", nargs=-1, required=True, metavar="TAG...")
def restore(app: App, names: tuple[str, ...], dry_run: bool) -> None:
    """Make archived, deleted or hidden tags active again.

    Entries that a deleted tag was taken off stay without it; `talekeep undo` of the deletion brings it back
    on them as well.

    \b
    Examples:
      talekeep tag restore grounded
      talekeep tag restore grounded fog --dry-run
    """
    from talekeep.ops import vocabulary

    done = vocabulary.restore(app.dataset, names, dry_run=dry_run)
    answer_edited(app, "tag", done, f"Restore {', '.join(names)}", dry_run=dry_run)


@command("delete", writes=True)
@click.argument("names", nargs=-1, required=True, metavar="TAG...")
@click.option("--keep-on-entries", is_flag=True, help="Leave them on the entries that carry them.")
def delete(app: App, names: tuple[str, ...], keep_on_entries: bool, dry_run: bool) -> None:
    """Retire tags and take them off every entry. They can be restored, or created anew.

    \b
    Examples:
      talekeep tag delete fog
      talekeep tag delete fog rain --keep-on-entries
    """
    from talekeep.ops import vocabulary

    done = vocabulary.delete(app.dataset, names, keep_on_entries=keep_on_entries, dry_run=dry_run)
    said = f"Delete {', '.join(names)}{'' if keep_on_entries else _on(done.changed)}"
    answer_edited(app, "tag", done, said, dry_run=dry_run)


@command("adopt", writes=True)
@click.argument("names", nargs=-1, required=True, metavar="TAG...")
@_category_option
def adopt(app: App, names: tuple[str, ...], category: str, dry_run: bool) -> None:
    """Take tags that stand on entries into the vocabulary. `talekeep tag review` lists them.

    \b
    Examples:
      talekeep tag adopt noir --category style
      talekeep tag adopt fog rain
    """
    from talekeep.ops import vocabulary

    done = vocabulary.adopt(app.dataset, names, category=category, dry_run=dry_run)
    answer_edited(app, "tag", done, f"Adopt {', '.join(names)}", dry_run=dry_run)


FOR_TAGS = (create, rename, merge, move, archive, restore, delete, adopt)


@click.group("category")
def category() -> None:
    """Categories of tags: create, rename, order, delete, list. No entry ever changes.

    \b
    Examples:
      talekeep category create Weather
      talekeep category list
    """


@command("list")
@rev_option
def list_(app: App, rev: str | None) -> None:
    """List categories in their order: their active tags, and the entries that carry any tag of them.

    \b
    Examples:
      talekeep category list
      talekeep category list --json
    """
    from talekeep.ops import tag_lists

    rows = tag_lists.list_categories(app.dataset, revision=rev)
    lines = [f"{row.name:<24} {row.tags:>4} tags {row.entries:>6} entries" for row in rows]
    app.output.answer("category", {"categories": rows}, lines)


@command("create", writes=True)
@click.argument("name")
def create_category(app: App, name: str, dry_run: bool) -> None:
    """Make a category behind the others.

    \b
    Examples:
      talekeep category create Weather
      talekeep category create "Sky & sea" --dry-run
    """
    from talekeep.ops import vocabulary

    done = vocabulary.create_category(app.dataset, name, dry_run=dry_run)
    answer_edited(app, "category", done, f"Create the category {name}", dry_run=dry_run)


@command("rename", writes=True)
@click.argument("old")
@click.argument("new")
def rename_category(app: App, old: str, new: str, dry_run: bool) -> None:
    """Call the category OLD NEW; its tags stay in it, those of other branches too.

    \b
    Examples:
      talekeep category rename style Voice
      talekeep category rename weather "Sky & sea"
    """
    from talekeep.ops import vocabulary

    done = vocabulary.rename_category(app.dataset, old, new, dry_run=dry_run)
    answer_edited(app, "category", done, f"Rename the category {old} to {new}", dry_run=dry_run)


@command("order", writes=True)
@click.argument("names", nargs=-1, required=True, metavar="CATEGORY...")
def order(app: App, names: tuple[str, ...], dry_run: bool) -> None:
    """Put categories first, in this order; the others follow in theirs.

    \b
    Examples:
      talekeep category order status weather
      talekeep category order weather --dry-run
    """
    from talekeep.ops import vocabulary

    done = vocabulary.order_categories(app.dataset, names, dry_run=dry_run)
    answer_edited(app, "category", done, f"Put first: {', '.join(names)}", dry_run=dry_run)


@command("delete", writes=True)
@click.argument("name")
def delete_category(app: App, name: str, dry_run: bool) -> None:
    """Take a category away that no active tag is in. Those that ship with Talekeep stay.

    \b
    Examples:
      talekeep category delete weather
      talekeep category delete weather --dry-run
    """
    from talekeep.ops import vocabulary

    done = vocabulary.delete_category(app.dataset, name, dry_run=dry_run)
    answer_edited(app, "category", done, f"Delete the category {name}", dry_run=dry_run)


for _command in (list_, create_category, rename_category, order, delete_category):
    category.add_command(_command)
