"""A mirror brings back what was saved, and pushes cost what changed."""

import os
import random
import re
import shutil
import subprocess
import sys
from dataclasses import asdict

import orjson
import pytest

from talekeep.core.errors import NotFound
from talekeep.core.errors import Outside
from talekeep.core.errors import Refused
from talekeep.remotes.manifest import parse
from talekeep.remotes.setting import Limits
from talekeep.store.git.reach import check_complete
from talekeep.store.git.repository import Repository


def restored(machine, target, **how):
    done = machine.restore(target, **how)
    repo = Repository.open(target)
    check_complete(repo.objects, list(repo.refs().values()))
    return done, repo


def test_what_was_pushed_comes_back_whole(laptop, tmp_path):
    laptop.tag("first")
    laptop.tag("light", annotated=False)
    laptop.save("draft", entries__b="on a branch\n")
    laptop.push()
    done, repo = restored(laptop, tmp_path / "new")
    assert repo.refs() == laptop.repo.refs()
    assert repo.head_ref() == "refs/heads/main"
    assert done.taken.number == 3
    assert not done.salvaged
    orjson.dumps(asdict(done))


def test_the_result_of_a_push_can_be_scripted_and_read(laptop):
    laptop.save(entries__a="three\n")
    done = laptop.push(entries=12)
    assert (done.number, done.already, done.full) == (3, False, False)
    assert 0 < done.bytes < done.chain
    assert done.folder == str(laptop.mirror.folder)
    assert re.fullmatch(
        r"Saved push 3 to the folder \(.* (bytes|KB), checked\)\. Uploading is your sync program's job\.",
        done.sentence(),
    )
    orjson.dumps(asdict(done))
    assert parse(sorted(laptop.folder.glob("*manifest*"))[-1].read_bytes()).entries == 12


def test_pushing_twice_writes_nothing(laptop, content):
    before = content(laptop.mirror.folder)
    done = laptop.push()
    assert (done.already, done.number, done.bytes) == (True, 2, 0)
    assert content(laptop.mirror.folder) == before


def test_files_are_written_once_and_never_changed(laptop, content):
    before = content(laptop.mirror.folder)
    laptop.save(entries__c="new\n")
    laptop.push()
    after = content(laptop.mirror.folder)
    assert before.items() <= after.items()
    assert len(after) == len(before) + 2


def test_names_in_the_folder_are_plain(laptop):
    names = [p.name for p in laptop.mirror.folder.rglob("*")]
    for name in names:
        assert re.fullmatch(r"[A-Za-z0-9.-]{1,60}", name)
        assert not re.search(r"\.git|lock|tmp|cache|conflict|\.bak|\.old|\.part", name)
    assert laptop.mirror.folder.name == "harbor-tales-backup"
    kinds = [re.sub(r"-[0-9a-f]{16}", "", p.name) for p in sorted(laptop.folder.iterdir())]
    assert kinds == [
        "000001-full.bundle",
        "000001-manifest.txt",
        "000002-incr.bundle",
        "000002-manifest.txt",
    ]


def test_nothing_private_stands_in_the_folder(laptop, content):
    for data in content(laptop.mirror.folder).values():
        assert str(laptop.path).encode() not in (data or b"")
        assert os.uname().nodename.encode() not in (data or b"") or os.uname().nodename in ("localhost", "")


def test_a_push_after_one_edit_costs_the_edit(machine, synced):
    laptop = machine(limits=Limits())
    dice = random.Random(3)
    parts = {f"entries__{n:05d}": dice.randbytes(32_000).hex() for n in range(60)}
    laptop.save(**parts)
    laptop.add(synced)
    first = laptop.push()
    laptop.save(entries__00007="edited\n" + parts["entries__00007"])
    second = laptop.push()
    assert first.full
    assert not second.full
    assert second.bytes < 1.2 * first.bytes / 60 + 4096


def test_a_small_dataset_is_one_file(machine, synced, tmp_path, git):
    laptop = machine(limits=Limits())
    laptop.add(synced)
    for n in range(3):
        laptop.save(entries__a=f"{n}\n")
        assert laptop.push().full
    newest = sorted(laptop.folder.glob("*full*"))[-1]
    git("clone", newest, tmp_path / "clone")
    assert (tmp_path / "clone/entries/a").read_text() == "2\n"


