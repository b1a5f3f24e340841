"""Old generations go, newest ones stay, and only files of our own are ever deleted."""

import hashlib
from dataclasses import replace
from datetime import UTC
from datetime import datetime
from datetime import timedelta

import pytest

from talekeep.core.errors import NotFound
from talekeep.core.errors import Problem
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.remotes.mirror.folder.disk import Disk
from talekeep.remotes.mirror.folder.disk import Stat
from talekeep.remotes.mirror.folder.manifest import manifest_name
from talekeep.remotes.mirror.folder.manifest import parse
from talekeep.remotes.mirror.folder.manifest import render
from talekeep.remotes.mirror.writer import push
from talekeep.remotes.mirror.writer.forget_machine import forget
from talekeep.remotes.mirror.writer.prune import Retention
from talekeep.remotes.mirror.writer.prune import prune

pytestmark = pytest.mark.slow

FEW = Retention(generations=2, days=0)
DAY = timedelta(days=1)


class Calendar:
    """A clock that a test sets."""

    def __init__(self):
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self):
        return self.now


def pruned(machine, retention=FEW, disk=None, carry_out=True):
    setting = replace(machine.mirror.setting, disk=disk) if disk else machine.mirror.setting
    folder = machine.mirror.folder
    return prune(machine.repo, folder, "backup", setting, retention, carry_out=carry_out)


def forgotten(machine, writer, disk=None, carry_out=True):
    setting = replace(machine.mirror.setting, disk=disk) if disk else machine.mirror.setting
    return forget(machine.repo, machine.mirror.folder, "backup", writer, setting, carry_out=carry_out)


@pytest.fixture
def aged(laptop):
    """Five generations of two pushes each, ten days apart."""
    calendar = Calendar()
    laptop.mirror = replace(laptop.mirror, setting=replace(laptop.setting, now=calendar))
    laptop.calendar = calendar
    for n in range(4):
        calendar.now += 10 * DAY
        laptop.save(entries__a=f"generation {n}\n")
        laptop.push(full=True)
        laptop.save(entries__a=f"generation {n}, later\n")
        laptop.push()
    return laptop


def fulls(machine):
    return sorted(int(p.name[:6]) for p in machine.folder.glob("*-full-*"))


def test_by_default_the_last_three_and_thirty_days_stay(aged):
    assert fulls(aged) == [1, 3, 5, 7, 9]

    result = pruned(aged, Retention())

    assert fulls(aged) == [3, 5, 7, 9]
    assert result.kept == (3, 5, 7, 9)
    assert {name[:6] for name in result.removed} == {"000001", "000002"}


def test_saying_what_would_go_deletes_nothing(aged, content):
    before = content(aged.mirror.folder)

    result = pruned(aged, carry_out=False)

    assert content(aged.mirror.folder) == before
    assert result.removed == pruned(aged).removed
    assert fulls(aged) == [7, 9]
    assert set(content(aged.mirror.folder)) == set(before) - {f"{result.writer}/{n}" for n in result.removed}


def test_what_stays_restores_and_later_pushes_go_on(aged, tmp_path, restored):
    pruned(aged)
    aged.save(entries__a="after\n")
    assert not aged.push().full
    _, repo = restored(aged, tmp_path / "new")
    assert repo.refs() == aged.repo.refs()
    assert pruned(aged).removed == ()


def test_two_generations_always_stay(aged):
    with pytest.raises(Usage, match="at least 2"):
        pruned(aged, Retention(generations=1, days=0))


def test_a_generation_that_is_not_whole_does_not_count(aged):
    next(aged.folder.glob("000007-full*")).unlink()
    with pytest.raises(Refused, match="000007"):
        pruned(aged)
    assert fulls(aged) == [1, 3, 5, 9]


@pytest.mark.parametrize("which", ["000009-full*", "000010-incr*", "000007-full*", "000010-manifest*"])
@pytest.mark.parametrize("how", ["gone", "damaged"])
def test_where_what_is_to_stay_is_not_whole_nothing_goes(aged, which, how, content):
    path = next(aged.folder.glob(which))
    data = path.read_bytes()
    path.unlink() if how == "gone" else path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    before = content(aged.mirror.folder)
    with pytest.raises(Refused):
        pruned(aged)
    assert content(aged.mirror.folder) == before


