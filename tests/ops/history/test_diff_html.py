"""The page of a difference: complete, self-contained, and deaf to whatever an entry says."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from talekeep.core.merge import diff
from talekeep.ops.history import diff_html
from talekeep.ops.history.diff import Compared

ONE = "123e4567-e89b-42d3-a456-426614174001"
HOSTILE = (
    "</div></section><script>alert(1)</script><img src=x onerror=alert(2)>\"'><style>*{display:none}</style>"
    "<!-- &lt;b&gt; <a href='javascript:alert(3)'>"
)


def entry(*texts: str, **more: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": text} for text in texts]
    return {"id": ONE, "messages": messages, "tags": [], **more}


def page(before: list[Any], after: list[Any], **more: Any) -> str:
    names = {"dataset": "harbor", "before": "first", "after": "HEAD"} | more
    return diff_html.page(Compared(diff.changes(before, after), [], []), **names)


class Parsed(HTMLParser):
    """What a browser would make of a page: elements with their attributes, and the text in each kind."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in set(self.open):
            self.texts.setdefault(tag, []).append(data)

    def text(self, tag: str) -> str:
        return "".join(self.texts.get(tag, []))


def test_both_sides_of_a_message_are_whole_with_the_words_marked() -> None:
    made = page([entry("A friend of the old house.", "same")], [entry("A friend of the new house.", "same")])

    sides = re.findall(r'<div class="text" dir="auto">(.*?)</div>', made)
    assert sides == [
        "A friend of the <del>old </del>house.",
        "A friend of the <ins>new </ins>house.",
    ]
    assert "1 entry changed, 1 message edited" in made
    assert "1 message unchanged" in made
    assert re.search(rf"<h2>.*changed.*{ONE}.*</h2>", made)


def test_added_removed_and_moved_entries_have_headings_and_their_text() -> None:
    other = {
        "id": ONE.replace("1", "2"),
        "messages": [{"role": "assistant", "name": "mara", "content": "Gone."}],
    }
    third, fourth = ({**entry("x"), "id": name} for name in ("c", "d"))

    made = page([other, third, fourth], [fourth, third, entry("Come.", tags=["t"], note={"k": [1]})])

    parsed = Parsed(made)
    kinds = [attrs["class"] for tag, attrs in parsed.elements if tag == "section"]
    assert kinds == ["removed", "moved", "added"]
    for text in ("Gone.", "Come.", "mara", 'note: {"k": [1]}', "tags: t"):
        assert text in parsed.text("section")
    assert "1 entry removed, 1 entry moved, 1 entry added" in made


def test_tags_keys_and_fields_of_messages_are_told() -> None:
    before = entry("a b c", tags=["old", "kept"], note="one", gone=1)
    after = entry("a b c", tags=["kept", "new"], note="two")
    after["messages"][0] |= {"name": "wren", "tool_calls": [{"id": "<b>"}]}

    made = page([before], [after])

    parsed = Parsed(made)
    assert parsed.text("ins") == 'new"two""wren"[{"id": "<b>"}]'
    assert parsed.text("del") == 'old"one"1'
    assert "kept" not in made


def test_messages_that_came_went_and_moved_say_so() -> None:
    made = page([entry("aa bb", "cc dd", "ee ff")], [entry("ee ff", "aa bb", "gg hh ii", "jj")])

    headings = [re.sub("<[^>]*>", "", h) for h in re.findall("<h3>(.*?)</h3>", made)]
    assert "moved · 3 → 1 · user" in headings
    assert any(h.startswith("inserted · ") for h in headings)
    assert "edited · 2 → 3 · user" in headings or "deleted · 2 · user" in headings


