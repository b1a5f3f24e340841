"""Encryption with age: without a key nothing in the folder can be read. Writing needs public keys only, and
the `age` program opens what is written here. pyrage does the work and is loaded when it is needed.
"""

import hashlib
import re
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from talekeep.core.errors import Outside
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.remotes.mirror.writer.publish import CHUNK

SUFFIX = ".age"
MAGIC = b"age-encryption.org/v1\n"
RECIPIENT = re.compile(r"age1[02-9ac-hj-np-z]{58}")
_IDENTITY = re.compile(r"AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}", re.IGNORECASE)
_MAX_KEY_FILE = 64 * 1024
_CONSONANTS, _VOWELS = "bdfghjklmnprstvz", "aeiou"
_WORDS = 7


def _age() -> Any:
    try:
        import pyrage  # type: ignore[import-not-found,import-untyped,unused-ignore]
    except ImportError:
        raise Outside(
            "encryption needs pyrage, which is not installed", "pip install 'talekeep[crypt]'"
        ) from None
    return pyrage


def new_identity() -> str:
    """A new secret key, in the form `age-keygen` prints."""
    return str(_age().x25519.Identity.generate())


def public_key(identity: str) -> str:
    """The key to encrypt for, so that this identity can read.

    Raises:
        Usage: it is no secret key of age.
    """
    return str(_identity(identity).to_public())


def _identity(text: str) -> Any:
    age = _age()
    try:
        return age.x25519.Identity.from_str(text.strip().upper())
    except age.IdentityError:
        raise Usage("that is no age key", "it begins with AGE-SECRET-KEY-1 and has 74 characters") from None


def check_recipient(text: str) -> str:
    """A public key as it may stand in the list of recipients.

    Raises:
        Usage: it is none.
    """
    age = _age()
    try:
        return str(age.x25519.Recipient.from_str(text.strip()))
    except age.RecipientError:
        raise Usage(
            f"{text[:80]!r} is no public key of age", "it begins with age1; age-keygen -y shows it"
        ) from None


def identity_in(data: bytes) -> str:
    """The one secret key in the text of a key file; comments and blank lines are passed over.

    Raises:
        Usage: there is none, or several.
    """
    lines = [line.strip() for line in data[:_MAX_KEY_FILE].decode("utf-8", "replace").splitlines()]
    keys = [line.upper() for line in lines if _IDENTITY.fullmatch(line)]
    if len(keys) != 1:
        raise Usage(
            f"a key file holds one line AGE-SECRET-KEY-1…, this one {len(keys)}", "age-keygen -o FILE"
        )
    return keys[0]


def require_opens(identity: str, recipients: Sequence[str]) -> None:
    """Encrypt something small for all recipients and read it with this identity.

    Raises:
        Refused: it does not come back.
    """
    age, test = _age(), secrets.token_bytes(32)
    try:
        sealed = age.encrypt(test, [age.x25519.Recipient.from_str(r) for r in recipients])
        if age.decrypt(sealed, [_identity(identity)]) == test:
            return
    except age.DecryptError:
        # Reported below, like any other key that does not fit.
        sealed = b""
    raise Refused("this key does not open what is encrypted for this mirror", "use the key of this mirror")


def encrypt(source: Path, target: Path, recipients: Sequence[str]) -> tuple[int, str]:
    """Encrypt a file into a new one.

    Returns:
        The size in bytes and the SHA-256 of the new file.
    """
    age = _age()
    keys = [age.x25519.Recipient.from_str(recipient) for recipient in recipients]
    with source.open("rb") as reader, target.open("xb") as writer:
        age.encrypt_io(reader, writer, keys)
    sha, size = hashlib.sha256(), 0
    with target.open("rb") as stream:
        while data := stream.read(CHUNK):
            sha.update(data)
            size += len(data)
    return size, sha.hexdigest()


def decrypt(source: Path, target: Path, identities: Sequence[str]) -> None:
    """Decrypt a file into a new one on this machine's own disk.

    Raises:
        Refused: no key here opens it, or it was changed or cut short.
    """
    if not identities:
        raise Refused("it is encrypted, and this machine has no key for it", "talekeep remote unlock FOLDER")
    age = _age()
    try:
        with source.open("rb") as reader, target.open("xb") as writer:
            age.decrypt_io(reader, writer, [_identity(identity) for identity in identities])
    except (age.DecryptError, OSError, ValueError) as error:
        target.unlink(missing_ok=True)
        raise Refused(
            f"it cannot be decrypted: {error}", "talekeep remote unlock FOLDER, with the right key"
        ) from error


# A copy of the key that lies in the folder itself, locked by words


def new_passphrase() -> str:
    """A passphrase of random words, about 116 bits of entropy."""
    pattern = (_CONSONANTS, _VOWELS, _CONSONANTS, _VOWELS, _CONSONANTS)
    return "-".join("".join(secrets.choice(letters) for letters in pattern) for _ in range(_WORDS))


def lock(identity: str, passphrase: str) -> bytes:
    """The key as a file that `age -d -i` takes after asking for the passphrase."""
    text = f"# public key: {public_key(identity)}\n{identity}\n"
    return bytes(_age().passphrase.encrypt(text.encode(), passphrase))


def unlock(data: bytes, passphrase: str) -> str:
    """The key that was locked.

    Raises:
        Refused: the passphrase is another one, or the file is damaged.
    """
    age = _age()
    try:
        return identity_in(bytes(age.passphrase.decrypt(data, passphrase.strip())))
    except age.DecryptError as error:
        raise Refused(f"the passphrase does not open it: {error}", "type it as it was shown") from error
