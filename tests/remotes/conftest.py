"""Small datasets on several machines, one mirror folder, and disks that fail on demand."""

import itertools
import os
import random
import shutil
import subprocess
from datetime import UTC
from datetime import datetime
from pathlib import Path

import pytest
from dulwich.objects import Blob
from dulwich.objects import Tag
from dulwich.objects import Tree

from talekeep.core.errors import NotFound
from talekeep.remotes.mirror import remote
from talekeep.remotes.mirror.environment import Limits
from talekeep.remotes.mirror.environment import Setting
from talekeep.remotes.mirror.folder.disk import Disk
from talekeep.remotes.mirror.folder.manifest import parse
from talekeep.remotes.mirror.reader import fetch as fetch_module
from talekeep.remotes.mirror.writer.journal import Local
from talekeep.store.git.pack.objects import write_objects
from talekeep.store.git.pack.reach import check_complete
from talekeep.store.git.repository import Repository
from talekeep.store.git.repository import Signature

WHO = Signature("A", "a@example.org", 1_700_000_000)


class Counting(Disk):
    """Counts every touch of the folder and calls `act` before each; `act` may raise or never return."""

    def __init__(self, act=lambda n, name: None, only=None):
        self.count, self.act, self.only = 0, act, only

    def touch(self, name):
        if self.only is None or name in self.only:
            self.count += 1
            self.act(self.count, name)

    def publish(self, temporary, final):
        self.touch("publish")
        if os.path.lexists(final):
            raise FileExistsError(17, "exists", str(final))
        os.link(temporary, final)
        self.touch("unlink")
        temporary.unlink()

    def write(self, descriptor, data):
        self.touch("write")
        # Two writes for every file, so that a kill between them leaves half of it.
        return super().write(descriptor, data[: max(1, len(data) // 2)])


def _counted(name):
    real = getattr(Disk, name)

    def method(self, *arguments):
        self.touch(name)
        return real(self, *arguments)

    return method


for _name in ("make_folder", "create", "sync", "close", "sync_folder", "remove", "remove_folder"):
    setattr(Counting, _name, _counted(_name))


class Machine:
    """A dataset on one computer, and its own idea of chance and time."""

    def __init__(self, path, seed, limits=Limits(), bare=False):  # noqa: B008
        self.repo = Repository.init_bare(path) if bare else Repository.init(path)
        self.path, self.seed = path, seed
        dice = random.Random(seed)
        ticks = itertools.count()
        self.setting = Setting(
            now=lambda: datetime.fromtimestamp(1_700_000_000 + next(ticks), UTC),
            token=lambda size: dice.randbytes(size).hex(),
            machine=lambda: f"machine {seed}",
            limits=limits,
        )
        self.mirror = None
        self.files = {}

    def add(self, place, label="laptop", **changes):
        self.mirror = remote.add(
            self.repo, "backup", place, dataset="Harbor tales", label=label, setting=self.setting, **changes
        )
        return self.mirror

    def save(self, branch="main", parents=None, **files):
        """Commit files (`a__b` stands for `a/b`) on a branch."""
        self.files |= {name.replace("__", "/"): text for name, text in files.items()}
        objects = []
        tree = _tree(self.files, objects)
        write_objects(self.repo.objects, objects)
        ref = f"refs/heads/{branch}"
        old = self.repo.ref(ref)
        parents = parents if parents is not None else [old] if old else []
        commit = self.repo.create_commit(tree, parents, "saved", WHO)
        self.repo.set_ref(ref, commit, old)
        return commit

    def drop(self, ref):
        self.repo.dulwich.refs.remove_if_equals(ref.encode(), None)

    def tag(self, name, target=None, annotated=True):
        target = target or self.repo.head()
        if annotated:
            made = Tag()
            made.name, made.message, made.tagger = name.encode(), b"a note", WHO.identity
            made.object = (type(self.repo.dulwich[target.encode()]), target.encode())
            made.tag_time, made.tag_timezone = WHO.time, 0
            write_objects(self.repo.objects, [made])
            target = made.id.decode()
        self.repo.set_ref(f"refs/tags/{name}", target, self.repo.ref(f"refs/tags/{name}"))
        return target

    def on(self, disk):
        """The same mirror through another disk."""
        from dataclasses import replace

        return replace(self.mirror, setting=replace(self.setting, disk=disk))

    def push(self, disk=None, **how):
        return (self.on(disk) if disk else self.mirror).push(self.repo, **how)

    def fetch(self):
        return self.mirror.fetch(self.repo)

    def reopen(self, path=None):
        self.repo.close()
        self.path = path or self.path
        self.repo = Repository.open(self.path)

    def restore(self, target, **how):
        return fetch_module.restore(self.mirror.folder, target, self.setting, **how)

    @property
    def folder(self):
        """This machine's own folder in the mirror."""
        return self.mirror.folder / Local(self.repo.git_dir, "backup").journal().writer


def _tree(files, objects):
    made, below = Tree(), {}
    for path, text in files.items():
        head, _, rest = path.partition("/")
        if rest:
            below.setdefault(head, {})[rest] = text
        else:
            blob = Blob.from_string(text if isinstance(text, bytes) else text.encode())
            objects.append(blob)
            made.add(head.encode(), 0o100644, blob.id)
    for name, inner in below.items():
        made.add(name.encode(), 0o40000, _tree(inner, objects).encode())
    objects.append(made)
    return made.id.decode()


class Stage:
    """One machine about to push, put back to where it was as often as needed."""

    def __init__(self, machine, synced, tmp_path):
        self.machine, self.synced, self.tmp_path = machine, synced, tmp_path
        self.names = 0
        machine.repo.close()
        shutil.copytree(machine.path, tmp_path / "kept repository")
        shutil.copytree(synced, tmp_path / "kept folder")
        self.reset()
        self.new = machine.repo.refs()

    def reset(self):
        self.machine.repo.close()
        for live, kept in ((self.machine.path, "kept repository"), (self.synced, "kept folder")):
            shutil.rmtree(live)
            shutil.copytree(self.tmp_path / kept, live)
        self.machine.repo = Repository.open(self.machine.path)

    def reset_folder(self):
        shutil.rmtree(self.synced)
        shutil.copytree(self.tmp_path / "kept folder", self.synced)

    def restored(self):
        """The refs that a restore gives, None where there is nothing to restore."""
        self.names += 1
        target = self.tmp_path / f"restored {self.names}"
        try:
            self.machine.restore(target, bare=True)
        except NotFound:
            assert not target.exists()
            return None
        repo = Repository.open(target)
        refs = repo.refs()
        check_complete(repo.objects, list(refs.values()))
        repo.close()
        shutil.rmtree(target)
        return refs

    def recovers(self, forgotten=False):
        """The next push works, gives the new state, and leaves no litter in the only folder there is.

        Where the local state was `forgotten`, there may be an older folder, which is not ours to clear.
        """
        self.machine.push()
        assert self.restored() == self.new
        folders = [p for p in self.machine.mirror.folder.iterdir() if p.is_dir()]
        assert forgotten or folders == [self.machine.folder]
        own = self.machine.folder
        named = {link.name for p in own.glob("*manifest*") for link in parse(p.read_bytes()).chain}
        assert {p.name for p in own.iterdir() if "manifest" not in p.name} <= named


# Fulls are written only when history asks for it, so that small test data has incrementals too.
CHAINS = Limits(small=0, chain=16, share=100.0)


@pytest.fixture
def chains():
    return CHAINS


@pytest.fixture
def opened():
    """Open a repository for as long as the test runs."""
    repos = []

    def open_(path):
        repos.append(Repository.open(path))
        return repos[-1]

    yield open_
    for repo in repos:
        repo.close()


@pytest.fixture
def restored(opened):
    """Restore a machine's mirror; what came of it, and the repository, every object in it checked."""

    def restore(machine, target, **how):
        result = machine.restore(target, **how)
        repo = opened(target)
        check_complete(repo.objects, list(repo.refs().values()))
        return result, repo

    return restore


@pytest.fixture
def machine(tmp_path):
    """Make a machine: `machine("laptop")`."""
    made = []

    def make(name="laptop", limits=CHAINS, **how):
        made.append(Machine(tmp_path / name, f"{tmp_path.name} {name}", limits, **how))
        return made[-1]

    yield make
    for each in made:
        each.repo.close()


@pytest.fixture
def synced(tmp_path):
    place = tmp_path / "Cloud Drive"
    place.mkdir()
    return place


@pytest.fixture
def laptop(machine, synced):
    """One machine with a mirror and two pushes: a full and an incremental."""
    made = machine()
    made.save(entries__a="one\n" * 50, README="hello\n")
    made.add(synced)
    made.push()
    made.save(entries__a="one\n" * 50 + "two\n")
    made.push()
    return made


@pytest.fixture
def disk_that():
    return Counting


@pytest.fixture
def git(tmp_path):
    """Run the real git; skipped where there is none."""
    program = shutil.which("git")
    if program is None:
        pytest.skip("git is not installed")
    home = tmp_path / "git home"
    home.mkdir()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "LC_ALL": "C",
    }

    def run(*arguments, check=True, cwd=None):
        completed = subprocess.run(
            [program, "-c", "safe.directory=*", *map(str, arguments)],
            cwd=cwd or tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if check:
            assert completed.returncode == 0, completed.stderr
        return completed.stdout + completed.stderr

    run.home = home
    run.environment = environment
    return run


@pytest.fixture
def content():
    """Everything in a folder, by relative name."""

    def read(root: Path):
        return {
            str(p.relative_to(root)): p.read_bytes() if p.is_file() else None for p in sorted(root.rglob("*"))
        }

    return read


@pytest.fixture(params=["first push", "later push"])
def stage(request, machine, synced, tmp_path):
    made = machine()
    made.save(entries__a="one\n" * 50)
    made.add(synced)
    old = None
    if request.param == "later push":
        made.push()
        old = made.repo.refs()
    made.save(entries__a="two\n", entries__b="three\n")
    built = Stage(made, synced, tmp_path)
    built.old = old
    return built


@pytest.fixture
def sampled():
    """A few operations of many: the first, some between, and the last, where most can go wrong."""
    return lambda total: sorted({1, total // 3, total // 2, total - 4, total - 1, total})
