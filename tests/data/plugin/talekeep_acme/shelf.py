"""A remote: a repository of git's, under another name."""

from talekeep.remotes.git import GitRemote


def connect(name, address):
    return GitRemote(name, address, kind="acme-shelf")
