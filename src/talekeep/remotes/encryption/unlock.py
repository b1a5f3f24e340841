"""Store the key of an encrypted mirror on this machine, so that it can read the mirror."""

from dataclasses import dataclass
from pathlib import Path

from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.remotes.encryption import age
from talekeep.remotes.encryption import keys
from talekeep.remotes.mirror.environment import Setting
from talekeep.remotes.mirror.folder.disk import step
from talekeep.remotes.mirror.folder.scan import scan
from talekeep.remotes.mirror.setup import StoreFile
from talekeep.remotes.mirror.setup import find
from talekeep.remotes.mirror.setup import stores
from talekeep.store.scratch import scratch_folder

_MAX_KEY = 64 * 1024


@dataclass(frozen=True, slots=True)
class KeptKey:
    """A key that is on this machine now, and the mirror it opens."""

    mirror: Path
    public_key: str
    key_file: Path


def unlock(place: Path, *, key: str | None = None, passphrase: str | None = None) -> KeptKey:
    """Keep the key of a mirror here.

    Args:
        place: the mirror folder, or the folder it lies in.
        key: the recovery key, or another key it is encrypted for.
        passphrase: opens the locked copy of the key in the folder instead.

    Raises:
        NotFound: no mirror, or no locked copy there. Refused: the key is not one of this mirror.
    """
    setting = Setting()
    mirror = find(setting.disk, place)
    store = _sealed_store(mirror, stores(setting.disk, mirror))
    key = key or _locked_key(mirror, passphrase or "")
    public = age.public_key(key)
    if public not in store.recipients and not _opens(mirror, key, setting):
        raise Refused(f"this key is none of those {mirror} is encrypted for", "use the key of this mirror")
    return KeptKey(mirror, public, keys.keep(setting.keys(), store.store, key))


def _opens(mirror: Path, key: str, setting: Setting) -> bool:
    """Whether the key opens what some machine pushed last: it may have been added after the mirror was made,
    and no file that is there is ever changed."""
    scanned = scan(setting.disk, mirror)
    newest = [scanned.newest(writer) for writer in scanned.writers()]
    with scratch_folder() as scratch:
        for number, state in enumerate(state for state in newest if state and state.manifest.sealed):
            try:
                age.decrypt(state.candidates[-1][0], scratch / str(number), [key])
            except Refused:
                # Pushed before the key was added, or damaged; another machine's push may tell.
                continue
            return True
    return False


def _sealed_store(mirror: Path, stores: list[StoreFile]) -> StoreFile:
    sealed = [store for store in stores if store.sealed]
    if not sealed:
        raise Refused(f"{mirror} is not encrypted", "talekeep clone reads it as it is")
    return sealed[0]


def _locked_key(mirror: Path, passphrase: str) -> str:
    with step(f"read {mirror}"):
        result = sorted(mirror.glob("recovery-*.age"))
        if not result:
            raise NotFound(f"{mirror} holds no locked copy of the key", "give the recovery key instead")
        return age.unlock(result[0].read_bytes()[:_MAX_KEY], passphrase)
