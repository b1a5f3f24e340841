"""The hook as the pre-commit framework runs it."""

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("pre_commit") is None, reason="pre-commit is not installed"
)


@pytest.fixture
def pre_commit(sh: Any, harbor: Path) -> Any:
    return lambda *args, **more: sh(sys.executable, "-m", "pre_commit", *args, **{"cwd": harbor, **more})


@pytest.fixture
def under_manifest(
    harbor: Path, tk: Any, git: Any, pre_commit: Any, talekeep: list[str]
) -> Callable[..., Path]:
    """A dataset whose hooks are published ones, run with the program of this test."""
    import yaml

    def make(hook: str) -> Path:
        rows = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
        row = next(row for row in rows if row["id"] == hook)
        row["entry"] = subprocess.list2cmdline([*talekeep, *row["entry"].split()[1:]])
        row["language"] = "system"
        tk("setup", "--remove", cwd=harbor)
        text = yaml.safe_dump({"repos": [{"repo": "local", "hooks": [row]}]})
        (harbor / ".pre-commit-config.yaml").write_text(text)
        git("add", ".", cwd=harbor, check=0)
        git("commit", "-qm", "use pre-commit", cwd=harbor, check=0)
        pre_commit("install", "-t", "pre-commit", "-t", "pre-merge-commit")
        return harbor

    return make


def break_first_entry(dataset: Path) -> str:
    part = sorted(dataset.glob("entries/*/*.jsonl"))[0]
    part.write_bytes(part.read_bytes().replace(b'"role":"user"', b'"role":"captain"', 1))
    return part.name


@pytest.mark.slow
@pytest.mark.parametrize("hook", ["talekeep-validate", "talekeep-validate-all"])
def test_in_ci_the_published_hooks_refuse_a_broken_commit_and_take_a_good_one(
    hook: str, under_manifest: Any, pre_commit: Any, git: Any, tmp_path: Path
) -> None:
    harbor = under_manifest(hook)
    pre_commit("run", "--all-files")
    pre_commit("run", "--from-ref", "HEAD~1", "--to-ref", "HEAD")
    name = break_first_entry(harbor)
    git("commit", "-qam", "broken", "--no-verify", cwd=harbor, check=0)
    (harbor / "notes.md").write_text("not about entries\n")
    git("add", ".", cwd=harbor, check=0)
    git("commit", "-qm", "after it", "--no-verify", cwd=harbor, check=0)

    for asked in (
        ["--all-files"],
        ["--from-ref", "HEAD~1", "--to-ref", "HEAD"],
        ["--from-ref", "HEAD~2", "--to-ref", "HEAD~1"],
    ):
        refused = pre_commit("run", *asked, check=1)
        assert f"{name}:1: S" in refused.out, asked
    git("clone", "-q", harbor, tmp_path / "ci", check=0)
    refused = pre_commit("run", "--all-files", cwd=tmp_path / "ci", check=1)
    assert f"{name}:1: S" in refused.out
    if hook == "talekeep-validate":
        pre_commit("run", "--from-ref", "HEAD~3", "--to-ref", "HEAD~2")


@pytest.mark.slow
def test_all_files_are_all_files_beside_something_staged(
    under_manifest: Any, pre_commit: Any, git: Any
) -> None:
    harbor = under_manifest("talekeep-validate")
    name = break_first_entry(harbor)
    git("commit", "-qam", "broken", "--no-verify", cwd=harbor, check=0)
    (harbor / "notes.md").write_text("not about entries\n")
    git("add", ".", cwd=harbor, check=0)

    assert f"{name}:1: S" in pre_commit("run", "--all-files", check=1).out
    pre_commit("run")
    git("commit", "-qm", "notes alone", cwd=harbor, check=0)


