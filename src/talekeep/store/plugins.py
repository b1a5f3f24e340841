"""Formats, rules, metrics and remotes of other packages, found by their entry points.

They come from the environment this program runs in, never from a dataset. Only commands that use them call
`use_formats` and its like. What they bring is put into the tables of `formats`, `rules` and `metrics`, once
for the whole process. A table is imported where it is used: a command that needs one does not load the
others.
"""

import contextlib
import re
import sys
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace
from functools import cache
from functools import wraps
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import ParamSpec
from typing import TypeVar

from talekeep.core.errors import BadRecord
from talekeep.core.errors import Outside
from talekeep.core.errors import Problem

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from talekeep.formats import Format
    from talekeep.formats import Reader
    from talekeep.metrics.base import Metric
    from talekeep.rules import Rule

FORMATS, RULES, METRICS, REMOTES = (
    "talekeep.formats",
    "talekeep.rules",
    "talekeep.metrics",
    "talekeep.remotes",
)
GROUPS = (FORMATS, RULES, METRICS, REMOTES)

Given = ParamSpec("Given")
Got = TypeVar("Got")
_NAME = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True, slots=True)
class Plugin:
    """One entry point: `kind` is its group without `talekeep.`, `package` who installed it."""

    kind: str
    name: str
    package: str
    version: str


def installed(group: str) -> list[tuple[Plugin, "EntryPoint"]]:
    """The entry points of a group, by name; nothing is imported."""
    if not _may_be_installed(group):
        return []
    # It takes a while to load, and most environments have no plugin.
    from importlib.metadata import entry_points

    points = sorted(entry_points(group=group), key=lambda point: (point.name, point.value))
    return [(_plugin(point), point) for point in points]


def _may_be_installed(group: str) -> bool:
    """False where no `entry_points.txt` on the search path names the group.

    Reads the files alone, in a tenth of the time of `importlib.metadata`. A search path that is not made of
    folders (a zip file, a finder of another package) could hold anything.
    """
    if any(hasattr(finder, "find_distributions") and finder is not PathFinder for finder in sys.meta_path):
        return True
    wanted = f"[{group}]".encode()
    places = [Path(place) for place in dict.fromkeys(sys.path)]
    if any(place.is_file() for place in places):
        return True
    files = (file for place in places for file in place.glob("*.*-info/entry_points.txt"))
    return any(wanted in file.read_bytes() for file in files)


def _plugin(point: "EntryPoint") -> Plugin:
    package = point.dist
    name, version = (package.name, package.version) if package else ("an unnamed package", "")
    return Plugin(point.group.removeprefix("talekeep."), point.name, name, version)


def load(plugin: Plugin, point: "EntryPoint") -> Any:
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


def _guarded(plugin: Plugin, function: Callable[Given, Got]) -> Callable[Given, Got]:
    @wraps(function)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> Got:
        with blamed(plugin):
            return function(*args, **kwargs)

    return run


def _require(plugin: Plugin, holds: bool, reason: str) -> None:
    if not holds:
        raise broken(plugin, reason)


@cache
def use_formats() -> None:
    """Put the formats of other packages into `formats.FORMATS`.

    Raises:
        Outside: a plugin cannot be used; the message names its package.
    """
    import talekeep.formats as formats

    result = [_format(plugin, load(plugin, point)) for plugin, point in installed(FORMATS)]
    if result:
        _refuse_clashes([(plugin, reader.NAME) for plugin, reader in result], formats.BUILT_IN)
    formats.extend(reader for _, reader in result)


def _format(plugin: Plugin, loaded: Any) -> "tuple[Plugin, Reader]":
    needed = ("NAME", "TITLE", "SAMPLE", "KEYS", "claims", "read")
    lacking = [name for name in needed if not hasattr(loaded, name)]
    _require(plugin, not lacking, f"a format has {', '.join(lacking)} too")
    _require(plugin, plugin.name == loaded.NAME, f"its NAME is {loaded.NAME!r}, not as the entry point says")
    _require(plugin, bool(_NAME.fullmatch(plugin.name)), "its name has other signs than a-z, 0-9 and -")
    guarded = _GuardedFormat if hasattr(loaded, "write") else _GuardedReader
    return plugin, guarded(plugin, loaded)


