"""Models of the files that people write: frozen values, made from TOML tables and checked on the way.

A model's fields are what Talekeep knows of a table. What else stands there is kept by an `OpenModel` and an
error in any other. Models hold models as a field's type or as the values of a `dict`, in no other place.
"""

from collections.abc import Iterator
from functools import cache
from itertools import cycle
from typing import Any
from typing import Literal
from typing import Self
from typing import TypeVar
from typing import get_args
from typing import get_origin

import msgspec

_UNKNOWN = "unknown"


class WrongValue(ValueError):
    """A table that is no such model: `key` is the dotted way to what is wrong, "" for the table itself."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}" if key else reason)
        self.key = key


class Model(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of which every key is known."""

    def replaced(self, **changes: Any) -> Self:
        """A copy with other values; like those of a new model they are not checked."""
        return msgspec.structs.replace(self, **changes)


class OpenModel(Model, frozen=True, kw_only=True):
    """A table that may come from a newer Talekeep: keys without a field are kept in `unknown`."""

    unknown: dict[str, Any] = {}


Known = TypeVar("Known", bound=Model)


def read(kind: type[Known], tables: Any) -> Known:
    """The model that tables describe. Numbers, texts and truth are never taken for one another, but a whole
    number is a number.

    Raises:
        WrongValue: a key is missing, has a wrong value, or is unknown where all are known.
    """
    try:
        return msgspec.convert(_with_unknown_aside(kind, tables), kind)
    except msgspec.ValidationError as error:
        key, reason = _fault(kind, tables) or ((), str(error))
    raise WrongValue(".".join(key), reason)


def plain(model: Model, *, defaults: bool = True) -> dict[str, Any]:
    """The tables a model was read from: its fields in their order, then what was unknown.

    Args:
        defaults: False leaves out what is only a default.
    """
    usual = _defaults(type(model))
    told = {
        name: _plain(kind, getattr(model, name), defaults)
        for name, kind in _fields(type(model)).items()
        if defaults or getattr(model, name) != usual[name]
    }
    return told | (model.unknown if isinstance(model, OpenModel) else {})


def _plain(kind: Any, value: Any, defaults: bool) -> Any:
    if not _holds_models(kind):
        return value
    if isinstance(value, Model):
        return plain(value, defaults=defaults)
    return {key: _plain(get_args(kind)[1], item, defaults) for key, item in value.items()}


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Model)


@cache
def _holds_models(kind: Any) -> bool:
    return _is_model(kind) or (get_origin(kind) is dict and _holds_models(get_args(kind)[1]))


@cache
def _fields(kind: type[Model]) -> dict[str, Any]:
    """The types of a model's own fields; `unknown` is none of them, so a key of that name is kept as well."""
    return {field.name: field.type for field in msgspec.structs.fields(kind) if field.name != _UNKNOWN}


@cache
def _defaults(kind: type[Model]) -> dict[str, Any]:
    """What each field is where nobody says it; a required one has a default that equals nothing."""
    return {
        field.name: field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
        for field in msgspec.structs.fields(kind)
    }


def _with_unknown_aside(kind: Any, value: Any) -> Any:
    """The value with unknown keys of its tables in a table of their own, where the field for them is."""
    if not isinstance(value, dict) or not _holds_models(kind):
        return value
    if not _is_model(kind):
        return {key: _with_unknown_aside(get_args(kind)[1], item) for key, item in value.items()}
    fields = _fields(kind)
    known = {key: _with_unknown_aside(fields[key], item) for key, item in value.items() if key in fields}
    unknown = {key: item for key, item in value.items() if key not in fields}
    return known | ({_UNKNOWN: unknown} if unknown and issubclass(kind, OpenModel) else unknown)


def _fault(kind: Any, value: Any) -> tuple[tuple[str, ...], str] | None:
    """The first thing wrong with a value and the keys that lead there. msgspec does not name the keys of a
    table, so each part is tried for itself, which only a file with a fault pays for."""
    for key, inner, item in _parts(kind, value):
        found = _fault(inner, item)
        if found:
            return (key, *found[0]), found[1]
    if isinstance(value, dict) and _holds_models(kind):
        return _misfit(kind, value) if _is_model(kind) else None
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        return (), _reason(kind, value, str(error))
    return None


def _parts(kind: Any, value: Any) -> Iterator[tuple[str, Any, Any]]:
    """What a value consists of: key, the type it should have, and the part itself."""
    if isinstance(value, dict) and _is_model(kind):
        yield from ((key, inner, value[key]) for key, inner in _fields(kind).items() if key in value)
    elif isinstance(value, dict) and get_origin(kind) is dict:
        yield from ((key, get_args(kind)[1], item) for key, item in value.items())
    elif isinstance(value, list) and get_origin(kind) in (list, tuple):
        kinds = cycle(inner for inner in get_args(kind) if inner is not ...)
        yield from ((str(n), next(kinds), item) for n, item in enumerate(value))


def _misfit(kind: type[Model], table: dict[str, Any]) -> tuple[tuple[str, ...], str] | None:
    """The first key of a table that is missing or should not be there."""
    missing = [key for key in _fields(kind) if _defaults(kind)[key] is msgspec.NODEFAULT and key not in table]
    unknown = [] if issubclass(kind, OpenModel) else [key for key in table if key not in _fields(kind)]
    if missing:
        return (missing[0],), "missing"
    return ((unknown[0],), "there is no such key") if unknown else None


def _reason(kind: Any, value: Any, said: str) -> str:
    if get_origin(kind) is Literal and isinstance(value, str):
        return f"{value!r} is none of {', '.join(get_args(kind))}"
    return said.replace("object", "table").replace("array", "list").replace(" | null", "")
