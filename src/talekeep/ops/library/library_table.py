"""What characters and prompts have in common: rows by slug in one file, deleted, archived and written alike.

The vocabulary has three tables in one file and goes by `vocabulary._changed`.
"""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic
from typing import TypeVar

from talekeep.core.errors import NotFound
from talekeep.core.slug import slug
from talekeep.library.base import Kind
from talekeep.library.model import Model
from talekeep.ops import plural
from talekeep.ops.workspace.changeset import Draft
from talekeep.ops.workspace.changeset import Edited
from talekeep.store import libraries
from talekeep.store.dataset import Dataset
from talekeep.store.view import View

Item = TypeVar("Item", bound=Model)


@dataclass(frozen=True, slots=True)
class LibraryTable(Generic[Item]):
    """A library of rows that are offered or not.

    Args:
        model: of a row, with a field `active`.
        noun: what a row is called in messages and trailers.
        archiving, restoring: the verbs in the subjects of commits.
        listing: the command that shows every row.
    """

    kind: Kind
    model: type[Item]
    noun: str
    archiving: str
    restoring: str
    listing: str

    def read(self, view: View) -> dict[str, Item]:
        """The rows of a view. Raises: Refused: the library cannot be read."""
        return libraries.read(view, self.kind, self.model)

    def require(self, known: Iterable[str], name: str) -> str:
        """The slug of a row that is there. Raises: NotFound: there is none of this name."""
        wanted = slug(name)
        if wanted not in known:
            raise self.unknown(name)
        return wanted

    def unknown(self, name: str) -> NotFound:
        return NotFound(f"there is no {self.noun} {name!r}", self.listing)

    def write(
        self,
        draft: Draft,
        known: dict[str, Item],
        subject: str,
        *,
        notes: Sequence[str] = (),
        dry_run: bool,
        commit: bool = True,
    ) -> Edited:
        """Write the rows with the other changes of the draft."""
        if known != self.read(draft.now):
            draft.set_file(self.kind.path, libraries.dump(self.kind, known, draft.now.models))
        return draft.finish(subject, self.noun, dry_run=dry_run, commit=commit, notes=notes)

    def set_active(
        self,
        dataset: Dataset,
        names: Sequence[str],
        active: bool,
        *,
        remarks: Callable[[View, dict[str, Item], list[str]], Iterable[str]] | None = None,
        dry_run: bool,
    ) -> Edited:
        """Archive rows, or offer them again.

        Args:
            remarks: what there is to say of rows that are archived.

        Raises:
            NotFound: one of them does not exist; then nothing changes.
        """
        with dataset.writing(self.noun):
            draft = Draft(dataset)
            known = self.read(draft.now)
            slugs = list(dict.fromkeys(self.require(known, name) for name in names))
            notes = [] if active or remarks is None else list(remarks(draft.now, known, slugs))
            for each in slugs:
                known[each] = known[each].replaced(active=active)
            subject = f"{self.restoring if active else self.archiving} {plural(len(slugs), self.noun)}"
            return self.write(draft, known, subject, notes=notes, dry_run=dry_run)

    def delete(
        self,
        dataset: Dataset,
        names: Sequence[str],
        *,
        refuse_used: Callable[[View, str], None] | None = None,
        dry_run: bool,
    ) -> Edited:
        """Take rows out.

        Args:
            refuse_used: raises where a row must stay because something refers to it.

        Raises:
            NotFound: one of them does not exist; then nothing changes.
        """
        with dataset.writing(self.noun):
            draft = Draft(dataset)
            known = self.read(draft.now)
            slugs = list(dict.fromkeys(self.require(known, name) for name in names))
            for each in slugs:
                if refuse_used is not None:
                    refuse_used(draft.now, each)
                del known[each]
            one = f"the {self.noun} {slugs[0]}" if len(slugs) == 1 else plural(len(slugs), self.noun)
            return self.write(draft, known, f"Delete {one}", dry_run=dry_run)
