"""The command `init`."""

import shlex
from pathlib import Path

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.ops.project import init as operation
from talekeep.store.dataset import NEUTRAL


@command("init", writes=True)
@click.argument("path", type=click.Path(path_type=Path), default=Path())
@click.option("--name", help="The dataset's name; the folder's name without it.")
@click.option(
    "--template",
    type=click.Choice(operation.templates()),
    default="blank",
    help="Begin with prompts, tags and a recipe for exports.",
)
@click.option("--force", is_flag=True, help="Use a folder that is not empty, or lies in a git repository.")
@click.option(
    "--neutral", is_flag=True, help="Keep your name and address, as git knows them, out of commits."
)
def init(
    app: App, path: Path, name: str | None, template: str, force: bool, neutral: bool, dry_run: bool
) -> None:
    """Make a new dataset in PATH.

    Creates a git repository with talekeep.toml, a dataset card and the files that git needs, commits them,
    and installs the hooks and the diff driver. Files of a dataset that lie there without a repository, from a
    downloaded archive for example, become its first commit.

    \b
    Examples:
      talekeep init harbor
      talekeep init harbor --name "Harbor nights"
      talekeep init harbor --template roleplay
    """
    result = operation.init(
        app.path(path), name=name, template=template, force=force, neutral=neutral, dry_run=dry_run
    )
    verb = "Would make" if dry_run else "Made"
    app.output.answer("init", result, [f"{verb} the dataset {result.name} in {result.path}"])
    for warning in result.warnings:
        app.output.say(f"warning: {warning}")
    if result.author not in (None, NEUTRAL):
        app.output.say(
            f"commits are made as {result.author}; talekeep config identity neutral keeps that out"
        )
    enter = "" if path == Path() else f"cd {shlex.quote(str(path))} && "
    app.output.say(f"next: {enter}talekeep import FILE")
