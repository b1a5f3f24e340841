"""A dataset with all that a command may need, put back before each try; and what must hold after a command
was stopped in it."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import zlib
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from tests.e2e import stop_server

TRACED = "openat,write,fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir"
# How many of the calls of one command are tried, beside its last three; "all" takes hours.
TRIED = os.environ.get("TALEKEEP_STOPS", "1")


class Bench:
    """A folder with a dataset that is put back before each try. Only the command that is stopped is a
    process of its own."""

    def __init__(self, folder: Path, talekeep: list[str], run: Any) -> None:
        self.folder, self.talekeep, self.run_in = folder, talekeep, run
        self.top = folder / "work/harbor"
        self.keep()

    def keep(self) -> None:
        """Take what is there now for what each try begins with."""
        shutil.rmtree(self.folder / "kept", ignore_errors=True)
        shutil.copytree(self.folder / "work", self.folder / "kept", symlinks=True)

    def reset(self) -> None:
        command = 'rm -rf "$1/work" && cp -a "$1/kept" "$1/work"'
        subprocess.run(["sh", "-c", command, "sh", self.folder], check=True)

    def run(self, *words: str, check: int | None = None) -> Any:
        return self.run_in(*words, cwd=self.folder / "work", check=check)

    def traced(self, strace: str, words: list[str], what: str) -> subprocess.CompletedProcess[str]:
        """Run a command as a process of its own, with what strace does to it."""
        command = [strace, "-f", "-o", os.devnull, "-e", f"trace={TRACED}", "-e", f"inject={what}"]
        command += [*self.talekeep, *words]
        return subprocess.run(command, cwd=self.folder / "work", capture_output=True, text=True, check=False)

    def calls(self, strace: str, words: list[str]) -> list[tuple[str, int]]:
        """Each call of a command that writes to the folder: its name, and which of that name it is."""
        log = self.folder / "trace"
        command = [strace, "-f", "-y", "-o", str(log), "-e", f"trace={TRACED}", *self.talekeep, *words]
        subprocess.run(command, cwd=self.folder / "work", check=False, capture_output=True)
        self.reset()
        return [*_touching(log.read_text(errors="replace"), str(self.folder / "work"))]

    def stopped(self, server: "Server", words: list[str], how: str, at: int) -> dict[str, Any]:
        """Run a command in a child of the server that stops it at a call, counted from 1."""
        work = str(self.folder / "work")
        request = {"words": words, "folder": work, "below": work, "how": how, "at": at}
        return server.ask(request | {"environment": {**os.environ}})

    def state(self) -> dict[str, Any]:
        """Branches, HEAD, index, files, settings and what lies beside: all a command may change."""
        if not (self.top / ".git").exists():
            return {}
        form = "--format=%(refname) %(if)%(tree)%(then)%(tree)%(else)%(*tree)%(end)"
        listed = self.git("for-each-ref", form, "refs/heads", "refs/tags").splitlines()
        return {
            "refs": dict(line.split(" ", 1) for line in listed),
            "head": (self.top / ".git/HEAD").read_text(),
            "staged": self.git("ls-files", "-s"),
            "files": _files(self.top, ".git"),
            "config": sorted(self.git("config", "--local", "--list").splitlines()),
            "hooks": {p.name: (p.stat().st_mode, p.read_bytes()) for p in self.top.glob(".git/hooks/*")},
            "beside": _files(self.folder / "work", "harbor", "other", "fresh", "synced"),
            "synced": sorted(p.name for p in self.folder.glob("work/synced/**/*")),
        }

    def digest(self) -> str:
        """What two outcomes that work alike have in common: their state, and all that lies below .git but
        objects, which only grow, and caches."""
        names = sorted(p.relative_to(self.top).as_posix() for p in self.top.glob(".git/**/*"))
        kept = [n for n in names if not n.startswith(".git/objects/") and "cache.sqlite" not in n]
        return repr(([re.sub(r"[0-9a-f]{6,}", "*", name) for name in kept], self.state()))

    def git(self, *words: str) -> str:
        result = subprocess.run(["git", "-C", self.top, *words], capture_output=True, text=True, check=False)
        return result.stdout


class Server:
    """The process that runs stopped commands in children of its own."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, stop_server.__file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        self._process.communicate("")


def _files(folder: Path, *left_out: str) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in folder.rglob("*")
        if p.relative_to(folder).parts[0] not in left_out and p.is_file()
    }


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


TEXT = "## user\n\nWho is there?\n\n## assistant\n\nA friend.\n\n"
# A sidecar line of no entry, which `repair` takes out.
DANGLING = b'{"id":"0193c7aa-0000-7000-8000-000000000009","note":"left"}\n'
LIBRARIES = (
    ("tag", "create", "raw"),
    ("tag", "create", "old"),
    ("category", "create", "Mood"),
    ("category", "create", "Gone"),
    ("character", "create", "Mara"),
    ("character", "create", "Wren"),
    ("prompt", "create", "keeper", "--text", "You keep the light."),
    ("prompt", "create", "other", "--text", "You keep the sea."),
)


