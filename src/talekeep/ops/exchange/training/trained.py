"""`trained`: which data made which model."""

import hashlib
from dataclasses import dataclass

from talekeep.core.errors import Negative
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.library import models
from talekeep.library.models import KIND
from talekeep.library.models import TrainedModel
from talekeep.ops import Progress
from talekeep.ops import silent
from talekeep.ops.exchange.training import recipe as recipes
from talekeep.ops.workspace.changeset import Edited
from talekeep.ops.workspace.changeset import write_files
from talekeep.ops.workspace.select import view_of
from talekeep.ops.workspace.workspace import Workspace
from talekeep.store import libraries
from talekeep.store.dataset import Dataset


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model: `recipe` at `commit` gave the rows of so many `entries`."""

    model: str
    recipe: str
    commit: str
    entries: int
    note: str


@dataclass(frozen=True, slots=True)
class ModelList:
    models: list[ModelRow]


@dataclass(frozen=True, slots=True)
class Trained:
    """What was noted of a model, and the commit that notes it."""

    model: ModelRow
    edited: Edited


def list_models(dataset: Dataset, *, revision: str | None = None) -> ModelList:
    """The models, sorted by name."""
    known = libraries.read(view_of(dataset, revision), KIND, TrainedModel)
    return ModelList([_row(name, known[name]) for name in sorted(known)])


def trained(
    dataset: Dataset,
    name: str,
    recipe: str,
    *,
    revision: str | None = None,
    note: str = "",
    force: bool = False,
    dry_run: bool = False,
    progress: Progress = silent,
) -> Trained:
    """Note that a model was trained on what a recipe gives at a revision, HEAD without one.

    What is seen is what has rows in the part `train` of the split, or in the one file there is.

    Raises:
        Usage: no name for a model. NotFound: no such recipe or revision. Negative: no entry gives a row.
        Refused: there is a model of this name (without `force`); see `recipe.export_recipe` too.
    """
    if not models.is_name(name):
        raise Usage(f"{name!r} is no name for a model", "small letters, digits, . _ and -")
    entries = recipes.trained_on(dataset, recipe, revision, progress)
    if not entries:
        raise Negative(f"{recipe} gives no row to train on", f"talekeep export {recipe} --dry-run")
    ids = "".join(f"{entry}\n" for entry in sorted(entries)).encode()
    commit = dataset.history.resolve(revision or "HEAD")
    model = TrainedModel(
        recipe=recipe, commit=commit, entries=len(entries), sha256=hashlib.sha256(ids).hexdigest(), note=note
    )
    with dataset.writing("trained"):
        workspace = Workspace(dataset)
        known = libraries.read(workspace.now, KIND, TrainedModel)
        if name in known and known[name] != model and not force:
            raise Refused(f"there is a model {name!r}", "--force replaces what is noted of it")
        files = {
            KIND.path: libraries.dump(KIND, {**known, name: model}, dataset.models),
            models.seen_path(name): ids,
        }
        changed = {} if known.get(name) == model else files
        subject = f"Note what {name} was trained on"
        edited = write_files(workspace, changed, subject, "trained", dry_run=dry_run)
    return Trained(_row(name, model), edited)


def _row(name: str, model: TrainedModel) -> ModelRow:
    return ModelRow(name, model.recipe, model.commit, model.entries, model.note)
