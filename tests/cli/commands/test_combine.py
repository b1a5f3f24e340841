"""`combine` as people see it."""

import json
from pathlib import Path

ID = "123e4567-e89b-42d3-a456-42661417400"


def test_combine_says_what_came_from_where(run, harbor: Path, tmp_path: Path) -> None:
    again = {"messages": [{"role": "user", "name": "wren", "content": "Question 1?"}], "tags": ["storm"]}
    again["messages"].append({"role": "assistant", "name": "mara", "content": "Answer 1."})
    (tmp_path / "more.jsonl").write_text(json.dumps(again) + "\n")

    would = run("combine", "harbor", "more.jsonl", "--into", "all", "-n", check=0).out
    assert not (tmp_path / "all").exists()
    result = run("combine", "harbor", "more.jsonl", "--into", "all", "--report", "twins.json", check=0)
    lines = result.out.splitlines()
    assert lines[0].startswith("Added 3 entries to all, 1 duplicate, refused 0  [")
    assert lines[1:] == [
        "  harbor (dataset): 3 of 3 added, 0 duplicates, refused 0",
        "  more.jsonl (file): 0 of 1 added, 1 duplicate, refused 0",
        f"  more.jsonl more.jsonl:1: equal to {ID}1, tags storm",
    ]
    assert would.splitlines()[1:] == lines[1:]
    report = json.loads((tmp_path / "twins.json").read_text())
    assert report["duplicates"][0]["kept"] == f"{ID}1"
    assert run("list", "--where", "tag:storm", "--count", cwd=tmp_path / "all").out == "1\n"


def test_combine_refuses_what_makes_no_sense(run, harbor: Path, tmp_path: Path) -> None:
    assert "--shuffle --seed N" in run("combine", "harbor", "--into", "all", "--seed", "1", check=2).err
    (tmp_path / "twins.json").write_text("mine")
    run("combine", "harbor", "--into", "all", "--report", "twins.json", check=4)
    run("combine", "harbor", "--into", "all", "--report", "harbor/twins.json", check=4)
    assert not (tmp_path / "all").exists()
    (tmp_path / "bad.jsonl").write_text('{"text":"once"}\n')
    bad = run("combine", "bad.jsonl", "--into", "all", "--json", check=1).json
    assert (bad["ok"], len(bad["refused"])) == (False, 1)


def test_a_dataset_that_was_there_is_saved_to_its_mirror(run, harbor: Path, tmp_path: Path) -> None:
    (tmp_path / "synced").mkdir()
    run("-C", "harbor", "remote", "add", "backup", "../synced", check=0)
    run("-C", "harbor", "config", "mirror.auto", "=", "on-commit", check=0)
    turns = [{"role": "user", "content": "Who?"}, {"role": "assistant", "content": "Nobody."}]
    (tmp_path / "more.jsonl").write_text(json.dumps({"messages": turns}) + "\n")

    assert run("combine", "more.jsonl", "--into", "harbor", "-n", check=0).err == ""
    result = run("combine", "more.jsonl", "--into", "harbor", check=0)
    assert result.err.splitlines()[-1].startswith("backup: Saved push ")
