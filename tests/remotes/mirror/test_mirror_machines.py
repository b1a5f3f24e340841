"""Several machines and copies share a mirror: both sides are kept, and neither writes the other's folder."""

import os
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import orjson
import pytest

from talekeep.core.errors import NotFound
from talekeep.store.git import locks
from talekeep.store.git.pack.reach import check_complete

pytestmark = pytest.mark.slow


@pytest.fixture
def desktop(machine, laptop, synced):
    made = machine("desktop")
    made.add(synced, label="desktop")
    made.fetch()
    tip = made.repo.ref(f"refs/remotes/backup/{laptop.folder.name}/main")
    made.repo.set_ref("refs/heads/main", tip, None)
    made.files = dict(laptop.files)
    return made


def test_fetch_brings_the_other_machine_and_touches_nothing_of_ours(laptop, desktop, content):
    desktop.save(entries__d="from desktop\n")
    desktop.push()
    refs, files = (
        laptop.repo.refs(),
        {n: d for n, d in content(laptop.path).items() if not n.startswith(".git")},
    )
    result = laptop.fetch()
    assert laptop.repo.refs() == refs
    assert {n: d for n, d in content(laptop.path).items() if not n.startswith(".git")} == files
    other = next(t for t in result.writers if t.writer.startswith("desktop-"))
    assert laptop.repo.ref(f"refs/remotes/backup/{other.writer}/main") == desktop.repo.head()
    check_complete(laptop.repo.objects, [desktop.repo.head()])
    assert laptop.fetch().moved == ()
    orjson.dumps(asdict(result))


def test_diverged_machines_keep_both_sides(laptop, desktop, tmp_path, restored):
    """F23: two machines pushed at once."""
    laptop.save(entries__l="laptop\n")
    laptop.push()
    desktop.save(entries__d="desktop\n")
    desktop.save(entries__d="desktop 2\n")
    desktop.push()
    result, repo = restored(laptop, tmp_path / "new")
    assert result.taken.writer.startswith("desktop-")
    assert repo.head() == desktop.repo.head()
    assert repo.ref(f"refs/remotes/backup/{result.others[0].writer}/main") == laptop.repo.head()
    _, repo = restored(laptop, tmp_path / "other", writer=result.others[0].writer)
    assert repo.head() == laptop.repo.head()
    with pytest.raises(NotFound) as caught:
        laptop.restore(tmp_path / "none", writer="nobody-00000000")
    assert result.taken.writer in caught.value.hint
    assert not (tmp_path / "none").exists()


def test_the_machine_that_is_ahead_is_taken_whatever_the_clocks_say(laptop, desktop, tmp_path, restored):
    for n in range(3):
        laptop.save(entries__l=f"laptop {n}\n")
    laptop.push()
    _, repo = restored(laptop, tmp_path / "new")
    assert repo.head() == laptop.repo.head()
    desktop.fetch()
    tip = laptop.repo.head()
    desktop.repo.set_ref("refs/heads/main", tip, desktop.repo.head())
    desktop.save(entries__z="later\n")
    desktop.push()
    _, repo = restored(laptop, tmp_path / "newer")
    assert repo.head() == desktop.repo.head()


def test_a_push_tells_what_another_machine_has_seen(laptop, desktop):
    desktop.save(entries__d="d\n")
    desktop.push()
    laptop.save(entries__l="l\n")
    result = laptop.push()
    assert [(k.number, k.writer[:8]) for k in result.seen_by] == [(2, "desktop-")]
    assert "last push another machine has seen: 2 (desktop-" in result.sentence()


def test_tags_are_fetched_and_never_replaced(laptop, desktop):
    theirs = laptop.tag("shared")
    laptop.push()
    mine = desktop.tag("shared", annotated=False)
    laptop.tag("new")
    laptop.push()
    result = desktop.fetch()
    assert desktop.repo.ref("refs/tags/shared") == mine
    assert desktop.repo.ref("refs/tags/new") == laptop.repo.ref("refs/tags/new")
    assert any("shared" in note for note in result.notes)
    kept = desktop.repo.refs_under("refs/talekeep/tags/backup/")
    assert list(kept.values()) == [theirs]


