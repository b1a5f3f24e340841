"""Character cards: three generations, JSON and pictures, and what somebody hostile may send."""

import base64
import contextlib
import json
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talekeep.core.errors import BadRecord
from talekeep.library import cards
from talekeep.library.characters import Character
from talekeep.library.characters import card_of
from talekeep.library.characters import in_pieces

NEW = {
    "spec": "chara_card_v3",
    "spec_version": "3.0",
    "name": "old copy",
    "data": {"name": "Mara Voss", "description": "Keeps the light.", "extensions": {"odd": [1, None]}},
}
OLD = {"name": "Wren", "description": "Arrives late.", "first_mes": "Open up!"}


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def picture(*texts):
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(texts) + chunk(b"IEND", b"")


def coded(card):
    return base64.b64encode(json.dumps(card).encode())


def text(card, keyword=b"chara"):
    return chunk(b"tEXt", keyword + b"\0" + coded(card))


@pytest.mark.parametrize(
    ("card", "name", "description"),
    [
        (NEW, "Mara Voss", "Keeps the light."),
        ({**NEW, "spec": "chara_card_v2"}, "Mara Voss", "Keeps the light."),
        (OLD, "Wren", "Arrives late."),
        ({"char_name": "Ilse", "char_persona": "Counts.", "char_greeting": "Hm."}, "Ilse", "Counts."),
    ],
)
def test_every_generation_of_card_is_read_and_kept_whole(card, name, description):
    read = cards.read(b"\xef\xbb\xbf" + json.dumps(card, indent=2).encode())
    assert (read.name, read.description, read.whole) == (name, description, card)


@pytest.mark.parametrize(
    "data",
    [
        picture(text(OLD)),
        picture(text(OLD, b"Chara")),
        picture(text(NEW), text(OLD, b"ccv3")),
        picture(chunk(b"zTXt", b"chara\0\0" + zlib.compress(coded(OLD)))),
        picture(chunk(b"iTXt", b"chara\0\0\0en\0x\0" + coded(OLD))),
        picture(chunk(b"iTXt", b"chara\0\1\0\0\0" + zlib.compress(coded(OLD)))),
        picture(chunk(b"tEXt", b"Comment\0hello"), text(OLD)),
    ],
)
def test_a_card_in_a_picture_is_read(data):
    assert cards.read(data).whole == OLD


BOMB = zlib.compress(b"A" * (cards.MAX_FILE + 1), 9)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "JSON"),
        (b"[]", "no JSON object"),
        (b'{"messages":[]}', "none of a card's keys"),
        (b'{"spec":"chara_card_v2","data":[]}', "names nobody"),
        (b'{"spec":"chara_card_v2","data":{"name":7}}', "names nobody"),
        (b'{"name":"A","first_mes":NaN}', "NaN"),
        (b'{"name":"A","name":"B","first_mes":""}', "twice"),
        (b'{"first_mes":"\\ud800","name":"A"}', "surrogate"),
        (b'{"first_mes":' + b"[" * 100 + b"]" * 100 + b"}", "deep"),
        (picture(), "no character card"),
        (picture(text(OLD))[:60], "no character card"),
        (picture(chunk(b"tEXt", b"chara\0***")), "damaged"),
        (picture(chunk(b"zTXt", b"chara\0\0nothing")), "damaged"),
        (picture(chunk(b"zTXt", b"chara\0\0" + BOMB)), "unpacks to more"),
        (b" " * (cards.MAX_FILE + 1), "larger than"),
    ],
)
def test_what_is_no_card_is_refused_with_its_reason(data, reason):
    with pytest.raises(BadRecord, match=reason):
        cards.read(data)


@given(st.binary(max_size=60), st.integers(0, 60), st.binary(max_size=4))
def test_any_bytes_are_a_card_or_refused(junk, at, more):
    whole = picture(text(OLD))
    for data in (junk, picture(junk), whole[:at] + more + whole[at + len(more) :]):
        with contextlib.suppress(BadRecord):
            assert cards.read(data).whole


def test_a_card_in_pieces_is_the_very_card():
    card = {"name": "x" * 2500, "nothing": None, "line": "a\r\nb\u2028"}
    pieces = in_pieces(card)
    assert len(pieces) > 2
    assert card_of(Character(name="x", card=pieces)) == card
    assert card_of(Character(name="x", card=card)) == card
    assert card_of(Character(name="x")) is None
