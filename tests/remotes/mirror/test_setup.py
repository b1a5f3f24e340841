"""Making a mirror: only in a folder that is there, only once, and only for one dataset."""

import shutil
from pathlib import Path

import pytest

from talekeep.core.errors import NotFound
from talekeep.core.errors import Outside
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.remotes.mirror.environment import Setting
from talekeep.remotes.mirror.folder.disk import Disk
from talekeep.remotes.mirror.folder.sync_clients import client
from talekeep.remotes.mirror.setup import find
from talekeep.remotes.mirror.setup import folder_name
from talekeep.remotes.mirror.setup import whole_or_gone


def test_a_new_mirror_holds_what_explains_it(machine, synced):
    laptop = machine()
    mirror = laptop.add(synced)
    names = sorted(p.name for p in mirror.folder.iterdir())
    assert mirror.folder == synced / "harbor-tales-backup"
    assert names[0] == "README.txt"
    assert len(names) == 2
    assert "Harbor tales" in (mirror.folder / "README.txt").read_text()


def test_adding_again_joins_the_mirror_that_is_there(laptop, machine, synced, content):
    before = content(synced)
    for number, place in enumerate((synced, synced / "harbor-tales-backup")):
        assert machine(f"other {number}").add(place).folder == laptop.mirror.folder
    assert laptop.add(synced).folder == laptop.mirror.folder
    assert content(synced) == before
    laptop.save(entries__a="x\n")
    assert not laptop.push().full


def test_the_mirror_of_another_dataset_is_not_joined(machine, synced, content):
    machine("one").add(synced, dataset_id="0193c7aa-0000")
    before = content(synced)
    with pytest.raises(Refused, match="another dataset"):
        machine("two").add(synced, dataset_id="0193c7bb-0000")
    assert content(synced) == before
    machine("three").add(synced, dataset_id="0193c7aa-0000")


@pytest.mark.parametrize("place", ["missing", "a file", "dangling", "inside", "in git"])
def test_a_place_that_cannot_be_a_mirror_is_refused(machine, tmp_path, place, content):
    laptop = machine()
    laptop.save(entries__a="x\n")
    targets = {
        "missing": tmp_path / "missing",
        "a file": tmp_path / "file",
        "dangling": tmp_path / "link",
        "inside": laptop.path / "entries",
        "in git": laptop.path / ".git",
    }
    (laptop.path / "entries").mkdir()
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises((NotFound, Outside, Refused)) as caught:
        laptop.add(targets[place])
    assert str(targets[place]) in caught.value.message
    assert caught.value.hint
    assert not (tmp_path / "missing").exists()
    assert not (tmp_path / "nowhere").exists()
    assert not list(laptop.path.rglob("*-backup"))


def test_a_folder_of_that_name_with_other_things_is_left_alone(machine, synced, content):
    (synced / "harbor-tales-backup").mkdir()
    (synced / "harbor-tales-backup/photo.jpg").write_bytes(b"x")
    before = content(synced)
    with pytest.raises(Refused, match="no Talekeep mirror"):
        machine().add(synced)
    assert content(synced) == before


@pytest.mark.parametrize(
    "label", ["", "My Laptop", "../x", "laptop_1", "a" * 24, "cache", "x--y", "-x", "tmp"]
)
def test_labels_that_cannot_stand_in_a_folder_name_are_refused(machine, synced, label):
    with pytest.raises(Usage):
        machine().add(synced, label=label)
    assert not list(synced.iterdir())


def test_names_of_new_folders_are_plain():
    assert folder_name("Harbor Tales") == "harbor-tales-backup"
    assert folder_name("恋愛") == "dataset-backup"
    assert folder_name("my cache.git") == "dataset-backup"
    assert folder_name("../../etc") == "etc-backup"
    assert len(folder_name("x" * 300)) <= 60


def test_finding_the_mirror_to_clone(laptop, machine, synced, tmp_path):
    assert find(Disk(), synced) == laptop.mirror.folder
    assert find(Disk(), laptop.mirror.folder) == laptop.mirror.folder
    (tmp_path / "none").mkdir()
    with pytest.raises(NotFound):
        find(Disk(), tmp_path / "none")
    shutil.copytree(laptop.mirror.folder, synced / "other-backup")
    with pytest.raises(Usage, match="several"):
        find(Disk(), synced)


def test_a_mirror_of_a_newer_format_is_not_written(laptop, content):
    """F37: a folder of a newer format."""
    store = next(laptop.mirror.folder.glob("store*"))
    store.write_text(store.read_text().replace("# talekeep-mirror-store 1", "# talekeep-mirror-store 2"))
    laptop.save(entries__a="x\n")
    before = content(laptop.mirror.folder)
    with pytest.raises(Refused, match="format 2") as caught:
        laptop.push()
    assert "README.txt" in caught.value.hint
    assert content(laptop.mirror.folder) == before


def test_the_program_that_uploads_is_told_by_its_marks(tmp_path):
    for name, mark in (
        ("Dropbox", ".dropbox"),
        ("Syncthing", ".stfolder"),
        ("Nextcloud", ".sync_0a1b2c3d4e5f.db"),
    ):
        (tmp_path / name / "deep").mkdir(parents=True)
        (tmp_path / name / mark).touch()
        assert client(tmp_path / name / "deep", tmp_path, {}) == name
    (tmp_path / "Library/CloudStorage/GoogleDrive-a@example.org/x").mkdir(parents=True)
    inside = tmp_path / "Library/CloudStorage/GoogleDrive-a@example.org/x"
    assert client(inside, tmp_path, {}) == "GoogleDrive"
    (tmp_path / "od/x").mkdir(parents=True)
    assert client(tmp_path / "od/x", tmp_path, {"OneDrive": str(tmp_path / "od")}) == "OneDrive"
    (tmp_path / "my Dropbox notes").mkdir()
    assert client(tmp_path / "my Dropbox notes", Path("/nonexistent"), {}) == "your sync program"


def test_a_mirror_that_could_not_be_finished_leaves_no_folder(tmp_path: Path) -> None:
    disk, folder = Setting().disk, tmp_path / "harbor-backup"

    def fails() -> None:
        with whole_or_gone(disk, tmp_path, "harbor"):
            folder.mkdir()
            (folder / "README.txt").write_text("…")
            raise KeyError

    with pytest.raises(KeyError):
        fails()
    assert not folder.exists()


def test_a_mirror_that_was_there_or_that_somebody_pushed_to_stays(tmp_path: Path) -> None:
    disk, folder = Setting().disk, tmp_path / "harbor-backup"

    def fails() -> None:
        with whole_or_gone(disk, tmp_path, "harbor"):
            (folder / "laptop-01234567").mkdir(parents=True, exist_ok=True)
            raise KeyError

    with pytest.raises(KeyError):
        fails()
    assert folder.is_dir()
    with pytest.raises(KeyError):
        fails()
    assert folder.is_dir()


def test_a_folder_that_is_not_there_is_not_found_and_the_hint_says_how_to_make_it(machine, synced):
    with pytest.raises(NotFound, match="no folder") as refused:
        machine().add(synced / "a b" / "c")
    assert str(refused.value.hint).startswith(f"mkdir -p '{synced / 'a b' / 'c'}'")
