"""The index: what is staged, what differs, and never a change that goes unseen."""

import os
from pathlib import Path

import pytest

from talekeep.store.git import trees
from talekeep.store.git.files import index

PART = "entries/0000/00000-aaaa.jsonl"


def porcelain(git, top: Path) -> list[str]:
    return git("status", "--porcelain", cwd=top, check=0).out.splitlines()


def test_git_status_is_clean_after_our_commits(dataset, git, line, save) -> None:
    assert porcelain(git, dataset.path) == []
    save({PART: line(1) + line(2), "library/characters.toml": b"[mara]\nname = 'M'\n"})
    assert porcelain(git, dataset.path) == []
    save({PART: b"", "library/characters.toml": None})
    assert porcelain(git, dataset.path) == []
    assert git("fsck", "--strict", cwd=dataset.path, check=0).code == 0


def test_staged_work_of_the_user_stays_staged_and_uncommitted(dataset, git, line, save) -> None:
    (dataset.path / "notes.txt").write_text("Mine\n")
    (dataset.path / "README.md").write_text("Mine too\n")
    git("add", "notes.txt", "README.md", cwd=dataset.path, check=0)

    save({PART: line(1)})

    assert porcelain(git, dataset.path) == ["M  README.md", "A  notes.txt"]
    assert git("show", "--name-only", "--format=", "HEAD", cwd=dataset.path).out.split() == [PART]


@pytest.mark.parametrize("later", [0, 5])
def test_an_edit_of_the_same_length_is_noticed_however_soon_it_comes(dataset, line, save, later: int) -> None:
    for turn in range(5):
        save({PART: line(1, f"Hello {turn}.")})
        place = dataset.path / PART
        place.write_bytes(line(1, f"Hellu {turn}."))
        if later:
            os.utime(place, ns=(0, place.stat().st_mtime_ns + later))
        snapshot = index.read(dataset.repo)
        assert index.work_changes(dataset.repo, snapshot) == {PART: trees.blob_id(place.read_bytes())}
        place.write_bytes(line(1, f"Hello {turn}."))


def test_a_file_that_was_only_touched_is_no_change(dataset, line, save) -> None:
    save({PART: line(1)})
    os.utime(dataset.path / PART)

    assert index.work_changes(dataset.repo, index.read(dataset.repo)) == {}


def test_a_removed_file_and_one_that_became_a_folder_are_changes(dataset, line, save) -> None:
    save({PART: line(1)})
    (dataset.path / PART).unlink()
    (dataset.path / "README.md").unlink()
    (dataset.path / "README.md").mkdir()

    result = index.work_changes(dataset.repo, index.read(dataset.repo))

    assert result[PART] is None
    assert result.keys() == {PART, "README.md"}


def test_what_is_staged_is_compared_with_a_tree(dataset, git, line, save) -> None:
    save({PART: line(1)})
    git("rm", "-q", "--cached", "README.md", cwd=dataset.path, check=0)
    (dataset.path / "new.txt").write_text("x")
    git("add", "new.txt", cwd=dataset.path, check=0)

    result = index.staged_changes(dataset.repo, index.read(dataset.repo), dataset.head_tree())

    before, after = result["README.md"]
    assert before is not None
    assert after is None
    assert result["new.txt"] == (None, trees.blob_id(b"x"))
    assert result.keys() == {"README.md", "new.txt"}
    written = index.write_tree(dataset.repo, index.read(dataset.repo), dataset.head_tree())
    assert written == git("write-tree", cwd=dataset.path, check=0).out.strip()


def test_a_conflict_of_git_is_unmerged_and_has_its_sides(dataset, git, line, save) -> None:
    save({"notes.txt": b"base\n"})
    git("checkout", "-q", "-b", "side", cwd=dataset.path, check=0)
    (dataset.path / "notes.txt").write_bytes(b"theirs\n")
    git("commit", "-qam", "theirs", cwd=dataset.path, check=0)
    git("checkout", "-q", "main", cwd=dataset.path, check=0)
    (dataset.path / "notes.txt").write_bytes(b"ours\n")
    git("commit", "-qam", "ours", cwd=dataset.path, check=0)
    assert git("merge", "side", cwd=dataset.path).code == 1

    assert index.read(dataset.repo).unmerged == ("notes.txt",)
    sides = index.stages(dataset.repo, "notes.txt")
    assert sides == tuple(trees.blob_id(b) for b in (b"base\n", b"ours\n", b"theirs\n"))


def test_new_files_are_seen_but_dot_files_and_what_git_ignores_are_not(dataset, git) -> None:
    folder = dataset.path / "entries" / "0000"
    folder.mkdir(parents=True)
    for name in ("a.jsonl", ".hidden", "a.jsonl~", "Thumbs.db"):
        (folder / name).write_bytes(b"{}\n")

    files = index.untracked(dataset.repo, index.read(dataset.repo), ["entries", "nowhere"]).files

    output = git("ls-files", "--others", "--exclude-standard", cwd=dataset.path, check=0).out.split()
    assert files == ["entries/0000/a.jsonl"]
    assert [t for t in output if not t.endswith(".hidden")] == files


@pytest.mark.parametrize("version", [2, 3, 4])
def test_an_index_of_any_version_is_read_and_kept_readable(dataset, git, line, save, version: int) -> None:
    save({PART: line(1), "sidecars/0000/00000-aaaa.jsonl": b""})
    git("update-index", f"--index-version={version}", cwd=dataset.path, check=0)

    save({PART: line(1) + line(2)})

    assert porcelain(git, dataset.path) == []
    assert set(index.read(dataset.repo).files) == set(git("ls-files", cwd=dataset.path).out.split())


def test_line_ends_that_git_takes_away_are_no_change(dataset) -> None:
    repo, part = dataset.repo, dataset.path / "README.md"
    committed = part.read_bytes()
    part.write_bytes(committed.replace(b"\n", b"\r\n"))
    snapshot = index.read(repo)
    assert "README.md" not in index.work_changes(repo, snapshot)
    part.write_bytes(committed.replace(b"\n", b"\r\n") + b"more\r\n")
    assert "README.md" in index.work_changes(repo, snapshot)
