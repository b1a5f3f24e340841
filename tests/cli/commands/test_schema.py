"""`schema` prints what an answer or a file may look like."""

import json
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator


def test_every_name_that_is_listed_is_printed(run) -> None:
    names = run("schema", check=0).out.split()

    assert {"status", "import", "talekeep-toml", "library-tags", "error"} <= set(names)
    for name in names:
        Draft202012Validator.check_schema(json.loads(run("schema", name, check=0).out))


def test_the_answer_as_json_holds_the_schema(run) -> None:
    printed = json.loads(run("schema", "status", check=0).out)

    assert run("schema", "status", "--json", check=0).json["document"] == printed
    assert "status" in run("schema", "--json", check=0).json["schemas"]


def test_a_name_that_is_not_there_gets_a_suggestion(run) -> None:
    result = run("schema", "statis", check=3)

    assert "hint: talekeep schema status" in result.err


@pytest.mark.parametrize(
    ("text", "is_right"),
    [("", True), ("[storage]\ntarget = 12", False), ('mood = "calm"', True), ("name = 3", False)],
)
def test_the_schema_of_a_file_says_what_talekeep_says(run, harbor: Path, text: str, is_right: bool) -> None:
    file = harbor / "talekeep.toml"
    kept = [line for line in file.read_text().splitlines() if not (line[:4] == text[:4] == "name")]
    kept = [line for line in kept if not line.startswith("target")] if "target" in text else kept
    stated = tomllib.loads("\n".join(kept)) | tomllib.loads(text)
    document = json.loads(run("schema", "talekeep-toml", check=0).out)

    assert Draft202012Validator(document).is_valid(stated) is is_right


def test_an_error_is_as_its_schema_says(run, harbor: Path, edit) -> None:
    document = json.loads(run("schema", "error", check=0).out)
    edit('"role":"user"', '"role":"narrator"')

    for words in (["show", "nobody"], ["commit"]):
        Draft202012Validator(document).validate(json.loads(run("-C", harbor, *words, "--json").err))
