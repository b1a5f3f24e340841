"""Where a dataset may be pushed to. Private material must not leave by accident: git's pre-push hook lets
through only what was allowed once, in this clone.

An allowed place is a section of `.git/config`, never of a file that travels with the dataset:

    [talekeep-push "https://example.org/harbor.git"]
        allowed = true
        secrets = true      (only where keys and tokens may go along)
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.remotes import addresses
from talekeep.store.dataset import Dataset

_SECTION = "talekeep-push"
# A user name (and a password) in a web address says who pushes, not where.
_LOGIN = re.compile(r"^(https?://)[^/@]*@")


@dataclass(frozen=True, slots=True)
class Allowed:
    """A place and whether it may be pushed to now; `name` is the remote that leads there."""

    url: str
    allowed: bool
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Permissions:
    """Places and whether they may be pushed to."""

    remotes: list[Allowed]


def allow(
    dataset: Dataset, remote: str, *, allowed: bool = True, secrets: bool = False, dry_run: bool = False
) -> Permissions:
    """Allow (or no longer allow) pushing to a remote, by its name (all its addresses) or by one address.

    Args:
        secrets: even what looks like a key or token.

    Raises:
        NotFound: no remote has this name, and it is no address. Usage: a line break in the address.
    """
    known = addresses_of(dataset, remote)
    if not known and not re.search(r"[:/\\]", remote):
        raise NotFound(f"there is no remote {remote}", f"git remote add {remote} URL")
    places = [_place(url) for url in known or [remote]]
    if any(not sign.isprintable() for place in places for sign in place):
        raise Usage("an address is one line of printable characters", "talekeep remote list")
    if not dry_run:
        with dataset.writing("remote allow"):
            for place in places:
                dataset.settings.set(setting(place, allowed=allowed))
                if secrets or not allowed:
                    held = "true" if secrets and allowed else None
                    dataset.settings.set({(_SECTION, place, "secrets"): held})
    return Permissions([Allowed(place, allowed, remote if known else None) for place in places])


def setting(url: str, *, allowed: bool = True) -> Mapping[tuple[str, str | None, str], str | None]:
    """What to set in `.git/config`, for whoever makes the remote of this address in the same step."""
    return {(_SECTION, _place(url), "allowed"): "true" if allowed else None}


def is_allowed(dataset: Dataset, url: str) -> bool:
    """True for a mirror of ours, and for an address that was allowed here."""
    if addresses.split(url) is not None:
        return True
    return dataset.settings.get(_SECTION, "allowed", _place(url)) == "true"


def require_allowed(dataset: Dataset, name: str) -> None:
    """Stop before a dataset goes where nobody ever allowed it to go; git's pre-push hook asks the same.

    Raises:
        Refused: it was never allowed.
    """
    url = dataset.settings.get("remote", "url", name) or ""
    if not is_allowed(dataset, url):
        raise Refused(
            f"not pushed: {addresses.shown(url)} was never allowed to have this dataset",
            f"talekeep remote allow {name}",
        )


def has_secrets(dataset: Dataset, url: str) -> bool:
    """True for an address where keys and tokens may go, because they open nothing or it is nobody else's."""
    return dataset.settings.get(_SECTION, "secrets", _place(url)) == "true"


def shown(url: str) -> str:
    """The address without whoever logs in there."""
    return _place(url)


def addresses_of(dataset: Dataset, name: str) -> list[str]:
    """Where `git push NAME` goes, which may be several places; [] where no remote has this name."""
    settings = dataset.settings
    return settings.every("remote", "pushurl", name) or settings.every("remote", "url", name)


def _place(url: str) -> str:
    return _LOGIN.sub(r"\1", url).rstrip("/") or url
