"""Addresses of other repositories, as git writes them: which are used, and what of them may be shown."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult
from urllib.parse import unquote
from urllib.parse import urlsplit

from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.store.files import at_home

_SCHEMES = ("file", "http", "https", "ssh")
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_HELPER = re.compile(r"([A-Za-z0-9][A-Za-z0-9+.-]*)::")
# `host:path` and `user@host:path`: a colon before any slash.
_SCP = re.compile(r"(?:([^@/\\:]+)@)?([^@/\\:\[\]]+|\[[0-9A-Fa-f:.]+\]):(.+)")
_CONTROL = re.compile("[\x00-\x1f\x7f]")
_HINT = "use https://…, ssh://…, HOST:PATH, file://… or a path"


@dataclass(frozen=True, slots=True)
class Location:
    """Where a repository is; `path` only where that is on this machine, and `url` is absolute then."""

    url: str
    scheme: str
    path: Path | None = None


def is_remote(text: str) -> bool:
    """True for what is written as an address, not as a path."""
    return bool(_URL.match(text) or _HELPER.match(text) or _is_scp(text))


def is_network(text: str) -> bool:
    """True for an address that leads off this machine."""
    return is_remote(text) and not text.lower().startswith("file:")


def _is_scp(text: str) -> bool:
    match = _SCP.fullmatch(text)
    drive = os.name == "nt" and match is not None and match[1] is None and len(match[2]) == 1
    return match is not None and not drive


def locate(text: str, base: Path = Path()) -> Location:
    """What an address means; a relative path is seen from `base`.

    Raises:
        Usage: it could be taken for an option, or holds control characters or a secret.
        Refused: a kind of address that can run programs, or one that is not allowed here.
    """
    if text.startswith("-") or _CONTROL.search(text) or not text:
        raise Usage(f"{text!r} is no address of a repository", _HINT)
    result = _remote(text) if is_remote(text) else _local(base / at_home(text))
    allowed = os.environ.get("GIT_ALLOW_PROTOCOL")
    if allowed is not None and result.scheme not in allowed.split(":"):
        raise Refused(f"GIT_ALLOW_PROTOCOL does not allow {result.scheme}", f"it allows: {allowed}")
    return result


def _local(path: Path) -> Location:
    absolute = path.resolve()
    return Location(os.fspath(absolute), "file", absolute)


def _remote(text: str) -> Location:
    match = _URL.match(text)
    if match is None and not _HELPER.match(text):
        return _scp(text)
    scheme = match[1].lower() if match else text.partition("::")[0]
    if match is None or scheme not in _SCHEMES:
        raise Refused(f"{scheme} is no kind of address that is used here", _HINT)
    parts = _split(text)
    if scheme == "file":
        if parts.netloc not in ("", "localhost"):
            raise Usage(f"{text} names another machine", "file:///path/on/this/machine")
        path = unquote(parts.path)
        return _local(Path(path[1:] if os.name == "nt" else path))
    _refuse_host(parts.hostname or "", parts.username or "", text)
    _refuse_secrets(parts, text)
    return Location(text, scheme)


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        assert parts.port is None or parts.port > 0
    except (ValueError, AssertionError):
        raise Usage(f"{shown(text)!r} is no address of a repository", _HINT) from None
    return parts


def _scp(text: str) -> Location:
    match = _SCP.fullmatch(text)
    assert match is not None
    _refuse_host(match[2], match[1] or "", text)
    return Location(text, "ssh")


def _refuse_host(host: str, user: str, text: str) -> None:
    # ssh would take either for an option, and there are options that run a program.
    if not host or host.startswith("-") or user.startswith("-"):
        raise Usage(f"{shown(text)!r} names no host", _HINT)


def _refuse_secrets(parts: SplitResult, text: str) -> None:
    if parts.password is not None:
        raise Usage(
            f"{shown(text)} holds a password, which would be stored in plain text",
            "leave it out: git's credential helpers and ssh keys are used",
        )
    if parts.scheme.startswith("http") and (parts.query or parts.fragment):
        raise Usage(f"{shown(text)} has a query, which may hold a token", "leave out what follows the path")


def shown(url: str) -> str:
    """An address for people: without a password, a token or a query it may hold."""
    match = _URL.match(url)
    if match is None:
        return url
    place, slash, path = url[match.end() :].partition("/")
    user, at, host = place.rpartition("@")
    kept = f"{user.partition(':')[0]}@" if at and match[1].lower() == "ssh" else ""
    return f"{match[0]}{kept}{host}{slash}{re.split('[?#]', path)[0]}"


def last_name(url: str) -> str:
    """The name a clone gets: the last part of the address, without `.git`."""
    path = re.split("[?#]", url)[0].rstrip("/\\").removesuffix("/.git")
    return re.split(r"[/\\:]", path)[-1].removesuffix(".git")
