"""The secret keys of encrypted mirrors on this machine, and for whom this clone encrypts.

Keys lie in the user's own folder, readable by the user alone; recipients in `.git/config`. Neither ever
goes into a mirror folder in the clear.
"""

import os
import re
from collections.abc import Iterable
from collections.abc import Sequence
from pathlib import Path

from talekeep.core.errors import Refused
from talekeep.remotes.encryption import age as crypt
from talekeep.remotes.mirror.setup import StoreFile
from talekeep.store.files import outside
from talekeep.store.git.repository import Repository

_STORE = re.compile(r"[0-9a-f]{32}")


def identities(folder: Path, store: str) -> list[str]:
    """The secret keys kept here for a mirror; none where it was never unlocked.

    Raises:
        Outside: the file cannot be read.
    """
    place = _place(folder, store)
    try:
        return [crypt.identity_in(place.read_bytes())] if place.exists() else []
    except OSError as error:
        raise outside(f"cannot read {place}", error) from error


def keep(folder: Path, store: str, identity: str) -> Path:
    """Store a key for the mirror with this id, readable by this user only."""
    place = _place(folder, store)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_secret(place, f"# public key: {crypt.public_key(identity)}\n{identity}\n", replace=True)
    except OSError as error:
        raise outside(f"cannot write {place}", error) from error
    return place


def write_secret(path: Path, text: str, *, replace: bool = False) -> None:
    """Write a file with mode 0600 from its creation on."""
    flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if replace else os.O_EXCL)
    with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as stream:
        path.chmod(0o600)
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def _place(folder: Path, store: str) -> Path:
    if not _STORE.fullmatch(store):
        raise Refused(f"{store[:40]!r} is no id of a mirror")
    return folder / f"{store}.txt"


def recipients_of(repo: Repository, remote: str) -> tuple[str, ...]:
    """For whom pushes to a remote are encrypted; empty where they are not."""
    return tuple((repo.settings.get("remote", "recipients", remote) or "").split())


def set_recipients(repo: Repository, remote: str, recipients: Sequence[str]) -> None:
    repo.settings.set({("remote", remote, "recipients"): " ".join(recipients) or None})


def joined_recipients(folder: Path, mirror: Path, store: StoreFile) -> tuple[str, ...]:
    """For whom a clone that joins a mirror encrypts: those it names, and the holder of the key kept here.

    Raises:
        Refused: it is encrypted and no key of it is here.
    """
    if not store.sealed:
        return ()
    require_key(folder, mirror, [store.store])
    return tuple(dict.fromkeys([*store.recipients, *map(crypt.public_key, identities(folder, store.store))]))


def require_key(folder: Path, mirror: Path, stores: Iterable[str]) -> None:
    """Raises: Refused: no key is kept here for any of these mirrors."""
    if not any(identities(folder, store) for store in stores):
        raise Refused(
            f"{mirror} is encrypted and its key is not on this machine", f"talekeep remote unlock {mirror}"
        )


def require_recipients(repo: Repository, remote: str, store: StoreFile) -> tuple[str, ...]:
    """For whom a push is encrypted.

    Raises:
        Refused: the mirror is an encrypted one and this clone does not know for whom to write.
    """
    recipients = recipients_of(repo, remote)
    if store.sealed and not recipients:
        raise Refused(
            f"{remote} is an encrypted mirror, and this clone does not know for whom to encrypt",
            "talekeep setup, on a machine where talekeep remote unlock FOLDER was run",
        )
    return recipients
