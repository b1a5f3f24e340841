"""Character cards as programs for roleplay write them: JSON of three generations, or inside a PNG picture.

A card is kept whole; of what it says only name and description are understood here.
"""

import base64
import binascii
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from talekeep.core import codec
from talekeep.core.errors import BadRecord

MAX_FILE = 64 * 2**20
PNG = b"\x89PNG\r\n\x1a\n"
_BOM = b"\xef\xbb\xbf"
# The newer spelling first: programs write both, and where they differ the newer one says more.
_KEYWORDS = (b"ccv3", b"chara")
_CUT = re.compile(rb"(?i:tEXt|zTXt|iTXt)(?i:ccv3|chara)\0")
_CUT = re.compile(rb"(?i:tEXt|zTXt|iTXt)(?i:ccv3|chara)\0")
_LOREBOOK = b"naidata"
_NAMES = ("name", "char_name")
_DESCRIPTIONS = ("description", "char_persona", "context")
_SIGNS = {"first_mes", "personality", "scenario", "mes_example", "char_persona", "char_greeting"}
# The card of text-generation-webui.
_OTHER_SIGNS = {"name", "greeting", "context"}


@dataclass(frozen=True, slots=True)
class Card:
    """A character card: name, description and the whole card."""

    name: str
    description: str
    whole: dict[str, Any]


def in_picture(data: bytes) -> bool:
    """True for a PNG picture with a chunk of text under a keyword of cards, whatever that holds."""
    if not data.startswith(PNG):
        return False
    if _is_cut(data):
        return _CUT.search(data) is not None
    return any(_keyword(body) in _KEYWORDS for _, body in _chunks(data))


def read(data: bytes) -> Card:
    """Read a card, JSON or PNG.

    Raises:
        BadRecord: it is too large, damaged, or no character card.
    """
    return _card(codec.decode(_text_of(data)))


def read_all(data: bytes) -> list[Card]:
    """Read the cards of a file that may hold several: a list of them, or one a line.

    Raises:
        BadRecord: it is too large, damaged, or one of them is no character card.
    """
    text = _text_of(data)
    try:
        value = codec.decode(text)
    except BadRecord:
        lines = [line for line in text.split(b"\n") if line.strip()]
        if len(lines) < 2:
            raise
        return [_card(codec.decode(line)) for line in lines]
    return [_card(one) for one in value] if isinstance(value, list) and value else [_card(value)]


def _text_of(data: bytes) -> bytes:
    """The JSON of a card, out of its picture."""
    if len(data) > MAX_FILE:
        raise BadRecord(f"larger than {MAX_FILE // 2**20} MiB")
    text = _in_picture(data) if data.startswith(PNG) else data.removeprefix(_BOM)
    return text.strip()


def _card(value: Any) -> Card:
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
        elif keyword == _LOREBOOK:
            raise BadRecord("the picture holds no character card but a lorebook (NovelAI)")
    for keyword in _KEYWORDS:
        if keyword in chunks:
            return _decoded(chunks[keyword])
    if _is_cut(data):
        raise BadRecord("the picture is cut off and holds no character card any more")
    raise BadRecord("the picture holds no character card")


def _is_cut(data: bytes) -> bool:
    """True where a PNG ends before its last chunk does."""
    return b"IEND" not in data[-12:]


def _decoded(text: bytes) -> bytes:
    # Some programs leave out the base64.
    if text.lstrip(_BOM + b" \t\r\n").startswith(b"{"):
        return text.lstrip(_BOM + b" \t\r\n")
    try:
        return base64.b64decode(b"".join(text.split()), validate=True)
    except binascii.Error as error:
        raise BadRecord(f"the card in the picture is damaged: {error}") from None


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a PNG with their kind; reading stops at a damaged chunk."""
    at = len(PNG)
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + length]
        if len(body) < length or kind == b"IEND":
            return
        yield kind, body
        at += 12 + length


def _keyed(kind: bytes, body: bytes) -> tuple[bytes, bytes]:
    """The keyword of a text chunk, in lower case, and its text; two empty ones for another chunk."""
    keyword, rest = _keyword(body), body.partition(b"\0")[2]
    if keyword not in (*_KEYWORDS, _LOREBOOK):
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


def _keyword(body: bytes) -> bytes:
    """What a chunk of text has before its first NUL, in lower case; the longest may have 79 bytes."""
    at = body.find(b"\0", 0, 80)
    return body[:at].lower() if at > 0 else b""


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