class _GuardedReader:
    """A format of another package, whose failures name that package."""

    def __init__(self, plugin: Plugin, loaded: "Reader") -> None:
        self.NAME = loaded.NAME
        self.TITLE = loaded.TITLE
        self.SAMPLE = loaded.SAMPLE
        self.KEYS = loaded.KEYS
        self.claims = _guarded(plugin, loaded.claims)
        self.read = _guarded(plugin, loaded.read)


class _GuardedFormat(_GuardedReader):
    def __init__(self, plugin: Plugin, loaded: "Format") -> None:
        super().__init__(plugin, loaded)
        self.write = _guarded(plugin, loaded.write)


@cache
def use_rules() -> None:
    """Put the rules of other packages beside the built-in ones. They find, and stop no commit.

    Raises:
        Outside: a plugin cannot be used; the message names its package.
    """
    import talekeep.rules as rules

    result = [row for plugin, point in installed(RULES) for row in _rules(plugin, load(plugin, point))]
    _refuse_clashes([(plugin, rule.code) for plugin, rule in result], rules.BY_CODE)
    _refuse_clashes([(plugin, rule.name) for plugin, rule in result], {rule.name for rule in rules.RULES})
    rules.extend(rule for _, rule in result)


def _rules(plugin: Plugin, loaded: Any) -> "Iterator[tuple[Plugin, Rule]]":
    from talekeep.rules.base import Rule
    from talekeep.rules.table import ADDED_CODE

    rows = (
        (loaded,)
        if isinstance(loaded, Rule)
        else tuple(loaded)
        if isinstance(loaded, list | tuple)
        else (None,)
    )
    for rule in rows:
        _require(plugin, isinstance(rule, Rule), "it is no Rule, and no list of them")
        shape = "a code is two capital letters or more, then two digits or more"
        _require(plugin, bool(ADDED_CODE.fullmatch(rule.code)), f"{rule.code}: {shape}")
        _require(plugin, rule.scope == "entry", f"{rule.code}: an added rule looks at one entry")
        mend = _guarded(plugin, rule.mend) if rule.mend else None
        yield plugin, replace(rule, check=_guarded(plugin, _at_once(rule.check)), mend=mend)


def _at_once(check: Callable[Given, Iterable[Got]]) -> Callable[Given, Iterable[Got]]:
    """A check that has run when it answers: a generator would fail outside of the guard."""

    @wraps(check)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> Iterable[Got]:
        return tuple(check(*args, **kwargs))

    return run


@cache
def use_metrics() -> None:
    """Put the metrics of other packages beside those of the default profile.

    Raises:
        Outside: a plugin cannot be used; the message names its package.
    """
    from talekeep.metrics import table

    result = [_metric(plugin, load(plugin, point)) for plugin, point in installed(METRICS)]
    _refuse_clashes([(plugin, metric.name) for plugin, metric in result], {m.name for m in table.METRICS})
    table.extend(metric for _, metric in result)


def _metric(plugin: Plugin, loaded: Any) -> "tuple[Plugin, Metric]":
    from talekeep.metrics.base import Metric

    _require(plugin, isinstance(loaded, Metric), "it is no Metric")
    guarded = {
        name: _guarded(plugin, getattr(loaded, name)) for name in ("measure", "report", "charts", "advise")
    }
    return plugin, replace(loaded, **guarded)


def _refuse_clashes(named: Iterable[tuple[Plugin, str]], taken: Iterable[str]) -> None:
    """See that no name is taken: neither by what is built in, nor by another package.

    Raises:
        Outside: one is.
    """
    holders = dict.fromkeys(taken, "Talekeep itself")
    for plugin, name in named:
        _require(plugin, name not in holders, f"{name!r} is taken by {holders.get(name)}")
        holders[name] = f"the package {plugin.package}"
