"""Files that people write, as models: each version of a file is checked once and then remembered."""

import contextlib
import hashlib
from collections.abc import Callable
from collections.abc import Iterable
from typing import Any
from typing import TypeVar

import orjson

from talekeep.core.errors import Outside
from talekeep.core.errors import Refused
from talekeep.library.model import WrongValue
from talekeep.library.model import build
from talekeep.library.model import check
from talekeep.store import toml
from talekeep.store.checked_files import CheckedFiles
from talekeep.version import __version__

Shape = TypeVar("Shape")
Tables = dict[str, Any]


class Models:
    """What is known of files that were checked.

    Args:
        checked: where it is kept; None checks each file again in every process.
    """

    def __init__(self, checked: CheckedFiles | None = None) -> None:
        self._checked = checked
        self._known: dict[tuple[str, str], bytes] = {}

    def read(self, shape: type[Shape], data: bytes, name: str, prepared: Callable[[Tables], Tables]) -> Shape:
        """A file as a model (or dict of models).

        Args:
            name: the path of the file in the dataset.
            prepared: what is done to the tables before they are checked.

        Raises:
            Refused: not TOML, or a key has a wrong value; named by file and key.
        """
        return build(shape, self.tables(shape, data, name, prepared))

    def tables(self, shape: Any, data: bytes, name: str, prepared: Callable[[Tables], Tables]) -> Tables:
        """The checked tables of a file; see `read`."""
        sha256 = hashlib.sha256(data).hexdigest()
        known = self._find(name, sha256)
        if known:
            result: Tables = orjson.loads(known)
            return result
        tables = prepared(toml.parse(data, name))
        if known is None:
            _require(shape, tables, name)
            self._remember(tables, name, sha256)
        return tables

    def _find(self, name: str, sha256: str) -> bytes | None:
        """The tables of a checked file as JSON, empty where JSON cannot hold them; None: not checked yet."""
        if (name, sha256) not in self._known and self._checked is not None:
            known = self._checked.find(_kind(name), sha256)
            if known is not None:
                self._known[name, sha256] = known
        return self._known.get((name, sha256))

    def written(self, data: bytes, name: str, prepared: Callable[[Tables], Tables]) -> bytes:
        """The bytes of a file that was made from a model, which need no check when they are read.

        Raises:
            Refused: the file would be too large to be read again.
        """
        self._remember(prepared(toml.parse(data, name)), name, hashlib.sha256(data).hexdigest())
        return data

    def merged(self, data: bytes, name: str, sides: Iterable[bytes]) -> None:
        """Note that a file was merged, key by key, from files that were checked: then it needs no check."""
        if all(self._find(name, hashlib.sha256(side).hexdigest()) is not None for side in sides):
            self._remember(toml.parse(data, name), name, hashlib.sha256(data).hexdigest())

    def _remember(self, tables: Tables, name: str, sha256: str) -> None:
        self._known[name, sha256] = _json(tables)
        # What a full disk keeps from being remembered is only checked again.
        with contextlib.suppress(Outside):
            if self._checked is not None:
                self._checked.record(_kind(name), sha256, self._known[name, sha256])


def _kind(name: str) -> str:
    """Another version of Talekeep may know other keys."""
    return f"{name}/{__version__}"


def _json(tables: Tables) -> bytes:
    """The tables as JSON; empty where JSON would not give back the same: dates, huge numbers, NaN."""
    try:
        data = orjson.dumps(tables)
    except orjson.JSONEncodeError:
        return b""
    return data if orjson.loads(data) == tables else b""


def _require(shape: Any, tables: Tables, name: str) -> None:
    try:
        check(shape, tables)
    except WrongValue as error:
        raise Refused(f"{name}: {error}", f"mend it in an editor: {name}") from None
