"""The real program, stopped by the kernel at each call that touches the mirror folder (needs strace)."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

TRACED = "openat,write,fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,close"
SLOW = pytest.mark.slow


@pytest.fixture
def strace() -> str:
    program = shutil.which("strace")
    if program is None or subprocess.run([program, "-o", os.devnull, "true"], check=False).returncode:
        pytest.skip("strace is not there, or may not trace")
    return program


class Stage:
    """A dataset and its mirror about to be pushed to, put back as often as needed."""

    def __init__(self, harbor: Path, synced: Path, kept: Path, tk: Any) -> None:
        self.harbor, self.synced, self.kept, self.tk = harbor, synced, kept, tk
        for place in (harbor, synced):
            shutil.copytree(place, kept / place.name)
        self.old = self.head(harbor, "refs/remotes/backup") if (harbor / ".git").exists() else ""

    def reset(self) -> None:
        for place in (self.harbor, self.synced):
            shutil.rmtree(place)
            shutil.copytree(self.kept / place.name, place)

    @staticmethod
    def head(place: Path, below: str) -> str:
        completed = subprocess.run(
            ["git", "-C", place, "for-each-ref", "--format=%(objectname)", below],
            capture_output=True,
            text=True,
            check=True,
        )
        return completed.stdout.strip()

    def restored(self) -> str:
        back = self.kept / "back"
        self.tk("clone", self.synced / "harbor-backup", back)
        subprocess.run(
            ["git", "-C", back, "fsck", "--strict", "--no-dangling"], check=True, capture_output=True
        )
        head = self.head(back, "refs/heads/main")
        shutil.rmtree(back)
        return head


@pytest.fixture
def stage(harbor: Path, tk: Any, records: Any, tmp_path: Path) -> Stage:
    (tmp_path / "synced").mkdir()
    tk("remote", "add", "backup", tmp_path / "synced", "--label", "laptop", cwd=harbor)
    tk("push", cwd=harbor)
    tk("import", records("more.jsonl", 2, start=50), cwd=harbor)
    (tmp_path / "kept").mkdir()
    return Stage(harbor, tmp_path / "synced", tmp_path / "kept", tk)


def calls(strace: str, stage: Stage, talekeep: list[str], log: Path) -> list[tuple[str, int]]:
    """Each call of a push that touches the folder: its name, and which of that name it is."""
    words = [strace, "-f", "-y", "-o", str(log), "-e", f"trace={TRACED}", *talekeep, "push"]
    subprocess.run(words, cwd=stage.harbor, check=True, capture_output=True)
    collected: dict[str, int] = {}
    results = []
    for line in log.read_text(errors="replace").splitlines():
        match = re.match(r"\d+ +(\w+)\(", line)
        if match is None:
            continue
        name = match[1]
        collected[name] = collected.get(name, 0) + 1
        if str(stage.synced) in line:
            results.append((name, collected[name]))
    return results


def injected(strace: str, stage: Stage, talekeep: list[str], what: str) -> int:
    words = [strace, "-f", "-o", os.devnull, "-e", f"trace={TRACED}", "-e", f"inject={what}"]
    return subprocess.run(
        [*words, *talekeep, "push"], cwd=stage.harbor, check=False, capture_output=True
    ).returncode


@pytest.fixture
def points(strace: str, stage: Stage, talekeep: list[str], tmp_path: Path) -> list[tuple[str, int]]:
    file = calls(strace, stage, talekeep, tmp_path / "trace")
    stage.reset()
    assert len(file) > 25
    return file


def check_killed(strace: str, stage: Stage, talekeep: list[str], points: list[tuple[str, int]]) -> None:
    old, new = stage.old, stage.head(stage.harbor, "refs/heads/main")
    for name, number in points:
        stage.reset()
        injected(strace, stage, talekeep, f"{name}:signal=KILL:when={number}")
        assert stage.restored() in (old, new), (name, number)
        stage.tk("push", cwd=stage.harbor)
        assert stage.restored() == new
        assert not list(stage.synced.rglob("~*"))


ERRORS = {
    "write": "ENOSPC",
    "fsync": "EIO",
    "link": "EIO",
    "linkat": "EIO",
    "rename": "EACCES",
    "mkdir": "EROFS",
}


def check_errors(strace: str, stage: Stage, talekeep: list[str], points: list[tuple[str, int]]) -> None:
    old, new = stage.old, stage.head(stage.harbor, "refs/heads/main")
    for name, number in points:
        stage.reset()
        code = injected(strace, stage, talekeep, f"{name}:error={ERRORS[name]}:when={number}")
        assert code in (0, 4, 5), (name, number)
        assert stage.restored() == (new if code == 0 else old), (name, number)
        stage.tk("push", cwd=stage.harbor)
        assert stage.restored() == new


@SLOW
def test_f1_a_kill_at_every_call_of_the_kernel(strace: str, stage: Stage, talekeep: Any, points: Any) -> None:
    """F1, F36: a kill needs no handler and SIGTERM has none either."""
    check_killed(strace, stage, talekeep, points)


@SLOW
def test_f6_an_error_at_every_call_of_the_kernel(
    strace: str, stage: Stage, talekeep: Any, points: Any
) -> None:
    """F6, F7, F9: ENOSPC, EIO, EACCES and EROFS from the kernel itself."""
    fitting = [point for point in points if point[0] in ERRORS]
    check_errors(strace, stage, talekeep, fitting)


@SLOW
def test_f36_output_that_nobody_reads_and_signals(stage: Stage, talekeep: list[str], tk: Any) -> None:
    """F36: stdout closed, SIGTERM at any moment, SIGINT twice."""
    new = stage.head(stage.harbor, "refs/heads/main")
    closed = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", *talekeep, "push"], cwd=stage.harbor, check=False, capture_output=True
    )
    assert stage.restored() == new, closed.stderr
    for number, ended in enumerate([[signal.SIGTERM], [signal.SIGINT, signal.SIGINT]] * 4):
        stage.reset()
        process = subprocess.Popen(
            [*talekeep, "push"], cwd=stage.harbor, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(0.15 + 0.06 * number)
        for each in ended:
            process.send_signal(each)
        process.wait(60)
        assert stage.restored() in (stage.old, new)
        tk("push", cwd=stage.harbor)
        assert stage.restored() == new


@SLOW
def test_everything_works_where_there_is_no_network(
    stage: Stage, talekeep: list[str], sh: Callable[..., Any], tmp_path: Path
) -> None:
    """A world without any network device: push, check, fetch, clone and prune never ask for one."""
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-rn", "true"], check=False).returncode:
        pytest.skip("this system lets no user leave the network")
    apart = ["unshare", "-rn", *talekeep, "-C", stage.harbor]
    for words in (
        ["push"],
        ["remote", "check", "--restore", "--all"],
        ["fetch"],
        ["remote", "prune"],
        ["status"],
    ):
        sh(*apart, *words)
    sh("unshare", "-rn", *talekeep, "clone", stage.synced / "harbor-backup", tmp_path / "again")
