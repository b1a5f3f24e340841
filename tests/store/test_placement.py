"""No change puts a file where it does harm: under a hostile name, or behind a link."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from talekeep.store.dataset import Dataset

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows keeps neither such names nor links")

PART = "entries/0000/00000-aaaa.jsonl"
NAMES = ["a\x1b[2Jb", "..\\..\\startup.bat", "deep/x\\y.txt", "ba\rd", "new\nline", "turn\u202ed.txt"]


@pytest.fixture
def plain_git(git, top: Path) -> Callable[..., str]:
    """Git in the dataset as it is where no hooks are installed."""
    return lambda *words, **more: git("-c", "core.hooksPath=", *words, cwd=top, check=0, **more).out


@pytest.fixture
def evil(top: Path, save: Callable[..., str], line, plain_git) -> Callable[[str], None]:
    """Makes a branch `evil` whose tip adds a plain file of this name, and goes on with `main`."""

    def planted(name: str) -> None:
        save({PART: line(1)})
        plain_git("switch", "-q", "-c", "evil")
        blob = plain_git("hash-object", "-w", "--stdin", input="harm").strip()
        plain_git("update-index", "-z", "--index-info", input=f"100644 {blob}\t{name}\0".encode())
        plain_git("commit", "-qm", "evil")
        plain_git("switch", "-q", "main")

    return planted


def lying(top: Path) -> set[str]:
    return {p.relative_to(top).as_posix() for p in top.rglob("*") if ".git" not in p.relative_to(top).parts}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("words", [["switch", "evil"], ["merge", "evil"], ["merge", "evil", "apart"]])
def test_no_harmful_name_is_put_on_disk(evil, top: Path, save, line, run, git, name, words) -> None:
    evil(name)
    if words[-1] == "apart":
        # No fast-forward: both sides have something of their own.
        words = words[:-1]
        save({PART: line(2)})
    before, head = lying(top), git("rev-parse", "HEAD", cwd=top).out

    refused = run(*words, cwd=top, check=4)

    assert "is not made a file by Talekeep" in refused.err
    assert "\x1b" not in refused.err
    assert "hint: git " in refused.err
    assert lying(top) == before
    assert git("rev-parse", "HEAD", cwd=top).out == head
    assert git("status", "--porcelain", cwd=top).out == ""
    run("status", cwd=top, check=0)


@pytest.mark.parametrize("words", [["undo"], ["restore", "--where", "", "--from", "HEAD~1"]])
def test_a_harmful_name_that_git_laid_out_does_not_come_back_by_itself(
    evil, top, run, plain_git, words
) -> None:
    evil("a\x1b[2Jb")
    plain_git("merge", "-q", "evil")
    plain_git("rm", "-q", "a\x1b[2Jb")
    plain_git("commit", "-qm", "gone")
    run(*words, cwd=top)
    assert not (top / "a\x1b[2Jb").exists()


def test_what_git_laid_out_may_be_changed_and_removed(evil, top: Path, run, git) -> None:
    evil("tab\there.txt")
    git("switch", "-q", "evil", cwd=top, check=0)
    (top / "tab\there.txt").write_text("mine")
    run("commit", "-m", "edited", cwd=top, check=0)
    run("undo", cwd=top, check=0)
    assert (top / "tab\there.txt").read_text() == "harm"
    run("switch", "main", cwd=top, check=0)
    assert not (top / "tab\there.txt").exists()


@pytest.mark.parametrize("words", [["switch", "side"], ["merge", "side"]])
@pytest.mark.parametrize("tracked", [False, True])
def test_nothing_is_written_behind_a_link(
    top: Path, save, line, run, git, plain_git, tmp_path: Path, words: list[str], tracked: bool
) -> None:
    private = tmp_path / "private"
    private.mkdir()
    save({PART: line(1)})
    plain_git("switch", "-q", "-c", "side")
    save({"notes/deep/x.txt": b"theirs"})
    plain_git("switch", "-q", "main")
    (top / "notes").symlink_to(private)
    if tracked:
        plain_git("add", "notes")
        plain_git("commit", "-qm", "link")

    assert run(*words, cwd=top).code == 4

    assert [*private.iterdir()] == []
    assert git("symbolic-ref", "HEAD", cwd=top).out == "refs/heads/main\n"


@pytest.mark.parametrize("folder", ["entries", "sidecars", "entries/0000"])
def test_a_folder_of_the_dataset_that_became_a_link_is_refused_by_name(
    top: Path, save, line, run, git, tmp_path: Path, folder: str
) -> None:
    save({PART: line(1), PART.replace("entries", "sidecars"): b'{"id":"x"}\n'})
    (top / folder).rename(tmp_path / "moved")
    (top / folder).symlink_to(tmp_path / "moved")
    before = {p: p.read_bytes() for p in (tmp_path / "moved").rglob("*") if p.is_file()}
    record = '{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}'

    for words in (["import", "-"], ["commit", "-m", "all"]):
        refused = run(*words, cwd=top, input=record, check=4)
        assert f"symbolic link{'' if words[0] == 'commit' else ','}" in refused.err or folder in refused.err

    assert {p: p.read_bytes() for p in (tmp_path / "moved").rglob("*") if p.is_file()} == before
    assert run("status", "--json", cwd=top, check=0).json["changes"]["other"]
    hint = run("commit", "-m", "all", cwd=top).err.rpartition("hint: ")[2].strip()
    subprocess.run(["sh", "-c", hint.replace("elsewhere", str(tmp_path / "elsewhere"))], cwd=top, check=True)
    with Dataset.open(top) as dataset:
        assert dataset.count(dataset.now()) == 1
