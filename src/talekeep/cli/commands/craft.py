"""The command `craft`."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import rev_option
from talekeep.cli.app import where_option
from talekeep.cli.options import input_file
from talekeep.core.text.columns import cut
from talekeep.core.text.columns import padded
from talekeep.core.text.columns import width as columns_of
from talekeep.ops.quality import craft as crafting

if TYPE_CHECKING:
    from talekeep.metrics.craft_report import Group
    from talekeep.ops.quality.craft import Craft

_SHOWN = 8
# Counted, and no rule.
_NO_RULE = "closing-question"


@command("craft")
@where_option
@rev_option
@click.option(
    "--against",
    metavar="REV|FILE",
    help="Also what is over-used against these texts: a commit, a file of plain text or of entries.",
)
def craft(app: App, where: str | None, rev: str | None, against: str | None) -> None:
    """Show how the replies are written; changes nothing.

    Counts macros that were not filled in, replies that speak for the user, out-of-character remarks, replies
    that break off; changes of format, quotes, point of view and tense; openings, phrases and word sequences
    that repeat. First for all replies, then by character and by source. Point of view and tense are measured
    in English only. Phrases under [validation] in talekeep.toml count in addition to the shipped ones.

    \b
    Examples:
      talekeep craft
      talekeep craft --where 'character:mara -tag:draft' --json
      talekeep craft --against novel.txt
    """
    named = None if against is None else Path(against)
    with input_file.maybe(app, named) as place:
        reference = place if place is not None and place.is_file() else against
        result = crafting.craft(
            app.dataset, where=where, revision=rev, against=reference, progress=app.output.progress
        )
    app.output.answer("craft", result, craft_lines(app, result))


def craft_lines(app: App, result: "Craft") -> Iterator[str]:
    """What was counted, for people."""
    whole = result.all
    yield f"{whole.replies} replies in {result.entries} entries, {whole.mean_words:g} words each"
    if not whole.replies:
        return
    yield from _counts(app, whole)
    yield from _kinds(whole)
    if result.unlisted:
        from talekeep.ops import plural

        names = ", ".join(f"{name} ({plural(count, 'entry')})" for name, count in result.unlisted.items())
        yield (
            f"No list of words that end a text for {names}: `endings` under [validation] in talekeep.toml "
            "is one."
        )
    tops = [f"{top.count:>6}  {top.text} …" for top in whole.openings[:_SHOWN]]
    yield from _listed(app, f"Openings ({whole.opening_reuse:.1%} of the replies share theirs)", tops)
    tops = [f"{top.count:>6}  {top.text}" for top in whole.phrases[:_SHOWN]]
    yield from _listed(app, f"Over-used phrases ({whole.phrases_per_1000:g} in 1,000 words)", tops)
    rows = [f"{one.entries:>6}  {one.text}" for one in result.repeats[:_SHOWN]]
    yield from _listed(app, "Runs of words in many entries", rows)
    rows = [
        f"{one.times:>6}  {one.text}  ({one.rate / one.reference:.0f}×)"
        for one in result.overused[: 2 * _SHOWN]
    ]
    yield from _listed(app, f"More often than in {result.against}", rows)
    yield from _listed(app, "By character", _table(result.characters))
    yield from _listed(app, "By source", _table(result.sources))


def _counts(app: App, whole: "Group") -> Iterator[str]:
    """What the rules of family P find, with the query that selects it."""
    rows = chain(
        ((name, share, "replies") for name, share in whole.marks.items()),
        ((name, share, "entries") for name, share in whole.drifts.items()),
    )
    for name, share, what in rows:
        if share:
            query = "" if name == _NO_RULE else f"talekeep list --where issue:{name}"
            yield f"{name:<20} {share:>6.1%} of the {what}  {app.output.style(query, 'hint')}".rstrip()


def _kinds(whole: "Group") -> Iterator[str]:
    kinds = (
        ("point of view", whole.persons),
        ("tense", whole.tenses),
        ("format", whole.styles),
        ("quotes", whole.quotes),
    )
    for title, shares in kinds:
        if shares:
            yield f"{title:<20} " + ", ".join(f"{name} {share:.0%}" for name, share in shares.items())
    yield f"{'repeated inside':<20} {whole.repeated:.1%} of the runs of six words"
    if whole.length_kept is not None:
        yield f"{'length kept':<20} {whole.length_kept:.0%} from the first to the last third of long chats"


def _listed(app: App, title: str, rows: list[str]) -> Iterator[str]:
    if rows:
        yield ""
        yield app.output.style(title, "strong")
        yield from rows


def _table(groups: list["Group"]) -> list[str]:
    """One row a group: what differs most between characters and between sources."""
    if not groups:
        return []
    shown = groups[: 2 * _SHOWN]
    width = min(32, max(columns_of(one.name) for one in shown))
    head = f"  {'':<{width}}  replies  words   cut  user   ooc  openings  phrases/1000"
    return [head, *(f"  {padded(cut(one.name, width), width)}  {_row(one)}" for one in shown)]


def _row(one: "Group") -> str:
    cut, user, ooc = (one.marks[n] for n in ("ends-mid-sentence", "speaks-for-user", "out-of-character"))
    start = f"{one.replies:>7}  {one.mean_words:>5.0f}  {cut:>4.0%}  {user:>4.0%}  {ooc:>4.0%}"
    return f"{start}  {one.opening_reuse:>8.0%}  {one.phrases_per_1000:>12.2f}"
