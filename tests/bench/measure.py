"""Running whole processes and what they cost."""

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """One process with its children: `wall` and `cpu` in seconds, `rss` (the peak) in bytes."""

    wall: float
    cpu: float
    rss: int

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.wall + other.wall, self.cpu + other.cpu, max(self.rss, other.rss))


def installed() -> list[str]:
    """The command beside this interpreter, as a user starts it."""
    program = shutil.which("talekeep", path=str(Path(sys.executable).parent))
    return [program] if program else [sys.executable, "-m", "talekeep"]


def environment(home: Path) -> dict[str, str]:
    """A world without the user's git settings, and with nobody to ask.

    No setting of Python's either: where one forbids compiled files, each start compiles all it loads, which
    takes as long as the work and which nobody meets who installed the program.
    """
    foreign = ("GIT_", "TALEKEEP_", "PYTHON")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    who = {"NAME": "Bench", "EMAIL": "bench@example.invalid"}
    identity = {f"GIT_{role}_{key}": who[key] for role in ("AUTHOR", "COMMITTER") for key in who}
    settings = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_TERMINAL_PROMPT": "0"}
    return kept | identity | settings | {"HOME": str(home), "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}


@dataclass(frozen=True, slots=True)
class Shell:
    """Runs commands in an environment; one that fails ends the benchmark with what it said."""

    variables: Mapping[str, str]

    def run(self, command: Sequence[str | Path], cwd: Path, expected: int = 0) -> Cost:
        words = [str(word) for word in command]
        with (cwd.parent / "said.txt").open("wb+") as said:
            start = time.perf_counter()
            process = subprocess.Popen(words, cwd=cwd, env=self.variables, stdout=said, stderr=said)
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode != expected:
                said.seek(0)
                sys.exit(f"{' '.join(words)}: exit {process.returncode}\n{said.read().decode()[:4000]}")
        # Linux counts kilobytes, macOS bytes.
        unit = 1 if sys.platform == "darwin" else 1024
        return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit)


def median(costs: Sequence[Cost]) -> Cost:
    """Each number's own median."""
    return Cost(
        statistics.median(c.wall for c in costs),
        statistics.median(c.cpu for c in costs),
        int(statistics.median(c.rss for c in costs)),
    )


def in_turn(times: int, ours: Callable[[], Cost], theirs: Callable[[], Cost]) -> tuple[Cost, Cost]:
    """Both, one after the other, several times: what else the machine does then meets both alike."""
    pairs = [(ours(), theirs()) for _ in range(times)]
    return median([a for a, _ in pairs]), median([b for _, b in pairs])


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
