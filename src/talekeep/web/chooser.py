"""The page that lists several datasets, each of which has an address of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Mount
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

from talekeep.web import pages
from talekeep.web.guard import Application
from talekeep.web.guard import Guard
from talekeep.web.visit import Page


@dataclass(frozen=True, slots=True)
class Served:
    """A dataset that is served, and the address to open, with its token."""

    name: str
    address: str


def chooser(served: Sequence[Served], token: str, port: int) -> Application:
    """The list of these datasets, behind its guard."""

    async def listed(_: Request) -> HTMLResponse:
        return HTMLResponse(pages.render(Page("chooser.html", {"served": served}), {}))

    static = Mount("/static", StaticFiles(directory=pages.HERE / "static"))
    return Guard(Starlette(routes=[Route("/", listed), static]), token, port)
