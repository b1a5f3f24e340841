"""Damaged, renamed, missing and half-delivered files: always exactly one state that was pushed."""

import random
import shutil
from pathlib import Path

import pytest

from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.remotes.mirror.folder.disk import Disk
from talekeep.remotes.mirror.folder.disk import Stat
from talekeep.remotes.mirror.folder.manifest import parse
from talekeep.remotes.mirror.reader import fetch
from talekeep.store.git.pack.reach import check_complete
from talekeep.store.git.repository import Repository

pytestmark = pytest.mark.slow


def damaged(data, dice):
    at = dice.randrange(len(data))
    return dice.choice(
        [
            data[:at] + bytes([data[at] ^ 1 << dice.randrange(8)]) + data[at + 1 :],
            data[:at],
            data[:at] + bytes(len(data) - at),
            b"",
            data + b"junk",
            bytes(len(data)),
        ]
    )


def test_damaged_files_are_never_used(laptop, tmp_path):
    """F13: cut, zeroed and empty files."""
    states = history(laptop)
    dice = random.Random(11)
    files = sorted(p for p in laptop.folder.iterdir())
    kept = {path: path.read_bytes() for path in files}
    for round_ in range(12):
        for path, data in kept.items():
            path.write_bytes(data)
        for path in dice.sample(files, dice.randint(1, 3)):
            path.write_bytes(damaged(kept[path], dice))
        assert state_of(laptop, tmp_path / f"r{round_}") in [None, *states]


def test_every_flipped_byte_of_a_bundle_is_noticed(laptop):
    """F14: a single bit."""
    bundle = sorted(laptop.folder.glob("*.bundle"))[-1]
    whole = bundle.read_bytes()
    for at in range(0, len(whole), 3):
        bundle.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :])
        assert laptop.mirror.check().state == "older"
    for size in range(0, len(whole), 7):
        bundle.write_bytes(whole[:size])
        assert laptop.mirror.check().state == "older"


def test_exchanged_and_older_files_are_told_by_their_content(laptop, tmp_path):
    """F15: names exchanged, an older file back."""
    states = history(laptop)
    a, b = sorted(laptop.folder.glob("*.bundle"))[1:3]
    a.rename(tmp_path / "x")
    b.rename(a)
    (tmp_path / "x").rename(b)
    assert state_of(laptop, tmp_path / "exchanged") in states
    a.write_bytes(b.read_bytes())
    assert state_of(laptop, tmp_path / "older") in states


def history(machine):
    """Three more pushes; the refs of every push there is."""
    for n in range(3):
        machine.save(entries__a=f"{n}\n" * (n + 2))
        machine.push()
    return [dict(parse(p.read_bytes()).refs) for p in sorted(machine.folder.glob("*manifest*"))]


def state_of(machine, target):
    try:
        result = machine.restore(target, bare=True)
    except NotFound:
        return None
    refs = result.taken.refs
    repo = Repository.open(target)
    check_complete(repo.objects, list(refs.values()))
    repo.close()
    shutil.rmtree(target)
    return refs


