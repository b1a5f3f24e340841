"""The hook as the pre-commit framework runs it."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("pre_commit") is None, reason="pre-commit is not installed"
)


@pytest.fixture
def pre_commit(sh: Any, harbor: Path) -> Any:
    return lambda *args, **more: sh(sys.executable, "-m", "pre_commit", *args, cwd=harbor, **more)


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
    done = pre_commit("run", "--all-files")
    assert "validate the dataset" in done.out
