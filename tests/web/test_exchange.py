"""What comes in and goes out by the page: files, exports, mirrors; and settings, libraries and help."""

import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from tests.web.conftest import ID
from tests.web.test_screens import entry_of

LINE = json.dumps(
    {"messages": [{"role": "user", "content": "Cold?"}, {"role": "assistant", "content": "No."}]}
)


def looked_at(page, *files: tuple[str, str], **data: str) -> str:
    pytest.importorskip("python_multipart")
    sent = [("files", (name, io.BytesIO(text.encode()))) for name, text in files]
    return page.post("/import/preview", data=data, files=sent).text


def test_files_are_looked_at_before_they_are_imported(page, run, harbor: Path) -> None:
    text = looked_at(
        page, ("a.jsonl", LINE), ("b.jsonl", "[1]\n" + LINE.replace("Cold", "Late")), tags="fresh"
    )
    assert "2 new entries" in text
    assert "1 record refused" in text
    assert "b.jsonl, line 1" in text
    assert run("list", "--count", cwd=harbor).out == "3\n"
    folder = re.search(r'name="folder" value="([^"]+)"', text)[1]

    answer = page.post("/import", data={"folder": folder, "tags": "fresh", "act": "import"})

    assert "2 entries added, 1 record refused" in answer.text
    assert run("list", "tag:fresh", "--count", cwd=harbor).out == "2\n"
    assert run("list", "source:a_jsonl", "--count", cwd=harbor).out == "1\n"
    assert page.post("/import", data={"folder": folder}).status_code == 400


def test_files_that_are_left_are_forgotten(page, run, harbor: Path) -> None:
    folder = re.search(r'name="folder" value="([^"]+)"', looked_at(page, ("a.jsonl", LINE)))[1]

    page.post("/import", data={"folder": folder, "act": "forget"})

    assert page.post("/import", data={"folder": folder, "act": "import"}).status_code == 400
    assert run("list", "--count", cwd=harbor).out == "3\n"


def test_names_of_dropped_files_lead_nowhere_else(page, tmp_path: Path) -> None:
    text = looked_at(page, ("../../escape.jsonl", LINE))

    assert "escape.jsonl" in text
    assert not (tmp_path / "escape.jsonl").exists()
    for name in (".hidden", "con.jsonl", "a\x00b"):
        assert "cannot be called" in looked_at(page, (name, LINE)) or name == "a\x00b"
    assert page.post("/import/preview", data={"tags": ""}).status_code == 400


def test_an_export_says_what_it_loses_and_is_downloaded(page, run, harbor: Path) -> None:
    assert "Trainer" in page.get("/export?fit=1").text
    values = page.get("/export", params={"q": "tag:night", "trainer": "trl", "preview": "1"}).text
    assert "1 entry, 1 row" in values
    assert page.get("/export?preview=1&q=tag:nope").status_code == 400

    answer = page.post("/export/download", data={"q": "tag:night", "format": "sharegpt"})

    assert answer.status_code == 200
    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist() if answer.content[:2] == b"PK" else []
    assert any(name.endswith("harbor.jsonl") for name in names) or b"Answer 1." in answer.content
    assert "harbor" in answer.headers["content-disposition"]
    assert page.post("/export/download", data={"q": "tag:nope"}).status_code == 404


def test_a_recipe_is_kept_and_downloaded(page, run, harbor: Path) -> None:
    page.post("/export", data={"name": "night", "q": "tag:night", "trainer": "trl"})
    assert "<b>night</b>" in page.get("/export").text

    answer = page.post("/export/download", data={"recipe": "night"})

    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert any(name.endswith(".jsonl") for name in names)
    assert run("export", "night", "--json", cwd=harbor, check=0).json["entries"] == 1
    assert page.post("/export", data={"name": "NO NAME"}).status_code == 400


def test_a_mirror_is_set_up_synced_and_says_who_has_what(page, run, harbor: Path, tmp_path: Path) -> None:
    (tmp_path / "cloud").mkdir()
    place = {"act": "add", "name": "backup", "place": str(tmp_path / "cloud"), "label": "desk"}
    assert "backup is set up" in page.post("/mirrors", data=place).text
    text = page.get("/mirrors").text
    assert "All of this machine is saved here." in text
    mirror = run("remote", "list", "--json", cwd=harbor).json["remotes"][0]["folder"]
    run("clone", mirror, "other", "--json", cwd=tmp_path, check=0)
    other = tmp_path / "other"
    run("tag", "add", "late", f"{ID}2", cwd=other, check=0)
    run("push", cwd=other, check=0)

    page.post("/mirrors", data={"act": "look", "remote": "backup"})
    assert "has 1 changed scene" in page.get("/mirrors").text
    assert "to take in" in page.get("/state").text
    assert "1 changed from" in page.post("/mirrors", data={"act": "sync", "remote": "backup"}).text

    assert entry_of(run, harbor, 2)["tags"] == ["late"]
    assert "It is whole" in page.post("/mirrors", data={"act": "check", "remote": "backup"}).text


