"""Folders and archives: every conversation in them comes in, and what was passed over is told."""

import gzip
import json
import zipfile
from pathlib import Path

import pytest

from talekeep.core.errors import NotFound
from talekeep.ops.exchange.incoming import import_files


def chat(text: str) -> str:
    return json.dumps(
        {"messages": [{"role": "user", "content": text}, {"role": "assistant", "content": "Hey."}]}
    )


def test_a_folder_of_mixed_files_comes_in_with_one_command(dataset, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.jsonl").write_text(chat("one") + "\n")
    (folder / "deep" / "b.jsonl.gz").write_bytes(gzip.compress(chat("two").encode()))
    (folder / "c.csv").write_text("prompt,completion\nthree,Hey.\n")
    (folder / "picture.png").write_bytes(b"\x89PNG")
    (folder / ".hidden.jsonl").write_text(chat("four"))
    with zipfile.ZipFile(folder / "d.zip", "w") as archive:
        archive.writestr("inside/e.json", f"[{chat('five')}]")
        archive.writestr("inside/f.txt", "Wren: six\nMara: Hey.\n")

    result = import_files.import_files(dataset, [folder])

    assert [(taken.file, taken.record) for taken in result.added] == [
        ("a.jsonl", 1),
        ("c.csv", 1),
        ("d.zip/inside/e.json", 1),
        ("d.zip/inside/f.txt", 1),
        ("b.jsonl.gz", 1),
    ]
    assert result.refused == []
    assert result.notes == ["mixed: passed over 1 .png"]
    assert result.formats == {"chatml": 3, "prompt-completion": 1, "template-text": 1}


def test_the_same_folder_again_adds_nothing(dataset, tmp_path: Path) -> None:
    (tmp_path / "chats").mkdir()
    (tmp_path / "chats" / "a.jsonl").write_text(chat("one"))
    import_files.import_files(dataset, [tmp_path / "chats"])

    result = import_files.import_files(dataset, [tmp_path / "chats"])

    assert (len(result.added), len(result.same)) == (0, 1)


def test_a_link_out_of_the_folder_is_not_followed(dataset, tmp_path: Path) -> None:
    (tmp_path / "chats").mkdir()
    (tmp_path / "secret.jsonl").write_text(chat("secret"))
    (tmp_path / "chats" / "a.jsonl").write_text(chat("one"))
    (tmp_path / "chats" / "b.jsonl").symlink_to(tmp_path / "secret.jsonl")

    assert len(import_files.import_files(dataset, [tmp_path / "chats"]).added) == 1


@pytest.mark.parametrize(
    ("name", "members", "words"),
    [
        ("card.charx", {"card.json": "{}"}, "character card"),
        ("sheet.zip", {"[Content_Types].xml": "<x/>"}, "office program"),
        ("bomb.zip", {"a.jsonl": " " * (300 * 2**20)}, "200 times"),
    ],
)
def test_an_archive_of_something_else_is_told_once(
    dataset, tmp_path: Path, name: str, members: dict[str, str], words: str
) -> None:
    with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, text in members.items():
            archive.writestr(member, text)

    result = import_files.import_files(dataset, [tmp_path / name])

    assert len(result.refused) == 1
    assert words in result.refused[0].reason


def test_alternatives_lie_beside_their_entry(dataset, tmp_path: Path) -> None:
    (tmp_path / "pairs.jsonl").write_text('{"prompt":"Hi","chosen":"Hey.","rejected":"Hello!"}\n')

    result = import_files.import_files(dataset, [tmp_path / "pairs.jsonl"])

    now = dataset.now()
    sidecar = {k: v for part in now.parts() for k, v in now.sidecars(part).items()}[result.added[0].id]
    (other,) = sidecar["alternatives"]
    assert other["kind"] == "rejected"
    assert other["messages"] == [{"role": "assistant", "content": "Hello!"}]


def test_a_pattern_that_no_shell_replaced_stands_for_its_files(dataset, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("a.jsonl", "deep/b.jsonl", "c.csv"):
        (tmp_path / name).write_text(chat(name))
    assert len(import_files.import_files(dataset, [tmp_path / "*.jsonl"]).added) == 1
    assert len(import_files.import_files(dataset, [tmp_path / "**" / "*.jsonl"]).added) == 1
    with pytest.raises(NotFound):
        import_files.import_files(dataset, [tmp_path / "*.yaml"])


def test_what_lies_beside_chats_in_an_account_export_is_passed_over(dataset, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr("conversations.json", f"[{chat('one')}]")
        archive.writestr("user.json", '{"id":"user-1","email":"wren@example.org"}')
        archive.writestr("chat.html", "<html></html>")
        archive.writestr("README.md", "# My chats")
        archive.writestr("notes.txt", "Wren: Hi\nMara: Hey.\n")
        archive.writestr("pictures/a.png", b"\x89PNG")
    result = import_files.import_files(dataset, [tmp_path / "export.zip"])
    assert (len(result.added), result.refused) == (2, [])
    assert result.notes[0] == "export.zip: passed over 1 .html, 1 .json, 1 .md, 1 .png"


def test_texts_of_a_folder_are_read_where_somebody_speaks_in_them(dataset, tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "LICENSE.txt").write_text("All rights reserved.\n")
    (folder / "README.md").write_text("# Chats\n\nOf the harbor.\n")
    (folder / "user.json").write_text('{"id": 1}')
    (folder / "scene.txt").write_text("Wren: Hi\nMara: Hey.\n")
    result = import_files.import_files(dataset, [folder])
    assert (len(result.added), result.refused) == (1, [])
    assert result.notes == ["texts: passed over 1 .json, 1 .md, 1 .txt"]


def test_one_record_in_two_files_adds_nothing_when_both_come_again(dataset, tmp_path: Path) -> None:
    folder = tmp_path / "chats"
    folder.mkdir()
    (folder / "a.jsonl").write_text(chat("one"))
    (folder / "b.jsonl").write_text(chat("one"))
    first = import_files.import_files(dataset, [folder])
    again = import_files.import_files(dataset, [folder])
    assert (len(first.added), len(first.same)) == (1, 1)
    assert (len(again.added), len(again.same), again.commit) == (0, 2, None)
