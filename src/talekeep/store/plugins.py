"""Formats, rules, metrics and remotes of other packages, found by their entry points.

They come from the environment this program runs in, never from a dataset. Looking for them reads the metadata
of every installed package (some 10 ms), so only commands that use them do it.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from importlib.metadata import entry_points
from typing import Any

from talekeep.core.errors import BadRecord
from talekeep.core.errors import Outside
from talekeep.core.errors import Problem

GROUPS = ("talekeep.formats", "talekeep.rules", "talekeep.metrics", "talekeep.remotes")


@dataclass(frozen=True, slots=True)
class Plugin:
    """One entry point: `kind` is its group without `talekeep.`, `package` who installed it."""

    kind: str
    name: str
    package: str
    version: str


def installed(group: str) -> list[tuple[Plugin, EntryPoint]]:
    """The entry points of a group, by name; nothing is imported."""
    points = sorted(entry_points(group=group), key=lambda point: (point.name, point.value))
    return [(_plugin(point), point) for point in points]


def _plugin(point: EntryPoint) -> Plugin:
    package = point.dist
    name, version = (package.name, package.version) if package else ("an unnamed package", "")
    return Plugin(point.group.removeprefix("talekeep."), point.name, name, version)


def load(plugin: Plugin, point: EntryPoint) -> Any:
    """What an entry point names.

    Raises:
        Outside: importing it fails; the message names the package.
    """
    with blamed(plugin):
        return point.load()


@contextlib.contextmanager
def blamed(plugin: Plugin) -> Iterator[None]:
    """Run code of a plugin: whatever goes wrong there is said of its package, and is no bug of ours.

    Raises:
        Outside: the code failed.
    """
    try:
        yield
    except (Problem, BadRecord):
        raise
    except Exception as error:
        raise broken(plugin, f"{type(error).__name__}: {error}") from error


def broken(plugin: Plugin, reason: str) -> Outside:
    """The error for a plugin that cannot be used."""
    what = f"{plugin.kind.removesuffix('s')} {plugin.name!r}"
    return Outside(
        f"the {what} of the package {plugin.package} {plugin.version} cannot be used: {reason}",
        f"talekeep doctor; or pip uninstall {plugin.package}",
    )
