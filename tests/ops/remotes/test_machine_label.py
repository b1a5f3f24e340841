"""A machine is called by a name its user chose: asked once, on a terminal, before anybody can read it."""

import importlib
import platform
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from talekeep.ops.remotes import machine_label

add = importlib.import_module("talekeep.cli.commands.remote.add")


@pytest.fixture
def harbor(tmp_path: Path, run: Any) -> Path:
    run("init", tmp_path / "harbor", "-q", check=0)
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
    return tmp_path / "harbor"


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = SimpleNamespace(isatty=lambda: True)
    monkeypatch.setattr(add, "sys", SimpleNamespace(stdin=stream, stderr=stream))


def machines(mirror: Path) -> list[str]:
    return sorted(folder.name.rpartition("-")[0] for folder in mirror.glob("*-backup/*-????????"))


@pytest.mark.usefixtures("terminal")
def test_it_is_asked_once_with_the_host_name_as_the_answer_at_hand(
    harbor: Path, tmp_path: Path, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "node", lambda: "Mara's-MacBook.local")

    asked = run("-C", harbor, "remote", "add", "a", tmp_path / "one", input="\n", check=0)
    assert "[mara-s-macbook]" in asked.err
    again = run("-C", harbor, "remote", "add", "b", tmp_path / "two", input="", check=0)
    assert "called" not in again.err
    run("-C", harbor, "push", "a", "-q", check=0)
    run("-C", harbor, "push", "b", "-q", check=0)
    run("clone", tmp_path / "one", tmp_path / "restored", "-q", check=0)
    run("-C", tmp_path / "restored", "snapshot", "x", "-q", check=0)
    run("-C", tmp_path / "restored", "push", "-q", check=0)

    assert machines(tmp_path / "one") == ["mara-s-macbook", "mara-s-macbook"]
    assert machines(tmp_path / "two") == ["mara-s-macbook"]


@pytest.mark.usefixtures("terminal")
def test_a_name_that_no_folder_may_have_is_refused_and_asked_for_again(
    harbor: Path, tmp_path: Path, run: Any
) -> None:
    refused = run("-C", harbor, "remote", "add", "a", tmp_path / "one", input="My Laptop\n", check=2)
    assert "use up to 23" in refused.err
    assert machine_label.known() is None

    run("-C", harbor, "remote", "add", "a", tmp_path / "one", input="laptop\n", check=0)
    assert machine_label.known() == "laptop"


@pytest.mark.usefixtures("terminal")
def test_nothing_is_asked_for_a_git_remote_with_a_label_or_in_a_script(
    harbor: Path, tmp_path: Path, run: Any, git: Any
) -> None:
    git("init", "-q", "--bare", tmp_path / "x.git", check=0)
    run("-C", harbor, "remote", "add", "git", tmp_path / "x.git", input="", check=0)
    run("-C", harbor, "remote", "add", "a", tmp_path / "one", "--label", "desk", input="", check=0)
    run("-C", harbor, "remote", "add", "b", tmp_path / "two", "--json", input="", check=0)
    run("-C", harbor, "remote", "add", "c", tmp_path / "three", "-n", input="", check=0)

    assert machine_label.known() is None


def test_without_a_terminal_the_name_says_nothing_of_the_machine(
    harbor: Path, tmp_path: Path, run: Any
) -> None:
    run("-C", harbor, "remote", "add", "a", tmp_path / "one", check=0)
    run("-C", harbor, "push", "-q", check=0)

    assert machines(tmp_path / "one") == ["this"]
