"""Changes of entries as people read them: `diff`, and what an editing command did or would do."""

import json
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import TYPE_CHECKING

from talekeep.cli.app import App
from talekeep.ops import plural

if TYPE_CHECKING:
    from talekeep.cli.output import Meaning
    from talekeep.core.entry import Entry
    from talekeep.core.finding import Finding
    from talekeep.core.merge.diff import Change
    from talekeep.core.merge.diff import MessageChange
    from talekeep.core.text.word_diff import Op
    from talekeep.ops.merge.undo import Undone
    from talekeep.ops.workspace.changeset import Edited

_SHOWN = 20
_NAMED = 8
# Characters of a text that did not change, before it loses its middle.
_LONGEST = 160
_SIGNS: "dict[str, tuple[str, Meaning]]" = {"added": ("+", "added"), "removed": ("-", "removed")}
_MARKS: "dict[str, tuple[str, str, Meaning]]" = {"-": ("[-", "-]", "removed"), "+": ("{+", "+}", "added")}


def answer_edited(app: App, name: str, result: "Edited", sentence: str, *, dry_run: bool) -> None:
    """The answer of a command that changed entries: what happened, ids made and retired; with --dry-run
    every change in full."""
    app.output.answer(name, result, edited_lines(app, result, sentence, dry_run=dry_run))
    for note in result.notes:
        app.output.say(note)