def test_one_machine_never_touches_the_folder_of_another(laptop, desktop, content):
    theirs = laptop.folder
    before = content(theirs)
    for n in range(3):
        desktop.save(entries__d=f"{n}\n")
        desktop.push(full=n == 2)
    assert content(theirs) == before


# Copies of a repository, and folders that change behind our back


def test_a_copied_repository_gets_a_folder_of_its_own(laptop, tmp_path, opened):
    shutil.copytree(laptop.path, tmp_path / "copy")
    twin = opened(tmp_path / "copy")
    laptop.save(entries__a="from the first\n")
    laptop.push()
    result = laptop.mirror.push(twin)
    assert result.writer != laptop.folder.name
    assert result.full
    assert len([p for p in laptop.mirror.folder.iterdir() if p.is_dir()]) == 2


def test_the_same_repository_on_another_machine_gets_a_folder_of_its_own(laptop):
    from dataclasses import replace

    elsewhere = replace(laptop.mirror, setting=replace(laptop.setting, machine=lambda: "other"))
    laptop.save(entries__a="x\n")
    before = laptop.folder.name
    assert elsewhere.push(laptop.repo).writer != before


def test_a_moved_repository_keeps_its_folder(laptop, tmp_path):
    laptop.path.rename(tmp_path / "moved")
    laptop.reopen(tmp_path / "moved")
    laptop.save(entries__a="x\n")
    assert not laptop.push().full


def test_an_identity_used_twice_is_noticed_and_both_states_are_kept(laptop, tmp_path, restored):
    """F24: A restored disk image: same machine, same place, older journal, numbers used again."""
    state = laptop.path / ".git/talekeep"
    shutil.copytree(state, tmp_path / "older state")
    old = laptop.repo.head()
    first = laptop.save(entries__a="first life\n")
    laptop.push()
    shutil.rmtree(state)
    shutil.copytree(tmp_path / "older state", state)
    laptop.repo.set_ref("refs/heads/main", old, first)
    second = laptop.save(entries__a="second life\n")
    result = laptop.push()
    assert result.full
    assert any("another copy" in note for note in result.notes)
    _, repo = restored(laptop, tmp_path / "new")
    assert {first, second} <= {*repo.refs().values(), *repo.refs_under("refs/remotes/").values()}


def test_two_states_under_one_identity_are_both_fetched(laptop, tmp_path, machine, synced, restored):
    state = laptop.path / ".git/talekeep"
    shutil.copytree(state, tmp_path / "older state")
    shutil.copytree(laptop.mirror.folder, tmp_path / "older folder")
    old = laptop.repo.head()
    first = laptop.save(entries__a="first life\n")
    laptop.push()
    shutil.copytree(laptop.mirror.folder, tmp_path / "newer folder")
    shutil.rmtree(state)
    shutil.copytree(tmp_path / "older state", state)
    shutil.rmtree(laptop.mirror.folder)
    shutil.copytree(tmp_path / "older folder", laptop.mirror.folder)
    laptop.repo.set_ref("refs/heads/main", old, first)
    second = laptop.save(entries__a="second life\n")
    laptop.push()
    shutil.copytree(tmp_path / "newer folder", laptop.mirror.folder, dirs_exist_ok=True)
    _, repo = restored(laptop, tmp_path / "new")
    assert {first, second} <= {*repo.refs().values(), *repo.refs_under("refs/remotes/").values()}
    result = laptop.push()
    assert result.full
    assert len([p for p in laptop.mirror.folder.iterdir() if p.is_dir()]) == 2


def test_without_local_state_everything_is_saved_anew_and_nothing_is_lost(laptop, content):
    before = content(laptop.mirror.folder)
    shutil.rmtree(laptop.path / ".git/talekeep")
    result = laptop.push()
    assert result.full
    assert before.items() <= content(laptop.mirror.folder).items()


@pytest.mark.parametrize("junk", [b"", b"{", b"[]", b'{"number": "x"}', b"\xff\xfe", b'{"attempt": 3}'])
def test_damaged_local_state_is_no_obstacle(laptop, junk):
    for name in ("journal.json", "writer.json", "label.json"):
        (laptop.path / ".git/talekeep/mirrors/backup" / name).write_bytes(junk)
    laptop.save(entries__a="x\n")
    assert laptop.push().full


