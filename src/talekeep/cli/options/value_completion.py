"""What the Tab key offers for a value: entries, tags, characters, branches, rules, the keys of a query."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from talekeep.core.errors import Problem

if TYPE_CHECKING:
    from talekeep.store.dataset import Dataset

Values = Callable[["Dataset"], Iterable[str]]


def completed(context: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The values that a parameter may have and that begin like this; none outside a dataset."""
    values = _values_of(context, param)
    if values is None:
        return []
    from talekeep.store.dataset import Dataset

    base = context.find_root().params.get("folder") or Path()
    try:
        with Dataset.open((base / (context.params.get("work_in") or ".")).resolve()) as dataset:
            known = sorted({*values(dataset)}, key=_order)
    except Problem:
        return []
    head, _, last = incomplete.rpartition(",") if values is _tags else ("", "", incomplete)
    before = f"{head}," if head else ""
    return [CompletionItem(before + value) for value in known if value.startswith(last)]


def _order(value: str) -> tuple[int, str]:
    return (int(value[1:]), "") if value[:1] == "@" and value[1:].isdigit() else (0, value)


def _values_of(context: click.Context, param: click.Parameter) -> Values | None:
    words = context.command_path.split()[1:]
    metavar = param.metavar if isinstance(param, click.Option | click.Argument) else None
    by_place = _BY_PLACE.get((words[0] if words else "", param.name or ""))
    if metavar == "REV":
        return _revisions
    return by_place or _BY_NAME.get(param.name or "")


def _entries(dataset: "Dataset") -> Iterable[str]:
    from talekeep.cli.last_list import remembered

    ids = remembered(dataset)
    return [f"@{number}" for number in range(1, len(ids) + 1)] + ids


def _tags(dataset: "Dataset") -> Iterable[str]:
    from talekeep.library.tags import with_built_in
    from talekeep.store import libraries

    words = with_built_in(libraries.vocabulary(dataset.now()))
    return [slug for slug, tag in words.tags.items() if tag.status == "active"]


def _of_library(path: str) -> Values:
    def names(dataset: "Dataset") -> Iterable[str]:
        import tomllib

        data = dataset.now().optional(path)
        return list(tomllib.loads(data.decode())) if data else []

    return names


def _revisions(dataset: "Dataset") -> Iterable[str]:
    return ["HEAD", *_branches(dataset), *(tag.name for tag in dataset.refs.snapshots())]


def _branches(dataset: "Dataset") -> Iterable[str]:
    remote = (name.removeprefix("refs/remotes/") for name in dataset.refs.under("refs/remotes/"))
    return [*(name.removeprefix("refs/heads/") for name in dataset.refs.under("refs/heads/")), *remote]


def _remotes(dataset: "Dataset") -> Iterable[str]:
    return dataset.settings.subsections("remote")


def _rules(dataset: "Dataset") -> Iterable[str]:
    import talekeep.rules as rules

    return [name for rule in rules.RULES for name in (rule.code, rule.name)]


def _queries(dataset: "Dataset") -> Iterable[str]:
    from talekeep.core.query.parser import SPELLED
    from talekeep.core.reviews import STATES

    characters = _of_library("library/characters.toml")(dataset)
    criteria = dataset.config.review.criteria
    return [
        *SPELLED.values(),
        *(f"tag:{tag}" for tag in _tags(dataset)),
        *(f"character:{name}" for name in characters),
        *(f"review:{state}" for state in STATES),
        *(f"score:{name}>=" for name in criteria),
    ]


def _settings(dataset: "Dataset") -> Iterable[str]:
    from talekeep.ops.project import config

    return [setting.key for setting in config.settings(dataset)]


_CHARACTERS, _PROMPTS = _of_library("library/characters.toml"), _of_library("library/prompts.toml")
_BY_NAME: Mapping[str, Values] = MappingProxyType(
    {
        "entry": _entries,
        "entries": _entries,
        "tags": _tags,
        "where": _queries,
        "query": _queries,
        "select": _rules,
        "ignore": _rules,
    }
)
_BY_PLACE: Mapping[tuple[str, str], Values] = MappingProxyType(
    {
        **{("tag", name): _tags for name in ("names", "old", "into")},
        **{("character", name): _CHARACTERS for name in ("name", "names", "old")},
        **{("prompt", name): _PROMPTS for name in ("name", "names")},
        **{(verb, "name"): _remotes for verb in ("push", "fetch", "sync", "remote")},
        **{(verb, "name"): _branches for verb in ("switch", "merge")},
        ("diff", "before"): _revisions,
        ("diff", "after"): _revisions,
        ("log", "name"): _revisions,
        ("undo", "operation"): _revisions,
        ("rule", "code"): _rules,
        ("config", "words"): _settings,
    }
)
