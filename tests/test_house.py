"""The house rules that can be counted: short functions, short files, plain names, no swallowed errors."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "talekeep"

MAX_FUNCTION = 60
MAX_FILE = 500
MAX_TEST_FILE = 500

# Any error at all may be caught in three places: where the command line turns it into an exit code and a
# report, where one mirror of several failed after a commit and the others shall still be tried, and where the
# code of another package runs.
BROAD_EXCEPT = {"cli/__init__.py": 1, "ops/remotes/auto_push.py": 1, "store/plugins.py": 1}

# A remote helper is what git calls a program like ours.
EMPTY_NAMES = re.compile(r"(^|_)(utils?|(?<!remote_)helpers?|services?|managers?|misc|common_stuff)$")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


def sources(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def offences(package: Path) -> list[str]:
    """Every broken rule of a package, as `path:line: what`."""
    collected = []
    for file in sources(package):
        path = file.relative_to(package).as_posix()
        text = file.read_text(encoding="utf-8")
        nodes = [*ast.walk(ast.parse(text, path))]
        checks = (_long_file(text), _names(path), _long_functions(text, nodes), _broad(path, nodes))
        for check in (*checks, _unfinished(text, nodes)):
            collected += [f"{path}:{line}: {what}" for line, what in check]
    return collected


def _long_file(text: str) -> Iterator[tuple[int, str]]:
    lines = text.count("\n")
    if lines > MAX_FILE:
        yield lines, f"{lines} lines; a file has at most {MAX_FILE}"


def _names(path: str) -> Iterator[tuple[int, str]]:
    for part in Path(path).with_suffix("").parts:
        if EMPTY_NAMES.search(part):
            yield 1, f"the name {part} says nothing about what is inside"


def _long_functions(text: str, nodes: list[ast.AST]) -> Iterator[tuple[int, str]]:
    code = code_lines(text)
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = len(code & set(range(node.lineno, (node.end_lineno or 0) + 1)) - _docstring(node))
            if length > MAX_FUNCTION:
                yield node.lineno, f"{node.name} has {length} lines of code; at most {MAX_FUNCTION}"


def code_lines(text: str) -> set[int]:
    """The numbers of the lines that hold code: not blank, not comment alone."""
    skipped = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return {
        line
        for token in tokens
        if token.type not in {*skipped, tokenize.ENDMARKER}
        for line in range(token.start[0], token.end[0] + 1)
    }


def _docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> set[int]:
    if ast.get_docstring(node) is None:
        return set()
    return set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))


def _broad(path: str, nodes: list[ast.AST]) -> Iterator[tuple[int, str]]:
    handlers = [n for n in nodes if isinstance(n, ast.ExceptHandler)]
    broad = [h.lineno for h in handlers if _catches_all(h.type) and not _goes_on(h)]
    broad += [n.lineno for n in nodes if isinstance(n, ast.Call) and _suppresses_all(n)]
    for line in sorted(broad)[BROAD_EXCEPT.get(path, 0) :]:
        yield line, "catches every error"
    for handler in handlers:
        if all(isinstance(step, ast.Pass) for step in handler.body):
            yield handler.lineno, "swallows an error"


def _catches_all(caught: ast.expr | None) -> bool:
    if isinstance(caught, ast.Tuple):
        return any(_catches_all(each) for each in caught.elts)
    name = caught.attr if isinstance(caught, ast.Attribute) else getattr(caught, "id", None)
    return caught is None or name in ("Exception", "BaseException")


def _goes_on(handler: ast.ExceptHandler) -> bool:
    """True where the handler only tidies up and the error always leaves it again."""
    last = handler.body[-1]
    leaves = any(isinstance(node, ast.Return | ast.Break | ast.Continue) for node in ast.walk(handler))
    return isinstance(last, ast.Raise) and last.exc is None and not leaves


def _suppresses_all(node: ast.Call) -> bool:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
    return name == "suppress" and any(_catches_all(each) for each in node.args)


def _unfinished(text: str, nodes: list[ast.AST]) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if match := UNFINISHED.search(line):
            yield number, f"{match[0]} is left in"
    for node in nodes:
        if isinstance(node, ast.Name) and node.id == "NotImplementedError":
            yield node.lineno, "NotImplementedError: not finished"


def test_the_house_rules_hold() -> None:
    assert offences(PACKAGE) == []


# Words of the glossary in CONTRIBUTING.md that end like a participle.
NOUNS_IN_ING = {"reasoning", "greeting", "finding", "mapping", "staging"}


def test_no_file_is_named_by_a_participle() -> None:
    names = {file.relative_to(PACKAGE).as_posix() for file in sources(PACKAGE) if file.stem.endswith("ing")}
    assert {name for name in names if Path(name).stem not in NOUNS_IN_ING} == set()


def test_test_files_stay_readable() -> None:
    files = sources(ROOT / "tests")
    long = {f.name: f.read_text(encoding="utf-8").count("\n") for f in files}
    assert {name: lines for name, lines in long.items() if lines > MAX_TEST_FILE} == {}


def test_at_most_three_places_catch_every_error() -> None:
    assert sum(BROAD_EXCEPT.values()) == 3


def test_nothing_shipped_is_unfinished() -> None:
    shipped = [f for folder in ("hooks", "templates") for f in (ROOT / folder).rglob("*") if f.is_file()]
    assert shipped
    assert [f.name for f in shipped if UNFINISHED.search(f.read_text(encoding="utf-8"))] == []


# Sixty-one lines of code with a docstring, comments and blank lines between, which do not count.
LONG = 'def f():\n    """What\n\n    it says.\n    """\n' + "    # why\n\n    x = 1\n" * 60
UNMARKED = "TO" + "DO"

PLANTED = {
    "a long function": ("core/long.py", LONG, "f has 61 lines"),
    "a long inner function": (
        "core/long.py",
        "def g():\n    def f():\n" + "        x = 1\n" * 60,
        "f has 61",
    ),
    "a long file": ("core/long.py", "x = 1\n" * 501, "501 lines"),
    "an empty name": ("core/utils.py", "", "utils says nothing"),
    "an empty suffix": ("ops/entry_service.py", "", "entry_service says nothing"),
    "an empty folder name": ("ops/helpers/x.py", "", "helpers says nothing"),
    "a bare except": ("ops/x.py", "try:\n    f()\nexcept:\n    g()\n", "catches every error"),
    "a broad except": ("ops/x.py", "try:\n    f()\nexcept Exception:\n    g()\n", "catches every error"),
    "a broad except with a way out": (
        "ops/x.py",
        "def h():\n    try:\n        f()\n    except Exception:\n        if g(): return\n        raise\n",
        "catches every error",
    ),
    "a broad except that changes the error": (
        "ops/x.py",
        "try:\n    f()\nexcept Exception as e:\n    raise ValueError from e\n",
        "catches every error",
    ),
    "a broad one among others": (
        "ops/x.py",
        "try:\n    f()\nexcept (OSError, BaseException) as e:\n    g(e)\n",
        "catches every error",
    ),
    "a second broad except in an allowed file": (
        "cli/__init__.py",
        "try:\n    f()\nexcept Exception:\n    g()\ntry:\n    f()\nexcept Exception:\n    g()\n",
        "catches every error",
    ),
    "a broad suppress": (
        "ops/x.py",
        "with contextlib.suppress(Exception):\n    f()\n",
        "catches every error",
    ),
    "a swallowed error": ("ops/x.py", "try:\n    f()\nexcept OSError:\n    pass\n", "swallows an error"),
    "a reminder": ("ops/x.py", f"x = 1  # {UNMARKED}: y\n", f"{UNMARKED} is left in"),
    "a stub": ("ops/x.py", "def f():\n    raise NotImplementedError\n", "not finished"),
}


@pytest.mark.parametrize("case", PLANTED)
def test_a_planted_offence_is_reported(case: str, tmp_path: Path) -> None:
    path, code, expected = PLANTED[case]
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text(code)

    reported = offences(tmp_path)

    assert any(line.startswith(f"{path}:") and expected in line for line in reported), reported


def test_what_is_within_the_rules_is_not_reported(tmp_path: Path) -> None:
    (tmp_path / "cli").mkdir()
    fine = LONG.removesuffix("    # why\n\n    x = 1\n")
    one_broad = "try:\n    f()\nexcept Exception:\n    g()\n"
    tidied = "try:\n    f()\nexcept BaseException:\n    g()\n    raise\n"
    (tmp_path / "cli/__init__.py").write_text(fine + one_broad + tidied)

    assert offences(tmp_path) == []
