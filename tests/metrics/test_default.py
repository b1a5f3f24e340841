"""The default profile: each metric equals what is counted by hand, where the peer's way goes wrong too."""

from typing import Any

import pytest

from talekeep.core.finding import Finding
from talekeep.metrics import characters
from talekeep.metrics import exchanges
from talekeep.metrics import prompts
from talekeep.metrics import reply_quality
from talekeep.metrics import sources
from talekeep.metrics import tags
from talekeep.metrics import validation
from talekeep.metrics import variety
from talekeep.metrics import voice
from talekeep.metrics.base import Frame
from talekeep.metrics.base import Metric
from talekeep.metrics.base import Report
from talekeep.metrics.profiles import PROFILES
from talekeep.metrics.table import METRICS
from talekeep.metrics.tally import total


def texts_of(role: str, content: str | None, **more: Any) -> dict[str, Any]:
    return {"role": role, "content": content, **more}


def talk(*texts: str, system: str = "", tag: str = "", **more: Any) -> dict[str, Any]:
    """User and assistant in turn."""
    messages = [texts_of("system", system)] if system else []
    messages += [texts_of(("user", "assistant")[n % 2], text) for n, text in enumerate(texts)]
    return {"messages": messages, "tags": tag.split(), **more}


def results_of(metric: Metric, *values: Any, **frame: Any) -> Report:
    return metric.report(total(map(metric.measure, values)), Frame(entries=len(values), **frame))


def test_exchanges():
    report = results_of(exchanges.METRIC, talk("a", "b"), talk("a", "b", "c", "d"), talk("a"), talk("a", "b"))

    assert report == {
        "total": 4,
        "messages": 9,
        "mean": 1.0,
        "median": 1.0,
        "complete": 3,
        "distribution": {"0": 1, "1": 2, "2": 1},
    }


def test_replies_are_measured_in_words_of_any_script():
    report = results_of(
        reply_quality.METRIC,
        talk("one two", "She lifts the lamp and does not look round at all."),
        talk("three", "灯台の光が海の上をゆっくりと渡っていく。", "four", ""),
        talk("five", "TODO"),
    )

    # 11 words, 19 characters (10 words), none, one; the user wrote five.
    assert report["words"] == {"0": 1, "1": 1, "11": 1, "10": 1}
    assert report["mean_words"] == round((11 + 10 + 0 + 1) / 4, 2)
    assert report["median_words"] == (1 + 10) / 2
    assert (report["empty"], report["placeholder"], report["short"]) == (1, 1, 0)
    assert report["balance"] == round(5 / 22, 3)
    assert report["entry_words"] == {"2": 1, "13": 1, "12": 1}


def test_a_reply_that_only_calls_a_tool_is_not_empty():
    calling = {"messages": [texts_of("user", "a"), texts_of("assistant", None, tool_calls=[{"id": "1"}])]}

    assert results_of(reply_quality.METRIC, calling)["replies"] == 0


@pytest.mark.parametrize(
    "text",
    [
        *(
            "TODO",
            "todo.",
            "[Insert reply here]",
            "<insert>",
            "Lorem ipsum dolor sit",
            "test",
            "N/A",
            "*tbd*",
        ),
        *(
            "待补充",
            "【待填写】",
            "测试",
            "在此处插入回复",
            "（待写）",
            "テスト",
            "ここに返信を入力してください",
            "테스트",
            "여기에 답변을 입력하세요",
        ),
        *(
            "Hier Antwort einfügen",
            "Platzhalter",
            "[Insertar respuesta aquí]",
            "por completar",
            "Insérer la réponse ici",
        ),
        *(
            "à compléter",
            "Inserir resposta aqui",
            "A completar.",
            "тест",
            "Вставьте ответ сюда",
            "اختبار",
            "أدخل الرد هنا",
        ),
        *("...", "。。。"),
    ],
)
def test_a_whole_reply_that_stands_in_for_one_is_a_placeholder(text: str):
    assert reply_quality.is_placeholder(text)


