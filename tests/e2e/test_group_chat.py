"""Real conversations of several speakers, from import to a cast that is kept, and all of it undone again."""

import json
import re
import shlex
from pathlib import Path

import pytest

GROUP = "rolethread/group_chat/group_chat.incoming.jsonl"
INTERVIEWS = "real/character-interviews-beethoven.jsonl"


def entries(dataset: Path) -> list[dict]:
    data = b"".join(part.read_bytes() for part in sorted(dataset.glob("entries/*/*.jsonl")))
    return [json.loads(line) for line in data.split(b"\n") if line]


def texts(dataset: Path) -> list[list]:
    """What is said, system prompts left out."""
    return [[m["content"] for m in entry["messages"] if m["role"] != "system"] for entry in entries(dataset)]


def records_of(file: Path) -> list[dict]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]


@pytest.fixture
def harbor(run, tmp_path: Path) -> Path:
    run("init", "harbor", check=0)
    return tmp_path / "harbor"


def cast(run, dataset: Path) -> dict[str, int]:
    answer = run("character", "list", "--json", cwd=dataset, check=0).json
    return {row["slug"]: row["messages"] for row in answer["characters"] if row["messages"]}


def test_a_group_chat_keeps_its_speakers_through_a_day_of_changes(
    run, git, harbor: Path, shared: Path
) -> None:
    labels = [m["role"] for record in records_of(shared / GROUP) for m in record["messages"]]
    run("import", shared / GROUP, "--map", "Kai=assistant:kai_renner", cwd=harbor, check=0)
    output, first = texts(harbor), git("rev-parse", "HEAD^{tree}", cwd=harbor).out
    assert cast(run, harbor)["kai_renner"] == labels.count("Kai")
    assert cast(run, harbor)["narrator"] == labels.count("Narrator")
    assert {"élodie", "小明", "zoë_o_neill"} <= cast(run, harbor).keys()
    assert {m["role"] for e in entries(harbor) for m in e["messages"]} == {"system", "user", "assistant"}
    changes = [
        ("character", "rename", "kai_renner", "Kai Renner of the Salt"),
        ("character", "assign", "--where", "character:narrator", "--map", "Narrator=:voice", "--create"),
        ("character", "deactivate", "mira_vale"),
        ("prompt", "add", "Distinct", "--from", entries(harbor)[0]["id"]),
        ("prompt", "apply", "distinct", "--where", "character:ren"),
        ("character", "rename", "ren", "voice", "--merge"),
        ("character", "edit", "old_tom", "--description", "rows"),
        ("prompt", "archive", "distinct"),
    ]
    for change in changes:
        run(*change, cwd=harbor, check=0)
    assert texts(harbor) == output
    assert cast(run, harbor)["voice"] == labels.count("Narrator") + labels.count("Ren")
    assert cast(run, harbor)["mira_vale"] == labels.count("Mira Vale")
    assert run("validate", "--json", cwd=harbor, check=0).json["counts"]["error"] == 0
    while git("rev-parse", "HEAD^{tree}", cwd=harbor).out != first:
        run("undo", cwd=harbor, check=0)
    git("fsck", "--strict", cwd=harbor, check=0)


def test_interviews_get_their_cast_by_the_suggested_command(run, harbor: Path, shared: Path) -> None:
    answer = run("import", shared / INTERVIEWS, "--json", cwd=harbor, check=0).json
    assert (len(answer["added"]), answer["refused"]) == (50, [])
    output = texts(harbor)
    assert cast(run, harbor) == {"man": 268, "beethoven": 255}
    assert run("character", "detect", "--json", cwd=harbor, check=0).json["command"] == ""
    maps = ["--map", "Man=user:interviewer", "--map", "Beethoven=:ludwig_van_beethoven"]
    run(
        "character",
        "assign",
        "--where",
        f"source:{Path(INTERVIEWS).name}",
        *maps,
        "--create",
        cwd=harbor,
        check=0,
    )
    assert cast(run, harbor) == {"interviewer": 268, "ludwig_van_beethoven": 255}
    assert texts(harbor) == output


def test_names_in_front_of_real_texts_are_found_and_assigned(
    run, harbor: Path, shared: Path, tmp_path: Path
) -> None:
    """The group chat as a tool without names would have written it: every text begins with its speaker."""
    records = records_of(shared / GROUP)
    for record in records:
        sides: dict[str, str] = {}
        for message in record["messages"]:
            if message["role"] not in ("system", "user", "assistant"):
                side = sides.setdefault(message["role"], ("user", "assistant")[len(sides) % 2])
                message |= {"role": side, "content": f"{message['role']}: {message['content']}"}
    flat = tmp_path / "flat.jsonl"
    flat.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    run("import", flat, cwd=harbor, check=0)
    answer = run("character", "detect", "--json", cwd=harbor, check=0).json
    counts = {v["label"]: v["messages"] for v in answer["voices"]}
    assert {"Kai", "Mira Vale", "Narrator", "Ren", "Old Tom"} <= counts.keys()
    run(*shlex.split(answer["command"])[1:], "--strip-prefix", cwd=harbor, check=0)
    assert cast(run, harbor)["kai"] == counts["Kai"]
    assert not [t for talk in texts(harbor) for t in talk if re.match(r"(Kai|Mira Vale): ", t)]
