"""Rules for what imports bring along."""

import json
from pathlib import Path
from typing import Any

import pytest

from talekeep.rules.base import Context
from talekeep.rules.table import BY_CODE

_CASES = Path(__file__).parents[2] / "../shared/cases/formats"
_PLAIN = Context()


def _replied(content: Any, role: str = "assistant") -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": "Who keeps it?"}, {"role": role, "content": content}]}


def _hits(code: str, value: Any) -> int:
    return len(list(BY_CODE[code].check(value, _PLAIN)))


def _mended(code: str, content: Any, role: str = "assistant") -> Any:
    mend = BY_CODE[code].mend
    assert mend is not None
    return mend(_replied(content, role), _PLAIN)["messages"][-1]["content"]


@pytest.mark.parametrize(
    "text",
    [
        *("Hi<|im_start|>user", "Hi<|eot_id|>", "[INST] Hi [/INST]", "<<SYS>>Hi", "Hi</s>", "<s>Hi"),
        *("Hi<start_of_turn>", "Hi<end_of_turn>", "### Response:\nHi", "Hi\n### Instruction:\nGo"),
        *("Hi\nUser:", "Hi\nHuman: ", "<｜end▁of▁sentence｜>", "<extra_id_1>User"),
    ],
)
def test_tokens_of_a_template_are_found(text: str) -> None:
    assert _hits("X304", _replied(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "a <b> c",
        "<s>old</s> new",
        "### Response",
        "the User: Mara",
        "[install]",
        "x<|y",
        "a | b",
        "\nUser: I do.",
    ],
)
def test_what_only_looks_like_a_token_is_not(text: str) -> None:
    assert _hits("X304", _replied(text)) == 0


def test_what_a_tool_printed_is_left_alone() -> None:
    assert _hits("X304", _replied("<|im_end|>", "tool")) == _hits("X305", _replied("\x1b[0m", "tool")) == 0
    assert _mended("X305", "\x1b[0m", "tool") == "\x1b[0m"


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("Hi.<|im_end|>", "Hi."),
        ("Hi.</s>\n", "Hi."),
        ("Hi.\nUser:", "Hi."),
        ("Hi.<|im_end|>\n<|endoftext|>", "Hi."),
        ("Hi<|im_end|> there", "Hi<|im_end|> there"),
        ("<s>old</s>", "<s>old</s>"),
    ],
)
def test_the_repair_cuts_stop_tokens_at_the_end_alone(text: str, mended: str) -> None:
    assert _mended("X304", text) == mended


@pytest.mark.parametrize("text", ["\u200b", "\ufeff", " \u200d\n\u2060", "\u3164"])
def test_a_message_that_nobody_sees_is_found(text: str) -> None:
    assert _hits("T212", _replied(text)) == 1


@pytest.mark.parametrize("text", ["", "  ", "a\u200b", "👨\u200d👩", None])
def test_a_visible_or_empty_message_is_not_invisible(text: Any) -> None:
    assert _hits("T212", _replied(text)) == 0


def test_control_characters_go_and_line_breaks_stay() -> None:
    assert _mended("X305", "a\x00b\x1b[1;31mc\x1b[0m\td\r\ne\x07") == "abc\td\r\ne"


@pytest.mark.parametrize("text", ["“caf\u00e9” – naïve… 20 °C", "Привет — мир", "漢字かな", "🙂", "Õäöü ½"])
@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_mojibake_is_read_as_it_was(text: str, encoding: str) -> None:
    try:
        broken = text.encode().decode(encoding)
    except UnicodeDecodeError:
        pytest.skip("this encoding has no such bytes")
    if _hits("X306", _replied(broken)):
        assert _mended("X306", broken) == text


def test_common_mojibake_is_found_and_mended() -> None:
    broken = "â€œItâ€™s a cafÃ©â€\x9d, 20 Â°C"
    assert _hits("X306", _replied(broken)) == 1
    assert _mended("X306", broken) == "“It’s a café”, 20 °C"


@pytest.mark.parametrize("text", ["NÃO", "“IRMÃ”", "Âmbar", "château €5", "l’âge", "Ã«so»"])
def test_sound_text_with_such_letters_is_not_mojibake(text: str) -> None:
    assert _hits("X306", _replied(text)) == 0


def test_bare_texts_become_parts() -> None:
    assert _mended("T213", ["a", {"type": "text", "text": "b"}]) == [
        {"type": "text", "text": "a"},
        {"type": "text", "text": "b"},
    ]


@pytest.mark.parametrize(
    ("asked", "reply", "count"),
    [
        ("Who keeps the light tonight?", "Маяк хранит Мара, с той ночи.", 1),
        ("Кто хранит маяк этой ночью?", "Mara keeps the light since that night.", 1),
        ("Who keeps the light tonight?", "Mara does. “Да”, she says, and smiles at the sea.", 0),
        ("谁守着灯塔今夜在这里？", "暴风雨之夜起，她守着。", 0),
        ("Translate Маяк for me, please.", "Маяк хранит Мара, с той ночи.", 0),
        ("今夜は誰が灯台を守るの？", "嵐の夜からずっとマラが守っている。", 0),
    ],
)
def test_a_reply_in_another_script_is_told(asked: str, reply: str, count: int) -> None:
    value = _replied(reply)
    value["messages"][0]["content"] = asked
    assert _hits("X307", value) == count


def test_every_text_of_the_case_of_templates_is_found() -> None:
    file = _CASES / "50-templates-left.jsonl"
    if not file.is_file():
        pytest.skip("no shared data")
    values = [json.loads(line) for line in file.read_text().splitlines()]
    items = [_hits("X304", value) > 0 or _hits("P501", value) > 0 for value in values if "messages" in value]
    assert all(items)
