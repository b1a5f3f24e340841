"""A kind of remote is one file and one row: nothing outside `remotes` names one or spells its scheme."""

import re
import sys
from pathlib import Path

import pytest

from talekeep.remotes import addresses
from talekeep.remotes import kinds
from talekeep.remotes.base import Checked
from talekeep.remotes.base import Fetched
from talekeep.remotes.base import Pushed
from talekeep.remotes.base import Status
from talekeep.remotes.git import GitRemote
from talekeep.store.dataset import Dataset

PACKAGE = Path(kinds.__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("talekeep::/home/tess/Dropbox/x-backup", "folder"),
        ("talekeep-bare::/srv/x.git", "bare"),
        ("https://example.invalid/x.git", "git"),
        ("tess@example.invalid:x.git", "git"),
        ("/srv/x.git", "git"),
        ("other::x", None),
        ("", None),
    ],
)
def test_the_kind_is_told_by_the_address(url: str, name: str | None) -> None:
    kind = addresses.kind_of(url)

    assert (kind.name if kind else None) == name


def test_which_kinds_leave_this_machine() -> None:
    assert not kinds.FOLDER.is_network("talekeep::/x")
    assert not kinds.BARE.is_network("talekeep-bare::/x")
    assert kinds.GIT.is_network("ssh://example.invalid/x")
    assert not kinds.GIT.is_network("/srv/x.git")


def test_no_scheme_is_spelled_and_no_kind_compared_outside_remotes() -> None:
    schemes = "|".join(re.escape(kind.scheme) for kind in kinds.KINDS if kind.scheme)
    spelled = re.compile(rf"({schemes})::|\b(git|bare|remote|folder)\.KIND\b|\.kind == ")
    files = [*PACKAGE.glob("ops/**/*.py"), *PACKAGE.glob("cli/**/*.py"), *PACKAGE.glob("api/**/*.py")]
    named = [
        f"{place.relative_to(PACKAGE)}: {line.strip()}"
        for place in files
        for line in place.read_text(encoding="utf-8").splitlines()
        if spelled.search(line) and ("::" in line or "KIND" in line or "remote" in str(place))
    ]

    assert named == []


class Shelf:
    """A kind of remote that keeps everything in one text."""

    kind = "shelf"

    def __init__(self, name: str, address: str) -> None:
        self.name, self.place = name, Path(address)

    def push(self, repo: object, *, entries: int | None = None, full: bool = False) -> Pushed:
        self.place.write_text("kept")
        return Pushed(1, 4, str(self.place), "me", "nobody")

    def fetch(self, repo: object) -> Fetched:
        return Fetched(())

    def describe(self, repo: object) -> Status:
        return Status(str(self.place), "nobody", ())

    def check(self, *, restore: bool = False, everything: bool = False) -> Checked:
        return Checked("good", (), ())


def test_a_new_kind_is_listed_pushed_to_and_shown_by_its_row_alone(
    tmp_path: Path, run, git, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = kinds.Kind("shelf", "shelf", lambda name, address, _: Shelf(name, address), in_folder=True)
    monkeypatch.setattr(kinds, "KINDS", (*kinds.KINDS, row))
    run("init", tmp_path / "harbor", check=0)
    with Dataset.open(tmp_path / "harbor") as dataset:
        dataset.repo.settings.set({("remote", "attic", "url"): f"shelf::{tmp_path / 'attic'}"})
    top = tmp_path / "harbor"

    listed = run("remote", "list", "--json", cwd=top, check=0).json["remotes"]
    assert [(r["name"], r["kind"]) for r in listed] == [("attic", "shelf")]
    run("push", "attic", cwd=top, check=0)
    assert (tmp_path / "attic").read_text() == "kept"
    assert run("status", "--json", cwd=top, check=0).json["mirrors"][0]["name"] == "attic"
    run("remote", "check", "attic", cwd=top, check=0)
    run("fetch", "attic", cwd=top, check=0)
    run("config", "mirror.auto", "on-commit", cwd=top)
    run("remote", "remove", "attic", cwd=top, check=0)


ATTIC = """
from pathlib import Path

from talekeep.remotes.base import Checked, Fetched, Moved, Pushed, Status
from talekeep.core.progress import silent
from talekeep.store.git.repository import Repository


class Attic:
    kind = "attic"

    def __init__(self, name, address):
        self.name, self.place = name, Path(address)

    def push(self, repo, *, entries=None, full=False):
        from talekeep.remotes.git import GitRemote

        if not self.place.exists():
            Repository.init_bare(self.place).close()
        GitRemote(self.name, str(self.place)).push(repo)
        return Pushed(1, 4, str(self.place), "me", "nobody")

    def fetch(self, repo):
        from talekeep.remotes.git import GitRemote

        return GitRemote(self.name, str(self.place)).fetch(repo)

    def describe(self, repo):
        return Status(str(self.place), "nobody", (), refs={"refs/heads/main": "1" * 40})

    def check(self, *, restore=False, everything=False):
        return Checked("good" if self.place.exists() else "none", ("main",), ())


def connect(name, address):
    return Attic(name, address)
"""


def test_a_kind_of_another_package_is_added_pushed_to_fetched_checked_and_cloned(
    tmp_path: Path, run, git, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "package/attic_remote-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: attic_remote\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[talekeep.remotes]\nattic = attic_remote:connect\n")
    (tmp_path / "package/attic_remote.py").write_text(ATTIC)
    monkeypatch.syspath_prepend(tmp_path / "package")
    monkeypatch.delitem(sys.modules, "attic_remote", raising=False)
    top, address = tmp_path / "harbor", f"attic::{tmp_path / 'kept'}"
    run("init", top, check=0)

    planned = run("remote", "add", "loft", address, "--dry-run", "--json", cwd=top, check=0).json
    assert planned["remotes"][0]["kind"] == "attic"
    assert run("remote", "list", "--json", cwd=top, check=0).json["remotes"] == []
    run("remote", "add", "loft", address, cwd=top, check=0)
    assert run("remote", "list", "--json", cwd=top, check=0).json["remotes"][0]["url"] == address
    run("push", "loft", cwd=top, check=0)
    run("fetch", "loft", cwd=top, check=0)
    run("remote", "check", "loft", cwd=top, check=0)
    run("clone", address, tmp_path / "again", cwd=tmp_path, check=0)

    again = tmp_path / "again"
    assert git("rev-parse", "HEAD", cwd=again) == git("rev-parse", "HEAD", cwd=top)
    assert run("status", "--json", cwd=again, check=0).json["setup"] == []
    assert run("remote", "list", "--json", cwd=again, check=0).json["remotes"][0]["kind"] == "attic"
    run("remote", "remove", "loft", cwd=top, check=0)
    assert run("remote", "list", "--json", cwd=top, check=0).json["remotes"] == []


def test_a_kind_of_another_package_without_a_dataset_is_not_cloned(
    tmp_path: Path, run, git, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = kinds.Kind("attic", "attic", lambda name, address, _: GitRemote(name, address))
    monkeypatch.setattr(kinds, "KINDS", (*kinds.KINDS, row))
    git("init", "-q", "-b", "main", tmp_path / "code")
    for key, value in (("user.name", "A"), ("user.email", "a@example.org")):
        git("config", key, value, cwd=tmp_path / "code")
    git("commit", "-q", "--allow-empty", "-m", "No dataset.", cwd=tmp_path / "code")

    refused = run("clone", f"attic::{tmp_path / 'code'}", tmp_path / "again", cwd=tmp_path, check=4)

    assert "is no dataset" in refused.err
    assert not (tmp_path / "again").exists()