def test_files_still_in_the_cloud_stop_it(aged):
    class Cloud(Disk):
        def files(self, folder):
            return {n: Stat(s.size, n.startswith("000001-full")) for n, s in super().files(folder).items()}

    with pytest.raises(Refused, match="still in the cloud"):
        pruned(aged, disk=Cloud())


def test_names_that_are_not_ours_stay(aged):
    foreign = [aged.folder / "000001-full-copy (1).bundle", aged.folder / "notes.txt"]
    for path in foreign:
        path.write_bytes(b"x")
    pruned(aged)
    assert all(path.exists() for path in foreign)


def test_an_identity_used_twice_stops_it(aged):
    path = sorted(aged.folder.glob("000002-manifest*"))[0]
    other = render(replace(parse(path.read_bytes()), made="2020-01-01T00:00:00Z"))
    (aged.folder / manifest_name(2, hashlib.sha256(other).hexdigest())).write_bytes(other)
    with pytest.raises(Refused, match="another copy"):
        pruned(aged)


@pytest.mark.parametrize("year", [1970, 2099])
def test_f26_a_wrong_clock_makes_nothing_older(aged, year):
    """Clock at 1970 or 2099 when pruning."""
    aged.calendar.now = datetime(year, 1, 2, tzinfo=UTC)
    removed = {name[:6] for name in pruned(aged, Retention()).removed}
    assert removed == ({"000001", "000002"} if year == 2099 else set())


def test_f26_pushes_keep_their_order_when_the_clock_goes_back(aged, tmp_path, restored):
    aged.calendar.now = datetime(1999, 1, 1, tzinfo=UTC)
    aged.save(entries__a="in another century\n")
    assert aged.push().number == 11
    result, repo = restored(aged, tmp_path / "new")
    assert result.taken.number == 11
    assert repo.head() == aged.repo.head()


def test_f27_after_the_folder_went_back_in_time_nothing_is_pruned(aged, content):
    for path in aged.folder.glob("00001*"):
        path.unlink()
    before = content(aged.mirror.folder)
    with pytest.raises(Refused, match="push 10 is not whole"):
        pruned(aged)
    assert content(aged.mirror.folder) == before


def test_f28_pruned_files_that_come_back_are_harmless_and_go_again(aged, tmp_path, restored, content):
    """A sync program that brings deleted files back, some of them."""
    before = content(aged.mirror.folder)
    removed = pruned(aged).removed
    for name in removed[::2]:
        (aged.folder / name).write_bytes(before[f"{aged.folder.name}/{name}"])
    aged.save(entries__a="goes on\n")
    assert not aged.push().full
    _, repo = restored(aged, tmp_path / "new")
    assert repo.refs() == aged.repo.refs()
    assert set(pruned(aged).removed) == set(removed[::2])


def test_f2_a_kill_in_a_clean_up_leaves_what_stays_and_a_second_run_finishes(aged, disk_that, content):
    kept = {n: d for n, d in content(aged.mirror.folder).items() if "/00001" in n}
    total = len(pruned(aged, carry_out=False).removed) + 2
    for _ in range(total):

        def act(count, name):
            if count == 2:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            pruned(aged, disk=disk_that(act, ("remove", "sync_folder")))
        assert aged.mirror.check(restore=True).state == "good"
        assert {7, 9} <= set(fulls(aged))
        assert kept.items() <= content(aged.mirror.folder).items()
        if not pruned(aged, carry_out=False).removed:
            break
    pruned(aged)
    assert fulls(aged) == [7, 9]
    names = sorted(p.name[:6] for p in aged.folder.iterdir())
    assert names == [f"{n:06d}" for n in range(7, 11) for _ in range(2)]


def test_manifests_go_durably_before_the_bundles_they_name(aged):
    collected = []

    class Noting(Disk):
        def remove(self, path):
            collected.append("manifest" if "manifest" in path.name else "bundle")
            super().remove(path)

        def sync_folder(self, folder):
            collected.append("sync")
            super().sync_folder(folder)

    pruned(aged, disk=Noting())
    assert collected == ["manifest"] * 6 + ["sync"] + ["bundle"] * 6 + ["sync"]


