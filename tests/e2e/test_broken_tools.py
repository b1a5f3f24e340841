"""Between git and Talekeep stand a shell, a wrapper, an interpreter and a disk. Whichever of them breaks,
both sides of a merge are in the file, or the merge has not happened."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="the stand-ins are scripts"),
]

OURS, THEIRS = b"Said on main.", b"Told on the side!"
GIT = shutil.which("git") or "git"


def part_of(dataset: Path) -> Path:
    return sorted(dataset.glob("entries/*/*.jsonl"))[0]


def say(dataset: Path, number: int, text: bytes) -> None:
    part = part_of(dataset)
    lines = part.read_bytes().split(b"\n")
    entry = json.loads(lines[number])
    entry["messages"][-1]["content"] = text.decode()
    lines[number] = json.dumps(entry, separators=(",", ":")).encode()
    part.write_bytes(b"\n".join(lines))


@pytest.fixture(params=["one entry", "two entries"])
def forked(harbor: Path, git: Any, request: Any) -> Path:
    """`side` and `main` with an edit each, of the same entry or of two neighbours."""
    for branch, text, number in (("side", THEIRS, 0), ("main", OURS, request.param == "two entries")):
        git("checkout", "-q", *(["-b"] if branch == "side" else []), branch, cwd=harbor, check=0)
        say(harbor, int(number), text)
        git("commit", "-qam", branch, cwd=harbor, check=0)
    return harbor


def merged(dataset: Path, *command: str, env: dict[str, str] | None = None) -> None:
    """Let git merge `side` and fail if one side went away in silence."""
    head = subprocess.check_output([GIT, "rev-parse", "HEAD"], cwd=dataset)
    environment = {**os.environ, **(env or {})}
    completed = subprocess.run(
        [*command, GIT, "merge", "-q", "--no-edit", "side"],
        cwd=dataset,
        env=environment,
        capture_output=True,
        check=False,
    )
    text = part_of(dataset).read_bytes()
    if subprocess.check_output([GIT, "ls-files", "-u"], cwd=dataset) or completed.returncode == 0:
        assert OURS in text, completed
        assert THEIRS in text, completed
    else:
        # Git gave up before it touched anything, and says so.
        assert completed.stderr
        assert subprocess.check_output([GIT, "rev-parse", "HEAD"], cwd=dataset) == head
        assert not (dataset / ".git/MERGE_HEAD").exists()
        assert not subprocess.check_output([GIT, "status", "--porcelain", "-uno"], cwd=dataset)
    # What a killed driver leaves beside is ignored.
    assert b"??" not in subprocess.check_output([GIT, "status", "--porcelain"], cwd=dataset)


def program(dataset: Path, name: str, body: str) -> None:
    """Put another program in the interpreter's place, in the hook or wrapper of that name."""
    fake = dataset.parent / "fake"
    fake.write_text(body)
    fake.chmod(0o755)
    place = dataset / ".git/hooks" / name
    lines = place.read_text().split("\n")
    place.write_text("\n".join(f"python={fake}" if r.startswith("python=") else r for r in lines))


PROGRAMS = {
    "that succeeds and does nothing": "#!/bin/sh\nexit 0\n",
    "that fails": "#!/bin/sh\nexit 1\n",
    "that is none": "\x7fELF",
    "that is of another system": "#!/nowhere/python\n",
    "that kills its parent": "#!/bin/sh\nkill -9 $PPID\n",
    "that kills its grandparent": "#!/bin/sh\nkill -9 $(cut -d' ' -f4 /proc/$PPID/stat)\nkill -9 $PPID\n",
    "that takes all files away": "#!/bin/sh\nrm -f .merge_file_*\necho merged\n",
    "that says merged and does nothing": "#!/bin/sh\necho merged\n",
    "that fills the result with rubbish": f"#!{sys.executable}\n"
    "import sys\nopen(sys.argv[-3], 'w').write('x')\n",
    "that dies once it has written": f"#!{sys.executable}\n"
    "import subprocess, sys\n"
    f"subprocess.run([{sys.executable!r}, *sys.argv[1:]], stdout=subprocess.DEVNULL)\n"
    "import os; os.kill(os.getpid(), 9)\n",
}


@pytest.mark.parametrize("what", PROGRAMS)
def test_with_an_interpreter_that_does_anything_both_sides_are_there(what: str, forked: Path) -> None:
    program(forked, "talekeep-merge", PROGRAMS[what])
    merged(forked)


