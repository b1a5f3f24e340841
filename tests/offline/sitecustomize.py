"""Python imports this at its start in every process that a test starts: no connection leaves this machine.

An audit hook, because that sees what is asked of the system under any name, and imports nothing.
"""

import sys
from typing import Any

_LOOK_UPS = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
_UNIX = 1


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        connection, address = arguments
        loopback = sys.platform == "win32" and address[0] in ("127.0.0.1", "::1")
        if connection.family != _UNIX and address is not None and not loopback:
            raise AssertionError(f"a test tried to reach the network: {address}")
    elif event in _LOOK_UPS:
        raise AssertionError(f"a test tried to reach the network: {arguments}")


sys.addaudithook(_guard)
