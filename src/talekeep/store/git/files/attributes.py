"""Git's attributes of paths (gitattributes(5)), as far as they say how a file is stored."""

import os
import re
from collections.abc import Iterator
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from dulwich.attrs import Pattern
from dulwich.wildmatch import MalformedPattern

from talekeep.store.git.repository import Repository

# True: set, False: unset (`-text`), a text: a value; an attribute that is not in the mapping is unspecified.
Value: TypeAlias = str | bool
_Values: TypeAlias = tuple[tuple[str, Value | None], ...]
_Rule: TypeAlias = tuple[Pattern, _Values]

NAME = ".gitattributes"
_BUILT_IN = MappingProxyType({"binary": (("diff", False), ("merge", False), ("text", False))})
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"[ \t]*')
_ESCAPE = re.compile(r"\\([0-7]{3}|.)")
_CONTROL = MappingProxyType({"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"})


class Attributes:
    """The attributes that hold in the work tree of a repository.

    Args:
        coming: attribute files that are about to be written (None: removed), by path. They hold instead of
            those that lie there.
    """

    def __init__(self, repo: Repository, coming: Mapping[str, bytes | None] = MappingProxyType({})) -> None:
        self._repo = repo
        self._coming = coming
        self._macros: dict[str, _Values] = dict(_BUILT_IN)
        self._folders: dict[str, list[_Rule]] = {}

    def of(self, path: str) -> dict[str, Value]:
        """The attributes of a path that are specified."""
        # All files are read first, because each may define macros that the others use.
        rules = [*self._user, *self._in_folders(path), *self._private]
        result: dict[str, Value | None] = {}
        for pattern, values in reversed(rules):
            if pattern.match(path.encode("utf-8", "surrogateescape")):
                self._fill(result, values)
        return {name: value for name, value in result.items() if value is not None}

    def _fill(self, result: dict[str, Value | None], values: _Values) -> None:
        """Add what is not decided yet, the last first; a macro that is set here brings its attributes."""
        for name, value in reversed(values):
            if name not in result:
                result[name] = value
                if value is True:
                    self._fill(result, self._macros.get(name, ()))

    def texts(self, nested: list[str]) -> Iterator[bytes]:
        """The attribute files themselves; `nested` are those below the top folder."""
        for place in (*self._user_files(), self._repo.common_dir / "info/attributes"):
            yield _read(place)
        for path in (NAME, *nested):
            yield self._text(path)

    @cached_property
    def _user(self) -> list[_Rule]:
        return [rule for place in self._user_files() for rule in self._parsed(_read(place), "", macros=True)]

    @cached_property
    def _private(self) -> list[_Rule]:
        return self._parsed(_read(self._repo.common_dir / "info/attributes"), "", macros=True)

    def _user_files(self) -> list[Path]:
        """The system's file and the user's, the weaker first."""
        system = [] if os.environ.get("GIT_ATTR_NOSYSTEM") else [Path("/etc/gitattributes")]
        home = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
        named = self._repo.settings.effective("core", "attributesFile")
        return [*system, Path(os.path.expanduser(named or f"{home}/git/attributes"))]  # noqa: PTH111

    def _in_folders(self, path: str) -> Iterator[_Rule]:
        steps = path.split("/")[:-1]
        for depth in range(len(steps) + 1):
            folder = "/".join(steps[:depth])
            if folder not in self._folders:
                text = self._text(f"{folder}/{NAME}" if folder else NAME)
                self._folders[folder] = self._parsed(text, folder, macros=not folder)
            yield from self._folders[folder]

    def _text(self, path: str) -> bytes:
        if path in self._coming:
            return self._coming[path] or b""
        place = self._repo.path / path
        # Git does not follow a link here either.
        return b"" if place.is_symlink() else _read(place)

    def _parsed(self, data: bytes, folder: str, *, macros: bool) -> list[_Rule]:
        rules = []
        for line in data.decode("utf-8", "surrogateescape").removeprefix("\ufeff").split("\n"):
            pattern, rest = _split(line)
            if pattern.startswith("[attr]"):
                if macros:
                    name = pattern.removeprefix("[attr]")
                    self._macros[name] = tuple(map(_value, rest))
            elif pattern and not pattern.startswith("!") and (compiled := _compiled(pattern, folder)):
                rules.append((compiled, tuple(map(_value, rest))))
        return rules


def _read(place: Path) -> bytes:
    try:
        return place.read_bytes() if place.is_file() else b""
    except OSError:
        return b""


def _split(line: str) -> tuple[str, list[str]]:
    """The pattern of a line and its words; an empty pattern for a line that says nothing."""
    line = line.strip(" \t\r\n\v\f")
    if not line or line.startswith("#"):
        return "", []
    match = _QUOTED.match(line)
    if match is not None:
        return _ESCAPE.sub(_unescaped, match[1]), line[match.end() :].split()
    pattern, *words = line.split()
    return pattern, words


def _unescaped(match: re.Match[str]) -> str:
    if len(match[1]) == 3:
        return bytes([int(match[1], 8) & 0xFF]).decode("utf-8", "surrogateescape")
    return _CONTROL.get(match[1], match[1])


def _compiled(pattern: str, folder: str) -> Pattern | None:
    try:
        return Pattern(*(text.encode("utf-8", "surrogateescape") for text in (pattern, folder)))
    except MalformedPattern:
        # Git takes it for a pattern that matches nothing.
        return None


def _value(word: str) -> tuple[str, Value | None]:
    if word[:1] in ("-", "!"):
        return word[1:], False if word[0] == "-" else None
    name, equals, value = word.partition("=")
    return name, value if equals else True