def test_clashes_of_a_sync_go_to_the_three_columns(page, run, harbor: Path, tmp_path: Path) -> None:
    (tmp_path / "cloud").mkdir()
    run("remote", "add", "backup", tmp_path / "cloud", cwd=harbor, check=0)
    run("push", cwd=harbor, check=0)
    mirror = run("remote", "list", "--json", cwd=harbor).json["remotes"][0]["folder"]
    run("clone", mirror, "other", cwd=tmp_path, check=0)
    for folder, words in ((harbor, "Light"), (tmp_path / "other", "Dark")):
        run("replace", "Answer 0", words, "--where", f"id:{ID}0", cwd=folder, check=0)
    run("push", cwd=tmp_path / "other", check=0)

    answer = page.post("/mirrors", data={"act": "sync", "remote": "backup"})

    assert answer.url.path == "/conflicts"
    assert "nothing is lost" in answer.text


def test_a_place_that_cannot_be_is_not_kept(page, run, harbor: Path) -> None:
    place = {"act": "add", "name": "backup", "place": str(harbor / "nowhere"), "label": ""}
    answer = page.post("/mirrors", data=place)

    assert answer.status_code == 400
    assert f'value="{harbor}/nowhere"' in answer.text
    assert run("remote", "list", "--json", cwd=harbor).json["remotes"] == []


def test_a_folder_that_is_away_is_normal(page, run, harbor: Path, tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    run("remote", "add", "stick", tmp_path / "stick", cwd=harbor, check=0)
    run("push", cwd=harbor, check=0)
    (tmp_path / "stick").rename(tmp_path / "away")

    assert "cannot be reached now" in page.get("/mirrors").text
    assert page.get("/state").status_code == 200
    assert page.post("/mirrors", data={"act": "push", "remote": "stick"}).status_code in (400, 409, 503)


def test_settings_are_set_and_unset(page, run, harbor: Path) -> None:
    page.post("/settings", data={"key": "review.policy", "value": "two"})
    assert run("config", "review.policy", "--json", cwd=harbor).json["settings"][0]["value"] == "two"
    page.post("/settings", data={"key": "review.policy", "act": "unset"})

    assert "strictest" in page.get("/settings").text
    slip = page.post("/settings", data={"key": "review.policy", "value": "loudest"})
    assert slip.status_code == 400
    assert "loudest" in slip.text


def test_tags_are_made_moved_merged_and_retired(page, run, harbor: Path) -> None:
    for data in (
        {"act": "create", "new": "dusk"},
        {"act": "merge", "old": "night", "new": "dusk"},
        {"act": "archive", "old": "dusk"},
    ):
        assert page.post("/tags", data=data).status_code == 200
    page.post("/categories", data={"act": "create", "new": "Moods"})
    page.post("/tags", data={"act": "restore", "old": "dusk"})
    page.post("/tags", data={"act": "move", "old": "dusk", "category": "moods"})

    assert entry_of(run, harbor, 1)["tags"] == ["dusk"]
    row = next(t for t in run("tag", "list", "--json", cwd=harbor).json["tags"] if t["tag"] == "dusk")
    assert (row["category"].casefold(), row["status"]) == ("moods", "active")
    assert page.post("/tags", data={"act": "explode", "old": "dusk"}).status_code == 400


def test_a_character_gets_a_colour_everywhere(page, run, harbor: Path) -> None:
    page.post("/characters", data={"act": "create", "new": "Mara"})
    data = {"act": "edit", "old": "mara", "display": "Mara Voss", "description": "dry", "color": "violet"}
    page.post("/characters", data=data)

    assert 'class="message hue-11" id="m2"' in page.get(f"/e/{ID}0").text
    assert 'class="by hue-11">Mara Voss' in page.get("/").text
    run("character", "edit", "mara", "--color", "teal", cwd=harbor, check=0)
    assert 'class="message hue-0" id="m2"' in page.get(f"/e/{ID}0").text
    assert page.post("/characters", data={**data, "color": "plaid"}).status_code == 400


def test_prompts_are_made_and_changed(page, run, harbor: Path) -> None:
    page.post("/prompts", data={"act": "create", "new": "Night", "text": "Keep it.\r\nAlways."})
    page.post("/prompts", data={"act": "edit", "old": "night", "text": "Keep the light.", "display": "Night"})

    shown = run("prompt", "show", "night", "--json", cwd=harbor).json["prompts"][0]
    assert shown["content"] == "Keep the light."
    page.post("/prompts", data={"act": "delete", "old": "night"})
    assert "Keep the light." not in page.get("/prompts").text


def test_help_is_here_and_searched(page) -> None:
    assert 'href="/help/start"' in page.get("/help").text
    assert "<code>talekeep init</code>" in page.get("/help/start").text
    assert "No page of help" in page.get("/help?find=zebra").text
    assert page.get("/help/zebra").status_code == 404


def test_every_topic_of_the_command_line_can_be_read(run) -> None:
    from talekeep.cli.commands.serve import _topics
    from talekeep.web.topics import blocks

    for name, topic in _topics().items():
        shown = " ".join(text for _, text in blocks(topic.text))
        for word in re.findall(r"\w{6,}", topic.text):
            assert word in shown, name
