"""Who may ask: only a browser on this machine that was given the token, and only from the page itself.

A name of another host that leads here (DNS rebinding) is refused by `Host`; other users and programs by the
token; forms and scripts of other pages, which may carry the cookie along, by where they say they come from.
"""

import secrets
from collections.abc import Awaitable
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import MutableMapping
from http.cookies import CookieError
from http.cookies import SimpleCookie
from typing import Any
from typing import TypeAlias
from urllib.parse import parse_qs

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
_READING = ("GET", "HEAD")


class Guard:
    """Stands before an application.

    Args:
        port: the one the server listens on; `Host` has to name it.
    """

    def __init__(self, app: Application, token: str, port: int) -> None:
        self._app = app
        self._token = token
        # Cookies are shared by all ports of a host, so the name tells this server's from another's.
        self._cookie = f"talekeep-{port}"
        self._hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost")}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if headers.get("host", "") not in self._hosts:
            await _refuse(send, 421, "this page is at 127.0.0.1 and localhost alone")
        elif given and self._is_token(given) and scope["method"] in _READING:
            await self._let_in(scope, send)
        elif not self._is_token(self._cookie_in(headers)):
            await _refuse(send, 401, "open the address that talekeep serve printed")
        elif scope["method"] not in _READING and not _is_own(headers):
            await _refuse(send, 403, "only the page itself may change something")
        else:
            await self._app(scope, receive, _with_headers(send))

    def _is_token(self, given: str) -> bool:
        return secrets.compare_digest(given.encode(), self._token.encode())

    def _cookie_in(self, headers: Mapping[str, str]) -> str:
        try:
            morsel = SimpleCookie(headers.get("cookie", "")).get(self._cookie)
        except CookieError:
            return ""
        return morsel.value if morsel is not None else ""

    async def _let_in(self, scope: Scope, send: Send) -> None:
        """Keep the token as a cookie, and take it out of the address."""
        cookie = f"{self._cookie}={self._token}; HttpOnly; SameSite=Strict; Path=/"
        await _answer(send, 303, b"", {"location": scope["path"], "set-cookie": cookie})


def _is_own(headers: Mapping[str, str]) -> bool:
    """Whether a request that changes something comes from this page."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    return origin == f"http://{headers['host']}"


async def _refuse(send: Send, status: int, reason: str) -> None:
    await _answer(send, status, reason.encode() + b"\n", {"content-type": "text/plain; charset=utf-8"})


async def _answer(send: Send, status: int, body: bytes, headers: Mapping[str, str]) -> None:
    pairs = [(name.encode(), value.encode("latin-1")) for name, value in {**HEADERS, **headers}.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})


def _with_headers(send: Send) -> Send:
    pairs = [(name.encode(), value.encode()) for name, value in HEADERS.items()]

    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *pairs]}
        await send(message)

    return sending
