"""What comes from outside is data: it runs nothing, leads nowhere and breaks nothing, in or out."""

import hashlib
import json
import os
import pty
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from talekeep.remotes.mirror.folder.manifest import Link
from talekeep.remotes.mirror.folder.manifest import Manifest
from talekeep.remotes.mirror.folder.manifest import bundle_name
from talekeep.remotes.mirror.folder.manifest import manifest_name
from talekeep.remotes.mirror.folder.manifest import parse
from talekeep.remotes.mirror.folder.manifest import render

pytestmark = pytest.mark.slow

ESCAPES = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202egnp\r"


def head_id(git: Any, repo: Path) -> str:
    return git("rev-parse", "HEAD", cwd=repo, check=0).out.strip()


# Mirrors of somebody else


@pytest.fixture
def forged(harbor: Path, tk: Any, git: Any, tmp_path: Path) -> Callable[[str], Path]:
    """Makes a mirror whose files and sums are all right, and whose newest push holds this tree entry."""

    def forge(entry: str) -> Path:
        (tmp_path / "synced").mkdir()
        tk("remote", "add", "backup", tmp_path / "synced", cwd=harbor)
        tk("push", cwd=harbor)
        mirror = tmp_path / "synced/harbor-backup"
        (old,) = mirror.rglob("*-manifest-*.txt")
        blob = git("hash-object", "-w", "--stdin", cwd=harbor, input="/etc/passwd", check=0).out.strip()
        listed = git("ls-tree", "-z", "HEAD", cwd=harbor, check=0).out
        tree = git(
            "mktree",
            "-z",
            "--missing",
            cwd=harbor,
            input=listed + entry.replace("BLOB", blob) + "\0",
            check=0,
        )
        made = git("commit-tree", "-p", "HEAD", "-m", "x", tree.out.strip(), cwd=harbor, check=0).out.strip()
        git("update-ref", "refs/heads/main", made, cwd=harbor, check=0)
        bundle = tmp_path / "bundle"
        git("bundle", "create", "-q", bundle, "HEAD", "main", cwd=harbor, check=0)
        _publish(old, bundle, made)
        return mirror

    return forge


def _publish(old: Path, bundle: Path, commit: str) -> None:
    """Put a bundle into a mirror as a push of its own, as the machine would that made the manifest `old`."""
    data, before = bundle.read_bytes(), parse(old.read_bytes())
    sha256 = hashlib.sha256(data).hexdigest()
    link = Link(bundle_name(before.number + 1, True, sha256), len(data), sha256)
    text = render(
        Manifest(
            store=before.store,
            writer=before.writer,
            number=before.number + 1,
            made=before.made,
            refs=(("refs/heads/main", commit),),
            chain=(link,),
            head="refs/heads/main",
        )
    )
    (old.parent / link.name).write_bytes(data)
    name = manifest_name(before.number + 1, hashlib.sha256(text).hexdigest())
    (old.parent / name).write_bytes(text)


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param("120000 blob BLOB\tlink", id="link"),
        pytest.param("100644 blob BLOB\t..\\..\\startup.bat", id="outwards"),
        pytest.param("100644 blob BLOB\ta\x1b[2Jb", id="escape"),
        pytest.param(f"160000 commit {'01' * 20}\tmodule", id="submodule", marks=pytest.mark.slow),
        pytest.param("100644 blob BLOB\t.git \u200c", id="git-folder", marks=pytest.mark.slow),
        pytest.param("100644 blob BLOB\tGIT~1", id="git-short", marks=pytest.mark.slow),
    ],
)
def test_clone_never_puts_a_harmful_name_on_disk(entry: str, forged: Any, tk: Any, tmp_path: Path) -> None:
    mirror, back = forged(entry), tmp_path / "back"
    name = entry.partition("\t")[2]

    result = tk("clone", mirror, back, check=None)

    # Nothing, or the older push that is whole, or all but that name; and it says of which push.
    assert result.code in (0, 4), result.err
    assert "\x1b" not in result.err + result.out
    assert result.code == 0 or not back.exists()
    if result.code == 0:
        assert "000002" in result.err or "push 2" in result.err
        assert tk("status", "--json", cwd=back).json["entries"] == 3
    assert not os.path.lexists(back / name)
    assert not [p for p in back.rglob("*") if p.is_symlink()]


