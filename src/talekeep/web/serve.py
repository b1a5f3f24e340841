"""Running the page: one process, one dataset, on this machine alone."""

import contextlib
import secrets
import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn

from talekeep.core.errors import Outside
from talekeep.web.app import application

HOST = "127.0.0.1"


def serve(folder: Path, port: int, started: Callable[[str], None]) -> None:
    """Serve the dataset in a folder until the process is told to stop.

    Args:
        port: where; 0 for any that is free.
        started: gets the address to open, with its token, once the server listens.

    Raises:
        Outside: the port is in use.
    """
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        raise Outside(f"port {port} cannot be used: {error.strerror}", "talekeep serve --port 0") from None
    with listener:
        bound: int = listener.getsockname()[1]
        token = secrets.token_urlsafe(24)
        config = uvicorn.Config(
            application(folder, token, bound), log_level="warning", access_log=False, server_header=False
        )
        listener.listen()
        started(f"http://{HOST}:{bound}/?token={token}")
        # Ctrl-C is how a server ends: it has closed what was open before this comes.
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])
