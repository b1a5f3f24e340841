"""An entry on a terminal has a colour for each speaker; in a pipe it is the script alone."""

import re
from pathlib import Path
from typing import Any

import pytest

CHAT = """{"messages": [
{"role": "system", "content": "A harbor at night."},
{"role": "user", "name": "wren", "content": "*knocks* Hello?\\n## Who is there?"},
{"role": "assistant", "name": "mara", "content": "\\"Nobody,\\" she said."},
{"role": "user", "name": "wren", "content": "Then open."},
{"role": "assistant", "content": "*She opens.*"}]}"""


@pytest.fixture
def chat(run: Any, tmp_path: Path) -> Path:
    (tmp_path / "chat.jsonl").write_text(CHAT.replace("\n", " ") + "\n")
    run("init", "ds", cwd=tmp_path, check=0)
    run("-C", tmp_path / "ds", "import", tmp_path / "chat.jsonl", check=0)
    run("-C", tmp_path / "ds", "list", check=0)
    return tmp_path / "ds"


def test_each_speaker_has_one_colour_and_what_is_done_another(run: Any, chat: Path, monkeypatch: Any) -> None:
    plain = run("-C", chat, "show", "@1", check=0).out
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    coloured = run("-C", chat, "show", "@1", check=0).out

    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
    heads = re.findall(r"((?:\x1b\[[0-9;]*m)+)## (\w+(?: · \w+)?)", coloured)
    colours = {head: colour for colour, head in heads}
    assert [head for _, head in heads] == [
        "system",
        "user · wren",
        "assistant · mara",
        "user · wren",
        "assistant",
    ]
    assert len(set(colours.values())) == 4
    assert "\x1b[" in coloured.split("*knocks*")[0][-8:]


def test_in_a_pipe_it_is_the_script_that_edit_and_add_take(run: Any, chat: Path) -> None:
    shown = run("-C", chat, "show", "@1", check=0).out

    assert "\x1b" not in shown
    assert "## user · wren\n" in shown
