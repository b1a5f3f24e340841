"""Every screen in both schemes, as axe-core judges it; nothing on the console, no request to anything
else."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.web.conftest import ID
from tests.web.conftest import merge_a_clash

AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")
RUN = """() => axe.run().then((result) => result.violations.map((one) =>
  `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html).join(" | ")}`))"""


@pytest.fixture
def full(run, harbor: Path, tmp_path: Path) -> str:
    """Something for each screen to show; the id of an entry with other replies."""
    chat = [
        {"user_name": "Wren", "character_name": "Mara"},
        {"name": "Wren", "is_user": True, "mes": "Cold?"},
        {"name": "Mara", "is_user": False, "mes": "Always.", "swipes": ["Always.", "Never."], "swipe_id": 0},
    ]
    (tmp_path / "swipes.jsonl").write_text("\n".join(map(json.dumps, chat)))
    name = run("import", tmp_path / "swipes.jsonl", "--json", cwd=harbor, check=0).json["added"][0]["id"]
    (tmp_path / "cloud").mkdir()
    for words in (
        ("duplicate", f"{ID}2"),
        ("prompt", "create", "Night", "--text", "Keep the light."),
        ("export", "--save", "night", "--where", "tag:night"),
        ("remote", "add", "backup", str(tmp_path / "cloud")),
        ("push",),
    ):
        run(*words, cwd=harbor, check=0)
    merge_a_clash(run, harbor)
    return str(name)


def addresses(other_replies: str) -> list[str]:
    entry = f"/e/{ID}1"
    return [
        *(
            "/",
            "/?q=tag:nigth",
            entry,
            f"{entry}/edit",
            f"{entry}/script",
            f"{entry}/split",
            f"{entry}/history",
        ),
        *(
            f"{entry}/blame",
            f"/e/{other_replies}/alternatives",
            "/new",
            "/review",
            "/insights",
            "/duplicates",
        ),
        *("/conflicts", "/log", "/diff?a=HEAD~2", "/tags", "/characters", "/prompts", "/import", "/mirrors"),
        *(
            "/export?fit=1&preview=1&trainer=trl",
            "/settings",
            "/help",
            "/help/queries",
            "/help?find=tag",
            "/keys",
        ),
        "/nowhere/e",
    ]


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_screen_stands_in_anybodys_way(window: Any, full: str, scheme: str) -> None:
    tab = window(scheme)
    faults = {}
    for address in addresses(full):
        page = tab.go(address)
        page.wait_for_load_state("networkidle")
        page.evaluate(AXE)
        if item := page.evaluate(RUN):
            faults[address] = item
    assert faults == {}
    # What is nowhere, and a query with a slip, are answered 404 and 400.
    assert [text for text in tab.console if "404" not in text and "400" not in text] == []
    assert tab.foreign == set()
