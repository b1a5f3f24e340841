"""Cards in what has to be unpacked first: CHARX archives, and the YAML of text-generation-webui."""

import io
import re
import zipfile
import zlib
from typing import Any

from talekeep.core import codec
from talekeep.core.errors import BadRecord
from talekeep.library import cards

_ZIP, _CARD = b"PK\x03\x04", "card.json"
_YAML, _MAX_YAML = re.compile(rb"(?m)^greeting:"), 2**20


def read_cards(data: bytes) -> list[cards.Card]:
    """Read the cards of a file: one in a PNG, CHARX or YAML, one or several in JSON.

    Raises:
        BadRecord: it is too large, damaged, or no character card.
    """
    if data.startswith(_ZIP):
        return [cards.read(_in_archive(data))]
    if not data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"{", b"[")) and _YAML.search(data):
        return [cards.read(codec.encode(_of_yaml(data)))]
    return cards.read_all(data)


def _in_archive(data: bytes) -> bytes:
    """The card of a CHARX archive, up to a limit; nothing else in it is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(_CARD) as opened:
            text = opened.read(cards.MAX_FILE + 1)
    except KeyError:
        raise BadRecord(f"a ZIP archive without {_CARD}") from None
    except (zipfile.BadZipFile, EOFError, RuntimeError, zlib.error) as error:
        raise BadRecord(f"the archive of the card is damaged: {error}") from None
    if len(text) > cards.MAX_FILE:
        raise BadRecord(f"the card in the archive unpacks to more than {cards.MAX_FILE // 2**20} MiB")
    return text


def _of_yaml(data: bytes) -> dict[str, Any]:
    """The object of a YAML card; without aliases, with which a small file stands for a huge one."""
    try:
        import yaml  # type: ignore[import-untyped, import-not-found, unused-ignore]
    except ImportError:
        raise BadRecord("a YAML card: pip install 'talekeep[yaml]'") from None
    if len(data) > _MAX_YAML:
        raise BadRecord(f"a YAML card larger than {_MAX_YAML // 2**20} MiB")
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(data, Loader=yaml.SafeLoader)):
            raise BadRecord("a YAML card with aliases is not read")
        value = yaml.safe_load(data)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise BadRecord(f"not YAML: {' '.join(str(error).split())[:200]}") from None
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise BadRecord("not a character card: no object")
    return value
