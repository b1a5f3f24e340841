"""`log ENTRY`, `blame`, `restore`, `snapshot` and `diff --html` as people and scripts use them."""

import json
import re
from pathlib import Path

import pytest

ID = "123e4567-e89b-42d3-a456-42661417400"


@pytest.fixture
def told(run, harbor: Path, edit) -> Path:
    """harbor with two more commits: entry 1 edited, then tagged and entry 2 edited."""
    edit("Answer 1.", "Another answer.")
    run("commit", "-m", "Rewrite", cwd=harbor, check=0)
    edit('"tags":["night"]', '"tags":["night","kept"]')
    edit("Answer 2.", "Two.")
    run("commit", "-m", "Tag", cwd=harbor, check=0)
    return harbor


def lines(text: str) -> list[str]:
    text = re.sub(r"(?<![\w-])[0-9a-f]{7}(?![\w-])", "COMMIT", text)
    return re.sub(r"\d{4}-\d\d-\d\d", "DAY", text).splitlines()


def test_log_of_an_entry(run, told: Path) -> None:
    assert lines(run("log", f"{ID}1", cwd=told, check=0).out) == [
        f"entry {ID}1",
        "COMMIT  DAY  Tag  Tess Tester",
        "         changed: +kept",
        "COMMIT  DAY  Rewrite  Tess Tester",
        "         changed: edited message 2",
        "COMMIT  DAY  Import 3 entries from chat.jsonl  Tess Tester",
        "         added",
    ]
    one = run("log", f"{ID}1", "--limit", "1", "--rev", "HEAD~1", cwd=told, check=0).out
    assert lines(one)[1:] == ["COMMIT  DAY  Rewrite  Tess Tester", "         changed: edited message 2"]


def test_log_of_an_entry_as_json_is_the_log_and_its_changes(run, told: Path) -> None:
    everything = run("log", "--json", cwd=told, check=0).json
    mine = run("log", f"{ID}2", "--json", cwd=told, check=0).json

    assert mine["schema"] == everything["schema"] == "talekeep.log/1"
    assert mine["entry"] == f"{ID}2"
    assert [row in everything["commits"] for row in mine["commits"]] == [True, True]
    assert [change["kind"] for change in mine["changes"]] == ["changed", "added"]
    assert mine["changes"][0]["messages"] == [{"kind": "edited", "before": 1, "after": 1}]
    assert mine["changes"][0].keys() == {
        *("commit", "kind", "part", "moved_from", "messages", "tags_added", "tags_removed", "keys"),
    }


def test_log_still_takes_a_revision(run, told: Path) -> None:
    assert [c["subject"] for c in run("log", "main", "--json", cwd=told).json["commits"]][:2] == [
        "Tag",
        "Rewrite",
    ]
    head = run("log", "--json", cwd=told).json["commits"][1]["id"]
    assert run("log", head[:10], "--json", cwd=told).json["commits"][0]["subject"] == "Rewrite"
    assert run("log", "--rev", head[:10], "--json", cwd=told).json["commits"][0]["subject"] == "Rewrite"
    for unknown in ("nowhere", "ffffffff"):
        assert run("log", unknown, cwd=told, check=3).err.startswith("error: ")


def test_blame(run, told: Path, edit) -> None:
    edit("Question 1?", "A new question?")

    assert lines(run("blame", f"{ID}1", cwd=told, check=0).out) == [
        f"entry {ID}1",
        f"{'not committed':<50}    1 user · wren: A new question?",
        "COMMIT  DAY  Tess Tester  commit              2 assistant · mara: Another answer.",
        "COMMIT  DAY  Tess Tester  commit            tags: night, kept",
    ]
    rows = run("blame", f"{ID}1", "--rev", "HEAD", "--json", cwd=told, check=0).json
    assert [row["subject"] for row in rows["messages"]] == ["Import 3 entries from chat.jsonl", "Rewrite"]
    assert rows["messages"][0].keys() >= {
        *("index", "role", "name", "commit", "time", "author", "operation", "subject"),
    }
    assert rows["tags"]["subject"] == "Tag"
    assert rows["keys"] == []


def test_restore(run, told: Path, part: Path) -> None:
    assert lines(run("restore", f"{ID}1", "--from", "HEAD~2", "-n", cwd=told, check=0).out) == [
        f"changed {ID}1",
        "Would restore +0 ~1 entries from COMMIT",
    ]
    assert "Another answer." in part.read_text()
    output = run("restore", f"{ID}1", f"{ID}0", "--from", "HEAD~2", cwd=told, check=0).out
    assert re.sub(r"\[\w{7}\]", "[COMMIT]", output).splitlines()[1].endswith(", 1 as they were  [COMMIT]")
    assert "Answer 1." in part.read_text()
    assert "Two." in part.read_text()
    same = run("restore", f"{ID}1", "--from", "HEAD", cwd=told, check=0).out
    assert lines(same) == ["Nothing to restore: the entry is as in COMMIT"]
    none = run("restore", "--where", "words>=100000", "--from", "HEAD", cwd=told, check=0).out
    assert lines(none) == ["Nothing to restore: no entry matches in COMMIT"]


