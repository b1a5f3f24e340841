"""Nobody but the page itself gets in: one table over every address there is."""

import pytest
from tests.web.conftest import ID
from tests.web.conftest import TOKEN

screens = pytest.importorskip("talekeep.web.screens", exc_type=ImportError)

WAYS = [
    (screen.address.format(entry=f"{ID}0", commit="HEAD", topic="start"), method)
    for screen in screens.SCREENS
    for method, view in (("GET", screen.get), ("POST", screen.post))
    if view
] + [("/static/page.js", "GET"), ("/nowhere", "GET"), ("/", "DELETE")]


@pytest.mark.parametrize(("address", "method"), WAYS)
def test_every_address_is_guarded(stranger, address: str, method: str) -> None:
    own = {"sec-fetch-site": "same-origin"}

    assert stranger.request(method, address, headers=own).status_code == 401
    assert stranger.request(method, f"{address}?token=guess", headers=own).status_code == 401
    stranger.get(f"/?token={TOKEN}")
    assert stranger.request(method, address, headers={**own, "host": "evil.example:8765"}).status_code == 421
    assert stranger.request(method, address, headers={**own, "host": "127.0.0.1:9"}).status_code == 421
    if method != "GET":
        for headers in ({}, {"sec-fetch-site": "same-site"}, {"origin": "http://127.0.0.1:9"}):
            assert stranger.request(method, address, headers=headers).status_code == 403


@pytest.mark.parametrize("address", [a for a, method in WAYS if method == "GET"])
def test_every_answer_forbids_what_a_page_of_text_does_not_need(page, address: str) -> None:
    answer = page.get(address)

    assert answer.status_code in (200, 404)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert " style=" not in answer.text
    assert "onclick" not in answer.text


def test_the_token_becomes_a_cookie_and_leaves_the_address(stranger) -> None:
    answer = stranger.get(f"/?token={TOKEN}", follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "HttpOnly; SameSite=Strict" in answer.headers["set-cookie"]


def test_a_post_of_an_older_browser_says_its_origin(stranger) -> None:
    stranger.get(f"/?token={TOKEN}")
    own = {"origin": "http://127.0.0.1:8765"}

    assert stranger.post("/tags", data={"old": "x", "new": "y"}, headers=own).status_code == 404
