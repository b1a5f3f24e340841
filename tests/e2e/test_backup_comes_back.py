"""What a push accepted, a clone gives back: the same refs and the same bytes, whatever the history holds."""

import os
import random
import subprocess
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings

pytestmark = pytest.mark.slow

MODES = ("100644", "100755", "120000", "160000")
NAMES = st.sampled_from(
    [
        *("My notes.txt", "notes-ü.md", "ключ.txt", "恋愛.md", "A.md", "a.md", "e\u0301.md", "\u00e9.md"),
        *(
            "con.txt",
            "nul",
            "a.",
            "b ",
            "x:y",
            "tab\there",
            "line\nbreak",
            "back\\slash",
            "esc\x1b[2J",
            "-dash",
        ),
        *("x" * 200, ".hidden", "#hash#", "quo'te", 'quo"te', "*", "$HOME", "conflict (1).jsonl"),
    ]
)
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
TREES = st.dictionaries(PATHS, st.sampled_from(MODES), max_size=5)


def refs(git: Any, folder: Path) -> list[str]:
    listed = git(
        "for-each-ref", "--format=%(objectname) %(refname)", "refs/heads", "refs/tags", cwd=folder, check=0
    )
    return sorted(listed.out.splitlines())


def commit_tree(git: Any, harbor: Path, files: dict[str, str]) -> None:
    """Commit these paths beside the dataset's own, without the hooks: as rebases and other programs do."""
    blob = git("hash-object", "-w", "--stdin", cwd=harbor, input="words", check=0).out.strip()
    kept: dict[str, str] = {}
    for path, mode in files.items():
        if not any(path.startswith(f"{other}/") or other.startswith(f"{path}/") for other in kept):
            kept[path] = mode
    rows = "".join(
        f"{mode} {'01' * 20 if mode == '160000' else blob}\t{path}\0" for path, mode in kept.items()
    )
    git("update-index", "-z", "--index-info", cwd=harbor, input=rows, check=0)
    git("commit", "-q", "--no-verify", "--allow-empty", "-m", "odd", cwd=harbor, check=0)
    git("config", "core.hooksPath", "/dev/null", cwd=harbor, check=0)


@given(trees=st.lists(TREES, min_size=1, max_size=3), tag=st.booleans())
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_what_was_pushed_comes_back(
    trees: list[dict[str, str]], tag: bool, harbor: Path, tk: Any, git: Any, tmp_path_factory: Any
) -> None:
    work = tmp_path_factory.mktemp("work")
    subprocess.run(["cp", "-a", harbor, work / "harbor"], check=True)
    mine = work / "harbor"
    for number, files in enumerate(trees):
        commit_tree(git, mine, files)
        git("branch", "-q", f"side{number}", cwd=mine, check=0)
    if tag:
        git("tag", "-a", "-m", "a note", "v1", cwd=mine, check=0)
    (work / "synced").mkdir()
    tk("remote", "add", "backup", work / "synced", cwd=mine)

    tk("push", "backup", cwd=mine)
    assert tk("remote", "check", "backup", "--restore", "--json", cwd=mine).json["state"] == "good"
    cloned = tk("clone", work / "synced", work / "back")

    back = work / "back"
    assert refs(git, back) == refs(git, mine)
    git("fsck", "--full", cwd=back, check=0)
    # All that this system can keep is in the folder, with its bytes; what is not is named.
    listed = git("ls-tree", "-rz", "HEAD", cwd=back, check=0).out.split("\0")[:-1]
    for row in listed:
        (mode, _, oid), path = row.partition("\t")[0].split(), row.partition("\t")[2]
        if os.path.lexists(back / path):
            data = git("cat-file", "blob", oid, cwd=back, check=0).out
            assert (back / path).read_text() == data
            assert bool((back / path).stat().st_mode & 0o100) == (mode == "100755")
        else:
            assert mode in ("120000", "160000") or any(sign in path for sign in "\t\n\\\x1b"), row
            assert "in the history and not in the folder" in cloned.err
    assert git("status", "--porcelain", cwd=back, check=0).out == ""
    assert tk("status", "--json", cwd=back).json["entries"] == 3


