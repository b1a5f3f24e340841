"""The bare mode: one machine, forward only, and nothing in it that was not made here."""

import hashlib
import os
import shutil
from dataclasses import replace

import pytest

from talekeep.core.errors import Outside
from talekeep.core.errors import Refused
from talekeep.remotes import bare
from talekeep.store.git import locks
from talekeep.store.git.pack import repack
from talekeep.store.git.pack.reach import check_complete


@pytest.fixture
def disk(machine, tmp_path):
    """A machine with a bare mirror on a disk of its own, pushed to once."""
    (tmp_path / "usb stick").mkdir()
    made = machine()
    made.save(entries__a="one\n")
    place = bare.add(
        made.repo,
        "stick",
        tmp_path / "usb stick",
        dataset="Harbor tales",
        label="laptop",
        i_know=False,
        setting=made.setting,
    )
    made.mirror = bare.BareMirror("stick", place, made.setting)
    made.mirror.push(made.repo)
    return made


def test_git_clones_what_was_pushed(disk, git, tmp_path):
    disk.tag("v1")
    disk.save(entries__a="two\n")
    result = disk.mirror.push(disk.repo)
    assert 0 < result.bytes < 2000
    assert result.sentence().startswith("Saved to the repository (")
    git("clone", "--no-local", disk.mirror.folder, tmp_path / "clone")
    assert (tmp_path / "clone/entries/a").read_text() == "two\n"
    git("--git-dir", disk.mirror.folder, "fsck", "--strict")
    assert disk.mirror.folder.name.startswith("harbor-tales-laptop-")
    assert disk.mirror.folder.name.endswith("-bare")
    assert disk.repo.refs_under("refs/remotes/stick/") == {
        "refs/remotes/stick/main": disk.repo.ref("refs/heads/main")
    }


def test_pushing_twice_writes_nothing(disk, content):
    before = content(disk.mirror.folder)
    assert disk.mirror.push(disk.repo).already
    assert content(disk.mirror.folder) == before


def test_git_sees_the_settings_that_protect_it(disk, git):
    result = git("--git-dir", disk.mirror.folder, "config", "--list", "--local")
    assert {"gc.auto=0", "receive.denydeletes=true", "core.fsync=all", "core.protectntfs=true"} <= set(
        result.split("\n")
    )
    assert not (disk.mirror.folder / "hooks").exists()


def test_history_there_never_goes_back(disk):
    disk.save(parents=[], entries__a="another past\n")
    before = disk.repo.refs_under("refs/remotes/")
    with pytest.raises(Refused, match="not a part of what is here"):
        disk.mirror.push(disk.repo)
    assert disk.repo.refs_under("refs/remotes/") == before


def test_a_branch_deleted_here_stays_there(disk):
    disk.save("side", entries__s="s\n")
    disk.mirror.push(disk.repo)
    disk.drop("refs/heads/side")
    disk.save(entries__a="more\n")
    disk.mirror.push(disk.repo)
    assert "refs/heads/side" in disk.mirror.fetch(disk.repo).writers[0].refs


