"""Opening a dataset, and finding entries in it at a cost that follows what is new."""

from pathlib import Path

import pytest

from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.store.dataset import Dataset

PART = "entries/0000/00000-aaaa.jsonl"
NEXT = "entries/0000/00001-bbbb.jsonl"


def test_it_is_found_from_any_folder_inside(dataset) -> None:
    deep = dataset.path / "a" / "b"
    deep.mkdir(parents=True)

    with Dataset.open(deep) as item:
        assert item.path == dataset.path


def test_outside_of_one_the_way_in_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="not inside a dataset") as raised:
        Dataset.open(tmp_path)

    assert "talekeep init" in (raised.value.hint or "")


def test_an_entry_is_found_by_its_id_or_a_unique_beginning(dataset, line, save) -> None:
    save({PART: line(0x10) + line(0x11), NEXT: line(0x20)})
    now = dataset.now()

    place = dataset.find(now, "00000011")
    assert (place.part, place.line) == (PART, 2)
    assert dataset.line_at(now, place).value["id"].startswith("00000011")
    assert dataset.find(now, "00000020-0000-4000-8000-000000000000").part == NEXT
    with pytest.raises(NotFound, match="2 entries begin with '0000001'") as raised:
        dataset.find(now, "0000001")
    assert raised.value.hint == "name one by the end of its id, or by @N"
    with pytest.raises(NotFound, match="no entry 'ffff'"):
        dataset.find(now, "ffff")


def test_an_entry_of_another_moment_is_not_found_now(dataset, line, save) -> None:
    first = save({PART: line(1)})
    save({PART: line(2)})

    with pytest.raises(NotFound):
        dataset.find(dataset.now(), "00000001")
    assert dataset.find(dataset.at(first), "00000001").line == 1


def test_only_parts_that_are_new_are_read_to_find_an_entry(dataset, line, save, monkeypatch) -> None:
    save({PART: line(1), NEXT: line(2)})
    assert dataset.count(dataset.now()) == 2
    save({NEXT: line(2) + line(3)})
    read = []
    real = type(dataset.repo).blob
    monkeypatch.setattr(type(dataset.repo), "blob", lambda self, oid: (read.append(oid), real(self, oid))[1])

    head = dataset.at("HEAD")
    assert dataset.count(head) == 3
    assert [p.line for p in dataset.everywhere(head)] == [1, 1, 2]
    assert len(read) == 1


def test_a_lost_cache_costs_nothing_but_time(dataset, line, save) -> None:
    save({PART: line(1)})
    assert dataset.count(dataset.now()) == 1
    dataset.close()
    (dataset.private / "cache.sqlite").unlink(missing_ok=True)

    with Dataset.open(dataset.path) as again:
        assert again.count(again.now()) == 1


def test_a_commit_is_made_by_whom_git_would_name(dataset, git, save, line, monkeypatch) -> None:
    who = "--format=%an <%ae>"
    save({PART: line(1)})
    assert git("log", "-1", who, cwd=dataset.path).out.strip() == "Tess Tester <tess@example.invalid>"
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"):
        monkeypatch.delenv(name)
    git("config", "user.name", "Mara", cwd=dataset.path, check=0)
    git("config", "user.email", "mara@example.invalid", cwd=dataset.path, check=0)
    with Dataset.open(dataset.path) as again, again.writing("test"):
        again.write({PART: line(2)}, "Two")
    assert git("log", "-1", who, cwd=dataset.path).out.strip() == "Mara <mara@example.invalid>"


def test_a_global_address_stays_out_of_a_neutral_dataset(dataset, git, line, monkeypatch) -> None:
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"):
        monkeypatch.delenv(name)
    git("config", "--global", "user.email", "private@example.invalid", cwd=dataset.path, check=0)
    git("config", "--global", "user.name", "Private", cwd=dataset.path, check=0)
    dataset.repo.settings.set({("talekeep", None, "identity"): "neutral"})

    with dataset.writing("test"):
        dataset.write({PART: line(1)}, "One")

    output = git("log", "-1", "--format=%ae %ce %an %cn", cwd=dataset.path).out
    assert "rivate" not in output


def test_a_part_with_uncommitted_changes_is_not_written_over(dataset, line, save) -> None:
    save({PART: line(1)})
    (dataset.path / PART).write_bytes(line(7))

    with pytest.raises(Refused, match=PART) as raised:
        save({PART: line(2)})

    assert "talekeep status" in (raised.value.hint or "")
    assert (dataset.path / PART).read_bytes() == line(7)


def test_staging_without_a_commit_stages_and_nothing_more(dataset, git, line, save) -> None:
    before = dataset.repo.head()
    save({PART: line(1)}, commit=False)

    assert dataset.repo.head() == before
    assert git("status", "--porcelain", cwd=dataset.path).out == f"A  {PART}\n"


def test_a_linked_work_tree_of_git_commits_to_its_own_branch(dataset, git, line, tmp_path: Path) -> None:
    git("worktree", "add", "-q", "-b", "side", tmp_path / "linked", cwd=dataset.path, check=0)

    with Dataset.open(tmp_path / "linked") as linked:
        with linked.writing("test"):
            made = linked.write({PART: line(1)}, "Linked")
        assert linked.repo.head() == made

    assert git("rev-parse", "side", cwd=dataset.path).out.strip() == made
    assert git("status", "--porcelain", cwd=tmp_path / "linked").out == ""
    assert git("status", "--porcelain", cwd=dataset.path).out == ""
    assert git("fsck", cwd=dataset.path, check=0).code == 0


def test_a_repository_without_files_is_led_to_a_clone(dataset, git, run, tmp_path) -> None:
    git("clone", "-q", "--bare", dataset.path, tmp_path / "bare.git", check=0)
    refused = run("status", cwd=tmp_path / "bare.git", check=3)
    assert f"hint: talekeep clone {tmp_path / 'bare.git'} FOLDER" in refused.err
