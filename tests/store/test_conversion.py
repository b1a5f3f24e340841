"""How a file is stored and laid out: what git itself makes of the same bytes under the same attributes."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.core.errors import Refused
from talekeep.store.git.files.attributes import Attributes
from talekeep.store.git.files.conversion import Conversion
from talekeep.store.git.repository import Repository

PATHS = ["a.txt", "data/a.txt", "data/deep/b.bin", "data/x y.txt", "é.txt", "entries/0000/00000-aa.jsonl"]
PATTERNS = [
    "*",
    "*.txt",
    "/a.txt",
    "data/*",
    "data/**",
    "**/b.bin",
    "*.jsonl",
    '"data/x y.txt"',
    "data/",
    "!a.txt",
    "[ab].*",
    "/entries/**/*.jsonl",
    "é.txt",
    "deep/*.bin",
    "[",
    "a.tx?",
]
WORDS = [
    "text",
    "-text",
    "!text",
    "text=auto",
    "text=input",
    "text=odd",
    "eol=lf",
    "eol=crlf",
    "-eol",
    "!eol",
    "crlf",
    "-crlf",
    "crlf=input",
    "binary",
    "mine",
    "-mine",
    "diff=x",
]
NAMES = ["text", "eol", "crlf", "binary", "mine", "diff", "merge"]
LINES = st.builds(
    lambda pattern, words: f"{pattern} {' '.join(words)}",
    st.sampled_from(PATTERNS),
    st.lists(st.sampled_from(WORDS), max_size=3),
)
FILES = st.lists(
    LINES | st.sampled_from(["# note", "", "[attr]mine -text eol=crlf", "  a.txt\ttext  "]), max_size=5
)
DATA = st.lists(
    st.sampled_from([b"a", b"word ", b"\n", b"\r\n", b"\r", b"\0", b"\x01", b"\x1a", b"\t", b"\xc3\xa9"]),
    max_size=12,
).map(b"".join)
MANY = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def top(tmp_path: Path, git) -> Path:
    git("init", "-q", tmp_path / "r", check=0)
    (tmp_path / "r/data/deep").mkdir(parents=True)
    return tmp_path / "r"


def written(top: Path, root: list[str], nested: list[str], info: list[str]) -> None:
    for place, lines in (
        (".gitattributes", root),
        ("data/.gitattributes", nested),
        (".git/info/attributes", info),
    ):
        (top / place).write_text("\n".join(lines) + "\n")


def by_git(top: Path) -> dict[tuple[str, str], str]:
    words = ["git", "check-attr", "-z", "--stdin", *NAMES]
    completed = subprocess.run(
        words, cwd=top, input="\0".join(PATHS).encode(), capture_output=True, check=True
    )
    fields = completed.stdout.decode().split("\0")
    return {(fields[n], fields[n + 1]): fields[n + 2] for n in range(0, len(fields) - 1, 3)}


@MANY
@given(root=FILES, nested=FILES, info=FILES)
def test_attributes_are_those_git_finds(
    top: Path, root: list[str], nested: list[str], info: list[str]
) -> None:
    written(top, root, nested, info)
    wanted = by_git(top)

    attributes = Attributes(Repository.open(top))

    shown = {True: "set", False: "unset", None: "unspecified"}
    for path in PATHS:
        values = attributes.of(path)
        for name in NAMES:
            value = values.get(name)
            assert (path, name, value if isinstance(value, str) else shown[value]) == (
                path,
                name,
                wanted[path, name],
            )


@MANY
@given(
    root=FILES, data=DATA, path=st.sampled_from(PATHS[:2]),
    autocrlf=st.sampled_from(["false", "true", "input"]), eol=st.sampled_from(["lf", "crlf", "native"]),
)  # fmt: skip
def test_bytes_are_stored_and_laid_out_as_git_does_it(
    top: Path, root: list[str], data: bytes, path: str, autocrlf: str, eol: str
) -> None:
    written(top, root, [], [])
    for key, value in (("autocrlf", autocrlf), ("eol", eol), ("safecrlf", "false")):
        Repository.open(top).settings.set({("core", None, key): value})

    def git(*words: str, given: bytes = b"") -> bytes:
        return subprocess.run(["git", *words], cwd=top, input=given, capture_output=True, check=True).stdout

    conversion = Conversion(Repository.open(top))
    stored = git("hash-object", "-w", f"--path={path}", "--stdin", given=data).decode().strip()
    as_is = git("hash-object", "-w", "--no-filters", "--stdin", given=data).decode().strip()

    assert conversion.stored_id(path, data) == stored
    assert conversion.stored(path, data) == git("cat-file", "blob", stored)
    assert conversion.laid_out(path, data) == git("cat-file", "--filters", f"--path={path}", as_is)
    if conversion.lays_out_blobs(["data/.gitattributes"]):
        assert conversion.laid_out(path, data) == data


def test_a_file_that_had_crlf_when_it_was_staged_keeps_it_under_auto(top: Path, git) -> None:
    (top / "a.txt").write_bytes(b"one\r\ntwo\r\n")
    git("add", "a.txt", cwd=top, check=0)
    (top / ".gitattributes").write_text("* text=auto\n")
    staged = git("rev-parse", ":a.txt", cwd=top, check=0).out.strip()
    repo = Repository.open(top)

    assert Conversion(repo).stored("a.txt", b"three\r\n", staged) == b"three\r\n"
    assert Conversion(repo).stored("a.txt", b"three\r\n") == b"three\n"


@pytest.mark.parametrize(
    ("attribute", "given", "stored"),
    [
        ("filter=rot", b"secret\n", b"frperg\n"),
        ("working-tree-encoding=UTF-16", "é\n".encode("utf-16"), "é\n".encode()),
        ("ident", b"$Id: 0123 $\n", b"$Id$\n"),
    ],
)  # fmt: skip
def test_what_only_git_applies_is_left_to_git(
    top: Path, git, attribute: str, given: bytes, stored: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    git("config", "filter.rot.clean", "tr a-z n-za-m", cwd=top, check=0)
    (top / ".gitattributes").write_text(f"*.txt {attribute}\n")
    repo = Repository.open(top)

    assert Conversion(repo).stored("a.txt", given) == stored
    assert Conversion(repo).stored_id("a.txt", given) == repo.blob_id(stored)
    with pytest.raises(Refused, match=r"a\.txt"):
        Conversion(repo).laid_out("a.txt", b"$Id$\n")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Refused, match=r"a\.txt"):
        Conversion(repo).stored("a.txt", given)


def test_a_filter_that_fails_is_refused_and_one_that_nobody_set_up_is_none(top: Path, git) -> None:
    (top / ".gitattributes").write_text("*.txt filter=crypt\n")
    assert Conversion(Repository.open(top)).stored("a.txt", b"plain\n") == b"plain\n"

    git("config", "filter.crypt.clean", "false", cwd=top, check=0)
    git("config", "filter.crypt.required", "true", cwd=top, check=0)

    with pytest.raises(Refused, match="filter crypt"):
        Conversion(Repository.open(top)).stored("a.txt", b"plain\n")
