"""The layers hold: imports point down, wherever in a file they stand, and every library has its place."""

import ast
import shutil
import sys
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "talekeep"

# From the bottom up; folders of one row do not know each other. "" is talekeep/__init__.py, the public
# library.
LAYERS = (
    ("version",),
    ("core",),
    ("formats", "rules", "metrics", "library", "training"),
    ("store",),
    ("remotes",),
    ("ops",),
    ("api", "plugin", "testing"),
    ("",),
    ("web",),
    ("cli",),
    ("__main__",),
)
RANKS = {name: rank for rank, row in enumerate(LAYERS) for name in row}

# Where each library may be imported; a dependency that is not here may be imported nowhere.
LIBRARIES = {
    "click": ("cli/",),
    "dulwich": ("store/git/",),
    "merge3": ("store/git/",),
    "mistral_common": ("ops/exchange/training/token_count.py",),
    # Types of the standard library itself; there for type checkers alone.
    "_typeshed": ("cli/output.py", "cli/options/output_file.py"),
    "annotated_types": ("library/model.py",),
    "hypothesis": ("testing/",),
    "jinja2": ("ops/workspace/html.py", "training/writers/text.py", "web/pages.py"),
    # Comes with jinja2: text that is HTML already.
    "markupsafe": ("ops/workspace/html.py",),
    "orjson": ("",),
    # Checks those files and describes them and the answers; nowhere near entries.
    "pydantic": ("library/model.py", "ops/project/schema.py"),
    "pyrage": ("remotes/encryption/age.py",),
    "pytest": ("testing/",),
    "rich": ("cli/",),
    "starlette": ("web/app.py", "web/chooser.py"),
    "tokenizers": ("ops/exchange/training/token_count.py",),
    "tomli_w": ("store/",),
    # Comes with dulwich, whose connections fail with its errors.
    "urllib3": ("store/git/",),
    "uvicorn": ("web/serve.py",),
    # Extras, loaded when a file needs them.
    "pyarrow": ("ops/exchange/incoming/file_streams.py", "ops/exchange/training/row_files.py"),
    "yaml": ("ops/project/hub.py", "formats/files/file_kinds.py", "ops/library/card_data.py"),
    "zstandard": ("formats/files/file_kinds.py",),
}

PURE = ("core", "formats", "rules", "metrics", "library", "training")
IMPURE_MODULES = {
    *("asyncio", "ftplib", "getpass", "glob", "http", "io", "locale", "logging", "mmap", "multiprocessing"),
    *("os", "pathlib", "platform", "random", "secrets", "select", "shutil", "signal", "smtplib", "socket"),
    *("sqlite3", "subprocess", "sys", "tempfile", "threading", "time"),
}
IMPURE_NAMES = {"open", "print", "input", "breakpoint", "exec", "eval", "__import__"}
IMPURE_CALLS = {"now", "utcnow", "today", "uuid1", "uuid4", "getnode"}


@dataclass(frozen=True, slots=True)
class Code:
    """What the tests ask of the text of a module: its import statements, names, calls and attributes."""

    imports: tuple[ast.Import | ast.ImportFrom, ...]
    # Line and name each.
    names: tuple[tuple[int, str], ...]
    calls: tuple[tuple[int, str], ...]
    attributes: tuple[tuple[int, str], ...]


@cache
def code_of(text: str) -> Code:
    nodes = [*ast.walk(ast.parse(text))]
    return Code(
        tuple(node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)),
        tuple((node.lineno, node.id) for node in nodes if isinstance(node, ast.Name)),
        tuple((node.lineno, _called(node)) for node in nodes if isinstance(node, ast.Call)),
        tuple((node.lineno, node.attr) for node in nodes if isinstance(node, ast.Attribute)),
    )


@dataclass(frozen=True, slots=True)
class Module:
    name: str
    path: str
    code: Code
    is_package: bool

    @property
    def layer(self) -> str:
        return layer_of(self.name)


def layer_of(name: str) -> str:
    return name.split(".")[1] if "." in name else ""