def test_chains_are_bounded_in_length_and_size(machine, synced):
    laptop = machine(limits=Limits(small=0, chain=4, share=100.0))
    laptop.add(synced)
    fulls = []
    for n in range(9):
        laptop.save(entries__a=f"{n}\n")
        fulls.append(laptop.push().full)
    assert fulls == [True, False, False, False] * 2 + [True]


@pytest.mark.parametrize("change", ["rewritten", "branch deleted", "tag moved", "asked for"])
def test_a_full_one_is_written_when_history_is_not_only_added_to(laptop, change, content, tmp_path):
    laptop.tag("v1")
    laptop.save("side", entries__s="s\n")
    laptop.push()
    before = content(laptop.folder)
    if change == "rewritten":
        laptop.save(parents=[], entries__a="another past\n")
    elif change == "branch deleted":
        laptop.drop("refs/heads/side")
    elif change == "tag moved":
        laptop.save(entries__a="more\n")
        laptop.tag("v1")
    done = laptop.push(full=change == "asked for")
    assert done.full
    assert before.items() <= content(laptop.folder).items()
    _, repo = restored(laptop, tmp_path / "new")
    assert repo.refs() == laptop.repo.refs()


def test_history_that_is_only_added_to_is_an_increment(laptop):
    laptop.save(entries__a="more\n")
    laptop.save("side", entries__s="s\n")
    laptop.tag("v1")
    assert not laptop.push().full


@pytest.mark.parametrize("packed", [False, True])
def test_merges_tags_and_packed_refs_come_back(laptop, tmp_path, git, packed):
    base = laptop.repo.head()
    side = laptop.save("side", entries__s="s\n")
    main = laptop.save(entries__m="m\n")
    laptop.save(parents=[main, side], entries__m="merged\n")
    laptop.tag("old", base)
    laptop.tag("tag-of-tag", laptop.tag("inner"))
    if packed:
        git("-C", laptop.path, "pack-refs", "--all")
        git("-C", laptop.path, "gc", "--quiet")
        laptop.repo = Repository.open(laptop.path)
    laptop.push()
    _, repo = restored(laptop, tmp_path / "new")
    assert repo.refs() == laptop.repo.refs()
    git("-C", tmp_path / "new", "fsck", "--strict")


def test_an_empty_repository_has_nothing_to_save(machine, synced, content):
    laptop = machine()
    laptop.add(synced)
    before = content(synced)
    with pytest.raises(Refused, match="nothing to save"):
        laptop.push()
    assert content(synced) == before


def test_head_on_a_branch_without_commits(laptop, tmp_path):
    laptop.repo.set_head("refs/heads/unborn")
    laptop.push()
    _, repo = restored(laptop, tmp_path / "new")
    assert repo.refs() == laptop.repo.refs()
    assert repo.head_ref() == "refs/heads/main"


def test_a_commit_on_no_branch_is_saved(laptop, tmp_path):
    commit = laptop.save("gone", entries__x="only here\n")
    laptop.drop("refs/heads/gone")
    (laptop.path / ".git/HEAD").write_text(f"{commit}\n")
    laptop.push()
    _, repo = restored(laptop, tmp_path / "new")
    check_complete(repo.objects, [commit])
    assert commit in repo.refs_under("refs/talekeep/").values()


def test_only_a_new_tag_is_pushed_and_fetched_by_git(laptop, tmp_path, git):
    laptop.tag("light", annotated=False)
    done = laptop.push()
    assert not done.full
    git("init", "--bare", tmp_path / "r.git")
    for bundle in sorted(laptop.folder.glob("*.bundle")):
        git("--git-dir", tmp_path / "r.git", "bundle", "verify", bundle)
        git("--git-dir", tmp_path / "r.git", "fetch", bundle, "+refs/*:refs/*")
    assert git("--git-dir", tmp_path / "r.git", "rev-parse", "light").strip() == laptop.repo.head()


def test_git_itself_accepts_every_bundle(laptop, tmp_path, git):
    laptop.tag("v1")
    laptop.push()
    first, *rest = sorted(laptop.folder.glob("*.bundle"))
    assert "is okay" in git("bundle", "verify", first, cwd=laptop.path)
    git("clone", first, tmp_path / "clone")
    for bundle in rest:
        git("-C", tmp_path / "clone", "bundle", "verify", bundle)
        git("-C", tmp_path / "clone", "fetch", bundle, "+refs/*:refs/mirror/*")
    assert git("-C", tmp_path / "clone", "rev-parse", "refs/mirror/heads/main").strip() == laptop.repo.head()
    git("-C", tmp_path / "clone", "fsck", "--strict")


