"""A kind of remote is one file and one row: nothing outside `remotes` names one or spells its scheme."""

import re
from pathlib import Path

import pytest

import talekeep.remotes as remotes
from talekeep.remotes import kinds
from talekeep.remotes.base import Checked
from talekeep.remotes.base import Fetched
from talekeep.remotes.base import Pushed
from talekeep.remotes.base import Status
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
    kind = remotes.kind_of(url)

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
