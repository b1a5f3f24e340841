"""Character cards among the files of a ZIP archive."""

import io
import zipfile
import zlib
from pathlib import Path

from talekeep.core.errors import BadRecord
from talekeep.library import cards
from talekeep.ops.exchange.incoming.companions import CARD_KEYS
from talekeep.ops.library.card_data import read_cards

_PICTURES, _TEXTS, _ARCHIVES = (".png", ".apng"), (".json", ".yaml", ".yml"), (".charx",)
_HEAD = 64 * 1024
# A text of cards is no longer; nor does a picture of a card pack so well.
_MAX_TEXT, _MAX_PICTURE = 16 * 2**20, 64 * 2**20
_MOST_MEMBERS = 10_000
# Cards pack to no less than that; what unpacks to more was made to take time.
_UNSUSPICIOUS, _MOST_RATIO = 2**20, 200
_DAMAGED = (zipfile.BadZipFile, EOFError, RuntimeError, zlib.error)


def is_card(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    """True for a member that holds a character card, sound or damaged."""
    try:
        return bool(_cards(archive, member))
    except BadRecord:
        return member.filename.lower().endswith(_PICTURES)


def cards_in_archive(file: Path) -> tuple[list[cards.Card], bool]:
    """The cards in an archive, and whether it holds more than these.

    Raises:
        BadRecord: one is damaged.
    """
    held: list[cards.Card] = []
    others = False
    try:
        with zipfile.ZipFile(file) as archive:
            for member in archive.infolist()[:_MOST_MEMBERS]:
                if not member.is_dir():
                    own = _cards(archive, member)
                    held += own
                    others = others or not own
    except _DAMAGED:
        # What is wrong with the archive is told where it is read.
        return [], True
    return held, others


def _cards(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> list[cards.Card]:
    """The cards of one member; none of a picture without one, or of another text."""
    name = member.filename.lower()
    is_text = name.endswith(_TEXTS)
    if not name.endswith((*_PICTURES, *_TEXTS, *_ARCHIVES)):
        return []
    most = _MAX_TEXT if is_text else _MAX_PICTURE
    packed = max(_UNSUSPICIOUS, _MOST_RATIO * member.compress_size)
    if member.file_size > min(most, packed):
        return []
    try:
        with archive.open(member) as opened:
            data = opened.read(_HEAD)
            if is_text and CARD_KEYS.search(data) is None:
                return []
            if name.endswith(_PICTURES) and not data.startswith(cards.PNG):
                return []
            data += opened.read(_MAX_PICTURE)
    except _DAMAGED:
        return []
    if is_text:
        return _of_text(data)
    if name.endswith(_ARCHIVES):
        return read_cards(data) if zipfile.is_zipfile(io.BytesIO(data)) else []
    return read_cards(data) if cards.in_picture(data) else []


def _of_text(data: bytes) -> list[cards.Card]:
    import talekeep.formats as formats

    try:
        result = read_cards(data)
    except BadRecord:
        # What it is instead, the reader of conversations says.
        return []
    return [] if any(formats.recognise(card.whole) for card in result) else result
