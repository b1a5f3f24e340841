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
