"""`init`, `setup`, `status`."""

import tomllib
import uuid
from pathlib import Path

import pytest

from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.ops.history import commit
from talekeep.ops.project import init
from talekeep.ops.project import setup
from talekeep.ops.project import status
from talekeep.store.dataset import Dataset


def test_a_new_dataset_is_a_clean_git_repository(tmp_path: Path, git) -> None:
    result = init.init(tmp_path / "harbor", name='Harbor "nights"')
    top = tmp_path / "harbor"

    assert sorted(git("ls-files", cwd=top, check=0).out.split()) == [
        ".gitattributes",
        ".gitignore",
        "README.md",
        "talekeep.toml",
    ]
    assert git("status", "--porcelain", "--branch", cwd=top).out == "## main\n"
    assert git("fsck", "--strict", cwd=top).code == 0
    settings = tomllib.loads((top / "talekeep.toml").read_text())
    assert (settings["format"], settings["id"], settings["name"]) == (1, result.dataset, 'Harbor "nights"')
    assert uuid.UUID(result.dataset).version == 4
    assert result.commit == git("rev-parse", "HEAD", cwd=top).out.strip()
    assert (result.path, result.name) == (str(top), 'Harbor "nights"')
    assert "{name}" not in (top / "README.md").read_text()
    with Dataset.open(top) as dataset:
        assert status.status(dataset).next == "talekeep import FILE"
        assert setup.setup(dataset, check=True).faults == []


def test_the_folders_name_is_the_datasets(tmp_path: Path) -> None:
    assert init.init(tmp_path / "harbor").name == "harbor"
    with pytest.raises(Usage, match="needs a name"):
        init.init(tmp_path / "other", name="\x1b\n ")


@pytest.mark.parametrize("kind", ["a file in it", "a dataset", "a repository above", "a file"])
def test_a_place_that_is_taken_is_refused_unless_told(tmp_path: Path, git, kind: str) -> None:
    top = tmp_path / "x" / "harbor"
    top.parent.mkdir()
    if kind == "a file":
        top.write_text("mine")
    elif kind == "a repository above":
        git("init", "-q", top.parent, check=0)
    elif kind == "a dataset":
        init.init(top)
    else:
        top.mkdir()
        (top / "novel.txt").write_text("mine")
    before = sorted(p.name for p in top.parent.rglob("*"))

    with pytest.raises(Refused):
        init.init(top)

    assert sorted(p.name for p in top.parent.rglob("*")) == before
    if kind in ("a file in it", "a repository above"):
        assert init.init(top, force=True).commit


def test_force_keeps_what_is_there_and_leaves_it_uncommitted(tmp_path: Path, git) -> None:
    top = tmp_path / "harbor"
    git("init", "-q", "-b", "trunk", top, check=0)
    (top / "README.md").write_text("Mine\n")
    git("add", "README.md", cwd=top, check=0)
    git("commit", "-qm", "Mine", cwd=top, check=0)

    init.init(top, force=True)

    assert (top / "README.md").read_text() == "Mine\n"
    assert len(git("log", "--format=%H", "trunk", cwd=top).out.split()) == 2
    assert git("status", "--porcelain", cwd=top).out == ""


def test_a_dry_init_makes_nothing(tmp_path: Path) -> None:
    assert init.init(tmp_path / "harbor", dry_run=True).commit is None
    assert not (tmp_path / "harbor").exists()


def test_a_killed_init_can_be_run_again(tmp_path: Path, git) -> None:
    git("init", "-q", tmp_path / "harbor", check=0)

    assert init.init(tmp_path / "harbor").commit


def test_status_counts_by_entry(dataset, take, talk, edit, git) -> None:
    take([talk("1"), talk("2"), talk("3")])
    clean = status.status(dataset)
    assert (clean.entries, clean.changes.any, clean.validated, clean.next) == (3, False, True, None)
    assert (clean.branch, clean.commit, clean.mirrors, clean.setup) == ("main", dataset.repo.head(), [], [])
    part = edit("A friend of 1", "Nobody")
    lines = part.read_bytes().split(b"\n")
    new = lines[0].replace(lines[0][7:43], b"123e4567-e89b-42d3-a456-426614174000")
    part.write_bytes(b"\n".join([lines[0], lines[1], new, b"not json", b""]))
    (dataset.path / "README.md").write_text("Mine\n")

    result = status.status(dataset)

    changes = result.changes
    assert (changes.added, changes.changed, changes.removed, changes.unreadable) == (1, 1, 1, 1)
    assert changes.other == ["README.md"]
    assert result.next == "talekeep validate"


def test_status_names_the_next_step(dataset, take, talk, edit, git) -> None:
    take([talk("1")])
    edit("A friend", "No friend")
    assert status.status(dataset).next == 'talekeep commit -m "…"'
    commit.commit(dataset)
    (dataset.repo.git_dir / "hooks/pre-commit").unlink()
    assert status.status(dataset).next == "talekeep setup"
    setup.setup(dataset)
    assert status.status(dataset).next is None


def test_a_commit_past_the_hooks_is_not_taken_for_validated(dataset, take, talk, edit, git) -> None:
    take([talk("1")])
    edit('"role":"user"', '"role":"narrator"')
    git("commit", "-qam", "x", "--no-verify", cwd=dataset.path, check=0)

    result = status.status(dataset)

    assert not result.validated
    assert result.next == "talekeep validate"


def test_a_conflict_of_git_is_told_first(dataset, git) -> None:
    for name in ("side", "main"):
        git("checkout", "-q", *(["-b"] if name == "side" else []), name, cwd=dataset.path, check=0)
        (dataset.path / "README.md").write_text(name)
        git("commit", "-qam", name, cwd=dataset.path, check=0)
    git("merge", "side", cwd=dataset.path)

    result = status.status(dataset)

    assert result.conflicts == ["README.md"]
    assert result.next == "talekeep conflicts"


def test_setup_can_be_taken_out_and_put_back(dataset) -> None:
    assert setup.setup(dataset, remove=True) == setup.SetUp([], installed=False)
    checked = setup.setup(dataset, check=True)
    assert checked.faults
    assert not checked.installed
    assert setup.setup(dataset) == setup.SetUp(checked.faults, installed=True)
    assert setup.setup(dataset, check=True).faults == []
