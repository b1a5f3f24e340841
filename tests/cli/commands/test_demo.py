"""`demo`: the whole walk, each step the command it names."""

import json
import os
import shutil
from pathlib import Path


def test_the_walk_ends_well_and_says_where_to_look(run, tmp_path: Path) -> None:
    done = run("demo", "tour", check=0)

    top = tmp_path / "tour"
    commands = [row.split()[2] for row in done.out.splitlines() if row.startswith("$ talekeep ")]
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
    assert "error: not committed: 1 error" in done.out
    assert done.out.index("$ talekeep commit") < done.out.index("error: not committed")
    for place in (
        top / "harbor",
        top / "harbor/entries",
        top / "synced/harbor-backup/README.txt",
        top / "train.jsonl",
    ):
        assert str(place) in done.out
        assert place.exists()
    assert "a bug in talekeep" not in done.out + done.err
    assert "Traceback" not in done.out + done.err


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
    done = run("demo", "tour", "--json", check=0)

    assert (done.json["schema"], done.json["ok"], done.json["path"]) == (
        "talekeep.demo/1",
        True,
        str(tmp_path / "tour"),
    )
    assert done.err == ""


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
