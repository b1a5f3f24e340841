"""The command `doctor`."""

from collections.abc import Iterator
from collections.abc import Mapping
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
    from talekeep.ops.project.doctor_report import CloneReport
    from talekeep.ops.project.doctor_report import Report


@command("doctor", writes=True)
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option(
    "--hub", is_flag=True, help="Check FOLDER, or this dataset, for publishing on the Hugging Face Hub."
)
@click.option(
    "--report",
    is_flag=True,
    help="What to send along with a report of a fault: no text, name or folder.",
)
@click.option("--fix", is_flag=True, help="Mend what can be mended without losing anything.")
def doctor(app: App, folder: Path | None, hub: bool, report: bool, fix: bool, dry_run: bool) -> int:
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
      talekeep doctor --report > report.txt
      talekeep doctor --json
    """
    if folder is not None and not hub:
        raise Usage("a folder is looked at for the Hub alone", f"talekeep doctor --hub {folder}")
    if report:
        return _report(app, alone=not (hub or fix))
    place = (app.dataset.path if folder is None else app.path(folder)) if hub else None
    diagnosis = operation.doctor(app.folder, fix=fix, dry_run=dry_run, hub=place)
    app.output.answer("doctor", diagnosis, _lines(app, diagnosis, dry_run), ok=diagnosis.ok)
    return int(not diagnosis.ok)


def _report(app: App, *, alone: bool) -> int:
    if not alone:
        raise Usage("--report changes and publishes nothing", "talekeep doctor --report")
    from talekeep.ops.project.doctor_report import report

    result = report(app.folder)
    app.output.answer("doctor-report", result, _report_lines(result))
    return 0


def _report_lines(result: "Report") -> Iterator[str]:
    yield f"talekeep {result.talekeep}, {result.python}, git {result.git}, SQLite {result.sqlite}"
    yield result.platform
    yield "packages: " + ", ".join(f"{name} {version or 'none'}" for name, version in result.packages.items())
    yield from (f"plugin: {plugin}" for plugin in result.plugins)
    if result.clone is not None:
        yield from _clone_lines(result.clone)
    for check in result.checks:
        yield f"{'ok' if check.ok else 'wrong'}: {check.name}"
        yield from (f"  {fault}" for fault in check.faults)


def _clone_lines(clone: "CloneReport") -> Iterator[str]:
    tables: dict[str, Mapping[str, object]] = {
        "numbers": clone.numbers,
        "settings": clone.settings,
        "git": clone.git_settings,
    }
    for heading, values in tables.items():
        yield f"{heading}: " + (", ".join(f"{key} = {value}" for key, value in values.items()) or "none")
    if clone.under_way is not None:
        yield f"under way: {clone.under_way}"


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
