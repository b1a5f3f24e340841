"""What was counted, found or written wrongly in other languages, as users met it: rows D3 to D7 and D10."""

import json
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def harbor(tmp_path: Path, run: Any) -> Path:
    run("init", tmp_path / "harbor", "-q", check=0)
    return tmp_path / "harbor"


def taken_in(harbor: Path, run: Any, records: list[Any], *options: str, check: int | None = 0) -> Any:
    file = harbor.parent / "given.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return run("-C", harbor, "import", str(file), *options, check=check)


def chat(text: str, **more: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": text}, {"role": "assistant", "content": text}], **more}


def exported(harbor: Path, run: Any, *options: str) -> tuple[list[Any], str]:
    out = harbor.parent / "out.jsonl"
    answer = run("-C", harbor, "export", str(out), "--clean", *options, check=0)
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()], answer.out


def test_d3_tags_that_become_one_and_those_that_are_left_out_are_told(harbor: Path, run: Any) -> None:
    out = taken_in(harbor, run, [chat("a", tags=["18+", "18", "#18"]), chat("b", tags=["?!", "night"])]).out
    assert '"18" (1) and "#18" (1) are 18' in out
    assert 'left out: "?!" (1 record)' in out


CALL = {
    "system": "You keep the light.",
    "tools": [
        {"name": "look", "description": "Look out.", "input_schema": {"type": "object", "properties": {}}}
    ],
    "messages": [
        {"role": "user", "content": "How is the sea?"},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "I should look.", "signature": "x"},
                {"type": "text", "text": "Let me look."},
                {"type": "tool_use", "id": "t1", "name": "look", "input": {"at": "sea"}},
            ],
        },
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "Waves of 4 m."}],
        },
        {"role": "assistant", "content": [{"type": "text", "text": "It is rough."}]},
    ],
}


def test_d4_messages_of_anthropic_come_in_whole(harbor: Path, run: Any) -> None:
    answer = taken_in(harbor, run, [CALL], "--json").json
    entry = run("-C", harbor, "show", answer["added"][0]["id"], "--json", check=0).json["entry"]
    system, user, call, result, reply = entry["messages"]
    assert (system["role"], system["content"]) == ("system", "You keep the light.")
    assert user["content"] == "How is the sea?"
    assert call["content"] == "Let me look."
    assert call["reasoning_content"] == "I should look."
    assert call["tool_calls"][0]["function"]["name"] == "look"
    assert (result["role"], result["content"]) == ("tool", "Waves of 4 m.")
    assert reply["content"] == "It is rough."
    assert entry["tools"][0]["function"]["parameters"]["type"] == "object"


@pytest.mark.parametrize("format_", ["sharegpt", "chatml"])
def test_d4_they_go_out_with_the_call_and_its_result(format_: str, harbor: Path, run: Any) -> None:
    taken_in(harbor, run, [CALL])
    (record,), _ = exported(harbor, run, "--format", format_)
    text = json.dumps(record)
    for expected in ("You keep the light.", "Let me look.", "look", "Waves of 4 m.", "It is rough."):
        assert expected in text
    assert '"human", "value": ""' not in text
    assert "tool_use" not in text.replace("tool_use_id", "")


@pytest.mark.parametrize("key", ["system", "system_prompt"])
def test_d4_a_system_prompt_beside_the_turns_is_the_first_message(key: str, harbor: Path, run: Any) -> None:
    turns = [{"from": "human", "value": "Hi."}, {"from": "gpt", "value": "Hello."}]
    taken_in(harbor, run, [{key: "Be kind.", "conversations": turns}])
    (record,), _ = exported(harbor, run, "--format", "chatml")
    assert record["messages"][0] == {"role": "system", "content": "Be kind."}


