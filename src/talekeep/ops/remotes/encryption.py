"""Encrypted mirrors: the key that is proven before a mirror is made, unlocking on another machine, and for
whom is encrypted."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.ops.remotes import remotes
from talekeep.remotes.encryption import age
from talekeep.remotes.encryption import keys
from talekeep.remotes.encryption import unlock as unlocking
from talekeep.remotes.mirror.folder.disk import step
from talekeep.store.dataset import Dataset


@dataclass(frozen=True, slots=True)
class Unlocked:
    """`key_file` holds the key on this machine, readable by this user alone; None before it is stored."""

    folder: str
    public_key: str | None = None
    key_file: str | None = None


@dataclass(frozen=True, slots=True)
class Recipients:
    """For whom pushes are encrypted; after a change the next push writes everything anew."""

    name: str
    recipients: tuple[str, ...]
    changed: bool = False


def new_key() -> str:
    """A new recovery key. Raises: Outside: pyrage is not installed."""
    return age.new_identity()


def new_passphrase() -> str:
    return age.new_passphrase()


def read_key(place: Path) -> str:
    """The key in a key file.

    Raises:
        Usage: there is none in it.
    """
    return age.identity_in(place.read_bytes())


def parse_key(text: str) -> str:
    return age.identity_in(text.encode())


def write_key(place: Path, key: str) -> str:
    """Write a new key file that only this user can read, and read the key back from it.

    Raises:
        Refused: something has that name. Outside: it cannot be written.
    """
    text = f"# recovery key of a Talekeep mirror; public key: {age.public_key(key)}\n{key}\n"
    try:
        with step(f"write {place}"):
            keys.write_secret(place, text)
    except FileExistsError:
        raise Refused(f"{place} is there already", "choose another name") from None
    return read_key(place)


def require_same(key: str, typed: str) -> None:
    """Check that what a person typed is the key that was shown.

    Raises:
        Usage: it is not.
    """
    if "".join(typed.split()).upper() != key:
        raise Usage(
            "that is not the key that was shown; no mirror was made", "talekeep remote add … --encrypt"
        )


def add(
    dataset: Dataset,
    name: str,
    place: Path,
    *,
    key: str,
    recipients: Sequence[str] = (),
    passphrase: str | None = None,
    label: str = "this",
    dry_run: bool = False,
) -> remotes.Listed:
    """Make an encrypted mirror whose recovery key the user has shown to hold.

    Args:
        key: the recovery key, as it came back from where the user keeps it.
        recipients: more public keys that can read what will be pushed.
        passphrase: put a copy of the key into the folder, locked by it.

    Raises:
        Usage: no such key. Refused: the key does not open what is encrypted; else see `remotes.add`.
    """
    for_all = tuple(dict.fromkeys([age.public_key(key), *map(age.check_recipient, recipients)]))
    age.require_opens(key, for_all)
    locked = age.lock(key, passphrase) if passphrase else None
    if locked and passphrase and age.unlock(locked, passphrase) != key:
        raise Refused("the locked copy of the key does not open again", "try again")
    result = remotes.add(
        dataset, name, place, label=label, recipients=for_all, locked_key=locked, dry_run=dry_run
    )
    if not dry_run:
        remotes.connected(dataset, name).keep_key(key)
    return result


def unlock(place: Path, *, key: str | None = None, passphrase: str | None = None) -> Unlocked:
    """Keep the key of an encrypted mirror on this machine, so that it can be cloned, fetched and checked.

    Args:
        place: the mirror folder, or the folder it lies in.
        key: the recovery key, or another key it is encrypted for.
        passphrase: opens the locked copy of the key in the folder instead.

    Raises:
        NotFound: no mirror, or no locked copy there. Refused: the key is not one of this mirror.
    """
    kept = unlocking.unlock(place, key=key, passphrase=passphrase)
    return Unlocked(str(kept.mirror), kept.public_key, str(kept.key_file))


def recipients(
    dataset: Dataset,
    name: str | None = None,
    *,
    add: Sequence[str] = (),
    drop: Sequence[str] = (),
    dry_run: bool = False,
) -> Recipients:
    """For whom pushes of this clone are encrypted, after adding and dropping public keys.

    What was pushed before stays readable to those it was written for.

    Raises:
        NotFound: no such mirror. Usage: it is not encrypted, no such key, or nobody would be left.
    """
    mirror = remotes.connected(dataset, name)
    before = mirror.recipients()
    if not before:
        raise Usage(f"{mirror.name} is not encrypted", "talekeep remote add NAME FOLDER --encrypt")
    unknown = [key for key in drop if key not in before]
    after = tuple(k for k in dict.fromkeys([*before, *map(age.check_recipient, add)]) if k not in drop)
    if unknown or not after:
        why = f"{unknown[0]} is none of them" if unknown else "somebody must be able to read it"
        raise Usage(why, f"talekeep remote recipients {mirror.name}")
    if after != before and not dry_run:
        with dataset.writing("remote recipients"):
            mirror.set_recipients(after)
    return Recipients(mirror.name, after, after != before)
