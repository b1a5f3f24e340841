"""A full disk or one that may not be written: said in words, exit 5, nothing lost, and it goes on later."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def on(sh: Any, talekeep: list[str]) -> Callable[..., Any]:
    """Runs Talekeep where a disk is to be seen."""
    return lambda disk, *args, **more: sh(*disk.inside, *talekeep, *args, **more)


@pytest.fixture
def as_committed(sh: Any) -> Callable[..., None]:
    """Fail unless the dataset on that disk is whole, clean, and has this many entries."""

    def check(disk: Any, dataset: Path, count: int) -> None:
        safe = ["git", "-c", "safe.directory=*", "-C", str(dataset)]
        sh(*disk.inside, *safe, "fsck", "--full", "--strict", "--no-dangling")
        status = sh(*disk.inside, *safe, "status", "--porcelain", "--ignored", "--untracked-files=all")
        assert status.out == ""
        result = sh(*disk.inside, "sh", "-c", 'cat "$1"/entries/*/*.jsonl | wc -l', "sh", dataset)
        assert int(result.out) == count

    return check


def _is_about_space(text: str) -> bool:
    return text.startswith("error: ") and re.search(r"No space left|disk is full", text) is not None


def fill(sh: Any, disk: Any, free: int) -> Path:
    """Leave about `free` KiB on a disk."""
    ballast = disk.path / "ballast"
    sh(*disk.inside, "dd", "if=/dev/zero", f"of={ballast}", "bs=1k", check=None)
    sh(*disk.inside, "truncate", "-s", f"-{free}K", ballast)
    return ballast


@pytest.mark.parametrize("free", [0, 200, *(pytest.param(n, marks=pytest.mark.slow) for n in (8, 40, 400))])
def test_an_import_on_a_full_disk_changes_nothing_and_works_once_there_is_space(
    free: int, disk: Any, on: Any, as_committed: Any, sh: Any, records: Any
) -> None:
    place = disk("6m")
    harbor = place.path / "harbor"
    on(place, "init", harbor)
    on(place, "-C", harbor, "import", records("first.jsonl", 3))
    ballast = fill(sh, place, free)
    file = records("more.jsonl", 200, start=100, words=400)

    refused = on(place, "-C", harbor, "import", file, check=5)

    assert _is_about_space(refused.err)
    sh(*place.inside, "rm", ballast)
    as_committed(place, harbor, 3)
    on(place, "-C", harbor, "import", file)
    as_committed(place, harbor, 203)


@pytest.mark.parametrize("free", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in (8, 40, 100))])
def test_a_commit_on_a_full_disk_keeps_the_edit(
    free: int, disk: Any, on: Any, as_committed: Any, sh: Any, records: Any
) -> None:
    place = disk("6m")
    harbor = place.path / "harbor"
    on(place, "init", harbor)
    on(place, "-C", harbor, "import", records("first.jsonl", 100, words=100))
    shell = [*place.inside, "sh", "-c"]
    edit = 'sed -i \'s/Driftwood/Amber/\' "$1"/entries/*/*.jsonl && cat "$1"/entries/*/*.jsonl'
    edited = sh(*shell, edit, "sh", harbor).out
    ballast = fill(sh, place, free)

    result = on(place, "-C", harbor, "commit", "-m", "amber", check=None)

    assert result.code in (0, 5), result.err
    assert result.code == 0 or _is_about_space(result.err)
    sh(*place.inside, "rm", ballast)
    assert ("amber" in on(place, "-C", harbor, "log").out) == (result.code == 0)
    assert sh(*shell, 'cat "$1"/entries/*/*.jsonl', "sh", harbor).out == edited
    on(place, "-C", harbor, "commit", "-m", "amber")
    as_committed(place, harbor, 100)
    assert "amber" in on(place, "-C", harbor, "log").out


@pytest.mark.slow
def test_a_push_to_a_full_disk_leaves_the_mirror_as_it_was(
    disk: Any, on: Any, sh: Any, harbor: Path, tk: Any, records: Any, tmp_path: Path
) -> None:
    place = disk("24m")
    on(place, "-C", harbor, "remote", "add", "stick", place.path)
    on(place, "-C", harbor, "push")
    listed = ["sh", "-c", 'cd "$1" && find . -type f | sort | xargs sha256sum', "sh", place.path]
    tk("import", records("more.jsonl", 2000, start=100, words=100), cwd=harbor)
    ballast = fill(sh, place, 40)
    before = sh(*place.inside, *listed).out

    refused = on(place, "-C", harbor, "push", check=5)

    assert str(place.path) in refused.err
    assert "free some space" in refused.err
    assert sh(*place.inside, *listed).out == before
    sh(*place.inside, "rm", ballast)
    on(place, "-C", harbor, "push")
    on(place, "clone", place.path / "harbor-backup", tmp_path / "back")
    assert tk("status", "--json", cwd=tmp_path / "back").json["entries"] == 2003


def test_an_export_on_a_full_disk_leaves_the_old_file(
    disk: Any, on: Any, sh: Any, harbor: Path, tk: Any, records: Any
) -> None:
    place = disk("2m")
    tk("import", records("more.jsonl", 200, start=100, words=400), cwd=harbor)
    out = place.path / "train.jsonl"
    sh(*place.inside, "sh", "-c", 'echo old > "$1"', "sh", out)
    fill(sh, place, 40)

    refused = on(place, "-C", harbor, "export", out, "--force", check=5)

    assert "space" in refused.err.casefold()
    assert sh(*place.inside, "cat", out).out == "old\n"
    assert sh(*place.inside, "ls", "-A", place.path).out.split() == ["ballast", "train.jsonl"]


def test_a_dataset_that_may_not_be_written_can_be_read_and_says_why_it_cannot_be_changed(
    disk: Any, on: Any, as_committed: Any, records: Any, tmp_path: Path
) -> None:
    place = disk("8m")
    harbor = place.path / "harbor"
    on(place, "init", harbor)
    on(place, "-C", harbor, "import", records("first.jsonl", 3))
    place.remount("ro")
    file = records("more.jsonl", 5, start=100)

    refused = on(place, "-C", harbor, "import", file, check=5)

    assert "Read-only file system" in refused.err
    assert refused.err.startswith("error: ")
    as_committed(place, harbor, 3)
    assert on(place, "-C", harbor, "list", "--json").json["total"] == 3
    on(place, "-C", harbor, "export", tmp_path / "out.jsonl")
    assert on(place, "-C", harbor, "status", "--json").json["entries"] == 3
    on(place, "-C", harbor, "validate")
    place.remount("rw")
    on(place, "-C", harbor, "import", file)
    as_committed(place, harbor, 8)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_change_whose_answer_cannot_be_written_is_not_called_failed(harbor: Path, talekeep: Any) -> None:
    words = [*talekeep, "branch", "new"]
    with Path("/dev/full").open("w") as full:
        completed = subprocess.run(
            words, cwd=harbor, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert completed.returncode == 5
    assert "this is done, but the answer cannot be written" in completed.stderr
    assert (harbor / ".git/refs/heads/new").exists()
