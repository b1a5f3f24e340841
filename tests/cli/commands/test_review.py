"""`review` as people use it: a walk that is typed or scripted, and verdicts at once."""

import json
from pathlib import Path

import pytest

ID = "123e4567-e89b-42d3-a456-42661417400"
NAME = "tess_tester"


def sidecars(harbor: Path) -> dict[str, dict]:
    lines = [
        line for file in (harbor / "sidecars").rglob("*.jsonl") for line in file.read_text().splitlines()
    ]
    return {line["id"]: line.get("reviews", {}) for line in map(json.loads, lines)}


def verdicts(harbor: Path) -> dict[str, str]:
    return {key[-1]: one[NAME]["verdict"] for key, one in sidecars(harbor).items() if NAME in one}


def test_a_walk_shows_the_scene_its_findings_and_takes_a_verdict_for_each(run, harbor: Path) -> None:
    result = run("review", cwd=harbor, input="a the fog works\nn\nx dull\n", check=0)

    assert "── 1 of 3" in result.out
    assert "wren (user)\nQuestion 0?\n  warning T201 missing-system-prompt" in result.out
    assert "Reviewed 3: 1 approved, 1 needs edit, 1 rejected" in result.out
    assert verdicts(harbor) == {"0": "approved", "1": "needs_edit", "2": "rejected"}
    assert sidecars(harbor)[f"{ID}0"][NAME]["note"] == "the fog works"
    log = run("log", cwd=harbor, check=0).out
    assert log.count("Review 3 entries: 1 approved, 1 needs edit, 1 rejected") == 1
    assert run("status", cwd=harbor).out.count("changes     none") == 1


def test_a_walk_goes_on_where_it_was_left(run, harbor: Path) -> None:
    run("review", cwd=harbor, input="a\nq\n", check=0)

    again = run("review", cwd=harbor, input="", check=0)

    assert "── 1 of 2" in again.out
    assert f"{ID}1" in again.out
    assert again.out.rstrip().endswith("2 left")
    assert "── 1 of 3" in run("review", "--again", cwd=harbor, input="q\n", check=0).out


def test_back_skip_undo_and_the_words_of_keys(run, harbor: Path) -> None:
    script = "back\nskip\napprove\nb\nneeds too slow\nx\nu\nu\nu\n?\nwhat\nq\n"

    result = run("review", cwd=harbor, input=script, check=0)

    assert "this is the first entry" in result.out
    assert result.out.count("taken back") == 2
    assert "you have given no verdict yet" in result.out
    assert "  u  undo     take your last verdict back" in result.out
    assert verdicts(harbor) == {}


def test_an_undone_verdict_gives_back_what_was_said_before(run, harbor: Path) -> None:
    run("review", f"{ID}0", "--verdict", "approved", "--note", "first", cwd=harbor, check=0)

    run("review", "--again", cwd=harbor, input="x\nu\nq\n", check=0)

    assert sidecars(harbor)[f"{ID}0"][NAME]["note"] == "first"


def test_notes_scores_and_tags_of_a_walk(run, harbor: Path) -> None:
    config = harbor / "talekeep.toml"
    config.write_text(config.read_text().replace("[review.criteria]", '[review.criteria]\nvoice = "As is"'))
    run("commit", "-m", "Criteria", cwd=harbor, check=0)

    script = ". a note\nc voice=4\nc vioce=4\nc voice=9\nt slow_burn -night\ns\na\nb\n.second\nq\n"
    result = run("review", cwd=harbor, input=script, check=0)

    assert "it goes with your verdict" in result.out
    assert "did you mean voice?" in result.out
    assert "scores are from 1 to 5" in result.out
    assert "your note has no verdict" in result.out
    review = sidecars(harbor)[f"{ID}0"][NAME]
    assert (review["verdict"], review["scores"], review["note"]) == ("approved", {"voice": 4}, "second")
    assert run("show", f"{ID}0", "--json", cwd=harbor).json["entry"]["tags"] == ["slow_burn"]