@pytest.mark.parametrize(
    "text",
    [
        *("The latest contest", "She protested.", "Todo está bien.", "Yes.", "…", "灯台", "Insert the key."),
        "Insert text into [the form] and test it, said the placeholder.",
    ],
)
def test_a_reply_that_only_holds_such_a_word_is_none(text: str):
    assert not reply_quality.is_placeholder(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"Who goes there?"', (17, 0, 0)),
        ("“Who goes there?” she asks.", (17, 0, 10)),
        ("'Go on,' she said. It's the boys' room, isn't it?", (8, 0, 41)),
        ("‘Go on,’ she said.", (8, 0, 10)),
        ("*She lifts the lamp.* Rain.", (0, 21, 6)),
        ("**Bold** is no act.", (0, 0, 19)),
        ('6" of rope and 8" of chain', (0, 0, 26)),
        ('6" of rope. "Take it."', (10, 0, 12)),
        ("「待って」と言った", (5, 0, 4)),
        ("«Halt!» „Wer da?“", (16, 0, 1)),
        ("“An open one\n\nends with its paragraph.", (12, 0, 26)),
        ('an odd " mark\n"Come in."', (10, 0, 14)),
        ("", (0, 0, 0)),
    ],
)
def test_speech_action_and_narration_are_told_apart(text: str, expected: tuple[int, int, int]):
    assert voice.shares([text]) == expected
    assert voice.shares([text, text]) == tuple(2 * count for count in expected)


def test_the_spectrum_is_the_mean_of_the_entries():
    report = results_of(voice.METRIC, talk("a", "“aaaaaaaa”bbbbbbbbbb"), talk("a", "bbbbbbbbbb"), talk("a"))

    assert report["spectrum"] == (0.5 + 0) / 2
    assert report["label"] == "Leaning to narrative"
    assert report["bins"] == [1, 0, 1, 0, 0]
    assert (report["dialogue"], report["narration"]) == (round(10 / 30, 3), round(20 / 30, 3))


def test_prompts_are_one_whatever_their_case_and_spaces():
    keep = "You keep the lighthouse at Harrow Point alone."
    report = results_of(
        prompts.METRIC,
        talk("a", "b", system=keep),
        talk("a", "b", system=keep.upper().replace(" ", "  ")),
        talk("a", "b", system="Short."),
        talk("a", "b"),
        {"messages": [texts_of("system", " "), texts_of("user", "a")]},
    )

    assert (report["distinct"], report["entries"], report["missing"], report["blank"]) == (2, 3, 1, 1)
    assert report["thin"] == 1
    assert report["top_share"] == 2 / 5
    assert [*report["begins"].values()] == [keep, "Short."]


def test_variety_counts_what_stands_before_already():
    report = results_of(
        variety.METRIC,
        talk("Who is it?", "Me.", system="One."),
        talk("who  is it?", "ME.", system="Another."),
        talk("Who is it?", "Not me."),
        talk("Halt", "Yes."),
    )

    assert report == {
        "conversations": 4,
        "repeated": 1,
        "most_repeated": 2,
        "opened": 4,
        "openings": 2,
    }


def test_tags_are_read_by_their_current_names():
    report = results_of(
        tags.METRIC,
        *(talk("a", "b", tag=tag) for tag in ("noir", "noir rain", "old", "", "odd noir")),
        tags={"noir": "genre", "rain": "weather"},
        categories={"genre": "Genre", "weather": "Weather"},
        renamed={"old": "noir"},
    )

    assert report["tags"] == {"noir": 4, "odd": 1, "rain": 1}
    assert (report["tagged"], report["untagged"], report["covered"], report["unresolved"]) == (4, 1, 4, 1)
    # H(4/5, 1/5) = 0.7219 bits of 1.
    assert report["entropy"] == 0.722
    assert report["categories"] == {"Genre": 4, "Weather": 1}
    assert report["unknown"] == {"odd": 1}