def few(names: Sequence[str]) -> str:
    """The first of these names, and how many more there are: an answer stays a line that can be read."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" … and {more} more" if more > 0 else "")


def answer_line(dry_run: bool, staged: bool, would: str, did: str, count: int, more: str = "") -> str:
    """`Split 2 entries into 5`, `split 2 entries into 5` for what would be, what is only staged marked."""
    entries = "1 entry" if count == 1 else f"{count} entries"
    return f"{would if dry_run else did} {entries}{more}{' (staged)' if staged and not dry_run else ''}"


def edited_lines(app: App, result: "Edited", sentence: str, *, dry_run: bool) -> Iterator[str]:
    if not result.files:
        yield "Nothing to change"
        return
    staged = " (staged)" if app.stages else ""
    at = f"  [{result.commit[:7]}]" if result.commit else staged
    yield f"Would: {sentence}" if dry_run else sentence + at
    if dry_run:
        yield from change_lines(app, result.changes)
        return
    for word, ids in (("made", result.made), ("retired", result.retired)):
        yield from (f"  {word} {entry}" for entry in ids[:_SHOWN])
        if len(ids) > _SHOWN:
            yield f"  … and {len(ids) - _SHOWN} more {word}, see --json"


def counted(changes: "Iterable[Change]") -> str:
    """`2 added, 1 changed`; "" for none."""
    kinds = [change.kind for change in changes]
    return ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))


def finding_lines(app: App, findings: "Sequence[Finding]", meaning: "Meaning" = "warning") -> Iterator[str]:
    """What the rules found, the first 20 on a line each."""
    from talekeep.ops.workspace.validation import describe

    yield from (app.output.style(describe(finding), meaning) for finding in findings[:_SHOWN])
    if len(findings) > _SHOWN:
        yield f"… and {len(findings) - _SHOWN} more, see --json"


def say_repair(app: App, findings: "Sequence[Finding]") -> None:
    """Say which command mends what a merge left, if one can."""
    from talekeep.ops.merge import cross_branch_findings

    if mendable := cross_branch_findings.mendable(findings):
        app.output.say(f"next: {cross_branch_findings.repair_of(mendable)}")


def change_lines(
    app: App, changes: "Iterable[Change]", *, stat: bool = False, whole: bool = False
) -> Iterator[str]:
    """Each change: a line that sums it up and, without `stat`, its text; with `whole` unchanged text too."""
    for change in changes:
        yield app.output.style(f"{change.kind} {change.id}", "strong") + _stat(change)
        if not stat:
            yield from _lines_of(app, change, whole)


def _stat(change: "Change") -> str:
    texts = [
        f"{m.kind} message {(m.after if m.after is not None else m.before or 0) + 1}" for m in change.messages
    ]
    texts = [text for text, m in zip(texts, change.messages, strict=True) if m.kind != "unchanged"]
    texts += [f"+{tag}" for tag in change.tags_added] + [f"-{tag}" for tag in change.tags_removed]
    texts += [f"{field.kind} {'.'.join(map(str, field.path))}" for field in change.fields]
    return f"  ({', '.join(texts)})" if texts else ""


def _lines_of(app: App, change: "Change", whole: bool) -> Iterator[str]:
    from talekeep.core.merge.diff import folded
    from talekeep.core.script import script

    if change.kind in _SIGNS:
        sign, meaning = _SIGNS[change.kind]
        text = script.render((change.after if change.kind == "added" else change.before) or {})
        yield from (app.output.style(f"{sign} {line}".rstrip(), meaning) for line in text.split("\n")[:-1])
        return
    for message in change.messages if whole else folded(change.messages):
        if isinstance(message, int):
            yield app.output.style(f"  … {message} unchanged", "dim")
        else:
            yield from _message_lines(app, change, message, whole)


def _message_lines(app: App, change: "Change", message: "MessageChange", whole: bool) -> Iterator[str]:
    from talekeep.core.entry import text_of
    from talekeep.core.text import word_diff

    before = _message(change.before, message.before)
    after = _message(change.after, message.after)
    shown = after if after is not None else before or {}
    name = f" · {app.called(shown['name'])}" if isinstance(shown.get("name"), str) else ""
    yield app.output.style(f"  ## {shown.get('role', '?')}{name}", "strong")
    longest = None if whole else _LONGEST
    yield from _marked(app, word_diff.compare(text_of(before or {}), text_of(after or {})), longest)
    for field in message.fields:
        if field.path and field.path[0] != "content":
            yield f"    {'.'.join(map(str, field.path))}: {_value(field.before)} → {_value(field.after)}"


def _value(value: object) -> str:
    """A value as JSON has it; None stands for one that is not there."""
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)


def _message(entry: "Entry | None", index: int | None) -> "Entry | None":
    return entry["messages"][index] if entry is not None and index is not None else None


def _marked(app: App, runs: "list[tuple[Op, str]]", longest: int | None) -> Iterator[str]:
    """Text with what went in [-…-] and what came in {+…+}; unchanged stretches of more than `longest`
    characters lose their middle."""
    pieces = []
    for op, text in runs:
        if op == "=":
            short = longest is None or len(text) <= longest
            pieces.append(text if short else f"{text[:60]} … {text[-60:]}")
        else:
            left, right, meaning = _MARKS[op]
            pieces.append(app.output.style(f"{left}{text}{right}", meaning))
    yield from (f"    {line}".rstrip() for line in "".join(pieces).split("\n"))


def split(names: str) -> list[str]:
    """The names in `a,b`."""
    return [name for name in names.split(",") if name.strip()]


def answer_tagged(app: App, result: "Edited", verb: str, dry_run: bool) -> None:
    """Answer for a command that changed the tags of entries."""
    answer_edited(app, "tag", result, f"{verb} {plural(len(result.changed), 'entry')}", dry_run=dry_run)


def entries_changed(changed: list[str]) -> str:
    """On how many entries a tag was changed."""
    return f" on {plural(len(changed), 'entry')}"


def undone_line(result: "Undone", verb: str, plain: str, dry_run: bool) -> str:
    """What `undo` or `redo` did, or would do."""
    counts = ", ".join(f"{n} {what}" for what, n in result.entries.items())
    what = f"{result.undone.id[:7]} ({result.undone.subject}): {counts}"
    return f"Would {plain} {what}" if dry_run else f"{verb} {what}  [{(result.commit or '')[:7]}]"
