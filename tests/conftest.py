"""The world tests run in (own home, time zone, git identity, no network) and how they run Talekeep.

No network means: a connection or look-up raises in this process and in every Python that a test starts
(`offline/sitecustomize.py`); git is allowed local transports alone, and where a test allows another its ssh
is a stand-in and its proxy a closed port of this machine. Programs that heed none of this are not held. Only
tests that take `outside`, all slow, install packages and are let out.
"""

import contextlib
import gc
import io
import itertools
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from typing import Protocol

import hypothesis
import pytest
from hypothesis.internal.conjecture import engine as hypothesis_engine
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from talekeep.core import codec
from talekeep.ops.project import init

ROOT = Path(__file__).resolve().parents[1]
SCHEMAS = ROOT / "src/talekeep/schemas"

hypothesis.settings.register_profile("default", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
if os.environ.get("CI"):
    # A law that fails shall say so soon: half a minute of making the example smaller, not five. There is no
    # public setting for it.
    hypothesis_engine.MAX_SHRINKING_SECONDS = 30
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "default")
# The fast tests try a law on few examples; with EXAMPLES=all, as `.ci/run` does once, on all it asks for.
FEW_EXAMPLES = 20
_ALL_EXAMPLES = os.environ.get("EXAMPLES") == "all"

# Thousands of modules and tests are made and kept while tests are collected: looking for garbage among them
# finds none.
gc.disable()


def pytest_itemcollected(item: pytest.Item) -> None:
    law = getattr(item, "obj", None)
    asked = getattr(law, "_hypothesis_internal_use_settings", None)
    if asked is not None and not _ALL_EXAMPLES and asked.max_examples > FEW_EXAMPLES:
        function = getattr(law, "__func__", law)
        function._hypothesis_internal_use_settings = hypothesis.settings(asked, max_examples=FEW_EXAMPLES)


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


# As the caller had it, for the few tests that install a package and need pip's own configuration.
_OUTSIDE = dict(os.environ)
_FORGOTTEN = (
    "GIT_",
    "XDG_",
    "TALEKEEP_",
    "PRE_COMMIT",
    "FORCE_COLOR",
    "CLICOLOR",
    "NO_PROGRESS",
    "PAGER",
    "LANG",
    "PYTHONDONTWRITEBYTECODE",
)


_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


@dataclass(frozen=True, slots=True)
class Result:
    """What a run gave back: its exit code and the text of both streams."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The answer of a `--json` run, which its published schema describes."""
        answer = json.loads(self.out)
        if isinstance(answer, dict) and str(answer.get("schema")).startswith("talekeep."):
            name, _, version = answer["schema"].removeprefix("talekeep.").partition("/")
            error = best_match(_validator(f"{name}-{version}.json").iter_errors(answer))
            assert error is None, f"{answer['schema']}: {error.json_path}: {error.message[:300]}"
        return answer


@cache
def _validator(file: str) -> Draft202012Validator:
    """A validator of a published schema that allows no key the schema does not name."""
    return Draft202012Validator(_closed(json.loads((SCHEMAS / file).read_text(encoding="utf-8"))))


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(item) for key, item in schema.items()}
    return {"additionalProperties": False, **closed} if isinstance(schema.get("properties"), dict) else closed


class Run(Protocol):
    """Run with these arguments; `check` is the exit code that must come, None asks nothing."""

    def __call__(
        self,
        *args: str | Path,
        cwd: Path | None = None,
        input: str | bytes | None = None,
        check: int | None = None,
    ) -> Result: ...


_numbers = itertools.count()


def _new_folder(tmp_path_factory: pytest.TempPathFactory, name: str) -> Path:
    """As `mktemp`, which reads the names of all folders of the run to number the next one."""
    folder = tmp_path_factory.getbasetemp() / f"{name}-{next(_numbers)}"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def tmp_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder of the test's own."""
    return _new_folder(tmp_path_factory, "test")


@pytest.fixture(scope="session", autouse=True)
def no_users_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is the same for every test, also for what is made once for many."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(_FORGOTTEN):
                patch.delenv(name)
        for name, value in (_environment() | _home(_new_folder(tmp_path_factory, "home"))).items():
            patch.setenv(name, value)
        # Compiled once for all the processes that tests start, however Python was told to keep it elsewhere.
        patch.setenv("PYTHONPYCACHEPREFIX", str(_of_session(tmp_path_factory) / "compiled"))
        yield


