"""Cards, pictures and tables among what is imported."""

import base64
import io
import json
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest

from talekeep.core.errors import BadRecord
from talekeep.library import cards
from talekeep.ops.exchange.incoming.import_files import Options
from talekeep.ops.exchange.incoming.import_files import import_files
from talekeep.ops.library.card_data import read_cards
from talekeep.store.dataset import Dataset

CARD = {
    "spec": "chara_card_v2",
    "data": {
        "name": "Mara",
        "description": "keeps the light",
        "character_book": {"entries": [{"keys": ["a"]}]},
    },
}


def png(card: dict[str, Any] | None, text: bytes = b"") -> bytes:
    text = text or (b"chara\0" + base64.b64encode(json.dumps(card).encode()) if card else b"Title\0none")
    chunks = ((b"tEXt", text), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def charx(text: bytes, name: str = "card.json") -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
        archive.writestr("assets/icon/main.png", b"\x89PNG")
    return whole.getvalue()


YAML = b"name: Mara\ngreeting: |-\n  You came.\ncontext: |-\n  Mara keeps the light.\n"


@pytest.mark.parametrize(
    "data",
    [json.dumps(CARD).encode(), png(CARD), charx(json.dumps(CARD).encode())],
    ids=["json", "png", "charx"],
)
def test_a_card_becomes_a_character_whatever_it_lies_in(
    data: bytes, dataset: Dataset, tmp_path: Path
) -> None:
    file = tmp_path / "card"
    file.write_bytes(data)
    result = import_files(dataset, [file])
    assert (result.libraries, result.refused) == ({"characters": ["mara"]}, [])
    assert result.commit
    assert [card.whole for card in read_cards(data)] == [CARD]


def test_the_yaml_of_text_generation_webui_is_a_card() -> None:
    pytest.importorskip("yaml")
    (card,) = read_cards(YAML)
    assert (card.name, card.description) == ("Mara", "Mara keeps the light.")


def test_a_card_that_is_here_is_not_taken_again_and_another_is_refused(
    dataset: Dataset, tmp_path: Path
) -> None:
    file = tmp_path / "mara.json"
    file.write_text(json.dumps(CARD))
    import_files(dataset, [file])
    again = import_files(dataset, [file])
    assert (again.commit, again.refused) == (None, [])
    assert "has this card already" in again.notes[0]
    file.write_text(json.dumps({**CARD, "data": {"name": "Mara", "description": "somebody else"}}))
    other = import_files(dataset, [file])
    assert "--replace" in other.refused[0].reason


def test_a_dry_run_takes_no_card(dataset: Dataset, tmp_path: Path) -> None:
    file = tmp_path / "mara.png"
    file.write_bytes(png(CARD))
    before = dataset.head_tree()
    assert import_files(dataset, [file], Options(dry_run=True)).libraries == {"characters": ["mara"]}
    assert dataset.head_tree() == before


def test_a_folder_of_mixed_files_comes_in_with_one_call(dataset: Dataset, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    chat = {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello."}]}
    (folder / "chat.jsonl").write_text(json.dumps(chat) + "\n")
    (folder / "mara.png").write_bytes(png(CARD))
    (folder / "view.png").write_bytes(png(None))
    (folder / "pairs.csv").write_text("prompt,response\nWho goes?,A friend.\n")
    (folder / "more.zip").write_bytes(
        charx(json.dumps({"instruction": "a", "output": "b"}).encode(), "a.json")
    )
    result = import_files(dataset, [folder])
    assert len(result.added) == 3
    assert result.libraries["characters"] == ["mara"]
    assert any("1 .png" in note for note in result.notes)


@pytest.mark.parametrize(
    "book",
    [
        {"entries": {"0": {"uid": 0, "key": ["a"], "content": "b"}}},
        {"entries": [{"keys": ["a"], "content": "b"}]},
        {"kind": "memory", "entries": [{"name": "a", "keywords": ["a"], "entry": "b"}]},
        {"type": "risu", "ver": 1, "data": [{"key": "a", "content": "b"}]},
        {"lorebookVersion": 5, "entries": [{"keys": ["a"], "text": "b"}]},
        {"spec": "lorebook_v3", "data": {"entries": [{"keys": ["a"], "content": "b"}]}},
    ],
)
def test_a_lorebook_alone_is_refused_by_name(book: Any, dataset: Dataset, tmp_path: Path) -> None:
    file = tmp_path / "book.json"
    file.write_text(json.dumps(book))
    (refused,) = import_files(dataset, [file]).refused
    assert "lorebook" in refused.reason


def test_the_rows_of_a_parquet_file_are_records(dataset: Dataset, tmp_path: Path) -> None:
    parquet, pyarrow = pytest.importorskip("pyarrow.parquet"), pytest.importorskip("pyarrow")
    rows = [
        {
            "messages": [
                {"role": "user", "content": f"Hi {n}", "name": None},
                {"role": "assistant", "content": "Yo"},
            ]
        }
        for n in range(300)
    ]
    parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "rows.parquet")
    result = import_files(dataset, [tmp_path / "rows.parquet"])
    assert (len(result.added), result.refused) == (300, [])


def test_a_damaged_parquet_file_is_refused_once(dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "rows.parquet").write_bytes(b"PAR1" + b"\0" * 100)
    (refused,) = import_files(dataset, [tmp_path / "rows.parquet"]).refused
    assert "Parquet" in refused.reason


def test_a_card_that_unpacks_to_too_much_is_refused_in_bounded_memory() -> None:
    with pytest.raises(BadRecord, match="more than"):
        read_cards(charx(b" " * (cards.MAX_FILE + 10)))


FULL = {
    "spec": "chara_card_v2",
    "data": {
        "name": "Mara",
        "description": "{{char}} keeps the light.",
        "scenario": "A storm.",
        "first_mes": "You came.",
        "alternate_greetings": ["Late.", "You came."],
        "mes_example": "<START>\n{{user}}: Cold?\n{{char}}: Always.\nAnd damp.\n"
        "<START>\nMara: Hm.\n<start>\n",
        "character_book": {"entries": [{"keys": ["a"], "content": "b", "extensions": {"x": [None]}}]},
    },
}
PROMPT = "{{char}} keeps the light.\nScenario: A storm."


def texts_of(dataset: Dataset) -> list[list[tuple[str, str]]]:
    return [
        [(message["role"], message["content"]) for message in line.value["messages"]]
        for line in dataset.at("HEAD").entries()
    ]


def test_greetings_and_examples_of_a_card_are_entries_where_that_is_asked(
    dataset: Dataset, tmp_path: Path
) -> None:
    file = tmp_path / "mara.png"
    file.write_bytes(png(FULL))
    offered = import_files(dataset, [file])
    assert "2 greetings (--greetings), 2 example dialogues (--examples)" in offered.notes[0]
    result = import_files(dataset, [file], Options(greetings=True, examples=True))
    assert texts_of(dataset) == [
        [("system", PROMPT), ("assistant", "You came.")],
        [("system", PROMPT), ("assistant", "Late.")],
        [("system", PROMPT), ("user", "Cold?"), ("assistant", "Always.\nAnd damp.")],
        [("system", PROMPT), ("assistant", "Hm.")],
    ]
    assert (len(result.added), result.formats) == (4, {"character-card": 4})
    again = import_files(dataset, [file], Options(greetings=True, examples=True))
    assert (len(again.added), len(again.same), again.commit) == (0, 4, None)
    (entry, *_) = [line.value for line in dataset.at("HEAD").entries()]
    assert entry["messages"][1]["name"] == "mara"


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([CARD, {**CARD, "data": {"name": "Wren", "first_mes": "Hm."}}]),
        json.dumps(CARD) + "\n" + json.dumps({"name": "Wren", "first_mes": "Hm."}) + "\n",
    ],
    ids=["list", "lines"],
)
def test_several_cards_of_one_file_are_all_taken(text: str, dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "cards.json").write_text(text)
    result = import_files(dataset, [tmp_path / "cards.json"])
    assert (result.libraries, result.refused) == ({"characters": ["mara", "wren"]}, [])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (png(None), "holds no character card"),
        (png(CARD)[:60], "cut off"),
        (png(None, b"chara\0!!!"), "damaged"),
        (png(None, b"naidata\0e30="), "lorebook"),
    ],
    ids=["none", "cut", "damaged", "lorebook"],
)
def test_a_picture_without_a_sound_card_is_refused_by_what_it_is(
    data: bytes, words: str, dataset: Dataset, tmp_path: Path
) -> None:
    (tmp_path / "a.png").write_bytes(data)
    (refused,) = import_files(dataset, [tmp_path / "a.png"]).refused
    assert words in refused.reason