def first(run: Any, top: Path) -> str:
    answer: str = run("list", "--json", cwd=top, check=0).json["entries"][0]["id"]
    return answer


# A name for each, and the command as it is typed beside the datasets; ENTRY is an id.
COMMANDS = {
    "import": "-C harbor import ../more.jsonl",
    "add": "-C harbor add ../text.md",
    "edit": "-C harbor edit ENTRY --file ../text.md",
    "replace": "-C harbor replace sea ocean --where ''",
    "system": "-C harbor system ENTRY --text Hello.",
    "split": "-C harbor split ENTRY --after 1",
    "join": '-C harbor join --where \'text:"night 1" or text:"night 2"\'',
    "duplicate": "-C harbor duplicate ENTRY",
    "remove": "-C harbor remove ENTRY",
    "tag add": "-C harbor tag add dialogue ENTRY",
    "tag remove": "-C harbor tag remove raw ENTRY",
    "tag set": "-C harbor tag set raw,dialogue ENTRY",
    "tag clear": "-C harbor tag clear ENTRY",
    "tag create": "-C harbor tag create fog",
    "tag adopt": "-C harbor tag adopt newer",
    "tag rename": "-C harbor tag rename raw sketch",
    "tag merge": "-C harbor tag merge old raw",
    "tag move": "-C harbor tag move raw mood",
    "tag archive": "-C harbor tag archive old",
    "tag restore": "-C harbor tag restore old",
    "tag delete": "-C harbor tag delete old",
    "category create": "-C harbor category create Weather",
    "category rename": "-C harbor category rename mood Voice",
    "category order": "-C harbor category order gone mood",
    "category delete": "-C harbor category delete gone",
    "character create": "-C harbor character create Tom",
    "character assign": "-C harbor character assign ENTRY 1=mara",
    "character edit": "-C harbor character edit mara --name Maren",
    "character rename": "-C harbor character rename mara maren",
    "character archive": "-C harbor character archive wren",
    "character restore": "-C harbor character restore wren",
    "character delete": "-C harbor character delete wren",
    "prompt create": "-C harbor prompt create new --text Hello.",
    "prompt apply": "-C harbor prompt apply keeper ENTRY",
    "prompt edit": "-C harbor prompt edit keeper --name Night",
    "prompt archive": "-C harbor prompt archive other",
    "prompt restore": "-C harbor prompt restore other",
    "prompt delete": "-C harbor prompt delete other",
    "source edit": "-C harbor source edit second.jsonl --licence CC0-1.0",
    "review": "-C harbor review ENTRY --verdict approved",
    "repair": "-C harbor repair",
    "duplicates": "-C harbor duplicates --exact conversation --tag twin",
    "commit": "-C harbor commit -m edited",
    "discard": "-C harbor discard --all",
    "restore": "-C harbor restore --where '' --from side",
    "undo": "-C harbor undo",
    "redo": "-C harbor redo",
    "snapshot": "-C harbor snapshot v1",
    "branch": "-C harbor branch new",
    "switch": "-C harbor switch side",
    "merge": "-C harbor merge side",
    "resolve": "-C harbor resolve --all --ours",
    "merge --abort": "-C harbor merge --abort",
    "config": "-C harbor config name Lighthouse",
    "setup": "-C harbor setup",
    "setup --remove": "-C harbor setup --remove",
    "doctor": "-C harbor doctor --fix",
    "repack": "-C harbor repack",
    "export": "-C harbor export ../out.jsonl",
    "generate": "-C harbor generate --set scenario=Storm --out ../ask.txt",
    "remote add": "-C harbor remote add second ../more-synced",
    "remote allow": "-C harbor remote allow origin",
    "remote remove": "-C harbor remote remove backup",
    "remote prune": "-C harbor remote prune backup --keep 2 --days 0 --carry-out",
    "push": "-C harbor push backup",
    "push --full": "-C harbor push backup --full",
    "fetch": "-C harbor fetch origin",
    "sync": "-C harbor sync backup",
    "init": "init fresh",
    "clone": "clone harbor fresh",
    "clone a mirror": "clone synced/harbor-backup fresh",
    "combine": "combine harbor more.jsonl --into fresh",
}
# What one run and the next give different ids or bytes.
BY_CHANCE = ("import", "add", "split", "join", "duplicate", "tag create", "init", "clone", "combine", "push")
# What is set up in several files, of which a kill may leave some; the same command completes it.
IN_STEPS = ("setup", "setup --remove", "doctor")
# Of the commands that write, these make what a listed one makes, by the same code.
LIKE_OTHERS = {
    "demo": "runs other commands in a folder of its own",
    "alternative choose": "edit",
    "character import": "character create",
    "remote recipients": "remote add",
    "remote forget-machine": "remote prune",
    "remote unlock": "writes a key beside no dataset",
    "remote check": "reads",
    "tag review": "tag add",
    "trained": "source edit",
}


def words_of(bench: Bench, name: str) -> list[str]:
    entry = first(bench.run_in, bench.top)
    return [entry if word == "ENTRY" else word for word in shlex.split(COMMANDS[name])]


