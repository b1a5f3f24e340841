"""What every remote promises: what was saved can be fetched, and nobody overwrites anybody."""

import contextlib
from pathlib import Path

import pytest

from talekeep.core.errors import Refused
from talekeep.remotes.base import Remote
from talekeep.store.git import trees
from talekeep.store.git.commits import Signature
from talekeep.store.git.repository import Repository

_WHO = Signature("A", "a@example.org", 1_700_000_000)


class RemoteSuite:
    """Subclass it, and say how to connect: all machines of one test connect to the same place."""

    def connect(self, machine: Repository, place: Path, name: str) -> Remote:
        """The remote `name` of this machine, which keeps what it has in the folder `place` (or what that
        stands for)."""
        raise AssertionError("override `connect`")

    @pytest.fixture
    def place(self, tmp_path: Path) -> Path:
        folder = tmp_path / "place"
        folder.mkdir()
        return folder

    @pytest.fixture
    def laptop(self, tmp_path: Path) -> Repository:
        return _machine(tmp_path / "laptop")

    @pytest.fixture
    def desktop(self, tmp_path: Path) -> Repository:
        return _machine(tmp_path / "desktop")

    def test_it_has_a_kind(self, laptop: Repository, place: Path) -> None:
        assert self.connect(laptop, place, "there").kind

    def test_what_was_pushed_can_be_fetched_elsewhere(
        self, laptop: Repository, desktop: Repository, place: Path
    ) -> None:
        tip = commit(laptop, "First.\n")
        self.connect(laptop, place, "there").push(laptop)

        self.connect(desktop, place, "there").fetch(desktop)

        assert tip in fetched(desktop, "there")
        assert read(desktop, tip) == b"First.\n"

    def test_a_second_push_brings_what_is_new(
        self, laptop: Repository, desktop: Repository, place: Path
    ) -> None:
        remote = self.connect(laptop, place, "there")
        commit(laptop, "First.\n")
        remote.push(laptop)
        tip = commit(laptop, "Second.\n")
        remote.push(laptop)
        remote.push(laptop)

        self.connect(desktop, place, "there").fetch(desktop)

        assert tip in fetched(desktop, "there")

    def test_two_machines_that_diverged_lose_nothing(
        self, laptop: Repository, desktop: Repository, place: Path
    ) -> None:
        first = commit(laptop, "First.\n")
        self.connect(laptop, place, "there").push(laptop)
        there = self.connect(desktop, place, "there")
        there.fetch(desktop)
        desktop.set_ref("HEAD", first, None)
        ours = commit(laptop, "Ours.\n")
        self.connect(laptop, place, "there").push(laptop)
        theirs = commit(desktop, "Theirs.\n")
        # It may keep both, or refuse the second.
        with contextlib.suppress(Refused):
            there.push(desktop)

        third = _machine(place.parent / "third")
        self.connect(third, place, "there").fetch(third)

        assert ours in fetched(third, "there")
        assert desktop.head() == theirs
        assert read(desktop, theirs) == b"Theirs.\n"

    def test_what_it_checks_is_whole(self, laptop: Repository, place: Path) -> None:
        remote = self.connect(laptop, place, "there")
        commit(laptop, "First.\n")
        remote.push(laptop)

        checked = remote.check(restore=True)

        assert (checked.state, checked.problems) == ("good", ())
        assert remote.describe(laptop)


def _machine(path: Path) -> Repository:
    return Repository.init(path)


def commit(machine: Repository, text: str) -> str:
    """Commit one file with this text on top of what is there; the commit's id."""
    (blob,) = machine.write_blobs([text.encode()])
    head = machine.head()
    tree = trees.apply(machine, trees.EMPTY, {"story.txt": blob})
    made = machine.create_commit(tree, [head] if head else [], "Commit.\n", _WHO)
    assert machine.set_ref("HEAD", made, head)
    return made


def fetched(machine: Repository, name: str) -> set[str]:
    """The commits that `fetch` brought."""
    return set(machine.refs_under(f"refs/remotes/{name}/").values())


def read(machine: Repository, commit_id: str) -> bytes:
    """The file of a commit."""
    return machine.blob(trees.listing(machine, machine.commit(commit_id).tree)["story.txt"])
