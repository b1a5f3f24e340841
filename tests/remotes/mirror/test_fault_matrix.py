"""Faults by their number that no other file here plants; docs/mirrors.md says what happens in each."""

import errno
import os
import re
import secrets
import shutil
import subprocess
import sys
import unicodedata
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from talekeep.core.errors import Outside
from talekeep.core.errors import Problem
from talekeep.remotes.mirror.folder import disk as disks
from talekeep.remotes.mirror.folder.disk import Disk
from talekeep.remotes.mirror.folder.disk import is_placeholder
from talekeep.store.git.pack.reach import check_complete
from talekeep.store.git.repository import Repository

ROOT = Path(__file__).resolve().parents[3]


def test_every_fault_has_a_test_and_a_line_in_the_docs():
    tests = "".join(p.read_text() for p in (ROOT / "tests").rglob("test_*.py"))
    rows = re.findall(r"^\| F(\d+) \|", (ROOT / "docs/mirrors.md").read_text(), re.MULTILINE)
    tested = {int(n) for n in re.findall(r"(?:test_f|\bF)(\d+)(?=[_:, ])", tests)}
    assert [int(n) for n in rows] == list(range(1, 39))
    assert set(range(1, 39)) - tested == set()


@pytest.mark.parametrize("at", range(1, 9))
def test_f3_a_kill_during_restore_leaves_the_target_absent_or_whole(laptop, tmp_path, at, monkeypatch):
    """F3: killed before the n-th file is moved into place."""
    target = tmp_path / "new"
    child = os.fork()
    if child == 0:
        moves = []
        for name, real in (("replace", Path.replace), ("rename", Path.rename)):

            def act(path, other, real=real):
                moves.append(other)
                if len(moves) == at:
                    os._exit(9)
                return real(path, other)

            monkeypatch.setattr(Path, name, act)
        laptop.restore(target)
        os._exit(0)
    os.waitpid(child, 0)
    if target.exists():
        repo = Repository.open(target)
        assert repo.refs() == laptop.repo.refs()
        repo.close()
    else:
        # The child has used up the same chance as this process would.
        laptop.setting = replace(laptop.setting, token=secrets.token_hex)
        laptop.restore(target)


class Durability:
    """Notes what reaches the disk in which order, in one repository."""

    def __init__(self, monkeypatch):
        self.synced, self.moved, self.unsafe = set(), [], []
        fsync, move = os.fsync, Path.replace

        def note_sync(descriptor):
            self.synced.add(os.fspath(Path(f"/proc/self/fd/{descriptor}").readlink()))
            return fsync(descriptor)

        def note_move(path, target):
            if "refs/heads" in os.fspath(target):
                self.unsafe += self.pending()
            self.moved.append((os.fspath(path), os.fspath(target)))
            self.synced.discard(os.fspath(Path(target).parent))
            return move(path, target)

        monkeypatch.setattr(os, "fsync", note_sync)
        monkeypatch.setattr(Path, "replace", note_move)

    def pending(self):
        objects = [(a, b) for a, b in self.moved if "/objects/" in b]
        lost = [b for a, b in objects if a not in self.synced]
        return lost + [b for _, b in objects if os.fspath(Path(b).parent) not in self.synced]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc to tell what was synced")
@pytest.mark.parametrize("mutant", [None, "files", "folders"])
def test_f5_a_ref_moves_only_after_its_objects_are_on_the_disk(machine, monkeypatch, mutant):
    """F5: and the check catches a commit without either fsync."""
    from talekeep.store.git.pack import objects

    if mutant == "files":
        monkeypatch.setattr(objects, "write_new", lambda path, data: path.write_bytes(data))
    elif mutant == "folders":
        monkeypatch.setattr(objects, "fsync_folder", lambda folder: None)
    made = machine()
    noted = Durability(monkeypatch)
    made.save(entries__a="one\n")
    assert len([b for _, b in noted.moved if "/objects/" in b]) == 4
    assert bool(noted.unsafe) == (mutant is not None)


def test_f8_a_name_that_is_too_long_is_a_clean_failure(laptop, content):
    class Short(Disk):
        def create(self, path):
            raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))

    laptop.save(entries__a="x\n")
    before = content(laptop.mirror.folder)
    with pytest.raises(Outside, match="too long"):
        laptop.push(Short())
    assert content(laptop.mirror.folder) == before


