"""The dataset that `talekeep.open` gives."""

from collections.abc import Mapping
from types import MappingProxyType

from talekeep.api.entries import EntryMethods
from talekeep.api.exchange import ExchangeMethods
from talekeep.api.groups import Categories
from talekeep.api.groups import Characters
from talekeep.api.groups import OtherReplies
from talekeep.api.groups import Prompts
from talekeep.api.groups import Tags
from talekeep.api.history import HistoryMethods
from talekeep.api.models import Models
from talekeep.api.opened import Names
from talekeep.api.opened import names
from talekeep.api.quality import QualityMethods
from talekeep.api.recipes import Recipes
from talekeep.api.remotes import Remotes
from talekeep.ops import Progress
from talekeep.ops import silent
from talekeep.ops.generate import generate as generate_operation
from talekeep.ops.generate.dataset_context import Drawing
from talekeep.ops.generate.generate import Generated
from talekeep.ops.project import config as config_operation
from talekeep.ops.project import repack as repack_operation
from talekeep.ops.project import status as status_operation
from talekeep.ops.project import sync as sync_operation
from talekeep.ops.project.config import Setting
from talekeep.ops.project.repack import Repacked
from talekeep.ops.project.status import Status
from talekeep.ops.project.sync import Synced


class Dataset(EntryMethods, QualityMethods, HistoryMethods, ExchangeMethods):
    """One dataset, by the folder it lies in. See `talekeep.open`.

    Each call opens what it needs and closes it again: a dataset may be kept for long, used from any thread,
    and needs no `with`.

    Where a method takes `entries`, these are ids or unique beginnings of ids, one or several; where it takes
    `where`, a query such as `tag:draft exchanges>=4`. A method that changes entries wants one of both. `rev`
    is a commit, branch or snapshot; without it the folder is read as it lies. `dry_run` says what would
    happen and changes nothing. What a method changes is one commit.

    Every method may raise a `talekeep.Problem`: Usage (the request makes no sense), NotFound, Refused (it
    could lose data), Invalid (an entry would have an error), Outside (disk, network, another program).
    """

    @property
    def name(self) -> str:
        """The dataset's name in `talekeep.toml`."""
        with self._store() as store:
            return store.config.name

    @property
    def tags(self) -> Tags:
        """The vocabulary: `create`, `rename`, `merge`, `archive`, …"""
        return Tags(self)

    @property
    def categories(self) -> Categories:
        """The categories of tags: `create`, `rename`, `order`, `delete`."""
        return Categories(self)

    @property
    def characters(self) -> Characters:
        """The character library: `create`, `edit`, `rename`, `assign`, `import_cards`, …"""
        return Characters(self)

    @property
    def prompts(self) -> Prompts:
        """The prompt library: `create`, `edit`, `archive`, `apply`, …"""
        return Prompts(self)

    @property
    def alternatives(self) -> OtherReplies:
        """Other replies kept beside entries: `list`, `choose`."""
        return OtherReplies(self)

    @property
    def models(self) -> Models:
        """Models that were trained on the dataset: `trained`, `list`."""
        return Models(self)

    @property
    def recipes(self) -> Recipes:
        """Exports that the dataset keeps: `save`, `export`, `check`; `export_once` for one it does not."""
        return Recipes(self)

    @property
    def remotes(self) -> Remotes:
        """Places where copies live: `add`, `remove`, `check`, `prune`, …"""
        return Remotes(self)

    def sync(self, remote: str | None = None, *, progress: Progress = silent) -> Synced:
        """Fetch, merge and push."""
        with self._writing() as store:
            return sync_operation.sync(store, remote, progress=progress)

    def config(self, key: str, *values: str | None, dry_run: bool = False) -> Setting:
        """A setting; with a value it is set, with None it is unset."""
        with self._writing() as store:
            if not values:
                return config_operation.get(store, key)
            return config_operation.change(store, key, values[0], dry_run=dry_run).settings[0]

    def repack(self, *, dry_run: bool = False) -> Repacked:
        """Lay the parts out anew, as one commit."""
        with self._writing() as store:
            return repack_operation.repack(store, dry_run=dry_run)

    def generate(
        self,
        template: str = generate_operation.DEFAULT,
        *,
        settings: Mapping[str, str] = MappingProxyType({}),
        prompt: str | None = None,
        characters: Names = (),
        tags: Names = (),
        entries: Names = (),
        where: str | None = None,
        limit: int = 3,
        seed: int | None = None,
    ) -> Generated:
        """Compile a prompt for a model outside Talekeep; none is called.

        Args:
            settings: fill placeholders and choose options.
            prompt: of the prompt library.
            characters: of the character library; of several the first is the user's part.
            entries, where: examples to show: these, or at most `limit` of those that match, drawn by `seed`.
        """
        drawing = Drawing(tuple(names(entries)), where is not None, where, limit, seed)
        chosen = (tuple(names(characters)), tuple(names(tags)))
        wanted = generate_operation.Wanted(template, dict(settings), prompt, *chosen, drawing)
        with self._store() as store:
            return generate_operation.generate(store, wanted)

    def status(self) -> Status:
        """Where the dataset stands, and what to do next."""
        with self._store() as store:
            return status_operation.status(store)
