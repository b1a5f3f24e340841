"""Every writing command, stopped at each call that changes something in its folder: killed there, or with an
error there. Afterwards there is the old state or the new one, a command that said it failed has not happened,
and everything works."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from tests.e2e.stop_bench import COMMANDS
from tests.e2e.stop_bench import IN_STEPS
from tests.e2e.stop_bench import LIBRARIES
from tests.e2e.stop_bench import LIKE_OTHERS
from tests.e2e.stop_bench import TEXT
from tests.e2e.stop_bench import Bench
from tests.e2e.stop_bench import Server
from tests.e2e.stop_bench import check_everything_works
from tests.e2e.stop_bench import comparable
from tests.e2e.stop_bench import first
from tests.e2e.stop_bench import prepare
from tests.e2e.stop_bench import sampled
from tests.e2e.stop_bench import states_of
from tests.e2e.stop_bench import tried
from tests.e2e.stop_bench import words_of

from talekeep.cli import cli

pytestmark = pytest.mark.slow

ERRORS = {
    "write": "ENOSPC", "fsync": "EIO", "link": "EACCES", "linkat": "EACCES", "rename": "EACCES",
    "renameat": "EACCES", "unlink": "EACCES", "mkdir": "EROFS", "openat": "EACCES",
}  # fmt: skip


@pytest.fixture
def strace() -> str:
    program = shutil.which("strace")
    if program is None or subprocess.run([program, "-o", os.devnull, "true"], check=False).returncode:
        pytest.skip("strace is not there, or may not trace")
    return program


@pytest.fixture
def bench(
    harbor: Path, tk: Any, sh: Any, run: Any, records: Any, talekeep: list[str], tmp_path: Path
) -> Bench:
    """A dataset with libraries, an edit on another branch, a mirror, a git remote that has something new, and
    files to import and combine."""
    work = tmp_path / "bench/work"
    work.mkdir(parents=True)
    shutil.copytree(harbor, work / "harbor")
    top = work / "harbor"
    sh("git", "config", "--global", "user.name", "Tess", cwd=top)
    sh("git", "switch", "-q", "-c", "side", cwd=top)
    part = next(top.glob("entries/*/*.jsonl"))
    part.write_bytes(part.read_bytes().replace(b"night 1?", b"the first night?"))
    run("commit", "-m", "side", cwd=top, check=0)
    run("switch", "main", cwd=top, check=0)
    run("import", records("second.jsonl", 1, start=40), cwd=top, check=0)
    shutil.copy(records("more.jsonl", 2, start=50), work / "more.jsonl")
    shutil.copy(records("many.jsonl", 60, start=100, words=40), work / "many.jsonl")
    (work / "text.md").write_text(TEXT)
    (work / "long.md").write_text(TEXT * 2)
    for words in LIBRARIES:
        run(*words, cwd=top, check=0)
    run("tag", "add", "raw", first(run, top), cwd=top, check=0)
    (work / "synced").mkdir()
    run("remote", "add", "backup", work / "synced", cwd=top, check=0)
    run("push", "backup", cwd=top, check=0)
    sh("git", "clone", "-q", top, work / "other", cwd=work)
    run("tag", "add", "theirs", first(run, top), cwd=work / "other", check=0)
    sh("git", "remote", "add", "origin", "../other", cwd=top)
    run("tag", "add", "newer", first(run, top), cwd=top, check=0)
    return Bench(tmp_path / "bench", talekeep, run)


def test_every_command_that_writes_is_stopped_here() -> None:
    writing = set()
    for name in cli.names:
        command = cli.get_command(click.Context(cli), name)
        inner = command.list_commands(click.Context(command)) if isinstance(command, click.Group) else [""]
        for word in inner:
            result = command.get_command(click.Context(command), word) if word else command
            if any(option.name == "dry_run" for option in result.params):
                writing.add(f"{name} {word}".strip())
    assert writing - {*LIKE_OTHERS} <= {*COMMANDS}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_kill_leaves_the_old_state_or_the_new(bench: Bench, strace: str, name: str) -> None:
    prepare(bench, name)
    words = words_of(bench, name)
    old, new = states_of(bench, name, words)
    points = bench.calls(strace, words)
    assert len(points) > 2
    for point in sampled(name, points):
        bench.reset()
        bench.traced(strace, words, f"{point[0]}:signal=KILL:when={point[1]}")
        bench.run("-C", "harbor", "status")
        now = comparable(name, bench.state())
        assert now in (comparable(name, old), comparable(name, new)), (name, point)
        check_everything_works(bench, name, words, point)


@pytest.mark.parametrize("name", COMMANDS)
def test_an_error_leaves_the_old_state_and_says_so(bench: Bench, strace: str, name: str) -> None:
    prepare(bench, name)
    words = words_of(bench, name)
    old, _ = states_of(bench, name, words)
    points = [point for point in bench.calls(strace, words) if point[0] in ERRORS]
    for point in sampled(name, points):
        bench.reset()
        result = bench.traced(strace, words, f"{point[0]}:error={ERRORS[point[0]]}:when={point[1]}")
        if "ModuleNotFoundError" in result.stderr or "ImportError" in result.stderr:
            # The error met the interpreter, which opens files of its own.
            continue
        assert result.returncode in (0, 1, 4, 5), (name, point, result.stderr)
        assert "bug in talekeep" not in result.stderr, (name, point)
        if name not in IN_STEPS and result.returncode in (4, 5) and ", but " not in result.stderr:
            bench.run("-C", "harbor", "status")
            assert bench.state() == old, (name, point, result.stderr)
        check_everything_works(bench, name, words, point)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("what a descriptor is of stands in /proc")
    made = Server()
    yield made
    made.close()


def stopped(bench: Bench, server: Server, name: str, how: str) -> Iterator[str]:
    """What is wrong after stops at calls of a command, each in turn or some of them."""
    bench.reset()
    words = words_of(bench, name)
    old, new = states_of(bench, name, words)
    # What comes of two stops is often the same, and then works or does not as it did before.
    outcomes: set[str] = set()
    for at in tried(name, how):
        bench.reset()
        result = bench.stopped(server, words, how, at)
        if result["call"] is None:
            # It has no more calls than that.
            break
        try:
            check_outcome(bench, name, how, result, (old, new))
            outcome = bench.digest()
            if outcome not in outcomes:
                check_everything_works(bench, name, words, (how, at, result["call"]))
                outcomes.add(outcome)
        except (AssertionError, pytest.fail.Exception) as error:
            yield f"{how} {at} {result['call']}: {error}"[:2500]


def check_outcome(bench: Bench, name: str, how: str, result: dict[str, Any], states: tuple[Any, Any]) -> None:
    bench.run("-C", "harbor", "status")
    if how == "kill":
        now = comparable(name, bench.state())
        assert now in [comparable(name, state) for state in states]
        return
    assert result["code"] in (0, 1, 4, 5), result
    assert "bug in talekeep" not in result["err"], result
    if name not in IN_STEPS and result["code"] in (4, 5) and ", but " not in result["err"]:
        assert bench.state() == states[0], result


@pytest.mark.parametrize("name", COMMANDS)
def test_a_stop_at_any_call_leaves_the_old_state_or_the_new(bench: Bench, server: Server, name: str) -> None:
    """At each call of the commands whose code the others share, at every eighth of the others, beginning at
    another one after each commit to this project."""
    prepare(bench, name)
    faults = [text for how in ("kill", "error") for text in stopped(bench, server, name, how)]
    assert not faults, "\n\n".join(faults)
