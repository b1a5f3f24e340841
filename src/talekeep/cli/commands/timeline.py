"""`log`, `blame`, `restore`, `snapshot`: what was when, and how to get it back."""

from collections.abc import Iterable
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command

if TYPE_CHECKING:
    from talekeep.cli.output import Meaning
    from talekeep.ops.blaming import Blamed
    from talekeep.ops.blaming import KeyBlame
    from talekeep.ops.blaming import MessageBlame
    from talekeep.ops.blaming import TagsBlame
    from talekeep.ops.entry_history import EntryChange
    from talekeep.ops.entry_history import EntryLog
    from talekeep.ops.history import LogRow
    from talekeep.ops.restoring import Restored
    from talekeep.ops.snapshots import Snapshots
    from talekeep.ops.undoing import Operation

_SHOWN = 20
_MEANINGS: "dict[str, Meaning]" = {"added": "added", "removed": "removed"}


@command("log")
@click.argument("name", required=False, metavar="[REV|ENTRY]")
@click.option(
    "--rev", metavar="REV", help="Start there: a commit, branch or snapshot; the name is then an entry."
)
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Commits to show.")
@click.option("--ops", is_flag=True, help="Operations of this branch, with those that are undone marked.")
def log(app: App, name: str | None, rev: str | None, limit: int, ops: bool) -> None:
    """Show commits, newest first: all, those up to REV, or those that changed ENTRY.

    ENTRY is an id or a unique beginning of one. It is followed into other parts, and found though it was
    removed; below each commit stands what it did to the entry.

    \b
    Examples:
      talekeep log
      talekeep log main --limit 5 --json
      talekeep log 0193c7
      talekeep log --ops
    """
    from talekeep.ops import entry_history
    from talekeep.ops import history

    if ops:
        from talekeep.ops import undoing

        listed = undoing.operations(app.dataset, limit)
        app.output.answer("log", {"operations": listed}, map(_operation_line, listed))
        return
    if name is not None and (rev is not None or entry_history.is_entry(app.dataset, name)):
        found = entry_history.log_entry(app.dataset, name, revision=rev or "HEAD", limit=limit)
        app.output.answer("log", found, _entry_log_lines(app, found))
        return
    rows = history.log(app.dataset, limit=limit, revision=name or rev or "HEAD")
    app.output.answer("log", {"commits": rows}, (_log_line(app, row) for row in rows))


def _operation_line(row: "Operation") -> str:
    undone = "  (undone)" if row.undone else ""
    return f"{row.id[:7]}  {row.operation or '-':<16} {row.subject}{undone}"


def _log_line(app: App, row: "LogRow") -> str:
    counts = ""
    if row.entries:
        counts = f"  (+{row.entries['added']} ~{row.entries['changed']} -{row.entries['removed']})"
    return (
        f"{app.output.style(row.id[:7], 'hint')}  {row.time[:10]}  {row.subject}{counts}  {_who(row.author)}"
    )


def _who(author: str | None) -> str:
    return (author or "").partition(" <")[0]


def _entry_log_lines(app: App, found: "EntryLog") -> Iterator[str]:
    yield app.output.style(f"entry {found.entry}", "strong")
    for row, change in zip(found.commits, found.changes, strict=True):
        head = app.output.style(row.id[:7], "hint")
        yield f"{head}  {row.time[:10]}  {row.subject}  {_who(row.author)}"
        kind = app.output.style(change.kind, _MEANINGS.get(change.kind, "strong"))
        yield f"         {kind}{_details(change)}"


def _details(change: "EntryChange") -> str:
    said = []
    for message in change.messages:
        at = message.before if message.after is None else message.after
        said.append(f"{message.kind} message {(at or 0) + 1}")
    said += [f"+{tag}" for tag in change.tags_added] + [f"-{tag}" for tag in change.tags_removed]
    said += list(change.keys)
    if change.moved_from is not None:
        said.append(f"from {change.moved_from} to {change.part}")
    return f": {', '.join(said)}" if said else ""


@command("blame")
@click.argument("entry")
@click.option("--rev", metavar="REV", help="The entry as it was there: a commit, branch or snapshot.")
def blame(app: App, entry: str, rev: str | None) -> None:
    """Show which commit gave each message of ENTRY, its tags and other keys their present value.

    A message keeps its commit when others come and go around it or the entry moves. What is not committed
    yet has none.

    \b
    Examples:
      talekeep blame 0193c7
      talekeep blame 0193c7 --rev first-draft --json
    """
    from talekeep.ops import blaming

    found = blaming.blame(app.dataset, entry, revision=rev)
    app.output.answer("blame", found, _blame_lines(app, found))


