"""Files with odd bytes, odd containers and odd records: what each holds, and how much of it is refused."""

from collections import Counter
from pathlib import Path

import pytest

from talekeep.core.codec import decode
from talekeep.core.errors import BadRecord
from talekeep.formats import recognise
from talekeep.formats.files.file_kinds import json_of
from talekeep.formats.files.records import records
from talekeep.formats.files.stream import split
from talekeep.library import cards

_SHARED = Path(__file__).parents[2] / "../shared"

# File → formats of its records, roles of all messages, refused records, other replies.
CASES: dict[str, tuple[dict[str, int], dict[str, int], int, int]] = {
    "cases/formats/05-consecutive.jsonl": ({"sharegpt": 2}, {"user": 3, "assistant": 3}, 0, 0),
    "cases/formats/06-tool-args-mixed.jsonl": ({"chatml": 3}, {"user": 3, "assistant": 6, "tool": 3}, 0, 0),
    "cases/formats/08-reasoning.jsonl": (
        {"chatml": 3, "anthropic": 1, "sharegpt": 1},
        {"user": 5, "assistant": 5},
        0,
        0,
    ),
    "cases/formats/09-comments.jsonl": ({"chatml": 2}, {"user": 2, "assistant": 2}, 3, 0),
    "cases/formats/09b-jsonc.json": ({"chatml": 2}, {"user": 2, "assistant": 2}, 2, 0),
    "cases/formats/11a-utf16le-bom.jsonl": ({"chatml": 1}, {"user": 1, "assistant": 1}, 0, 0),
    "cases/formats/11b-utf16le-nobom.jsonl": ({"chatml": 1}, {"user": 1, "assistant": 1}, 0, 0),
    "cases/formats/11c-cp1252.jsonl": ({}, {}, 1, 0),
    "cases/formats/11d-utf8-bom-crlf.jsonl": ({"chatml": 2}, {"user": 2, "assistant": 2}, 0, 0),
    "cases/formats/11e-mojibake.jsonl": ({"chatml": 1}, {"user": 1, "assistant": 1}, 0, 0),
    "cases/formats/11f-utf32.jsonl": ({"chatml": 1}, {"user": 1, "assistant": 1}, 0, 0),
    "cases/formats/13-cr-only.jsonl": ({"chatml": 2}, {"user": 2, "assistant": 2}, 0, 0),
    "cases/formats/14-literal-newline.jsonl": ({"chatml": 1}, {"user": 1, "assistant": 1}, 1, 0),
    "cases/formats/34-mixed-containers.jsonl": (
        {"sharegpt": 9, "chatml": 1},
        {"user": 10, "assistant": 10},
        0,
        0,
    ),
    "cases/formats/35-labels-and-kto.jsonl": (
        {"chatml": 3, "preference-turns": 1, "sharegpt": 1},
        {"user": 7, "assistant": 7},
        0,
        1,
    ),
    "cases/formats/39-toolcall-with-text.jsonl": (
        {"chatml": 4},
        {"user": 4, "assistant": 8, "tool": 4},
        0,
        0,
    ),
    "cases/formats/40-lf-v1-reasoning-parts.jsonl": (
        {"chatml": 1},
        {"user": 1, "assistant": 2, "tool": 1},
        0,
        0,
    ),
    "cases/formats/41-nul-padding.jsonl": ({"chatml": 3}, {"user": 3, "assistant": 3}, 3, 0),
    "cases/formats/42-surrogates-nan.jsonl": ({}, {}, 4, 0),
    "cases/formats/44-nonstring-content.jsonl": (
        {"chatml": 3, "sharegpt": 2},
        {"user": 5, "assistant": 5},
        3,
        0,
    ),
    "cases/formats/45-ids.jsonl": ({"chatml": 11}, {"user": 11, "assistant": 11}, 0, 0),
    "cases/formats/47-duplicate-keys.jsonl": ({}, {}, 2, 0),
    "cases/formats/48-missing-comma.json": ({"chatml": 2}, {"user": 2, "assistant": 2}, 1, 0),
    "cases/formats/48b-one-line-many.jsonl": ({"chatml": 4}, {"user": 4, "assistant": 4}, 0, 0),
    "cases/formats/48d-unescaped-quotes.jsonl": ({"chatml": 1}, {"user": 1, "assistant": 1}, 1, 0),
    "cases/formats/48e-bad-escape.jsonl": ({}, {}, 2, 0),
    "cases/formats/49-a.csv": ({"chatml": 2}, {"user": 2, "assistant": 2}, 0, 0),
    "cases/formats/49-b.yaml": ({"chatml": 1}, {"user": 1, "assistant": 1}, 0, 0),
    "cases/formats/49-c.txt": ({"template-text": 1}, {"user": 2, "assistant": 2}, 0, 0),
    "cases/formats/49-d-chatml.txt": ({"template-text": 1}, {"system": 1, "user": 1, "assistant": 1}, 0, 0),
    "cases/formats/50-templates-left.jsonl": ({"chatml": 6}, {"user": 6, "assistant": 6}, 0, 0),
    "cases/formats/51-empty.jsonl": ({}, {}, 0, 0),
    "cases/formats/51b-null.json": ({}, {}, 1, 0),
    "cases/formats/51c-empty-array.json": ({}, {}, 0, 0),
    "cases/formats/51d-empty-object.jsonl": ({}, {}, 5, 0),
    "cases/formats/52-roles.jsonl": (
        {"chatml": 16, "sharegpt": 3},
        {"user": 21, "assistant": 23, "tool": 3, "system": 1},
        0,
        0,
    ),
    "cases/formats/53a.jsonl.bz2": ({"chatml": 1}, {"user": 1, "assistant": 1}, 0, 0),
    "cases/formats/53b.jsonl.xz": ({"chatml": 1}, {"user": 1, "assistant": 1}, 0, 0),
    "cases/formats/53c-lfs-pointer.jsonl": ({}, {}, 1, 0),
    "cases/formats/53e-error-body.json": ({}, {}, 1, 0),
    "cases/formats/54a-sharegpt-tools.jsonl": ({"sharegpt": 1}, {"user": 1, "assistant": 2, "tool": 1}, 0, 0),
    "cases/formats/54b-trl-tools.jsonl": ({"chatml": 1}, {"user": 1, "assistant": 2, "tool": 1}, 0, 0),
    "cases/formats/55j-bom.json": ({}, {}, 1, 0),
    "cases/formats/55k-pygmalion.json": ({}, {}, 1, 0),
    "cases/formats/55l-v1-extra.json": ({}, {}, 1, 0),
    "cases/formats/55m-ooba.yaml": ({}, {}, 1, 0),
    "cases/formats/55n-two-cards.json": ({}, {}, 2, 0),
    "cases/shapes/17-mistral-ft.jsonl": ({"chatml": 1}, {"user": 1, "assistant": 1}, 0, 0),
    "cases/shapes/20j-chatharuhi-limarp.jsonl": (
        {"sharegpt": 1},
        {"system": 1, "user": 1, "assistant": 1},
        0,
        0,
    ),
    "cases/shapes/21-script.rpy": ({}, {}, 1, 0),
    "cases/shapes/22-story.twee": ({}, {}, 1, 0),
    "cases/shapes/23-story.ink": ({}, {}, 1, 0),
    "cases/shapes/24-ao3.html": ({}, {}, 1, 0),
    "cases/shapes/26-screenplay.fountain": ({}, {}, 1, 0),
    "cases/shapes/27-lmstudio.md": ({"template-text": 1}, {"user": 1, "assistant": 1}, 0, 0),
    "cases/shapes/37-csv.csv": ({"chatml": 1}, {"user": 1, "assistant": 1}, 0, 0),
    "cases/real/llamafactory-v1-multimodal.jsonl": ({"chatml": 24}, {"user": 48, "assistant": 48}, 0, 0),
    "data/real/character-interviews-beethoven.jsonl": (
        {"interviews": 50},
        {"user": 268, "assistant": 255},
        0,
        0,
    ),
    "data/real/llamafactory-v1-reasoning-tools.jsonl": (
        {"chatml": 50},
        {"system": 50, "user": 70, "assistant": 112, "tool": 42},
        0,
        0,
    ),
    "data/real/llamafactory-v1-sft.jsonl": ({"chatml": 500}, {"user": 500, "assistant": 500}, 0, 0),
    "data/real/messages-kto.json": ({"chatml": 300}, {"user": 487, "assistant": 487}, 0, 0),
    "data/real/sharegpt-dpo.json": (
        {"preference-turns": 200},
        {"user": 382, "assistant": 382, "system": 51},
        0,
        200,
    ),
    "data/real/sharegpt-fastchat.json": ({"sharegpt": 500}, {"user": 1000, "assistant": 1000}, 0, 0),
    "data/real/sharegpt-toolcalls.json": (
        {"sharegpt": 300},
        {"user": 746, "assistant": 957, "tool": 211},
        0,
        0,
    ),
}