def prepare(bench: Bench, name: str) -> None:
    """Bring the dataset into the state that a command is for."""
    part = next(bench.top.glob("entries/*/*.jsonl"))

    def edit(old: bytes, new: bytes) -> None:
        part.write_bytes(part.read_bytes().replace(old, new))

    if name in ("commit", "discard"):
        edit(b"night 2?", b"the second night?")
    elif name == "redo":
        bench.run("-C", "harbor", "undo", check=0)
    elif name == "repair":
        sidecar = next(bench.top.glob("sidecars/*/*.jsonl"))
        sidecar.write_bytes(sidecar.read_bytes() + DANGLING)
        bench.git("commit", "-qam", "by hand", "--no-verify")
    elif name == "split":
        bench.run("-C", "harbor", "edit", first(bench.run_in, bench.top), "--file", "../long.md", check=0)
    elif name == "duplicates":
        bench.run("-C", "harbor", "duplicate", first(bench.run_in, bench.top), check=0)
    elif name in ("resolve", "merge --abort"):
        edit(b"night 1?", b"night one?")
        bench.run("-C", "harbor", "commit", "-m", "ours", check=0)
        bench.run("-C", "harbor", "merge", "side", check=1)
    elif name in ("setup", "doctor"):
        bench.run("-C", "harbor", "setup", "--remove", check=0)
    elif name in ("tag restore", "character restore", "prompt restore"):
        kind = name.partition(" ")[0]
        bench.run("-C", "harbor", kind, "archive", COMMANDS[name].split()[-1], check=0)
    elif name == "remote add":
        (bench.folder / "work/more-synced").mkdir()
    elif name == "remote prune":
        for _ in range(4):
            bench.run("-C", "harbor", "push", "--full", "backup", check=0)
    elif name == "repack":
        bench.run("-C", "harbor", "import", "../many.jsonl", check=0)
        bench.run("-C", "harbor", "config", "storage.target", "4096", check=0)
    bench.keep()


def check_everything_works(bench: Bench, name: str, words: list[str], point: object) -> None:
    for other in (["-C", "harbor", "status"], ["-C", "harbor", "validate"]):
        result = bench.run(*other)
        assert result.code in (0, 1), (name, point, other, result.err)
    fsck = subprocess.run(["git", "-C", bench.top, "fsck"], capture_output=True, text=True, check=False)
    assert fsck.returncode == 0, (name, point, fsck.stderr)
    again = bench.run(*words)
    assert again.code in (0, 1, 2, 3, 4), (name, point, again.err)
    # A killed Talekeep's locks go with the next command that writes.
    bench.run("-C", "harbor", "branch", "and-one-more", check=0)
    assert not [*bench.top.glob(".git/**/*.lock")], (name, point)
    if name.split()[0] in ("init", "clone", "combine"):
        if again.code == 4:
            assert "already" in again.err, (name, point, again.err)
        bench.run("-C", "fresh", "status", check=0)
    if name in ("setup", "doctor"):
        bench.run("-C", "harbor", "setup", "--check", check=0)
    if name.startswith(("push", "remote prune", "sync")):
        bench.run("-C", "harbor", "push", "backup", check=0)
        bench.run("-C", "harbor", "remote", "check", "backup", "--restore", check=0)
    leftovers = [p.name for p in (bench.folder / "work").iterdir() if ".restoring-" in p.name]
    assert leftovers == [], (name, point)


def states_of(bench: Bench, name: str, words: list[str]) -> tuple[Any, Any]:
    old = bench.state()
    result = bench.run(*words)
    assert result.code == 0, (name, result.err)
    new = bench.state()
    bench.reset()
    return old, new


def sampled(name: str, points: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Evenly spread, for each command from another beginning; the last ones always, where refs move and
    notes go."""
    step = 1 if TRIED == "all" else max(1, len(points) // int(TRIED))
    return [*dict.fromkeys([*points[zlib.crc32(name.encode()) % step :: step], *points[-3:]])]


# At each of their calls; what the others do to change a dataset, these do.
WHOLE = ("import", "commit", "merge", "switch", "undo", "resolve", "push")
_EVERY = 8


def tried(name: str, how: str) -> Iterator[int]:
    """The numbers of the calls at which a command is stopped in its own process."""
    if TRIED == "all" or name in WHOLE:
        return count(1)
    folder = Path(__file__).parent
    commits = ["git", "-C", folder, "rev-list", "--count", "HEAD"]
    counted = subprocess.run(commits, capture_output=True, text=True, check=False).stdout.strip()
    beginning = zlib.crc32(f"{name} {how}".encode()) + int(counted or 0)
    return count(1 + beginning % _EVERY, _EVERY)


def comparable(name: str, state: dict[str, Any]) -> Any:
    """What two runs of one command have in common."""
    if not state:
        return state
    if name.split()[0] in BY_CHANCE or name in BY_CHANCE:
        return [*state["refs"]], state["head"]
    # The index and the files of a half finished command are finished by the next one.
    keys = ("refs", "head", "files", "staged", *(() if name in IN_STEPS else ("config",)))
    return {key: state[key] for key in keys}
