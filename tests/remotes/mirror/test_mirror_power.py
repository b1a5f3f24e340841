"""Power loss at any point of a push, on a disk that loses what was not made durable."""

import random

import pytest

from talekeep.remotes.mirror.folder.disk import Disk
from talekeep.remotes.mirror.folder.manifest import parse
from talekeep.remotes.mirror.writer import push


class Model(Disk):
    """Notes everything done to the folder; `crash` builds a disk that a power loss may leave.

    Bytes that were not fsynced are lost, zero, half or whole; names in a folder that was not fsynced are
    there or not, each on its own.
    """

    def __init__(self):
        self.log, self.inodes = [], {}

    def make_folder(self, path):
        super().make_folder(path)
        self.log.append(("name", path, "folder"))

    def create(self, path):
        descriptor = super().create(path)
        self.inodes[descriptor] = inode = object()
        self.log.append(("name", path, inode))
        return descriptor

    def write(self, descriptor, data):
        result = super().write(descriptor, data)
        self.log.append(("write", self.inodes[descriptor], bytes(data[:result])))
        return result

    def sync(self, descriptor):
        self.log.append(("sync", self.inodes[descriptor], None))

    def publish(self, temporary, final):
        super().publish(temporary, final)
        self.log.append(("rename", temporary, final))

    def remove(self, path):
        super().remove(path)
        self.log.append(("name", path, None))

    def sync_folder(self, folder):
        self.log.append(("sync folder", folder, None))


class NoFsync(Model):
    def sync(self, descriptor):
        pass


class NoFolderFsync(Model):
    def sync_folder(self, folder):
        pass


def crash(log, dice):
    """After these operations: what each path holds (bytes, "folder"), None where the name is gone."""
    data, safe, certain, pending = {}, {}, {}, {}
    for kind, a, b in log:
        if kind == "name":
            pending[a] = b
        elif kind == "rename":
            inode = pending.get(a) or certain[a]
            pending[b], pending[a] = inode, None
        elif kind == "write":
            data[a] = data.get(a, b"") + b
        elif kind == "sync":
            safe[a] = data.get(a, b"")
        else:
            for path in [p for p in pending if p.parent == a]:
                certain[path] = pending.pop(path)
    for path, inode in pending.items():
        if dice.random() < 0.5:
            certain[path] = inode
    return {path: survivor(inode, data, safe, dice) for path, inode in certain.items()}


def survivor(inode, data, safe, dice):
    if inode in (None, "folder"):
        return inode
    whole, kept = data.get(inode, b""), safe.get(inode, b"")
    if whole == kept:
        return whole
    return dice.choice([kept, kept + bytes(len(whole) - len(kept)), whole[: len(whole) // 2], whole])


def put(item):
    for path, what in sorted(item.items()):
        if what == "folder":
            path.mkdir(exist_ok=True)
        elif what is None:
            path.unlink(missing_ok=True)
        elif path.parent.is_dir():
            path.write_bytes(what)


def losses(stage, model, seeds, prefixes=None):
    """Crash after each prefix of a push; how many disks lost what had been acknowledged, or the old state."""
    stage.reset()
    disk = model()
    stage.machine.push(disk)
    lost = []
    for cut in prefixes or range(len(disk.log) + 1):
        for seed in seeds:
            stage.reset_folder()
            put(crash(disk.log[:cut], random.Random(f"{seed} {cut}")))
            refs = stage.restored()
            allowed = (stage.new,) if cut == len(disk.log) else (stage.old, stage.new)
            if refs not in allowed:
                lost.append((cut, seed))
    return lost, len(disk.log)


def test_power_loss_leaves_the_old_state_or_the_new(stage, sampled):
    """F4: power loss at any point."""
    _, total = losses(stage, Model, [])
    assert losses(stage, Model, [1], sampled(total))[0] == []


@pytest.mark.slow
def test_power_loss_at_any_point_leaves_the_old_state_or_the_new(stage):
    assert losses(stage, Model, range(6))[0] == []


@pytest.mark.parametrize("mutant", [NoFsync, NoFolderFsync])
def test_the_power_loss_model_catches_a_missing_fsync(stage, mutant):
    _, total = losses(stage, mutant, [])
    assert losses(stage, mutant, range(8), [total])[0]


def test_the_power_loss_model_catches_a_manifest_written_first(stage, monkeypatch):
    real = push._publish
    monkeypatch.setattr(push, "_publish", lambda place, files, number: real(place, files[::-1], number))
    stage.reset()
    disk = Model()
    stage.machine.push(disk)
    alone = 0
    for cut in range(len(disk.log)):
        stage.reset_folder()
        put(crash(disk.log[:cut], random.Random(cut)))
        own = stage.machine.folder
        manifests = [parse(p.read_bytes()) for p in own.glob("0*manifest*")] if own.is_dir() else []
        alone += any(not (own / link.name).is_file() for m in manifests for link in m.chain)
    assert alone


@pytest.mark.slow
def test_after_power_loss_the_next_push_works(stage):
    disk = Model()
    stage.machine.push(disk)
    for cut in range(len(disk.log)):
        stage.reset()
        put(crash(disk.log[:cut], random.Random(cut)))
        stage.recovers(forgotten=True)
