"""An entry on its way through the editor, or taken from a file: for `edit` and `review`."""

from pathlib import Path
from typing import TYPE_CHECKING

from talekeep.cli.app import App
from talekeep.cli.options.script_file import read_script
from talekeep.cli.options.script_file import save_script
from talekeep.core.entry import is_uuid
from talekeep.core.script import script
from talekeep.ops.entries import add_edit

if TYPE_CHECKING:
    from talekeep.ops.workspace.changeset import Edited


def edit_entry(
    app: App, entry: str, file: Path | None = None, *, dry_run: bool = False, commit: bool = True
) -> "Edited":
    """Let the user write an entry anew, and save it.

    Raises: see `add_edit.save` and `editor.Writing`; the text is kept then.
    """
    from talekeep.cli.terminal import editor

    base = add_edit.begin(app.dataset, entry, commit=commit)

    def take(text: str) -> "Edited":
        return add_edit.save(app.dataset, base, script.parse(text), dry_run=dry_run, commit=commit)

    if file is not None:
        text = read_script(app, file)
        return save_script(app, file, lambda: take(text), dry_run)
    resume = f"talekeep edit {base['id']} --file"
    stem = base["id"] if is_uuid(base["id"]) else "entry"
    editor.remind(app, stem, resume)
    writing = editor.Writing(app, stem, script.render(base), resume=resume)
    return writing.tried(take, dry_run=dry_run)
