"""`-` is standard output, devices and pipes are written to, and only regular files are replaced."""

import json
import os
import subprocess
import threading
from pathlib import Path

import pytest

STREAMS = ["-", "/dev/stdout"]


def test_an_export_to_standard_output_is_the_file_alone(run, harbor: Path) -> None:
    run("-C", harbor, "export", "../whole.jsonl", "--full", check=0)

    result = run("-C", harbor, "export", "-", "--full", check=0)

    assert result.out == (harbor.parent / "whole.jsonl").read_text()
    assert "Exported 3 entries" in result.err
    assert not [*harbor.glob("-*"), *harbor.glob(".-*")]


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="there is no /dev/stdout")
@pytest.mark.parametrize("name", STREAMS)
def test_a_pipe_gets_the_entries_and_its_name_stays(talekeep, harbor: Path, name: str) -> None:
    before = os.lstat("/dev/stdout")

    completed = subprocess.run(
        [*talekeep, "-C", harbor, "export", name, "--clean"], capture_output=True, check=False
    )

    assert completed.returncode == 0, completed.stderr
    assert len(list(map(json.loads, completed.stdout.splitlines()))) == 3
    assert os.lstat("/dev/stdout") == before


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_named_pipe_is_written_to(run, harbor: Path, tmp_path: Path) -> None:
    pipe, result = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: result.append(pipe.read_bytes()))
    reader.start()

    run("-C", harbor, "export", pipe, "--force", check=0)
    reader.join(20)

    assert pipe.is_fifo()
    assert len(result[0].splitlines()) == 3


@pytest.mark.parametrize(
    "words",
    [
        ["export", "OUT", "--force"],
        ["generate", "--set", "scenario=Night.", "--out", "OUT", "--force"],
        ["insights", "--html", "OUT", "--force"],
        ["diff", "--html", "OUT", "--force"],
    ],
    ids=lambda words: words[0],
)
@pytest.mark.parametrize("leads", ["nowhere", "file"])
def test_a_link_is_never_replaced(run, harbor: Path, tmp_path: Path, words: list[str], leads: str) -> None:
    (tmp_path / "file").write_text("mine")
    link = tmp_path / "out.jsonl"
    link.symlink_to(tmp_path / leads)

    result = run("-C", harbor, *(str(link) if word == "OUT" else word for word in words), check=4)

    assert "is a link to" in result.err
    assert link.is_symlink()
    assert (tmp_path / "file").read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("words", [["insights", "--html", "-"], ["diff", "--html", "-"]], ids=lambda w: w[0])
def test_a_page_on_standard_output_is_the_page_alone(run, harbor: Path, words: list[str]) -> None:
    result = run("-C", harbor, *words, check=0)

    assert result.out.startswith("<!doctype html>") or result.out.startswith("<!DOCTYPE html>")
    assert "Wrote" in result.err
    assert run("-C", harbor, *words, "--json", check=2).out == ""


def test_a_prompt_on_standard_output_is_the_prompt(run, harbor: Path) -> None:
    words = ["-C", harbor, "generate", "--set", "scenario=Night."]

    assert run(*words, "--out", "-", check=0).out == run(*words, check=0).out


def test_json_and_a_file_on_standard_output_is_refused(run, harbor: Path) -> None:
    assert run("-C", harbor, "export", "-", "--json", check=2).out == ""


@pytest.mark.parametrize("more", [[], ["--clean"], ["--dry-run"]], ids=str)
def test_an_export_of_nothing_is_a_no_and_writes_nothing(
    run, harbor: Path, tmp_path: Path, more: list[str]
) -> None:
    result = run("-C", harbor, "export", "../none.jsonl", "--where", "tag:draft", *more, check=1)

    assert "no entry matches" in result.err
    assert not [*tmp_path.glob("*none*"), *tmp_path.glob(".*none*")]