def test_a_deleted_journal_prunes_nothing(aged):
    before = fulls(aged), aged.folder
    (aged.path / ".git/talekeep/mirrors/backup/journal.json").unlink()
    with pytest.raises(Problem):
        pruned(aged)
    assert len(list(before[1].glob("*-full-*"))) == len(before[0])


def test_a_push_speaks_of_clearing_away_once_there_is_much(aged, monkeypatch):

    monkeypatch.setattr(push, "_MANY", 5)
    aged.save(entries__a="one more\n")
    assert aged.push().notes == ("5 generations are kept there; talekeep remote prune says which can go",)
    pruned(aged)
    aged.save(entries__a="and one more\n")
    assert aged.push().notes == ()


# Another machine


@pytest.fixture
def desktop(machine, laptop, synced):
    made = machine("desktop")
    made.add(synced, label="desktop")
    made.fetch()
    tip = made.repo.ref(f"refs/remotes/backup/{laptop.folder.name}/main")
    made.repo.set_ref("refs/heads/main", tip, None)
    made.files = dict(laptop.files)
    made.save(entries__d="from desktop\n")
    made.push()
    return made


def take_over(machine, other):
    machine.fetch()
    machine.save(parents=[machine.repo.head(), other.repo.head()], entries__d="from desktop\n")
    machine.push()


def test_prune_never_touches_another_machines_folder(aged, desktop, content):
    before = content(desktop.folder)
    pruned(aged)
    assert content(desktop.folder) == before


def test_a_machine_that_holds_something_alone_is_not_forgotten(laptop, desktop, content):
    before = content(laptop.mirror.folder)
    with pytest.raises(Refused, match="which no other machine saved") as caught:
        forgotten(laptop, desktop.folder.name)
    assert desktop.folder.name in caught.value.hint
    laptop.fetch()
    with pytest.raises(Refused, match="no other machine saved"):
        forgotten(laptop, desktop.folder.name)
    assert content(laptop.mirror.folder) == before


def test_a_machine_whose_work_was_merged_can_be_forgotten(laptop, desktop, tmp_path, restored):
    take_over(laptop, desktop)
    (desktop.folder / "desktop.ini").write_text("x")
    output = forgotten(laptop, desktop.folder.name, carry_out=False)
    assert desktop.folder.is_dir()
    result = forgotten(laptop, desktop.folder.name)
    assert (output.removed, output.kept_by) == (result.removed, (laptop.folder.name,))
    assert [p.name for p in desktop.folder.iterdir()] == ["desktop.ini"]
    assert not laptop.repo.refs_under(f"refs/remotes/backup/{desktop.folder.name}/")
    _, repo = restored(laptop, tmp_path / "new")
    assert repo.head() == laptop.repo.head()


def test_f2_a_kill_while_forgetting_is_finished_by_a_second_run(laptop, desktop, disk_that):
    take_over(laptop, desktop)
    for point in range(1, 6):

        def act(count, name, point=point):
            if count == point:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            forgotten(laptop, desktop.folder.name, disk_that(act, ("remove", "sync_folder")))
        assert laptop.mirror.check(restore=True).state == "good"
        if not list(desktop.folder.glob("*-manifest-*")):
            break
    forgotten(laptop, desktop.folder.name)
    assert not desktop.folder.exists()


def test_this_machine_and_unknown_ones_are_not_forgotten(laptop, desktop):
    with pytest.raises(Refused, match="is this machine"):
        forgotten(laptop, laptop.folder.name)
    with pytest.raises(NotFound) as caught:
        forgotten(laptop, "nobody-00000000")
    assert desktop.folder.name in caught.value.hint


def test_a_push_that_may_still_arrive_stops_it(laptop, desktop):
    take_over(laptop, desktop)
    (desktop.folder / "000002-full-0123456789abcdef.bundle").write_bytes(b"half of one")
    with pytest.raises(Refused, match="not arrived"):
        forgotten(laptop, desktop.folder.name)
