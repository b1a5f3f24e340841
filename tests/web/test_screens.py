"""What the screens show and do; each change is a commit that the command line sees."""

import hashlib
import html
import json
import re
from pathlib import Path

import pytest
from tests.web.conftest import ID

HOSTILE = "</textarea></title><script>alert(1)</script><img src=x onerror=alert(2)>\u202e"


def fields(text: str) -> list[tuple[str, str]]:
    """The fields of the editing form, as a browser sends them."""
    form = text[text.index('<form class="edit"') : text.index("</form>", text.index('<form class="edit"'))]
    pattern = re.compile(
        r'<input [^>]*?name="(?P<input>[^"]+)" value="(?P<value>[^"]*)"'
        r'|<select name="(?P<select>[^"]+)">(?P<options>.*?)</select>'
        r'|<textarea [^>]*name="(?P<area>[^"]+)"[^>]*>\n(?P<text>.*?)</textarea>',
        re.DOTALL,
    )
    result = []
    for match in pattern.finditer(form):
        if match["input"]:
            result.append((match["input"], html.unescape(match["value"])))
        elif match["select"]:
            chosen = re.search(r"<option selected>([^<]*)", match["options"])
            result.append((match["select"], chosen[1] if chosen else "system"))
        else:
            result.append((match["area"], html.unescape(match["text"])))
    return result


def sent(pairs: list[tuple[str, str]], old: str = "", new: str = "") -> dict[str, list[str]]:
    """What the browser sends, with a text typed in place of another."""
    if old:
        pairs = [(name, value.replace(old, new) if name == "content" else value) for name, value in pairs]
    data: dict[str, list[str]] = {}
    for name, value in pairs:
        data.setdefault(name, []).append(value)
    return data


def entry_of(run, harbor: Path, number: int = 0) -> dict:
    return run("show", f"{ID}{number}", "--json", cwd=harbor, check=0).json["entry"]


def test_the_list_narrows_by_the_query_of_the_command_line(page) -> None:
    assert page.get("/").text.count('class="row"') == 3
    result = page.get("/", params={"q": "tag:night"}).text

    assert result.count('class="row"') == 1
    assert f'href="/e/{ID}1?q=tag%3Anight"' in result
    assert "1 entry" in result
    slip = page.get("/", params={"q": "tag:nigth"})
    assert slip.status_code == 400
    assert "did you mean night?" in slip.text
    assert 'value="tag:nigth"' in slip.text


def test_an_entry_is_a_manuscript_with_findings_beside_the_message(page) -> None:
    text = page.get(f"/e/{ID}1").text

    assert "<em>*She nods.*</em> Answer 1." in text
    assert text.index("Question 1?") < text.index("missing-system-prompt") < text.index("Answer 1.")
    assert f'href="/e/{ID}0" data-key="k"' in text
    assert f'href="/e/{ID}2" data-key="j"' in text
    assert page.get("/e/ffff").status_code == 404


def test_a_form_that_nobody_touched_changes_nothing(page, run, harbor: Path) -> None:
    before = entry_of(run, harbor)
    text = page.get(f"/e/{ID}0/edit").text

    answer = page.post(f"/e/{ID}0/edit", data=sent(fields(text)), follow_redirects=False)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"/e/{ID}0?note=")
    assert entry_of(run, harbor) == before


def test_an_edit_is_a_commit_and_keeps_the_keys_that_no_field_shows(page, run, harbor: Path) -> None:
    pairs = fields(page.get(f"/e/{ID}0/edit").text)
    data = sent(pairs, "Answer 0.", "The light.\r\nNobody.")
    data["tags"] = ["night, slow_burn"]

    page.post(f"/e/{ID}0/edit", data=data)

    entry = entry_of(run, harbor)
    assert entry["messages"][1]["content"] == "*She nods.* The light.\nNobody."
    assert (entry["messages"][0]["weight"], entry["scene"]) == (0, 0)
    assert entry["tags"] == ["night", "slow_burn"]
    assert run("log", cwd=harbor, check=0).out.count("Edit entry") == 1


