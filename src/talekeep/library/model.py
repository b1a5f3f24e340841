"""Models of the files that people write: frozen dataclasses, made from TOML tables that were checked.

The fields of a model are the keys that Talekeep knows. An `OpenModel` keeps other keys, any other model
refuses them. A model holds models as a field or as the values of a `dict`, nowhere else.

`check` is the only place that loads pydantic. `build` makes the model from tables that are known to be right.
"""

import dataclasses
import json
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from functools import cache
from functools import partial
from typing import Annotated
from typing import Any
from typing import ClassVar
from typing import Self
from typing import TypeVar
from typing import get_args
from typing import get_origin

_UNKNOWN = "unknown"
_LONGEST_VALUE = 40


class WrongValue(ValueError):
    """Tables that are no such model: `key` is the dotted path to what is wrong, "" for the table itself."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}" if key else reason)
        self.key = key


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """A table of which every key is known."""

    # Read by pydantic; a plain dict, so that pydantic need not be loaded to define a model.
    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    def replaced(self, **changes: Any) -> Self:
        """A copy with other values; like those of a new model they are not checked."""
        return dataclasses.replace(self, **changes)


@dataclass(frozen=True)
class Limits:
    """The least and the largest value of a whole number.

    annotated_types takes anything with this mark for the constraints it yields. So it is loaded (some 6 ms)
    only when a value is checked, not whenever a model is defined.
    """

    __is_annotated_types_grouped_metadata__: ClassVar[bool] = True

    least: int
    most: int | None = None

    def __iter__(self) -> Iterator[Any]:
        from annotated_types import Ge
        from annotated_types import Le

        yield Ge(self.least)
        if self.most is not None:
            yield Le(self.most)


class _AnyValue:
    """Lets pydantic accept anything: a file may have a key of its own that is called `unknown`."""

    def __get_pydantic_core_schema__(self, _: Any, handler: Callable[[Any], Any]) -> Any:
        return handler(Any)


def _as_open(schema: dict[str, Any]) -> None:
    """Describe the file, not the field that keeps what is unknown in it."""
    schema["properties"].pop(_UNKNOWN, None)
    schema["additionalProperties"] = True


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenModel(Model):
    """A table that may come from a newer Talekeep: keys without a field are kept in `unknown`."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "ignore", "json_schema_extra": _as_open}

    unknown: Annotated[dict[str, Any], _AnyValue()] = field(default_factory=dict)


Shape = TypeVar("Shape")


def read(kind: type[Shape], tables: Any) -> Shape:
    """The model (or dict of models) that tables describe.

    Raises:
        WrongValue: see `check`.
    """
    check(kind, tables)
    return build(kind, tables)


def check(kind: Any, tables: Any) -> None:
    """Compare tables with a model. Numbers, texts and truth values are never taken for one another, but a
    whole number is also a number.

    Args:
        kind: a model or a dict of models.
        tables: what `tomllib` read.

    Raises:
        WrongValue: a key is missing, has a wrong value, or is unknown where all are known.
    """
    from pydantic import ValidationError

    try:
        # As JSON, because pydantic's strict mode takes a dict for a dataclass only there.
        _adapter(kind).validate_json(json.dumps(tables, default=_no_json), strict=True)
    except ValidationError as error:
        raise WrongValue(*_fault(error.errors(include_url=False)[0], tables)) from None


@cache
def _adapter(kind: Any) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


def _no_json(value: Any) -> Any:
    """A date or time of TOML, as something that no field takes for a text."""
    return {type(value).__name__: str(value)}


def _fault(error: Any, tables: Any) -> tuple[str, str]:
    """The dotted path and the reason of an error that pydantic found."""
    path: list[str] = []
    value = tables
    for step in error["loc"]:
        # A step that leads nowhere is a missing key, or pydantic's name for one member of a union.
        known = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
        if step in known:
            path.append(str(step))
            value = value[step]
        elif error["type"] == "missing":
            path.append(str(step))
    return ".".join(path), _reason(error, value)


def _reason(error: Any, value: Any) -> str:
    if error["type"] == "missing":
        return "missing"
    if error["type"] == "unexpected_keyword_argument":
        return "there is no such key"
    if error["type"] == "literal_error":
        choices = error["ctx"]["expected"].replace("'", "").replace(" or ", ", ")
        return f"{_shown(value)} is none of {choices}"
    wanted = (
        error["msg"]
        .removeprefix("Input ")
        .replace("a valid integer", "an integer")
        .replace("a valid ", "a ")
        .replace("an object", "a table")
    )
    return f"{wanted.replace('dictionary', 'table').replace('array', 'list')}, not {_shown(value)}"


def _shown(value: Any) -> str:
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else f"a list of {len(value)}"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def build(kind: type[Shape], tables: Any) -> Shape:
    """The model (or dict of models) of tables that `check` has passed."""
    shape: Any = kind
    model: Shape = (_builder(shape) or _as_it_is)(tables)
    return model


def _as_it_is(value: Any) -> Any:
    return value


@cache
def _builder(kind: Any) -> Callable[[Any], Any] | None:
    """What makes a value of this type from a checked one; None where it is one already."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _builder(inner[0])
    if _is_model(kind):
        return partial(_build_model, kind)
    if origin is dict and (of_values := _builder(inner[1])):
        return partial(_build_dict, of_values)
    return tuple if origin is tuple else float if kind is float else None


def _build_dict(of_values: Callable[[Any], Any], table: dict[str, Any]) -> dict[str, Any]:
    return {key: of_values(item) for key, item in table.items()}


def _build_model(kind: Any, table: dict[str, Any]) -> Model:
    builders = _builders(kind)
    values = {}
    for key, item in table.items():
        if key in builders:
            builder = builders[key]
            values[key] = item if builder is None else builder(item)
    if issubclass(kind, OpenModel):
        values[_UNKNOWN] = {key: item for key, item in table.items() if key not in builders}
    model: Model = kind(**values)
    return model


@cache
def _builders(kind: Any) -> dict[str, Callable[[Any], Any] | None]:
    return {name: _builder(known) for name, known in _fields(kind).items()}


def plain(model: Model, *, defaults: bool = True) -> dict[str, Any]:
    """The tables a model was read from: its fields in their order, then what was unknown.

    Args:
        defaults: False leaves out what is only a default.
    """
    kind: Any = type(model)
    usual = _defaults(kind)
    known = {
        name: _plain(getattr(model, name), defaults)
        for name in _fields(kind)
        if defaults or getattr(model, name) != usual[name]
    }
    return known | (model.unknown if isinstance(model, OpenModel) else {})


def _plain(value: Any, defaults: bool) -> Any:
    if isinstance(value, Model):
        return plain(value, defaults=defaults)
    if isinstance(value, dict):
        return {key: _plain(item, defaults) for key, item in value.items()}
    return value


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Model)


@cache
def _fields(kind: Any) -> dict[str, Any]:
    """The types of a model's own fields; `unknown` is none of them, so a key of that name is kept as well."""
    return {field.name: field.type for field in dataclasses.fields(kind) if field.name != _UNKNOWN}


@cache
def _defaults(kind: Any) -> dict[str, Any]:
    """What each field is where the file does not say it; a required one has a default that equals nothing."""
    return {
        field.name: field.default if field.default_factory is dataclasses.MISSING else field.default_factory()
        for field in dataclasses.fields(kind)
    }
