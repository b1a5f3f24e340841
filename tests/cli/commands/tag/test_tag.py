"""`tag` and `category` as people and scripts use them."""

import re

ID = "123e4567-e89b-42d3-a456-42661417400"


def plain(text: str) -> list[str]:
    return re.sub(r"  \[[0-9a-f]{7}\]", "  [COMMIT]", text).splitlines()


def test_tags_go_on_and_off(run, harbor):
    result = run("tag", "add", "dusk,draft", f"{ID}0", f"{ID}1", cwd=harbor, check=0)
    assert plain(result.out) == ["Tag 2 entries  [COMMIT]"]
    assert result.err == "dusk is not in the vocabulary: talekeep tag adopt dusk\n"
    assert plain(run("tag", "remove", "draft", "--where", "tag:night", cwd=harbor, check=0).out) == [
        "Untag 1 entry  [COMMIT]"
    ]
    assert plain(run("tag", "set", "approved", f"{ID}0", cwd=harbor, check=0).out)[0].startswith(
        "Set the tags"
    )
    assert run("tag", "clear", f"{ID}2", cwd=harbor, check=0).out == "Nothing to change\n"
    assert run("list", "--where", "tag:dusk", cwd=harbor, check=0).out.endswith("1 entry\n")


def test_a_dry_run_shows_every_entry(run, harbor):
    output = run("tag", "rename", "night", "dusk", "-n", cwd=harbor, check=0).out
    assert output.splitlines() == [
        "Would: Rename night to dusk on 1 entry",
        f"changed {ID}1  (+dusk, -night)",
    ]


def test_the_life_of_a_tag(run, harbor):
    for words, text in (
        (["tag", "adopt", "night", "--category", "style"], "Adopt night"),
        (["tag", "create", "Slow Burn", "恋愛"], "Create Slow Burn, 恋愛"),
        (["category", "create", "Weather"], "Create the category Weather"),
        (["tag", "move", "slow_burn", "恋愛", "weather"], "Move slow_burn, 恋愛 to weather"),
        (["category", "rename", "weather", "Sky"], "Rename the category weather to Sky"),
        (["category", "order", "sky"], "Put first: sky"),
        (["tag", "rename", "night", "dusk"], "Rename night to dusk on 1 entry"),
        (["tag", "merge", "slow_burn", "dusk", "恋愛"], "Merge slow_burn, dusk into 恋愛 on 1 entry"),
        (["tag", "archive", "pacing", "--hide"], "Archive pacing"),
        (["tag", "restore", "pacing"], "Restore pacing"),
        (["tag", "delete", "恋愛"], "Delete 恋愛 on 1 entry"),
        (["category", "delete", "Sky"], "Delete the category Sky"),
    ):
        assert plain(run(*words, cwd=harbor, check=0).out) == [f"{text}  [COMMIT]"]
    assert run("tag", "list", "--used", cwd=harbor, check=0).out == "0 tags; 3 entries, 3 untagged\n"


def test_lists_of_tags(run, harbor):
    run("tag", "rename", "pacing", "Tempo", cwd=harbor, check=0)
    run("tag", "rename", "draft", "DRAFT", cwd=harbor, check=0)
    run("tag", "archive", "approved", cwd=harbor, check=0)
    lines = run("tag", "list", "--all", cwd=harbor, check=0).out.splitlines()
    assert lines[:2] == ["Behavior", f"  {'tempo':<24} {0:>6}  once pacing"]
    assert f"  {'draft':<24} {0:>6}  DRAFT" in lines
    assert f"  {'approved':<24} {0:>6}  archived" in lines
    assert lines[-3:] == [
        "not in the vocabulary",
        f"  {'night':<24} {1:>6}",
        "32 tags; 3 entries, 2 untagged",
    ]
    assert run("tag", "review", cwd=harbor, check=0).out.splitlines() == [
        f"{1:>6}  {'night':<24} {ID}1",
        "1 to review: talekeep tag adopt, merge, rename or delete",
    ]
    assert run("category", "list", cwd=harbor, check=0).out.splitlines()[0] == (
        f"{'Behavior':<24} {8:>4} tags {0:>6} entries"
    )


def test_the_same_as_json(run, harbor):
    (row,) = run("tag", "review", "--json", cwd=harbor, check=0).json["tags"]
    assert row == {
        "tag": "night",
        "name": "Night",
        "category": "",
        "status": "unknown",
        "built_in": False,
        "entries": 1,
        "old_names": [],
        "spellings": [],
        "examples": [f"{ID}1"],
    }
    answer = run("tag", "rename", "night", "dusk", "--json", cwd=harbor, check=0).json
    assert (answer["changed"], answer["files"][-1]) == ([f"{ID}1"], "library/tags.toml")
    rows = run("category", "list", "--json", cwd=harbor, check=0).json["categories"]
    assert rows[0] == {"category": "behavior", "name": "Behavior", "built_in": True, "tags": 8, "entries": 0}


def test_what_validation_says_of_tags_is_asked_for(run, harbor):
    run("tag", "rename", "night", "dusk", cwd=harbor, check=0)
    run("import", "../chat.jsonl", cwd=harbor)
    assert "S117" not in run("validate", cwd=harbor, check=0).out
    assert "S117 unknown-tag" in run("validate", "--select", "S117", cwd=harbor, check=0).out


def test_a_wrong_name_is_answered_with_a_near_one(run, harbor):
    result = run("tag", "archive", "pacign", cwd=harbor, check=3)
    assert result.err.startswith("error: the vocabulary has no tag pacign\nhint: did you mean pacing?")
