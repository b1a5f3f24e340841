"""The Tab key offers what is there: entries of the last list, tags, characters, branches, rules, queries."""

from pathlib import Path

import pytest

ID = "123e4567-e89b-42d3-a456-42661417400"
TYPED = [
    ("show @", "@2"),
    (f"show {ID}", f"{ID}1"),
    ("tag add pac", "pacing"),
    ("tag add dialogue,pac", "dialogue,pacing"),
    ("tag rename pac", "pacing"),
    ("character show mar", "mara"),
    ("prompt show keep", "keeper"),
    ("switch si", "side"),
    ("merge si", "side"),
    ("diff si", "side"),
    ("list --rev fir", "first"),
    ("rule T20", "T201"),
    ("validate --select T20", "T201"),
    ("list --where exch", "exchanges="),
    ("list --where tag:pac", "tag:pacing"),
    ("config mirr", "mirror.auto"),
    ("push back", "backup"),
    ("tag add draft @", "@1"),
]


@pytest.mark.parametrize(("typed", "offered"), TYPED, ids=[typed for typed, _ in TYPED])
def test_a_value_is_completed(run, harbor: Path, monkeypatch, typed: str, offered: str) -> None:
    run("-C", harbor, "character", "create", "Mara", check=0)
    run("-C", harbor, "prompt", "create", "Keeper", "--text", "You keep it.", check=0)
    run("-C", harbor, "branch", "side", check=0)
    run("-C", harbor, "snapshot", "first", check=0)
    (harbor.parent / "synced").mkdir()
    run("-C", harbor, "remote", "add", "backup", "../synced", check=0)
    run("-C", harbor, "list", check=0)
    monkeypatch.chdir(harbor)
    monkeypatch.setenv("_TALEKEEP_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", f"talekeep {typed}")
    monkeypatch.setenv("COMP_CWORD", str(len(typed.split())))

    lines = run().out.splitlines()

    assert offered in [line.partition(",")[2] for line in lines]


def test_outside_a_dataset_nothing_is_offered_and_nothing_fails(run, monkeypatch) -> None:
    monkeypatch.setenv("_TALEKEEP_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "talekeep show @")
    monkeypatch.setenv("COMP_CWORD", "2")

    result = run()

    assert (result.out.strip(), result.err) == ("", "")
