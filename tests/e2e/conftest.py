"""Talekeep as its users run it: real folders, real git, and in slow tests one process a command."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

# Another Talekeep than the one of this checkout, for example from a wheel (see test_fresh_install.py).
OTHER = os.environ.get("E2E_PROGRAM")


@dataclass(frozen=True, slots=True)
class Done:
    """How a process ended, and the text of both its streams."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Call = Callable[..., Done]


def process(
    command: list[str | Path],
    *,
    cwd: Path | None = None,
    check: int | None = 0,
    env: dict[str, str] | None = None,
    input: str | bytes | None = None,
) -> Done:
    """Run a command; `check` is the exit code that must come (None: any), `env` is laid over ours."""
    data = input.encode() if isinstance(input, str) else input or b""
    words = [str(word) for word in command]
    completed = subprocess.run(
        words, cwd=cwd, input=data, capture_output=True, env={**os.environ, **(env or {})}, check=False
    )
    result = Done(
        completed.returncode,
        completed.stdout.decode("utf-8", "replace"),
        completed.stderr.decode("utf-8", "replace"),
    )
    if check is not None and result.code != check:
        shown = f"{' '.join(words)}\nexit {result.code}, expected {check}\n{result.out}\n{result.err}"
        pytest.fail(shown[:4000], pytrace=False)
    return result


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path_factory.mktemp("tmp")))


@pytest.fixture
def talekeep() -> list[str]:
    return [OTHER] if OTHER else [sys.executable, "-m", "talekeep"]


@pytest.fixture
def tk(request: pytest.FixtureRequest, talekeep: list[str], run: Any) -> Call:
    """Run one Talekeep command: a process of its own in slow tests and for another program or environment,
    else inside this process, where it does and says the same."""
    if OTHER or request.node.get_closest_marker("slow"):
        return lambda *args, **options: process([*talekeep, *args], **options)

    def call(*args: str | Path, **options: Any) -> Done:
        if "env" in options:
            return process([*talekeep, *args], **options)
        return run(*args, **{"check": 0, **options})

    return call


@pytest.fixture
def sh() -> Call:
    """Run any other program."""
    return lambda *args, **options: process([*args], **options)


def conversation(number: int, words: int = 12) -> dict[str, Any]:
    """An original two-message record that no other number gives."""
    text = " ".join(f"wave{number}x{n}" for n in range(words))
    return {
        "messages": [
            {"role": "user", "content": f"What does the sea bring on night {number}?"},
            {"role": "assistant", "content": f"Driftwood, and a letter: {text}."},
        ]
    }


@pytest.fixture
def records(tmp_path: Path) -> Callable[..., Path]:
    """Write a JSONL file of `count` conversations numbered from `start`; returns its path."""

    def write(name: str, count: int, start: int = 0, words: int = 12) -> Path:
        file = tmp_path / name
        lines = [json.dumps(conversation(n, words)) + "\n" for n in range(start, start + count)]
        file.write_text("".join(lines), encoding="utf-8")
        return file

    return write


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Datasets that were made once, to be copied."""
    return {"": tmp_path_factory.mktemp("made")}


@pytest.fixture
def harbor(tmp_path: Path, tk: Call, records: Callable[..., Path], made: dict[str, Path]) -> Path:
    """A dataset of three entries."""
    if "harbor" not in made:
        folder = made[""] / "harbor"
        tk("init", folder)
        tk("import", records("first.jsonl", 3), cwd=folder)
        made["harbor"] = folder
    return shutil.copytree(made["harbor"], tmp_path / "harbor")


@pytest.fixture
def sound(git: Call) -> Callable[[Path], None]:
    """Fail unless git finds the repository whole and the work tree as committed, with nothing beside it."""

    def check(dataset: Path) -> None:
        git("fsck", "--full", "--strict", "--no-dangling", cwd=dataset, check=0)
        status = git("status", "--porcelain", "--ignored", "--untracked-files=all", cwd=dataset, check=0)
        assert status.out == ""

    return check


@pytest.fixture
def validated(tk: Call) -> Callable[[Path], None]:
    """Fail unless the dataset is clean and free of errors."""

    def check(dataset: Path) -> None:
        tk("validate", cwd=dataset)
        status = tk("status", "--json", cwd=dataset).json
        assert status["validated"]
        assert not any(status["changes"].values())

    return check


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[..., "Disk"]]:
    """Makes disks of any size that only chosen processes see; skipped where that takes an administrator."""
    if shutil.which("unshare") is None or shutil.which("nsenter") is None:
        pytest.skip("there are no unshare and nsenter")
    made: list[Disk] = []

    def make(size: str) -> Disk:
        place = tmp_path / f"disk{len(made)}"
        place.mkdir()
        mount = 'mount -t tmpfs -o size="$1" tmpfs "$2" && echo up && read x'
        holder = subprocess.Popen(
            ["unshare", "-Urm", "sh", "-c", mount, "sh", size, str(place)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        made.append(Disk(place, holder))
        assert holder.stdout is not None
        if holder.stdout.readline() != b"up\n":
            pytest.skip("this system lets no user mount a disk of his own")
        return made[-1]

    yield make
    for one in made:
        one.holder.communicate(b"\n")


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk in a world of its own: `path` is only what it says inside `inside`."""

    path: Path
    holder: "subprocess.Popen[bytes]"

    @property
    def inside(self) -> list[str]:
        """What to put before a command that shall see the disk."""
        who = ["nsenter", "--target", str(self.holder.pid), "--user", "--mount", "--preserve-credentials"]
        return [*who, "--wd=/", "--"]

    def remount(self, options: str) -> None:
        process([*self.inside, "mount", "-o", f"remount,{options}", self.path])


@pytest.fixture
def helper(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The `git-remote-talekeep` of this checkout, put on PATH."""
    if os.name == "nt":
        pytest.skip("the stand-in program is a shell script")
    folder = tmp_path_factory.mktemp("programs")
    program = folder / "git-remote-talekeep"
    code = "import sys; from talekeep.cli.commands.remote_helper import main; sys.exit(main())"
    program.write_text(f"#!/bin/sh\nexec '{sys.executable}' -P -c '{code}' \"$@\"\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return program
