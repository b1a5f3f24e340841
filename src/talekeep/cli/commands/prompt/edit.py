"""The command `prompt edit`."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.text.changes import answer_edited
from talekeep.cli.text.prompt_text import prompt_text
from talekeep.ops.library import prompts

if TYPE_CHECKING:
    from talekeep.ops.workspace.changeset import Edited


@command("edit", writes=True, commits=True)
@click.argument("name")
@click.option("--text", metavar="TEXT", help="The new text.")
@click.option("--file", type=click.Path(path_type=Path), metavar="FILE", help="A file that holds it, UTF-8.")
@click.option("--name", "display", metavar="NAME", help="Another name; the slug follows it.")
@click.option("--description", metavar="TEXT", help="What it is for.")
def edit(
    app: App,
    name: str,
    text: str | None,
    file: Path | None,
    display: str | None,
    description: str | None,
    dry_run: bool,
) -> None:
    """Change the prompt NAME, in your editor if you give no option. Entries that have a copy keep it.

    \b
    Examples:
      talekeep prompt edit keeper
      talekeep prompt edit keeper --file keeper.txt
      talekeep prompt edit keeper --name "Night keeper" --dry-run
    """

    def save(content: str | None) -> "Edited":
        return prompts.edit(
            app.dataset, name, text=content, display=display, description=description, dry_run=dry_run
        )

    nothing = text is None and file is None and display is None and description is None
    result = _written(app, name, save, dry_run) if nothing else save(prompt_text(app, text, file))
    if file is not None and not dry_run:
        from talekeep.cli.terminal import editor

        editor.settle(app, file)
    answer_edited(app, "prompt", result, f"Change the prompt {name}", dry_run=dry_run)


def _written(app: App, name: str, save: Callable[[str], "Edited"], dry_run: bool) -> "Edited":
    """What `save` made of the text the user wrote in the editor."""
    from talekeep.cli.terminal import editor

    row = prompts.show(app.dataset, name)
    resume = f"talekeep prompt edit {row.slug} --file"
    editor.remind(app, f"prompt-{row.slug}", resume)
    text = row.content if row.content.endswith("\n") else row.content + "\n"
    writing = editor.Writing(app, f"prompt-{row.slug}", text, resume=resume)

    def take(written: str) -> "Edited":
        return save(row.content if written == text else written.removesuffix("\n"))

    return writing.tried(take, dry_run=dry_run)