REPLIES: dict[str, str] = json.loads(
    Path(__file__).with_name("keeper_replies.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("language", REPLIES)
def test_d5_the_same_reply_is_about_as_long_in_every_language(language: str, harbor: Path, run: Any) -> None:
    taken_in(harbor, run, [chat(f"{REPLIES[language]} {n}") for n in range(6)])
    report = run("-C", harbor, "insights", "--json", check=0).json["metrics"]["replies"]
    assert 20 <= report["median_words"] <= 40
    assert report["short"] == 0
    assert run("-C", harbor, "list", "--where", "words<30", "--count", check=0).out == "0\n"


SPEECH = {
    "ru": "— Ветер сильный, — сказала она. — Закрой дверь.",
    "es": "—Hace viento —dijo ella—. Cierra la puerta.",
    "pl": "– Wieje mocno – powiedziała. – Zamknij drzwi.",
    "de": "»Der Wind ist stark«, sagte sie. »Mach die Tür zu.«",
    "sv": "”Det blåser hårt”, sa hon. ”Stäng dörren.”",
    "zh": '他说"风很大，快把门关上"就走了。',
    "ja": "「風が強い。\n戸を閉めて。」と彼女は言った。",
    "en": '"The wind is strong," she said. "Close the door."',
}


@pytest.mark.parametrize("language", SPEECH)
def test_d6_speech_is_dialogue_in_every_typography(language: str, harbor: Path, run: Any) -> None:
    taken_in(harbor, run, [chat(f"{SPEECH[language]}") for _ in range(3)])
    assert "Hardly any dialogue" not in run("-C", harbor, "insights", check=0).out


SEARCHES = [
    ("istanbul", "İstanbul'da kar", ()),
    ("DIYARBAKIR", "Diyarbakır'a", ()),
    ("izmir", "İZMİR", ()),
    ("persian", "per\u200bsian", ()),
    ("softhyphen", "soft\u00adhyphen", ()),
    ("wordjoiner", "word\u2060joiner", ()),
    ("میخواهم", "می\u200cخواهم", ()),
    ("❤ text", "❤️ text", ()),
    ("مرحبا", "مرحبـــــا", ()),
    ("المبلل", "المبلّل", ()),
    ("محمد", "مُحَمَّد", ()),
    ("נכנסתי", "נִכְנַסְתִּי", ()),
    ("שלום", "שָׁלוֹם", ()),
    ("등대", "등대에서", ("--match", "all-words")),
    ("바다", "바다는 깊다", ("--match", "exact-phrase")),
    ("מגדלור", "במגדלור", ("--match", "all-words")),
    ("بيت", "والبيت", ("--match", "all-words")),
    ("café", "cafe\u0301", ()),
    ("cafe", "café", ("--loose",)),
    ("елка", "ёлка", ("--loose",)),
    ("احمد", "أحمد", ("--loose",)),
    ("灯塔", "旧灯塔，", ("--match", "exact-phrase")),
    ("ประภา", "ที่ประภาคารนั้น", ()),
    ("strasse", "STRAẞE", ()),
]


@pytest.mark.parametrize(("query", "text", "options"), SEARCHES)
def test_d7_a_search_finds_what_a_speaker_would(
    query: str, text: str, options: tuple[str, ...], harbor: Path, run: Any
) -> None:
    taken_in(harbor, run, [chat(text), chat("Nothing of it 012.")])
    assert run("-C", harbor, "search", query, *options, "--count", check=0).out == "1\n"
    if "--loose" in options:
        assert run("-C", harbor, "search", query, "--count", check=None).out == "0\n"


@pytest.mark.parametrize(
    ("find", "text", "options"),
    [
        ("café", "one cafe\u0301 two", ()),
        ("灯塔", "旧灯塔，", ("--whole-word",)),
        ("등대", "등대에서", ("--whole-word",)),
        ("المبلل", "المبلّل", ()),
        ("istanbul", "İstanbul'da", ("--ignore-case",)),
        ("cafe", "café", ("--loose",)),
    ],
)
def test_d7_what_a_search_finds_can_be_replaced(
    find: str, text: str, options: tuple[str, ...], harbor: Path, run: Any
) -> None:
    answer = taken_in(harbor, run, [chat(text)], "--json").json
    run("-C", harbor, "replace", find, "X", "--where", "", *options, "-q", check=0)
    entry = run("-C", harbor, "show", answer["added"][0]["id"], "--json", check=0).json["entry"]
    assert all("X" in message["content"] for message in entry["messages"])


def test_d10_a_line_above_16_mib_is_let_in_where_that_is_asked_for(harbor: Path, run: Any) -> None:
    records = [chat("x" * (9 * 1024 * 1024))]
    assert "--max-line raises it" in taken_in(harbor, run, records, check=1).out
    assert taken_in(harbor, run, records, "--max-line", "32 MiB", "--json").json["added"]


def test_d10_validation_can_be_asked_of_some_entries(harbor: Path, run: Any) -> None:
    taken_in(harbor, run, [chat("One.", tags=["ready"]), chat("Two."), chat("Three.", tags=["ready"])])
    findings = run("-C", harbor, "validate", "--where", "tag:ready", "--json", check=None).json["findings"]
    assert len({finding["entry"] for finding in findings}) == 2