def test_an_edit_from_a_walk_shows_the_entry_again(run, harbor: Path, editor) -> None:
    editor("text = text.replace('Answer 0.', 'The light, says nobody.')")

    result = run("review", f"{ID}0", cwd=harbor, input="e\na\n", check=0)

    assert result.out.count("── 1 of 1") == 2
    assert "The light, says nobody." in result.out
    assert run("list", "review:approved", "--count", cwd=harbor).out == "1\n"


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["--verdict", "fine"], 2, "fine"),
        (["--note", "x"], 2, "goes with a verdict"),
        (["--verdict", "approved"], 2, "no entry is named"),
        (["--verdict", "approved", "--take-back", "1"], 2, "give one of them"),
        (["--verdict", "approved", "ffff"], 3, "no entry"),
        (["--verdict", "approved", "--where", "messages>=0", "--score", "voice=4"], 3, "no criterion voice"),
        (["--verdict", "approved", "--where", "messages>=0", "--score", "voice"], 2, "voice=4"),
        (["--verdict", "approved", "--where", "messages>=0", "--by", "?"], 2, "--by NAME"),
        (["--where", "review:aproved"], 2, "did you mean approved?"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_changes(run, harbor: Path, arguments, code, text) -> None:
    result = run("review", *arguments, cwd=harbor, input="q\n", check=code)

    assert text in result.err
    assert verdicts(harbor) == {}


def test_verdicts_at_once_in_json_and_taken_back(run, harbor: Path) -> None:
    tried = run(
        "review", "--where", "tag:night", "--verdict", "approved", "-n", "--json", cwd=harbor, check=0
    )
    assert tried.json["verdicts"] == {"approved": [f"{ID}1"]}
    assert verdicts(harbor) == {}

    run("review", "--where", "messages>=0", "--verdict", "approved", "--json", cwd=harbor, check=0).json  # noqa: B018
    table = run("review", "--json", cwd=harbor, check=0).json
    assert table["counts"]["approved"] == 3
    run("review", f"{ID}0", "--verdict", "rejected", "--by", "Mara", cwd=harbor, check=0)
    row = run("review", f"{ID}0", "--json", cwd=harbor, check=0).json["entries"][0]
    assert (row["state"], row["disputed"]) == ("rejected", True)
    assert "mara: rejected" in run("show", f"{ID}0", cwd=harbor, check=0).err
    run("undo", cwd=harbor, check=0)
    assert run("list", "review:approved", "--count", cwd=harbor).out == "3\n"
    run("review", "--where", "messages>=0", "--take-back", cwd=harbor, check=0)
    assert verdicts(harbor) == {}
    assert (
        "Nothing to change" in run("review", "--where", "messages>=0", "--take-back", cwd=harbor, check=0).out
    )


def test_a_dry_run_of_a_walk_says_what_it_would_show(run, harbor: Path) -> None:
    run("review", f"{ID}0", "--verdict", "approved", cwd=harbor, check=0)

    result = run("review", "-n", cwd=harbor, check=0)

    assert f"{ID}0" not in result.out
    assert f"{ID}1  none" in result.out


def test_the_colours_of_a_scene_say_nothing_that_the_text_does_not(run, harbor: Path) -> None:
    plain = run("review", cwd=harbor, input="q\n", check=0).out

    coloured = run("--color", "always", "review", cwd=harbor, input="q\n", check=0).out

    import re

    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


def test_status_counts_what_is_to_read_where_reviews_are_asked_for(run, harbor: Path) -> None:
    assert run("status", "--json", cwd=harbor).json["unreviewed"] is None
    run("config", "review.policy", "two", cwd=harbor, check=0)
    run("review", f"{ID}0", "--verdict", "approved", cwd=harbor, check=0)
    assert "reviews     3 of 3 to read" in run("status", cwd=harbor).out
    run("review", f"{ID}0", "--verdict", "approved", "--by", "mara", cwd=harbor, check=0)
    assert run("status", "--json", cwd=harbor).json["unreviewed"] == 2


def test_insights_count_reviews(run, harbor: Path) -> None:
    run("review", f"{ID}0", "--verdict", "approved", cwd=harbor, check=0)

    answer = run("insights", "--json", cwd=harbor, check=0).json

    assert answer["metrics"]["reviews"]["states"]["approved"] == 1
    assert answer["metrics"]["reviews"]["people"] == {NAME: 1}
    charts = {chart["title"]: chart for section in answer["sections"] for chart in section["charts"]}
    assert [(bar["label"], bar["where"]) for bar in charts["Reviews"]["bars"]] == [
        ("approved", "review:approved"),
        ("none", "review:none"),
    ]


def test_two_clones_lose_no_review(run, harbor: Path, tmp_path: Path) -> None:
    run("branch", "other", cwd=harbor, check=0)
    run("review", "--where", "messages>=0", "--verdict", "approved", cwd=harbor, check=0)
    run("switch", "other", cwd=harbor, check=0)
    run("review", "--where", "messages>=0", "--verdict", "needs_edit", "--by", "mara", cwd=harbor, check=0)
    run("review", f"{ID}0", "--verdict", "rejected", cwd=harbor, check=0)

    run("merge", "main", cwd=harbor, check=0)

    rows = run("review", "--json", cwd=harbor).json["entries"]
    lines = [{(one["by"], one["verdict"]) for one in row["reviews"]} for row in rows]
    both = {(NAME, "approved"), ("mara", "needs_edit")}
    assert lines == [both | {(NAME, "rejected")}, both, both]
    assert [row["state"] for row in rows] == ["rejected", "needs_edit", "needs_edit"]


def test_exports_leave_reviews_out_and_count_them(run, harbor: Path) -> None:
    run("review", f"{ID}0", f"{ID}1", "--verdict", "approved", cwd=harbor, check=0)

    clean = run("export", "out.jsonl", "--clean", "--where", "review:approved", "--json", cwd=harbor, check=0)
    full = run("export", "full.jsonl", "--full", "--json", cwd=harbor, check=0)

    assert (clean.json["entries"], clean.json["losses"]["reviews"]) == (2, 2)
    assert full.json["losses"]["reviews"] == 2
    assert "verdict" not in (harbor / "out.jsonl").read_text()


def test_rolethread_reads_the_verdict_as_a_tag_and_it_does_not_come_back(run, harbor: Path) -> None:
    run("review", f"{ID}0", "--verdict", "approved", cwd=harbor, check=0)
    run("review", f"{ID}1", "--verdict", "rejected", cwd=harbor, check=0)
    out = run("export", "rt.jsonl", "--format", "rolethread", "--json", cwd=harbor, check=0).json

    records = [json.loads(line) for line in (harbor / "rt.jsonl").read_text().splitlines()]
    assert [record["tags"] for record in records] == [["approved"], ["night", "invalid"], []]
    assert any("who reviewed" in loss for loss in out["losses"])
    again = run("import", "rt.jsonl", "--json", cwd=harbor, check=0).json
    assert (len(again["same"]), again["added"], again["commit"]) == (3, [], None)