@given(trees=st.lists(TREES, min_size=1, max_size=2))
@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_what_a_linked_work_tree_pushed_comes_back_by_mirror_and_address(
    trees: list[dict[str, str]], harbor: Path, tk: Any, git: Any, tmp_path_factory: Any
) -> None:
    work = tmp_path_factory.mktemp("work")
    subprocess.run(["cp", "-a", harbor, work / "harbor"], check=True)
    git("worktree", "add", "-q", "-b", "linked", work / "linked", cwd=work / "harbor", check=0)
    mine = work / "linked"
    for files in trees:
        commit_tree(git, mine, files)
    (work / "synced").mkdir()
    git("init", "-q", "--bare", work / "hub.git", check=0)
    tk("remote", "add", "backup", work / "synced", cwd=mine)
    tk("remote", "add", "hub", (work / "hub.git").as_uri(), cwd=mine)

    tk("push", "backup", cwd=mine)
    tk("push", "hub", cwd=mine)
    tk("clone", work / "synced", work / "back")
    tk("clone", (work / "hub.git").as_uri(), work / "again")

    assert refs(git, work / "back") == refs(git, mine)
    tip = git("rev-parse", "linked", cwd=mine, check=0).out
    for place in ("back", "again"):
        assert git("rev-parse", "linked", cwd=work / place, check=0).out == tip
        git("fsck", "--full", cwd=work / place, check=0)
        assert git("status", "--porcelain", cwd=work / place, check=0).out == ""


PIECES = [
    *(
        "My notes",
        "notes-ü",
        "ключ",
        "恋愛",
        "A",
        "a",
        "e\u0301",
        "\u00e9",
        "con",
        "x" * 90,
        ".hidden",
        "quo'te",
    ),
    *("a.", "b ", "x:y", "tab\there", "line\nbreak", "back\\slash", "*", "$HOME", "-dash", "conflict (1)"),
]
KINDS = ("tag", "annotated", "of a tag", "of a tree", "of a blob", "notes", "merge", "orphan")
BRANCHES = ["feature/a", "ключ", "恋愛", "UPPER", "upper", "x" * 100, "a.b", "with'quote", "@x", "emoji🙂"]
ODD = [
    *("core.autocrlf=true", "core.autocrlf=input", "core.ignoreCase=true", "core.fileMode=false"),
    *("core.quotePath=false", "core.compression=0", "core.bigFileThreshold=1", "transfer.fsckObjects=true"),
    *("push.default=nothing", "push.followTags=true", "fetch.prune=true", "fetch.pruneTags=true"),
    *("remote.pushDefault=nowhere", "core.logAllRefUpdates=false", "core.protectNTFS=false"),
    *("core.sharedRepository=group", "index.version=4", "gc.auto=1", "core.precomposeUnicode=true"),
    *("pack.writeBitmaps=true", "extensions.worktreeConfig=true", "i18n.commitEncoding=ISO-8859-1"),
    *("user.name=", "commit.gpgsign=false", "core.excludesFile=/nowhere", "core.attributesFile=/nowhere"),
]


def odd_repository(git: Any, top: Path, dice: random.Random) -> None:
    """History, refs and settings of every kind that git takes."""

    def made(*words: str, input: str = "", check: int | None = 0) -> str:
        out: str = git(*words, cwd=top, input=input, check=check).out
        return out.strip()

    made("config", "core.hooksPath", "/dev/null")
    for setting in dice.sample(ODD, 4):
        made("config", *setting.split("=", 1))
    for number, branch in enumerate(dice.sample(BRANCHES, 4)):
        if dice.random() < 0.3:
            made("commit", "--allow-empty", "-qm", f"empty {number} ñ")
        files = {"/".join(dice.sample(PIECES, dice.randint(1, 3))): dice.choice(MODES) for _ in range(3)}
        commit_tree(git, top, files)
        made("branch", branch, check=None)
        kind = dice.choice(
            ["tag", "annotated", "of a tag", "of a tree", "of a blob", "notes", "merge", "orphan"]
        )
        if kind == "tag":
            made("tag", f"t{number}")
        elif kind == "annotated":
            made("tag", "-a", f"t{number}", "-F", "-", input="a note — ñ\n\n-----BEGIN\n")
        elif kind == "of a tag":
            made("tag", "-a", "-m", "inner", f"inner{number}")
            made("tag", "-a", "-m", "outer", f"outer{number}", f"inner{number}")
        elif kind == "of a tree":
            made("tag", f"tree{number}", "HEAD^{tree}")
        elif kind == "of a blob":
            made("tag", f"blob{number}", "HEAD:README.md")
        elif kind == "notes":
            made("notes", "add", "-f", "-m", "remember")
        elif kind == "merge":
            side = made("commit-tree", "-p", "HEAD~1", "-m", "side", "HEAD~1^{tree}")
            both = made("commit-tree", "-p", "HEAD", "-p", side, "-m", "merge", "HEAD^{tree}")
            made("update-ref", "refs/heads/main", both)
        else:
            alone = made("commit-tree", "-m", "alone", "HEAD^{tree}")
            made("update-ref", f"refs/heads/alone{number}", alone)
    after = dice.choice(["gc", "pack-refs", "detach", "nothing", "nothing"])
    if after == "gc":
        made("gc", "-q", "--prune=now")
    elif after == "pack-refs":
        made("pack-refs", "--all")
    elif after == "detach":
        made("checkout", "-q", "--detach", check=None)


