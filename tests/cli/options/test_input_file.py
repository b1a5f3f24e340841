"""`-` is standard input wherever a file is read; pipes are read as they come, devices are refused."""

import gzip
import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest

RECORDS = "".join(
    json.dumps({"messages": [{"role": "user", "content": f"Q {n}"}, {"role": "assistant", "content": "A"}]})
    + "\n"
    for n in range(3)
)


@pytest.fixture
def empty(tmp_path: Path, run: Any) -> Path:
    run("init", tmp_path / "d", check=0)
    return tmp_path / "d"


@pytest.mark.parametrize("name", ["-", "/dev/stdin"])
def test_import_reads_standard_input(empty: Path, run: Any, name: str) -> None:
    result = json.loads(run("import", name, "--json", cwd=empty, input=RECORDS, check=0).out)
    assert len(result["added"]) == 3
    assert not (empty / "-").exists()
    assert "stdin" in (empty / "library/sources.toml").read_text()
    again = json.loads(run("import", name, "--json", cwd=empty, input=RECORDS, check=0).out)
    assert (len(again["added"]), len(again["same"])) == (0, 3)


def test_import_tells_the_format_of_what_comes_in(empty: Path, run: Any) -> None:
    csv = "prompt,completion\nWho?,Me\n"
    run("import", "-", "--format", "csv", cwd=empty, input=csv)
    packed = gzip.compress(RECORDS.encode())
    result = json.loads(run("import", "-", "--json", cwd=empty, input=packed).out)
    assert len(result["added"]) == 3


def test_a_refused_record_of_standard_input_is_named_with_its_line(empty: Path, run: Any) -> None:
    result = run("import", "-", cwd=empty, input=RECORDS + "{broken\n", check=1)
    assert "stdin:4" in result.out


def test_nothing_on_standard_input_adds_nothing(empty: Path, run: Any) -> None:
    assert "Added 0" in run("import", "-", cwd=empty, input="").out


def test_standard_input_is_named_once(empty: Path, run: Any) -> None:
    assert "read once" in run("import", "-", "/dev/stdin", cwd=empty, input=RECORDS, check=2).err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no FIFOs")
def test_a_pipe_is_read_as_it_comes(empty: Path, run: Any, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.jsonl"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(RECORDS,))
    writer.start()
    result = json.loads(run("import", pipe, "--json", cwd=empty, check=0).out)
    writer.join()
    assert len(result["added"]) == 3
    assert pipe.is_fifo()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such devices")
@pytest.mark.parametrize("words", [["import"], ["combine", "--into", "new"], ["character", "import"]])
def test_a_device_is_refused(empty: Path, run: Any, words: list[str]) -> None:
    assert "is a device" in run(*words, "/dev/zero", cwd=empty, check=2).err


def test_a_link_that_leads_nowhere_is_not_found(empty: Path, run: Any, tmp_path: Path) -> None:
    link = tmp_path / "gone.jsonl"
    link.symlink_to(tmp_path / "nothing")
    run("import", link, cwd=empty, check=3)


def test_combine_reads_standard_input_and_reports_to_standard_output(run: Any, tmp_path: Path) -> None:
    result = run("combine", "-", "--into", "all", "--report", "-", cwd=tmp_path, input=RECORDS, check=0)
    assert json.loads(result.out)["sources"][0]["added"] == 3
    assert "Added 3" in result.err
    assert not (tmp_path / "-").exists()
    run("combine", "-", "--into", "b", "--report", "-", "--json", cwd=tmp_path, input=RECORDS, check=2)


def test_a_report_never_goes_through_a_link(run: Any, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(RECORDS)
    (tmp_path / "report.json").symlink_to(tmp_path / "elsewhere")
    run("combine", "a.jsonl", "--into", "b", "--report", "report.json", cwd=tmp_path, check=4)
    assert not (tmp_path / "elsewhere").exists()


def test_a_card_and_a_prompt_come_from_standard_input(empty: Path, run: Any) -> None:
    card = json.dumps({"spec": "chara_card_v2", "spec_version": "2.0", "data": {"name": "Mara"}})
    run("character", "import", "-", cwd=empty, input=card, check=0)
    run("prompt", "add", "keeper", "--file", "-", cwd=empty, input="You keep the light.\n", check=0)
    run("prompt", "edit", "keeper", "--file", "-", cwd=empty, input="You keep the lamp.\n", check=0)
    assert "You keep the lamp." in run("prompt", "show", "keeper", cwd=empty, check=0).out
    assert "Mara" in run("character", "list", cwd=empty, check=0).out


SHAPE = '[fields]\nprompt = "q"\ncompletion = "a"\n'
SCRIPT = "## user\n\nWho?\n\n## assistant\n\nMe.\n"
ID = "123e4567-e89b-42d3-a456-426614174001"
# Every option and argument that names a file to read, with what it may hold; FILE stands for it.
READ = {
    "import": (["import", "FILE", "-n"], RECORDS),
    "add": (["add", "FILE", "-n"], SCRIPT),
    "edit --file": (["edit", ID, "--file", "FILE", "-n"], SCRIPT),
    "system --file": (["system", ID, "--file", "FILE", "-n"], "You keep the light."),
    "prompt create --file": (["prompt", "create", "keeper", "--file", "FILE", "-n"], "You keep the light."),
    "duplicates --against": (["duplicates", "--against", "FILE"], RECORDS),
    "craft --against": (["craft", "--against", "FILE"], "A long tale of the sea. " * 20),
    "export --template": (["export", "-", "--template", "FILE"], "{{ messages[0].content }}"),
    "combine": (["combine", "FILE", "--into", "../all", "-n"], RECORDS),
}


@pytest.mark.parametrize("name", READ)
def test_every_file_that_is_read_may_be_standard_input_and_is_no_device(
    harbor: Path, run: Any, name: str
) -> None:
    words, text = READ[name]
    (harbor.parent / "given").write_text(text)
    answers = []
    for file in ("../given", "-"):
        given = [file if word == "FILE" else word for word in words]
        answers.append(run(*given, cwd=harbor, input=text if file == "-" else None))
    assert answers[0].code == answers[1].code in (0, 1), answers
    assert not (harbor / "-").exists()
    if os.name != "nt":
        refused = run(*("/dev/zero" if word == "FILE" else word for word in words), cwd=harbor, check=2)
        assert "/dev/zero is a device" in refused.err


@pytest.mark.parametrize("words", [["import", "../given", "--shape"], ["fit", "--tokenizer"]])
def test_the_files_of_options_come_from_standard_input_too(harbor: Path, run: Any, words: list[str]) -> None:
    """What they hold is judged as that of any file; a device is none."""
    (harbor.parent / "given").write_text(RECORDS)
    (harbor.parent / "option").write_text("{")
    lines = [run(*words, file, cwd=harbor, input="{") for file in ("../option", "-")]
    assert lines[0].code == lines[1].code != 0
    assert ("option" in lines[0].err, "stdin" in lines[1].err) == (True, True)
    assert "no file" not in lines[1].err
    assert run(*words, "/dev/zero", cwd=harbor).code == 2 or os.name == "nt"
