"""The shape of an entry: what stops a commit, and what does not."""

from typing import Any

import pytest

from talekeep.core.finding import Finding
from talekeep.rules import Context
from talekeep.rules import plan
from talekeep.rules import run
from talekeep.rules import severities

ID = "0193c7aa-0000-7000-8000-000000000001"
DEFAULT = plan(severities())


def results_of(entry: Any, context: Context | None = None) -> list[Finding]:
    return run(entry, DEFAULT, context or Context())


def entry(*messages: Any, **keys: Any) -> dict[str, Any]:
    return {"id": ID, "messages": list(messages), "tags": [], **keys}


def turn(role: Any, content: Any = "Fog.") -> dict[str, Any]:
    return {"role": role, "content": content}


@pytest.mark.parametrize("value", [None, 3, "text", True, [], ["a"]])
def test_a_value_that_is_no_object_is_one_finding_and_no_more(value: Any) -> None:
    assert [f.code for f in results_of(value)] == ["S002"]


def test_a_sound_entry_has_no_finding() -> None:
    assert results_of(entry(turn("system"), turn("user"), turn("assistant"))) == []


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ({"id": ID, "tags": []}, "S101"),
        ({"id": ID, "tags": [], "messages": None}, "S102"),
        ({"id": ID, "tags": [], "messages": {"0": "x"}}, "S102"),
        ({"id": ID, "tags": [], "messages": []}, "S103"),
    ],
)
def test_missing_messages_are_said_once_with_nothing_following_from_it(broken: Any, code: str) -> None:
    assert [(f.code, f.path, f.severity) for f in results_of(broken)] == [(code, ("messages",), "error")]


def test_each_message_that_is_no_object_is_named() -> None:
    says = results_of(entry(turn("system"), "Hello", turn("assistant"), None))
    assert [(f.code, f.path) for f in says if f.severity == "error"] == [
        ("S104", ("messages", 1)),
        ("S104", ("messages", 3)),
    ]


@pytest.mark.parametrize("role", [None, 7, ["user"], "", "  "])
def test_a_role_that_is_none_is_missing_and_nothing_else(role: Any) -> None:
    says = results_of(entry(turn("system"), turn(role), turn("assistant")))
    assert [(f.code, f.path) for f in says] == [("S105", ("messages", 1, "role"))]


def test_a_message_without_a_role_key_is_found() -> None:
    says = results_of(entry(turn("system"), {"content": "Fog."}, turn("assistant")))
    assert [f.code for f in says] == ["S105"]


@pytest.mark.parametrize("role", ["Mara", "Narrator", "小明", "function"])
def test_a_role_nobody_knows_is_an_error_and_nothing_else(role: str) -> None:
    says = results_of(entry(turn("system"), turn("user"), turn(role)))
    assert [(f.code, f.path, f.severity) for f in says] == [("S106", ("messages", 2, "role"), "error")]


ALIASES = {
    "user": "usr uesr useer human humans person player input prompt instruction",
    "assistant": "assistnt assitant assitstant asistant asst bot chatbot gpt model ai completion "
    "response output",
    "system": "sys sytem systm system_prompt context",
}


def test_the_spellings_rolethread_reads_are_all_known() -> None:
    assert sum(len(spellings.split()) + 1 for spellings in ALIASES.values()) == 31


@pytest.mark.parametrize(
    ("role", "index"),
    [
        (spell(alias), ("system", "user", "assistant").index(canonical))
        for canonical, aliases in ALIASES.items()
        for alias in [*aliases.split(), canonical.upper(), f" {canonical} "]
        for spell in (str, str.title, lambda text: f" {text}\n")
        if spell(alias) != canonical
    ],
)
def test_a_misspelled_role_is_read_as_what_it_means(role: str, index: int) -> None:
    messages = [turn("system"), turn("user"), turn("assistant")]
    messages[index]["role"] = role
    says = results_of(entry(*messages))
    assert [(f.code, f.path, f.severity) for f in says] == [("S107", ("messages", index, "role"), "error")]


@pytest.mark.parametrize("role", ["TOOL", " developer"])
def test_the_spelling_of_tool_and_developer_counts_too(role: str) -> None:
    assert "S107" in {f.code for f in results_of(entry(turn(role), turn("user"), turn("assistant")))}


def test_keys_nobody_reads_are_named_in_order_and_stay_information() -> None:
    talk = (turn("system"), turn("user"), turn("assistant"))
    says = results_of(entry(*talk, zeta=1, alpha=2, source="x", metadata={}, tools=[]))
    assert [(f.code, f.path, f.severity) for f in says] == [
        ("S120", ("alpha",), "info"),
        ("S120", ("zeta",), "info"),
    ]
    assert results_of(entry(*talk, zeta=1), Context(known_keys=frozenset({"zeta"}))) == []
