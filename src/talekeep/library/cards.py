"""Character cards as programs for roleplay write them: JSON of three generations, or inside a PNG picture.

A card is kept whole; of what it says only name and description are understood here.
"""

import base64
import binascii
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from talekeep.core import codec
from talekeep.core.errors import BadRecord

MAX_FILE = 64 * 2**20
_PNG = b"\x89PNG\r\n\x1a\n"
# The newer spelling first: programs write both, and where they differ the newer one says more.
_KEYWORDS = (b"ccv3", b"chara")
_NAMES = ("name", "char_name")
_DESCRIPTIONS = ("description", "char_persona", "context")
_SIGNS = {"first_mes", "personality", "scenario", "mes_example", "char_persona", "char_greeting"}
# The card of text-generation-webui.
_OTHER_SIGNS = {"name", "greeting", "context"}
_MENTIONS = (b'"chara_card', *(f'"{sign}"'.encode() for sign in sorted(_SIGNS)), b"greeting:", b'"greeting"')


@dataclass(frozen=True, slots=True)
class Card:
    """A character card: name, description and the whole card."""

    name: str
    description: str
    whole: dict[str, Any]


def may_be_card(head: bytes) -> bool:
    """True where the beginning of a text mentions a key that cards have; told quickly."""
    return any(mention in head for mention in _MENTIONS)


def read(data: bytes) -> Card:
    """Read a card, JSON or PNG.

    Raises:
        BadRecord: it is too large, damaged, or no character card.
    """
    if len(data) > MAX_FILE:
        raise BadRecord(f"larger than {MAX_FILE // 2**20} MiB")
    text = _in_picture(data) if data.startswith(_PNG) else data.removeprefix(b"\xef\xbb\xbf")
    value = codec.decode(text.strip())
    if not isinstance(value, dict):
        raise BadRecord("not a character card: no JSON object")
    nested = value.get("data")
    inner = nested if isinstance(nested, dict) else {}
    if not str(value.get("spec", "")).startswith("chara_card") and not (
        _SIGNS & {*value, *inner} or value.keys() >= _OTHER_SIGNS
    ):
        raise BadRecord("not a character card: it has none of a card's keys")
    name = _text(inner, value, _NAMES).strip()
    if not name:
        raise BadRecord("the card names nobody")
    return Card(name, _text(inner, value, _DESCRIPTIONS), value)


def _text(inner: dict[str, Any], outer: dict[str, Any], keys: tuple[str, ...]) -> str:
    """The text under one of these keys; the inner object wins over the outer one."""
    texts = (part.get(key) for part in (inner, outer) for key in keys)
    return next((text for text in texts if isinstance(text, str) and text.strip()), "")


def _in_picture(data: bytes) -> bytes:
    chunks: dict[bytes, bytes] = {}
    for kind, body in _chunks(data):
        keyword, text = _keyed(kind, body)
        if keyword in _KEYWORDS:
            chunks.setdefault(keyword, text)
    for keyword in _KEYWORDS:
        if keyword in chunks:
            return _decoded(chunks[keyword])
    raise BadRecord("the picture holds no character card")


def _decoded(text: bytes) -> bytes:
    try:
        return base64.b64decode(b"".join(text.split()), validate=True)
    except binascii.Error as error:
        raise BadRecord(f"the card in the picture is damaged: {error}") from None


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a PNG with their kind; reading stops at a damaged chunk."""
    at = len(_PNG)
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + length]
        if len(body) < length or kind == b"IEND":
            return
        yield kind, body
        at += 12 + length


def _keyed(kind: bytes, body: bytes) -> tuple[bytes, bytes]:
    """The keyword of a text chunk, in lower case, and its text; two empty ones for another chunk."""
    keyword, null, rest = body.partition(b"\0")
    keyword = keyword.lower()
    if not null or keyword not in _KEYWORDS:
        return b"", b""
    if kind == b"tEXt":
        return keyword, rest
    if kind == b"zTXt":
        return keyword, _inflated(rest[1:])
    if kind == b"iTXt":
        packed, rest = rest[:1] == b"\1", rest[2:]
        text = rest.split(b"\0", 2)[-1]
        return keyword, _inflated(text) if packed else text
    return b"", b""


def _inflated(data: bytes) -> bytes:
    """The decompressed bytes, up to a limit: a small picture may decompress to gigabytes."""
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(data, MAX_FILE)
    except zlib.error as error:
        raise BadRecord(f"the card in the picture is damaged: {error}") from None
    if unpacking.unconsumed_tail:
        raise BadRecord(f"the card in the picture unpacks to more than {MAX_FILE // 2**20} MiB")
    return text
