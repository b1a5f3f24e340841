"""What every kind of remote promises."""

from talekeep.remotes.bare import BareMirror
from talekeep.remotes.bare import add as add_bare
from talekeep.remotes.git import GitRemote
from talekeep.remotes.mirror import remote
from talekeep.remotes.mirror.environment import Setting
from talekeep.store.git.repository import Repository
from talekeep.testing import RemoteSuite


class TestFolderMirror(RemoteSuite):
    def connect(self, machine, place, name):
        known = place.parent / f"{machine.path.name}.mirror"
        if known.exists():
            return remote.FolderMirror(name, next(place.iterdir()))
        known.touch()
        return remote.add(machine, name, place, dataset="Harbor", dataset_id="1", label=machine.path.name)


class TestBareMirror(RemoteSuite):
    """One machine saves, any machine reads."""

    def connect(self, machine, place, name):
        if not any(place.iterdir()):
            known = {"dataset": "Harbor", "label": "laptop", "i_know": True, "setting": Setting()}
            known = {"dataset": "Harbor", "label": "laptop", "i_know": True, "setting": Setting()}
            return BareMirror(name, add_bare(machine, name, place, **known))
        return BareMirror(name, next(place.iterdir()))


class TestGitRemote(RemoteSuite):
    def connect(self, machine, place, name):
        if not any(place.iterdir()):
            Repository.init_bare(place)
        return GitRemote(name, str(place))