def test_f7_after_a_failed_fsync_the_file_is_written_anew(laptop, tmp_path, restored):
    """F7: a second fsync of the same descriptor would lie; the next push makes another file."""
    synced = []

    class Failing(Disk):
        def sync(self, descriptor):
            synced.append(os.fstat(descriptor).st_ino)
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    laptop.save(entries__a="x\n")
    with pytest.raises(Outside):
        laptop.push(Failing())
    assert len(synced) == 1
    laptop.push()
    _, repo = restored(laptop, tmp_path / "new")
    assert repo.refs() == laptop.repo.refs()


def test_f16_a_manifest_before_its_bundle_is_a_push_that_is_arriving(laptop, tmp_path, restored):
    laptop.save(entries__a="x\n")
    laptop.push()
    late = next(laptop.folder.glob("000003-incr*"))
    late.rename(tmp_path / "on its way")
    status = laptop.mirror.describe(laptop.repo).writers[0]
    assert (status.number, status.arriving) == (2, ((3, (late.name,)),))
    result, _ = restored(laptop, tmp_path / "older")
    assert result.taken.number == 2
    assert any("still arriving" in note and "2 of 3 files" in note for note in result.notes)
    (tmp_path / "on its way").rename(late)
    assert restored(laptop, tmp_path / "new")[0].taken.number == 3


def test_f20_names_in_another_case_or_spelled_in_parts_are_found(laptop, tmp_path, restored):
    for n, path in enumerate(sorted(laptop.folder.iterdir())):
        spelled = unicodedata.normalize("NFD", f"{path.stem} é{path.suffix}") if n % 2 else path.name.upper()
        path.rename(path.with_name(spelled))
    _, repo = restored(laptop, tmp_path / "new")
    assert repo.refs() == laptop.repo.refs()


@pytest.mark.parametrize(
    ("status", "cloud"),
    [
        ({"st_file_attributes": 0x400020, "st_size": 9000}, True),
        ({"st_file_attributes": 0x40000, "st_size": 9000}, True),
        ({"st_file_attributes": 0x1000, "st_size": 9000}, True),
        ({"st_file_attributes": 0x20, "st_size": 9000}, False),
        ({"st_flags": 0x40000000, "st_size": 9000, "st_blocks": 0}, True),
        ({"st_flags": 0, "st_size": 9000, "st_blocks": 24}, False),
        ({"st_size": 9000, "st_blocks": 0}, True),
        ({"st_size": 500, "st_blocks": 0}, False),
        ({"st_size": 0, "st_blocks": 0}, False),
    ],
)
def test_f21_placeholders_of_windows_and_macos_are_told_from_small_files(status, cloud):
    assert is_placeholder(SimpleNamespace(**status)) is cloud


def test_f21_a_stub_of_older_icloud_is_no_file_of_ours(laptop):
    bundle = next(laptop.folder.glob("000002-incr*"))
    bundle.rename(bundle.with_name(f".{bundle.name}.icloud")).write_bytes(b"bplist00")
    assert laptop.mirror.describe(laptop.repo).writers[0].number == 1


def test_f22_a_file_that_stays_locked_is_a_clean_failure(laptop, monkeypatch, content):
    pauses = []
    monkeypatch.setattr(disks.time, "sleep", pauses.append)
    laptop.save(entries__a="x\n")
    before = content(laptop.mirror.folder)
    real = os.open

    def locked(path, flags, *rest, **more):
        if flags & (os.O_WRONLY | os.O_RDWR) == 0 and Path(path).name.startswith("~"):
            error = PermissionError(13, "held by another process")
            error.winerror = 33
            raise error
        return real(path, flags, *rest, **more)

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", locked)
        with pytest.raises(Outside, match="held by another process"):
            laptop.push()
    assert 2 < sum(pauses) < 4
    assert content(laptop.mirror.folder) == before
    assert laptop.push().number == 4


