"""Killed at any moment: dataset and mirror are in the old state or the new, and the next run succeeds."""

import json
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FEW, MANY = 3, 20
SLOW = pytest.mark.slow

needs_signals = pytest.mark.skipif(os.name == "nt", reason="Windows has no signals to kill with")
pytestmark = needs_signals


class Pace:
    """Moments of a run of so many seconds: the first soon after its start, when nothing can have changed yet
    however the machine's speed varies; every third one near its end, where files and refs change."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.dice = random.Random(20)

    def moments(self, count: int) -> Iterator[float]:
        for number in range(count):
            near_end = number % 3 == 2
            drawn = self.dice.uniform(0.85, 1.05) if near_end else self.dice.uniform(0.05, 0.95)
            yield self.seconds * (drawn if number else 0.05)

    def killed(self, words: list[str], folder: Path, after: float) -> bool:
        """Start a command and kill it and all it started; False where it had ended before. Then the machine
        is faster now than it was when the run was timed, and the next moments come earlier."""
        begun = time.monotonic()
        process = subprocess.Popen(
            words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            process.wait(after)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return True
        self.seconds = min(self.seconds, time.monotonic() - begun)
        return False


def timed(action: Callable[[], Any]) -> float:
    begun = time.monotonic()
    action()
    return time.monotonic() - begun


@pytest.mark.parametrize(
    ("count", "size"), [(FEW, 500), pytest.param(MANY, 5000, marks=SLOW)], ids=["few", "many"]
)
def test_a_killed_import_leaves_the_old_dataset_or_the_new(
    count: int,
    size: int,
    harbor: Path,
    talekeep: list[str],
    tk: Any,
    records: Any,
    sound: Any,
    tmp_path: Path,
) -> None:
    file, trial = records("long.jsonl", size, start=1000, words=40), tmp_path / "trial"
    shutil.copytree(harbor, trial)
    pace = Pace(timed(lambda: tk("import", file, cwd=trial)))
    cut, values = 0, set()

    for moment in pace.moments(count):
        shutil.rmtree(trial)
        shutil.copytree(harbor, trial)
        cut += pace.killed([*talekeep, "import", str(file)], trial, moment)

        status = tk("status", "--json", cwd=trial).json
        assert status["entries"] in (3, 3 + size)
        assert not any(status["changes"].values())
        # That it was validated may have been forgotten; that it is valid may not.
        tk("validate", cwd=trial)
        values.add(status["entries"])
        sound(trial)
        again = tk("import", file, "--json", cwd=trial).json
        assert len(again["added"]) == 3 + size - status["entries"]
        assert len(again["added"]) + len(again["same"]) == size
        sound(trial)
        assert tk("status", "--json", cwd=trial).json["entries"] == 3 + size

    assert cut >= count // 3
    assert 3 in values


@SLOW
@pytest.mark.parametrize(("count", "size"), [(MANY, 5000)])
def test_a_killed_push_leaves_the_old_mirror_or_the_new(
    count: int, size: int, harbor: Path, talekeep: list[str], tk: Any, git: Any, records: Any, sound: Any,
    tmp_path: Path,
) -> None:  # fmt: skip
    (tmp_path / "synced").mkdir()
    mirror = tmp_path / "synced/harbor-backup"
    tk("import", records("long.jsonl", size, start=1000, words=40), cwd=harbor)
    tk("remote", "add", "backup", tmp_path / "synced", cwd=harbor)
    pace = Pace(timed(lambda: tk("push", "--full", cwd=harbor)))
    cut, values = 0, set()

    for number, moment in enumerate(pace.moments(count)):
        states = [_head(git, harbor)]
        tk("import", records("more.jsonl", 1, start=90_000 + number), cwd=harbor)
        states.append(_head(git, harbor))
        cut += pace.killed([*talekeep, "push", "--full"], harbor, moment)

        git("fsck", "--full", cwd=harbor, check=0)
        tk("clone", mirror, tmp_path / "back")
        values.add(states.index(_head(git, tmp_path / "back")))
        sound(tmp_path / "back")
        tk("push", cwd=harbor)
        sound(harbor)
        if _left_over(mirror):
            # The push was saved, and stopped while it cleared older ones away: the next full one ends that.
            tk("push", "--full", cwd=harbor)
        assert _left_over(mirror) == []
        shutil.rmtree(tmp_path / "back")
        tk("clone", mirror, tmp_path / "back")
        assert _head(git, tmp_path / "back") == states[1]
        shutil.rmtree(tmp_path / "back")

    assert cut >= count // 3
    assert 0 in values


def _head(git: Any, dataset: Path) -> str:
    return git("rev-parse", "HEAD", cwd=dataset, check=0).out.strip()


def _left_over(mirror: Path) -> list[str]:
    """Files of the mirror that no manifest there speaks of, and that are none of its own two texts."""
    items = [p for p in mirror.rglob("*") if p.is_file() and p.parent != mirror]
    named = " ".join(p.read_text() for p in items if "-manifest-" in p.name)
    return [p.name for p in items if p.name not in named and "-manifest-" not in p.name]


@SLOW
@pytest.mark.parametrize("count", [MANY])
def test_a_killed_commit_keeps_the_edit(
    count: int, harbor: Path, talekeep: list[str], tk: Any, records: Any, sound: Any
) -> None:
    tk("import", records("long.jsonl", 300, start=1000, words=40), cwd=harbor)
    parts = sorted(harbor.glob("entries/*/*.jsonl"))
    for part in parts:
        part.write_bytes(part.read_bytes().replace(b"Driftwood", b"Driftwood 0"))
    pace = Pace(timed(lambda: tk("commit", cwd=harbor)))

    for number, moment in enumerate(pace.moments(count), 1):
        for part in parts:
            part.write_bytes(
                part.read_bytes().replace(b"Driftwood %d" % (number - 1), b"Driftwood %d" % number)
            )
        wanted = {part: part.read_bytes() for part in parts}
        pace.killed([*talekeep, "commit", "-m", f"round {number}"], harbor, moment)

        tk("status", cwd=harbor)
        assert {part: part.read_bytes() for part in parts} == wanted
        tk("commit", "-m", f"round {number}", cwd=harbor)
        sound(harbor)
        log = tk("log", "--json", "--limit", "2", cwd=harbor).json["commits"]
        assert log[0]["subject"] == f"round {number}"
        assert log[1]["subject"] != f"round {number}"


@SLOW
def test_a_killed_clone_leaves_no_half_dataset_and_can_be_run_again(
    harbor: Path, talekeep: list[str], tk: Any, records: Any, sound: Any, tmp_path: Path
) -> None:
    (tmp_path / "synced").mkdir()
    mirror, back = tmp_path / "synced/harbor-backup", tmp_path / "back"
    tk("import", records("long.jsonl", 1500, start=1000, words=40), cwd=harbor)
    tk("remote", "add", "backup", tmp_path / "synced", cwd=harbor)
    tk("push", cwd=harbor)
    pace = Pace(timed(lambda: tk("clone", mirror, back)))

    for moment in pace.moments(8):
        shutil.rmtree(back, ignore_errors=True)
        cut = pace.killed([*talekeep, "clone", str(mirror), str(back)], tmp_path, moment)

        if cut and not back.exists():
            tk("clone", mirror, back)
        sound(back)
        assert json.loads(tk("status", "--json", cwd=back).out)["entries"] == 1503


@SLOW
@pytest.mark.parametrize("count", [MANY])
def test_a_killed_repack_leaves_every_entry_in_the_old_parts_or_the_new(
    count: int, harbor: Path, talekeep: list[str], tk: Any, records: Any, sound: Any, tmp_path: Path
) -> None:
    trial = tmp_path / "trial"
    tk("config", "storage.target", str(16 * 2**20), cwd=harbor)
    tk("import", records("long.jsonl", 500, start=1000, words=40), cwd=harbor)
    tk("config", "storage.target", "4096", cwd=harbor)
    before = _ids(tk, harbor)
    shutil.copytree(harbor, trial)
    pace = Pace(timed(lambda: tk("repack", cwd=trial)))
    cut, values = 0, set()

    for moment in pace.moments(count):
        shutil.rmtree(trial)
        shutil.copytree(harbor, trial)
        cut += pace.killed([*talekeep, "repack"], trial, moment)

        assert not any(tk("status", "--json", cwd=trial).json["changes"].values())
        assert _ids(tk, trial) == before
        sound(trial)
        values.add(len(tk("repack", "--json", cwd=trial).json["parts"]))
        assert _ids(tk, trial) == before
        sound(trial)

    assert cut >= count // 3
    assert 1 in values


def _ids(tk: Any, dataset: Path) -> list[str]:
    """The entries, in order."""
    return [row["id"] for row in tk("list", "--json", "--limit", "1000", cwd=dataset).json["entries"]]


def test_plain_git_commits_although_a_killed_talekeep_held_the_branch(harbor: Path, sh: Any, tk: Any) -> None:
    for name in ("refs/heads/main.lock", "HEAD.lock"):
        lock = harbor / ".git" / name
        lock.write_bytes(b"talekeep 99999999")
        part = next(harbor.glob("entries/*/*.jsonl"))
        part.write_bytes(part.read_bytes().replace(b"?", b"!?", 1))
        sh("git", "commit", "-qam", "edited", cwd=harbor)
        assert not lock.exists()


def test_status_takes_the_locks_of_a_killed_talekeep_away_and_no_others(harbor: Path, tk: Any) -> None:
    names = ("index.lock", "HEAD.lock", "config.lock", "packed-refs.lock", "refs/heads/main.lock")
    for name in names:
        (harbor / ".git" / name).write_bytes(b"talekeep 99999999")
    tk("status", cwd=harbor)
    assert [name for name in names if (harbor / ".git" / name).exists()] == []
    for name in names:
        (harbor / ".git" / name).write_bytes(b"")
    tk("status", cwd=harbor)
    assert [name for name in names if not (harbor / ".git" / name).exists()] == []
