"""Repositories of a kind that this program cannot read: every command refuses them in one sentence, with the
command that mends it; none ends in exit 70, and nothing changes."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from talekeep.store.dataset import Dataset

pytestmark = pytest.mark.slow

PART = "entries/0000/00000-*.jsonl"
# Commands that between them read and write everything: refs, objects, index, work tree, configuration.
COMMANDS = [
    *(["status"], ["list"], ["log"], ["diff"], ["validate"], ["commit", "-m", "x"], ["branch"]),
    *(["branch", "new"], ["switch", "main"], ["undo"], ["setup"], ["setup", "--check"], ["remote", "list"]),
    *(
        ["insights"],
        ["snapshot", "v1"],
        ["merge", "main"],
        ["export", "../out.jsonl", "--force"],
        ["conflicts"],
    ),
]


def sparse_index(top: Path, git) -> None:
    git("sparse-checkout", "set", "--cone", "--sparse-index", "library", cwd=top, check=0)


def split_index(top: Path, git) -> None:
    git("update-index", "--split-index", cwd=top, check=0)


def extension(name: str, value: str, version: str = "1") -> Callable[[Path, object], None]:
    text = f"[core]\n\trepositoryformatversion = {version}\n[extensions]\n\t{name} = {value}\n"
    return appended(".git/config", text.encode())


def appended(place: str, data: bytes) -> Callable[[Path, object], None]:
    def made(top: Path, git) -> None:
        with (top / place).open("ab") as stream:
            stream.write(data)

    return made


def replaced(place: str, data: bytes) -> Callable[[Path, object], None]:
    return lambda top, git: (top / place).write_bytes(data)


def without_objects(top: Path, git) -> None:
    for folder in (top / ".git/objects").iterdir():
        shutil.rmtree(folder)


def damaged_objects(top: Path, git) -> None:
    for place in (top / ".git/objects").glob("??/*"):
        place.chmod(0o644)
        place.write_bytes(place.read_bytes()[:-9] + b"x" * 9)


STATES = {
    "sparse index": (sparse_index, "git sparse-checkout reapply --no-sparse-index"),
    "split index": (split_index, "git update-index --no-split-index"),
    "damaged index": (replaced(".git/index", b"DIRC\0\0\0\2\0\0\0\x09nonsense"), "git reset"),
    "index of a later version": (replaced(".git/index", b"DIRC\0\0\0\x09" + b"\0" * 40), "git reset"),
    "reftable": (extension("refStorage", "reftable"), "git refs migrate --ref-format=files"),
    "SHA-256": (extension("objectFormat", "sha256"), "fast-import"),
    "unknown extension": (extension("tomorrow", "true"), "git itself"),
    "later version": (extension("noop", "true", "7"), "git itself"),
    "odd version": (extension("noop", "true", "many"), "git itself"),
    "broken configuration": (appended(".git/config", b"[core\n"), "mend that line"),
    "configuration without a section": (replaced(".git/config", b"x = y\n"), "mend that line"),
    "objects gone": (without_objects, "git fsck"),
    "objects damaged": (damaged_objects, "git fsck"),
    "branch of nonsense": (replaced(".git/refs/heads/main", b"nonsense\n"), None),
    "branch that leads nowhere": (replaced(".git/refs/heads/main", b"1" * 40 + b"\n"), None),
    "empty branch": (replaced(".git/refs/heads/main", b""), None),
    "packed refs of nonsense": (replaced(".git/packed-refs", b"nonsense\n"), None),
    "HEAD of nonsense": (replaced(".git/HEAD", b"nonsense\n"), None),
    "shallow of nonsense": (replaced(".git/shallow", b"nonsense\n"), None),
    "core.bare of nonsense": (
        appended(".git/config", b"[core]\n\tbare = perhaps\n\tcompression = much\n"),
        None,
    ),
}


@pytest.fixture
def top(tmp_path: Path, run) -> Path:
    run("init", tmp_path / "harbor", check=0)
    return tmp_path / "harbor"


@pytest.mark.parametrize("state", STATES)
def test_no_state_of_a_repository_ends_in_exit_70(top: Path, run, git, state: str) -> None:
    make, hint = STATES[state]
    make(top, git)
    if state in ("sparse index",):
        assert b"sdir" in (top / ".git/index").read_bytes()

    for words in COMMANDS:
        result = run(*words, cwd=top)
        assert result.code in (0, 1, 3, 4, 5), (words, result.err)
        if hint is not None and words in (["status"], ["commit", "-m", "x"]):
            assert result.code in (0, 4), (words, result.err)
            assert result.code == 0 or hint in result.err, result.err


@pytest.mark.parametrize("state", ["sparse index", "split index", "reftable", "SHA-256", "unknown extension"])
def test_the_refusal_changes_nothing(top: Path, run, git, state: str) -> None:
    STATES[state][0](top, git)
    before = {p: p.read_bytes() for p in top.rglob("*") if p.is_file() and "cache" not in p.name}

    for words in (["status"], ["commit", "-m", "x"], ["switch", "main"], ["merge", "main"], ["list"]):
        assert run(*words, cwd=top).code == 4, words

    after = {p: p.read_bytes() for p in top.rglob("*") if p.is_file() and "cache" not in p.name}
    assert {p: after.get(p) for p in before} == before


@pytest.mark.parametrize("state", ["sparse index", "split index"])
def test_the_command_that_the_hint_names_mends_it(top: Path, run, git, state: str) -> None:
    make, hint = STATES[state]
    make(top, git)
    assert run("status", cwd=top).code == 4

    git(*str(hint).split()[1:], cwd=top, check=0)

    run("status", cwd=top, check=0)


@pytest.mark.parametrize("name", ["noop", "preciousObjects", "partialClone", "worktreeConfig"])
def test_an_extension_that_changes_nothing_stops_nothing(top: Path, run, git, name: str) -> None:
    extension(name, "true")(top, git)

    for words in (["status"], ["commit", "-m", "x"], ["setup"]):
        run(*words, cwd=top, check=0)


def test_an_unknown_extension_of_an_old_repository_is_passed_over_as_git_does(top: Path, run, git) -> None:
    extension("tomorrow", "true", "0")(top, git)

    assert git("status", cwd=top).code == 0
    run("status", cwd=top, check=0)


def test_init_in_a_repository_that_cannot_be_read_leaves_nothing_behind(tmp_path: Path, run, git) -> None:
    git("init", "-q", "--object-format=sha256", tmp_path / "r", check=0)

    for words in (["init", tmp_path / "r"], ["init", tmp_path / "r", "--force"]):
        assert "SHA-1" in run(*words, check=4).err

    assert [p.name for p in (tmp_path / "r").iterdir()] == [".git"]


@pytest.fixture
def upstream(top: Path, run, git, tmp_path: Path) -> Path:
    """A dataset with some history, that lets others fetch a part of it."""
    for number in range(4):
        (tmp_path / "in.jsonl").write_text(
            f'{{"messages":[{{"role":"user","content":"{number}"}},{{"role":"assistant","content":"Yes."}}]}}\n'
        )
        run("import", tmp_path / "in.jsonl", cwd=top, check=0)
    git("config", "uploadpack.allowFilter", "true", cwd=top, check=0)
    git("config", "uploadpack.allowAnySHA1InWant", "true", cwd=top, check=0)
    return top


@pytest.mark.parametrize("filter", ["blob:none", "tree:0"])
def test_a_promised_object_is_fetched_through_git(
    upstream: Path, run, git, tmp_path: Path, filter: str
) -> None:
    part = tmp_path / "part"
    git("clone", "-q", f"--filter={filter}", upstream.as_uri(), part, check=0)
    entry = run("list", "--json", cwd=part, check=0).json["entries"][0]["id"]
    (tmp_path / "synced").mkdir()

    for words in (["log", entry], ["blame", entry], ["diff", "HEAD~2", "HEAD"], ["status"], ["undo"]):
        run(*words, cwd=part, check=0)
    run("remote", "add", "backup", tmp_path / "synced", cwd=part, check=0)
    run("push", "backup", cwd=part, check=0)
    run("clone", tmp_path / "synced/harbor-backup", tmp_path / "back", check=0)


def test_a_promise_that_cannot_be_kept_is_said_with_the_way_out(
    upstream: Path, run, git, tmp_path: Path
) -> None:
    part = tmp_path / "part"
    git("clone", "-q", "--filter=blob:none", upstream.as_uri(), part, check=0)
    upstream.rename(tmp_path / "away")

    result = run("diff", "HEAD~2", "HEAD", cwd=part, check=4)

    assert "partial clone" in result.err
    assert "git fetch --refetch" in result.err


def test_a_shallow_clone_reads_and_commits_and_says_why_it_is_no_backup(
    upstream: Path, run, git, tmp_path: Path
) -> None:
    part = tmp_path / "part"
    git("clone", "-q", "--depth", "2", upstream.as_uri(), part, check=0)
    (tmp_path / "synced").mkdir()
    run("remote", "add", "backup", tmp_path / "synced", cwd=part, check=0)

    result = run("push", "backup", cwd=part, check=4)

    assert "this clone is shallow" in result.err
    assert "git fetch --unshallow" in result.err
    for words in (["status"], ["log"], ["undo"]):
        run(*words, cwd=part, check=0)
    git("fetch", "-q", "--unshallow", cwd=part, check=0)
    run("push", "backup", cwd=part, check=0)


@pytest.mark.parametrize(
    "lock", ["index.lock", "HEAD.lock", "config.lock", "packed-refs.lock", "refs/heads/main.lock"]
)
def test_a_lock_of_another_program_is_named_and_never_a_crash(top: Path, run, lock: str, monkeypatch) -> None:
    monkeypatch.setattr("talekeep.store.git.locks.PATIENCE", 0.1)
    (top / ".git" / lock).touch()

    for words in [*COMMANDS, ["switch", "new"]]:
        result = run(*words, cwd=top)
        assert result.code in (0, 1, 3, 4, 5), (words, result.err)
        if result.code == 4 and "holds" in result.err:
            assert f"rm {top}/.git/{lock}" in result.err

    (top / ".git" / lock).unlink()
    with Dataset.open(top) as dataset:
        assert dataset.repo.head() is not None
    run("status", cwd=top, check=0)


UNREADABLE = [state for state, (_, hint) in STATES.items() if hint is not None and "objects" not in state]


@pytest.mark.parametrize("state", UNREADABLE)
def test_doctor_names_each_state_with_the_way_out(top: Path, run, git, state: str) -> None:
    make, hint = STATES[state]
    make(top, git)

    result = run("doctor", "--json", cwd=top, check=1)

    faults = [fault for check in result.json["checks"] for fault in check["faults"]]
    assert any(hint in (fault["hint"] or "") for fault in faults)


@pytest.mark.parametrize("state", ["sparse index", "split index"])
def test_doctor_mends_an_index_on_request(top: Path, run, git, state: str) -> None:
    STATES[state][0](top, git)
    staged = git("ls-files", "-s", cwd=top, check=0).out

    run("doctor", "--fix", cwd=top)

    run("status", cwd=top, check=0)
    assert git("ls-files", "-s", cwd=top, check=0).out == staged


def test_doctor_takes_away_locks_of_a_killed_talekeep_and_no_others(top: Path, run) -> None:
    process = subprocess.Popen(["true"])
    process.wait()
    ours, gits = top / ".git/refs/heads/main.lock", top / ".git/index.lock"
    ours.write_text(f"talekeep {process.pid}")
    gits.touch()

    result = run("doctor", "--fix", "--json", cwd=top)

    assert not ours.exists()
    assert gits.exists()
    assert str(gits) in result.out
