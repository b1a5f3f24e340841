"""The way to another repository: one on this machine is opened; for the rest git does the talking where it
is on PATH (its credentials and ssh settings are the user's), else dulwich."""

import shutil

from talekeep.store.git.link.exchange import Transport
from talekeep.store.git.link.git_program import GitProgram
from talekeep.store.git.link.neighbour import Neighbour
from talekeep.store.git.link.urls import Location
from talekeep.store.git.repository import Repository


def connect(location: Location, repo: Repository | None = None, name: str | None = None) -> Transport:
    """The transport for a location.

    Args:
        repo: the repository whose settings hold.
        name: what the remote is called in it.
    """
    if location.path is not None:
        return Neighbour(location.path)
    program = shutil.which("git")
    if program is not None:
        return GitProgram(program, location.url, repo, name)
    # The only thing that needs a web client, which takes longer to load than a push to a folder.
    from talekeep.store.git.link.wire import Wire

    return Wire(location.url, repo)
