"""Flags in the index, attributes and work trees: status, commit and switch equal git's, or refuse by name."""

import json
import os
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from talekeep.ops.exchange.incoming import import_files
from talekeep.store.dataset import Dataset

pytestmark = pytest.mark.slow

SLOW = pytest.mark.slow


@pytest.fixture
def top(tmp_path: Path, run) -> Path:
    """A dataset of several parts, and two files beside them."""
    top = tmp_path / "harbor"
    run("init", top, check=0)
    with Dataset.open(top) as dataset:
        for number in range(3):
            record = {"messages": [{"role": "user", "content": f"{number} " + "x" * 140_000}]}
            record["messages"].append({"role": "assistant", "content": f"Reply {number}"})
            (tmp_path / "in.jsonl").write_text(json.dumps(record) + "\n")
            import_files.import_files(dataset, [tmp_path / "in.jsonl"], import_files.Options())
    (top / "notes").mkdir()
    (top / "notes/a.txt").write_text("one\n")
    (top / "notes/b.txt").write_text("one\n")
    return top


@pytest.fixture
def save(git) -> Callable[..., None]:
    """Commit everything by git itself."""

    def saved(top: Path, message: str = "Save") -> None:
        git("add", "-A", cwd=top, check=0)
        git("commit", "-q", "--no-verify", "-m", message, cwd=top, check=0)

    return saved


def parts(top: Path) -> list[Path]:
    return sorted(top.glob("entries/*/*.jsonl"))


def tree(git, top: Path) -> str:
    return git("rev-parse", "HEAD^{tree}", cwd=top, check=0).out.strip()


def changed(git, top: Path) -> list[str]:
    """The tracked paths that git takes for changed."""
    return sorted(git("diff", "--name-only", "HEAD", cwd=top, check=0).out.splitlines())


def test_what_a_sparse_checkout_leaves_out_is_neither_removed_nor_missed(top: Path, run, git, save) -> None:
    save(top)
    kept = parts(top)[0].relative_to(top).as_posix()
    git("sparse-checkout", "set", "--no-cone", "/*", "!/entries", f"/{kept}", cwd=top, check=0)
    assert len(parts(top)) == 1
    before = tree(git, top)

    assert not any(run("status", "--json", cwd=top, check=0).json["changes"].values())
    run("commit", "-m", "all", cwd=top, check=0)

    assert tree(git, top) == before
    assert run("list", "--json", cwd=top, check=0).json["total"] == 3
    run("validate", cwd=top, check=0)
    run("export", top.parent / "out.jsonl", cwd=top, check=0)
    assert len((top.parent / "out.jsonl").read_text().splitlines()) == 3
    again = run("import", top.parent / "in.jsonl", "--json", cwd=top, check=0).json
    assert (len(again["added"]), len(again["same"])) == (0, 1)


def test_an_edit_of_what_is_checked_out_is_committed_alone(top: Path, run, git, save) -> None:
    save(top)
    kept = parts(top)[0]
    name = kept.relative_to(top).as_posix()
    git("sparse-checkout", "set", "--no-cone", "/*", "!/entries", f"/{name}", cwd=top, check=0)
    kept.write_bytes(kept.read_bytes().replace(b"Reply 0", b"Reply zero"))

    run("commit", "-m", "edit", cwd=top, check=0)

    assert git("diff", "--name-only", "HEAD~1", "HEAD", cwd=top, check=0).out == f"{name}\n"
    assert "S " in git("ls-files", "-t", cwd=top, check=0).out


def test_a_part_that_is_not_checked_out_is_not_written(top: Path, run, git, save) -> None:
    save(top)
    last = parts(top)[2]
    entry = json.loads(last.read_bytes())["id"]
    name = last.relative_to(top).as_posix()
    git("update-index", "--skip-worktree", name, cwd=top, check=0)
    last.unlink()

    result = run("tag", "add", "draft", entry, cwd=top, check=4)

    assert name in result.err
    assert "skip-worktree" in result.err
    assert not last.exists()