def test_characters_sources_and_findings():
    entry = {"messages": [texts_of("user", "a", name="wren"), texts_of("assistant", "b", name="mara")] * 2}
    people = results_of(characters.METRIC, entry, talk("a"), characters={"mara": "Mara", "ines": "Ines"})
    files = results_of(sources.METRIC, {"source": {"from": "chat"}}, {}, sources={"chat": "chat.jsonl"})
    rows = [[Finding("X301", "refusal", "warning", "m")] * 2, [Finding("X302", "marks", "info", "m")], []]
    faults = results_of(validation.METRIC, *rows, [Finding("T201", "missing-system-prompt", "warning", "m")])

    assert (people["named"], people["messages"], people["unknown"]) == (
        1,
        {"mara": 2, "wren": 2},
        {"wren": 1},
    )
    assert people["silent"] == ["ines"]
    assert (files["files"], files["imported"], files["here"]) == ({"chat.jsonl": 1}, 1, 1)
    assert (faults["warnings"], faults["infos"], faults["clean"], faults["sound"]) == (2, 1, 1, 3)
    assert faults["serious"] == {"T201": 1, "X301": 1}


def judged(entries: list[dict[str, Any]], **frame: Any):
    values = {
        "entry": entries,
        "sidecar": [{} for _ in entries],
        "both": [],
        "findings": [[] for _ in entries],
    }
    known = Frame(entries=len(entries), **frame)
    reports = {m.name: m.report(total(map(m.measure, values[m.sees])), known) for m in METRICS}
    return PROFILES["default"].judge(reports, known)


LONG = " ".join(["word"] * 50)


def test_a_clean_set_without_tags_prompts_and_names_gets_every_point():
    clean = judged([talk(f"Question {n}?", f"{LONG} {n}") for n in range(4)])

    assert [category.score for category in clean.categories] == [25.0] * 4
    assert clean.advice == ()


def test_the_score_is_the_documented_sum():
    system = "You keep the lighthouse at Harrow Point alone."
    rows = [talk("Who is it?", " ".join(["word"] * 20), system=system, tag="noir")] * 2
    rows += [talk("And you there?", "Yes.", tag="odd"), talk("Hm?")]

    result = judged(rows, tags={"noir": "genre"})

    # Length 20 of 50 words, nothing hollow, one of three replies short; 9 of the user's words to 41: fair.
    response = 10 * 20 / 50 + 8 + 4 * 2 / 3 + 3
    # One of four repeats another: 0.25 of 0.25. Three of four openings differ; one prompt of two wanted.
    diversity = 25 * (0 + 7 * 3 / 4 + 4 * 1 / 2) / 21
    # Three of four end with a reply; two of four have a telling prompt.
    structure = 13 + 8 * 3 / 4 + 4 * 2 / 4
    # Three of four have tags, two of those only known ones.
    metadata = 25 * (8 * 3 / 4 + 7 * 2 / 3) / 15
    expected = [response, diversity, structure, metadata]
    assert [c.score for c in result.categories] == pytest.approx(expected, abs=0.02)


def test_nothing_scores_nothing():
    assert [(c.score, c.label) for c in judged([]).categories] == [(0.0, "Significant Issues")] * 4


@pytest.mark.parametrize(
    "text",
    ["Тест пройден.", "测试通过了。", "Das ist ein Test.", "テストは終わった。", "?!", "Ja.", "…nein."],
)
def test_a_reply_with_such_a_word_in_it_is_none_in_any_language(text: str):
    assert not reply_quality.is_placeholder(text)


def test_languages_without_lists_are_named():
    thai = talk("a", "เธอยกตะเกียงขึ้นเหนือศีรษะแล้วมองออกไปยังผืนน้ำ")
    polish = talk(
        "a", "Podnosi lampę nad głowę i patrzy na wodę, bo wiatr się zmienił, a łodzi nie ma do tej pory."
    )
    english = talk("a", "She lifts the lamp above her head and looks out over the water.")
    russian = talk("a", "Она поднимает лампу над головой и смотрит на воду.")

    report = results_of(reply_quality.METRIC, thai, thai, polish, english, russian)
    assert report["unlisted"] == {"Thai": 2, "Polish": 1}
    (advice,) = [a.text for a in reply_quality.advise(report) if "list" in a.text]
    assert "Thai (2 entries), Polish (1 entry)" in advice
    assert "talekeep.toml" in advice
