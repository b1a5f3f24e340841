"""`validate` as people and other programs read it."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

ONE = "123e4567-e89b-42d3-a456-426614174001"


@pytest.fixture
def noisy(run, tmp_path: Path) -> Path:
    """A hundred entries without a system prompt, one of them with a key in it."""
    texts = ["Answer."] * 99 + ["Take this: sk-" + "proj4f8Qm2Zr7Lw9Xc1Vb3Nt5Yk" * 2]
    records = [
        {"messages": [{"role": "user", "content": f"Q{n}?"}, {"role": "assistant", "content": text}]}
        for n, text in enumerate(texts)
    ]
    (tmp_path / "chat.jsonl").write_text("".join(json.dumps(r) + "\n" for r in records))
    run("init", "noisy", check=0)
    run("-C", "noisy", "import", "../chat.jsonl", check=0)
    return tmp_path / "noisy"


def test_a_rare_finding_does_not_drown_in_a_common_one(run, noisy: Path) -> None:
    shown = run("-C", noisy, "validate", check=0).out

    assert len(shown.splitlines()) < 40
    assert "C414" in shown
    assert "more T201: talekeep validate --select T201 --all" in shown
    assert run("-C", noisy, "validate", "--select", "T201", "--all", check=0).out.count("T201") == 100


def test_statistics_are_one_line_a_rule(run, noisy: Path) -> None:
    lines = run("-C", noisy, "validate", "--statistics", check=0).out.splitlines()

    codes = [line.split()[2] for line in lines[:-1]]
    assert len(codes) == len(set(codes))
    assert ["100", "T201"] in [[line.split()[0], line.split()[2]] for line in lines[:-1]]


def test_errors_come_first(run, harbor: Path, edit) -> None:
    edit('"role":"user"', '"role":"narrator"')

    assert run("-C", harbor, "validate", check=1).out.startswith("error ")


@pytest.mark.parametrize("choice", [[ONE], ["4001"], ["--where", "tag:night"]], ids=" ".join)
def test_one_entry_or_a_query_can_be_validated(run, harbor: Path, choice: list[str]) -> None:
    answer = run("-C", harbor, "validate", *choice, "--json", check=0).json

    assert answer["entries"] == 1
    assert {finding["entry"] for finding in answer["findings"]} == {ONE}


def test_github_annotates_the_line(run, harbor: Path, edit) -> None:
    edit('"role":"user"', '"role":"narrator"')

    lines = run("-C", harbor, "validate", "--output-format", "github", check=1).out.splitlines()

    first = next(line for line in lines if line.startswith("::error "))
    assert "file=entries/0000/" in first
    assert ",line=1," in first
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in lines)


def test_sarif_is_a_run_with_its_rules_and_places(run, noisy: Path) -> None:
    document = json.loads(run("-C", noisy, "validate", "--output-format", "sarif", check=0).out)

    assert document["version"] == "2.1.0"
    (only,) = document["runs"]
    rules = {rule["id"] for rule in only["tool"]["driver"]["rules"]}
    assert {result["ruleId"] for result in only["results"]} == rules
    place = only["results"][0]["locations"][0]["physicalLocation"]
    assert (noisy / place["artifactLocation"]["uri"]).is_file()


def test_junit_is_xml_that_fails_for_errors_alone(run, harbor: Path, edit) -> None:
    before = ElementTree.fromstring(run("-C", harbor, "validate", "--output-format", "junit", check=0).out)
    edit('"role":"user"', '"role":"<&\\u0001\\""')

    after = ElementTree.fromstring(run("-C", harbor, "validate", "--output-format", "junit", check=1).out)

    assert before.get("failures") == "0"
    assert int(after.get("failures", "0")) == len(after.findall("testcase/failure")) > 0


def test_the_json_format_is_json(run, harbor: Path) -> None:
    assert run("-C", harbor, "validate", "--output-format", "json").json["schema"] == "talekeep.validate/1"