def test_what_another_clone_pushed_by_git_is_fetched(disk, git, tmp_path):
    git("clone", disk.mirror.folder, tmp_path / "other")
    (tmp_path / "other/entries/a").write_text("by git\n")
    git("-C", tmp_path / "other", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qam", "x")
    git("-C", tmp_path / "other", "push", "-q")
    disk.save(entries__b="here\n")
    with pytest.raises(Refused) as caught:
        disk.mirror.push(disk.repo)
    assert "talekeep fetch stick" in caught.value.hint
    result = disk.mirror.fetch(disk.repo)
    tip = disk.repo.ref("refs/remotes/stick/main")
    assert [m.after for m in result.moved] == [tip]
    check_complete(disk.repo.objects, [tip])


@pytest.mark.parametrize(
    "what",
    [
        "config",
        "hooks/pre-receive",
        "objects/info/alternates",
        "refs/heads/main (conflicted copy)",
        "refs/heads/desktop.ini ",
        "refs/heads/main.lock",
        "HEAD.lock",
        "packed-refs.lock",
        "refs/evil",
    ],
)
def test_what_was_not_made_here_stops_everything(disk, what, content):
    path = disk.mirror.folder / what
    path.parent.mkdir(exist_ok=True)
    path.write_text("[core]\n\tpager = touch /tmp/evil\n")
    disk.save(entries__a="x\n")
    before = content(disk.mirror.folder)
    with pytest.raises(Refused):
        disk.mirror.push(disk.repo)
    with pytest.raises(Refused):
        disk.mirror.fetch(disk.repo)
    assert disk.mirror.check().state == "none"
    assert content(disk.mirror.folder) == before


def test_a_missing_disk_is_refused_and_not_made_anew(disk, tmp_path):
    shutil.move(disk.mirror.folder, tmp_path / "unplugged")
    disk.save(entries__a="x\n")
    with pytest.raises(Outside, match="not there"):
        disk.mirror.push(disk.repo)
    assert not disk.mirror.folder.exists()


def test_check_follows_every_object_and_notices_damage(disk):
    assert disk.mirror.check(restore=True).state == "good"
    assert "restored" in disk.mirror.check(restore=True).checked[0]
    (pack,) = disk.mirror.folder.glob("objects/pack/*.pack")
    pack.chmod(0o644)
    data = pack.read_bytes()
    pack.write_bytes(data[:40] + bytes([data[40] ^ 8]) + data[41:])
    assert disk.mirror.check(restore=True).state == "none"


def weight(folder):
    return sum(max(p.stat().st_size, 4096) for p in folder.rglob("*") if p.is_file())


def test_many_pushes_are_packed_and_nothing_is_lost(disk, git, tmp_path, monkeypatch):
    monkeypatch.setattr(repack, "_FREE", 64 * 1024)
    steps = []
    mirror = replace(disk.mirror, progress=lambda doing, result, total: steps.append(doing))
    lines = [hashlib.sha256(str(n).encode()).hexdigest() for n in range(400)]
    for number in range(12):
        lines[number] = f"changed {number}"
        disk.save(entries__a="\n".join(lines) + "\n")
        result = mirror.push(disk.repo)
        assert result.notes == ()
        git("clone", "--no-local", "--bare", mirror.folder, tmp_path / "fresh", check=0)
        assert weight(mirror.folder / "objects") < 2 * weight(tmp_path / "fresh/objects") + 64 * 1024
        shutil.rmtree(tmp_path / "fresh")
    assert 1 <= len(steps) < 6
    assert set(steps) == {f"packing {mirror.folder.name}"}
    git("--git-dir", mirror.folder, "fsck", "--strict", "--full", check=0)
    assert bare.faults(mirror.folder) == []
    assert mirror.check(restore=True).state == "good"


def test_a_bare_mirror_whose_packing_fails_says_so_and_has_what_was_pushed(disk, git, monkeypatch):
    def fail(repo):
        raise Outside("the disk is full")

    monkeypatch.setattr(repack, "is_due", lambda sizes, packed: True)
    monkeypatch.setattr(repack, "repack_without_git", fail)
    disk.save(entries__a="two\n")
    assert disk.mirror.push(disk.repo).notes == ("its packs stay as they are: the disk is full",)
    assert disk.mirror.check().state == "good"


@pytest.mark.parametrize("at", range(1, 6))
def test_a_kill_during_a_push_leaves_a_whole_repository(disk, at, monkeypatch, git):
    from pathlib import Path

    disk.save(entries__a="two\n")
    child = os.fork()
    if child == 0:
        count = 0
        real = Path.replace

        def act(path, target):
            nonlocal count
            count += 1
            if count == at:
                os._exit(9)
            return real(path, target)

        monkeypatch.setattr(Path, "replace", act)
        disk.mirror.push(disk.repo)
        os._exit(0)
    os.waitpid(child, 0)
    git("--git-dir", disk.mirror.folder, "fsck", "--strict")
    disk.reopen()
    # What every command does first, once it holds the dataset's lock.
    locks.break_stale(disk.repo.git_dir)
    disk.mirror.push(disk.repo)
    git("--git-dir", disk.mirror.folder, "fsck", "--strict")


def test_a_synced_folder_is_refused_once_with_the_reason(machine, tmp_path):
    made = machine()
    (tmp_path / "Synced/.stfolder").mkdir(parents=True)
    how = {"dataset": "x", "label": "laptop", "setting": made.setting}
    with pytest.raises(Refused, match="is synced by Syncthing") as caught:
        bare.add(made.repo, "b", tmp_path / "Synced", i_know=False, **how)
    assert "--i-know" in caught.value.hint
    assert bare.add(made.repo, "b", tmp_path / "Synced", i_know=True, **how).is_dir()
    with pytest.raises(Refused, match="inside the dataset"):
        bare.add(made.repo, "b", made.path, i_know=True, **how)


def test_f38_a_folder_and_a_bare_mirror_beside_each_other_each_hold_all(
    disk, tmp_path, synced, restored, git
):
    stick = disk.mirror
    disk.add(synced)
    disk.save(entries__a="in both\n")
    disk.push()
    stick.push(disk.repo)
    _, repo = restored(disk, tmp_path / "new")
    assert repo.refs() == disk.repo.refs()
    assert disk.mirror.check(restore=True).state == stick.check(restore=True).state == "good"
    shutil.rmtree(synced)
    git("clone", "--no-local", stick.folder, tmp_path / "from the stick")
    assert (tmp_path / "from the stick/entries/a").read_text() == "in both\n"
    assert replace(stick).check().state == "good"