@pytest.mark.parametrize("file", CASES)
def test_a_file_holds_these_conversations(file: str) -> None:
    path = _SHARED / file
    if not path.is_file():
        pytest.skip("no shared data")
    if path.suffix == ".yaml":
        pytest.importorskip("yaml")
    formats, roles, refused, others = Counter[str](), Counter[str](), 0, 0
    try:
        for record in records(split(json_of([path.read_bytes()], path.name)), decode):
            reader = None if record.reason else recognise(record.value)
            try:
                reading = reader.read(record.value) if reader else None
            except BadRecord:
                reading = None
            if reader is None or reading is None:
                refused += 1
                continue
            formats[reader.NAME] += 1
            others += len(reading.alternatives)
            roles.update(message["role"] for message in reading.entry["messages"])
    except BadRecord:
        refused += 1
    assert (dict(formats), dict(roles), refused, others) == CASES[file]


@pytest.mark.parametrize(
    ("name", "is_card"),
    [
        ("55a-two-chara.png", True),
        ("55c-ztxt.png", True),
        ("55d-ccv3-only.png", True),
        ("55e-raw-json-not-base64.png", True),
        ("55f-uppercase-keyword.png", True),
        ("55g-no-card.png", False),
        ("55h-truncated.png", False),
        ("55j-bom.json", True),
        ("55k-pygmalion.json", True),
        ("55l-v1-extra.json", True),
        ("55n-two-cards.json", False),
    ],
)
def test_a_card_is_read_or_refused(name: str, is_card: bool) -> None:
    path = _SHARED / "cases/formats" / name
    if not path.is_file():
        pytest.skip("no shared data")
    try:
        card = cards.read(path.read_bytes())
    except BadRecord:
        card = None
    assert (card is not None and bool(card.name)) == is_card
