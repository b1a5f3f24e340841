"""Every writing command, stopped by the kernel at each call that changes something in its folder (needs
strace): killed there, or with an error there. Afterwards there is the old state or the new one, a command
that said it failed has not happened, and everything works."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

TRACED = "openat,write,fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir"
ERRORS = {
    "write": "ENOSPC", "fsync": "EIO", "link": "EACCES", "linkat": "EACCES", "rename": "EACCES",
    "renameat": "EACCES", "unlink": "EACCES", "mkdir": "EROFS", "openat": "EACCES",
}  # fmt: skip
# How many of the calls of one command are tried, beside its last three; all of them take an hour.
TRIED = int(os.environ.get("TALEKEEP_STOPS", "1"))


@pytest.fixture
def strace() -> str:
    program = shutil.which("strace")
    if program is None or subprocess.run([program, "-o", os.devnull, "true"], check=False).returncode:
        pytest.skip("strace is not there, or may not trace")
    return program


class Bench:
    """A folder with a dataset that is put back before each try."""

    def __init__(self, folder: Path, strace: str, talekeep: list[str]) -> None:
        self.folder, self.strace, self.talekeep = folder, strace, talekeep
        self.top = folder / "work/harbor"
        shutil.copytree(folder / "work", folder / "kept", symlinks=True)

    def reset(self) -> None:
        shutil.rmtree(self.folder / "work")
        shutil.copytree(self.folder / "kept", self.folder / "work", symlinks=True)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.talekeep, *words], cwd=self.folder / "work", capture_output=True, text=True, check=False
        )

    def stopped(self, words: list[str], what: str) -> subprocess.CompletedProcess[str]:
        command = [self.strace, "-f", "-o", os.devnull, "-e", f"trace={TRACED}", "-e", f"inject={what}"]
        command += [*self.talekeep, *words]
        return subprocess.run(command, cwd=self.folder / "work", capture_output=True, text=True, check=False)

    def calls(self, words: list[str]) -> list[tuple[str, int]]:
        """Each call of a command that writes to the folder: its name, and which of that name it is."""
        log = self.folder / "trace"
        command = [self.strace, "-f", "-y", "-o", str(log), "-e", f"trace={TRACED}", *self.talekeep, *words]
        subprocess.run(command, cwd=self.folder / "work", check=False, capture_output=True)
        self.reset()
        return [*_touching(log.read_text(errors="replace"), str(self.folder / "work"))]

    def state(self) -> tuple[Any, ...]:
        """Branches, HEAD, index, files and remotes: all a command may change."""
        if not (self.top / ".git").exists():
            return ()
        refs = self.git("for-each-ref", "--format=%(refname) %(objectname)^{tree}", "refs/heads", "refs/tags")
        trees = [self.git("rev-parse", f"{line.split()[0]}^{{tree}}") for line in refs.splitlines()]
        names = [line.split()[0] for line in refs.splitlines()]
        files = {
            p.relative_to(self.top).as_posix(): p.read_bytes()
            for p in self.top.rglob("*")
            if p.is_file() and ".git" not in p.relative_to(self.top).parts
        }
        config = self.git("config", "--local", "--list")
        head = (self.top / ".git/HEAD").read_text()
        hooks = {p.name: (p.stat().st_mode, p.read_bytes()) for p in self.top.glob(".git/hooks/*")}
        synced = sorted(p.relative_to(self.folder).as_posix() for p in self.folder.glob("work/synced/**/*"))
        staged = self.git("ls-files", "-s")
        return names, trees, head, staged, files, sorted(config.splitlines()), hooks, synced

    def git(self, *words: str) -> str:
        done = subprocess.run(["git", "-C", self.top, *words], capture_output=True, text=True, check=False)
        return done.stdout


def _touching(log: str, place: str) -> Iterator[tuple[str, int]]:
    counts: dict[str, int] = {}
    for line in log.splitlines():
        match = re.match(r"\d+ +(\w+)\(", line)
        if match is None:
            continue
        name = match[1]
        counts[name] = counts.get(name, 0) + 1
        writes = name != "openat" or "O_WRONLY" in line or "O_RDWR" in line or "O_CREAT" in line
        if place in line and writes and "cache.sqlite" not in line:
            yield name, counts[name]


@pytest.fixture
def bench(
    harbor: Path, tk: Any, sh: Any, records: Any, strace: str, talekeep: list[str], tmp_path: Path
) -> Bench:
    """A dataset with an edit on another branch, a snapshot, and files to import and combine."""
    work = tmp_path / "bench/work"
    work.mkdir(parents=True)
    shutil.copytree(harbor, work / "harbor")
    top = work / "harbor"
    sh("git", "config", "--global", "user.name", "Tess", cwd=top)
    sh("git", "switch", "-q", "-c", "side", cwd=top)
    part = next(top.glob("entries/*/*.jsonl"))
    part.write_bytes(part.read_bytes().replace(b"night 1?", b"the first night?"))
    tk("commit", "-m", "side", cwd=top)
    tk("switch", "main", cwd=top)
    tk("import", records("second.jsonl", 1, start=40), cwd=top)
    shutil.copy(records("more.jsonl", 2, start=50), work / "more.jsonl")
    shutil.copytree(top, work / "other")
    part = next((work / "other").glob("entries/*/*.jsonl"))
    (work / "synced").mkdir()
    return Bench(tmp_path / "bench", strace, talekeep)


def entry(bench: Bench) -> str:
    found: str = json.loads(bench.run("-C", "harbor", "list", "--json").stdout)["entries"][0]["id"]
    return found


COMMANDS = {
    "import": "-C harbor import ../more.jsonl",
    "edit by tag": "-C harbor tag add draft ENTRY",
    "remove": "-C harbor remove ENTRY",
    "commit": "-C harbor commit -m edited",
    "switch": "-C harbor switch side",
    "branch": "-C harbor branch new",
    "snapshot": "-C harbor snapshot v1",
    "merge": "-C harbor merge side",
    "undo": "-C harbor undo",
    "setup": "-C harbor setup --remove",
    "remote add": "-C harbor remote add backup ../synced",
    "init": "init fresh",
    "clone": "clone harbor fresh",
    "combine": "combine harbor more.jsonl --into fresh",
}


def words_of(bench: Bench, name: str) -> list[str]:
    return [entry(bench) if word == "ENTRY" else word for word in COMMANDS[name].split()]


def prepared(bench: Bench, name: str) -> None:
    bench.reset()
    if name == "commit":
        part = next(bench.top.glob("entries/*/*.jsonl"))
        part.write_bytes(part.read_bytes().replace(b"night 2?", b"the second night?"))


def check_everything_works(bench: Bench, name: str, words: list[str], point: object) -> None:
    for other in (["-C", "harbor", "status"], ["-C", "harbor", "validate"]):
        done = bench.run(*other)
        assert done.returncode in (0, 1), (name, point, other, done.stderr)
    fsck = subprocess.run(["git", "-C", bench.top, "fsck"], capture_output=True, text=True, check=False)
    assert fsck.returncode == 0, (name, point, fsck.stderr)
    assert bench.git("status", "--porcelain", "--", ":!synced") is not None
    again = bench.run(*words)
    assert again.returncode in (0, 1, 3, 4), (name, point, again.stderr)
    # A killed Talekeep's locks go with the next command that writes.
    bench.run("-C", "harbor", "branch", "and-one-more")
    assert not [*bench.top.glob(".git/**/*.lock")], (name, point)
    if name in ("init", "clone", "combine"):
        if again.returncode == 4:
            assert "already" in again.stderr, (name, point, again.stderr)
        done = bench.run("-C", "fresh", "status")
        assert done.returncode == 0, (name, point, done.stderr)
    leftovers = [p.name for p in (bench.folder / "work").iterdir() if ".restoring-" in p.name]
    assert leftovers == [], (name, point)


def states_of(bench: Bench, name: str, words: list[str]) -> tuple[Any, Any]:
    prepared(bench, name)
    old = bench.state()
    done = bench.run(*words)
    assert done.returncode == 0, done.stderr
    new = bench.state()
    return old, new


def sampled(points: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Evenly spread, the last ones always: there refs move and notes go."""
    step = max(1, len(points) // TRIED)
    return [*dict.fromkeys([*points[::step], *points[-3:]])]


def without_ids(state: tuple[Any, ...]) -> tuple[Any, ...]:
    """What two runs of one command have in common: new parts and ids are drawn by chance."""
    return state[:1] + state[2:3] if state else state


@pytest.mark.parametrize("name", COMMANDS)
def test_a_kill_leaves_the_old_state_or_the_new(bench: Bench, name: str) -> None:
    words = words_of(bench, name)
    old, new = states_of(bench, name, words)
    prepared(bench, name)
    points = bench.calls(words)
    assert len(points) > 2
    for point in sampled(points):
        prepared(bench, name)
        bench.stopped(words, f"{point[0]}:signal=KILL:when={point[1]}")
        bench.run("-C", "harbor", "status")
        now = bench.state()
        assert without_ids(now) in (without_ids(old), without_ids(new)), (name, point)
        if name not in ("import", "combine", "clone", "init", "setup", "remote add"):
            assert now[4] in (old[4], new[4]) or name == "undo", (name, point)
        check_everything_works(bench, name, words, point)


@pytest.mark.parametrize("name", COMMANDS)
def test_an_error_leaves_the_old_state_and_says_so(bench: Bench, name: str) -> None:
    words = words_of(bench, name)
    old, _ = states_of(bench, name, words)
    prepared(bench, name)
    points = [point for point in bench.calls(words) if point[0] in ERRORS]
    for point in sampled(points):
        prepared(bench, name)
        done = bench.stopped(words, f"{point[0]}:error={ERRORS[point[0]]}:when={point[1]}")
        assert done.returncode in (0, 1, 4, 5), (name, point, done.stderr)
        assert "bug in talekeep" not in done.stderr, (name, point)
        if done.returncode in (4, 5) and ", but " not in done.stderr:
            bench.run("-C", "harbor", "status")
            assert bench.state() == old, (name, point, done.stderr)
        check_everything_works(bench, name, words, point)
