"""A wheel in an empty environment keeps the promises that need it most: real files, plain git, the mirror."""

import os
import re
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
MACHINE = "state/talekeep/machine"
SUITES = ("test_real_files.py", "test_plain_git.py", "test_mirror_flow.py")


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory, outside: dict[str, str]) -> Path:
    """The folder of programs of an environment with Talekeep's wheel and what that asks for, nothing else."""
    place = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--wheel-dir", str(place), str(ROOT)]
    subprocess.run(pip, env=outside, cwd=place, check=True)
    (wheel,) = place.glob("*.whl")
    venv.create(place / "environment", with_pip=True)
    programs = place / "environment" / ("Scripts" if os.name == "nt" else "bin")
    install = [str(programs / "python"), "-m", "pip", "install", "-q", str(wheel)]
    subprocess.run(install, env=outside, cwd=place, check=True)
    return programs


@pytest.mark.parametrize("suite", SUITES)
def test_the_installed_program_keeps_the_promises_of(
    suite: str, programs: Path, outside: dict[str, str], tmp_path: Path
) -> None:
    inner = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(Path(__file__).with_name(suite))]
    # As a whole a slow one; of the others the fast tests are enough.
    inner += ["-m", "slow"] if suite == "test_plain_git.py" else []
    # No path of the caller's may lead to another Talekeep than the installed one.
    env = {name: value for name, value in outside.items() if name != "PYTHONPATH"}
    env["E2E_PROGRAM"] = str(programs / "talekeep")

    completed = subprocess.run(
        [*inner, f"--basetemp={tmp_path / 'inner'}"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )

    assert completed.returncode == 0, completed.stdout[-6000:]
    assert re.search(r"\d+ passed", completed.stdout)


def test_the_program_that_is_tested_is_the_installed_one(programs: Path, sh: Any) -> None:
    where = sh(programs / "python", "-c", "import talekeep; print(talekeep.__file__)").out.strip()
    assert Path(where).is_relative_to(programs.parent)


def test_the_demo_runs_in_an_empty_home(programs: Path, sh: Any, git: Any, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    env = {"HOME": str(home), "GIT_CONFIG_GLOBAL": os.devnull}
    env |= {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CACHE", "CONFIG", "DATA", "STATE")}
    for role in ("AUTHOR", "COMMITTER"):
        env |= {f"GIT_{role}_NAME": "", f"GIT_{role}_EMAIL": ""}

    output = sh(programs / "talekeep", "demo", "walk", cwd=tmp_path, env=env).out

    assert "$ talekeep merge darker" in output
    assert "not committed: 1 error" in output
    for dataset in ("walk/harbor", "walk/restored"):
        git("fsck", "--full", "--strict", cwd=tmp_path / dataset, check=0)
        assert git("status", "--porcelain", cwd=tmp_path / dataset, check=0).out == ""
    assert (tmp_path / "walk/train.jsonl").stat().st_size > 0
    # Nothing of the user's is written to but the name this machine has in mirrors.
    assert [p.relative_to(home).as_posix() for p in home.rglob("*") if p.is_file()] in ([], [MACHINE])