@pytest.mark.usefixtures("helper")
def test_git_itself_gets_nothing_harmful_from_a_mirror(forged: Any, git: Any, tmp_path: Path) -> None:
    mirror, back = forged("100644 blob BLOB\t..\\..\\startup.bat"), tmp_path / "back"

    cloned = git("clone", f"talekeep::{mirror}", back, check=0)

    # Git lays out links as it does for every repository; its own folder is never written to.
    assert cloned.code == 0
    assert next(back.glob("entries/*/*.jsonl")).is_file()


# Repositories of somebody else


@pytest.fixture
def foreign(harbor: Path, git: Any, tk: Any, tmp_path: Path) -> Path:
    """A plain clone, set up, of a dataset that carries files with the names of Python modules."""
    trap = "import pathlib\npathlib.Path(__file__).with_name('sprung').touch()\n"
    for name in ("talekeep.py", "click.py", "json.py", "orjson.py", "sitecustomize.py", "dulwich.py"):
        (harbor / name).write_text(trap)
    git("add", ".", cwd=harbor, check=0)
    git("commit", "-qm", "x", "--no-verify", cwd=harbor, check=0)
    (harbor / "sprung").unlink(missing_ok=True)
    other = tmp_path / "foreign"
    git("clone", "-q", harbor, other, check=0)
    # Not from inside: a `python -m` of the user's own looks into the folder it is started in.
    tk("-C", other, "setup", cwd=tmp_path)
    return other


@pytest.mark.parametrize("doing", ["commit", "log", "diff"])
def test_files_of_a_dataset_are_never_run_as_programs(doing: str, foreign: Path, git: Any) -> None:
    part = next(foreign.glob("entries/*/*.jsonl"))
    part.write_bytes(part.read_bytes().replace(b"Driftwood", b"Amber", 1))
    words = {"commit": ["commit", "-qam", "x"], "log": ["log", "-p"], "diff": ["diff"]}[doing]

    result = git(*words, cwd=foreign)

    assert not (foreign / "sprung").exists()
    assert result.code == 0, result.err


def test_settings_inside_a_dataset_name_no_command(harbor: Path, tk: Any, git: Any, tmp_path: Path) -> None:
    toml = harbor / "talekeep.toml"
    commands = (("hooks", "pre-commit"), ("diff", "textconv"), ("core", "editor"))
    tables = "".join(f'\n[{table}]\n{key} = "touch owned"\n' for table, key in commands)
    toml.write_text(toml.read_text() + tables)
    git("commit", "-qam", "x", cwd=harbor, check=0)
    tk("status", cwd=harbor)
    tk("diff", "HEAD~1", cwd=harbor)

    assert list(tmp_path.rglob("owned")) == []


# Texts


