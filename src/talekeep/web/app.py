"""Requests to screens and back: each opens the dataset for itself, in a thread of its own."""

import contextlib
import shutil
from collections.abc import AsyncIterator
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.responses import HTMLResponse
from starlette.responses import RedirectResponse
from starlette.responses import Response
from starlette.routing import Mount
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

from talekeep.api.dataset import Dataset
from talekeep.core.errors import NotFound
from talekeep.core.errors import Problem
from talekeep.core.errors import Refused
from talekeep.store.dataset import Dataset as Store
from talekeep.web import pages
from talekeep.web.guard import Application
from talekeep.web.guard import Guard
from talekeep.web.held import Held
from talekeep.web.open_session import OpenSession
from talekeep.web.screens import SCREENS
from talekeep.web.topics import Topics
from talekeep.web.topics import no_topics
from talekeep.web.visit import Answer
from talekeep.web.visit import Download
from talekeep.web.visit import GoTo
from talekeep.web.visit import Page
from talekeep.web.visit import Screen
from talekeep.web.visit import Upload
from talekeep.web.visit import View
from talekeep.web.visit import Visit

# Of a form, in bytes: the longest entry, twice (as it was and as it is typed), with room.
_MOST = 40 * 2**20
_MOST_FIELDS = 100_000
_MOST_FILES = 1000


def application(folder: Path, token: str, port: int, topics: Topics = no_topics) -> Application:
    """The page of the dataset in a folder, behind its guard; `topics` are its pages of help."""
    session = OpenSession(folder, topics)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await run_in_threadpool(session.close)

    routes = [_route(screen, folder, session) for screen in SCREENS]
    static = Mount("/static", StaticFiles(directory=pages.HERE / "static"))
    app = Starlette(routes=[*routes, static], exception_handlers={404: _nowhere}, lifespan=lifespan)
    return Guard(app, token, port)


async def _nowhere(_: Request, __: Exception) -> Response:
    return HTMLResponse(pages.render(Page("nowhere.html"), {}), status_code=404)


def _route(screen: Screen, folder: Path, session: OpenSession) -> Route:
    place = screen.address
    views = {method: view for method, view in (("GET", screen.get), ("POST", screen.post)) if view}

    async def endpoint(request: Request) -> Response:
        view = views["GET" if request.method == "HEAD" else request.method]
        values = (dict(request.path_params), dict(request.query_params))
        if request.method != "POST":
            return await run_in_threadpool(_respond, view, place, folder, session, *values, None, [])
        if request.headers.get("content-type", "").startswith("multipart/"):
            async with request.form(max_files=_MOST_FILES, max_fields=_MOST_FIELDS) as sent:
                files = [_upload(value) for _, value in sent.multi_items() if isinstance(value, UploadFile)]
                form = {name: [v for v in sent.getlist(name) if isinstance(v, str)] for name in sent}
                return await run_in_threadpool(_respond, view, place, folder, session, *values, form, files)
        form = await _form(request)
        return await run_in_threadpool(_respond, view, place, folder, session, *values, form, [])

    return Route(screen.address, endpoint, methods=[*views])


def _upload(sent: UploadFile) -> Upload:
    return Upload(sent.filename or "", sent.file)


async def _form(request: Request) -> dict[str, list[str]]:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST:
            return {}
    text = body.decode("utf-8", "replace")
    return parse_qs(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)


def _respond(
    view: View,
    place: str,
    folder: Path,
    session: OpenSession,
    path: Mapping[str, str],
    query: Mapping[str, str],
    form: Mapping[str, list[str]] | None,
    files: Sequence[Upload],
) -> Response:
    """The answer of a screen; without a form it is only read."""
    # What writes has to see what others wrote meanwhile; what shows shows one moment.
    with session.opened(Held if form is None else Store) as store:
        visit = Visit(store, Dataset(folder), path, query, form or {}, session, files)
        try:
            answer: Answer = view(visit)
        except Problem as problem:
            answer = _problem(problem)
        session.answered(store)
        if isinstance(answer, GoTo):
            return RedirectResponse(session.noted(answer.address, answer.note), status_code=303)
        if isinstance(answer, Download):
            cleanup = BackgroundTask(shutil.rmtree, answer.scratch, ignore_errors=True)
            kind = "application/octet-stream"
            return FileResponse(answer.file, filename=answer.name, media_type=kind, background=cleanup)
        frame = {
            "dataset_name": store.config.name,
            "branch": store.refs.current_name() or "no branch",
            "place": place,
            "stamp": visit.stamp(),
            "head": store.history.head() or "",
            "note": session.note(query.get("note", "")),
        }
        return HTMLResponse(pages.render(answer, frame), status_code=answer.status)


def _problem(problem: Problem) -> Page:
    status = 404 if isinstance(problem, NotFound) else 409 if isinstance(problem, Refused) else 400
    return Page("problem.html", {"title": "Not done", "problem": problem}, status)