@pytest.mark.parametrize("place", ["/nowhere", "/dev/null", ""])
def test_a_merge_needs_no_temporary_folder(place: str, forked: Path, tk: Any) -> None:
    merged(forked, env={"TMPDIR": place})
    assert b"<<<<<<<" not in part_of(forked).read_bytes()


def test_a_merge_needs_nothing_on_path_but_git(forked: Path) -> None:
    merged(forked, env={"PATH": "/nowhere"})
    assert b"<<<<<<<" not in part_of(forked).read_bytes()


def test_a_wrapper_that_was_cut_off_anywhere_keeps_both_sides(harbor: Path, git: Any) -> None:
    for branch, text in (("side", THEIRS), ("main", OURS)):
        git("checkout", "-q", *(["-b"] if branch == "side" else []), branch, cwd=harbor, check=0)
        say(harbor, 0, text)
        git("commit", "-qam", branch, cwd=harbor, check=0)
    wrapper = harbor / ".git/hooks/talekeep-merge"
    whole = wrapper.read_bytes()
    for length in range(0, len(whole), 97):
        wrapper.write_bytes(whole[:length])
        merged(harbor)
        git("reset", "-q", "--hard", cwd=harbor, check=0)


@pytest.mark.parametrize("how", ["is gone", "may not run", "is a folder", "has no shell"])
def test_without_its_wrapper_git_marks_the_conflict(how: str, forked: Path) -> None:
    wrapper = forked / ".git/hooks/talekeep-merge"
    if how == "may not run":
        wrapper.chmod(0o644)
    elif how == "has no shell":
        wrapper.write_text("#!/nowhere/sh\n")
    else:
        wrapper.unlink()
    if how == "is a folder":
        wrapper.mkdir()
    merged(forked)


def test_a_side_with_a_nul_byte_is_put_beside_the_other(forked: Path, git: Any) -> None:
    part_of(forked).write_bytes(part_of(forked).read_bytes() + b"\0\n")
    git("commit", "-qam", "nul", "--no-verify", cwd=forked, check=0)
    merged(forked)
    assert b"<<<<<<<" in part_of(forked).read_bytes()


def test_without_a_text_merge_both_sides_are_put_beside_each_other(forked: Path, git: Any) -> None:
    program(forked, "talekeep-merge", PROGRAMS["that fails"])
    driver = git("config", "merge.talekeep.driver", cwd=forked, check=0).out.strip()
    git("config", "merge.talekeep.driver", driver.replace("git merge-file", "sh -c 'exit 255'"), cwd=forked)
    merged(forked)


def test_where_nothing_can_be_written_the_merge_has_not_happened(forked: Path, git: Any) -> None:
    program(forked, "talekeep-merge", PROGRAMS["that fails"])
    driver = git("config", "merge.talekeep.driver", cwd=forked, check=0).out.strip()
    broken = driver.replace("git merge-file", "sh -c 'exit 255'").replace("cat $o", "false")
    git("config", "merge.talekeep.driver", broken, cwd=forked)
    merged(forked)
    assert not (forked / ".git/MERGE_HEAD").exists()


@pytest.mark.parametrize("size", ["60k", "200k", "1m"])
def test_on_a_full_disk_no_side_is_lost(size: str, forked: Path, disk: Callable[..., Any], sh: Any) -> None:
    small = disk("4m")
    sh(*small.inside, "cp", "-a", forked, small.path / "harbor")
    sh(
        *small.inside,
        "sh",
        "-c",
        f"head -c 4m /dev/zero >{small.path}/fill; truncate -s -{size} {small.path}/fill",
        check=None,
    )
    inside = small.path / "harbor"
    script = (
        f"cd {inside}; git merge -q --no-edit side; code=$?; rm -f {small.path}/fill; "
        'if [ -n "$(git ls-files -u)" ] || [ $code -eq 0 ]; then cat entries/*/*.jsonl; else '
        "git status --porcelain -uno; echo untouched $code; fi"
    )
    result = sh(*small.inside, "sh", "-c", script, check=None)
    assert "untouched 0" not in result.out
    if "untouched" not in result.out:
        assert OURS.decode() in result.out, result
        assert THEIRS.decode() in result.out, result


def test_a_commit_says_when_it_leaves_out_the_other_side(forked: Path, git: Any) -> None:
    git("merge", "-q", "--no-commit", "-s", "ours", "side", cwd=forked, check=0)

    result = git("commit", "-qm", "one side", cwd=forked, check=0)

    assert (
        f"{part_of(forked).relative_to(forked).as_posix()} is as before the merge" in result.err + result.out
    )
