"""What `init` and `demo` copy out, as plain git and a plain reader find it."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from talekeep.core.codec import decode
from talekeep.core.entry import ROLES
from talekeep.core.entry import exchanges_of
from talekeep.core.entry import messages_of
from talekeep.core.errors import BadRecord
from talekeep.core.slug import slug

ROOT = Path(__file__).resolve().parents[1]
DATASET = ROOT / "templates" / "dataset"
DEMO = ROOT / "templates" / "demo"
PART = "entries/0000/00000-3fa9.jsonl"
SIDECAR = "sidecars/0000/00000-3fa9.jsonl"


def _card_and_settings() -> str:
    return (DATASET / "README.md").read_text() + (DATASET / "talekeep.toml").read_text()


def test_the_card_and_the_settings_use_documented_placeholders_only() -> None:
    documented = set(re.findall(r"^\| `\{(\w+)\}`", (ROOT / "templates/README.md").read_text(), re.MULTILINE))
    used = set(re.findall(r"\{(\w+)\}", _card_and_settings()))
    assert used == documented


def test_the_front_matter_names_the_entries_and_nothing_else() -> None:
    card = (DATASET / "README.md").read_text()
    assert card.startswith("---\npretty_name: {quoted_name}\n")
    assert re.findall(r"data_files: (.*)", card) == ["entries/*/*.jsonl"]


@pytest.fixture
def repository(git: Any, tmp_path: Path) -> Path:
    """A dataset's files in a repository of plain git, with no driver registered."""
    folder = tmp_path / "r"
    git("init", "-q", "-b", "main", folder, check=0)
    for name in ("gitattributes", "gitignore"):
        (folder / f".{name}").write_bytes((DATASET / name).read_bytes())
    return folder


def put(folder: Path, name: str, data: bytes) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def commit(git: Any, folder: Path, name: str, data: bytes) -> None:
    put(folder, name, data)
    git("-C", folder, "add", "-A", check=0)
    git("-C", folder, "commit", "-q", "-m", "x", check=0)


@pytest.mark.parametrize("name", [PART, SIDECAR, "library/tags.toml", "talekeep.toml"])
def test_bytes_are_the_same_where_git_writes_crlf(
    name: str, git: Any, repository: Path, tmp_path: Path
) -> None:
    commit(git, repository, name, b"one\ntwo\n")
    git("-c", "core.autocrlf=true", "clone", "-q", repository, tmp_path / "windows", check=0)
    assert (tmp_path / "windows" / name).read_bytes() == b"one\ntwo\n"


def test_an_editor_that_saves_crlf_changes_no_stored_byte(git: Any, repository: Path) -> None:
    commit(git, repository, PART, b'{"id":1}\r\n')
    assert git("-C", repository, "show", f"HEAD:{PART}").out == '{"id":1}\n'


@pytest.mark.parametrize("name", [PART, SIDECAR, "library/tags.toml"])
def test_without_a_driver_a_conflict_shows_both_sides(name: str, git: Any, repository: Path) -> None:
    commit(git, repository, name, b"base\n")
    git("-C", repository, "checkout", "-q", "-b", "theirs", check=0)
    commit(git, repository, name, b"their words\n")
    git("-C", repository, "checkout", "-q", "main", check=0)
    commit(git, repository, name, b"our words\n")

    merged = git("-C", repository, "merge", "theirs")

    assert merged.code == 1
    text = (repository / name).read_text()
    assert "<<<<<<<" in text
    assert "our words" in text
    assert "their words" in text


def test_without_a_driver_a_diff_shows_lines(git: Any, repository: Path) -> None:
    commit(git, repository, PART, b'{"id":1}\n')
    put(repository, PART, b'{"id":2}\n')
    assert '-{"id":1}\n+{"id":2}\n' in git("-C", repository, "diff", check=0).out