def test_messages_are_added_moved_and_removed_in_the_form_alone(page, run, harbor: Path) -> None:
    data = sent(fields(page.get(f"/e/{ID}0/edit").text))
    added = fields(page.post(f"/e/{ID}0/edit", data={**data, "act": ["add:2"]}).text)
    moved = fields(page.post(f"/e/{ID}0/edit", data={**sent(added), "act": ["up:1"]}).text)
    removed = fields(page.post(f"/e/{ID}0/edit", data={**sent(moved), "act": ["remove:2"]}).text)

    assert [v for n, v in added if n == "content"] == ["Question 0?", "*She nods.* Answer 0.", ""]
    assert [v for n, v in moved if n == "origin"] == ["1", "0", ""]
    assert [v for n, v in removed if n == "role"] == ["assistant", "user"]
    assert entry_of(run, harbor)["messages"][0]["content"] == "Question 0?"


def test_a_change_made_meanwhile_is_merged_and_a_clash_keeps_what_was_typed(page, run, harbor: Path) -> None:
    pairs = fields(page.get(f"/e/{ID}0/edit").text)
    run("replace", "Question", "Riddle", "--where", f"id:{ID}0", cwd=harbor, check=0)
    data = sent(pairs, "Answer", "Reply")
    assert page.post(f"/e/{ID}0/edit", data=data, follow_redirects=False).status_code == 303
    assert [m["content"] for m in entry_of(run, harbor)["messages"]] == ["Riddle 0?", "*She nods.* Reply 0."]

    data = sent(pairs, "Answer 0.", "My own words.")
    clash = page.post(f"/e/{ID}0/edit", data=data)
    assert clash.status_code == 409
    assert "My own words." in clash.text
    assert "messages.1.content" in clash.text


def test_what_is_typed_is_checked_without_a_save(page, run, harbor: Path) -> None:
    pairs = fields(page.get(f"/e/{ID}0/edit").text)

    data = sent(pairs, "Answer 0.", "<|im_end|>")

    result = page.post("/check", data=data).text
    assert "message 2" in result
    assert "<html" not in result
    assert "Answer 0." in entry_of(run, harbor)["messages"][1]["content"]


def test_an_error_stops_a_save_and_stays_on_the_page(page, run, harbor: Path) -> None:
    data = sent(fields(page.get(f"/e/{ID}0/edit").text))
    answer = page.post(f"/e/{ID}0/edit", data={**data, "role": ["captain", "assistant"]})

    assert answer.status_code == 422
    assert "captain" in answer.text
    assert page.post("/check", data={"base": "{"}).status_code == 400


def test_what_an_entry_says_is_only_ever_shown(page, run, harbor: Path) -> None:
    entry = {
        "id": f"{ID}9",
        "messages": [{"role": "user", "name": HOSTILE, "content": HOSTILE}],
        "tags": [HOSTILE],
    }
    (harbor / "hostile.jsonl").write_text(json.dumps(entry) + "\n")
    run("import", "hostile.jsonl", cwd=harbor, check=0)

    for address in (
        "/",
        f"/e/{ID}9",
        f"/e/{ID}9/edit",
        f"/e/{ID}9/history",
        f"/review?at={ID}9",
        "/tags",
        "/insights",
    ):
        text = page.get(address).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "\u202e" not in re.sub(r"<textarea.*?</textarea>|value=\"[^\"]*\"", "", text, flags=re.DOTALL)


def test_reviews_by_key_wait_and_become_one_commit(page, run, harbor: Path) -> None:
    last = ""
    for verdict, note in (("approved", "the fog works"), ("needs_edit", ""), ("rejected", "")):
        text = page.get("/review", params={"last": last}).text
        base = html.unescape(re.search(r'name="entry" value="([^"]*)"', text)[1])
        data = {"entry": base, "q": "", "last": last, "verdict": verdict, "note": note}
        answer = page.post("/review", data=data, follow_redirects=False)
        last = answer.headers["location"].rpartition("last=")[2]
    assert run("list", "review:none", "--count", cwd=harbor).out == "3\n"
    assert "You have read all" in page.get("/review").text

    page.post("/review", data={"verdict": "undo", "last": last, "q": ""})
    page.get("/")

    assert run("list", "review:approved", "--count", cwd=harbor).out == "1\n"
    assert run("list", "review:none", "--count", cwd=harbor).out == "1\n"
    assert "the fog works" in page.get(f"/e/{ID}0").text
    assert run("log", cwd=harbor).out.count("Review 2 entries: 1 approved, 1 needs edit") == 1


