"""`doctor --report`: what helps to find a fault, fit to be sent along.

It never holds a text of an entry, a name that people gave, an address or a folder.
"""

import getpass
import platform
import re
import socket
import sqlite3
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from talekeep.core.errors import Problem
from talekeep.ops.project import config as settings
from talekeep.ops.project.doctor import Checked
from talekeep.ops.project.doctor import Diagnosis
from talekeep.ops.project.doctor import doctor
from talekeep.remotes import addresses
from talekeep.store.dataset import Dataset

PACKAGES = ("click", "dulwich", "orjson", "pydantic", "tomli-w", "jinja2", "cryptography")
# Settings of git that change what is stored, checked out, signed or packed.
GIT_KEYS = (
    "core.autocrlf",
    "core.bare",
    "core.eol",
    "core.fileMode",
    "core.ignoreCase",
    "core.precomposeUnicode",
    "core.repositoryFormatVersion",
    "core.sharedRepository",
    "core.sparseCheckout",
    "core.splitIndex",
    "core.symlinks",
    "commit.gpgSign",
    "extensions.objectFormat",
    "extensions.partialClone",
    "extensions.refStorage",
    "extensions.worktreeConfig",
    "feature.manyFiles",
    "gc.auto",
    "gpg.format",
    "i18n.commitEncoding",
    "index.sparse",
    "maintenance.auto",
    "tag.gpgSign",
)
# Settings of ours whose values people choose in their own words.
_OWN_WORDS = ("name", "reviewer", "holdout.where")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`")


@dataclass(frozen=True, slots=True)
class CheckReport:
    """A check of `doctor` and what it found, without names and folders."""

    name: str
    ok: bool
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CloneReport:
    """`settings` and `git_settings` hold the keys that are set; `numbers` counts entries, parts, files,
    branches and remotes by kind; `under_way` is a merge that stopped, or what only git can end."""

    settings: dict[str, str]
    git_settings: dict[str, str]
    numbers: dict[str, int]
    under_way: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """`packages`: name → version, "" for one that is not installed; `clone` is None outside a dataset, and
    where the dataset does not open."""

    talekeep: str
    python: str
    git: str
    sqlite: str
    platform: str
    packages: dict[str, str]
    plugins: list[str]
    checks: list[CheckReport]
    clone: CloneReport | None


def report(start: Path) -> Report:
    """What is known of this clone and what the program runs on; works outside a dataset too.

    Args:
        start: a folder in or outside a dataset.
    """
    diagnosis = doctor(start)
    hidden = _hidden(diagnosis)
    return Report(
        talekeep=diagnosis.versions.talekeep,
        python=diagnosis.versions.python,
        git=(diagnosis.versions.git or "none").partition(" (")[0],
        sqlite=sqlite3.sqlite_version,
        platform=platform.platform(),
        packages={name: _version(name) for name in PACKAGES},
        plugins=[f"{plugin.kind} {plugin.package} {plugin.version}" for plugin in diagnosis.plugins],
        checks=[_checked(check, hidden) for check in diagnosis.checks],
        clone=None if diagnosis.dataset is None else _clone(Path(diagnosis.dataset)),
    )


def _clone(folder: Path) -> CloneReport | None:
    try:
        with Dataset.open(folder) as dataset:
            return CloneReport(
                _settings(dataset), _git_settings(dataset), _numbers(dataset), dataset.under_way
            )
    except Problem:
        # What is wrong stands among the checks.
        return None


def _settings(dataset: Dataset) -> dict[str, str]:
    values = {each.key: each.value for each in settings.settings(dataset) if each.value is not None}
    return {key: "(set)" if key in _OWN_WORDS else value for key, value in values.items()}


def _git_settings(dataset: Dataset) -> dict[str, str]:
    values = {key: dataset.settings.effective(*key.split(".", 1)) for key in GIT_KEYS}
    return {key: value for key, value in values.items() if value is not None}


def _numbers(dataset: Dataset) -> dict[str, int]:
    now = dataset.now()
    numbers = {
        "entries": dataset.count(now),
        "parts": len(now.parts()),
        "files": len(now.files),
        "branches": len(dataset.refs.branches()),
    }
    for name in dataset.settings.subsections("remote"):
        kind = addresses.kind_of(dataset.settings.get("remote", "url", name) or "")
        key = f"remotes: {kind.name if kind is not None else 'unknown'}"
        numbers[key] = numbers.get(key, 0) + 1
    return numbers


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _hidden(diagnosis: Diagnosis) -> Mapping[str, str]:
    """What must not stand in a report → what stands there instead, the longest first."""
    words = {str(Path.home()): "HOME", getpass.getuser(): "USER", socket.gethostname(): "HOST"}
    if diagnosis.dataset is not None:
        words |= {diagnosis.dataset: "DATASET", Path(diagnosis.dataset).name: "DATASET"}
    return {word: words[word] for word in sorted(words, key=len, reverse=True) if word}


def _checked(check: Checked, hidden: Mapping[str, str]) -> CheckReport:
    faults: Iterable[str] = (fault.message for fault in (*check.faults, *check.states))
    return CheckReport(check.name, check.ok, tuple(_without_names(text, hidden) for text in faults))


def _without_names(text: str, hidden: Mapping[str, str]) -> str:
    for word, instead in hidden.items():
        text = text.replace(word, instead)
    # What is quoted is a name that somebody gave; a path that is left says where it lies.
    text = _QUOTED.sub("NAME", text)
    return re.sub(r"(?<!\S)/\S+", "PATH", text)
