"""The built wheel, installed into an empty environment, is the whole program."""

import os
import stat
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from talekeep import __version__

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
CARRIED = {"hooks": "talekeep/_hooks", "templates": "talekeep/_templates"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory, outside: dict[str, str]) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    pip = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(pip, env=outside, cwd=folder, check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory, outside: dict[str, str]) -> Path:
    """The folder of programs of an environment that holds the wheel and what it asks for."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    pip = [str(programs / "python"), "-m", "pip", "install", "-q", str(wheel)]
    subprocess.run(pip, env=outside, cwd=folder, check=True)
    return programs


def called(programs: Path, name: str, *args: str) -> str:
    completed = subprocess.run([programs / name, *args], capture_output=True, encoding="utf-8", check=False)
    assert completed.returncode == 0, completed.stderr
    return completed.stdout


def carried_files() -> Iterator[tuple[Path, str]]:
    for source, target in CARRIED.items():
        for file in (ROOT / source).rglob("*"):
            if file.is_file():
                yield file, f"{target}/{file.relative_to(ROOT / source).as_posix()}"


def test_the_wheel_carries_hooks_and_templates_unchanged(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = {n: archive.read(n) for n in archive.namelist() if n.startswith(tuple(CARRIED.values()))}
    expected = {name: file.read_bytes() for file, name in carried_files()}
    assert {name.split("/")[1] for name in expected} == {"_hooks", "_templates"}
    assert inside == expected


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no executable bit")
def test_the_wheel_keeps_hooks_executable(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        modes = {info.filename: info.external_attr >> 16 for info in archive.infolist()}
    lost = [n for f, n in carried_files() if f.stat().st_mode & stat.S_IXUSR and not modes[n] & stat.S_IXUSR]
    assert lost == []


def test_the_wheel_holds_its_types_and_licence_and_no_tests(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert "talekeep/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert {name.split("/")[0] for name in names} == {"talekeep", f"talekeep-{__version__}.dist-info"}


@pytest.mark.parametrize("name", ["talekeep", "git-talekeep"])
def test_the_installed_command_says_its_version(name: str, programs: Path) -> None:
    assert __version__ in called(programs, name, "--version").split()


def test_the_installed_command_runs_as_a_module(programs: Path) -> None:
    assert __version__ in called(programs, "python", "-m", "talekeep", "--version").split()


def test_the_installed_command_makes_a_dataset_from_its_templates(programs: Path, tmp_path: Path) -> None:
    called(programs, "talekeep", "init", "harbor")

    harbor = tmp_path / "harbor"
    for name in ("gitattributes", "gitignore"):
        assert (harbor / f".{name}").read_bytes() == (ROOT / "templates/dataset" / name).read_bytes()
    card = (harbor / "README.md").read_text(encoding="utf-8")
    assert "# harbor\n" in card
    assert "{" not in card
    assert (harbor / ".git/hooks/pre-commit").is_file()


def test_the_installed_command_finds_its_sample_conversations(programs: Path, tmp_path: Path) -> None:
    called(programs, "talekeep", "demo", "walk")
    assert list((tmp_path / "walk").rglob("talekeep.toml"))


def test_a_script_of_the_installed_package_works_and_type_checks(programs: Path, tmp_path: Path) -> None:
    script = ROOT / "tests" / "data" / "edit_fifty.py"
    line = '{{"messages":[{{"role":"user","content":"Q {0}?"}},{{"role":"assistant","content":"A {0}."}}]}}\n'
    (tmp_path / "chat.jsonl").write_text("".join(line.format(number) for number in range(60)))

    file = called(programs, "python", "-W", "error", str(script), "chat.jsonl", "harbor")

    assert file.splitlines()[-1] == "60 60 0 61 Polish every reply"
    pytest.importorskip("mypy")
    options = ["--strict", "--cache-dir", str(tmp_path / "cache"), "--python-executable", programs / "python"]
    completed = subprocess.run(
        [sys.executable, "-m", "mypy", *options, script], capture_output=True, text=True, check=False
    )
    assert completed.stdout.startswith("Success"), completed.stdout
