"""How `diff` and editing commands tell what changed."""

from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("new", "line"),
    [
        ('"role":"user","content"', '"wren" → nothing'),
        ('"role":"user","name":"kai","content"', '"wren" → "kai"'),
    ],
)
def test_diff_shows_values_as_json_has_them(run, harbor: Path, edit, new: str, line: str) -> None:
    edit('"role":"user","name":"wren","content"', new)

    assert f"    name: {line}\n" in run("-C", harbor, "diff", check=0).out


def test_what_did_not_change_is_folded_and_can_be_unfolded(run, tmp_path: Path) -> None:
    long = "The tide went out and came in again. " * 10
    messages = [("user", "Knock."), ("assistant", f"{long}Open. {long}"), ("user", "Thanks.")]
    lines = ", ".join(f'{{"role": "{role}", "content": "{text}"}}' for role, text in messages)
    (tmp_path / "chat.jsonl").write_text(f'{{"messages": [{lines}]}}\n')
    run("init", "ds", cwd=tmp_path, check=0)
    run("-C", tmp_path / "ds", "import", tmp_path / "chat.jsonl", check=0)
    run("-C", tmp_path / "ds", "replace", "Open", "Enter", "--where", "", check=0)

    folded = run("-C", tmp_path / "ds", "diff", "HEAD~1", check=0).out
    whole = run("-C", tmp_path / "ds", "diff", "HEAD~1", "--unchanged", check=0).out

    assert "  … 1 unchanged\n" in folded
    assert "Knock." not in folded
    assert long not in folded
    assert "    Knock.\n" in whole
    assert "    Thanks.\n" in whole
    assert f"{long}[-Open-]{{+Enter+}}. {long.rstrip()}" in whole
