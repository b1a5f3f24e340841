"""Two machines, one folder, any order of things that happen: always a state that was pushed, nobody's file
touched by another."""

import contextlib
import random
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine
from hypothesis.stateful import invariant
from hypothesis.stateful import rule
from hypothesis.stateful import run_state_machine_as_test

from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.remotes.mirror.reader import fetch as fetch_module
from talekeep.remotes.mirror.writer.prune import Retention
from talekeep.remotes.mirror.writer.prune import prune
from talekeep.store.git.pack.reach import check_complete
from talekeep.store.git.repository import Repository

WHO = st.sampled_from(["laptop", "desktop"])


def machine_of(kind, chains):
    """The class of the state machine; `kind` is the one that makes datasets."""

    class Mirrors(RuleBasedStateMachine):
        def __init__(self):
            super().__init__()
            self.top = Path(tempfile.mkdtemp(prefix="talekeep-mirrors-"))
            (self.top / "synced").mkdir()
            self.dice = random.Random(9)
            self.machines, self.saved, self.names = {}, [], 0
            for name in ("laptop", "desktop"):
                made = kind(self.top / name, f"{self.top.name} {name}", chains)
                made.save(entries__a=f"from {name}\n")
                made.add(self.top / "synced", label=name)
                self.machines[name] = made
            self.push("laptop", False)

        def teardown(self):
            for made in self.machines.values():
                made.repo.close()
            shutil.rmtree(self.top)

        @property
        def mirror(self):
            return self.machines["laptop"].mirror.folder

        def files(self):
            return {p: p.read_bytes() for p in self.mirror.rglob("*") if p.is_file()}

        @rule(who=WHO, text=st.integers(0, 99))
        def edit(self, who, text):
            self.machines[who].save(entries__a=f"{text}\n")

        @rule(who=WHO, full=st.booleans())
        def push(self, who, full):
            made, before = self.machines[who], self.files()
            made.push(full=full)
            self.saved.append(made.repo.refs())
            assert before.items() <= self.files().items()

        @rule(who=WHO)
        def fetch(self, who):
            refs = self.machines[who].repo.refs()
            self.machines[who].fetch()
            assert self.machines[who].repo.refs() == refs

        @rule(who=WHO)
        def clear_away(self, who):
            made, before = self.machines[who], self.files()
            with contextlib.suppress(Refused):
                prune(made.repo, self.mirror, "backup", made.setting, Retention(2, 0), carry_out=True)
            gone = before.keys() - self.files().keys()
            assert {p.parent for p in gone} <= {made.folder} if gone else True

        @rule(who=WHO)
        def forget_what_was_pushed(self, who):
            """The clone's own state is lost, as after a restored disk image without it."""
            made = self.machines[who]
            shutil.rmtree(made.path / ".git/talekeep")
            made.add(self.top / "synced", label=who)

        @rule(seed=st.integers(0, 10**6))
        def deliver_damaged(self, seed):
            """What another computer sees meanwhile: files missing, cut, flipped, copied, renamed."""
            dice, there = random.Random(seed), self.top / "delivered"
            shutil.copytree(self.mirror, there)
            paths = sorted(p for p in there.rglob("*") if p.is_file() and p.parent != there)
            for path in dice.sample(paths, min(len(paths), dice.randint(1, 4))):
                data, at = path.read_bytes(), dice.randrange(max(1, path.stat().st_size))
                how = dice.randrange(4)
                if how == 0:
                    path.unlink()
                elif how == 1:
                    path.write_bytes(data[:at])
                elif how == 2:
                    path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
                else:
                    path.rename(path.with_name(f"{path.stem} (1){path.suffix}"))
            with contextlib.suppress(NotFound):
                result = self.restored(there)
                assert result.salvaged or result.taken.refs in self.saved
            shutil.rmtree(there)

        def restored(self, source):
            self.names += 1
            target = self.top / f"restored {self.names}"
            result = fetch_module.restore(source, target, self.machines["laptop"].setting, bare=True)
            repo = Repository.open(target)
            check_complete(repo.objects, list(repo.refs().values()))
            repo.close()
            shutil.rmtree(target)
            return result

        @invariant()
        def what_was_acknowledged_is_there(self):
            result = self.restored(self.mirror)
            assert not result.salvaged
            assert all(taken.refs in self.saved for taken in (result.taken, *result.others))

    return Mirrors


@pytest.fixture
def mirrors(machine, chains):
    return machine_of(type(machine("spare")), replace(chains, chain=3))


QUIET = {"suppress_health_check": list(HealthCheck), "deadline": None}


def test_any_order_of_events_keeps_what_was_saved(mirrors):
    run_state_machine_as_test(mirrors, settings=settings(max_examples=3, stateful_step_count=8, **QUIET))


@pytest.mark.slow
def test_any_long_order_of_events_keeps_what_was_saved(mirrors):
    run_state_machine_as_test(mirrors, settings=settings(max_examples=40, stateful_step_count=25, **QUIET))