@pytest.mark.parametrize("flag", ["skip-worktree", "assume-unchanged"])
def test_a_private_edit_under_a_flag_is_not_committed(top: Path, run, git, save, flag: str) -> None:
    save(top)
    git("update-index", f"--{flag}", "README.md", cwd=top, check=0)
    (top / "README.md").write_text("private\n")
    before = tree(git, top)
    (top / "notes/a.txt").write_text("two\n")

    assert run("status", "--json", cwd=top, check=0).json["changes"]["other"] == ["notes/a.txt"]
    run("commit", "-m", "all", cwd=top, check=0)

    assert git("diff", "--name-only", before, "HEAD", cwd=top, check=0).out == "notes/a.txt\n"
    assert (top / "README.md").read_text() == "private\n"
    flags = git("ls-files", "-v", "README.md", cwd=top, check=0).out
    assert flags[0] == {"skip-worktree": "S", "assume-unchanged": "h"}[flag]


def test_a_branch_of_another_work_tree_is_not_switched_to(top: Path, run, git, save, tmp_path: Path) -> None:
    save(top)
    git("worktree", "add", "-q", tmp_path / "second", "-b", "side", cwd=top, check=0)

    for words in (["switch", "side"], ["switch", "side", "--dry-run"]):
        result = run(*words, cwd=top, check=4)
        assert str(tmp_path / "second") in result.err
    assert run("switch", "main", cwd=tmp_path / "second", check=4).err.count(str(top))
    assert run("status", "--json", cwd=top, check=0).json["branch"] == "main"

    git("checkout", "-q", "--detach", cwd=tmp_path / "second", check=0)
    run("switch", "side", cwd=top, check=0)


def test_a_branch_that_another_work_tree_is_rebasing_is_not_moved(
    top: Path, run, git, save, tmp_path: Path
) -> None:
    save(top)
    (top / "notes/a.txt").write_text("main\n")
    save(top)
    git("worktree", "add", "-q", tmp_path / "second", "-b", "side", "HEAD~1", cwd=top, check=0)
    (tmp_path / "second/notes/a.txt").write_text("side\n")
    save(tmp_path / "second")
    git("rebase", "main", cwd=tmp_path / "second", check=1)
    assert git("switch", "side", cwd=top).code == 128

    assert "side" in run("switch", "side", cwd=top, check=4).err


def with_filter(top: Path, git, pattern: str = "/notes/*.txt") -> None:
    git("config", "filter.rot.clean", "tr a-zA-Z n-za-mN-ZA-M", cwd=top, check=0)
    git("config", "filter.rot.smudge", "tr a-zA-Z n-za-mN-ZA-M", cwd=top, check=0)
    git("config", "filter.rot.required", "true", cwd=top, check=0)
    with (top / ".gitattributes").open("a") as stream:
        stream.write(f"{pattern} filter=rot\n")


def test_a_file_with_a_filter_is_stored_through_it(top: Path, run, git, save) -> None:
    with_filter(top, git)
    save(top)
    (top / "notes/a.txt").write_text("the password is herring\n")

    assert run("status", "--json", cwd=top, check=0).json["changes"]["other"] == ["notes/a.txt"]
    run("commit", "-m", "all", cwd=top, check=0)

    assert git("show", "HEAD:notes/a.txt", cwd=top, check=0).out == "gur cnffjbeq vf ureevat\n"
    assert (top / "notes/a.txt").read_text() == "the password is herring\n"
    assert git("status", "--porcelain", cwd=top, check=0).out == ""
    plain = git("hash-object", "--no-filters", "notes/a.txt", cwd=top, check=0).out.strip()
    assert git("cat-file", "-e", plain, cwd=top).code != 0


def test_what_git_staged_through_a_filter_is_committed_as_it_is(top: Path, run, git, save) -> None:
    with_filter(top, git)
    save(top)
    (top / "notes/a.txt").write_text("herring\n")
    git("add", "notes/a.txt", cwd=top, check=0)

    run("commit", "-m", "all", cwd=top, check=0)

    assert git("show", "HEAD:notes/a.txt", cwd=top, check=0).out == "ureevat\n"


def test_without_git_a_file_with_a_filter_is_refused_by_name(
    top: Path, tmp_path, run, git, save, monkeypatch
) -> None:
    with_filter(top, git)
    save(top)
    before = tree(git, top)
    (top / "notes/a.txt").write_text("herring\n")
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(tmp_path))
        result = run("commit", "-m", "all", cwd=top, check=4)

    assert "notes/a.txt has the filter rot" in result.err
    assert tree(git, top) == before


