"""Running the page: one process, one dataset, on this machine alone."""

import asyncio
import contextlib
import secrets
import socket
from collections.abc import Callable
from collections.abc import Mapping
from pathlib import Path

import uvicorn

from talekeep.core.errors import Outside
from talekeep.web.app import application
from talekeep.web.chooser import Served
from talekeep.web.chooser import chooser
from talekeep.web.guard import Application
from talekeep.web.topics import Topics
from talekeep.web.topics import no_topics

HOST = "127.0.0.1"


def serve(
    folders: Mapping[str, Path], port: int, started: Callable[[str], None], topics: Topics = no_topics
) -> None:
    """Serve the datasets in folders, by name, until the process is told to stop. Several have an address
    each, on the ports behind the one of the page that lists them.

    Args:
        port: where; 0 for any that is free.
        started: gets the address to open, with its token, once the server listens.
        topics: the pages of help.

    Raises:
        Outside: a port is in use.
    """
    with contextlib.ExitStack() as stack:
        several = len(folders) > 1
        first = _Listener(stack, port) if several else None
        servers, served = [], []
        for number, (name, folder) in enumerate(folders.items(), int(several)):
            place = _Listener(stack, port and port + number)
            servers.append(place.server(application(folder, place.token, place.port, topics)))
            served.append(Served(name, place.address))
        if first is not None:
            servers.append(first.server(chooser(served, first.token, first.port)))
        started(first.address if first is not None else served[0].address)
        # Ctrl-C is how a server ends: it has closed what was open before this comes.
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_all(servers))


class _Listener:
    """A port of this machine, and the token that opens what is there."""

    def __init__(self, stack: contextlib.ExitStack, port: int) -> None:
        self._socket = stack.enter_context(socket.socket())
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((HOST, port))
        except OSError as error:
            hint = "talekeep serve --port 0"
            raise Outside(f"port {port} cannot be used: {error.strerror}", hint) from None
        self._socket.listen()
        self.port: int = self._socket.getsockname()[1]
        self.token = secrets.token_urlsafe(24)
        self.address = f"http://{HOST}:{self.port}/?token={self.token}"

    def server(self, app: Application) -> "_Server":
        config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
        return _Server(config, self._socket)


class _Server:
    def __init__(self, config: uvicorn.Config, listener: socket.socket) -> None:
        self._server, self._listener = uvicorn.Server(config), listener

    async def run(self) -> None:
        await self._server.serve(sockets=[self._listener])


async def _all(servers: list[_Server]) -> None:
    """Until all have ended: a signal that ends one is passed on to the others."""
    async with asyncio.TaskGroup() as group:
        for server in servers:
            group.create_task(server.run())
