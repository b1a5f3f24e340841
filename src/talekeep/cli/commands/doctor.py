"""The command `doctor`."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.core.errors import Usage
from talekeep.ops.project import doctor as operation

if TYPE_CHECKING:
    from talekeep.ops.project.doctor import Checked
    from talekeep.ops.project.doctor import Diagnosis


@command("doctor", writes=True)
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option(
    "--hub", is_flag=True, help="Check FOLDER, or this dataset, for publishing on the Hugging Face Hub."
)
@click.option("--fix", is_flag=True, help="Mend what can be mended without losing anything.")
def doctor(app: App, folder: Path | None, hub: bool, fix: bool, dry_run: bool) -> int:
    """Check this clone and what Talekeep runs on.

    Lists the versions of Talekeep, Python and git, where hooks point, and the plugins that are installed.
    Works outside a dataset too. Exit 1 when something is wrong.

    --hub looks at a folder as the Hub will: its card, splits and columns, files that plain git may not push
    there, and rows that hold what is somebody's.

    \b
    Examples:
      talekeep doctor
      talekeep doctor --fix -n
      talekeep doctor --hub exports/night
      talekeep doctor --json
    """
    if folder is not None and not hub:
        raise Usage("a folder is looked at for the Hub alone", f"talekeep doctor --hub {folder}")
    place = (app.dataset.path if folder is None else app.path(folder)) if hub else None
    diagnosis = operation.doctor(app.folder, fix=fix, dry_run=dry_run, hub=place)
    app.output.answer("doctor", diagnosis, _lines(app, diagnosis, dry_run), ok=diagnosis.ok)
    return int(not diagnosis.ok)


def _lines(app: App, diagnosis: "Diagnosis", dry_run: bool) -> Iterator[str]:
    versions, hooks = diagnosis.versions, diagnosis.hooks
    yield f"talekeep   {versions.talekeep}"
    yield f"python     {versions.python} ({versions.executable})"
    yield f"git        {versions.git or 'none; few things need it'}"
    yield f"platform   {versions.platform}"
    yield f"dataset    {diagnosis.dataset or 'none here'}"
    if hooks is not None:
        yield f"hooks      {hooks.folder}"
        for program in sorted(set(hooks.interpreters.values())):
            yield f"           start {program}"
    for plugin in diagnosis.plugins:
        kind = plugin.kind.removesuffix("s")
        yield f"plugin     {kind} {plugin.name}, from {plugin.package} {plugin.version}"
    for check in diagnosis.checks:
        yield from _check_lines(app, check, dry_run)
    if any(check.fixable and not check.ok and not check.fixed for check in diagnosis.checks):
        yield f"next: {app.output.style('talekeep doctor --fix', 'hint')}"


def _check_lines(app: App, check: "Checked", dry_run: bool) -> Iterator[str]:
    style = app.output.style
    if check.ok:
        yield f"{style('ok', 'good')}         {check.name}"
    elif check.fixed:
        yield f"{style('would fix' if dry_run else 'fixed', 'good'):<10} {check.name}"
    else:
        yield f"{style('wrong', 'bad')}      {check.name}"
    for fault in (*check.faults, *check.states):
        yield f"           {fault.message}" + (f" ({fault.hint})" if fault.hint and not check.fixed else "")