def test_a_part_with_a_filter_is_refused_by_name(top: Path, run, git, save) -> None:
    save(top)
    with_filter(top, git, "/entries/**/*.jsonl")
    entry = json.loads(parts(top)[0].read_bytes())["id"]

    result = run("tag", "add", "draft", entry, cwd=top, check=4)

    assert "the filter rot" in result.err
    parts(top)[0].write_bytes(parts(top)[0].read_bytes().replace(b"Reply 0", b"Reply zero"))
    assert run("commit", "-m", "all", cwd=top).code == 4


@pytest.mark.parametrize("attribute", ["filter=rot", "ident", "working-tree-encoding=UTF-16LE"])
def test_switch_leaves_what_only_git_can_lay_out_to_git(top: Path, run, git, save, attribute: str) -> None:
    with_filter(top, git, "/none")
    (top / ".gitattributes").open("a").write(f"/notes/a.txt {attribute}\n")
    (top / "notes/a.txt").write_bytes("main $Id$\n".encode("utf-16-le" if "16" in attribute else "utf-8"))
    save(top)
    git("switch", "-q", "-c", "side", cwd=top, check=0)
    (top / "notes/a.txt").write_bytes("side $Id$\n".encode("utf-16-le" if "16" in attribute else "utf-8"))
    save(top)
    before = (top / "notes/a.txt").read_bytes()

    for words in (["switch", "main"], ["switch", "main", "--dry-run"]):
        result = run(*words, cwd=top, check=4)
        assert "notes/a.txt" in result.err
        assert "git switch main" in result.err

    assert (top / "notes/a.txt").read_bytes() == before
    assert git("status", "--porcelain", cwd=top, check=0).out == ""
    git("switch", "-q", "main", cwd=top, check=0)
    assert run("status", "--json", cwd=top, check=0).json["branch"] == "main"


def test_switch_gives_line_ends_as_the_branch_asks_for_them(top: Path, run, git, save) -> None:
    save(top)
    git("switch", "-q", "-c", "side", cwd=top, check=0)
    (top / ".gitattributes").open("a").write("*.txt eol=crlf\n")
    (top / "notes/a.txt").write_bytes(b"other\r\n")
    save(top)
    git("switch", "-q", "main", cwd=top, check=0)
    shutil.copytree(top, top.parent / "twin")

    for branch in ("side", "main", "side"):
        run("switch", branch, cwd=top, check=0)
        git("switch", "-q", branch, cwd=top.parent / "twin", check=0)
        for name in ("a.txt", "b.txt"):
            assert (top / "notes" / name).read_bytes() == (top.parent / "twin/notes" / name).read_bytes()
        assert git("status", "--porcelain", cwd=top, check=0).out == ""


def test_switch_does_not_write_over_what_git_does_not_know(top: Path, run, git, save) -> None:
    save(top)
    git("switch", "-q", "-c", "side", cwd=top, check=0)
    (top / "notes/new.txt").write_text("tracked on side\n")
    save(top)
    git("switch", "-q", "main", cwd=top, check=0)
    (top / "notes/new.txt").write_text("mine\n")

    result = run("switch", "side", cwd=top, check=4)

    assert "notes/new.txt" in result.err
    assert (top / "notes/new.txt").read_text() == "mine\n"
    assert run("status", "--json", cwd=top, check=0).json["branch"] == "main"


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps neither modes nor links")
def test_a_mode_or_a_link_is_seen_and_refused_by_name(top: Path, run, git, save, tmp_path: Path) -> None:
    save(top)
    before = tree(git, top)
    (tmp_path / "secret").write_text("of another folder\n")
    (top / "notes/a.txt").chmod(0o755)
    (top / "notes/b.txt").unlink()
    (top / "notes/b.txt").symlink_to(tmp_path / "secret")

    assert run("status", "--json", cwd=top, check=0).json["changes"]["other"] == changed(git, top)
    assert "notes/a.txt is now executable" in run("commit", "-m", "all", cwd=top, check=4).err
    assert run("switch", "main", cwd=top, check=4).code == 4
    (top / "notes/a.txt").chmod(0o644)
    assert "notes/b.txt is now a symbolic link" in run("commit", "-m", "all", cwd=top, check=4).err
    assert tree(git, top) == before

    git("checkout", "--", "notes", cwd=top, check=0)
    (top / "notes/a.txt").chmod(0o755)
    git("add", "-A", cwd=top, check=0)
    assert "notes/a.txt" in run("commit", "-m", "all", cwd=top, check=4).err
    git("config", "core.fileMode", "false", cwd=top, check=0)
    git("reset", "-q", cwd=top, check=0)
    run("commit", "-m", "all", cwd=top, check=0)


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps neither modes nor links")
def test_switch_leaves_modes_and_links_that_differ_to_git(top: Path, run, git, save) -> None:
    save(top)
    git("switch", "-q", "-c", "side", cwd=top, check=0)
    (top / "notes/a.txt").chmod(0o755)
    save(top)

    result = run("switch", "main", cwd=top, check=4)

    assert "notes/a.txt" in result.err
    assert "git switch main" in result.err
    git("switch", "-q", "main", cwd=top, check=0)
    run("commit", "-m", "nothing", cwd=top, check=0)


