"""Cards into the library, whole, whatever they hold."""

import json

import pytest

from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.library.characters import card_of
from talekeep.ops.library import import_cards
from talekeep.ops.library.characters import read

CARD = {"spec": "chara_card_v2", "data": {"name": "Mara", "description": "Keeps\r\nthe light."}}


@pytest.fixture
def file(tmp_path):
    def written(card, name="mara.json"):
        (tmp_path / name).write_text(json.dumps(card), encoding="utf-8")
        return tmp_path / name

    return written


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"nothing": None},
        {"long": "x" * 70_000},
        {"lines": "one line\r\n" * 9000},
        {"books": [{"keys": ["light(house)?"], "depth": 4, "ratio": 1.5, "on": True}], "odd key": []},
        {"deep": json.loads("[" * 40 + "]" * 40)},
        {"nested": json.loads('{"a":' * 40 + "1" + "}" * 40)},
        {"big": 2**70, "mixed": [1, "a", {"b": [None]}], "date": "2026-11-21"},
        {"__proto__": "x", "": "empty key", "talekeep_conflict": {"a": 1}},
    ],
)
def test_a_card_is_kept_whole(dataset, file, more):
    card = {**CARD, "extensions": more}
    result = import_cards.import_cards(dataset, [file(card)])
    mara = read(dataset.now())["mara"]
    assert card_of(mara) == card
    assert (mara.name, mara.description) == ("Mara", "Keeps\r\nthe light.")
    assert result.commit


def test_a_card_never_replaces_a_character_unasked(dataset, file):
    import_cards.import_cards(dataset, [file(CARD)])
    newer = {**CARD, "data": {"name": "Mara", "description": "Older now."}}
    with pytest.raises(Refused, match="already"):
        import_cards.import_cards(dataset, [file(newer)])
    import_cards.import_cards(dataset, [file(newer)], replace=True)
    assert read(dataset.now())["mara"].description == "Older now."


def test_one_bad_card_and_none_is_taken(dataset, file, tmp_path):
    before = dataset.head_tree()
    with pytest.raises(Refused, match=r"bad\.json: not a character card"):
        import_cards.import_cards(dataset, [file(CARD), file({"x": 1}, "bad.json")])
    with pytest.raises(NotFound):
        import_cards.import_cards(dataset, [tmp_path / "none.json"])
    with pytest.raises(Refused, match="no letter or digit"):
        import_cards.import_cards(dataset, [file({"name": "…", "first_mes": ""})])
    import_cards.import_cards(dataset, [file(CARD)], dry_run=True)
    assert dataset.head_tree() == before
