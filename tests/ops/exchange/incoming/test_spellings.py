"""Where two tags or speakers of a file become one, or one is left out, the answer says so."""

import json
from pathlib import Path
from typing import Any

import pytest

from talekeep.ops.exchange.incoming.spellings import Spellings


def test_names_that_became_one_are_told_with_counts() -> None:
    met = Spellings("tag")
    met.meet(["18", "#18", "slow burn"])
    met.meet(["18", "Slow-Burn", "slow_burn"])

    assert list(met.notes()) == ['1 tag stands for several of the file: "18" (2) and "#18" (1) are 18']


def test_names_that_are_left_out_are_told_with_examples() -> None:
    met = Spellings("tag")
    met.meet(["!!", 5, None, "  "])
    met.meet(["!!", "fog"])

    (note,) = met.notes()
    assert note.startswith("3 tags without a letter, a digit or a picture left out: ")
    assert note.endswith('"!!" (2 records), "5" (1 record), "None" (1 record)')


def test_what_is_told_stays_short() -> None:
    met = Spellings("tag")
    for n in range(5000):
        met.meet([f"{n}", f"#{n}", "!" * (n + 1)])

    assert all(len(note) < 400 for note in met.notes())
    assert "and 4997 more" in "".join(met.notes())


@pytest.fixture
def imported(run: Any, tmp_path: Path) -> Any:
    def take(*records: dict[str, Any]) -> dict[str, Any]:
        file = tmp_path / "chat.jsonl"
        file.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
        run("init", "harbor", check=0)
        answer = run("-C", "harbor", "import", file, "--json", check=0).out
        return dict(json.loads(answer))

    return take


def talk(*tags: Any, name: str | None = None) -> dict[str, Any]:
    reply: dict[str, Any] = {"role": "assistant", "content": f"Yes, {tags}."}
    if name:
        reply["name"] = name
    return {"messages": [{"role": "user", "content": "Well?"}, reply], "tags": list(tags)}


def test_an_import_tells_of_tags_that_became_one_and_of_those_left_out(imported: Any) -> None:
    notes = "\n".join(imported(talk("18", "#18", "18+"), talk("C++", "C#", "c", "!!"))["notes"])

    assert '"18" (1) and "#18" (1) are 18' in notes
    assert '"!!" (1 record)' in notes
    assert "C++" not in notes


def test_a_picture_is_a_tag_and_a_speaker(imported: Any, run: Any) -> None:
    imported(
        talk("👍", "❤️"),
        {"conversations": [{"from": "🔥", "value": "Hot."}, {"from": "gpt", "value": "Yes."}]},
    )

    assert run("-C", "harbor", "list", "--where", "tag:👍", "--count", check=0).out.strip() == "1"
    assert run("-C", "harbor", "list", "--where", "tag:❤️", "--count", check=0).out.strip() == "1"
    assert run("-C", "harbor", "list", "--where", "character:🔥", "--count", check=0).out.strip() == "1"
    run("-C", "harbor", "tag", "create", "👎", check=0)
    run("-C", "harbor", "tag", "add", "18+", "--where", "tag:👍", check=0)
    assert run("-C", "harbor", "list", "--where", "tag:18+", "--count", check=0).out.strip() == "1"
    run("-C", "harbor", "tag", "rename", "👎", "no#1", check=0)
    run("-C", "harbor", "validate", check=0)


def test_adding_two_spellings_of_one_tag_says_so(imported: Any, run: Any) -> None:
    imported(talk("fog"))

    answer = json.loads(run("-C", "harbor", "tag", "add", "18,#18", "--where", "", "--json").out)
    assert "18 and #18 are one tag: 18" in answer["notes"]