def test_tracking_refs_show_what_is_saved(laptop):
    laptop.save("side", entries__s="s\n")
    laptop.push()
    prefix = f"refs/remotes/backup/{laptop.folder.name}/"
    assert laptop.repo.refs_under("refs/remotes/") == {
        prefix + "main": laptop.repo.ref("refs/heads/main"),
        prefix + "side": laptop.repo.ref("refs/heads/side"),
    }
    laptop.drop("refs/heads/side")
    laptop.save("side/below", entries__s="t\n")
    laptop.push()
    assert set(laptop.repo.refs_under("refs/remotes/")) == {prefix + "main", prefix + "side/below"}


# Several machines


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
    done = laptop.fetch()
    assert laptop.repo.refs() == refs
    assert {n: d for n, d in content(laptop.path).items() if not n.startswith(".git")} == files
    other = next(t for t in done.writers if t.writer.startswith("desktop-"))
    assert laptop.repo.ref(f"refs/remotes/backup/{other.writer}/main") == desktop.repo.head()
    check_complete(laptop.repo.objects, [desktop.repo.head()])
    assert laptop.fetch().moved == ()
    orjson.dumps(asdict(done))


def test_diverged_machines_keep_both_sides(laptop, desktop, tmp_path):
    laptop.save(entries__l="laptop\n")
    laptop.push()
    desktop.save(entries__d="desktop\n")
    desktop.save(entries__d="desktop 2\n")
    desktop.push()
    done, repo = restored(laptop, tmp_path / "new")
    assert done.taken.writer.startswith("desktop-")
    assert repo.head() == desktop.repo.head()
    assert repo.ref(f"refs/remotes/backup/{done.others[0].writer}/main") == laptop.repo.head()
    _, repo = restored(laptop, tmp_path / "other", writer=done.others[0].writer)
    assert repo.head() == laptop.repo.head()
    with pytest.raises(NotFound) as caught:
        laptop.restore(tmp_path / "none", writer="nobody-00000000")
    assert done.taken.writer in caught.value.hint
    assert not (tmp_path / "none").exists()


def test_the_machine_that_is_ahead_is_taken_whatever_the_clocks_say(laptop, desktop, tmp_path):
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
    done = laptop.push()
    assert [(k.number, k.writer[:8]) for k in done.seen_by] == [(2, "desktop-")]
    assert "last push another machine has seen: 2 (desktop-" in done.sentence()


def test_tags_are_fetched_and_never_replaced(laptop, desktop):
    theirs = laptop.tag("shared")
    laptop.push()
    mine = desktop.tag("shared", annotated=False)
    laptop.tag("new")
    laptop.push()
    done = desktop.fetch()
    assert desktop.repo.ref("refs/tags/shared") == mine
    assert desktop.repo.ref("refs/tags/new") == laptop.repo.ref("refs/tags/new")
    assert any("shared" in note for note in done.notes)
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


def test_a_copied_repository_gets_a_folder_of_its_own(laptop, tmp_path):
    shutil.copytree(laptop.path, tmp_path / "copy")
    twin = Repository.open(tmp_path / "copy")
    laptop.save(entries__a="from the first\n")
    laptop.push()
    done = laptop.mirror.push(twin)
    assert done.writer != laptop.folder.name
    assert done.full
    assert len([p for p in laptop.mirror.folder.iterdir() if p.is_dir()]) == 2


def test_the_same_repository_on_another_machine_gets_a_folder_of_its_own(laptop):
    from dataclasses import replace

    elsewhere = replace(laptop.mirror, setting=replace(laptop.setting, machine=lambda: "other"))
    laptop.save(entries__a="x\n")
    before = laptop.folder.name
    assert elsewhere.push(laptop.repo).writer != before


def test_a_moved_repository_keeps_its_folder(laptop, tmp_path):
    laptop.repo.close()
    laptop.path.rename(tmp_path / "moved")
    laptop.repo = Repository.open(tmp_path / "moved")
    laptop.save(entries__a="x\n")
    assert not laptop.push().full


