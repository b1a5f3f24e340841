"""Names in the texts of one side are found, and become the names of who speaks where that is asked for."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from talekeep.core.codec import digest
from talekeep.formats.base import Reading
from talekeep.formats.conversation.names_in_text import lifted
from talekeep.formats.conversation.names_in_text import names_in_text
from talekeep.formats.files.marked_text import transcript_in


def chat(*replies: str) -> list[dict[str, Any]]:
    pairs = ([{"role": "user", "content": "And now?"}, {"role": "assistant", "content": r}] for r in replies)
    return [message for pair in pairs for message in pair]


def test_a_name_counts_from_four_of_five_messages_on() -> None:
    assert names_in_text(chat("Mara: a", "Mara: b", "Mara: c", "Mara: d", "e")) == {"assistant": "Mara"}
    assert names_in_text(chat("Mara: a", "Mara: b", "Mara: c", "d")) == {}
    assert names_in_text(chat("Mara: a")) == {}
    assert names_in_text(chat("http://a", "http://b")) == {}
    assert names_in_text([{**message, "name": "mara"} for message in chat("Mara: a", "Mara: b")]) == {}


def test_a_lifted_name_leaves_the_text_and_the_alternatives_follow() -> None:
    messages = chat("Mara: Yes.", "Mara: No.")
    other = {
        "of": digest(messages[3]),
        "kind": "swipe",
        "messages": [{"role": "assistant", "content": "Mara: So."}],
    }
    reading = lifted(Reading({"messages": messages}, alternatives=(other,)))
    assert [m["content"] for m in reading.entry["messages"]] == ["And now?", "Yes.", "And now?", "No."]
    assert reading.entry["messages"][1]["name"] == "mara"
    assert reading.alternatives[0]["of"] == digest(reading.entry["messages"][3])
    assert reading.alternatives[0]["messages"][0]["content"] == "So."
    assert reading.speakers == {"Mara": "assistant:mara"}


def test_import_tells_of_such_names_and_lifts_them_on_request(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(json.dumps({"messages": chat("Mara: Yes.", "Mara: No.")}) + "\n")
    run("init", "one", check=0)
    run("init", "two", check=0)

    result = run("-C", "one", "import", file, check=0)
    run("-C", "two", "import", file, "--lift-names", check=0)

    assert "--lift-names" in result.out
    (part,) = tmp_path.glob("two/entries/*/*.jsonl")
    assert [m.get("name") for m in json.loads(part.read_text())["messages"]] == [None, "mara", None, "mara"]


def test_a_heading_is_nobodys_name() -> None:
    titled = [{"role": "user", "content": f"Title: {n}"} for n in range(3)]
    assert names_in_text(titled) == {}
    assert transcript_in("Title: The light\nAuthor: W.\n\nWren: Who?\nMara: I.\nWren: Oh.") == [
        {"role": "system", "content": "Title: The light\nAuthor: W."},
        {"role": "Wren", "content": "Who?"},
        {"role": "Mara", "content": "I."},
        {"role": "Wren", "content": "Oh."},
    ]
    assert transcript_in("Title: The light\nSummary: A keeper.") is None