@pytest.mark.parametrize(
    ("name", "driven"),
    [
        (PART, {"diff": "talekeep", "merge": "talekeep", "text": "set", "eol": "lf"}),
        (SIDECAR, {"diff": "talekeep", "merge": "talekeep", "text": "set", "eol": "lf"}),
        ("library/prompts.toml", {"merge": "talekeep", "text": "set", "eol": "lf"}),
        ("README.md", {"text": "set", "eol": "lf"}),
        ("pictures/cover.png", {}),
        ("notes/entries/draft.jsonl", {}),
    ],
)
def test_each_file_gets_its_attributes(name: str, driven: dict[str, str], git: Any, repository: Path) -> None:
    lines = git("-C", repository, "check-attr", "-a", "--", name, check=0).out.splitlines()
    assert {line.split(": ")[1]: line.split(": ")[2] for line in lines} == driven


@pytest.mark.parametrize("name", [PART, SIDECAR, "library/tags.toml", "talekeep.toml", "README.md"])
def test_nothing_of_a_dataset_is_ignored(name: str, git: Any, repository: Path) -> None:
    put(repository, name, b"")
    assert git("-C", repository, "check-ignore", "-q", name).code == 1


# A sync client's conflicted copy may be the only place where someone's work survives.
@pytest.mark.parametrize(
    ("name", "ignored"),
    [
        (f"{PART}~", True),
        ("entries/0000/.00000-3fa9.jsonl.swp", True),
        ("library/#tags.toml#", True),
        ("entries/.DS_Store", True),
        ("exports/train.jsonl", True),
        ("entries/0000/00000-3fa9 (conflicted copy).jsonl", False),
    ],
)
def test_litter_is_ignored_and_work_is_not(name: str, ignored: bool, git: Any, repository: Path) -> None:
    put(repository, name, b"")
    assert (git("-C", repository, "check-ignore", "-q", name).code == 0) is ignored


def lines_of(name: str) -> list[dict[str, Any]]:
    return [decode(line) for line in (DEMO / name).read_bytes().splitlines()]


def some(test: Callable[[dict[str, Any]], object]) -> bool:
    return any(test(entry) for entry in lines_of("lighthouse.jsonl"))


def test_the_lighthouse_file_shows_what_a_record_can_hold() -> None:
    entries = lines_of("lighthouse.jsonl")
    roles = [[m["role"] for m in messages_of(entry)] for entry in entries]
    assert len(entries) == 8
    assert {role for each in roles for role in each} == set(ROLES) - {"developer"}
    assert all(3 <= exchanges_of(entry) <= 6 or roles[i][1] == "assistant" for i, entry in enumerate(entries))
    assert all(entry["tags"] for entry in entries)
    assert some(lambda entry: entry.get("tools"))
    assert some(lambda entry: {m.get("weight") for m in messages_of(entry)} >= {0, 1})
    assert some(lambda entry: [m["role"] for m in messages_of(entry)][1] == "assistant")
    assert some(lambda entry: len({m.get("name") for m in messages_of(entry)} - {None}) > 2)


def test_speakers_and_tags_are_slugs_already() -> None:
    for entry in lines_of("lighthouse.jsonl"):
        names = [m["name"] for m in messages_of(entry) if "name" in m]
        assert names
        assert [slug(name) for name in [*names, *entry["tags"]]] == [*names, *entry["tags"]]


def test_every_tool_answer_has_its_call() -> None:
    (entry,) = (e for e in lines_of("lighthouse.jsonl") if "tools" in e)
    calls = [call for m in messages_of(entry) for call in m.get("tool_calls", [])]
    offered = {tool["function"]["name"] for tool in entry["tools"]}
    assert [m["tool_call_id"] for m in messages_of(entry) if m["role"] == "tool"] == [c["id"] for c in calls]
    assert {call["function"]["name"] for call in calls} == offered
    assert all(json.loads(call["function"]["arguments"]) for call in calls)


def test_the_market_file_is_sharegpt_with_tools() -> None:
    records = json.loads((DEMO / "market.json").read_bytes())
    speakers = {turn["from"] for record in records for turn in record["conversations"]}
    assert len({record["id"] for record in records}) == 6
    assert speakers == {"system", "human", "gpt", "function_call", "observation"}
    assert [json.loads(r["tools"])[0]["name"] for r in records if "tools" in r] == ["weigh"]


def test_the_rough_file_has_one_good_record_and_two_bad() -> None:
    good, broken, empty = (DEMO / "rough.jsonl").read_bytes().splitlines()
    assert exchanges_of(decode(good)) == 2
    assert "messages" not in decode(empty)
    with pytest.raises(BadRecord):
        decode(broken)
