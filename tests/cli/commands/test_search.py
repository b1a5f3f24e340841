"""`search` as people see it: rows, excerpts, highlights, pages."""

import io
import json
from pathlib import Path

import pytest

from talekeep.cli import main

ID = "123e4567-e89b-42d3-a456-42661417400"


def test_search(run, harbor: Path) -> None:
    assert run("search", "ANSWER 1", cwd=harbor, check=0).out.splitlines() == [
        "@1  4001    1×  Question 1? (mara, wren)  [night]",
        "    assistant · mara: Answer 1.",
        "1 entry",
    ]
    page = run("search", "question", "--limit", "1", "--offset", "1", cwd=harbor, check=0)
    assert page.out.splitlines()[1:] == ["    user · wren: Question 1?", "3 entries"]
    assert page.err == "… and 1 more: --offset 2\n"
    assert run("search", "storm", cwd=harbor, check=0).out == "0 entries\n"
    assert run("search", "answer", "--in", "user", cwd=harbor, check=0).out == "0 entries\n"


def test_search_by_filters_alone_shows_rows(run, harbor: Path) -> None:
    night = ["@1  4001    1×  Question 1? (mara, wren)  [night]", "1 entry"]

    assert run("search", "--tag", "night", cwd=harbor, check=0).out.splitlines() == night
    assert run("search", "--where", "tag:night", cwd=harbor, check=0).out.splitlines() == night
    both = run("search", "--tag", "night", "--untagged", "--count", cwd=harbor, check=0)
    assert both.out == "3\n"
    assert (
        run("search", "--tag", "draft", "--tag", "night", "--tags-mode", "all", "--count", cwd=harbor).out
        == "0\n"
    )


def test_a_count_is_of_all_matches(run, harbor: Path) -> None:
    assert run("search", "question", "--count", "--limit", "1", cwd=harbor, check=0).out == "3\n"
    assert run("list", "--count", "--where", "-untagged", cwd=harbor, check=0).out == "1\n"
    answer = run("search", "question", "--count", "--json", cwd=harbor, check=0).json
    assert (answer["entries"], answer["total"]) == ([], 3)


def test_matches_are_highlighted_where_there_is_colour(run, harbor: Path) -> None:
    plain = run("search", "answer 1", cwd=harbor, check=0).out
    bright = run("--color", "always", "search", "answer 1", cwd=harbor, check=0).out

    assert "\x1b[1mAnswer 1\x1b[0m." in bright
    assert "\x1b" not in plain


def test_at_most_three_excerpts_of_an_entry_are_shown(run, harbor: Path, tmp_path: Path) -> None:
    text = ("lamp " + "and so on " * 30) * 5
    record = {"messages": [{"role": "user", "content": text}, {"role": "assistant", "content": "x"}]}
    (tmp_path / "long.jsonl").write_text(json.dumps(record) + "\n")
    run("import", "../long.jsonl", cwd=harbor, check=0)

    lines = run("search", "lamp", cwd=harbor, check=0).out.splitlines()
    assert [line.startswith("    user: ") for line in lines[1:4]] == [True, True, True]
    assert lines[4:] == ["    … and 2 more", "1 entry"]
    assert len(run("search", "lamp", "--json", cwd=harbor, check=0).json["entries"][0]["matches"]) == 5


def test_the_answer_in_json_says_where_each_match_stands(run, harbor: Path) -> None:
    answer = run("search", "answer 1", "--json", cwd=harbor, check=0).json

    assert answer["total"] == 1
    (entry,) = answer["entries"]
    assert entry.keys() >= {"id", "part", "line", "messages", "exchanges", "tags", "characters", "opening"}
    assert entry["matches"] == [
        {
            "message": 1,
            "role": "assistant",
            "name": "mara",
            "start": 0,
            "end": 8,
            "excerpt": "Answer 1.",
            "marks": [[0, 8]],
        }
    ]


class Terminal(io.TextIOWrapper):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_control_sequences_in_a_match_reach_no_terminal(harbor: Path, part: Path, monkeypatch) -> None:
    part.write_bytes(part.read_bytes().replace(b"Answer 1.", b"Answer \\u001b]0;owned\\u0007 1."))
    screen = Terminal(io.BytesIO(), encoding="utf-8", newline="\n")
    monkeypatch.setattr("sys.stdout", screen)

    assert main(["-C", str(harbor), "search", "owned"]) == 0
    screen.seek(0)
    result = screen.read()
    assert "\x1b" not in result
    assert "\\x1b]0;owned\\x07" in result


@pytest.mark.parametrize("mode", ["contains", "all-words", "exact-phrase"])
def test_words_may_be_given_without_quotes(run, harbor: Path, mode: str) -> None:
    result = run("search", "question", "2", "--match", mode, "--count", cwd=harbor, check=0)
    assert result.out == "1\n"


def test_the_id_shown_is_enough_to_show_the_entry(run, tmp_path: Path) -> None:
    run("init", "bay", check=0)
    lines = [{"messages": [{"role": "user", "content": f"lamp{n}"}]} for n in range(30)]
    (tmp_path / "many.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    run("-C", "bay", "import", "../many.jsonl", check=0)

    for command in (["search", "lamp17"], ["list", "--where", "lamp17"]):
        shown = run("-C", "bay", *command, check=0).out.split()[0]
        assert "lamp17" in run("-C", "bay", "show", shown, check=0).out