def test_nothing_is_loaded_and_nothing_runs() -> None:
    made = page([], [entry("text")])

    head = made.partition("</head>")[0]
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    assert f'<meta http-equiv="Content-Security-Policy" content="{policy}">' in head
    assert head.index("Content-Security-Policy") < head.index("<style>")
    parsed = Parsed(made)
    assert {tag for tag, _ in parsed.elements} <= {
        *("html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "ul", "li", "section"),
        *("div", "span", "bdi", "del", "ins"),
    }
    assert not re.search(r"url\(|@import|https?:|src=|href=", made)
    assert parsed.open == []


def test_it_suits_light_dark_and_paper() -> None:
    made = page([], [])

    assert "color-scheme: light dark" in made
    assert "@media (prefers-color-scheme: dark)" in made
    assert "@media print" in made
    assert "No entry differs." in made


EVERYWHERE = {
    "content": ([entry(HOSTILE)], [entry(HOSTILE + " more")]),
    "added": ([], [entry(HOSTILE)]),
    "role and name": ([], [entry() | {"messages": [{"role": HOSTILE, "name": HOSTILE, "content": "x"}]}]),
    "id": ([], [entry("x") | {"id": HOSTILE}]),
    "tags": ([entry("x", tags=[HOSTILE])], [entry("x", tags=[HOSTILE + "2"])]),
    "keys": ([entry("x", **{HOSTILE: HOSTILE})], [entry("x", **{HOSTILE: [HOSTILE]})]),
    "fields": ([entry("x")], [entry() | {"messages": [{"role": "user", "content": [{"type": HOSTILE}]}]}]),
    "odd messages": ([entry("x")], [entry() | {"messages": HOSTILE}]),
    "odd message": ([entry("x")], [entry() | {"messages": [HOSTILE]}]),
}


@pytest.mark.parametrize("where", EVERYWHERE)
def test_hostile_text_is_only_ever_text(where: str) -> None:
    made = page(*EVERYWHERE[where])

    parsed = Parsed(made)
    assert HOSTILE in "".join(parsed.texts["body"]) or HOSTILE.replace('"', '\\"') in "".join(
        parsed.texts["body"]
    )
    assert parsed.open == []
    assert not {tag for tag, _ in parsed.elements} & {"script", "img", "a"}
    assert {name for _, attrs in parsed.elements for name in attrs} <= {
        *("lang", "charset", "http-equiv", "content", "name", "class", "dir"),
    }
    assert sum(tag == "style" for tag, _ in parsed.elements) == 1


def test_hostile_names_of_the_dataset_revisions_and_files_are_text() -> None:
    result = Compared([], [HOSTILE], [HOSTILE])

    made = diff_html.page(result, dataset=HOSTILE, before=HOSTILE, after="\u202eHEAD")

    parsed = Parsed(made)
    assert parsed.text("h1") == f"{HOSTILE}: {HOSTILE} → U+202EHEAD"
    assert parsed.text("title") == f"{HOSTILE}: {HOSTILE} → U+202EHEAD"
    assert parsed.text("li") == f"changed file {HOSTILE}unreadable line {HOSTILE}"


@pytest.mark.parametrize(
    "sign", ["\x00", "\x1b", "\r", "\x7f", "\x9b", "\u200f", "\u202e", "\u2067", "\u2028", "\u061c", "\ufeff"]
)
def test_what_cannot_be_seen_is_written_out(sign: str) -> None:
    made = page([entry(f"a {sign} b")], [entry(f"a {sign} b c", **{f"k{sign}": 1})])

    assert sign not in made
    assert made.count(f'<bdi class="sign">U+{ord(sign):04X}</bdi>') >= 2


def test_letters_of_every_script_emoji_tabs_and_lines_stay() -> None:
    text = "恋愛 हिन्दी العربية 👩‍🚀\tcafé\nline two"

    assert text in Parsed(page([], [entry(text)])).text("div")


def test_every_text_of_an_entry_is_isolated_from_its_neighbours() -> None:
    made = page([entry("שלום", tags=["א"])], [entry("שלום עולם", tags=["ב"])])

    assert "<bdi>א</bdi>" in made
    assert made.count('dir="auto"') == 2
    assert "unicode-bidi: isolate" in made


def test_the_same_difference_gives_the_same_page() -> None:
    assert page([entry("a")], [entry("b")]) == page([entry("a")], [entry("b")])


def test_a_speaker_is_called_by_the_name_people_read() -> None:
    before = {"id": ONE, "messages": [{"role": "assistant", "name": "mara", "content": "Who?"}]}
    after = {"id": ONE, "messages": [{"role": "assistant", "name": "mara", "content": "Me."}]}

    assert "Mara &amp; Voss" in page([before], [after], names={"mara": "Mara & Voss"})
    assert "Mara &amp; Voss" in page([], [after], names={"mara": "Mara & Voss"})
