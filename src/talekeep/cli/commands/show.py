"""The command `show`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import rev_option
from talekeep.cli.text.answer_lines import review_lines
from talekeep.cli.text.scene_text import script_lines
from talekeep.core.entry_edit.alternatives import by_message
from talekeep.core.reviews import has_reviews
from talekeep.ops.entries import list_show


@command("show")
@click.argument("entry")
@rev_option
def show(app: App, entry: str, rev: str | None) -> None:
    """Show one entry as a script.

    ENTRY is an id or a unique prefix of one; REV:ENTRY shows it as it was at a commit.

    \b
    Examples:
      talekeep show 0193c7
      talekeep show HEAD~2:0193c7
    """
    result = list_show.show(app.dataset, entry, revision=rev)
    app.output.answer("show", result, script_lines(app, result.script))
    for place, known in sorted(by_message(result.entry, result.sidecar).items()):
        app.output.say(f"message {place + 1}: {len(known)} more in talekeep alternative list {entry}")
    if has_reviews(result.sidecar):
        from talekeep.ops.quality import review

        standing = review.reviews_of(app.dataset, result.entry, result.sidecar)
        for line in (*review_lines(standing), f"counts as {standing.state.replace('_', ' ')}"):
            app.output.say(line)
