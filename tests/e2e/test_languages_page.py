"""Faults met in other languages and at large sizes: names of signs, columns, answers that grew too long."""

import json
from pathlib import Path
from typing import Any

import pytest

from talekeep.cli.text.changes import few
from talekeep.core.text.columns import width
from talekeep.core.text.graphemes import clusters

FAMILY = "👨‍👩‍👧‍👦"
NAMES = {
    "zh": "灯塔看守人",
    "th": "ผู้ดูแลประภาคาร",
    "hi": "प्रकाशस्तंभ",
    "ko": "등대지기",
    "ar": "حارس المنارة",
    "emoji": FAMILY,
}


@pytest.fixture
def harbor(tmp_path: Path, run: Any) -> Path:
    run("init", tmp_path / "harbor", "-q", check=0)
    return tmp_path / "harbor"


def taken_in(harbor: Path, run: Any, records: list[Any], *options: str) -> Any:
    file = harbor.parent / "given.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return run("-C", harbor, "import", str(file), "--json", *options, check=0).json


def chat(text: str, **more: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": text}, {"role": "assistant", "content": text}], **more}


def test_d3_a_speaker_of_one_emoji_comes_in_and_can_be_mapped(harbor: Path, run: Any) -> None:
    lines = [{"from": "🔥", "value": "Hot."}, {"from": "❤️", "value": "Warm."}]
    answer = taken_in(
        harbor, run, [{"conversations": lines}], "--map", "🔥=assistant:fire", "--map", "❤️=user:❤️"
    )
    assert (len(answer["added"]), answer["refused"]) == (1, [])
    entry = run("-C", harbor, "show", answer["added"][0]["id"], "--json", check=0).json["entry"]
    speakers = [(m["role"], m["name"]) for m in entry["messages"]]
    assert speakers[0] == ("assistant", "fire")
    assert speakers[1][0] == "user"
    assert speakers[1][1].strip("\ufe0f") == "❤"


def test_d3_tags_that_differ_in_signs_stay_apart_on_the_way_in_and_out(
    harbor: Path, run: Any, tmp_path: Path
) -> None:
    tags = ["C++", "C#", "c", "18+", "18", "❤️", "☠️", "👍"]
    answer = taken_in(harbor, run, [chat(tag, tags=[tag]) for tag in tags])
    entries = [
        run("-C", harbor, "show", row["id"], "--json", check=0).json["entry"] for row in answer["added"]
    ]
    assert len({tuple(entry["tags"]) for entry in entries}) == len(tags)
    for entry in entries:
        output = run("-C", harbor, "list", "--where", f"tag:{entry['tags'][0]}", "--count", check=0).out
        assert output.strip() == "1"


def test_d8_counts_of_tags_stand_in_one_column_in_every_script(harbor: Path, run: Any) -> None:
    taken_in(harbor, run, [chat(name, tags=[name]) for name in [*NAMES.values(), "lamp"]])
    lines = run("-C", harbor, "tag", "review", check=0).out.splitlines()
    rows = [line for line in lines if line.strip()[:1] == "1"]
    assert len(rows) == len(NAMES) + 1
    ends = {width(line) - len(line.rsplit(" ", 1)[1]) for line in rows}
    assert len(ends) == 1


@pytest.mark.parametrize("command", [["list"], ["search", "灯"]])
def test_d8_a_row_cuts_no_character(command: list[str], harbor: Path, run: Any) -> None:
    taken_in(harbor, run, [chat(FAMILY * 80 + "灯"), chat("灯" * 200), chat("พี่" * 200 + "灯")])
    out = run("-C", harbor, *command, check=0).out
    whole = {*clusters(FAMILY), *clusters("灯"), *clusters("พี่")}
    strange = {c for c in clusters(out) if ord(c[0]) > 0x2100 or "\u0e00" <= c[0] <= "\u0e7f"}
    assert strange
    assert strange <= whole


def test_d8_a_row_of_a_list_is_no_wider_for_wide_letters(harbor: Path, run: Any) -> None:
    taken_in(harbor, run, [chat("灯" * 200), chat("x" * 200), chat(FAMILY * 80)])
    rows = [line for line in run("-C", harbor, "list", check=0).out.splitlines() if "×" in line]
    assert len(rows) == 3
    (plain,) = (width(row) for row in rows if "xxx" in row)
    assert max(map(width, rows)) <= plain


TURNS = {
    "zh": "灯塔看守人在夜里点亮了灯，",
    "ja": "灯台守は夜に灯をともした。",
    "ko": "등대지기가 밤에 등불을 켰다. ",
    "th": "ผู้ดูแลประภาคารจุดตะเกียงในเวลากลางคืน ",
    "hi": "प्रकाशस्तंभ के रखवाले ने रात में दीया जलाया। ",
    "ar": "أشعل حارس المنارة المصباح في الليل. ",
    "emoji": FAMILY + "👍🏽❤️🇩🇪 ",
    "en": "The keeper of the light lit the lamp at night. ",
}


@pytest.mark.parametrize("script", TURNS)
def test_d8_an_excerpt_is_as_wide_in_every_script_and_cuts_no_character(
    script: str, harbor: Path, run: Any
) -> None:
    turn = TURNS[script]
    text = turn * 20 + "lantern " + turn * 20
    taken_in(harbor, run, [chat(text)])
    hit = run("-C", harbor, "search", "lantern", "--json", check=0).json["entries"][0]["matches"][0]
    before, after = hit["excerpt"].split("lantern")
    assert 38 <= width(before) <= 41
    assert 78 <= width(after) <= 81
    whole = {*clusters(text)}
    assert {*clusters(before.strip("…")), *clusters(after.strip("…"))} <= whole
    lines = run("-C", harbor, "search", "lantern", check=0).out.splitlines()
    assert all(width(line) <= 150 for line in lines)


def test_d8_a_mark_tears_no_character_apart(harbor: Path, run: Any) -> None:
    taken_in(harbor, run, [chat(f"They are {FAMILY} here, ที่นี่.")])
    for needle in ("👩", "ที"):
        out = run("-C", harbor, "--color", "always", "search", needle, check=0).out
        assert "\x1b[" in out
        assert FAMILY in out
        assert "ที่" in out


def test_d8_a_diff_marks_whole_characters(harbor: Path, run: Any) -> None:
    answer = taken_in(harbor, run, [chat(f"They are {FAMILY} here.")])
    run("-C", harbor, "replace", FAMILY, "👨‍👩‍👦", answer["added"][0]["id"], "-q", check=0)
    out = run("-C", harbor, "diff", "HEAD~1", "HEAD", check=0).out
    # With the space behind it, as words are compared.
    assert f"[-{FAMILY} -]{{+👨‍👩‍👦 +}}here." in out


def test_d10_an_answer_names_a_few_of_five_thousand(harbor: Path, run: Any) -> None:
    names = [f"tag{n}" for n in range(5000)]
    for out in (
        run("-C", harbor, "tag", "create", *names, "-q", check=0).out,
        run("-C", harbor, "tag", "archive", *names, "-q", check=0).out,
    ):
        assert len(out) < 200
        assert "… and 4992 more" in out


def test_d10_few_names_are_all_named() -> None:
    assert few(["a", "b"]) == "a, b"
    assert few([str(n) for n in range(8)]).endswith("6, 7")
