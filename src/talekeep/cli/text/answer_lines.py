"""Lines that several commands print."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from talekeep.cli.app import App
from talekeep.ops import plural

if TYPE_CHECKING:
    from talekeep.ops.library.characters import Row
    from talekeep.ops.quality.review import EntryReviews
    from talekeep.remotes.base import Status


def after_upkeep(carried_out: bool) -> str:
    """What to know about files of a mirror that were deleted, or would be."""
    if carried_out:
        return "the sync program's company may keep deleted files for weeks"
    return "nothing was deleted; to do it, add --carry-out"


def author_name(author: str | None) -> str:
    """The name in `Name <mail>`."""
    return (author or "").partition(" <")[0]


def character_line(row: "Row") -> str:
    """Who speaks, and how often."""
    bits = [f"{row.slug}  {row.name}", f"{plural(row.messages, 'message')} in {plural(row.entries, 'entry')}"]
    bits += [] if row.active else ["inactive"]
    bits += [] if row.known else ["not in the library"]
    return "  ".join(bits)


def answer_status(app: App, name: str, result: "Status") -> None:
    """What a fetch or a clone would read."""
    lines = [f"{w.writer}: push {w.number or 'none whole yet'}" for w in result.writers]
    lines += [f"{ref} → {commit[:7]}" for ref, commit in result.refs.items()]
    app.output.answer(name, result, [f"Would read {result.folder}", *lines])


def review_lines(standing: "EntryReviews") -> Iterator[str]:
    """What each person said of an entry."""
    for row in standing.reviews:
        scores = "".join(f", {name} {score}" for name, score in sorted(row.scores.items()))
        stale = ", of earlier words" if row.stale else ""
        note = f": {row.note}" if row.note else ""
        yield f"{row.by}: {row.verdict.replace('_', ' ') or 'no verdict'}{scores}{stale}{note}"
