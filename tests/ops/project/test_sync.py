"""`sync` brings two machines together in one step, through a mirror and through a git repository."""

from pathlib import Path

import pytest


@pytest.fixture
def two(run, git, tmp_path: Path):
    """Two clones of one dataset with one place between them; the kind of place is asked for."""

    def made(kind: str) -> tuple[Path, Path]:
        run("init", "one", check=0)
        (tmp_path / "chat.jsonl").write_text(
            '{"messages":[{"role":"user","content":"Hi?"},{"role":"assistant","content":"Hello."}]}\n'
            + '{"messages":[{"role":"user","content":"Bye?"},{"role":"assistant","content":"Bye."}]}\n'
        )
        run("-C", "one", "import", "../chat.jsonl", check=0)
        if kind == "mirror":
            (tmp_path / "synced").mkdir()
            run("-C", "one", "remote", "add", "backup", "../synced", check=0)
            run("-C", "one", "sync", check=0)
            run("clone", "synced/one-backup", "two", check=0)
        else:
            git("clone", "-q", "--bare", "one", "hub.git", check=0)
            run("-C", "one", "remote", "add", "origin", "../hub.git", check=0)
            run("clone", "hub.git", "two", check=0)
        return tmp_path / "one", tmp_path / "two"

    return made


def edit(run, folder: Path, old: str, new: str) -> None:
    part = next(folder.glob("entries/*/*.jsonl"))
    assert old in part.read_text()
    part.write_text(part.read_text().replace(old, new))
    run("-C", folder, "commit", check=0)


@pytest.mark.parametrize("kind", ["mirror", "git"])
def test_edits_of_both_machines_meet(run, two, kind: str) -> None:
    one, other = two(kind)
    edit(run, one, "Hello.", "Hello there.")
    edit(run, other, "Bye.", "Farewell.")

    for folder in (one, other, one):
        run("-C", folder, "sync", check=0)

    texts = [next(folder.glob("entries/*/*.jsonl")).read_text() for folder in (one, other)]
    assert texts[0] == texts[1]
    assert "Hello there." in texts[0]
    assert "Farewell." in texts[0]
    assert run("-C", one, "sync", "--json", check=0).json["merged"] == []


@pytest.mark.parametrize("kind", ["mirror", "git"])
def test_a_conflict_stops_before_the_push(run, two, kind: str) -> None:
    one, other = two(kind)
    edit(run, one, "Hello.", "Good day.")
    run("-C", one, "sync", check=0)
    edit(run, other, "Hello.", "What now?")

    answer = run("-C", other, "sync", "--json", check=1).json

    assert answer["ok"] is False
    assert len(answer["conflicts"]) == 1
    assert answer["pushed"] is None
    run("-C", other, "resolve", "--all", "--theirs", check=0)
    run("-C", other, "commit", check=0)
    run("-C", other, "sync", check=0)


def test_uncommitted_changes_are_not_touched(run, two) -> None:
    one, _ = two("git")
    part = next(one.glob("entries/*/*.jsonl"))
    part.write_text(part.read_text().replace("Hello.", "Draft."))

    assert "not committed" in run("-C", one, "sync", check=4).err
    assert "Draft." in part.read_text()


def test_without_a_remote_it_says_how_to_add_one(run) -> None:
    run("init", "one", check=0)

    assert "talekeep remote add" in run("-C", "one", "sync", check=3).err


def test_a_clone_is_named_after_the_dataset_and_not_after_the_sync_folder(run, two, tmp_path: Path) -> None:
    two("mirror")
    (tmp_path / "elsewhere").mkdir()

    run("-C", "elsewhere", "clone", "../synced", check=0)

    assert [folder.name for folder in (tmp_path / "elsewhere").iterdir()] == ["one"]
