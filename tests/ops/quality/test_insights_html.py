"""The page of insights: complete, self-contained, readable by anyone, and deaf to whatever an entry says."""

import re
import shutil
import subprocess
import zlib
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from talekeep.ops.quality import insights_html
from talekeep.ops.quality.insights import insights

HOSTILE = (
    "</title></svg></table><script>alert(1)</script><img src=x onerror=alert(2)>\"'&\u202e\u0007<a href='x'>"
)
FORBIDDEN = {"script", "link", "img", "iframe", "a", "object", "form", "use"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
VOID = ("meta", "rect", "circle", "line")


def talk(text: str, **more: Any) -> dict[str, Any]:
    system = {"role": "system", "content": f"You are {text}."}
    turns = [
        {"role": "user", "content": f"Who is {text}?"},
        {"role": "assistant", "content": "Me, of course."},
    ]
    return {"messages": [system, *turns], "tags": ["night"], **more}


class Parsed(HTMLParser):
    """What a browser would make of a page: elements with their attributes, and the text in each kind."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in set(self.open):
            self.texts.setdefault(tag, []).append(data)

    def text(self, tag: str) -> str:
        return "".join(self.texts.get(tag, []))

    def count(self, tag: str) -> int:
        return sum(1 for name, _ in self.elements if name == tag)


@pytest.fixture
def page(dataset, take) -> str:
    take([talk("the keeper"), talk("the keeper's cat"), talk("nobody", tags=[])])
    take([talk("the tide")], name="more.jsonl")
    return insights_html.page(insights(dataset, since="HEAD~1"), dataset="harbor")


def test_the_page_has_a_heading_and_a_table_for_every_chart(page: str):
    parsed = Parsed(page)

    assert parsed.count("h1") == 1
    assert parsed.count("figure") == parsed.count("figcaption") > 8
    assert parsed.count("table") >= parsed.count("figure")
    pictures = [attrs for tag, attrs in parsed.elements if tag == "svg"]
    assert all(p.get("aria-label") or p.get("aria-hidden") == "true" for p in pictures)
    assert all(attrs.get("scope") in ("row", "col") for tag, attrs in parsed.elements if tag == "th")
    assert ("html", {"lang": "en"}) in parsed.elements
    for words in ("harbor", "4 entries", "Worth a look", "Response quality", "Scores since", "untagged"):
        assert words in parsed.text("body")


def test_the_page_loads_nothing_and_runs_nothing(page: str):
    parsed = Parsed(page)

    assert not {"script", "link", "img", "iframe", "a", "object", "form", "use"} & {
        t for t, _ in parsed.elements
    }
    names = {name for _, attrs in parsed.elements for name in attrs}
    assert not {name for name in names if name.startswith("on") or name in ("src", "href", "style")}
    assert not re.search(r"https?:|url\(|@import", page)
    assert "default-src 'none'; style-src 'unsafe-inline'" in page


@pytest.mark.parametrize("profile", ["default", "rolethread"])
def test_what_an_entry_says_is_only_ever_shown(dataset, take, profile: str):
    names = {"messages": [{"role": "user", "name": HOSTILE, "content": HOSTILE}] * 2, "tags": [HOSTILE]}
    take([talk(HOSTILE), names], name="odd'<b>&.jsonl")

    made = insights_html.page(
        insights(dataset, profile=profile, where=""), dataset=HOSTILE, where=HOSTILE, revision=HOSTILE
    )

    parsed = Parsed(made)
    assert not {"script", "img", "a", "b"} & {tag for tag, _ in parsed.elements}
    assert "<script>alert(1)" in parsed.text("h1")
    assert "\u202e" not in made
    assert "\u0007" not in made
    assert "U+202E" in made


def colours(page: str) -> list[dict[str, str]]:
    """The colours by name, light and dark."""
    style = page.partition("<style>")[2].partition("</style>")[0]
    blocks = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    return [dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block)) for block in blocks]


def contrast(a: str, b: str) -> float:
    """As WCAG 2 counts it."""

    def light(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((light(a), light(b)))
    return (high + 0.05) / (low + 0.05)


def test_text_and_bars_stand_out_in_light_and_dark(page: str):
    both = colours(page)

    assert len(both) == 2
    for known in both:
        for ground in ("page", "box"):
            assert min(contrast(known[ink], known[ground]) for ink in ("ink", "dim")) >= 4.5
            assert (
                min(contrast(known[bar], known[ground]) for bar in ("now", "two", "three", "four", "edge"))
                >= 3
            )


def test_an_empty_dataset_has_a_page(dataset):
    assert "0 entries" in Parsed(insights_html.page(insights(dataset), dataset="harbor")).text("header")


@pytest.mark.slow
def test_the_page_of_5000_entries_is_under_a_megabyte(dataset, take):
    take([talk(f"keeper {n}", tags=[f"tag{n % 400}"], name=f"n{n}") for n in range(5000)])

    made = insights_html.page(insights(dataset), dataset="harbor")

    assert len(made.encode()) < 1_000_000


BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)
# Without these a browser asks for updates of its own.
QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--enable-logging=stderr"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-default-apps", "--disable-extensions"),
    *("--disable-features=OptimizationHints,MediaRouter,Translate", "--window-size=900,1200"),
)


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="there is no Chromium on PATH; the page is checked as text above")
def test_a_browser_shows_the_page_and_asks_for_nothing(page: str, tmp_path: Path):
    file, picture, log = tmp_path / "page.html", tmp_path / "page.png", tmp_path / "net.json"
    file.write_text(page, encoding="utf-8")
    own = (f"--user-data-dir={tmp_path / 'profile'}", f"--log-net-log={log}", f"--screenshot={picture}")

    completed = subprocess.run(
        [str(BROWSER), *QUIET, *own, file.as_uri()], capture_output=True, text=True, timeout=120, check=True
    )

    assert "CONSOLE" not in completed.stderr
    assert len(set(pixels(picture))) > 16
    asked = set(re.findall(r'"url":"([^"]+)"', log.read_text(encoding="utf-8", errors="replace")))
    assert not [url for url in asked if url.startswith(("http", "ws", "ftp")) and "google" not in url]


def pixels(picture: Path) -> bytes:
    """The packed rows of a PNG: many different bytes where something is drawn."""
    data, at, packed = picture.read_bytes(), 8, b""
    while at < len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        packed += data[at + 8 : at + 8 + size] if kind == b"IDAT" else b""
        at += 12 + size
    return zlib.decompress(packed)