def test_restore_of_many_names_some_and_counts_all(run, harbor: Path, tmp_path: Path) -> None:
    more = [{"messages": [{"role": "user", "content": str(n)}]} for n in range(30)]
    (tmp_path / "more.jsonl").write_text("".join(json.dumps(r) + "\n" for r in more))
    run("import", "../more.jsonl", cwd=harbor, check=0)
    for place in [*harbor.glob("entries/*/*"), *harbor.glob("sidecars/*/*")]:
        place.write_text("")
    run("commit", cwd=harbor, check=0)

    output = run("restore", "--where", "", "--from", "HEAD~1", cwd=harbor, check=0).out.splitlines()

    assert output[20] == "… and 13 more"
    assert output[21].startswith("Restored +33 ~0 entries from ")
    assert run("list", "--json", cwd=harbor).json["total"] == 33


def test_restore_stages_only_when_asked(run, told: Path, git) -> None:
    result = run("restore", "--where", "text:Two", "--from", "HEAD", "--no-commit", cwd=told, check=0)
    assert result.out.startswith("Nothing to restore")
    result = run("restore", f"{ID}2", "--from", "HEAD~1", "--no-commit", "--json", cwd=told, check=0)
    assert result.json["commit"] is None
    assert result.json["entries"] == [
        {"id": f"{ID}2", "kind": "changed", "part": result.json["entries"][0]["part"]}
    ]
    assert (result.json["added"], result.json["changed"], result.json["same"]) == (0, 1, 0)
    assert git("status", "--porcelain", cwd=told).out.startswith("M  entries/")


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        (2, ["--from", "HEAD"]),
        (2, [f"{ID}1", "--where", "tag:x", "--from", "HEAD"]),
        (3, [f"{ID}9", "--from", "HEAD"]),
        (3, [f"{ID}1", "--from", "nowhere"]),
    ],
)
def test_restore_says_what_is_wrong(run, harbor: Path, code: int, arguments: list[str]) -> None:
    result = run("restore", *arguments, cwd=harbor, check=code)

    assert result.out == ""
    assert "\nhint: " in result.err


def test_restore_refuses_a_part_with_uncommitted_changes(run, told: Path, edit) -> None:
    edit("Question 0?", "Mine?")

    assert "not committed" in run("restore", f"{ID}1", "--from", "HEAD~1", cwd=told, check=4).err


def test_snapshot(run, told: Path, edit) -> None:
    assert run("snapshot", cwd=told, check=0).out == "No snapshots\n"
    assert lines(run("snapshot", "draft", "-n", cwd=told, check=0).out) == ["Would name COMMIT draft"]
    assert lines(run("snapshot", "draft", "--note", "before\nall", cwd=told, check=0).out) == [
        "Named COMMIT draft"
    ]
    edit("Two.", "Three.")
    later = run("snapshot", "later", cwd=told, check=0)
    assert later.err == "changes that are not committed are not in it\n"
    assert lines(run("snapshot", cwd=told, check=0).out) == [
        "draft  COMMIT  DAY  before all",
        "later  COMMIT  DAY",
    ]
    row = run("snapshot", "--json", cwd=told, check=0).json["snapshots"][0]
    assert row.keys() == {"name", "commit", "time", "author", "note"}
    assert row["note"] == "before\nall"
    assert "the snapshot draft exists" in run("snapshot", "draft", cwd=told, check=4).err
    assert run("list", "--rev", "draft", "--json", cwd=told, check=0).json["total"] == 3
    assert "Two." in run("show", f"draft:{ID}2", cwd=told, check=0).out


def test_diff_as_a_page(run, told: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    result = run("diff", "HEAD~2", "HEAD", "--html", "../page.html", cwd=told, check=0)

    assert result.out == "Wrote ../page.html: 2 changed\n"
    text = page.read_text(encoding="utf-8")
    assert "<title>harbor: HEAD~2 → HEAD</title>" in text
    assert "<del>Answer 2</del>" in text
    assert "<ins>Two</ins>" in text
    assert "exists" in run("diff", "HEAD~2", "--html", page, cwd=told, check=4).err
    again = run("diff", "HEAD~1", "--html", page, "--force", "--json", cwd=told, check=0).json
    assert (again["html"], len(again["changes"]), again["schema"]) == (str(page), 2, "talekeep.diff/1")
    assert "<title>harbor: HEAD~1 → the folder</title>" in page.read_text(encoding="utf-8")


def test_diff_of_one_entry(run, told: Path) -> None:
    whole = run("diff", "HEAD~2", "--json", cwd=told, check=0).json["changes"]
    one = run("diff", "HEAD~2", "--entry", f"{ID}2", "--json", cwd=told, check=0).json["changes"]

    assert one == [change for change in whole if change["id"] == f"{ID}2"]
    assert (
        "2 entries that differ begin with '123e'"
        in run("diff", "HEAD~2", "--entry", "123e", cwd=told, check=3).err
    )
    assert "no entry that differs" in run("diff", "HEAD~2", "--entry", f"{ID}0", cwd=told, check=3).err