def _blame_lines(app: App, found: "Blamed") -> Iterator[str]:
    yield app.output.style(f"entry {found.entry}", "strong")
    authors = [row.author for row in found.messages] + [row.author for row in found.keys]
    width = max([len(_who(author)) for author in authors], default=0)
    for row in found.messages:
        name = f" · {row.name}" if row.name else ""
        yield f"{_origin(app, row, width)}  {row.index + 1:>3} {row.role or '?'}{name}: {row.opening}"
    if found.tags is not None:
        yield f"{_origin(app, found.tags, width)}  tags: {', '.join(found.tags.tags)}"
    yield from (f"{_origin(app, row, width)}  {row.key}" for row in found.keys)


def _origin(app: App, row: "MessageBlame | TagsBlame | KeyBlame", width: int) -> str:
    if row.commit is None:
        return app.output.style(f"{'not committed':<{39 + width}}", "dim")
    head = app.output.style(row.commit[:7], "hint")
    return f"{head}  {(row.time or '')[:10]}  {_who(row.author):<{width}}  {row.operation or '-':<16}"


@command("restore", writes=True)
@click.argument("entries", nargs=-1, metavar="[ENTRY]...")
@click.option("--from", "source", required=True, metavar="REV", help="Where they are as they shall be.")
@click.option("--where", metavar="QUERY", help="All entries that match in REV, e.g. 'tag:draft'.")
@click.option("--no-commit", is_flag=True, help="Stage the change and leave the commit to you.")
def restore(
    app: App, entries: tuple[str, ...], source: str, where: str | None, no_commit: bool, dry_run: bool
) -> None:
    """Put entries back as they were at REV, with their sidecars, as one commit.

    ENTRY is an id or a unique beginning of one, as REV has it. An entry that is gone comes back at the end of
    its part. No other entry is touched, and nothing that is not committed is overwritten.

    \b
    Examples:
      talekeep restore 0193c7 --from HEAD~2
      talekeep restore --where 'tag:approved' --from first-draft --dry-run
    """
    from talekeep.ops import restoring

    done = restoring.restore(
        app.dataset, entries, source=source, where=where, dry_run=dry_run, commit=not no_commit
    )
    app.output.answer("restore", done, _restore_lines(app, done, dry_run, no_commit))


def _restore_lines(app: App, done: "Restored", dry_run: bool, staged: bool) -> Iterator[str]:
    changed = [row for row in done.entries if row.kind != "same"]
    yield from (f"{row.kind} {row.id}" for row in changed[:_SHOWN])
    if len(changed) > _SHOWN:
        yield f"… and {len(changed) - _SHOWN} more"
    if not changed:
        few = "the entry is" if done.same == 1 else f"all {done.same} entries are"
        why = f"{few} as in {done.source[:7]}" if done.same else f"no entry matches in {done.source[:7]}"
        yield f"Nothing to restore: {why}"
        return
    verb = "Would restore" if dry_run else "Staged" if staged else "Restored"
    at = f"  [{done.commit[:7]}]" if done.commit else ""
    same = f", {done.same} as they were" if done.same else ""
    yield f"{verb} +{done.added} ~{done.changed} entries from {done.source[:7]}{same}{at}"


@command("snapshot", writes=True)
@click.argument("name", required=False)
@click.option("--note", default="", metavar="TEXT", help="What to remember about it.")
@click.option("--rev", default="HEAD", show_default=True, metavar="REV", help="The commit to name.")
def snapshot(app: App, name: str | None, note: str, rev: str, dry_run: bool) -> None:
    """Give the last commit a name that stays, and a note; without NAME list snapshots.

    A snapshot is an annotated git tag. Wherever a revision is asked for, its name will do.

    \b
    Examples:
      talekeep snapshot first-draft --note "before the rewrite"
      talekeep snapshot
    """
    from talekeep.ops import snapshots

    if name is None:
        found = snapshots.snapshots(app.dataset)
        app.output.answer("snapshot", found, _snapshot_lines(app, found))
        return
    found = snapshots.snapshot(app.dataset, name, note=note, revision=rev, dry_run=dry_run)
    verb = "Would name" if dry_run else "Named"
    lines: Iterable[str] = [f"{verb} {found.made.commit[:7]} {name}"] if found.made else []
    app.output.answer("snapshot", found, lines)
    if found.uncommitted:
        app.output.say("changes that are not committed are not in it")


def _snapshot_lines(app: App, found: "Snapshots") -> Iterator[str]:
    width = max([len(row.name) for row in found.snapshots], default=0)
    for row in found.snapshots:
        note = f"  {' '.join(row.note.split())}" if row.note else ""
        yield f"{app.output.style(f'{row.name:<{width}}', 'strong')}  {row.commit[:7]}  {row.time[:10]}{note}"
    if not found.snapshots:
        yield "No snapshots"