ATTRIBUTES = [
    *("*.txt text", "*.txt -text", "* text=auto", "*.txt eol=crlf", "/notes/* filter=rot", "*.txt ident"),
    *("b.txt binary", "[attr]keep -text", "*.txt keep", "/notes/a.txt working-tree-encoding=UTF-16LE"),
]
CONTENTS = [b"one\n", b"two\r\n", b"mixed\r\nlines\n", b"$Id: x$\r\n", b"\0bin\r\n", b"", b"a\0\n\0"]
FLAGS = ["--skip-worktree", "--assume-unchanged", "--chmod=+x"]
SETTINGS = [
    *("core.autocrlf=input", "core.autocrlf=true", "core.eol=crlf", "core.fileMode=false"),
    *("core.symlinks=false", "core.ignoreStat=false", "core.splitIndex=false"),
]


def set_up(top: Path, git, save, dice: random.Random) -> None:
    """One generated state: attributes, settings, flags, and edits of some files."""
    with_filter(top, git, "/none")
    for setting in dice.sample(SETTINGS, dice.randint(0, 2)):
        git("config", *setting.split("="), cwd=top, check=0)
    git("config", "core.safecrlf", "false", cwd=top, check=0)
    (top / ".gitattributes").open("a").write("\n".join(dice.sample(ATTRIBUTES, dice.randint(0, 3))) + "\n")
    for name in ("a.txt", "b.txt", "c.txt"):
        (top / "notes" / name).write_bytes(dice.choice(CONTENTS))
    added = git("add", "-A", cwd=top)
    git("commit", "-q", "--no-verify", "-m", "state", cwd=top)
    if added.code:
        return
    for name in ("a.txt", "b.txt"):
        if dice.random() < 0.4:
            git("update-index", dice.choice(FLAGS), f"notes/{name}", cwd=top)
        kind = dice.choice(["edit", "edit", "gone", "touch", "mode", "link", "none"])
        place = top / "notes" / name
        if kind == "edit":
            place.write_bytes(dice.choice(CONTENTS))
        elif kind == "gone" or kind == "link":
            place.unlink(missing_ok=True)
            if kind == "link":
                place.symlink_to("c.txt")
        elif kind == "touch":
            os.utime(place)
        elif kind == "mode":
            place.chmod(0o755)


def check_state(top: Path, run, git, save, seed: int) -> str:
    dice = random.Random(seed)
    set_up(top, git, save, dice)
    twin = top.parent / "twin"
    shutil.copytree(top, twin, symlinks=True)

    status = run("status", "--json", cwd=top)
    assert status.code in (0, 4), (seed, status.err)
    if status.code == 0:
        other = status.json["changes"]["other"]
        staged = git("diff", "--name-only", "--cached", cwd=twin, check=0).out.splitlines()
        assert set(changed(git, twin)) <= set(other) <= {*changed(git, twin), *staged}, seed
    result = run("commit", "-m", "all", cwd=top)
    assert result.code in (0, 4), (seed, result.err)
    if result.code == 0:
        git("commit", "-q", "-a", "--no-verify", "--allow-empty", "-m", "all", cwd=twin, check=0)
        assert (
            git("ls-tree", "-r", "HEAD", cwd=top, check=0).out == git("ls-tree", "-r", "HEAD", cwd=twin).out
        ), seed
        assert (
            git("status", "--porcelain", cwd=top, check=0).out == git("status", "--porcelain", cwd=twin).out
        ), seed
    shutil.rmtree(twin)
    return "committed" if result.code == 0 else result.err.splitlines()[0]