def test_a_card_in_a_picture_without_base64_is_read(dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png(None, b"chara\0" + json.dumps(CARD).encode()))
    assert import_files(dataset, [tmp_path / "a.png"]).libraries == {"characters": ["mara"]}


def test_a_damaged_card_of_a_folder_is_refused_and_not_passed_over(dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "cards").mkdir()
    (tmp_path / "cards" / "a.png").write_bytes(png(None, b"chara\0!!!"))
    (tmp_path / "cards" / "b.png").write_bytes(png(CARD))
    result = import_files(dataset, [tmp_path / "cards"])
    assert [refused.file for refused in result.refused] == ["a.png"]
    assert result.libraries == {"characters": ["mara"]}


def test_a_chat_with_keys_of_a_card_is_a_chat(dataset: Dataset, tmp_path: Path) -> None:
    turns = [
        {"handle": "Wren", "userId": "u", "msg": "Hi"},
        {"characterId": "c", "handle": "Mara", "msg": "Hey."},
    ]
    chat = {"name": "Exported", "greeting": "", "scenario": "A storm.", "messages": turns}
    (tmp_path / "agnai.json").write_text(json.dumps(chat))
    assert len(import_files(dataset, [tmp_path / "agnai.json"]).added) == 1


def test_another_card_of_one_name_in_the_same_import_is_refused(dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(CARD))
    (tmp_path / "b.json").write_text(json.dumps(FULL))
    result = import_files(dataset, [tmp_path / "a.json", tmp_path / "b.json"])
    assert [refused.file for refused in result.refused] == ["b.json"]


