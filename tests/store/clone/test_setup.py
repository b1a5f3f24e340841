"""Hooks and drivers: put in, checked, taken out, and nothing of the user's is lost on the way."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from talekeep.ops.history import commit
from talekeep.store.clone import setup
from talekeep.store.clone.clone import Clone

PART = "entries/0000/00000-aaaa.jsonl"


def hook_of_the_user(place: Path, mark: Path, code: int = 0) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f"#!/bin/sh\necho ran >> '{mark.as_posix()}'\nexit {code}\n")
    place.chmod(0o755)


@pytest.fixture
def bare_repo(tmp_path: Path, git) -> Clone:
    git("init", "-q", "-b", "main", tmp_path / "r", cwd=tmp_path, check=0)
    return Clone.in_folder(tmp_path / "r")


def snapshot(repo: Clone) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in repo.hooks.iterdir()}


def config_of(git, repo: Clone) -> list[str]:
    return sorted(git("config", "--local", "--list", cwd=repo.path, check=0).out.splitlines())


def test_what_is_missing_is_named_and_nothing_is_once_installed(bare_repo) -> None:
    missing = setup.faults(bare_repo)

    assert "the pre-commit hook is not installed" in missing
    assert any(fault.startswith("diff.talekeep.textconv is not set") for fault in missing)
    setup.install(bare_repo)
    assert setup.faults(bare_repo) == []
    again = Clone.in_folder(bare_repo.path)
    assert setup.faults(again) == []
    setup.install(again)
    assert setup.faults(again) == []


@pytest.mark.parametrize("own", [{}, {"core.autocrlf": "input"}, {"core.hooksPath": "somewhere"}])
def test_removing_brings_back_what_was_there(bare_repo, git, tmp_path: Path, own: dict[str, str]) -> None:
    for name, value in own.items():
        git("config", name, value, cwd=bare_repo.path, check=0)
    hook_of_the_user(bare_repo.hooks / "pre-commit", tmp_path / "mark")
    before = snapshot(bare_repo), config_of(git, bare_repo)

    repo = Clone.in_folder(bare_repo.path)
    setup.install(repo)
    setup.install(repo)
    assert (snapshot(repo), config_of(git, repo)) != before
    setup.remove(repo)

    assert (snapshot(repo), config_of(git, repo)) == before


def test_a_hook_that_was_there_still_runs_and_may_refuse(dataset, git, tmp_path: Path) -> None:
    setup.remove(dataset)
    mark = tmp_path / "mark"
    hook_of_the_user(dataset.repo.git_dir / "hooks/pre-commit", mark)
    setup.install(dataset)
    git("commit", "-qm", "x", "--allow-empty", cwd=dataset.path, check=0)
    assert mark.read_text() == "ran\n"

    hook_of_the_user(dataset.repo.git_dir / "hooks/pre-commit.before-talekeep", mark, code=3)
    assert git("commit", "-qm", "x", "--allow-empty", cwd=dataset.path).code != 0
    assert mark.read_text() == "ran\nran\n"


@pytest.mark.parametrize("name", ["pre-commit", "commit-msg"])
@pytest.mark.parametrize("written", ["hooks-of-mine", "~/hooks-of-mine"])
def test_hooks_of_a_hooks_path_still_run(
    dataset, git, tmp_path: Path, name: str, written: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = tmp_path / "hooks-of-mine" if written.startswith("~") else dataset.path / written
    mark = tmp_path / "mark"
    hook_of_the_user(folder / name, mark)
    git("config", "core.hooksPath", written, cwd=dataset.path, check=0)
    repo = Clone.in_folder(dataset.path)
    setup.install(repo)

    git("commit", "-qm", "x", "--allow-empty", cwd=dataset.path, check=0)

    assert mark.read_text() == "ran\n"


def test_a_hooks_path_of_the_user_for_all_repositories_does_not_switch_validation_off(
    dataset, git, tmp_path: Path
) -> None:
    (tmp_path / "global-hooks").mkdir()
    git("config", "--global", "core.hooksPath", tmp_path / "global-hooks", cwd=dataset.path, check=0)
    repo = Clone.in_folder(dataset.path)
    if not setup.faults(repo):
        setup.install(repo)
    (dataset.path / "entries/0000").mkdir(parents=True)
    (dataset.path / PART).write_bytes(b"not json\n")
    git("add", "entries", cwd=dataset.path, check=0)

    refused = git("commit", "-qm", "x", cwd=dataset.path).code != 0

    assert refused or setup.faults(repo)


def test_a_hook_without_its_interpreter_lets_nothing_through(dataset, git, monkeypatch) -> None:
    place = dataset.repo.git_dir / "hooks/pre-commit"
    lines = place.read_text().splitlines(keepends=True)
    place.write_text("".join("python=/nowhere/python\n" if r.startswith("python=") else r for r in lines))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")

    result = git("commit", "-m", "x", "--allow-empty", cwd=dataset.path)

    assert result.code != 0
    assert "pip install talekeep && talekeep setup" in result.err


def test_a_damaged_hook_or_setting_is_a_fault(dataset, git) -> None:
    place = dataset.repo.git_dir / "hooks/pre-commit"
    place.write_bytes(place.read_bytes().replace(b"exit 1", b"exit 0"))
    git("config", "diff.talekeep.textconv", "cat", cwd=dataset.path, check=0)
    repo = Clone.in_folder(dataset.path)

    assert setup.faults(repo) == [
        "the pre-commit hook is of another Talekeep",
        "diff.talekeep.textconv is set to cat",
    ]
    setup.install(repo)
    assert setup.faults(repo) == []


def test_both_hooks_hear_what_git_says_and_either_may_refuse(dataset, git, tmp_path: Path) -> None:
    setup.remove(dataset)
    older = dataset.repo.git_dir / "hooks/pre-push"
    older.parent.mkdir(exist_ok=True)
    file = tmp_path / "heard"
    older.write_text(f"#!/bin/sh\necho \"$1 $2\" > '{file}'\ncat >> '{file}'\n")
    older.chmod(0o755)
    setup.install(dataset)
    git("init", "-q", "--bare", tmp_path / "away.git", check=0)

    refused = git("push", tmp_path / "away.git", "main", cwd=dataset.path)

    assert "never allowed" in refused.err
    text = f"refs/heads/main {dataset.repo.head()} refs/heads/main {'0' * 40}\n"
    assert file.read_text() == f"{tmp_path / 'away.git'} {tmp_path / 'away.git'}\n{text}"
    older.with_name("pre-push.before-talekeep").write_text("#!/bin/sh\nexit 1\n")
    assert "never allowed" not in git("push", tmp_path / "away.git", "main", cwd=dataset.path).err


def test_an_older_message_hook_works_first_and_may_refuse(dataset, git, tmp_path: Path) -> None:
    setup.remove(dataset)
    older = dataset.repo.git_dir / "hooks/commit-msg"
    older.parent.mkdir(exist_ok=True)
    older.write_text('#!/bin/sh\n[ $# -eq 1 ] && echo "Change-Id: 12" >> "$1"\n')
    older.chmod(0o755)
    setup.install(dataset)

    git("commit", "-qm", "x\n\nRefs: 1", "--allow-empty", cwd=dataset.path, check=0)

    text = git("log", "-1", "--format=%B", cwd=dataset.path).out
    assert text.startswith("x\n\nRefs: 1\nChange-Id: 12\nTalekeep-Op: commit\n")
    older.with_name("commit-msg.before-talekeep").write_text("#!/bin/sh\nexit 1\n")
    assert git("commit", "-qm", "x", "--allow-empty", cwd=dataset.path).code != 0


@pytest.mark.parametrize("broken", ["/nowhere/python", "/bin/false"])
def test_without_the_program_what_judges_refuses_and_what_helps_is_silent(
    broken: str, dataset, git, monkeypatch, tmp_path: Path
) -> None:
    for place in (dataset.repo.git_dir / "hooks").iterdir():
        lines = place.read_text().splitlines(keepends=True)
        place.write_text("".join(f"python={broken}\n" if r.startswith("python=") else r for r in lines))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    git("init", "-q", "--bare", tmp_path / "away.git", check=0)

    pushed = git("push", tmp_path / "away.git", "main", cwd=dataset.path)
    switched = git("checkout", "-q", "-b", "side", cwd=dataset.path)

    assert pushed.code != 0
    assert "pip install talekeep && talekeep setup" in pushed.err
    assert "git push --no-verify" in pushed.err
    assert (switched.code, switched.out, switched.err) == (0, "", "")
    message = tmp_path / "message"
    message.write_text("x\n")
    (dataset.repo.git_dir / "hooks/pre-commit").unlink()
    git("commit", "-q", "--allow-empty", "-F", message, cwd=dataset.path, check=0)
    assert git("log", "-1", "--format=%B", cwd=dataset.path).out == "x\n\n"


JUDGES = ("pre-commit", "pre-merge-commit", "pre-push")


def refusing(dataset, git, tmp_path: Path, **environment: str) -> dict[str, bool]:
    """Which of commit and push git refuses: a commit of a broken part, a push to a place never allowed."""
    (dataset.path / "entries/0000").mkdir(parents=True, exist_ok=True)
    (dataset.path / PART).write_bytes(b"not json\n")
    git("add", "entries", cwd=dataset.path, check=0)
    if not (tmp_path / "away.git").exists():
        git("init", "-q", "--bare", tmp_path / "away.git", check=0)
    env = {**os.environ, **environment}
    program = shutil.which("git")
    commands = {"commit": ["commit", "-qm", "x"], "push": ["push", str(tmp_path / "away.git"), "main"]}
    refused = {
        name: subprocess.run(
            [program, *command], cwd=dataset.path, env=env, capture_output=True, check=False
        ).returncode
        != 0
        for name, command in commands.items()
    }
    git("reset", "-q", "--soft", str(dataset.repo.head()), cwd=dataset.path, check=0)
    return refused


CLOSED = {"commit": True, "push": True}


@pytest.mark.parametrize("place", ["{}.legacy", "{}.d/50-talekeep", "moved/{}", "{}.before"])
def test_a_hook_knows_its_name_under_any_file_name(dataset, git, tmp_path: Path, place: str) -> None:
    for name in JUDGES:
        hook = dataset.repo.git_dir / "hooks" / name
        moved = hook.parent / place.format(name)
        moved.parent.mkdir(exist_ok=True)
        hook.rename(moved)
        hook.write_text(f'#!/bin/sh\nexec "$(dirname "$0")/{place.format(name)}" "$@"\n')
        hook.chmod(0o755)

    assert refusing(dataset, git, tmp_path) == CLOSED


def test_a_hook_without_a_name_lets_nothing_through(dataset, git, tmp_path: Path) -> None:
    for name in JUDGES:
        hook = dataset.repo.git_dir / "hooks" / name
        text = hook.read_text().replace(f"name={name}\n", "name=@NAME@\n")
        hook.with_name(f"50-{name}").write_text(text)
        hook.with_name(f"50-{name}").chmod(0o755)
        hook.write_text(f'#!/bin/sh\nexec "$(dirname "$0")/50-{name}" "$@"\n')

    assert refusing(dataset, git, tmp_path) == CLOSED


@pytest.mark.parametrize(
    "fake", ["exit 0", "exit 1", "kill -9 $$", "kill -9 $PPID", "cat >/dev/null; exit 0"]
)
def test_an_interpreter_that_does_anything_opens_no_gate(dataset, git, tmp_path: Path, fake: str) -> None:
    program = tmp_path / "fake"
    program.write_text(f"#!/bin/sh\n{fake}\n")
    program.chmod(0o755)
    for name in JUDGES:
        place = dataset.repo.git_dir / "hooks" / name
        rows = place.read_text().splitlines(keepends=True)
        place.write_text("".join(f"python={program}\n" if r.startswith("python=") else r for r in rows))

    assert refusing(dataset, git, tmp_path) == CLOSED
    assert refusing(dataset, git, tmp_path, PATH="/usr/bin:/bin") == CLOSED


def test_a_broken_path_opens_no_gate(dataset, git, tmp_path: Path) -> None:
    assert refusing(dataset, git, tmp_path, PATH="/nowhere", TMPDIR="/nowhere") == CLOSED


def test_a_hook_that_was_cut_off_opens_no_gate(dataset, git, tmp_path: Path) -> None:
    whole = {name: (dataset.repo.git_dir / "hooks" / name).read_bytes() for name in JUDGES}
    first = whole["pre-commit"].index(b"{\n") + 2
    for length in range(first, len(whole["pre-commit"]) - 2, 211):
        for name in JUDGES:
            (dataset.repo.git_dir / "hooks" / name).write_bytes(whole[name][:length])
        assert refusing(dataset, git, tmp_path) == CLOSED


def test_a_hook_that_git_would_ignore_is_a_fault(dataset) -> None:
    (dataset.repo.git_dir / "hooks/pre-push").chmod(0o644)

    assert setup.faults(dataset) == ["the pre-push hook is not executable, so git ignores it"]


def test_attributes_that_are_gone_are_a_fault_and_setup_writes_them(dataset, git) -> None:
    """Without them git merges parts by line and shows them as JSON, for everybody."""
    top = dataset.path
    setup.install(dataset)
    given = (top / ".gitattributes").read_text()
    for text in (None, "", "*.txt text", given.replace("merge=talekeep", "")):
        if text is None:
            git("rm", "-q", ".gitattributes", cwd=top, check=0)
        else:
            (top / ".gitattributes").write_text(text)
            git("add", ".gitattributes", cwd=top, check=0)
        git("commit", "-qm", "x", "--no-verify", cwd=top, check=0)
        assert any(".gitattributes" in one for one in setup.faults(dataset))

        setup.install(dataset)

        assert setup.faults(dataset) == []
        assert (top / ".gitattributes").read_text().startswith(text or "")
        for path in ("entries/0000/00000-0000.jsonl", "library/tags.toml"):
            output = git("check-attr", "merge", path, cwd=top, check=0).out
            assert output.endswith("merge: talekeep\n")
        assert commit.commit(dataset).files == [".gitattributes"]
    setup.install(dataset)
    assert commit.commit(dataset).commit is None


def test_an_interpreter_this_user_may_not_look_at_is_a_fault_and_no_crash(dataset) -> None:
    setup.install(dataset)
    place = "/" + "x" * 5000 + "/python"
    dataset.settings.set({("diff", "talekeep", "textconv"): f"{place} -P -m talekeep textconv"})
    assert any("textconv" in one for one in setup.faults(dataset))