@pytest.mark.slow
def test_hooks_that_the_framework_renames_go_on_judging(
    harbor: Path, tk: Any, git: Any, pre_commit: Any, tmp_path: Path
) -> None:
    (harbor / ".pre-commit-config.yaml").write_text("repos: []\n")
    git("add", ".", cwd=harbor, check=0)
    git("commit", "-qm", "config", cwd=harbor, check=0)
    for kind in ("pre-commit", "pre-push", "commit-msg", "pre-merge-commit"):
        pre_commit("install", "-t", kind)
    assert (harbor / ".git/hooks/pre-commit.legacy").exists()
    assert tk("status", "--json", cwd=harbor).json["setup"] == []

    git("init", "-q", "--bare", tmp_path / "away.git", check=0)
    pushed = git("push", tmp_path / "away.git", "main", cwd=harbor)
    assert "never allowed" in pushed.err + pushed.out
    assert not git("for-each-ref", cwd=tmp_path / "away.git").out
    name = break_first_entry(harbor)
    refused = git("commit", "-qam", "broken", cwd=harbor)
    assert refused.code != 0
    assert f"{name}:1: S" in refused.out + refused.err
    git("checkout", "-q", ".", cwd=harbor, check=0)
    git("commit", "-q", "--allow-empty", "-m", "good", cwd=harbor, check=0)
    assert "Talekeep-Op: commit" in git("log", "-1", "--format=%B", cwd=harbor).out

    # Setting up again neither doubles the hooks nor calls them in a circle; removing leaves the framework's.
    tk("setup", cwd=harbor)
    git("commit", "-q", "--allow-empty", "-m", "again", cwd=harbor, check=0)
    tk("setup", "--remove", cwd=harbor)
    assert not list((harbor / ".git/hooks").glob("*.legacy"))
    assert b"pre-commit.com" in (harbor / ".git/hooks/pre-commit").read_bytes()


@pytest.mark.slow
def test_hooks_that_call_each_other_end(harbor: Path, tk: Any, git: Any, pre_commit: Any) -> None:
    (harbor / ".pre-commit-config.yaml").write_text("repos: []\n")
    git("add", ".", cwd=harbor, check=0)
    git("commit", "-qm", "config", cwd=harbor, check=0)
    hooks = harbor / ".git/hooks"
    ours = (hooks / "pre-commit").read_bytes()
    pre_commit("install")
    (hooks / "pre-commit").replace(hooks / "pre-commit.before-talekeep")
    (hooks / "pre-commit").write_bytes(ours)
    (hooks / "pre-commit").chmod(0o755)

    git("commit", "-q", "--allow-empty", "-m", "good", cwd=harbor, check=0)
    break_first_entry(harbor)
    assert git("commit", "-qam", "broken", cwd=harbor).code != 0


@pytest.fixture
def under_pre_commit(harbor: Path, tk: Any, git: Any, pre_commit: Any, talekeep: list[str]) -> Path:
    """A dataset whose hooks are the framework's instead of ours."""
    tk("setup", "--remove", cwd=harbor)
    entry = subprocess.list2cmdline([*talekeep, "hook", "pre-commit"])
    (harbor / ".pre-commit-config.yaml").write_text(
        "default_install_hook_types: [pre-commit, pre-merge-commit]\n"
        "repos:\n- repo: local\n  hooks:\n  - id: talekeep-validate\n    name: validate the dataset\n"
        f"    entry: {entry}\n    language: system\n    pass_filenames: false\n    always_run: true\n"
        "    stages: [pre-commit, pre-merge-commit]\n"
    )
    git("add", ".", cwd=harbor, check=0)
    git("commit", "-qm", "use pre-commit", cwd=harbor, check=0)
    pre_commit("install")
    return harbor


def test_the_published_hook_is_one_the_framework_takes(pre_commit: Any) -> None:
    pre_commit("validate-manifest", ROOT / ".pre-commit-hooks.yaml")


def test_the_framework_refuses_a_broken_line_and_takes_a_good_one(under_pre_commit: Path, git: Any) -> None:
    part = sorted(under_pre_commit.glob("entries/*/*.jsonl"))[0]
    whole = part.read_bytes()
    part.write_bytes(whole.replace(b'"role":"user"', b'"role":"captain"', 1))

    refused = git("commit", "-am", "x", cwd=under_pre_commit)

    assert refused.code == 1
    assert f"{part.name}:1: S" in refused.out + refused.err
    part.write_bytes(whole.replace(b"Driftwood", b"Amber", 1))
    git("commit", "-am", "x", cwd=under_pre_commit, check=0)


@pytest.mark.slow
def test_the_framework_looks_at_what_is_staged(under_pre_commit: Path, git: Any) -> None:
    part = sorted(under_pre_commit.glob("entries/*/*.jsonl"))[0]
    whole = part.read_bytes()
    part.write_bytes(whole.replace(b"Driftwood", b"Amber", 1))
    git("add", part, cwd=under_pre_commit, check=0)
    part.write_bytes(whole[:-3])

    git("commit", "-m", "the staged one", cwd=under_pre_commit, check=0)

    assert part.read_bytes() == whole[:-3]
    shown = git("show", f"HEAD:{part.relative_to(under_pre_commit).as_posix()}", cwd=under_pre_commit)
    assert "Amber" in shown.out


@pytest.mark.slow
def test_all_files_may_be_checked_at_once(under_pre_commit: Path, pre_commit: Any) -> None:
    result = pre_commit("run", "--all-files")
    assert "validate the dataset" in result.out
