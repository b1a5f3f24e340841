"""Versions beside each other: clashes, conflicts, revisions, who wrote what, other replies, duplicates."""

import html
import json
import re
from pathlib import Path

import pytest
from tests.web.conftest import ID
from tests.web.test_screens import entry_of
from tests.web.test_screens import fields
from tests.web.test_screens import sent


def plain(text: str) -> str:
    """What a reader sees of a page."""
    return html.unescape(re.sub(r"<del>.*?</del>|<[^>]+>", "", text))


def test_a_clash_shows_three_versions_and_saving_again_keeps_what_was_typed(page, run, harbor: Path) -> None:
    pairs = fields(page.get(f"/e/{ID}0/edit").text)
    run("replace", "Answer 0", "Theirs", "--where", f"id:{ID}0", cwd=harbor, check=0)
    run("replace", "Question", "Riddle", "--where", f"id:{ID}0", cwd=harbor, check=0)
    clash = page.post(f"/e/{ID}0/edit", data=sent(pairs, "Answer 0", "Mine"))
    assert clash.status_code == 409
    assert "message 2, mara" in clash.text
    for label, words in (
        ("before both", "She nods.* Answer 0."),
        ("what you typed", "She nods.* Mine"),
        ("as it is now", "She nods.* Theirs"),
    ):
        assert words in plain(clash.text[clash.text.index(f'aria-label="{label}"') :])[:400]
    again = fields(clash.text)
    # What did not clash is merged in the form already.
    assert [v for n, v in again if n == "content"] == ["Riddle 0?", "*She nods.* Mine."]

    assert page.post(f"/e/{ID}0/edit", data=sent(again), follow_redirects=False).status_code == 303

    assert [m["content"] for m in entry_of(run, harbor)["messages"]] == ["Riddle 0?", "*She nods.* Mine."]
    assert entry_of(run, harbor)["messages"][0]["weight"] == 0


def test_a_clash_with_a_removal_keeps_what_was_typed(page, run, harbor: Path) -> None:
    pairs = fields(page.get(f"/e/{ID}0/edit").text)
    run("remove", f"{ID}0", cwd=harbor, check=0)

    answer = page.post(f"/e/{ID}0/edit", data=sent(pairs, "Answer 0", "Mine"))

    assert answer.status_code == 409
    assert "removed meanwhile" in answer.text
    assert "Mine" in answer.text


@pytest.fixture
def clash(run, git, harbor: Path) -> Path:
    """A merge that stopped: one text changed on both sides."""
    run("branch", "darker", cwd=harbor, check=0)
    run("replace", "Answer 0", "Light", "--where", f"id:{ID}0", cwd=harbor, check=0)
    run("switch", "darker", cwd=harbor, check=0)
    run("replace", "Answer 0", "Dark", "--where", f"id:{ID}0", cwd=harbor, check=0)
    run("switch", "main", cwd=harbor, check=0)
    run("merge", "darker", cwd=harbor, check=1)
    return harbor


def hidden(text: str) -> dict[str, str]:
    form = text[text.index('<form class="result"') :]
    pattern = r'<input type="hidden" name="([^"]+)" value="([^"]*)"'
    return {name: html.unescape(value) for name, value in re.findall(pattern, form)}


@pytest.mark.parametrize(
    ("side", "typed", "words"),
    [
        ("ours", "", "Light."),
        ("theirs", "", "Dark."),
        ("base", "", "Answer 0."),
        ("both", "", "*She nods.* Light.\n\n*She nods.* Dark."),
        ("typed", "Half light.\r\nHalf dark.", "Half light.\nHalf dark."),
    ],
)
def test_a_conflict_is_settled_in_three_columns(page, run, clash: Path, side, typed, words) -> None:
    text = page.get("/conflicts").text
    for label, shown in (("before both", "Answer 0."), ("here", "Light."), ("there", "Dark.")):
        assert shown in plain(text[text.index(f'aria-label="{label}"') :])[:100]
    assert "1 conflict to settle" in page.get("/state").text

    page.post("/conflicts", data={**hidden(text), "side": side, "result": typed})
    assert "All are settled" in page.get("/conflicts").text
    page.post("/conflicts/finish", data={"act": "commit"})

    assert entry_of(run, clash)["messages"][1]["content"].endswith(words)
    assert "There is none" in page.get("/conflicts").text
    assert run("status", "--json", cwd=clash).json["under_way"] is None


def test_a_merge_is_given_up(page, run, clash: Path) -> None:
    page.post("/conflicts/finish", data={"act": "abort"})

    assert entry_of(run, clash)["messages"][1]["content"] == "*She nods.* Light."
    assert run("status", "--json", cwd=clash).json["open"] == 0


def test_a_form_of_a_conflict_that_is_none_is_refused(page, clash: Path) -> None:
    known = hidden(page.get("/conflicts").text)

    assert page.post("/conflicts", data={**known, "side": "nobody"}).status_code == 400
    assert page.post("/conflicts", data={**known, "path": "{", "side": "ours"}).status_code == 400
    assert page.post("/conflicts", data={**known, "path": "[1]", "side": "ours"}).status_code == 404


