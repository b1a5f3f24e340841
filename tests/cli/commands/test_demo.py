"""`demo`: the whole walk, each step the command it names."""

import json
import os
import shutil
from pathlib import Path


def test_the_walk_ends_well_and_says_where_to_look(run, tmp_path: Path) -> None:
    result = run("demo", "tour", check=0)

    top = tmp_path / "tour"
    commands = [row.split()[2] for row in result.out.splitlines() if row.startswith("$ talekeep ")]
    assert commands[0] == "init"
    assert {
        "import",
        "list",
        "commit",
        "status",
        "branch",
        "switch",
        "diff",
        "merge",
        "remote",
        "push",
        "clone",
        "export",
    } <= set(commands)
    assert "error: not committed: 1 error" in result.out
    assert result.out.index("$ talekeep commit") < result.out.index("error: not committed")
    for place in (
        top / "harbor",
        top / "harbor/entries",
        top / "synced/harbor-backup/README.txt",
        top / "train.jsonl",
    ):
        assert str(place) in result.out
        assert place.exists()
    assert "a bug in talekeep" not in result.out + result.err
    assert "Traceback" not in result.out + result.err


def test_what_it_leaves_is_a_sound_dataset_and_an_equal_copy(run, git, tmp_path: Path) -> None:
    run("demo", "tour", check=0)

    for name in ("harbor", "restored"):
        folder = tmp_path / "tour" / name
        assert git("status", "--porcelain", cwd=folder, check=0).out == ""
        assert git("fsck", "--strict", cwd=folder, check=0).code == 0
    heads = {git("rev-parse", "HEAD", cwd=tmp_path / "tour" / n).out for n in ("harbor", "restored")}
    assert len(heads) == 1
    assert len(git("log", "-1", "--format=%P", cwd=tmp_path / "tour/harbor").out.split()) == 2
    assert run("validate", cwd=tmp_path / "tour/harbor", check=0).err == ""


def test_with_json_it_is_one_object(run, tmp_path: Path) -> None:
    result = run("demo", "tour", "--json", check=0)

    assert (result.json["schema"], result.json["ok"], result.json["path"]) == (
        "talekeep.demo/1",
        True,
        str(tmp_path / "tour"),
    )
    assert result.err == ""


def test_it_needs_no_git(run, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    assert shutil.which("git") is None

    run("demo", "tour", check=0)


def test_it_never_walks_over_what_is_there(run, tmp_path: Path) -> None:
    (tmp_path / "tour").mkdir()
    (tmp_path / "tour/novel.txt").write_text("mine")

    body = json.loads(run("demo", "tour", "--json", check=4).err)

    assert body["code"] == "refused"
    assert [p.name for p in (tmp_path / "tour").iterdir()] == ["novel.txt"]
