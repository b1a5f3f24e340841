"""`config`: what this clone does by itself, and what the dataset says of itself.

The first kind is kept in `.git/config` and never travels, so that no repository can make a clone do
anything; the second is `talekeep.toml`, and changing it is a commit.
"""

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import talekeep.formats as formats
import talekeep.rules as rules
from talekeep.core import codec
from talekeep.core import reviews
from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.core.query import parser
from talekeep.core.slug import slug
from talekeep.ops import message
from talekeep.store import config
from talekeep.store import plugins
from talekeep.store import toml_edit
from talekeep.store.dataset import Dataset

CLONE, DATASET = ".git/config", config.NAME
_LEVELS = ("error", "warning", "info", "off")


@dataclass(frozen=True, slots=True)
class Setting:
    """One key, kept in the file `where`; `value` is None where nothing is set and `default` holds."""

    key: str
    value: str | None
    default: str
    where: str


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings as they are now. `commit` is the commit that changed one, None where there was none to make: a
    setting of this clone, or nothing changed."""

    settings: list[Setting]
    commit: str | None = None


@dataclass(frozen=True, slots=True)
class _Key:
    """`section` is the one of `.git/config` where a key without a dot is kept."""

    where: str
    default: str
    read: Callable[[str], str | int | bool]
    section: str = ""


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in choices:
            raise Usage(f"{text!r} is none of {', '.join(choices)}", f"choose one of: {', '.join(choices)}")
        return text

    return read


def _flag(text: str) -> bool:
    return _one_of("true", "false")(text) == "true"


def _part_size(text: str) -> int:
    least, most = config.TARGET_LIMITS.least, config.TARGET_LIMITS.most
    if not text.isascii() or not text.isdigit():
        raise Usage(f"{text!r} is no number", f"for example {config.PART_TARGET}")
    if len(text) > 9 or not least <= int(text) <= (most or least):
        raise Refused(
            f"a part may have {least} to {most} bytes, not {text}", f"for example {config.PART_TARGET}"
        )
    return int(text)


def _line_size(text: str) -> int:
    """Bytes, or a number of them with MiB behind it."""
    digits = text.removesuffix("MiB").strip()
    if not digits.isascii() or not digits.isdigit() or len(digits) > 9:
        raise Usage(f"{text!r} is no size", "for example 32MiB")
    size = int(digits) * (2**20 if text.endswith("MiB") else 1)
    if not codec.MAX_LINE <= size <= codec.MOST_LINE:
        least, most = codec.MAX_LINE // 2**20, codec.MOST_LINE // 2**20
        raise Refused(f"a line may have {least}MiB to {most}MiB, not {text}", "for example 32MiB")
    return size


def _format(text: str) -> str:
    plugins.use_formats()
    return formats.named(text).NAME


def _reviewer(text: str) -> str:
    if not slug(text):
        raise Usage(
            f"{text!r} has no letter or digit to name a reviewer by",
            "for example talekeep config reviewer wren",
        )
    return text


def _query(text: str) -> str:
    parser.parse(text)
    return text


_KEYS: Mapping[str, _Key] = MappingProxyType(
    {
        "identity": _Key(CLONE, "git", _one_of("git", "neutral"), "talekeep"),
        "mirror.auto": _Key(CLONE, "off", _one_of("on-commit", "off")),
        "mirror.prune": _Key(CLONE, "on", _one_of("on", "off")),
        "reviewer": _Key(CLONE, "", _reviewer, "talekeep"),
        "repack.auto": _Key(CLONE, "on", _one_of("on", "off")),
        "name": _Key(DATASET, "", str),
        "export.clean": _Key(DATASET, "false", _flag),
        "export.format": _Key(DATASET, "chatml", _format),
        "holdout.where": _Key(DATASET, "", _query),
        "holdout.by": _Key(DATASET, "record", _one_of("record", "source")),
        "review.policy": _Key(DATASET, "strictest", _one_of(*reviews.POLICIES)),
        "storage.max_line": _Key(DATASET, str(codec.MAX_LINE), _line_size),
        "storage.target": _Key(DATASET, str(config.PART_TARGET), _part_size),
        "validation.profile": _Key(DATASET, "default", _one_of(*rules.PROFILES)),
    }
)
_RULES = "validation.rules."


def settings(dataset: Dataset) -> list[Setting]:
    """Every key there is, with its value."""
    texts = _stated(dataset)
    set_rules = [f"{_RULES}{code}" for code in dataset.config.validation.rules]
    return [_setting(dataset, key, texts) for key in (*_KEYS, *sorted(set_rules))]


def get(dataset: Dataset, key: str) -> Setting:
    """One setting.

    Raises:
        NotFound: there is no such key.
    """
    return _setting(dataset, key, _stated(dataset) if _known(key).where == DATASET else {})


def _setting(dataset: Dataset, key: str, tables: Mapping[str, Any]) -> Setting:
    known = _known(key)
    table, _, last = key.rpartition(".")
    here = known.where == CLONE
    value = dataset.settings.get(table or known.section, last) if here else _in_file(tables, table, last)
    return Setting(key, value, known.default, known.where)


def _stated(dataset: Dataset) -> Mapping[str, Any]:
    return config.stated((dataset.path / config.NAME).read_bytes(), dataset.models)


def change(dataset: Dataset, key: str, value: str | None, *, dry_run: bool = False) -> Settings:
    """Set a key, or with None take it out so that the default holds.

    Raises:
        NotFound: there is no such key. Usage: no such value or rule.
        Refused: `talekeep.toml` has uncommitted changes, or cannot be changed line by line.
    """
    known = _known(key)
    read = None if value is None else known.read(value)
    with dataset.writing("config"):
        before = get(dataset, key)
        if known.where == CLONE:
            return _change_clone(dataset, before, value, dry_run)
        return _change_dataset(dataset, before, read, dry_run)


def let_in(dataset: Dataset, size: str, *, dry_run: bool = False) -> None:
    """Let lines of up to this size in, from now on; nothing is changed where they are let in already.

    Raises:
        Usage: no size. Refused: too large, or `talekeep.toml` has uncommitted changes.
    """
    wanted = _line_size(size)
    codec.allow_lines(wanted)
    if wanted > dataset.config.storage.max_line and not dry_run:
        change(dataset, "storage.max_line", size)
        del dataset.config


def _change_clone(dataset: Dataset, before: Setting, value: str | None, dry_run: bool) -> Settings:
    section, _, name = before.key.rpartition(".")
    if not dry_run and value != before.value:
        dataset.settings.set({(section or _known(before.key).section, None, name): value})
    return Settings([replace(before, value=value)])


def _change_dataset(
    dataset: Dataset, before: Setting, value: str | int | bool | None, dry_run: bool
) -> Settings:
    table, _, key = before.key.rpartition(".")
    if value is None and key == "name":
        raise Usage("a dataset needs a name", "talekeep config name NAME")
    data = (dataset.path / config.NAME).read_bytes()
    made = config.edited(toml_edit.with_value(data, table, key, value, config.NAME), dataset.models)
    after = replace(before, value=_in_file(config.stated(made, dataset.models), table, key))
    if dry_run or made == data:
        return Settings([after])
    subject = f"Set {before.key}" if value is not None else f"Unset {before.key}"
    return Settings([after], dataset.write({config.NAME: made}, message(subject, "config")))


def _known(key: str) -> _Key:
    if key.startswith(_RULES):
        plugins.use_rules()
        rules.named(key[len(_RULES) :])
        return _Key(DATASET, "as the profile says", _one_of(*_LEVELS))
    if key not in _KEYS:
        raise NotFound(f"there is no setting {key!r}", f"settings: {', '.join(_KEYS)}, {_RULES}CODE")
    return _KEYS[key]


def _in_file(tables: Mapping[str, Any], table: str, key: str) -> str | None:
    """A value of `talekeep.toml` as text; None where the file does not say it."""
    for step in table.split(".") if table else []:
        tables = tables.get(step, {})
    value = tables.get(key)
    return str(value).lower() if isinstance(value, bool) else None if value is None else str(value)
