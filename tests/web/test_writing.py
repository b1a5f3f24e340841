"""Writing on the page: new entries, scripts, messages cut in two, entries split and joined."""

import html
import json
import re
from pathlib import Path

from tests.web.conftest import ID
from tests.web.test_screens import entry_of
from tests.web.test_screens import fields
from tests.web.test_screens import sent


def count(run, harbor: Path) -> int:
    return int(run("list", "--count", cwd=harbor, check=0).out)


def test_a_new_entry_is_written_from_nothing_and_leaves_out_what_is_empty(page, run, harbor: Path) -> None:
    data = sent(fields(page.get("/new").text))
    data["content"] = ["", "Who goes there?", "A friend."]
    data["tags"] = ["night"]

    answer = page.post("/new", data=data, follow_redirects=False)

    name = answer.headers["location"].removeprefix("/e/").partition("?")[0]
    entry = run("show", name, "--json", cwd=harbor, check=0).json["entry"]
    assert [m["content"] for m in entry["messages"]] == ["Who goes there?", "A friend."]
    assert entry["tags"] == ["night"]
    assert "Added." in page.get(answer.headers["location"]).text
    blank = page.post("/new", data={**data, "content": ["", "", ""]})
    assert blank.status_code == 422
    assert "nothing is written yet" in blank.text
    assert count(run, harbor) == 4


def test_a_new_entry_begins_with_a_prompt_of_the_library(page, run, harbor: Path) -> None:
    run("prompt", "create", "Night", "--text", "Keep the light.", cwd=harbor, check=0)

    text = page.get("/new").text
    assert 'href="/new?prompt=night"' in text
    begun = fields(page.get("/new?prompt=night").text)
    assert next(value for name, value in begun if name == "content") == "Keep the light."
    assert page.get("/new?prompt=nobody").status_code == 404


def test_a_new_entry_begins_with_the_greeting_of_a_character(page, run, harbor: Path) -> None:
    card = {
        "spec": "chara_card_v2",
        "spec_version": "2.0",
        "data": {
            "name": "Ilka",
            "description": "A pilot.",
            "first_mes": "You are late.",
            "alternate_greetings": ["Good evening."],
            "personality": "",
            "scenario": "",
            "mes_example": "",
        },
    }
    (harbor / "ilka.json").write_text(json.dumps(card))
    run("character", "import", "ilka.json", cwd=harbor, check=0)

    assert "ilka, greeting 2" in page.get("/new").text
    begun = fields(page.get("/new?character=ilka&greeting=2").text)

    assert "Good evening." in [v for n, v in begun if n == "content"]
    assert "ilka" in [v for n, v in begun if n == "name"]
    assert page.get("/new?character=ilka&greeting=9").status_code == 404


def test_the_script_is_saved_and_merged_with_what_changed_meanwhile(page, run, harbor: Path) -> None:
    text = page.get(f"/e/{ID}0/script").text
    base = html.unescape(re.search(r'name="base" value="([^"]*)"', text)[1])
    written = html.unescape(re.search(r"<textarea[^>]*>\n(.*?)</textarea>", text, re.DOTALL)[1])
    run("replace", "Question", "Riddle", "--where", f"id:{ID}0", cwd=harbor, check=0)

    data = {"base": base, "script": written.replace("Answer", "Reply").replace("\n", "\r\n")}
    answer = page.post(f"/e/{ID}0/script", data=data, follow_redirects=False)

    assert answer.status_code == 303
    assert [m["content"] for m in entry_of(run, harbor)["messages"]] == ["Riddle 0?", "*She nods.* Reply 0."]
    assert "both changes are in it" in page.get(answer.headers["location"]).text
    slip = page.post(f"/e/{ID}0/script", data={"base": base, "script": "## captain\n\nAye."})
    assert slip.status_code == 400
    assert "Aye." in slip.text
    assert "captain" in page.post("/check", data={"base": base, "script": "## captain\n\nAye."}).text


def test_a_message_is_cut_at_the_cursor_or_behind_its_first_paragraph(page) -> None:
    data = sent(fields(page.get(f"/e/{ID}0/edit").text), "*She nods.* Answer 0.", "One.\n\nTwo.")

    cut = fields(page.post(f"/e/{ID}0/edit", data={**data, "act": ["cut:1"]}).text)
    at = fields(page.post(f"/e/{ID}0/edit", data={**data, "act": ["cut:0"], "cursor": ["8"]}).text)

    assert [v for n, v in cut if n == "content"] == ["Question 0?", "One.", "Two."]
    assert [v for n, v in cut if n == "name"] == ["wren", "mara", "mara"]
    assert [v for n, v in at if n == "content"] == ["Question", " 0?", "One.\n\nTwo."]


def test_an_entry_is_split_and_joined_again(page, run, harbor: Path, tmp_path: Path) -> None:
    roles = ("user", "assistant") * 2
    entry = {"id": f"{ID}7", "messages": [{"role": r, "content": f"Line {n}"} for n, r in enumerate(roles)]}
    (tmp_path / "long.jsonl").write_text(json.dumps(entry) + "\n")
    run("import", tmp_path / "long.jsonl", cwd=harbor, check=0)
    assert 'name="after" value="1"' in page.get(f"/e/{ID}7/split").text

    page.post(f"/e/{ID}7/split", data={"after": "1"})
    assert count(run, harbor) == 5
    assert len(entry_of(run, harbor, 7)["messages"]) == 2
    other = re.search(r'name="with" value="([^"]+)"', page.get(f"/e/{ID}7/split").text)[1]
    page.post(f"/e/{ID}7/join", data={"with": other})

    assert count(run, harbor) == 4
    assert [m["content"] for m in entry_of(run, harbor, 7)["messages"]] == [f"Line {n}" for n in range(4)]
    assert page.post(f"/e/{ID}7/split", data={"after": "9"}).status_code == 400
