"""An evening at the page, by keyboard where there is a key; afterwards the dataset is what was done to it."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.web.conftest import ID
from tests.web.conftest import merge_a_clash

TOKEN = "<|im_end|>"


def chat(number: int, exchanges: int = 1) -> str:
    turns = [
        {"role": role, "content": f"{role} {number}, turn {turn}: the lantern swings."}
        for turn in range(exchanges)
        for role in ("user", "assistant")
    ]
    return json.dumps({"id": f"123e4567-e89b-42d3-a456-42661418{number:04}", "messages": turns})


def dropped() -> list[list[str]]:
    """Three files: many scenes, a long one, and a chat with another reply."""
    swipes = [
        {"user_name": "Wren", "character_name": "Mara"},
        {"name": "Wren", "is_user": True, "mes": "Is it cold up there?"},
        {"name": "Mara", "is_user": False, "mes": "Always.", "swipes": ["Always.", "Never."], "swipe_id": 0},
    ]
    return [
        ["many.jsonl", "\n".join(chat(number) for number in range(30))],
        ["long.jsonl", chat(99, 4)],
        ["swipes.jsonl", "\n".join(map(json.dumps, swipes))],
    ]


DROP = """(files) => {
  const data = new DataTransfer();
  for (const [name, text] of files) data.items.add(new File([text], name));
  document.querySelector("[data-drop]")
    .dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
}"""


@pytest.mark.slow
def test_an_evening(window: Any, run, git, harbor: Path, tmp_path: Path) -> None:
    tab = window()
    page = tab.page
    bring_in(tab)
    edit_one(tab)
    review_thirty(tab)
    split_and_choose(tab, run, harbor)
    settle(tab, run, harbor)
    measure_and_save(tab, tmp_path)
    page.goto(f"{tab.top}/log")

    assert tab.console == []
    assert tab.foreign == set()
    git("fsck", "--full", "--strict", cwd=harbor)
    run("validate", cwd=harbor, check=0)
    status = run("status", "--json", cwd=harbor, check=0).json
    assert (status["open"], status["under_way"], status["mirrors"][0]["behind"]) == (0, None, 0)
    subjects = [row["subject"] for row in reversed(run("log", "--json", cwd=harbor).json["commits"])]
    begun = (
        "Import 32",
        "Edit entry",
        "Review",
        "Split 1 entry into 2",
        "Choose another reply",
        "Merge darker",
    )
    at = -1
    for words in (*begun, "Keep the recipe evening"):
        at = next(n for n in range(at + 1, len(subjects)) if subjects[n].startswith(words))
    # One verdict was taken back; two ended with the words they were of: the scene that was split, and the
    # conflict.
    assert run("list", "review:approved,needs_edit,rejected", "--count", cwd=harbor).out == "27\n"
    assert int(run("list", "review:stale", "--count", cwd=harbor).out) >= 2


def sees(page: Any, words: str) -> None:
    page.get_by_text(words).first.wait_for()
    # Keys do nothing before the script has been read.
    page.wait_for_load_state()


def bring_in(tab: Any) -> None:
    page = tab.page
    page.keyboard.press("g")
    page.keyboard.press("m")
    page.wait_for_url("**/import")
    page.evaluate(DROP, dropped())
    sees(page, "32 new entries")
    page.keyboard.press("Control+Enter")
    sees(page, "32 entries added")


def edit_one(tab: Any) -> None:
    """Find a scene; a finding comes and goes while it is typed in; somebody is named as its speaker."""
    page = tab.page
    page.keyboard.press("/")
    page.keyboard.type('text:"user 3, turn"')
    page.keyboard.press("Enter")
    page.wait_for_url("**q=**")
    sees(page, "1 entry")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/e/**")
    page.keyboard.press("e")
    page.wait_for_url("**/edit")
    text = page.locator("#t2")
    text.click()
    page.keyboard.press("End")
    page.keyboard.type(TOKEN)
    finding = page.locator("#findings").get_by_text("im_end").first
    finding.wait_for()
    for _ in TOKEN:
        page.keyboard.press("Backspace")
    finding.wait_for(state="detached")
    page.locator("#f2 input[name=name]").fill("mara")
    page.keyboard.press("Control+Enter")
    sees(page, "Saved.")


def review_thirty(tab: Any) -> None:
    """Thirty verdicts by keyboard alone, the last of them taken back."""
    page = tab.page
    page.keyboard.press("g")
    page.keyboard.press("r")
    page.wait_for_url("**/review**")
    for number in range(30):
        before = page.locator("input[name=entry]").input_value()
        page.keyboard.press("anx"[number % 3])
        page.locator(f"input[name=last][value={json.loads(before)['id']!r}]").wait_for(state="attached")
        page.wait_for_load_state()
    page.keyboard.press("u")
    page.wait_for_url("**at=**")
    page.keyboard.press("Escape")
    page.locator(".listhead").wait_for()
    page.wait_for_load_state()


def split_and_choose(tab: Any, run: Any, harbor: Path) -> None:
    page = tab.page
    tab.go("/e/123e4567-e89b-42d3-a456-426614180099")
    page.keyboard.press("v")
    page.get_by_role("button", name="split here, after exchange 2").click()
    sees(page, "Split into 2")
    name = run("list", 'text:"cold up there"', "--json", cwd=harbor).json["entries"][0]["id"]
    tab.go(f"/e/{name}")
    page.keyboard.press("o")
    sees(page, "Never.")
    page.keyboard.press("1")
    page.wait_for_url("**#m*")
    shown = run("show", name, "--json", cwd=harbor).json["entry"]
    assert shown["messages"][-1]["content"] == "Never."


def settle(tab: Any, run: Any, harbor: Path) -> None:
    """The command line merges a branch that clashes; the page settles it."""
    merge_a_clash(run, harbor)
    page = tab.page
    page.keyboard.press("g")
    page.keyboard.press("k")
    page.wait_for_url("**/conflicts")
    page.locator("#result").fill("Half light.")
    page.keyboard.press("Control+Enter")
    sees(page, "All are settled")
    page.keyboard.press("Control+Enter")
    sees(page, "The merge is committed")
    shown = run("show", f"{ID}0", "--json", cwd=harbor).json["entry"]
    assert shown["messages"][1]["content"] == "Half light."


def measure_and_save(tab: Any, tmp_path: Path) -> None:
    page = tab.page
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url("**/insights")
    page.locator(".chart a").first.click()
    page.locator(".listhead").wait_for()
    page.wait_for_load_state()
    tab.go("/export?q=exchanges%3E%3D1&trainer=trl")
    page.get_by_label("keep these choices").fill("evening")
    page.get_by_role("button", name="keep").click()
    sees(page, "Kept the recipe evening")
    with page.expect_download() as saved:
        page.get_by_role("button", name="download").last.click()
    assert saved.value.suggested_filename == "evening.zip"
    (tmp_path / "cloud").mkdir()
    tab.go("/mirrors")
    page.get_by_label("Where it is").fill(str(tmp_path / "cloud"))
    page.get_by_role("button", name="set it up and save").click()
    sees(page, "backup is set up")