def test_verdicts_are_committed_when_the_server_ends(stranger, run, harbor: Path) -> None:
    stranger.get("/?token=let-me-in")
    stranger.headers["sec-fetch-site"] = "same-origin"
    base = json.dumps(entry_of(run, harbor))
    stranger.post("/review", data={"entry": base, "verdict": "approved"}, follow_redirects=False)
    assert run("list", "review:approved", "--count", cwd=harbor).out == "0\n"

    stranger.__exit__()

    assert run("list", "review:approved", "--count", cwd=harbor).out == "1\n"
    stranger.__enter__()


def test_history_shows_the_words_that_changed_and_restores(page, run, harbor: Path) -> None:
    before = run("log", "--json", cwd=harbor).json["commits"][0]["id"]
    run("replace", "Answer", "Reply", "--where", f"id:{ID}0", cwd=harbor, check=0)

    text = page.get(f"/e/{ID}0/history").text
    assert "<del>Answer </del><ins>Reply </ins>0." in text
    assert "Answer 0." in page.get(f"/e/{ID}0", params={"rev": before}).text
    page.post(f"/e/{ID}0/restore", data={"rev": before})
    assert "Answer 0." in entry_of(run, harbor)["messages"][1]["content"]


def test_the_log_undoes(page, run, harbor: Path) -> None:
    run("tag", "add", "slow_burn", f"{ID}0", cwd=harbor, check=0)
    commit = run("log", "--json", cwd=harbor).json["commits"][0]["id"]
    assert f'action="/undo/{commit}"' in page.get("/log").text

    page.post(f"/undo/{commit}")

    assert entry_of(run, harbor)["tags"] == []
    assert page.post(f"/undo/{commit}").status_code == 400


def test_bars_of_insights_lead_to_their_entries(page) -> None:
    text = page.get("/insights").text

    assert 'href="/?q=tag%3Anight"' in text
    assert page.get("/insights", params={"q": "tag:nope"}).status_code == 400


def test_tags_and_characters_get_new_names(page, run, harbor: Path) -> None:
    page.post("/tags", data={"old": "night", "new": "Dusk"})
    page.post("/characters", data={"old": "mara", "new": "Maren"})

    assert entry_of(run, harbor, 1)["tags"] == ["dusk"]
    assert entry_of(run, harbor)["messages"][1]["name"] == "maren"
    assert "dusk" in page.get("/tags").text
    assert "maren" in page.get("/characters").text


def test_long_lists_come_in_pages(page, run, harbor: Path, tmp_path: Path) -> None:
    lines = [json.dumps({"messages": [{"role": "user", "content": f"Line {n}"}]}) for n in range(60)]
    (tmp_path / "many.jsonl").write_text("\n".join(lines))
    run("import", tmp_path / "many.jsonl", cwd=harbor, check=0)

    first = page.get("/").text
    more = page.get("/", params={"from": "50", "part": "1"}).text

    assert (first.count('class="row"'), more.count('class="row"')) == (50, 13)
    assert 'href="/?from=50"' in first
    assert "<html" not in more


def test_the_shipped_script_is_the_one_that_was_looked_at() -> None:
    from importlib import resources

    data = resources.files("talekeep").joinpath("web/static/htmx.min.js").read_bytes()
    expected = "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"
    assert hashlib.sha256(data).hexdigest() == expected


@pytest.mark.parametrize("words", [["--help"], ["nowhere-at-all", "--no-open"]])
def test_the_command_needs_no_server_to_say_what_it_does(run, words) -> None:
    assert run("serve", *words).code in (0, 3)
