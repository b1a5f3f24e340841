"""`talekeep alternative`: the replies of an import that were not taken, and taking one."""

from pathlib import Path


def test_a_rejected_reply_is_listed_chosen_and_undone(run, tmp_path: Path) -> None:
    run("init", "harbor", check=0)
    (tmp_path / "pairs.jsonl").write_text('{"prompt":"Hi","chosen":"Hey.","rejected":"Hello!"}\n')
    home = ("-C", "harbor")
    run(*home, "import", "../pairs.jsonl", check=0)
    entry = run(*home, "list", "--json", check=0).json["entries"][0]["id"]

    assert "talekeep alternative list" in run(*home, "show", entry, check=0).err
    listed = run(*home, "alternative", "list", entry, "--json", check=0).json["alternatives"]
    assert [(one["message"], one["number"], one["kind"]) for one in listed] == [(2, 1, "rejected")]

    run(*home, "alternative", "choose", entry, "2", "1", check=0)
    assert "Hello!" in run(*home, "show", entry, check=0).out
    (other,) = run(*home, "alternative", "list", entry, "--json", check=0).json["alternatives"]
    assert other["messages"] == [{"role": "assistant", "content": "Hey."}]

    run(*home, "undo", check=0)
    assert "Hey." in run(*home, "show", entry, check=0).out
    assert run(*home, "validate", check=None).code == 0
    run(*home, "alternative", "choose", entry, "2", "9", check=2)
