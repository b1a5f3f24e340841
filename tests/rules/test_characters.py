"""An entry and the character library."""

from typing import Any

import pytest

from talekeep.rules import BY_CODE
from talekeep.rules import Context
from talekeep.rules import plan
from talekeep.rules import run
from talekeep.rules import select
from talekeep.rules import severities

CHARACTERS = plan(severities(), select(["C"]))


def results_of(prompt: str, *names: str, role: str = "system") -> list[str]:
    entry = {"messages": [{"role": role, "content": prompt}, {"role": "user", "content": prompt}]}
    return [f.code for f in run(entry, CHARACTERS, Context(inactive_names=names))]


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("You are Al.", "Al"),
        ("AL keeps the lamp.", "al"),
        ("Al's boat is late.", "Al"),
        ("“Al”, they call him.", "Al"),
        ("You are Old\nTom.", "Old Tom"),
        ("You are Old Tom.", "Old  Tom"),
        ("Zoe\u0308 waits.", "Zoë"),
        ("Zoë O’Neill waits.", "Zoë O'Neill"),
        ("あなたは美羽です。", "美羽"),
        ("小明在等。", "小明"),
        ("미라는 기다린다.", "미라"),
        ("คุณคือมาลีนะ", "มาลี"),
        ("これはAlです。", "Al"),
        ("Ты Анна.", "анна"),
    ],
)
def test_an_inactive_character_in_the_prompt_is_found(prompt: str, name: str) -> None:
    assert results_of(prompt, name) == ["C401"]


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("You are always late.", "Al"),
        ("Normal or royal.", "Al"),
        ("You are al_pha.", "Al"),
        ("Аннабель ждёт.", "Анна"),
        ("रामा वन में है।", "राम"),
        ("You are Tom.", "Old Tom"),
        ("Nobody.", ""),
    ],
)
def test_a_name_inside_another_word_is_not_found(prompt: str, name: str) -> None:
    assert results_of(prompt, name) == []


def test_only_the_system_prompt_is_read() -> None:
    assert results_of("You are Al.", "Al", role="user") == []


def test_each_character_is_named_once_however_it_is_spelled() -> None:
    entry = {"messages": [{"role": "system", "content": "Al, AL and Old Tom: Al!"}]}
    says = run(entry, CHARACTERS, Context(inactive_names=("al", "Al", "old_tom", "Old  Tom", "Old Tom")))
    assert [(f.path, f.message.split(",")[0]) for f in says] == [
        (("messages", 0, "content"), 'the system prompt names "Al"'),
        (("messages", 0, "content"), 'the system prompt names "Old Tom"'),
    ]


def speakers(names: list[Any], library: dict[str, bool]) -> list[tuple[str, tuple[str | int, ...]]]:
    entry = {"messages": [{"role": "user", "name": name, "content": "Fog."} for name in names]}
    return [(f.code, f.path) for f in run(entry, CHARACTERS, Context(characters=library))]


def test_a_speaker_the_library_does_not_know_is_named() -> None:
    library = {"mara": True, "al": False}
    assert speakers(["mara", "al", None], library) == []
    assert speakers(["mara", "marra", 7], library) == [
        ("C402", ("messages", 1, "name")),
        ("C402", ("messages", 2, "name")),
    ]


def test_an_empty_library_knows_nobody_and_says_nothing() -> None:
    assert speakers(["mara"], {}) == []


def test_a_name_in_free_words_is_found_and_mended_to_its_slug() -> None:
    library = {"mara_voss": True}
    assert speakers(["mara_voss", "Mara Voss", "…"], library) == [
        ("C402", ("messages", 2, "name")),
        ("C403", ("messages", 1, "name")),
    ]
    entry = {"messages": [{"role": "user", "name": n, "content": n} for n in ("Mara Voss", "…")], "x": 1}
    mend = BY_CODE["C403"].mend
    assert mend is not None
    mended = mend(entry, Context())
    assert [m["name"] for m in mended["messages"]] == ["mara_voss", "…"]
    assert [m["content"] for m in mended["messages"]] == ["Mara Voss", "…"]
    assert mend(mended, Context()) is mended


def test_the_name_of_a_tool_is_no_speakers() -> None:
    entry = {"messages": [{"role": "tool", "name": "lookUp", "content": "{}"}]}
    assert run(entry, CHARACTERS, Context(characters={"mara": True})) == []