def modules(package: Path) -> dict[str, Module]:
    collected = {}
    for file in sorted(package.rglob("*.py")):
        path = file.relative_to(package)
        parts = path.parts[:-1] if path.name == "__init__.py" else (*path.parts[:-1], path.stem)
        name = ".".join(("talekeep", *parts))
        code = code_of(file.read_text(encoding="utf-8"))
        collected[name] = Module(name, path.as_posix(), code, path.name == "__init__.py")
    return collected


def imports(module: Module, known: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Line and full name of whatever a module imports, at its top or inside a function."""
    for node in module.code.imports:
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        else:
            base = _absolute(module, node)
            for alias in node.names:
                full = f"{base}.{alias.name}"
                yield node.lineno, full if full in known else base


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    if node.level == 0:
        return node.module or ""
    parts = module.name.split(".")
    keep = len(parts) - node.level + module.is_package
    return ".".join(filter(None, (*parts[:keep], node.module)))


def offences(package: Path) -> list[str]:
    """Every broken rule of a package, as `path:line: what`."""
    known = modules(package)
    collected = []
    for module in known.values():
        for line, name in imports(module, known):
            for what in _import_offences(module, name):
                collected.append(f"{module.path}:{line}: {what}")
        for line, what in (*_dynamic_imports(module), *_impurities(module)):
            collected.append(f"{module.path}:{line}: {what}")
    return [*collected, *_cycles(known)]


def _import_offences(module: Module, name: str) -> Iterator[str]:
    root = name.split(".")[0]
    if root == "talekeep":
        above, same = _compare(module.layer, layer_of(name))
        if above:
            yield f"{module.layer or 'talekeep'} imports {name}, which stands above it"
        elif same:
            yield f"{module.layer} imports {name}, its neighbour"
    elif root not in sys.stdlib_module_names:
        if not module.path.startswith(LIBRARIES.get(root, ())):
            yield f"{root} is not to be imported here"
    elif module.layer in PURE and root in IMPURE_MODULES:
        yield f"{module.layer} is pure and imports {root}"


def _compare(importer: str, imported: str) -> tuple[bool, bool]:
    above = RANKS.get(imported, len(LAYERS)) > RANKS.get(importer, -1)
    return above, RANKS.get(imported) == RANKS.get(importer) and imported != importer


def _dynamic_imports(module: Module) -> Iterator[tuple[int, str]]:
    """Imports by name would escape this test; the lazy command table and the public library need them."""
    if module.layer in ("cli", ""):
        return
    for line, name in module.code.calls:
        if name in ("import_module", "__import__"):
            yield line, "imports by name outside cli"


def _impurities(module: Module) -> Iterator[tuple[int, str]]:
    if module.layer not in PURE:
        return
    for line, name in module.code.names:
        if name in IMPURE_NAMES:
            yield line, f"{module.layer} is pure and uses {name}()"
    for line, name in module.code.calls:
        if name in IMPURE_CALLS:
            yield line, f"{module.layer} is pure and asks for {name}()"


def _called(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _cycles(known: dict[str, Module]) -> Iterator[str]:
    """Each module that can reach itself. A parent package that Python runs on the way does not count."""
    graph = {m.name: {name for _, name in imports(m, known) if name in known} for m in known.values()}
    for start in graph:
        if start in _reachable(graph, start):
            yield f"{known[start].path}:1: {start} is in an import cycle"


def _reachable(graph: dict[str, set[str]], start: str) -> set[str]:
    collected: set[str] = set()
    todo = list(graph[start])
    while todo:
        name = todo.pop()
        if name not in collected:
            collected.add(name)
            todo.extend(graph[name])
    return collected


def test_the_layers_hold() -> None:
    assert offences(PACKAGE) == []


# Which folders of `ops` a folder may import, beside `workspace`, which all may import.
ROOMS: dict[str, tuple[str, ...]] = {
    "workspace": (),
    "merge": (),
    "entries": (),
    "remotes": (),
    "history": ("merge",),
    "library": ("entries",),
    "quality": ("entries", "library", "merge"),
    "exchange": ("history", "library", "merge", "quality"),
    "generate": ("library",),
    "project": ("merge", "quality", "remotes"),
    "combine": ("exchange", "library", "project"),
}


def room_of(name: str) -> str | None:
    parts = name.split(".")
    return parts[2] if len(parts) > 3 and parts[1] == "ops" else None


def arrows(package: Path) -> dict[str, set[str]]:
    """folder of `ops` → the other folders it imports."""
    known = modules(package)
    collected: dict[str, set[str]] = {}
    for module in known.values():
        if (here := room_of(module.name)) is not None:
            there = {room_of(name) for _, name in imports(module, known) if name in known}
            collected.setdefault(here, set()).update(room for room in there if room not in (None, here))
    return collected


def test_the_folders_of_ops_import_each_other_as_the_table_says() -> None:
    actual = arrows(PACKAGE)
    allowed = {room: {"workspace", *others} - {room} for room, others in ROOMS.items()}
    assert {(room, other) for room, there in actual.items() for other in there - allowed[room]} == set()
    rows = {(room, other) for room, others in ROOMS.items() for other in others}
    assert {(room, other) for room, other in rows if other not in actual[room]} == set()


def test_the_table_of_folders_has_no_circle_and_is_short() -> None:
    below = list(ROOMS)
    for room, others in ROOMS.items():
        assert all(below.index(other) < below.index(room) for other in others), room
    assert sum(len(others) + (room != "workspace") for room, others in ROOMS.items()) <= 40


def reaches_to_git(package: Path) -> list[str]:
    """Where `ops` uses git itself instead of what `store.clone.Clone` and `Dataset` offer."""
    known = modules(package)
    lines = []
    for module in (m for m in known.values() if m.layer == "ops"):
        lines += [
            f"{module.path}:{line}: imports {name}"
            for line, name in imports(module, known)
            if name.startswith("talekeep.store.git")
        ]
        lines += [
            f"{module.path}:{line}: uses .repo" for line, name in module.code.attributes if name == "repo"
        ]
    return lines


def test_ops_reaches_git_through_the_dataset_alone() -> None:
    assert reaches_to_git(PACKAGE) == []


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("from talekeep.store.git.files import index", "imports talekeep.store.git"),
        ("def f():\n    from talekeep.store.git.trees import listing", "imports talekeep.store.git"),
        ("def f(dataset):\n    return dataset.repo.head()", "uses .repo"),
    ],
)
def test_a_reach_past_the_dataset_is_reported(
    code: str, expected: str, clean_copy: Path, tmp_path: Path
) -> None:
    package = tmp_path / "talekeep"
    shutil.copytree(clean_copy, package)
    (package / "ops/planted.py").write_text(code + "\n")
    assert [expected in line for line in reaches_to_git(package)] == [True]


# What of `ops` may name a single kind of remote: git's helper for the addresses of mirrors, their encryption,
# and the names of sync programs.
NAME_A_KIND = {"ops/remotes/remote_helper.py", "ops/remotes/encryption.py", "ops/workspace/paths.py"}


def test_ops_knows_kinds_of_remote_by_their_rows_alone() -> None:
    known = modules(PACKAGE)
    kinds = ("talekeep.remotes.git", "talekeep.remotes.bare", "talekeep.remotes.mirror")
    kinds += ("talekeep.remotes.encryption",)
    naming = {m.path for m in known.values() if m.layer == "ops" and m.path not in NAME_A_KIND}
    lines = [
        f"{module.path}:{line}: imports {name}"
        for module in known.values()
        if module.path in naming
        for line, name in imports(module, known)
        if name.startswith(kinds)
    ]
    assert lines == []


def test_every_folder_is_a_layer() -> None:
    folders = {p.name for p in PACKAGE.iterdir() if p.is_dir() and any(p.rglob("*.py"))}
    # Copied in by the wheel from outside the package; they hold no modules of it.
    assert folders - {"_hooks", "_templates"} <= set(RANKS)


PLANTED = {
    "upward": ("store/planted.py", "import talekeep.ops", "which stands above it"),
    "upward from the top": ("ops/planted.py", "from talekeep.cli import main", "which stands above it"),
    "late": ("core/planted.py", "def f():\n    from talekeep.store import git", "which stands above it"),
    "for types only": (
        "core/planted.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import talekeep.rules",
        "which stands above it",
    ),
    "relative": ("rules/planted.py", "from .. import remotes", "which stands above it"),
    "through the public library": ("ops/planted.py", "from talekeep import open", "which stands above it"),
    "neighbours": ("rules/planted.py", "from talekeep import formats", "its neighbour"),
    "relative neighbours": ("metrics/planted.py", "from ..library import tags", "its neighbour"),
    "dulwich above": ("ops/planted.py", "from dulwich.repo import Repo", "dulwich is not to be"),
    "dulwich beside": ("store/files_planted.py", "import dulwich", "dulwich is not to be"),
    "click below": ("ops/planted.py", "def f():\n    import click", "click is not to be"),
    "tomli_w outside": ("library/planted.py", "import tomli_w", "tomli_w is not to be"),
    "pydantic in core": ("core/planted.py", "from pydantic import BaseModel", "pydantic is not to be"),
    "pydantic in store": ("store/planted.py", "def f():\n    import pydantic", "pydantic is not to be"),
    "limits in core": ("core/planted.py", "from annotated_types import Ge", "annotated_types is not to be"),
    "a new library": ("cli/planted.py", "import requests", "requests is not to be"),
    "by name": ("ops/planted.py", "import importlib\nimportlib.import_module('x')", "by name"),
    "open in core": ("core/planted.py", "def f(p):\n    return open(p)", "uses open()"),
    "print in core": ("core/planted.py", "print('hello')", "uses print()"),
    "print handed on": ("core/planted.py", "say = print", "uses print()"),
    "input in rules": ("rules/planted.py", "input()", "uses input()"),
    "the clock": ("core/planted.py", "import time", "is pure and imports time"),
    "another clock": ("core/planted.py", "def f(datetime):\n    return datetime.now()", "asks for now()"),
    "the environment": ("core/planted.py", "from os import environ", "is pure and imports os"),
    "files": ("formats/planted.py", "import pathlib", "is pure and imports pathlib"),
    "itself": ("core/planted.py", "from talekeep.core import planted", "in an import cycle"),
}


@pytest.fixture(scope="module")
def clean_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package with every layer and no offence, so that a planted one is the only one."""
    package = tmp_path_factory.mktemp("layers") / "talekeep"
    for folder in (name for row in LAYERS for name in row if name not in ("", "__main__")):
        (package / folder).mkdir(parents=True)
        (package / folder / "__init__.py").touch()
    (package / "__init__.py").write_text("")
    (package / "version.py").write_text('__version__ = "0"\n')
    (package / "store/git").mkdir()
    (package / "store/git/__init__.py").write_text("import dulwich\n")
    (package / "store/config.py").write_text("import tomli_w\n")
    (package / "cli/__init__.py").write_text(
        "import click\nfrom talekeep import ops\nfrom talekeep.version import __version__\n"
    )
    (package / "ops/__init__.py").write_text(
        "from talekeep.version import __version__\nfrom talekeep.core import x\n"
    )
    assert offences(package) == []
    return package


@pytest.mark.parametrize("case", PLANTED)
def test_a_planted_offence_is_reported(case: str, clean_copy: Path, tmp_path: Path) -> None:
    path, code, expected = PLANTED[case]
    package = tmp_path / "talekeep"
    shutil.copytree(clean_copy, package)
    (package / path).write_text(code + "\n")

    reported = offences(package)

    assert reported, "nothing was reported"
    assert all(line.startswith(f"{path}:") and expected in line for line in reported), reported


def test_a_cycle_through_late_imports_is_reported(clean_copy: Path, tmp_path: Path) -> None:
    package = tmp_path / "talekeep"
    shutil.copytree(clean_copy, package)
    (package / "core/one.py").write_text("from talekeep.core import two\n")
    (package / "core/two.py").write_text("def f():\n    from talekeep.core.three import x\n")
    (package / "core/three.py").write_text("import talekeep.core.one\n")

    reported = offences(package)

    assert [line.split(":")[0] for line in reported] == ["core/one.py", "core/three.py", "core/two.py"]
    assert all(line.endswith("is in an import cycle") for line in reported)
