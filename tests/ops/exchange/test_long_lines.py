"""A record above 16 MiB is refused with the option that lets it in, and then lives like any other."""

import json
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def given(tmp_path: Path, run: Any) -> Path:
    """A file with one chat of 17 MiB and a short one; a dataset beside it."""
    run("init", tmp_path / "harbor", "-q", check=0)
    long = [{"role": role, "content": "the lamp is lit " * 30_000} for role in ("user", "assistant")] * 18
    short = [{"role": "user", "content": "Who goes there?"}, {"role": "assistant", "content": "A friend."}]
    file = tmp_path / "chats.jsonl"
    file.write_text("".join(json.dumps({"messages": messages}) + "\n" for messages in (long, short)))
    assert file.stat().st_size > 16 * 2**20
    return file


def test_without_the_option_it_is_set_aside_and_the_reason_names_the_option(
    given: Path, tmp_path: Path, run: Any
) -> None:
    answer = run("-C", tmp_path / "harbor", "import", str(given), "--json", check=1).json
    assert len(answer["added"]) == 1
    assert "--max-line" in answer["refused"][0]["reason"]


def test_with_it_the_entry_is_imported_edited_merged_and_taken_out(
    given: Path, tmp_path: Path, run: Any, git: Any
) -> None:
    harbor = tmp_path / "harbor"
    answer = run("-C", harbor, "import", str(given), "--max-line", "32MiB", "--json", check=0).json
    assert len(answer["added"]) == 2
    entry = answer["added"][0]["id"]
    assert run("-C", harbor, "config", "storage.max_line", check=0).out == f"{32 * 2**20}\n"

    run("-C", harbor, "branch", "draft", "-q", check=0)
    run("-C", harbor, "tag", "add", "calm", entry, "-q", check=0)
    run("-C", harbor, "switch", "draft", "-q", check=0)
    run("-C", harbor, "tag", "add", "storm", entry, "-q", check=0)
    run("-C", harbor, "switch", "main", "-q", check=0)
    run("-C", harbor, "merge", "draft", "-q", check=0)
    assert run("-C", harbor, "show", entry, "--json", check=0).json["entry"]["tags"] == ["calm", "storm"]
    run("-C", harbor, "validate", "-q", check=0)
    run("-C", harbor, "export", str(tmp_path / "out.jsonl"), "-q", check=0)
    run("clone", str(harbor), str(tmp_path / "again"), "-q", check=0)
    assert run("-C", tmp_path / "again", "list", "--json", check=0).json["total"] == 2


@pytest.mark.parametrize(("size", "code"), [("1MiB", 4), ("500MiB", 4), ("plenty", 2)])
def test_sizes_that_make_no_sense_are_refused(
    size: str, code: int, given: Path, tmp_path: Path, run: Any
) -> None:
    run("-C", tmp_path / "harbor", "import", str(given), "--max-line", size, check=code)