@pytest.mark.parametrize("seeds", [range(4), pytest.param(range(4, 80), marks=SLOW)], ids=["few", "many"])
def test_a_generated_state_is_committed_as_git_does_it_or_refused_by_name(
    top: Path, run, git, save, seeds: range
) -> None:
    shutil.copytree(top, top.parent / "kept")
    outcomes = []
    for seed in seeds:
        shutil.rmtree(top)
        shutil.copytree(top.parent / "kept", top)
        outcomes.append(check_state(top, run, git, save, seed))
    refused = [text for text in outcomes if text != "committed"]
    assert all("notes/" in text for text in refused), refused
    assert len(refused) < len(outcomes)


def test_the_hint_of_a_staged_link_leads_on(top: Path, run, git) -> None:
    (top / "new-link").symlink_to("README.md")
    git("add", "new-link", cwd=top, check=0)
    result = run("commit", "-m", "all", cwd=top, check=4)
    assert "git rm --cached new-link" in result.err
    git("rm", "-q", "--cached", "new-link", cwd=top, check=0)
    assert run("commit", "-m", "all", cwd=top).code in (0, 1)


def test_a_repository_that_lies_elsewhere_is_refused_with_the_link_that_mends_it(
    top: Path, run, git, tmp_path: Path, monkeypatch
) -> None:
    elsewhere = tmp_path / "elsewhere.git"
    (top / ".git").rename(elsewhere)
    with monkeypatch.context() as given:
        given.setenv("GIT_DIR", str(elsewhere))
        result = run("status", cwd=top, check=3)
    hint = f"echo 'gitdir: {elsewhere}' > {top}/.git"
    assert hint in result.err
    subprocess.run(["sh", "-c", hint], check=True)
    run("status", cwd=top, check=0)


def test_files_without_a_repository_are_led_to_init(top: Path, run) -> None:
    shutil.rmtree(top / ".git")
    hint = run("status", cwd=top, check=3).err.rpartition("hint: talekeep ")[2].split()
    before = {p.relative_to(top): p.read_bytes() for p in top.rglob("*") if p.is_file()}
    run(*hint, "--dry-run", cwd=top, check=0)
    run(*hint, cwd=top, check=0)
    files = {p.relative_to(top): p.read_bytes() for p in top.rglob("*") if p.is_file()}
    assert {path: data for path, data in files.items() if path.parts[0] != ".git"} == before
    answer = json.loads(run("status", "--json", cwd=top, check=0).out)
    assert not any(answer["changes"].values())
    run("validate", cwd=top)
    run("undo", cwd=top)


def test_files_with_an_error_stay_without_a_repository(top: Path, run) -> None:
    shutil.rmtree(top / ".git")
    part = next(top.glob("entries/*/*.jsonl"))
    part.write_bytes(part.read_bytes() + b"{broken\n")
    assert run("init", ".", cwd=top).code in (1, 4)
    assert not (top / ".git").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no groups of this kind")
def test_in_a_shared_repository_the_group_may_write_what_a_command_makes(top: Path, run, git) -> None:
    git("config", "core.sharedRepository", "group", cwd=top, check=0)
    git("config", "gc.auto", "0", cwd=top, check=0)
    before, mask = {*top.rglob("*")}, os.umask(0o022)
    try:
        run("import", "-", cwd=top, check=0, input='{"messages":[{"role":"user","content":"new"}]}')
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(mask)
    made = [p for p in {*top.rglob("*")} - before if "staging" not in p.parts]
    assert made
    # Git's packs are read-only for everyone.
    wanted = {p: 0o070 if p.is_dir() else 0o040 for p in made}
    assert [p for p in made if p.stat().st_mode & wanted[p] != wanted[p]] == []
    assert (top / ".git/refs/heads/main").stat().st_mode & 0o060 == 0o060
