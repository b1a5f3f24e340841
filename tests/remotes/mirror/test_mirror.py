"""A mirror brings back what was saved, and pushes cost what changed."""

import os
import random
import re
import shutil
import subprocess
from dataclasses import asdict

import orjson
import pytest

from talekeep.core.errors import Outside
from talekeep.core.errors import Refused
from talekeep.remotes.mirror.environment import Limits
from talekeep.remotes.mirror.folder.manifest import parse
from talekeep.store.git.pack.reach import check_complete


def test_what_was_pushed_comes_back_whole(laptop, tmp_path, restored):
    laptop.tag("first")
    laptop.tag("light", annotated=False)
    laptop.save("draft", entries__b="on a branch\n")
    laptop.push()
    result, repo = restored(laptop, tmp_path / "new")
    assert repo.refs() == laptop.repo.refs()
    assert repo.head_ref() == "refs/heads/main"
    assert result.taken.number == 3
    assert not result.salvaged
    orjson.dumps(asdict(result))


def test_the_result_of_a_push_can_be_scripted_and_read(laptop):
    laptop.save(entries__a="three\n")
    result = laptop.push(entries=12)
    assert (result.number, result.already, result.full) == (3, False, False)
    assert 0 < result.bytes < result.chain
    assert result.folder == str(laptop.mirror.folder)
    assert re.fullmatch(
        r"Saved push 3 to the folder \(.* (bytes|KB), checked\)\. Uploading is your sync program's job\.",
        result.sentence(),
    )
    orjson.dumps(asdict(result))
    assert parse(sorted(laptop.folder.glob("*manifest*"))[-1].read_bytes()).entries == 12


def test_pushing_twice_writes_nothing(laptop, content):
    before = content(laptop.mirror.folder)
    result = laptop.push()
    assert (result.already, result.number, result.bytes) == (True, 2, 0)
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
def test_a_full_one_is_written_when_history_is_not_only_added_to(laptop, change, content, tmp_path, restored):
    """F30: history rewritten, a branch deleted, a tag moved."""
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
    result = laptop.push(full=change == "asked for")
    assert result.full
    assert before.items() <= content(laptop.folder).items()
    _, repo = restored(laptop, tmp_path / "new")
    assert repo.refs() == laptop.repo.refs()


def test_history_that_is_only_added_to_is_an_increment(laptop):
    laptop.save(entries__a="more\n")
    laptop.save("side", entries__s="s\n")
    laptop.tag("v1")
    assert not laptop.push().full


@pytest.mark.parametrize("packed", [False, True])
def test_merges_tags_and_packed_refs_come_back(laptop, tmp_path, git, packed, restored):
    """F31: annotated tags, packed refs, merges."""
    base = laptop.repo.head()
    side = laptop.save("side", entries__s="s\n")
    main = laptop.save(entries__m="m\n")
    laptop.save(parents=[main, side], entries__m="merged\n")
    laptop.tag("old", base)
    laptop.tag("tag-of-tag", laptop.tag("inner"))
    if packed:
        git("-C", laptop.path, "pack-refs", "--all")
        git("-C", laptop.path, "gc", "--quiet")
        laptop.reopen()
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


def test_head_on_a_branch_without_commits(laptop, tmp_path, restored):
    laptop.repo.set_head("refs/heads/unborn")
    laptop.push()
    _, repo = restored(laptop, tmp_path / "new")
    assert repo.refs() == laptop.repo.refs()
    assert repo.head_ref() == "refs/heads/main"


def test_a_commit_on_no_branch_is_saved(laptop, tmp_path, restored):
    commit = laptop.save("gone", entries__x="only here\n")
    laptop.drop("refs/heads/gone")
    (laptop.path / ".git/HEAD").write_text(f"{commit}\n")
    laptop.push()
    _, repo = restored(laptop, tmp_path / "new")
    check_complete(repo.objects, [commit])
    assert commit in repo.refs_under("refs/talekeep/").values()


def test_only_a_new_tag_is_pushed_and_fetched_by_git(laptop, tmp_path, git):
    laptop.tag("light", annotated=False)
    result = laptop.push()
    assert not result.full
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
    laptop.push()
    assert set(laptop.repo.refs_under("refs/remotes/")) == {prefix + "main"}


def test_a_branch_may_take_the_place_of_a_folder_of_branches(laptop):
    laptop.save("side", entries__s="s\n")
    laptop.push()
    laptop.drop("refs/heads/side")
    laptop.save("side/below", entries__s="t\n")
    laptop.push()
    prefix = f"refs/remotes/backup/{laptop.folder.name}/"
    assert set(laptop.repo.refs_under("refs/remotes/")) == {prefix + "main", prefix + "side/below"}


# The folder itself


@pytest.mark.parametrize("fate", ["gone", "empty", "a file", "another mirror", "a dangling link"])
def test_a_vanished_folder_is_refused_and_never_made_anew(laptop, machine, tmp_path, fate, content):
    """F10: the folder is gone or is another one."""
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


def test_restore_never_writes_over_anything(laptop, tmp_path, content, restored):
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


def test_a_restore_takes_names_that_not_every_system_can_keep(laptop, tmp_path, restored):
    laptop.save(**{"my notes.md": "x", "a:b": "x"})
    laptop.push()
    laptop.restore(tmp_path / "new")
    _, repo = restored(laptop, tmp_path / "new.git", bare=True)
    assert repo.head() == laptop.repo.head()


def test_a_link_in_the_history_stops_no_backup_and_a_name_of_gits_own_folder_does(laptop, content):
    from dulwich.objects import Tree

    from talekeep.store.git.pack.objects import write_objects
    from talekeep.store.git.repository import Signature

    def commit(name, mode):
        tree = Tree()
        tree.add(name, mode, laptop.repo.write_blobs([b"/etc/passwd"])[0].encode())
        write_objects(laptop.repo.objects, [tree])
        head = laptop.repo.head()
        made = laptop.repo.create_commit(tree.id.decode(), [head], "m", Signature("A", "a@b", 1))
        laptop.repo.set_ref("refs/heads/main", made, head)

    commit(b"link", 0o120000)
    laptop.push()
    before = content(laptop.mirror.folder)
    commit(b".git", 0o100644)
    with pytest.raises(Refused, match="git's own folder"):
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


def test_no_git_program_is_needed(laptop, tmp_path, monkeypatch, restored):
    monkeypatch.setenv("PATH", str(tmp_path / "empty path"))

    def never(*arguments, **how):
        raise AssertionError("a program was started")

    monkeypatch.setattr(subprocess, "Popen", never)
    laptop.save(entries__a="x\n")
    laptop.push()
    laptop.fetch()
    restored(laptop, tmp_path / "new")
    laptop.mirror.check(restore=True)


def test_status_and_check_say_what_is_there(laptop, opened):
    status = laptop.mirror.describe(laptop.repo)
    assert [(w.number, w.mine) for w in status.writers] == [(2, True)]
    orjson.dumps(asdict(status))
    good = laptop.mirror.check(restore=True)
    assert (good.state, good.problems) == ("good", ())
    assert good.unchecked
    bundle = next(laptop.folder.glob("000002-incr*"))
    data = bundle.read_bytes()
    bundle.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    older = laptop.mirror.check()
    assert older.state == "older"
    assert any(bundle.name in problem for problem in older.problems)
    next(laptop.folder.glob("000001-full*")).write_bytes(b"")
    assert laptop.mirror.check().state == "none"