@pytest.fixture
def painted(tk: Any, tmp_path: Path) -> Path:
    """A dataset whose texts, names, tags and keys try to drive a terminal."""
    dataset = tmp_path / "painted"
    record = {
        "messages": [
            {"role": "user", "content": f"look {ESCAPES} here", f"key{ESCAPES}": 1},
            {"role": "assistant", "name": "mara", "content": f"no {ESCAPES} thanks"},
        ],
        f"top{ESCAPES}": ESCAPES,
    }
    (tmp_path / "painted.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
    tk("init", dataset)
    tk("import", tmp_path / "painted.jsonl", cwd=dataset)
    return dataset


def on_terminal(words: list[str], folder: Path) -> str:
    """What a command writes to a terminal."""
    child, terminal = pty.fork()
    if not child:
        os.chdir(folder)
        os.environ["TERM"] = "xterm"
        os.execvp(words[0], words)
    output = b""
    while True:
        try:
            block = os.read(terminal, 65536)
        except OSError:
            break
        if not block:
            break
        output += block
    os.close(terminal)
    os.waitpid(child, 0)
    return output.decode("utf-8", "replace")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pty")
@pytest.mark.parametrize("words", [["list"], ["show", "0"], ["diff", "HEAD~1"], ["validate"]])
def test_no_text_of_an_entry_drives_the_terminal(
    words: list[str], painted: Path, talekeep: list[str]
) -> None:
    output = on_terminal([*talekeep, *words], painted)

    assert output.strip()
    for bad in ("\x1b]", "\x1b[2J", "\x07", "\x9b", "\u202e"):
        assert bad not in output


def test_gits_own_view_of_an_entry_drives_no_terminal(painted: Path, git: Any) -> None:
    output = git("log", "-p", cwd=painted, check=0).out

    assert "+look " in output
    for bad in ("\x1b", "\x07", "\x9b", "\u202e"):
        assert bad not in output


def test_a_refused_commit_shows_no_escape_of_the_refused_text(painted: Path, git: Any, tk: Any) -> None:
    part = next(painted.glob("entries/*/*.jsonl"))
    entry = json.loads(part.read_bytes())
    entry["messages"][0]["role"] = f"captain{ESCAPES}"
    part.write_text(json.dumps(entry, ensure_ascii=False) + "\n", encoding="utf-8")

    refused = git("commit", "-am", "x", cwd=painted)
    other = tk("commit", cwd=painted, check=1)

    for text in (refused.err, other.err):
        assert ":1: S" in text
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_an_escape_in_a_text_is_kept_as_it_is(painted: Path, tk: Any, tmp_path: Path) -> None:
    tk("export", tmp_path / "out.jsonl", cwd=painted)

    record = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))
    assert record["messages"][0]["content"] == f"look {ESCAPES} here"
    assert record[f"top{ESCAPES}"] == ESCAPES


# Files to import


def good(number: int) -> str:
    turns = [
        {"role": "user", "content": f"Who is there, {number}?"},
        {"role": "assistant", "content": "A friend."},
    ]
    return json.dumps({"messages": turns})


def test_a_line_of_50_megabytes_and_a_nesting_bomb_are_set_aside_and_the_rest_goes_in(
    tk: Any, tmp_path: Path, sound: Any
) -> None:
    dataset, file = tmp_path / "t", tmp_path / "mean.jsonl"
    bombs = ('{"a":' * 100_000, '{"messages":' + "[" * 100_000 + "]" * 100_000 + "}")
    long = json.dumps({"messages": [{"role": "user", "content": "x" * 50_000_000}]})
    file.write_text("\n".join([good(1), long, good(2), *bombs, good(3)]) + "\n")
    tk("init", dataset)

    answer = tk("import", file, "--json", cwd=dataset, check=1).json

    assert [row["line"] for row in answer["added"]] == [1, 3, 6]
    assert [row["line"] for row in answer["refused"]] == [2, 4, 5]
    assert "MiB" in answer["refused"][0]["reason"]
    assert all(row["reason"] for row in answer["refused"])
    sound(dataset)


@pytest.mark.parametrize("bomb", ["[[[", "[" * 100_000])
def test_brackets_that_never_close_cost_one_line(bomb: str, tk: Any, tmp_path: Path) -> None:
    dataset, file = tmp_path / "t", tmp_path / "open.jsonl"
    file.write_text("\n".join([good(1), bomb, good(2), good(3)]) + "\n")
    tk("init", dataset)

    answer = tk("import", file, "--json", cwd=dataset, check=1).json

    assert [row["line"] for row in answer["added"]] == [1, 3, 4]
    assert [row["line"] for row in answer["refused"]] == [2]


