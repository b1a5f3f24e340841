"""Recipes, as `dataset.recipes`: exports that the dataset keeps."""

from pathlib import Path

from talekeep.api.groups import Group
from talekeep.api.opened import StrPath
from talekeep.library.recipes import Recipe
from talekeep.ops import Progress
from talekeep.ops import silent
from talekeep.ops.exchange.training import recipe as operation
from talekeep.ops.exchange.training.recipe import RecipeCheck
from talekeep.ops.exchange.training.recipe import RecipeExport
from talekeep.ops.exchange.training.template_file import read_template
from talekeep.ops.workspace.changeset import Edited


class Recipes(Group):
    """The exports that the dataset keeps, `exports/NAME.toml`. What each writes is a folder."""

    def save(self, name: str, recipe: Recipe, *, force: bool = False, dry_run: bool = False) -> Edited:
        """Keep a recipe; `force` replaces one of this name."""
        with self._dataset._writing() as store:
            return operation.save(store, name, recipe, force=force, dry_run=dry_run)

    def export(
        self,
        name: str,
        into: StrPath | None = None,
        *,
        rev: str | None = None,
        strict: bool = False,
        force: bool = False,
        dry_run: bool = False,
        progress: Progress = silent,
    ) -> RecipeExport:
        """Write the files that a recipe gives at a commit, HEAD without `rev`.

        Args:
            into: the folder; `exports/NAME` of the dataset without it.
            strict: write nothing (`Negative`) if anything would be left out or changed.
        """
        with self._dataset._store() as store:
            return operation.export_recipe(
                store,
                name,
                None if into is None else Path(into),
                revision=rev,
                strict=strict,
                force=force,
                dry_run=dry_run,
                progress=progress,
            )

    def export_once(
        self,
        recipe: Recipe,
        into: StrPath,
        *,
        template: StrPath | None = None,
        rev: str | None = None,
        strict: bool = False,
        force: bool = False,
        dry_run: bool = False,
        progress: Progress = silent,
    ) -> RecipeExport:
        """Write the folder of a recipe that is not kept, such as a split; without `rev` from the folder as it
        lies.

        Args:
            template: a chat template: a Jinja file, or a tokenizer_config.json.
        """
        with self._dataset._store() as store:
            return operation.export_split(
                store,
                recipe,
                Path(into),
                revision=rev,
                template=None if template is None else read_template(Path(template)),
                strict=strict,
                force=force,
                dry_run=dry_run,
                progress=progress,
            )

    def check(
        self, name: str, into: StrPath | None = None, *, rev: str | None = None, progress: Progress = silent
    ) -> RecipeCheck:
        """Whether the files of a folder are what a recipe gives at a commit."""
        with self._dataset._store() as store:
            folder = None if into is None else Path(into)
            return operation.check(store, name, folder, revision=rev, progress=progress)
