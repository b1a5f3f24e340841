"""Queries as people type them, in every command that takes one: understood or refused, never misread."""

import json
from pathlib import Path

import pytest

# 24 entries: the first 6 approved, 4 of these and 4 others of dialogue; four hold the word "not" or "or".
WORDS = ("not", "or", "and", "approved")


@pytest.fixture
def shelf(run, made_once, tmp_path: Path) -> Path:
    return made_once("shelf", lambda folder: _shelf(run, folder), tmp_path)


def _shelf(run, folder: Path) -> None:
    rows = []
    for n in range(24):
        tags = (["approved"] if n < 6 else []) + (["dialogue"] if 2 <= n < 10 else [])
        word = WORDS[n] if n < 4 else "lamp"
        text = f"{word} at harbour {n} " + "word " * n
        name = {"name": "mara"} if n % 2 else {}
        messages = [{"role": "user", "content": text}, {"role": "assistant", **name, "content": "So be it."}]
        rows.append(json.dumps({"messages": messages, "tags": tags}))
    (folder / "chat.jsonl").write_text("\n".join(rows))
    run("init", "d", "-q", cwd=folder, check=0)
    run("-C", "d", "import", folder / "chat.jsonl", "-q", cwd=folder, check=0)


COUNTS = {
    "not tag:approved": 18,
    "tag:approved OR tag:dialogue": 10,
    "tag:approved and tag:dialogue": 4,
    "!tag:approved": 18,
    "messages>1 && untagged": 14,
    "tag:approved|tag:dialogue": 10,
    "tag:approved&&untagged": 0,
    "(tag:approved or tag:dialogue) -character:mara": 5,
    "not (tag:approved or tag:dialogue)": 14,
    "words < 10": 3,
    "tag:approved,dialogue": 10,
    "character:mara,mara": 12,
    "role:tool,user": 24,
    "category:mood,dialogue_style": 0,
    "issue:S101,T201": 24,
    "source:chat.jsonl,chat.jsonl": 24,
    '"not"': 1,
}


@pytest.mark.parametrize("where", COUNTS)
def test_what_people_type_selects_what_they_mean(run, shelf, where: str) -> None:
    if "category:" in where:
        run("-C", "d", "category", "create", "Mood", "-q")
        run("-C", "d", "category", "create", "Dialogue style", "-q")

    assert run("-C", "d", "list", "--count", "--where", where).out == f"{COUNTS[where]}\n"


@pytest.mark.parametrize(
    ("where", "code", "hint"),
    [
        ("role:asistant", 2, "did you mean assistant"),
        ("tag:approvd", 3, "approved"),
        ("tag:appr*", 2, "commas"),
        ("character:marra", 3, "mara"),
        ("source:chatt.jsonl", 3, "chat_jsonl"),
        ("category:moood", 3, "category list"),
        ("issue:S9999", 2, "talekeep rule"),
        ("id:zzzz", 3, "talekeep list"),
        ("untaged", 2, "untagged"),
        ("tga:approved", 2, "did you mean tag:"),
        ("tag is approved", 2, "tag:"),
        ("author:nobody", 3, "source list"),
        ("licence:mit", 3, "source list"),
        ("model:x", 3, "source list"),
        ("review:aproved", 2, ""),
    ],
)
@pytest.mark.parametrize("command", ["list", "remove", "export", "search"])
def test_a_name_that_is_nowhere_is_an_error_everywhere_and_changes_nothing(
    run, shelf, command: str, where: str, code: int, hint: str
) -> None:
    more = {"export": ["../out.jsonl"], "search": ["lamp"]}.get(command, [])

    answer = run("-C", "d", command, *more, "--where", where, check=code)

    assert hint in answer.err
    assert not (shelf / "out.jsonl").exists()
    assert run("-C", "d", "list", "--count").out == "24\n"


@pytest.mark.parametrize(
    "where", ["not tag:approved", "!tag:approved", "-tag:approved", "NOT (tag:approved)"]
)
def test_removing_what_is_not_approved_never_removes_what_is(run, shelf, where: str) -> None:
    run("-C", "d", "remove", "--where", where, "-q")

    assert run("-C", "d", "list", "--count").out == "6\n"
    assert run("-C", "d", "list", "--count", "--where", "tag:approved").out == "6\n"


@pytest.mark.parametrize(
    "how", [[], ["--clean"], ["--format", "sharegpt"], ["--format", "rolethread"], ["-n"]]
)
def test_an_export_of_nothing_is_no_and_writes_no_file(run, shelf, how: list[str]) -> None:
    answer = run("-C", "d", "export", "../out.jsonl", "--where", "tag:approved words>900", *how, check=1)

    assert "no entry matches" in answer.err
    assert [place.name for place in shelf.iterdir() if "out" in place.name] == []