def test_an_identity_used_twice_is_noticed_and_both_states_are_kept(laptop, tmp_path):
    """A restored disk image: same machine, same place, older journal, numbers used again."""
    state = laptop.path / ".git/talekeep"
    shutil.copytree(state, tmp_path / "older state")
    old = laptop.repo.head()
    first = laptop.save(entries__a="first life\n")
    laptop.push()
    shutil.rmtree(state)
    shutil.copytree(tmp_path / "older state", state)
    laptop.repo.set_ref("refs/heads/main", old, first)
    second = laptop.save(entries__a="second life\n")
    done = laptop.push()
    assert done.full
    assert any("another copy" in note for note in done.notes)
    _, repo = restored(laptop, tmp_path / "new")
    assert {first, second} <= {*repo.refs().values(), *repo.refs_under("refs/remotes/").values()}


def test_two_states_under_one_identity_are_both_fetched(laptop, tmp_path, machine, synced):
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
    done = laptop.push()
    assert done.full
    assert len([p for p in laptop.mirror.folder.iterdir() if p.is_dir()]) == 2


def test_without_local_state_everything_is_saved_anew_and_nothing_is_lost(laptop, content):
    before = content(laptop.mirror.folder)
    shutil.rmtree(laptop.path / ".git/talekeep")
    done = laptop.push()
    assert done.full
    assert before.items() <= content(laptop.mirror.folder).items()


@pytest.mark.parametrize("junk", [b"", b"{", b"[]", b'{"number": "x"}', b"\xff\xfe", b'{"attempt": 3}'])
def test_damaged_local_state_is_no_obstacle(laptop, junk):
    for name in ("journal.json", "writer.json", "label.json"):
        (laptop.path / ".git/talekeep/mirrors/backup" / name).write_bytes(junk)
    laptop.save(entries__a="x\n")
    assert laptop.push().full


def test_a_folder_that_went_back_in_time_is_noticed(laptop, tmp_path):
    shutil.copytree(laptop.mirror.folder, tmp_path / "week ago")
    for n in range(3):
        laptop.save(entries__a=f"{n}\n")
        laptop.push()
    shutil.rmtree(laptop.mirror.folder)
    shutil.copytree(tmp_path / "week ago", laptop.mirror.folder)
    done = laptop.push()
    assert (done.number, done.full) == (6, True)
    assert any("push 5 is no longer in the folder" in note for note in done.notes)
    _, repo = restored(laptop, tmp_path / "new")
    assert repo.head() == laptop.repo.head()


def test_our_newest_files_deleted_by_the_sync_program(laptop, tmp_path):
    laptop.save(entries__a="x\n")
    laptop.push()
    for path in laptop.folder.glob("000003*"):
        path.unlink()
    done, repo = restored(laptop, tmp_path / "older")
    assert done.taken.number == 2
    assert laptop.push().full
    _, repo = restored(laptop, tmp_path / "new")
    assert repo.head() == laptop.repo.head()


def test_a_missing_link_falls_back_and_the_next_push_is_full(laptop, tmp_path):
    for n in range(2):
        laptop.save(entries__a=f"{n}\n")
        laptop.push()
    next(laptop.folder.glob("000003-incr*")).unlink()
    done, _ = restored(laptop, tmp_path / "new")
    assert done.taken.number == 2
    assert any("push 4" in note and "000003-incr" in note for note in done.notes)
    laptop.save(entries__a="again\n")
    assert laptop.push().full


# The folder itself


@pytest.mark.parametrize("fate", ["gone", "empty", "a file", "another mirror", "a dangling link"])
def test_a_vanished_folder_is_refused_and_never_made_anew(laptop, machine, tmp_path, fate, content):
    mirror = laptop.mirror.folder
    shutil.move(mirror, tmp_path / "unmounted")
    if fate == "empty":
        mirror.mkdir()
    elif fate == "a file":
        mirror.write_text("x")
    elif fate == "another mirror":
        other = machine("other")
        (tmp_path / "elsewhere").mkdir()
        shutil.copytree(other.add(tmp_path / "elsewhere").folder, mirror)
    elif fate == "a dangling link":
        mirror.symlink_to(tmp_path / "nowhere")
    laptop.save(entries__a="x\n")
    before = content(mirror) if mirror.is_dir() else None
    with pytest.raises((Refused, Outside)) as caught:
        laptop.push()
    assert str(mirror) in caught.value.message
    assert caught.value.hint
    assert (content(mirror) if mirror.is_dir() else None) == before
    if os.path.lexists(mirror):
        mirror.unlink() if not mirror.is_dir() else shutil.rmtree(mirror)
    shutil.move(tmp_path / "unmounted", mirror)
    assert laptop.push().number == 3


