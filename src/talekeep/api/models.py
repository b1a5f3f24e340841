"""Models that were trained on the dataset, as `dataset.models`."""

from talekeep.api.groups import Group
from talekeep.ops import Progress
from talekeep.ops import silent
from talekeep.ops.exchange.training import trained as operation
from talekeep.ops.exchange.training.trained import ModelList
from talekeep.ops.exchange.training.trained import Trained


class Models(Group):
    """Which data made which model. The query `seen-by:NAME` finds the entries that a model saw."""

    def list(self, *, rev: str | None = None) -> ModelList:
        """The models, sorted by name."""
        with self._dataset._store() as store:
            return operation.list_models(store, revision=rev)

    def trained(
        self,
        name: str,
        recipe: str,
        *,
        rev: str | None = None,
        note: str = "",
        force: bool = False,
        dry_run: bool = False,
        progress: Progress = silent,
    ) -> Trained:
        """Note that a model was trained on what a recipe gives at a commit, HEAD without `rev`."""
        with self._dataset._writing() as store:
            return operation.trained(
                store,
                name,
                recipe,
                revision=rev,
                note=note,
                force=force,
                dry_run=dry_run,
                progress=progress,
            )
