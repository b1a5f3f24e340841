"""What the libraries have in common: one file is read, changed and committed, with the entries that follow.

Characters and prompts are rows by slug (`LibraryTable`), deleted, archived and restored alike. The vocabulary
has three tables in its file, and rules of its own for each of these words (`talekeep.library.vocabulary`).
"""

from abc import ABC
from abc import abstractmethod
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic
from typing import NamedTuple
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
from talekeep.store.models import Models
from talekeep.store.view import View

Item = TypeVar("Item", bound=Model)
Content = TypeVar("Content")


class Change(NamedTuple, Generic[Content]):
    """What a library becomes, the subject of the commit, and notes for whoever asked for it."""

    content: Content
    subject: str
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class LibraryFile(ABC, Generic[Content]):
    """The file of a library.

    Args:
        noun: what one thing in it is called in messages and trailers.
    """

    kind: Kind
    noun: str

    @abstractmethod
    def read(self, view: View) -> Content:
        """What the file of a view holds. Raises: Refused: it cannot be read."""

    @abstractmethod
    def dump(self, content: Content, models: Models) -> bytes:
        """The file. Raises: Refused: it would be too large to be read again."""

    def change(
        self,
        dataset: Dataset,
        step: Callable[[Draft, Content], Change[Content]],
        *,
        operation: str = "",
        dry_run: bool,
    ) -> Edited:
        """Change the library, and through the draft the entries that refer to it, in one commit.

        Args:
            operation: for the trailer of the commit; else the noun.
        """
        with dataset.writing(operation or self.noun):
            draft = Draft(dataset)
            content, subject, notes = step(draft, self.read(draft.now))
            return self.write(draft, content, subject, operation=operation, notes=notes, dry_run=dry_run)

    def write(
        self,
        draft: Draft,
        content: Content,
        subject: str,
        *,
        operation: str = "",
        notes: Sequence[str] = (),
        dry_run: bool,
        commit: bool = True,
    ) -> Edited:
        """Write the library, if it differs, with the other changes of the draft."""
        if content != self.read(draft.now):
            draft.set_file(self.kind.path, self.dump(content, draft.now.models))
        return draft.finish(subject, operation or self.noun, dry_run=dry_run, commit=commit, notes=notes)


@dataclass(frozen=True)
class LibraryTable(LibraryFile[dict[str, Item]], Generic[Item]):
    """A library of rows that are offered or not.

    Args:
        model: of a row, with a field `active`.
        archiving, restoring: the verbs in the subjects of commits.
        listing: the command that shows every row.
    """

    model: type[Item]
    archiving: str
    restoring: str
    listing: str

    def read(self, view: View) -> dict[str, Item]:
        return libraries.read(view, self.kind, self.model)

    def dump(self, content: dict[str, Item], models: Models) -> bytes:
        return libraries.dump(self.kind, content, models)

    def require(self, known: Iterable[str], name: str) -> str:
        """The slug of a row that is there. Raises: NotFound: there is none of this name."""
        wanted = slug(name)
        if wanted not in known:
            raise self.unknown(name)
        return wanted

    def unknown(self, name: str) -> NotFound:
        return NotFound(f"there is no {self.noun} {name!r}", self.listing)

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

        def step(draft: Draft, known: dict[str, Item]) -> Change[dict[str, Item]]:
            slugs = self._slugs(known, names)
            notes = [] if active or remarks is None else list(remarks(draft.now, known, slugs))
            changed = {each: known[each].replaced(active=active) for each in slugs}
            subject = f"{self.restoring if active else self.archiving} {plural(len(slugs), self.noun)}"
            return Change({**known, **changed}, subject, notes)

        return self.change(dataset, step, dry_run=dry_run)

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

        def step(draft: Draft, known: dict[str, Item]) -> Change[dict[str, Item]]:
            slugs = self._slugs(known, names)
            if refuse_used is not None:
                for each in slugs:
                    refuse_used(draft.now, each)
            one = f"the {self.noun} {slugs[0]}" if len(slugs) == 1 else plural(len(slugs), self.noun)
            return Change({at: row for at, row in known.items() if at not in slugs}, f"Delete {one}")

        return self.change(dataset, step, dry_run=dry_run)

    def _slugs(self, known: Iterable[str], names: Iterable[str]) -> list[str]:
        return list(dict.fromkeys(self.require(known, name) for name in names))
