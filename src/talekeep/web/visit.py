"""What a screen gets, and what it answers; no server is needed for either."""

import hashlib
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any
from typing import BinaryIO
from typing import TypeAlias

from talekeep.api.dataset import Dataset
from talekeep.core import codec
from talekeep.core.entry import Entry
from talekeep.core.errors import BadRecord
from talekeep.core.errors import Usage
from talekeep.store.dataset import Dataset as Store
from talekeep.web.open_session import OpenSession


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a form: the name it has on the other side, and its bytes."""

    name: str
    file: BinaryIO


@dataclass(frozen=True, slots=True)
class Visit:
    """One request: the dataset, opened for this thread; the parts of the path, the values behind `?`, the
    fields of a form (each with all its values), what lives as long as the server, and files that came."""

    store: Store
    dataset: Dataset
    path: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, list[str]]
    session: OpenSession
    files: Sequence[Upload] = ()

    def field(self, name: str) -> str:
        """The first value of a form's field, "" without one."""
        return next(iter(self.form.get(name, [])), "")

    def stamp(self) -> str:
        """What the dataset is as it lies in the folder, as a short text that differs when it does."""
        files = repr((self.store.history.head(), sorted(self.store.now().files.items())))
        return hashlib.sha256(files.encode()).hexdigest()[:16]

    def fields(self, name: str) -> list[str]:
        """Every value of a form's field that says something."""
        return [value for value in self.form.get(name, []) if value.strip()]

    def entry_in(self, name: str, form: str, hint: str | None = None, *, new: bool = False) -> Entry:
        """The entry that a form's field carries, as it was when the form was made.

        Args:
            form: what it is the form of.
            new: it may have no id yet.

        Raises:
            Usage: there is none; with this hint.
        """
        try:
            value = codec.decode(self.field(name).encode())
        except BadRecord as reason:
            raise Usage(f"this is not the form of {form}: {reason}", hint) from None
        if not isinstance(value, dict) or not (new or isinstance(value.get("id"), str)):
            raise Usage(f"this is not the form of {form}", hint)
        return value


@dataclass(frozen=True, slots=True)
class Page:
    """An answer: a template with its values."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True, slots=True)
class GoTo:
    """An answer: look at another address of this page, where `note` is shown once."""

    address: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Download:
    """An answer: a file to keep, under this name. It lies in a scratch folder, which goes afterwards."""

    name: str
    file: Path
    scratch: Path


Answer: TypeAlias = Page | GoTo | Download
View: TypeAlias = Callable[[Visit], Answer]


@dataclass(frozen=True, slots=True)
class Screen:
    """An address of the page (`{name}` is a part that varies) and what answers there."""

    address: str
    get: View | None = None
    post: View | None = None
