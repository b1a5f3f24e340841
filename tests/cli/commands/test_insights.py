"""`insights` as people and scripts meet it."""

from pathlib import Path


def test_insights_says_the_score_its_reasons_and_what_to_look_at(run, harbor: Path) -> None:
    result = run("-C", harbor, "insights", check=0)

    lines = result.out.splitlines()
    assert lines[0] == "harbor: 3 entries, profile default"
    assert lines[2].startswith("Score  ")
    assert lines[2].endswith("of 100, Good")
    shown = result.out.partition("Exchanges (entries)\n")[2].splitlines()
    assert shown[:2] == [f"  0  {' ' * 24}       0    0%", f"  1  {'█' * 24}       3  100%  exchanges=1"]
    assert "Worth a look" in lines
    assert lines[-4:] == [
        "  No tags, while others have some: 2 entries (67%).",
        "    talekeep list --where untagged",
        "  The vocabulary does not offer night.",
        "    talekeep list --where tag:night",
    ]
    assert "Since" not in result.out


def test_insights_since_a_commit(run, harbor: Path, edit) -> None:
    edit("Answer 1.", "A longer answer than before, of ten words or so.")

    result = run("-C", harbor, "insights", "--since", "HEAD", check=0)

    changed = result.out.partition("Since HEAD\n")[2]
    assert "  replies.mean_words  2 → 4.67  (+2.67)\n" in changed
    assert "entries" not in changed


def test_insights_for_scripts_has_the_promised_keys(run, harbor: Path) -> None:
    answer = run("-C", harbor, "insights", "--where", "tag:night", "--json", check=0).json

    assert answer["schema"] == "talekeep.insights/1"
    assert 0 <= answer["score"] <= 100
    assert [c["name"] for c in answer["categories"]] == [
        *("response_quality", "diversity", "structure", "metadata_integrity"),
    ]
    assert answer["metrics"]["tags"]["tags"] == {"night": 1}


def test_insights_writes_a_page_and_replaces_none_unasked(run, harbor: Path, tmp_path: Path) -> None:
    result = run("-C", harbor, "insights", "--html", "../page.html", check=0)

    assert result.out.startswith("Wrote ../page.html: ")
    assert (tmp_path / "page.html").read_text("utf-8").startswith("<!doctype html>")
    again = run("-C", harbor, "insights", "--html", "../page.html", check=4)
    assert "--force replaces it" in again.err
    run("-C", harbor, "insights", "--html", "../page.html", "--force", check=0)


def test_insights_of_nothing_and_of_an_unknown_profile(run, tmp_path: Path) -> None:
    run("init", "empty", check=0)

    assert "0 entries" in run("-C", "empty", "insights", check=0).out
    assert "profiles: default, rolethread" in run("-C", "empty", "insights", "--profile", "x", check=2).err
