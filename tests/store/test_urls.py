"""Addresses of repositories: told from paths, told apart, and shown without what is nobody's business."""

import os
from pathlib import Path

import pytest
from hypothesis import example
from hypothesis import given
from hypothesis import strategies as st

from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.store.git.link import urls


@pytest.fixture(autouse=True)
def every_protocol(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GIT_ALLOW_PROTOCOL")


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("https://example.org/tales/harbor.git", "https"),
        ("http://example.org:8080/harbor", "http"),
        ("HTTPS://example.org/harbor", "https"),
        ("ssh://wren@example.org:2222/srv/harbor.git", "ssh"),
        ("ssh://[::1]/srv/harbor.git", "ssh"),
        ("wren@example.org:tales/harbor.git", "ssh"),
        ("example.org:harbor", "ssh"),
        ("[::1]:harbor", "ssh"),
    ],
)
def test_an_address_stays_as_it_is_written(text: str, scheme: str) -> None:
    assert urls.locate(text) == urls.Location(text, scheme)
    assert urls.is_remote(text)


@pytest.mark.parametrize("text", ["harbor", "../harbor.git", "/srv/harbor", "./odd:name", "~/harbor"])
def test_a_path_becomes_absolute(text: str, tmp_path: Path) -> None:
    result = urls.locate(text, tmp_path)

    assert not urls.is_remote(text)
    assert result.path == (tmp_path / Path(text).expanduser()).resolve()
    assert result.url == os.fspath(result.path)


@pytest.mark.skipif(os.name == "nt", reason="drive letters")
def test_a_file_address_is_a_path(tmp_path: Path) -> None:
    assert urls.locate("file:///srv/my%20harbor").path == Path("/srv/my harbor")
    assert urls.locate("file://localhost/srv/harbor").path == Path("/srv/harbor")
    with pytest.raises(Usage, match="another machine"):
        urls.locate("file://example.org/srv/harbor")


@pytest.mark.parametrize(
    "text",
    [
        *("", "-x", "--upload-pack=x", "-oProxyCommand=x:y", "a\nb", "ssh://-oProxyCommand=x/y"),
        *("ssh://-x@example.org/y", "ssh:///y", "https://example.org:x/y", "https://[::1/y"),
        *("https://wren:secret@example.org/y", "ssh://wren:secret@example.org/y"),
        *("https://example.org/y?token=secret", "https://example.org/y#secret"),
    ],
)
def test_what_is_no_address_or_holds_a_secret_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(Usage) as refused:
        urls.locate(text)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("text", ["ext::sh -c x", "fd::3", "git://example.org/x", "ftp://example.org/x"])
def test_kinds_of_addresses_that_are_not_used_are_refused(text: str) -> None:
    with pytest.raises(Refused, match="no kind of address"):
        urls.locate(text)


def test_what_the_environment_forbids_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "file:ssh")

    assert urls.locate("example.org:x").scheme == "ssh"
    with pytest.raises(Refused, match="does not allow https"):
        urls.locate("https://example.org/x")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://wren:secret@example.org/x?token=secret", "https://example.org/x"),
        ("https://secret@example.org/x", "https://example.org/x"),
        ("ssh://wren:secret@example.org/x", "ssh://wren@example.org/x"),
        ("wren@example.org:x", "wren@example.org:x"),
        ("/srv/what?", "/srv/what?"),
    ],
)
def test_an_address_is_shown_without_secrets(url: str, shown: str) -> None:
    assert urls.shown(url) == shown


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://example.org/tales/harbor.git", "harbor"),
        ("https://example.org/tales/harbor/", "harbor"),
        ("wren@example.org:harbor.git", "harbor"),
        ("ssh://example.org/srv/harbor/.git", "harbor"),
    ],
)
def test_a_clone_is_named_by_the_last_part(url: str, name: str) -> None:
    assert urls.last_name(url) == name


@given(st.text(max_size=60))
@example("~0")
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        result = urls.locate(text)
    except (Refused, Usage):
        return
    except (RuntimeError, ValueError) as error:
        pytest.fail(f"{text!r}: {error}")
    assert result.scheme in ("file", "http", "https", "ssh")
    assert not result.url.startswith("-")