def test_a_folder_that_went_back_in_time_is_noticed(laptop, tmp_path, restored):
    """F27: the folder is a week older."""
    shutil.copytree(laptop.mirror.folder, tmp_path / "week ago")
    for n in range(3):
        laptop.save(entries__a=f"{n}\n")
        laptop.push()
    shutil.rmtree(laptop.mirror.folder)
    shutil.copytree(tmp_path / "week ago", laptop.mirror.folder)
    result = laptop.push()
    assert (result.number, result.full) == (6, True)
    assert any("push 5 is no longer in the folder" in note for note in result.notes)
    _, repo = restored(laptop, tmp_path / "new")
    assert repo.head() == laptop.repo.head()


def test_our_newest_files_deleted_by_the_sync_program(laptop, tmp_path, restored):
    """F29: our newest files are gone."""
    laptop.save(entries__a="x\n")
    laptop.push()
    for path in laptop.folder.glob("000003*"):
        path.unlink()
    result, repo = restored(laptop, tmp_path / "older")
    assert result.taken.number == 2
    assert laptop.push().full
    _, repo = restored(laptop, tmp_path / "new")
    assert repo.head() == laptop.repo.head()


def test_a_missing_link_falls_back_and_the_next_push_is_full(laptop, tmp_path, restored):
    """F17: an increment from the middle is missing."""
    for n in range(2):
        laptop.save(entries__a=f"{n}\n")
        laptop.push()
    next(laptop.folder.glob("000003-incr*")).unlink()
    result, _ = restored(laptop, tmp_path / "new")
    assert result.taken.number == 2
    assert any("push 4" in note and "000003-incr" in note for note in result.notes)
    laptop.save(entries__a="again\n")
    assert laptop.push().full


PUSHER = """
import sys
from pathlib import Path
from pathlib import Path
from talekeep.remotes.mirror.remote import FolderMirror
from talekeep.remotes.mirror.environment import Setting
from talekeep.store.git.repository import Repository
repo = Repository.open(Path(sys.argv[1]))
mirror = FolderMirror("backup", Path(sys.argv[2]), Setting(machine=lambda: sys.argv[3]))
print(mirror.push(repo, full=True).number)
"""


def test_eight_pushes_at_once_wait_for_each_other(laptop, tmp_path, restored):
    """F25: the same clone, eight times."""
    machine = laptop.setting.machine()
    command = [sys.executable, "-c", PUSHER, str(laptop.path), str(laptop.mirror.folder), machine]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(8)]
    numbers = [process.communicate(timeout=120)[0] for process in running]
    assert [process.returncode for process in running] == [0] * 8
    assert sorted(int(number) for number in numbers) == list(range(3, 11))
    _, repo = restored(laptop, tmp_path / "new")
    assert repo.refs() == laptop.repo.refs()


@pytest.mark.parametrize("at", range(1, 8))
def test_a_kill_during_fetch_leaves_refs_behind_objects_and_the_next_fetch_finishes(
    laptop, desktop, at, monkeypatch
):
    """Killed before the n-th file is moved into place: a pack, its index, or a ref."""
    desktop.save(entries__d="from desktop\n")
    desktop.push()
    child = os.fork()
    if child == 0:
        moves = []
        real = Path.replace

        def replace(path, target):
            moves.append(target)
            if len(moves) == at:
                os._exit(9)
            return real(path, target)

        monkeypatch.setattr(Path, "replace", replace)
        laptop.fetch()
        os._exit(0)
    os.waitpid(child, 0)
    laptop.reopen()
    check_complete(laptop.repo.objects, list(laptop.repo.refs_under("refs/").values()))
    # What every command does first, once it holds the dataset's lock.
    locks.break_stale(laptop.repo.git_dir)
    laptop.fetch()
    assert desktop.repo.head() in laptop.repo.refs_under("refs/remotes/").values()
    check_complete(laptop.repo.objects, [desktop.repo.head()])
