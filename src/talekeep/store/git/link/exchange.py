"""The values of a fetch or a push between two repositories, for every transport."""

import re
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from talekeep.core.progress import Progress
from talekeep.store.git.pack.packs import Objects
from talekeep.store.git.repository import Repository

_BRANCHES_AND_TAGS = ("refs/heads/", "refs/tags/")
_COUNTED = re.compile(r"([A-Za-z][A-Za-z ]{2,40}): +\d+% \((\d{1,12})/(\d{1,12})\)")


@dataclass(frozen=True, slots=True)
class Offer:
    """The branches and tags of another repository by full name, and the branch it is on."""

    refs: dict[str, str]
    head: str | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """A ref to move there, from what it is now (None: it is not there yet)."""

    ref: str
    before: str | None
    after: str


class Transport(Protocol):
    """A way to another repository. Nothing it brings is believed: see `remotes.git_url`."""

    def offer(self) -> Offer:
        """What is there.

        Raises:
            Outside: it cannot be reached, or it is no repository.
        """

    def take(
        self, repo: Repository, haves: Sequence[str], work: Path, progress: Progress
    ) -> tuple[dict[str, str], Objects]:
        """Bring every branch and tag, with all that `haves` do not reach, into a store of its own.

        Args:
            repo: where it will go; that is only read.
            work: an empty folder on the disk of `repo`.

        Raises:
            Refused: what came is damaged, or too large. Outside: it cannot be reached.
        """

    def send(
        self, repo: Repository, updates: Sequence[Update], work: Path, progress: Progress
    ) -> dict[str, str | None]:
        """Send what the updates need and move the refs, never by force: why each was refused, None if done.

        Raises:
            Outside: it cannot be reached.
        """


def only_branches_and_tags(refs: Mapping[str, str]) -> dict[str, str]:
    """Without what else a repository may offer: HEAD, notes, pull requests, peeled tags."""
    return {
        name: value
        for name, value in sorted(refs.items())
        if name.startswith(_BRANCHES_AND_TAGS) and not name.endswith("^{}")
    }


def tell(progress: Progress, line: str) -> None:
    """Pass on what git counts while it works: `Receiving objects:  45% (9/20)`."""
    match = _COUNTED.search(line)
    if match is not None:
        progress(match[1].lower(), int(match[2]), int(match[3]))