@pytest.fixture(autouse=True)
def own_world(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No test sees the user's files, settings or identity, and each starts in its own empty folder."""
    for name, value in _home(_new_folder(tmp_path_factory, "home")).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    # What a dataset of another test let in.
    monkeypatch.setattr(codec, "_longest_line", codec.MAX_LINE)


@pytest.fixture(autouse=True)
def no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A flush returns at once: no test pulls the plug of this machine. What is flushed, and when, is asked of
    stand-ins that take its place; commands run as processes flush for real."""
    monkeypatch.setattr(os, "fsync", _flushed)


def _flushed(descriptor: int) -> None:
    os.fstat(descriptor)


def _of_session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A temporary folder that all workers of this run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def _home(home: Path) -> dict[str, str]:
    gitconfig = home / "gitconfig"
    gitconfig.touch()
    folders = {
        "HOME": home,
        "USERPROFILE": home,
        "APPDATA": home / "appdata",
        "LOCALAPPDATA": home / "localappdata",
        "XDG_CACHE_HOME": home / "cache",
        "XDG_CONFIG_HOME": home / "config",
        "XDG_DATA_HOME": home / "data",
        "XDG_STATE_HOME": home / "state",
        "HF_HOME": home / "huggingface",
        "GIT_CONFIG_GLOBAL": gitconfig,
    }
    return {name: str(path) for name, path in folders.items()}


def _environment() -> dict[str, str]:
    who = {"NAME": "Tess Tester", "EMAIL": "tess@example.invalid"}
    identity = {f"GIT_{role}_{key}": who[key] for role in ("AUTHOR", "COMMITTER") for key in who}
    return identity | {
        "GIT_CONFIG_NOSYSTEM": "1",
        # Real git does not go through our sockets; these two transports reach no network.
        "GIT_ALLOW_PROTOCOL": "file:talekeep",
        "GIT_SSH_COMMAND": "false",
        **dict.fromkeys(_PROXIES, "http://127.0.0.1:1"),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "tests/offline"), *_python_path()]),
        "GIT_TERMINAL_PROMPT": "0",
        "HF_HUB_OFFLINE": "1",
        "HF_DATASETS_OFFLINE": "1",
        "EDITOR": "false",
        "VISUAL": "false",
        "NO_COLOR": "1",
        "COLUMNS": "100",
        "LINES": "40",
        "TERM": "dumb",
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
        "PYTHONHASHSEED": "0",
    }


def _python_path() -> list[str]:
    """As the caller has it; paths in it may be seen from the folder pytest was started in."""
    return [os.path.abspath(path) for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]  # noqa: PTH100


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection or a name look-up raises; sockets that stay on this machine work."""
    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr"):
        monkeypatch.setattr(socket, name, _refuse)


def _guarded(connect: Any) -> Any:
    def guarded(self: socket.socket, address: Any) -> Any:
        return connect(self, address) if _stays_here(self, address) else _refuse(address)

    return guarded


def _stays_here(sock: socket.socket, address: Any) -> bool:
    if sys.platform == "win32":
        # Windows has no socketpair of its own; the standard library builds one on the loopback address.
        return address[0] in ("127.0.0.1", "::1")
    return sock.family == socket.AF_UNIX


def _refuse(*args: object, **_: object) -> Any:
    raise AssertionError(f"a test tried to reach the network: {args}")


@pytest.fixture(scope="session")
def outside() -> dict[str, str]:
    """The caller's own environment, for a subprocess that may use the network (slow tests only)."""
    return dict(_OUTSIDE)


@pytest.fixture
def shared() -> Path:
    """The folder of real data beside the project; the test is skipped where it is absent."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the shared data is not on this machine")
    return folder


@pytest.fixture
def talekeep() -> list[str]:
    """The command as a process of its own starts it; put arguments after it."""
    return [sys.executable, "-m", "talekeep"]


@pytest.fixture
def run() -> Run:
    """Run a Talekeep command inside this process."""
    from talekeep.cli import main

    def run(
        *args: str | Path,
        cwd: Path | None = None,
        input: str | bytes | None = None,
        check: int | None = None,
    ) -> Result:
        arguments = [str(arg) for arg in args]
        with _streams(input) as (out, err), contextlib.chdir(cwd or Path.cwd()):
            code = _exit_code(main, arguments)
            result = Result(code, _text(out), _text(err))
        return _checked(result, check, ["talekeep", *arguments])

    return run


@pytest.fixture
def run_mixed() -> Callable[..., str]:
    """Run a Talekeep command inside this process; gives both its streams as one text, as a terminal does."""
    from talekeep.cli import main

    def run_mixed(*args: str, cwd: Path) -> str:
        with _streams(None) as (out, _), contextlib.redirect_stderr(out), contextlib.chdir(cwd):
            _exit_code(main, [*args])
            return _text(out)

    return run_mixed


@contextlib.contextmanager
def _streams(given: str | bytes | None) -> Iterator[tuple[io.TextIOWrapper, io.TextIOWrapper]]:
    """Text streams over bytes, because commands may write to `sys.stdout.buffer` too."""
    data = given.encode() if isinstance(given, str) else given or b""
    stdin = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8")
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n") for _ in range(2))
    before, sys.stdin = sys.stdin, stdin
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            yield out, err
    finally:
        sys.stdin = before


def _exit_code(main: Any, arguments: list[str]) -> int:
    try:
        code: object = main(arguments)
    except SystemExit as stop:
        code = 0 if stop.code is None else stop.code
    assert isinstance(code, int), f"main() must answer with an exit code, not {code!r}"
    return code


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode("utf-8")


@pytest.fixture
def git() -> Run:
    """Run the real git; the test is skipped where there is none."""
    program = shutil.which("git")
    if program is None:
        pytest.skip("git is not on PATH")

    def git(
        *args: str | Path,
        cwd: Path | None = None,
        input: str | bytes | None = None,
        check: int | None = None,
    ) -> Result:
        command = [program, *(str(arg) for arg in args)]
        data = input.encode() if isinstance(input, str) else input or b""
        completed = subprocess.run(command, cwd=cwd, input=data, capture_output=True, check=False)
        return _checked(
            Result(completed.returncode, completed.stdout.decode("utf-8"), completed.stderr.decode("utf-8")),
            check,
            command,
        )

    return git


def _checked(result: Result, check: int | None, command: list[str]) -> Result:
    if isinstance(check, bool):
        raise TypeError("check is an exit code: 0 for success, or None")
    if check is not None and result.code != check:
        shown = f"{' '.join(command)}\nexit {result.code}, expected {check}\n{result.out}\n{result.err}"
        pytest.fail(shown, pytrace=False)
    return result


@pytest.fixture(scope="session")
def made_once(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str, Callable[[Path], object], Path], Path]:
    """Make what is the same in many tests once, in a folder of its own, and copy it to a place."""
    originals: dict[str, Path] = {}

    def copy(key: str, make: Callable[[Path], object], place: Path) -> Path:
        if key not in originals:
            folder = _new_folder(tmp_path_factory, "original")
            make(folder)
            originals[key] = folder
        return shutil.copytree(originals[key], place, symlinks=True, dirs_exist_ok=True)

    return copy


@pytest.fixture
def empty_harbor(made_once: Any, tmp_path: Path) -> Path:
    """The folder harbor, a new dataset without entries."""
    return made_once("empty", lambda folder: init.init(folder / "harbor"), tmp_path) / "harbor"


@pytest.fixture
def harbor_of(run: Any, made_once: Any, tmp_path: Path) -> Callable[[Iterable[dict[str, Any]]], Path]:
    """Make the dataset harbor of records, beside the working folder."""

    def made(records: Iterable[dict[str, Any]]) -> Path:
        lines = "".join(json.dumps(record) + "\n" for record in records)

        def make(folder: Path) -> None:
            (folder / "chat.jsonl").write_text(lines, encoding="utf-8")
            run("init", "harbor", cwd=folder, check=0)
            run("-C", "harbor", "import", "../chat.jsonl", cwd=folder, check=0)

        return made_once(lines, make, tmp_path) / "harbor"

    return made