@pytest.mark.parametrize("seed", range(int(os.environ.get("TALEKEEP_REPOSITORIES", "12"))))
def test_any_repository_whose_push_succeeded_comes_back(
    seed: int, harbor: Path, run: Any, git: Any, tmp_path: Path
) -> None:
    odd_repository(git, harbor, random.Random(seed))
    (tmp_path / "synced").mkdir()
    run("remote", "add", "backup", tmp_path / "synced", cwd=harbor, check=0)

    pushed = run("push", "backup", cwd=harbor)
    assert pushed.code in (0, 1, 4), (seed, pushed.err)
    if pushed.code:
        # What is refused is named, with a way out.
        assert "hint" in pushed.err, (seed, pushed.err)
        return

    check = run("remote", "check", "backup", "--restore", "--json", cwd=harbor, check=0)
    assert check.json["state"] == "good"
    run("clone", tmp_path / "synced", tmp_path / "back", check=0)
    assert refs(git, tmp_path / "back") == refs(git, harbor), seed
    git("fsck", "--full", cwd=tmp_path / "back", check=0)
    git("update-index", "-q", "--really-refresh", cwd=tmp_path / "back")
    assert git("status", "--porcelain", cwd=tmp_path / "back", check=0).out == "", seed
    assert run("status", "--json", cwd=tmp_path / "back", check=0).json["entries"] == 3


def test_a_stray_file_in_the_mirror_stops_nothing(harbor: Path, tk: Any, git: Any, tmp_path: Path) -> None:
    (tmp_path / "synced").mkdir()
    tk("remote", "add", "backup", tmp_path / "synced", cwd=harbor)
    tk("push", "backup", cwd=harbor)
    own = next((tmp_path / "synced").glob("*/*/*-manifest-*.txt")).parent
    strays = (
        "999999-manifest-0000000000000000.txt",
        "desktop.ini",
        "My notes (1).txt",
        "000002-full-x.bundle",
    )
    for name in strays:
        (own / name).write_text("")
        (own.parent / name).write_text("")

    for text in ("one", "two"):
        git("commit", "-q", "--allow-empty", "-m", text, cwd=harbor, check=0)
        assert "Saved push" in tk("push", "backup", cwd=harbor).out
    tk("clone", tmp_path / "synced", tmp_path / "back")
    assert refs(git, tmp_path / "back") == refs(git, harbor)


@pytest.mark.parametrize("text", ["not toml [", "format = 99\n", None])
def test_a_state_that_is_no_sound_dataset_comes_back_with_a_word_about_it(
    text: str | None, harbor: Path, tk: Any, git: Any, tmp_path: Path
) -> None:
    (tmp_path / "synced").mkdir()
    tk("remote", "add", "backup", tmp_path / "synced", cwd=harbor)
    tk("push", "backup", cwd=harbor)
    if text is None:
        git("rm", "-q", "talekeep.toml", cwd=harbor, check=0)
    else:
        (harbor / "talekeep.toml").write_text(text)
    git("commit", "-qam", "broken", "--no-verify", cwd=harbor, check=0)
    git("push", "--no-verify", "-q", "backup", "main", cwd=harbor)
    if "broken" not in git("log", "-1", "--format=%s", "refs/remotes/backup", cwd=harbor).out:
        # The mirror takes what git gives it, whatever the dataset has become.
        from talekeep.remotes.mirror.environment import Setting
        from talekeep.remotes.mirror.setup import find
        from talekeep.remotes.mirror.writer.push import push
        from talekeep.store.git.repository import Repository

        setting = Setting()
        push(Repository.open(harbor), find(setting.disk, tmp_path / "synced"), "backup", setting)

    cloned = tk("clone", tmp_path / "synced", tmp_path / "back")

    assert refs(git, tmp_path / "back") == refs(git, harbor)
    assert "no sound dataset" in cloned.err
