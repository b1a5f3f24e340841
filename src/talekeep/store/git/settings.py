"""The configuration of one repository (`.git/config`)."""

import io
import os
import shlex
from collections.abc import Iterable
from collections.abc import Mapping
from pathlib import Path
from typing import IO
from typing import cast

from dulwich.config import Config
from dulwich.config import ConfigFile
from dulwich.config import StackedConfig
from dulwich.repo import Repo
from dulwich.repo import parse_shared_repository

from talekeep.core.errors import Refused
from talekeep.store.files import all_or_none
from talekeep.store.files import replace
from talekeep.store.git import config_text
from talekeep.store.git import formats
from talekeep.store.git import locks
from talekeep.store.git.config_text import Key
from talekeep.store.git.pack.objects import LocalStore

# What tells one state of a file from another.
_Signature = tuple[int, int, int]


class ConfiguredRepo(Repo):
    """A repository whose configuration is read by git's own rules, and by name refused where it is broken.

    Raises:
        NotFound: there is none at `path`. Refused: it is of a kind that this program cannot read.
    """

    def __init__(self, path: Path) -> None:
        folders = formats.require_readable(path)
        config = ConfigFile.from_file(_opened(folders.common_dir / "config"), expand_includes=False)
        shared = _value(config, (b"core",), b"sharedRepository")
        store = LocalStore.from_config(
            folders.common_dir / "objects", config, shared_perm=parse_shared_repository(shared or False)
        )
        assert isinstance(store, LocalStore)
        store.folders = folders
        super().__init__(os.fspath(path), object_store=store)

    def get_config(self) -> ConfigFile:
        return self._read_config(Path(os.fspath(self.commondir())) / "config")

    def get_worktree_config(self) -> ConfigFile:
        return self._read_config(Path(os.fspath(self.controldir())) / "config.worktree")

    def get_config_stack(self) -> StackedConfig:
        own = self.get_config()
        backends = [own]
        if _is_true(_value(own, (b"extensions",), b"worktreeconfig")):
            backends.insert(0, self.get_worktree_config())
        files = [*backends, *(self._read_config(path) for path in _user_files())]
        return StackedConfig([given_settings(os.environ), *files], writable=None)

    def _read_config(self, path: Path) -> ConfigFile:
        last = self.__dict__.setdefault("_last_read", {})
        signature = _signature(path)
        if path in last and last[path][0] == signature:
            return cast(ConfigFile, last[path][1])
        result = self._parse_config(path)
        # What an included file says may change without a trace in this one.
        if not any(_is_include(section) for section in result.sections()):
            last[path] = signature, result
        return result

    def _parse_config(self, path: Path) -> ConfigFile:
        matchers = self._get_config_condition_matchers()
        try:
            return _heeded(ConfigFile.from_path(path, condition_matchers=matchers, file_opener=_opened))
        except (FileNotFoundError, NotADirectoryError):
            return ConfigFile()
        except ValueError as error:
            raise Refused(f"{path} cannot be read: {error}", "git config --list --show-origin") from error


def _heeded(config: ConfigFile) -> ConfigFile:
    """Without extensions that change nothing, which dulwich would refuse."""
    section = (b"extensions",)
    for name in formats.harmless(dict(config.items(section))) if config.has_section(section) else ():
        del config[section][name]
    return config


def _signature(path: Path) -> _Signature | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _is_include(section: tuple[bytes, ...]) -> bool:
    return section[0].lower() in (b"include", b"includeif")


def _opened(path: str | os.PathLike[str]) -> IO[bytes]:
    """A configuration file in the plainest form: dulwich knows only part of the syntax."""
    data = Path(path).read_bytes()
    try:
        return io.BytesIO(config_text.canonical(data))
    except config_text.SyntaxFault as fault:
        raise _broken(Path(path), fault) from fault


def _broken(path: Path, fault: config_text.SyntaxFault) -> Refused:
    return Refused(f"{path} has a syntax error in line {fault.line}", f"mend that line: {path}")


def given_settings(environment: Mapping[str, str]) -> ConfigFile:
    """What `git -c NAME=VALUE` and GIT_CONFIG_COUNT with its keys and values set (git-config(1),
    "ENVIRONMENT"); stronger than any file, and `-c` the strongest.

    Raises:
        Refused: one of these variables is broken.
    """
    result = ConfigFile()
    try:
        count = int(environment.get("GIT_CONFIG_COUNT") or 0)
        rows = [
            (environment[f"GIT_CONFIG_KEY_{n}"], environment[f"GIT_CONFIG_VALUE_{n}"]) for n in range(count)
        ]
        for word in shlex.split(environment.get("GIT_CONFIG_PARAMETERS", "")):
            name, equals, value = word.partition("=")
            # A name without a value is true.
            rows.append((name, value if equals else "true"))
        for name, value in rows:
            section, _, rest = name.partition(".")
            subsection, _, last = rest.rpartition(".")
            result.set(_section(section.lower(), subsection or None), last.lower().encode(), _bytes(value))
    except (KeyError, ValueError) as error:
        raise Refused(
            f"GIT_CONFIG_COUNT or GIT_CONFIG_PARAMETERS in the environment is broken: {error}",
            "unset GIT_CONFIG_COUNT GIT_CONFIG_PARAMETERS",
        ) from error
    return result


