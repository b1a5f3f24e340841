"""Two tabs and the command line write into one entry at once: every word is there afterwards."""

import threading
from pathlib import Path
from typing import Any

import pytest
from tests.web.conftest import ID
from tests.web.conftest import PORT
from tests.web.conftest import TOKEN
from tests.web.test_screens import fields
from tests.web.test_screens import sent

import talekeep
from talekeep.core.errors import Refused


@pytest.fixture
def tabs(page: Any) -> list[Any]:
    """Two tabs of the same browser, each with requests of its own."""
    from starlette.testclient import TestClient

    result = []
    for _ in range(2):
        tab = TestClient(page.app, base_url=f"http://127.0.0.1:{PORT}")
        tab.get(f"/?token={TOKEN}")
        tab.headers["sec-fetch-site"] = "same-origin"
        result.append(tab)
    return result


def type_in(tab: Any, at: int, words: list[str]) -> None:
    """Put words behind the text of a message, one save a word; after a clash what the page shows is saved."""
    for word in words:
        text = tab.get(f"/e/{ID}0/edit").text
        while True:
            data = sent(fields(text))
            if word not in data["content"][at]:
                data["content"][at] += f" {word}"
            answer = tab.post(f"/e/{ID}0/edit", data=data, follow_redirects=False)
            if answer.status_code == 303:
                break
            assert answer.status_code == 409
            text = answer.text


def save(harbor: Path, words: list[str]) -> None:
    """The same from outside the page, into the tags."""
    for word in words:
        while True:
            entry = talekeep.open(harbor).get(f"{ID}0")
            try:
                talekeep.open(harbor).save({**entry, "tags": [*entry["tags"], word]}, base=entry)
            except Refused:
                continue
            break


@pytest.mark.parametrize("rounds", [1, pytest.param(15, marks=pytest.mark.slow)])
def test_nobodys_words_are_lost(tabs: list[Any], run, harbor: Path, rounds: int) -> None:
    words = [[f"{name}{number}" for number in range(rounds)] for name in ("tide", "rope", "gull")]
    hands = [
        threading.Thread(target=type_in, args=(tabs[0], 0, words[0])),
        threading.Thread(target=type_in, args=(tabs[1], 1, words[1])),
        threading.Thread(target=save, args=(harbor, words[2])),
    ]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()

    entry = talekeep.open(harbor).get(f"{ID}0")
    for at, each in enumerate(words[:2]):
        assert entry["messages"][at]["content"].split()[-rounds:] == each
    assert entry["tags"] == words[2]
    run("validate", cwd=harbor, check=0)
