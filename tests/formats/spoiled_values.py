"""JSON values with junk somewhere inside."""

from collections.abc import Iterator
from typing import Any


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value in a JSON value, its own first."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield from places(inner, (*path, key))


def with_junk(value: Any, path: tuple[Any, ...], junk: Any) -> Any:
    """The value with `junk` at a path."""
    if not path:
        return junk
    key, *rest = path
    changed = dict(value) if isinstance(value, dict) else list(value)
    changed[key] = with_junk(changed[key], tuple(rest), junk)
    return changed