def test_two_revisions_stand_side_by_side(page, run, harbor: Path) -> None:
    before = run("log", "--json", cwd=harbor).json["commits"][0]["id"]
    run("replace", "Answer", "Reply", "--where", "exchanges>=1", cwd=harbor, check=0)
    run("tag", "add", "late", f"{ID}2", cwd=harbor, check=0)

    text = page.get("/diff", params={"a": before}).text
    assert "3 entries differ" in text
    assert "<del>Answer </del>" in text
    assert "<ins>Reply </ins>" in text
    assert "tags added: late" in text
    assert "1 entry differs" in page.get("/diff", params={"a": before, "entry": f"{ID}1"}).text
    assert page.get("/diff", params={"a": "nowhere"}).status_code == 404


def test_blame_names_who_gave_each_message_its_words(page, run, harbor: Path) -> None:
    run("replace", "Answer", "Reply", "--where", f"id:{ID}0", cwd=harbor, check=0)

    text = page.get(f"/e/{ID}0/blame").text

    assert text.index("Import 3 entries") < text.index("Reply 0.") < text.index("Replace")


def test_another_reply_is_chosen_and_the_one_before_is_kept(page, run, harbor: Path, tmp_path: Path) -> None:
    chat = [
        {"user_name": "Wren", "character_name": "Mara"},
        {"name": "Wren", "is_user": True, "mes": "Cold?"},
        {"name": "Mara", "is_user": False, "mes": "Always.", "swipes": ["Always.", "Never."], "swipe_id": 0},
    ]
    (tmp_path / "swipes.jsonl").write_text("\n".join(map(json.dumps, chat)))
    result = run("import", tmp_path / "swipes.jsonl", "--json", cwd=harbor, check=0).json
    name = result["added"][0]["id"]
    text = page.get(f"/e/{name}/alternatives").text
    assert text.index("Always.") < text.index("Never.")
    assert "other replies" in page.get(f"/e/{name}").text
    message = re.search(r'name="message" value="(\d+)"', text)[1]

    page.post(f"/e/{name}/alternatives", data={"message": message, "number": "1"})

    entry = run("show", name, "--json", cwd=harbor).json["entry"]
    assert entry["messages"][-1]["content"] == "Never."
    assert "Always." in page.get(f"/e/{name}/alternatives").text
    assert page.post(f"/e/{name}/alternatives", data={"message": "9", "number": "1"}).status_code == 400


def test_duplicates_are_removed_or_tagged(page, run, harbor: Path) -> None:
    run("duplicate", f"{ID}0", cwd=harbor, check=0)
    text = page.get("/duplicates").text
    assert "group 1 of 1" in text
    copy = re.search(r'name="entry" value="([^"]+)" checked', text)[1]

    page.post("/duplicates", data={"entry": copy, "act": "tag", "at": "1"})
    assert run("list", "tag:duplicate", "--count", cwd=harbor).out == "1\n"
    page.post("/duplicates", data={"entry": copy, "act": "remove", "at": "1"})

    assert run("list", "--count", cwd=harbor).out == "3\n"
    assert "No two entries" in page.get("/duplicates").text
    assert page.post("/duplicates", data={"act": "remove"}).status_code == 400


def test_a_page_says_when_something_changed_since(page, run, harbor: Path) -> None:
    address = html.unescape(re.search(r'hx-get="(/state[^"]*)"', page.get("/").text)[1])
    assert "changed since" not in page.get(address).text

    run("tag", "add", "late", f"{ID}2", cwd=harbor, check=0)

    assert "1 entry changed since this page was opened" in page.get(address).text


def test_changes_in_the_folder_are_committed_or_thrown_away(page, run, harbor: Path) -> None:
    part = next(harbor.glob("entries/*/*.jsonl"))
    part.write_text(part.read_text().replace("Question 2", "Riddle 2"))
    pairs = fields(page.get(f"/e/{ID}0/edit").text)
    assert "changes in the folder are not committed" in page.get("/state").text

    refused = page.post(f"/e/{ID}0/edit", data=sent(pairs, "Answer", "Reply"))
    assert refused.status_code == 409
    assert "Commit what lies in the folder" in refused.text
    assert "commit them" in page.get("/diff").text
    page.post("/diff", data={"act": "commit", "subject": "A riddle"})
    assert page.post(f"/e/{ID}0/edit", data=sent(pairs, "Answer", "Reply")).status_code == 200

    assert run("log", cwd=harbor).out.count("A riddle") == 1
    part.write_text(part.read_text().replace("Riddle 2", "Nothing 2"))
    page.post("/diff", data={"act": "discard"})
    assert "Riddle 2" in entry_of(run, harbor, 2)["messages"][0]["content"]