SPELLINGS = [
    "{stem} (Ann's conflicted copy 2025-01-01){suffix}",
    "{stem}.sync-conflict-20250101-120000-ABCDEFG{suffix}",
    "{stem} 2{suffix}",
    "{stem}-LAPTOP{suffix}",
    "{stem} (1){suffix}",
    "{stem} (Case Conflict){suffix}",
    "{STEM}{suffix}",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_conflicted_copies_of_every_file_are_read_all_the_same(laptop, tmp_path, spelling):
    """F18: Even where every single file was renamed, the store file included."""
    places = [*laptop.folder.iterdir(), *laptop.mirror.folder.glob("store*")]
    for path in places:
        name = spelling.format(stem=path.stem, STEM=path.stem.upper(), suffix=path.suffix)
        path.rename(path.with_name(name))
    assert state_of(laptop, tmp_path / "new") == laptop.repo.refs()
    laptop.folder.rename(laptop.folder.with_name(laptop.folder.name + " 2"))
    assert state_of(laptop, tmp_path / "newer") == laptop.repo.refs()


def test_copies_beside_the_originals_change_nothing(laptop, tmp_path):
    for path in list(laptop.folder.iterdir()):
        shutil.copy(path, path.with_name(f"{path.stem} (1){path.suffix}"))
    assert state_of(laptop, tmp_path / "new") == laptop.repo.refs()
    assert laptop.push().already
    laptop.save(entries__a="x\n")
    assert not laptop.push().full


def test_foreign_files_are_ignored_and_listed(laptop, tmp_path):
    """F19: what systems and editors drop into folders."""
    for name in (
        "desktop.ini",
        ".DS_Store",
        "Icon\r",
        "Thumbs.db",
        "notes.txt~",
        "000009-manifest-0000000000000000.txt",
    ):
        (laptop.folder / name).write_bytes(b"[x]\n")
        (laptop.mirror.folder / name).write_bytes(b"[x]\n")
    (laptop.folder / "000009-full-0123456789abcdef.bundle").mkdir()
    (laptop.mirror.folder / ".stfolder").mkdir()
    (laptop.folder / "000008-full-0123456789abcdef.bundle").symlink_to("/dev/zero")
    assert state_of(laptop, tmp_path / "new") == laptop.repo.refs()
    laptop.save(entries__a="x\n")
    assert not laptop.push().full
    assert f"{laptop.folder.name}/desktop.ini" in laptop.mirror.describe(laptop.repo).foreign
    assert (laptop.folder / "desktop.ini").exists()


def test_placeholders_are_not_opened(laptop, machine, synced):
    """F21: files that are still in the cloud."""
    touched = []

    class Cloud(Disk):
        def files(self, folder):
            result = super().files(folder)
            return {n: Stat(s.size, "bundle" in n) for n, s in result.items()}

        def open(self, path):
            touched.append(path.name)
            return super().open(path)

    desktop = machine("desktop")
    desktop.add(synced, label="desktop")
    mirror = desktop.on(Cloud())
    status = mirror.describe(desktop.repo)
    assert [w.number for w in status.writers] == [None]
    assert status.writers[0].download > 0
    assert mirror.check().unchecked
    with pytest.raises(Refused, match="downloaded"):
        mirror.fetch(desktop.repo)
    assert not [name for name in touched if "bundle" in name]
    assert laptop.on(Cloud()).fetch(laptop.repo).moved == ()


def test_a_lost_store_file_stops_a_push_and_no_restore(laptop, tmp_path):
    next(laptop.mirror.folder.glob("store*")).unlink()
    assert state_of(laptop, tmp_path / "new") == laptop.repo.refs()
    laptop.save(entries__a="x\n")
    with pytest.raises(Refused, match="store"):
        laptop.push()


def test_salvage_when_every_manifest_is_lost(laptop, tmp_path, opened):
    history(laptop)
    for path in [*laptop.folder.glob("*manifest*"), *laptop.mirror.folder.glob("store*")]:
        path.unlink()
    result = laptop.restore(tmp_path / "new")
    assert result.salvaged
    assert result.taken.refs == laptop.repo.refs()
    next(laptop.folder.glob("000003*bundle")).unlink()
    result = laptop.restore(tmp_path / "older")
    assert any("needs pushes that are not there" in note for note in result.notes)
    assert opened(tmp_path / "older").head() != laptop.repo.head()


# A sync program that delivers in its own order


def simulate(laptop, tmp_path, steps, dice):
    states = history(laptop)
    replica = tmp_path / "replica"
    shutil.copytree(
        laptop.mirror.folder, replica, ignore=lambda d, names: names if Path(d) == laptop.folder else []
    )
    there = replica / laptop.folder.name
    there.mkdir(exist_ok=True)
    source = sorted(laptop.folder.iterdir())
    collected = []
    for n in range(steps):
        path = dice.choice(source)
        data, target = path.read_bytes(), there / path.name
        how = dice.randrange(7)
        if how == 0:
            target.unlink(missing_ok=True)
        elif how == 1:
            (there / f"{path.stem} ({n}){path.suffix}").write_bytes(
                damaged(data, dice) if dice.random() < 0.5 else data
            )
        else:
            target.write_bytes(data if how > 3 else damaged(data, dice))
        try:
            result = fetch.restore(replica, tmp_path / f"sim {n}", laptop.setting, bare=True)
        except NotFound:
            continue
        assert result.salvaged or result.taken.refs in states
        collected.append(result.taken.number)
        shutil.rmtree(tmp_path / f"sim {n}")
    for path in source:
        shutil.copy(path, there)
    result = fetch.restore(replica, tmp_path / "healed", laptop.setting, bare=True)
    assert result.taken.refs == states[-1]


def test_half_delivered_folders_give_a_whole_state(laptop, tmp_path):
    simulate(laptop, tmp_path, 15, random.Random(3))


@pytest.mark.slow
def test_half_delivered_folders_give_a_whole_state_for_long(laptop, tmp_path):
    simulate(laptop, tmp_path, 400, random.Random(4))
