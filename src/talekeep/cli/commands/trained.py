"""The command `trained`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import rev_option
from talekeep.core.errors import Usage
from talekeep.ops.exchange.training import trained as operation

if TYPE_CHECKING:
    from talekeep.ops.exchange.training.trained import ModelRow
    from talekeep.ops.exchange.training.trained import Trained


@command("trained", writes=True)
@click.argument("name", required=False)
@click.option("--recipe", metavar="RECIPE", help="The recipe whose rows it was trained on.")
@rev_option
@click.option("--note", default="", metavar="TEXT", help="What else is to be known of the model.")
@click.option("--force", is_flag=True, help="Replace what is noted of the model.")
def trained(
    app: App, name: str | None, recipe: str | None, rev: str | None, note: str, force: bool, dry_run: bool
) -> None:
    """Note which data made the model NAME: what RECIPE gives at a commit; without NAME list the models.

    What is noted is in library/models.toml, the ids of the entries in library/models/NAME.txt. Entries of
    the parts validation and test are not among them. `list --where seen-by:NAME` and `diff model:A model:B`
    read it.

    \b
    Examples:
      talekeep trained night-1 --recipe night --note "lora, 3 epochs"
      talekeep trained night-2 --recipe night --rev 2026-02-01
    """
    if name is None:
        if recipe is not None:
            raise Usage("the model has no name", "talekeep trained NAME --recipe RECIPE")
        given = operation.list_models(app.dataset, revision=rev)
        app.output.answer("trained-list", given, _rows(given.models))
        return
    if recipe is None:
        raise Usage(f"it is not said what {name} was trained on", f"talekeep trained {name} --recipe RECIPE")
    result = operation.trained(
        app.dataset,
        name,
        recipe,
        revision=rev,
        note=note,
        force=force,
        dry_run=dry_run,
        progress=app.output.progress,
    )
    app.output.answer("trained", result, _lines(result, dry_run))


def _rows(models: "list[ModelRow]") -> Iterator[str]:
    for row in models:
        yield f"{row.model}  {row.recipe} at {row.commit[:7]}, {row.entries} entries" + (
            f"  {row.note}" if row.note else ""
        )
    if not models:
        yield "no model is noted"


def _lines(result: "Trained", dry_run: bool) -> Iterator[str]:
    row, edited = result.model, result.edited
    verb = "Would note" if dry_run else "Noted"
    commit = f"  [{edited.commit[:7]}]" if edited.commit else ""
    yield f"{verb} that {row.model} saw {row.entries} entries of {row.recipe} at {row.commit[:7]}{commit}"
