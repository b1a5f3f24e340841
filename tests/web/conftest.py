"""The page in this process: a dataset, and a browser's requests to it."""

import json
import shutil
import subprocess
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ID = "123e4567-e89b-42d3-a456-42661417400"
TOKEN = "let-me-in"
PORT = 8765
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--enable-logging=stderr"),
)


@pytest.fixture
def harbor(harbor_of) -> Path:
    return harbor_of(_record(number) for number in range(3))


def _record(number: int) -> dict[str, Any]:
    return {
        "id": f"{ID}{number}",
        "messages": [
            {"role": "user", "name": "wren", "content": f"Question {number}?", "weight": 0},
            {"role": "assistant", "name": "mara", "content": f"*She nods.* Answer {number}."},
        ],
        "tags": ["night"] if number == 1 else [],
        "scene": number,
    }


@pytest.fixture
def stranger(harbor: Path) -> Iterator[Any]:
    """A client that has not opened the printed address."""
    pytest.importorskip("starlette")
    pytest.importorskip("uvicorn")
    try:
        from starlette.testclient import TestClient
    except (ImportError, RuntimeError):
        pytest.skip("the client of Starlette needs httpx")
    from talekeep.web.app import application
    from talekeep.web.topics import Topic

    topics = {"start": Topic("From nothing to a file.", "# Start\n\nRun `talekeep init`.\n\n* one\n")}
    app = application(harbor, TOKEN, PORT, lambda: topics)
    with TestClient(app, base_url=f"http://127.0.0.1:{PORT}") as client:
        yield client


@pytest.fixture
def page(stranger: Any) -> Any:
    """A browser that opened it, and says where its requests come from."""
    stranger.get(f"/?token={TOKEN}")
    stranger.headers["sec-fetch-site"] = "same-origin"
    return stranger


@pytest.fixture
def server(harbor: Path, talekeep) -> Iterator[tuple[subprocess.Popen[str], str]]:
    pytest.importorskip("starlette")
    pytest.importorskip("uvicorn")
    command = [*talekeep, "serve", "--no-open", "--json"]
    process = subprocess.Popen(
        command, cwd=harbor, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    text = ""
    while not text.rstrip().endswith("}"):
        line = process.stdout.readline()
        assert line, process.communicate()[1]
        text += line
    yield process, json.loads(text)["address"]
    process.kill()
    process.wait()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Chromium as Playwright drives it; its own downloads are not needed."""
    playwright = pytest.importorskip("playwright.sync_api")
    program = next((item for name in BROWSERS if (item := shutil.which(name))), None)
    if program is None:
        pytest.skip("no Chromium here")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=[*QUIET])
        yield browser
        browser.close()


class Window:
    """A tab of the browser that has opened the printed address, and what it had to say and asked for."""

    def __init__(self, browser: Any, address: str, scheme: str) -> None:
        self.top = address.partition("/?")[0]
        self._context = browser.new_context(color_scheme=scheme, reduced_motion="reduce")
        self.page = self._context.new_page()
        self.console: list[str] = []
        self.requests: set[str] = set()
        self.page.on("console", lambda message: self.console.append(message.text))
        self.page.on("pageerror", lambda error: self.console.append(str(error)))
        self.page.on("request", lambda request: self.requests.add(request.url))
        self.page.goto(address)

    def go(self, path: str) -> Any:
        self.page.goto(f"{self.top}{path}")
        return self.page

    def close(self) -> None:
        self._context.close()

    @property
    def foreign(self) -> set[str]:
        """Requests to anything but the server."""
        return {url for url in self.requests if not url.startswith((f"{self.top}/", "data:", "blob:"))}


@pytest.fixture
def window(chromium: Any, server: Any) -> Iterator[Callable[..., Window]]:
    """Open a tab on the server."""
    opened: list[Window] = []

    def made(scheme: str = "light") -> Window:
        opened.append(Window(chromium, server[1], scheme))
        return opened[-1]

    yield made
    for each in opened:
        each.close()


def merge_a_clash(run: Any, harbor: Path) -> None:
    """Change the same words on two branches by the command line, and merge them: the merge stops."""
    for words in (
        ("branch", "darker"),
        ("replace", "Answer 0", "Light", "--where", f"id:{ID}0"),
        ("switch", "darker"),
        ("replace", "Answer 0", "Dark", "--where", f"id:{ID}0"),
        ("switch", "main"),
    ):
        run(*words, cwd=harbor, check=0)
    run("merge", "darker", cwd=harbor, check=1)