def test_restore_never_writes_over_anything(laptop, tmp_path, content):
    (tmp_path / "used").mkdir()
    (tmp_path / "used/file").write_text("mine")
    with pytest.raises(Refused, match="used"):
        laptop.restore(tmp_path / "used")
    assert content(tmp_path / "used") == {"file": b"mine"}
    (tmp_path / "empty").mkdir()
    restored(laptop, tmp_path / "empty")


def test_a_failing_preparation_leaves_no_half_dataset(laptop, tmp_path):
    before = sorted(tmp_path.iterdir())

    def prepare(repo):
        raise Outside("no space")

    with pytest.raises(Outside):
        laptop.restore(tmp_path / "new", prepare=prepare)
    assert sorted(tmp_path.iterdir()) == before


def test_a_bare_restore_takes_names_a_checkout_refuses(laptop, tmp_path):
    laptop.save(**{"my notes.md": "x"})
    laptop.push()
    with pytest.raises(Refused, match="my notes"):
        laptop.restore(tmp_path / "new")
    assert not (tmp_path / "new").exists()
    _, repo = restored(laptop, tmp_path / "new.git", bare=True)
    assert repo.head() == laptop.repo.head()


def test_what_could_not_be_restored_is_not_pushed(laptop, content):
    from dulwich.objects import Tree

    from talekeep.store.git.objects import write_objects

    tree = Tree()
    tree.add(b"link", 0o120000, laptop.repo.write_blobs([b"/etc/passwd"])[0].encode())
    write_objects(laptop.repo.objects, [tree])
    from talekeep.store.git.repository import Signature

    head = laptop.repo.head()
    commit = laptop.repo.create_commit(tree.id.decode(), [head], "m", Signature("A", "a@b", 1))
    laptop.repo.set_ref("refs/heads/main", commit, head)
    before = content(laptop.mirror.folder)
    with pytest.raises(Refused, match="link: it is a symbolic link"):
        laptop.push()
    assert content(laptop.mirror.folder) == before


def test_a_damaged_local_repository_is_not_pushed(laptop, content):
    laptop.save(entries__a="precious " * 100)
    blob = laptop.repo.blob_id(b"precious " * 100)
    path = laptop.path / ".git/objects" / blob[:2] / blob[2:]
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-12])
    before = content(laptop.mirror.folder)
    with pytest.raises(Refused, match=blob):
        laptop.push()
    assert content(laptop.mirror.folder) == before


def test_no_git_program_is_needed(laptop, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path / "empty path"))

    def never(*arguments, **how):
        raise AssertionError("a program was started")

    monkeypatch.setattr(subprocess, "Popen", never)
    laptop.save(entries__a="x\n")
    laptop.push()
    laptop.fetch()
    restored(laptop, tmp_path / "new")
    laptop.mirror.check(restore=True)


def test_status_and_check_say_what_is_there(laptop):
    status = laptop.mirror.describe(laptop.repo)
    assert [(w.number, w.mine) for w in status.writers] == [(2, True)]
    orjson.dumps(asdict(status))
    good = laptop.mirror.check(restore=True)
    assert (good.state, good.problems) == ("good", ())
    assert good.unchecked
    bundle = next(laptop.folder.glob("000002-incr*"))
    bundle.write_bytes(bundle.read_bytes()[:-1] + b"x")
    older = laptop.mirror.check()
    assert older.state == "older"
    assert any(bundle.name in problem for problem in older.problems)
    next(laptop.folder.glob("000001-full*")).write_bytes(b"")
    assert laptop.mirror.check().state == "none"


PUSHER = """
import sys
from pathlib import Path
from talekeep.remotes.folder import FolderMirror
from talekeep.remotes.setting import Setting
from talekeep.store.git.repository import Repository
repo = Repository.open(Path(sys.argv[1]))
mirror = FolderMirror("backup", Path(sys.argv[2]), Setting(machine=lambda: sys.argv[3]))
print(mirror.push(repo, full=True).number)
"""


def test_eight_pushes_at_once_wait_for_each_other(laptop, tmp_path):
    machine = laptop.setting.machine()
    command = [sys.executable, "-c", PUSHER, str(laptop.path), str(laptop.mirror.folder), machine]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(8)]
    numbers = [process.communicate(timeout=120)[0] for process in running]
    assert [process.returncode for process in running] == [0] * 8
    assert sorted(int(number) for number in numbers) == list(range(3, 11))
    _, repo = restored(laptop, tmp_path / "new")
    assert repo.refs() == laptop.repo.refs()