def _user_files() -> list[Path]:
    """The user's and the system's configuration, the strongest first (git-config(1), "FILES")."""
    home = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    named = os.environ.get("GIT_CONFIG_GLOBAL")
    paths = [named] if named is not None else ["~/.gitconfig", f"{home}/git/config"]
    if os.environ.get("GIT_CONFIG_NOSYSTEM", "0").lower() in ("0", "", "false", "no", "off"):
        paths.append(os.environ.get("GIT_CONFIG_SYSTEM") or _system_file())
    return [Path(os.path.expanduser(path)) for path in paths if path]  # noqa: PTH111 (no home is no error)


def _system_file() -> str:
    return "/etc/gitconfig" if os.name != "nt" else f"{os.environ.get('PROGRAMFILES', '')}/Git/etc/gitconfig"


class Settings:
    def __init__(self, repo: Repo) -> None:
        self._repo = repo

    @property
    def path(self) -> Path:
        """Where the file itself lies, behind any link."""
        return (Path(os.fspath(self._repo.commondir())) / "config").resolve()

    def get(self, section: str, name: str, subsection: str | None = None) -> str | None:
        """A value of this repository's own configuration; None where it is not set there."""
        return _value(self._repo.get_config(), _section(section, subsection), name.encode())

    def every(self, section: str, name: str, subsection: str | None = None) -> list[str]:
        """All values of a key of this repository's own configuration that may be set several times."""
        config, place = self._repo.get_config(), _section(section, subsection)
        if not config.has_section(place):
            return []
        return [_text(value) for value in config.get_multivar(place, name.encode())]

    def effective(self, section: str, name: str, subsection: str | None = None) -> str | None:
        """A value as git would find it: this repository's, else the user's or the system's."""
        return _value(self._repo.get_config_stack(), _section(section, subsection), name.encode())

    def is_on(self, section: str, name: str) -> bool:
        """Whether git takes this key for true."""
        return _is_true(self.effective(section, name))

    def set(self, values: Mapping[Key, str | None], dropped: Iterable[tuple[str, str]] = ()) -> None:
        """Set (or with None remove) many `(section, subsection, name)` values in one write, and take whole
        `[section "subsection"]`s out. No other byte of the file changes.

        Raises:
            Refused: another program holds the file's lock, or a line of it is broken.
            Outside: the disk refused.
        """
        path = self.path
        sections = [(section.encode(), _bytes(subsection)) for section, subsection in dropped]
        with locks.held(path.with_name(f"{path.name}.lock"), path.parent / "talekeep"):
            before = path.read_bytes() if path.exists() else b""
            try:
                after = config_text.edited(before, values, sections)
            except config_text.SyntaxFault as fault:
                raise _broken(path, fault) from fault
            if after != before:
                with all_or_none([path]):
                    replace(path, after, keep_mode=True)

    def drop(self, section: str, subsection: str) -> None:
        """Forget all there is under `[section "subsection"]`."""
        self.set({}, [(section, subsection)])

    def subsections(self, section: str) -> list[str]:
        """`["origin", "backup"]` for `remote`."""
        result = self._repo.get_config().sections()
        return [_text(s[1]) for s in result if s[0].lower() == section.encode() and len(s) > 1]

    def identity(self) -> tuple[str | None, str | None]:
        """Name and e-mail of an author as git would find them: this repository's, then the user's."""
        stack = self._repo.get_config_stack()
        author, user = _section("author", None), _section("user", None)
        name, email = (_value(stack, author, key) or _value(stack, user, key) for key in (b"name", b"email"))
        return name, email


def _value(config: Config, section: tuple[bytes, ...], name: bytes) -> str | None:
    try:
        return _text(config.get(section, name))
    except KeyError:
        return None


def _is_true(value: str | None) -> bool:
    return (value or "").lower() in ("true", "yes", "on", "1")


def _section(section: str, subsection: str | None) -> tuple[bytes, ...]:
    return (section.encode(),) if subsection is None else (section.encode(), _bytes(subsection))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")