UNLOCKED = """
import contextlib, sys
from pathlib import Path
from talekeep.core.errors import Problem
from talekeep.remotes.mirror.writer import journal as local
from talekeep.remotes.mirror.remote import FolderMirror
from talekeep.remotes.mirror.environment import Setting
from talekeep.store.git.repository import Repository
local.Local.locked = lambda self, doing: contextlib.nullcontext()
staging = Path(sys.argv[4])
local.Local.staging = lambda self: contextlib.nullcontext(staging)
staging.mkdir()
repo = Repository.open(Path(sys.argv[1]))
mirror = FolderMirror("backup", Path(sys.argv[2]), Setting(machine=lambda: sys.argv[3]))
try:
    mirror.push(repo, full=True)
except (Problem, OSError, ValueError):
    sys.exit(5)
"""


@pytest.mark.slow
def test_f25_even_without_the_lock_what_is_there_can_be_restored(laptop, tmp_path, restored):
    machine = laptop.setting.machine()
    words = [sys.executable, "-c", UNLOCKED, str(laptop.path), str(laptop.mirror.folder), machine]
    running = [subprocess.Popen([*words, str(tmp_path / f"staging {n}")]) for n in range(8)]
    assert {process.wait(120) for process in running} <= {0, 5}
    _, repo = restored(laptop, tmp_path / "new")
    assert repo.refs() == laptop.repo.refs()


BIG = """
import resource, sys
from pathlib import Path
from talekeep.remotes.mirror.reader import fetch as reading
from talekeep.remotes.mirror.remote import FolderMirror
from talekeep.remotes.mirror.environment import Setting
from talekeep.store.git.repository import Repository
# What a process has of its own; files that are mapped into memory do not count.
resource.setrlimit(resource.RLIMIT_DATA, (200 * 2**20, 200 * 2**20))
setting = Setting(machine=lambda: sys.argv[3])
repo = Repository.open(Path(sys.argv[1]))
FolderMirror("backup", Path(sys.argv[2]), setting).push(repo)
reading.restore(Path(sys.argv[2]), Path(sys.argv[4]), setting, bare=True)
print("done")
"""


@pytest.mark.slow
def test_f35_memory_stays_bounded_however_large_the_dataset_is(machine, synced, tmp_path):
    """F35: 280 MB that nobody can compress, as 100,000 entries have, in 200 MB of memory."""
    big = machine()
    big.add(synced)
    for n in range(14):
        big.save(**{f"entries__{n}_{m}": os.urandom(1_000_000) for m in range(20)})
    words = [sys.executable, "-c", BIG, str(big.path), str(big.mirror.folder), big.setting.machine()]
    completed = subprocess.run(
        [*words, str(tmp_path / "new.git")], capture_output=True, text=True, check=True
    )
    assert sum(p.stat().st_size for p in synced.rglob("*.bundle")) > 280e6
    assert completed.stdout == "done\n"


def test_f9_a_folder_that_may_not_be_written_is_told_from_a_damaged_one(laptop, monkeypatch):
    """F9: exit code 5, and 4 for what cannot be trusted."""

    class ReadOnly(Disk):
        def create(self, path):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    class Lying(Disk):
        def open(self, path):
            stream = super().open(path)
            if path.name.startswith("~"):
                stream.seek(1)
            return stream

    laptop.save(entries__a="x\n")
    codes = []
    for disk in (ReadOnly(), Lying()):
        with pytest.raises(Problem) as caught:
            laptop.push(disk)
        codes.append(caught.value.exit_code)
    assert codes == [5, 4]


def test_every_state_that_is_accepted_is_what_git_alone_restores(laptop, tmp_path, git, restored):
    """The oracle: after each push the commands of README.txt give the same refs and objects as we do."""
    for n in range(3):
        laptop.save(entries__a=f"{n}\n")
        laptop.push(full=n == 1)
        manifest = sorted(laptop.folder.glob("*-manifest-*"))[-1].read_text()
        place = tmp_path / f"by git {n}.git"
        git("init", "-q", "--bare", place)
        for name in re.findall(r"^[0-9a-f]{64}  (\S+)$", manifest, re.MULTILINE):
            git("--git-dir", place, "fetch", "-q", laptop.folder / name, "+refs/*:refs/*")
        _, ours = restored(laptop, tmp_path / f"by us {n}.git", bare=True)
        shown = git("--git-dir", place, "show-ref")
        assert dict(line.split()[::-1] for line in shown.splitlines()) == ours.refs()
        listed = git("--git-dir", place, "rev-list", "--objects", "--all")
        assert len(listed.splitlines()) == check_complete(ours.objects, list(ours.refs().values()))
    shutil.rmtree(tmp_path / "by git 0.git")
