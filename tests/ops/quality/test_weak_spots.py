"""Where RoleThread Lite loses data at import and export, by the number of the spot in the reference
(`rolethread-lite-entries.md` 9.1); the registry's spots have their tests beside what they are about."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from talekeep.core.errors import Refused
from talekeep.ops.exchange import export
from talekeep.ops.exchange.incoming import import_files
from talekeep.ops.library import tag_entries
from talekeep.ops.workspace import validation

ID = "123e4567-e89b-42d3-a456-426614174000"


def line(record: Any) -> bytes:
    return json.dumps(record, ensure_ascii=False).encode() + b"\n"


def test_1_mixed_files_lose_no_messages(take, talk, entries) -> None:
    share = {"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]}
    take([share, share, talk("mine"), {"messages": share["conversations"]}])

    assert [len(e["messages"]) for e in entries()] == [2, 2, 2, 2]


def test_2_entries_without_user_or_assistant_stay_apart(take, entries) -> None:
    take([{"messages": [{"role": "system", "content": text}]} for text in ("a", "b", "c")])

    assert [e["messages"][0]["content"] for e in entries()] == ["a", "b", "c"]


def test_3_line_separators_survive_a_way_out_and_back(dataset, take, talk, entries, tmp_path: Path) -> None:
    take([talk("a\u2028b\u2029c\u0085d\x0be")])
    for format in ("chatml", "sharegpt", "rolethread"):
        out = tmp_path / f"{format}.jsonl"
        export.export(dataset, out, format=format)
        back = import_files.import_files(dataset, [out])
        assert (len(back.same), back.changed, back.refused) == (1, [], []), format
    export.export(dataset, tmp_path / "out.jsonl", format="rolethread")
    assert len((tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()) == 1


@pytest.mark.parametrize("content", [None, 7, [{"type": "text", "text": "a"}], {"a": 1}])
def test_4_content_of_any_type_comes_in_and_goes_out(
    dataset, take, entries, tmp_path: Path, content: Any
) -> None:
    record = {"messages": [{"role": "user", "content": content}, {"role": "assistant", "content": "b"}]}
    take([record])

    assert entries()[0]["messages"] == record["messages"]
    for format in ("chatml", "sharegpt", "rolethread"):
        assert export.export(dataset, tmp_path / f"{format}.jsonl", format=format).entries == 1


def test_5_a_line_that_is_no_object_stops_nothing(take, talk, entries) -> None:
    result = take(b'7\n"text"\n[1]\nnull\n' + line(talk("1")))

    assert ([r.line for r in result.refused], len(entries())) == ([1, 2, 3, 4], 1)


def test_6_a_byte_order_mark_costs_no_line(take, talk) -> None:
    assert len(take(b"\xef\xbb\xbf" + line(talk("1")) + line(talk("2"))).added) == 2


def test_7_half_a_sign_is_one_record_set_aside(take, talk) -> None:
    result = take(json.dumps(talk("\ud83d")).encode() + b"\n" + line(talk("2")))

    assert ([r.line for r in result.refused], len(result.added)) == ([1], 1)


def test_8_17_what_could_not_be_read_stays_in_a_file_nobody_touches(take, given, talk) -> None:
    file = given(b"{broken\n" + line(talk("  spaces  ")))
    before = (file.read_bytes(), file.stat().st_mtime_ns)

    result = take(file)

    assert (len(result.refused), len(result.added)) == (1, 1)
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before


@pytest.mark.parametrize("format", ["chatml", "sharegpt", "rolethread"])
def test_10_an_export_never_lands_on_what_was_imported(dataset, take, given, talk, format: str) -> None:
    file = given([talk("1")])
    take(file)

    with pytest.raises(Refused, match="exists"):
        export.export(dataset, file, format=format)
    assert json.loads(file.read_text()) == talk("1")


def test_11_no_turn_is_dropped_without_a_word(dataset, take, tmp_path: Path) -> None:
    roles = ("developer", "user", "assistant", "tool")
    take([{"messages": [{"role": role, "name": "mara", "content": role} for role in roles]}])

    result = export.export(dataset, tmp_path / "out.jsonl", format="sharegpt")

    turns = json.loads((tmp_path / "out.jsonl").read_text())["conversations"]
    assert [turn["value"] for turn in turns] == list(roles)
    assert result.losses == {"the developer role (written as system)": 1, "speaker names": 1}


def test_13_a_clean_export_meets_no_record_without_messages(dataset, take, talk, tmp_path: Path) -> None:
    assert len(take([{"tags": ["a"]}, talk("1")]).refused) == 1
    assert export.export(dataset, tmp_path / "out.jsonl", clean=True).entries == 1


def test_14_tags_of_any_script_and_a_tag_in_a_text_stay(take, talk, entries) -> None:
    take([talk("1", tags=["恋愛", "Café Noir"]), talk("2", tags="Slow Burn")])

    assert [e["tags"] for e in entries()] == [["恋愛", "café_noir"], ["slow_burn"]]


def test_15_a_file_that_somebody_edits_meanwhile_is_not_written_over(
    dataset, take, talk, edit, entries
) -> None:
    take([talk("1")])
    exports_before = entries()
    edit("A friend of 1", "Somebody else")

    take([talk("2")], "more.jsonl")

    assert exports_before[0] not in entries()
    assert [e["messages"][1]["content"] for e in entries()] == ["Somebody else", "A friend of 2"]


def test_16_entries_of_one_id_are_told_apart(take, talk, entries) -> None:
    stamp = {"native": True, "entry_uuid": ID, "dataset_uuid": ID}
    take([talk("1", _rolethread=stamp), talk("2", _rolethread=stamp)])

    assert len({e["id"] for e in entries()}) == 2
    assert entries()[0]["id"] == ID


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no such modes")
def test_20_files_can_be_read_by_whom_the_user_lets_read(dataset, take, talk, tmp_path: Path) -> None:
    took = take([talk("1")])
    tag_entries.add(dataset, ["night"], [took.added[0].id])
    export.export(dataset, tmp_path / "out.jsonl")
    (tmp_path / "mine").touch()

    written = [*(dataset.path / "entries").rglob("*.jsonl"), *tmp_path.glob("*out.jsonl*")]
    assert len(written) == 3
    assert {file.stat().st_mode for file in written} == {(tmp_path / "mine").stat().st_mode}


def test_21_a_file_of_one_array_stays_one(dataset, take, given, talk, tmp_path: Path) -> None:
    file = given(json.dumps([talk("1"), talk("2")]).encode(), "chat.json")
    before = file.read_bytes()
    take(file)
    export.export(dataset, tmp_path / "out.json")

    assert file.read_bytes() == before
    assert len(json.loads((tmp_path / "out.json").read_text())) == 2


def test_27_a_change_of_one_entry_changes_one_line(dataset, take, talk) -> None:
    took = take([talk(str(number)) for number in range(40)])
    (part,) = (dataset.path / "entries").rglob("*.jsonl")
    before = part.read_bytes().split(b"\n")

    tag_entries.add(dataset, ["night"], [took.added[7].id])

    after = part.read_bytes().split(b"\n")
    assert [n for n, (old, new) in enumerate(zip(before, after, strict=True)) if old != new] == [7]


def test_32_what_is_selected_is_what_matches_and_not_a_page(dataset, take, talk, entries) -> None:
    take([talk(str(number)) for number in range(1100)])

    tag_entries.add(dataset, ["night"], where="text:friend")

    assert all(entry["tags"] == ["night"] for entry in entries())


def test_36_an_entry_without_system_prompt_is_sound(dataset, take, talk, entries) -> None:
    prompted = {
        "conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}],
        "system": "S",
    }
    result = take([talk("1"), prompted])

    assert (len(result.added), result.refused) == (2, [])
    assert [e["messages"][0]["role"] for e in entries()] == ["user", "system"]
    assert validation.validate(dataset, dataset.now()).counts["error"] == 0


def test_44_an_exported_part_is_not_a_dataset_of_its_own(dataset, take, talk, tmp_path: Path) -> None:
    take([talk("1", tags=["a"]), talk("2")])
    export.export(dataset, tmp_path / "part.jsonl", format="rolethread", where="tag:a")

    result = take(tmp_path / "part.jsonl")

    assert (len(result.same), result.added, result.absent) == (1, [], [])


def test_45_a_clean_export_carries_nothing_beside(dataset, take, talk, tmp_path: Path) -> None:
    take([talk("1", id=ID, tags=["a"])])
    result = export.export(dataset, tmp_path / "out.jsonl", clean=True)

    assert result.files == ["out.jsonl"]
    assert ID not in (tmp_path / "out.jsonl").read_text()
    assert not [p.name for p in tmp_path.iterdir() if "provenance" in p.name]
    note = dataset.private / "exports" / f"{result.sha256}.json"
    assert json.loads(note.read_text())["commit"] == result.commit
