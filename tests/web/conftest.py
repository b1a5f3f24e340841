"""The page in this process: a dataset, and a browser's requests to it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ID = "123e4567-e89b-42d3-a456-42661417400"
TOKEN = "let-me-in"
PORT = 8765


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
