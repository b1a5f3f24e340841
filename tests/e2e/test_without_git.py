"""Everything works where no git is installed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def alone(
    talekeep: list[str], sh: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """Runs Talekeep where PATH leads to nothing but itself."""
    empty = tmp_path / "programs"
    empty.mkdir()
    program = Path(talekeep[0])
    (empty / program.name).symlink_to(program)
    return lambda *args, **more: sh(*talekeep, *args, env={"PATH": str(empty)}, **more)


def test_the_whole_flow_needs_no_git(alone: Any, records: Any, tmp_path: Path, git: Any, sound: Any) -> None:
    harbor = tmp_path / "harbor"
    (tmp_path / "synced").mkdir()

    alone("init", harbor)
    alone("import", records("first.jsonl", 4), cwd=harbor)
    part = next(harbor.glob("entries/*/*.jsonl"))
    whole = part.read_bytes()
    alone("branch", "side", cwd=harbor)
    alone("switch", "side", cwd=harbor)
    part.write_bytes(whole.replace(b"on night 1?", b"on the side?"))
    assert "{+the side+}" in alone("diff", cwd=harbor).out
    alone("commit", "-m", "side", cwd=harbor)
    alone("switch", "main", cwd=harbor)
    part.write_bytes(whole.replace(b"on night 3?", b"on main?"))
    alone("commit", "-m", "main", cwd=harbor)
    alone("merge", "side", cwd=harbor)
    subjects = [row["subject"] for row in alone("log", "--json", cwd=harbor).json["commits"]]
    alone("validate", cwd=harbor)
    entry = json.loads(whole.split(b"\n")[0])["id"]
    assert entry in alone("show", entry, cwd=harbor).out
    assert alone("list", "--json", cwd=harbor).json["total"] == 4
    alone("export", tmp_path / "out.jsonl", "--clean", cwd=harbor)
    alone("remote", "add", "backup", tmp_path / "synced", cwd=harbor)
    alone("push", cwd=harbor)
    alone("clone", tmp_path / "synced/harbor-backup", tmp_path / "back")
    alone("fetch", cwd=tmp_path / "back")
    alone("validate", cwd=tmp_path / "back")
    status = alone("status", "--json", cwd=tmp_path / "back").json

    assert subjects[0].startswith("Merge side")
    assert {"main", "side"} < set(subjects)
    assert (status["entries"], status["validated"], status["setup"]) == (4, True, [])
    exported = (tmp_path / "out.jsonl").read_text()
    assert "on main?" in exported
    assert "on the side?" in exported
    assert part.read_bytes() == next((tmp_path / "back").glob("entries/*/*.jsonl")).read_bytes()
    # And git, once it is there, finds all of it in order.
    sound(harbor)
    sound(tmp_path / "back")


def test_the_demo_needs_no_git(alone: Any, tmp_path: Path) -> None:
    assert "Where to look now" in alone("demo", tmp_path / "walk").out
