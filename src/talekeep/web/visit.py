"""What a screen gets, and what it answers; no server is needed for either."""

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import TypeAlias

from talekeep.api.dataset import Dataset
from talekeep.core import codec
from talekeep.core.entry import Entry
from talekeep.core.errors import BadRecord
from talekeep.core.errors import Usage
from talekeep.store.dataset import Dataset as Store
from talekeep.web.open_session import OpenSession


@dataclass(frozen=True, slots=True)
class Visit:
    """One request: the dataset, opened for this thread; the parts of the path, the values behind `?`, the
    fields of a form (each with all its values), and the reviews under way."""

    store: Store
    dataset: Dataset
    path: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, list[str]]
    session: OpenSession

    def field(self, name: str) -> str:
        """The first value of a form's field, "" without one."""
        return next(iter(self.form.get(name, [])), "")

    def entry_in(self, name: str, form: str, hint: str | None = None) -> Entry:
        """The entry that a form's field carries, as it was when the form was made.

        Args:
            form: what it is the form of.

        Raises:
            Usage: there is none; with this hint.
        """
        try:
            value = codec.decode(self.field(name).encode())
        except BadRecord as reason:
            raise Usage(f"this is not the form of {form}: {reason}", hint) from None
        if not isinstance(value, dict) or not isinstance(value.get("id"), str):
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
    """An answer: look at another address of this page."""

    address: str


Answer: TypeAlias = Page | GoTo
View: TypeAlias = Callable[[Visit], Answer]


@dataclass(frozen=True, slots=True)
class Screen:
    """An address of the page (`{name}` is a part that varies) and what answers there."""

    address: str
    get: View | None = None
    post: View | None = None