def _archive(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("_", "."), data)
    return path


_CHAT = b'{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hey."}]}\n'
_OTHER_CARD = {**CARD, "data": {**CARD["data"], "name": "Osric", "first_mes": "You came."}}


def test_cards_in_an_archive_become_characters_and_its_chats_entries(
    dataset: Dataset, tmp_path: Path
) -> None:
    members = {"mara_png": png(CARD), "osric_json": json.dumps(_OTHER_CARD).encode(), "map_png": png(None)}
    result = import_files(dataset, [_archive(tmp_path / "all.zip", chat_jsonl=_CHAT, **members)])
    assert result.libraries == {"characters": ["mara", "osric"]}
    assert (len(result.added), result.refused) == (1, [])
    assert any("passed over 1 .png" in note for note in result.notes)


def test_an_archive_of_nothing_but_cards_gives_their_greetings_too(dataset: Dataset, tmp_path: Path) -> None:
    file = _archive(tmp_path / "cards.zip", osric_json=json.dumps(_OTHER_CARD).encode())
    result = import_files(dataset, [file], Options(greetings=True))
    assert result.libraries == {"characters": ["osric"]}
    assert (len(result.added), result.refused) == (1, [])


def test_a_table_without_a_header_is_read_by_the_numbers_of_its_columns(
    dataset: Dataset, tmp_path: Path
) -> None:
    file = tmp_path / "bare.tsv"
    file.write_text("Who goes there?\tA friend.\tx\nCold?\tAlways.\ty\n", encoding="utf-8")
    refused = import_files(dataset, [file]).refused
    assert "--columns '1=prompt,2=completion'" in refused[0].reason
    result = import_files(dataset, [file], Options(columns={"1": "prompt", "2": "completion"}))
    assert [len(result.added), result.refused] == [2, []]