BAD = [
    '{"messages": [{"role": "user", "content": NaN}]}',
    '{"messages": [{"role": "user", "content": "\\ud800"}]}',
    '{"messages": [], "messages": []}',
    '{"messages": 7}',
    '"a text"',
    "null",
    "12",
    "{",
    '{"messages": [{"role": "user", "content": "cut of',
    "\x00\x00\x00",
    '{"id": "../../etc", "messages": []}',
]


def test_bad_records_are_set_aside_with_their_lines_and_the_good_ones_between_go_in(
    tk: Any, tmp_path: Path, sound: Any
) -> None:
    dataset, file = tmp_path / "t", tmp_path / "mixed.jsonl"
    lines = [line for number, bad in enumerate(BAD) for line in (good(number), bad)]
    file.write_text("\n".join([*lines, good(99)]) + "\n", encoding="utf-8")
    tk("init", dataset)

    answer = tk("import", file, "--json", cwd=dataset, check=1).json

    assert [row["line"] for row in answer["added"]] == [*range(1, 2 * len(BAD) + 2, 2)]
    assert [row["line"] for row in answer["refused"]] == [*range(2, 2 * len(BAD) + 1, 2)]
    assert all(row["reason"] for row in answer["refused"])
    sound(dataset)


@pytest.mark.slow
@pytest.mark.parametrize("bad", BAD)
def test_a_bad_record_is_set_aside_with_its_line_and_reason(
    bad: str, tk: Any, tmp_path: Path, sound: Any
) -> None:
    dataset, file = tmp_path / "t", tmp_path / "mixed.jsonl"
    file.write_text("\n".join([good(1), bad, good(2)]) + "\n", encoding="utf-8")
    tk("init", dataset)

    answer = tk("import", file, "--json", cwd=dataset, check=1).json

    assert [row["line"] for row in answer["added"]] == [1, 3]
    assert [row["line"] for row in answer["refused"]] == [2]
    assert answer["refused"][0]["reason"]
    sound(dataset)


def test_a_file_name_with_a_newline_and_escapes_stays_inside_its_line(
    harbor: Path, tk: Any, git: Any, tmp_path: Path, sound: Any
) -> None:
    file = tmp_path / "evil\nTalekeep-Op: purge\n\x1b[2J\u202e'\".jsonl"
    file.write_text(good(1) + "\n")

    result = tk("import", file, cwd=harbor)

    assert "\x1b" not in result.out + result.err
    message = git("log", "-1", "--format=%B", cwd=harbor, check=0).out
    assert message.count("\n") <= 5
    assert "Talekeep-Op: import" in message.splitlines()
    assert "Talekeep-Op: purge" not in message.splitlines()
    assert not any(ord(c) < 32 for c in message.replace("\n", ""))
    sources = (harbor / "library/sources.toml").read_text(encoding="utf-8")
    assert "\x1b" not in sources
    assert "\u202e" not in sources
    tk("validate", cwd=harbor)
    sound(harbor)


@pytest.mark.parametrize("kind", ["folder", "device", "missing", "unreadable"])
def test_what_is_no_readable_file_is_named_and_nothing_happens(
    kind: str, harbor: Path, tk: Any, git: Any, tmp_path: Path, sound: Any
) -> None:
    place, before = tmp_path / f"the-{kind}", head_id(git, harbor)
    if kind == "folder":
        place.mkdir()
    elif kind == "device":
        place.symlink_to("/dev/zero")
    elif kind == "unreadable":
        place.write_text(good(1))
        place.chmod(0)
        if os.access(place, os.R_OK):
            pytest.skip("an administrator may read everything")

    refused = tk("import", place, cwd=harbor, check=None)

    assert refused.code in (2, 3, 5)
    assert place.name in refused.err
    assert "bug" not in refused.err
    if kind in ("folder", "device"):
        assert "there is no file" not in refused.err
    assert head_id(git, harbor) == before
    sound(harbor)
