"""The command `tag review`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import rev_option
from talekeep.cli.text.library_rows import first_rows
from talekeep.cli.text.library_rows import limit_option
from talekeep.core.text.columns import padded
from talekeep.ops.library import tag_counts

if TYPE_CHECKING:
    from talekeep.ops.library.tag_counts import TagList


@command("review")
@limit_option
@rev_option
def review(app: App, limit: int, rev: str | None) -> None:
    """List the tags nobody decided over: they came with an import, and the vocabulary does not know them.

    Each with the number of entries that carry it, and some of them. Then: `tag adopt` takes one in,
    `tag merge` or `tag rename` makes another of it, `tag delete` takes it off.

    \b
    Examples:
      talekeep tag review
      talekeep tag review --json
    """
    result = tag_counts.review_tags(app.dataset, revision=rev)
    app.output.answer("tag", result, review_lines(app, result, limit))


def review_lines(app: App, result: "TagList", limit: int) -> Iterator[str]:
    if not result.tags:
        yield "Nothing to review"
        return
    for row in first_rows(app, result.tags, limit):
        spelled = f"  as {', '.join(row.spellings)}" if row.spellings else ""
        yield f"{row.entries:>6}  {padded(row.tag, 24)} {', '.join(row.examples)}{spelled}"
    yield f"{len(result.tags)} to review: talekeep tag adopt, merge, rename or delete"
