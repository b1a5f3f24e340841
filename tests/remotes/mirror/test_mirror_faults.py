"""Kills and errors at any operation of a push: the old state or the new one, and no litter."""

import errno
import os
import random
import shutil

import pytest

from talekeep.core.errors import Outside
from talekeep.core.errors import Problem
from talekeep.core.errors import Refused
from talekeep.remotes.mirror.folder.disk import Disk

pytestmark = pytest.mark.slow

ENOUGH = 200


def operations(stage, disk_that):
    disk = disk_that()
    stage.machine.push(disk)
    stage.reset()
    return disk.count


def killed_at(stage, disk_that, point):
    def act(count, name):
        if count == point:
            os._exit(9)

    child = os.fork()
    if child == 0:
        stage.machine.push(disk_that(act))
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def check_kill(stage, disk_that, point):
    assert killed_at(stage, disk_that, point) == 9
    assert stage.restored() in (stage.old, stage.new)
    stage.recovers()


def test_a_kill_leaves_the_old_state_or_the_new(stage, disk_that, sampled):
    """F1: killed anywhere in a push."""
    for point in sampled(operations(stage, disk_that)):
        stage.reset()
        check_kill(stage, disk_that, point)


@pytest.mark.slow
def test_a_kill_at_every_operation_leaves_the_old_state_or_the_new(stage, disk_that):
    total = operations(stage, disk_that)
    assert total >= 17
    for point in range(1, total + 1):
        stage.reset()
        check_kill(stage, disk_that, point)


@pytest.mark.slow
def test_kill_after_kill_still_recovers(stage, disk_that):
    dice = random.Random(5)
    for _ in range(4):
        stage.reset()
        for _ in range(6):
            killed_at(stage, disk_that, dice.randint(1, 20))
            assert stage.restored() in (stage.old, stage.new)
        stage.recovers()


def fails_with(code, points):
    def act(count, name):
        if count in points:
            raise OSError(code, os.strerror(code))

    return act


def check_error(stage, disk_that, content, code, point, points):
    before = content(stage.synced)
    with pytest.raises(Problem) as caught:
        stage.machine.push(disk_that(fails_with(code, points)))
    assert caught.value.exit_code == 5
    assert os.strerror(code) in caught.value.message
    assert stage.restored() == stage.old
    if len(points) == 1:
        assert content(stage.synced) == before, f"operation {point}"
    assert before.items() <= content(stage.synced).items()
    stage.recovers()


def test_an_error_leaves_everything_as_it_was(stage, disk_that, content, sampled):
    """F6, F7, F8, F9: the disk is full, broken, read-only."""
    total = operations(stage, disk_that)
    for point, code in zip(sampled(total), (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS) * 2):  # noqa: B905
        stage.reset()
        check_error(stage, disk_that, content, code, point, {point})


@pytest.mark.slow
@pytest.mark.parametrize(
    "code", [errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS, errno.EDQUOT, errno.EFBIG]
)
def test_an_error_at_every_operation_leaves_everything_as_it_was(stage, disk_that, content, code):
    for point in range(1, operations(stage, disk_that) + 1):
        stage.reset()
        check_error(stage, disk_that, content, code, point, {point})


@pytest.mark.slow
def test_a_disk_that_stays_broken_is_cleared_up_by_the_next_push(stage, disk_that, content):
    total = operations(stage, disk_that)
    for point in range(1, total + 1):
        stage.reset()
        disk = disk_that(fails_with(errno.EIO, range(point, 10_000)))
        with pytest.raises(Outside):
            stage.machine.push(disk)
        assert stage.restored() in (stage.old, stage.new)
        stage.recovers()


def test_an_interrupt_takes_back_what_was_begun(stage, disk_that, content, sampled):
    total = operations(stage, disk_that)

    def interrupt(at):
        def act(count, name):
            if count == at:
                raise KeyboardInterrupt

        return act

    for point in sampled(total):
        stage.reset()
        before = content(stage.synced)
        with pytest.raises(KeyboardInterrupt):
            stage.machine.push(disk_that(interrupt(point)))
        assert content(stage.synced) == before
        stage.recovers()


def test_a_full_disk_is_told_before_anything_is_written(stage, content):
    class Full(Disk):
        def free(self, folder):
            return 16 * 2**20

    before = content(stage.synced)
    with pytest.raises(Outside, match=r"\d+ bytes free and this push needs \d+"):
        stage.machine.push(Full())
    assert content(stage.synced) == before


def test_short_writes_are_completed(stage):
    """F11: the system writes less than it was given."""

    class Short(Disk):
        def write(self, descriptor, data):
            return super().write(descriptor, data[:7])

    stage.machine.push(Short())
    assert stage.restored() == stage.new


def test_a_disk_that_gives_back_other_bytes_is_refused(stage, content):
    """F12: what is read back differs."""

    class Lying(Disk):
        def open(self, path):
            stream = super().open(path)
            if path.name.startswith("~"):
                stream.seek(1)
            return stream

    before = content(stage.synced)
    with pytest.raises(Refused, match="other bytes"):
        stage.machine.push(Lying())
    assert content(stage.synced) == before
    stage.recovers()


def test_windows_sharing_violations_are_waited_out(stage, monkeypatch):
    """F22: a file is locked for a moment."""
    from talekeep.remotes.mirror.folder import disk

    pauses, refused = [], []
    monkeypatch.setattr(disk.time, "sleep", pauses.append)
    real = os.open

    def locked(path, flags, *rest, **more):
        if flags & (os.O_WRONLY | os.O_RDWR) == 0 and len(refused) < 4 and "Cloud" in os.fspath(path):
            refused.append(path)
            error = OSError(13, "held by another process")
            error.winerror = 32
            raise error
        return real(path, flags, *rest, **more)

    monkeypatch.setattr(os, "open", locked)
    stage.machine.push()
    assert len(refused) == 4
    assert sum(pauses) < 3
    monkeypatch.setattr(os, "open", real)
    assert stage.restored() == stage.new


def test_without_hard_links_a_push_still_works(stage, monkeypatch):
    def never(*arguments, **how):
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", never)
    stage.machine.repo.objects.fsync_object_files = True
    disk = Disk()
    monkeypatch.setattr("talekeep.store.git.locks.os.link", never)
    stage.machine.push(disk)
    assert stage.restored() == stage.new


def test_a_kill_while_setting_up_is_finished_by_the_next_attempt(machine, synced, disk_that):
    from dataclasses import replace

    total = None
    for point in range(1, ENOUGH):
        made = machine(f"laptop {point}")
        made.save(entries__a="x\n")

        def act(count, name, point=point):
            if count == point:
                raise KeyboardInterrupt

        setting = made.setting
        made.setting = replace(setting, disk=disk_that(act))
        try:
            made.add(synced)
        except KeyboardInterrupt:
            made.setting = setting
            made.add(synced)
            made.push()
            items = sorted(p.name[:6] for p in made.mirror.folder.iterdir() if p.is_file())
            assert items in (["README", "store-"], ["README", "store-", "~store"])
            shutil.rmtree(made.mirror.folder)
        else:
            total = point
            break
    assert total
    assert total > 10
