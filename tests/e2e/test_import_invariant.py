"""What import commits, validation accepts, always; and every later command works on it."""

import contextlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

import talekeep
from talekeep.testing.values import JUNK
from talekeep.testing.values import RECORDS

pytestmark = pytest.mark.slow

UUID = "0193c7a0-0000-7000-8000-00000000000a"
IDS = st.sampled_from(
    [
        *(UUID, UUID.upper(), "0193C7a0-0000-7000-8000-00000000000A", UUID.replace("-", ""), UUID + "\n"),
        *(
            f"{{{UUID}}}",
            f"urn:uuid:{UUID}",
            "17",
            17,
            10**30,
            -1,
            1.5,
            True,
            "",
            None,
            " x",
            "../x",
            "\ufb00",
        ),
        *("\0", "a\0b", "x" * 3000),
    ]
)
STAMPS = st.fixed_dictionaries(
    {"native": st.just(True), "entry_uuid": IDS}, optional={"dataset_uuid": st.sampled_from([UUID, "", 5])}
)
TAGS = st.lists(st.sampled_from(["a", "A", "a b", "恋愛", "C++", "🔥", "", " ", "\u202e"]), max_size=4) | JUNK
MESSAGES = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["system", "user", "assistant", "tool", "User ", "Mara", ""])},
        optional={"content": st.text(max_size=6) | JUNK, "name": st.text(max_size=4) | JUNK},
    ),
    max_size=4,
)
CHATS = st.fixed_dictionaries(
    {"messages": MESSAGES},
    optional={"id": IDS, "tags": TAGS, "talekeep_conflict": JUNK, "_rolethread": STAMPS},
)
FILES = st.lists(CHATS | RECORDS, max_size=6)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty dataset, to copy: making one takes longer than the test."""
    return talekeep.init(tmp_path_factory.mktemp("fresh") / "harbor").path


@pytest.mark.slow
@given(first=FILES, second=FILES)
@settings(max_examples=60)
def test_what_import_commits_is_valid_and_can_be_worked_on(
    fresh: Path, first: list[dict[str, Any]], second: list[dict[str, Any]]
) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        shutil.copytree(fresh, work / "harbor")
        dataset = talekeep.open(work / "harbor")
        for name, records in (("first.json", first), ("second.jsonl", second), ("again.json", first)):
            lines = (
                json.dumps(records)
                if name.endswith("json")
                else "".join(json.dumps(r) + "\n" for r in records)
            )
            (work / name).write_text(lines)
            dataset.import_files(work / name)

            assert dataset.validate().counts["error"] == 0
            assert dataset.status().validated
        _work_on(dataset, work)


def _work_on(dataset: talekeep.Dataset, work: Path) -> None:
    entries = list(dataset.entries())
    ids = [entry["id"] for entry in entries]
    assert len({entry_id.lower() for entry_id in ids}) == len(ids) == dataset.count()
    if not ids:
        return
    dataset.tag("kept", where="")
    (copy,) = dataset.duplicate([ids[0]]).made
    dataset.remove([ids[-1]])
    dataset.undo()
    _reshape(dataset, ids[0], copy)
    _merge(dataset, ids[-1])
    for format in ("chatml", "rolethread"):
        dataset.export(work / f"{format}.jsonl", format=format)
        assert len(dataset.import_files(work / f"{format}.jsonl").same) == dataset.count()
    assert dataset.validate().counts["error"] == 0


def _reshape(dataset: talekeep.Dataset, entry: str, other: str) -> None:
    """Edit, split, join, replace, and undo all of it."""
    before = {each["id"]: each for each in dataset.entries()}
    edited = {**before[entry], "messages": [*before[entry]["messages"], {"role": "user", "content": "More?"}]}
    dataset.save(edited)
    assert dataset.get(entry)["messages"] == edited["messages"]
    operations = 1
    for command in (
        lambda: dataset.split([entry], after=[1]),
        lambda: dataset.join([entry, other]),
        lambda: dataset.replace("More?", "Less.", where=""),
    ):
        # An entry without two exchanges cannot be split, and so on: refused, not broken.
        with contextlib.suppress(talekeep.Problem):
            command()
            operations += 1
        assert dataset.validate().counts["error"] == 0
    for _ in range(operations):
        dataset.undo()
    assert {each["id"]: each for each in dataset.entries()} == before


def _merge(dataset: talekeep.Dataset, entry: str) -> None:
    """Two branches that edit one entry in different places come together."""
    dataset.branch("side")
    for branch, key in (("side", "theirs"), ("main", "ours")):
        dataset.switch(branch)
        known = dataset.get(entry)
        dataset.save({**known, "tags": [*(t for t in known.get("tags") or [] if isinstance(t, str)), key]})
    merged = dataset.merge("side")
    assert merged.conflicts == []
    assert {"ours", "theirs"} <= set(dataset.get(entry)["tags"])


@pytest.mark.parametrize(
    "line",
    [
        '{"id":"a","id":"0193c7a0-0000-7000-8000-00000000000a","messages":[{"role":"user","content":"Hi"}]}',
        '{"messages":[{"role":"user","role":"assistant","content":"Hi"}]}',
        '{"messages":[{"role":"user","content":"Hi"}],"messages":[]}',
        '{"id":1e400,"messages":[{"role":"user","content":"Hi"}]}',
        '{"id":NaN,"messages":[{"role":"user","content":"Hi"}]}',
        '{"id":123456789012345678901234567890,"messages":[{"role":"user","content":"Hi"}],"weight":-0.0}',
        '{"messages":[{"role":"user","content":"a\\u0000b"},{"role":"assistant","content":"\\ud800"}]}',
        '{"messages":[{"role":"user","content":"a\\u0000b","\\u0000":1}],"tags":["\\u0000","a\\u0000b"]}',
    ],
)
def test_a_line_of_odd_json_is_refused_or_can_be_worked_on(tmp_path: Path, line: str) -> None:
    dataset = talekeep.init(tmp_path / "harbor")
    good = '{"messages":[{"role":"user","content":"Who?"},{"role":"assistant","content":"I."}]}'
    (tmp_path / "odd.jsonl").write_text(f"{line}\n{good}\n")

    result = dataset.import_files(tmp_path / "odd.jsonl")

    assert len(result.added) + len(result.refused) == 2
    assert dataset.validate().counts["error"] == 0
    _work_on(dataset, tmp_path)


@pytest.mark.parametrize("spelling", [UUID.upper(), "0193C7a0-0000-7000-8000-00000000000A"])
def test_two_spellings_of_one_uuid_are_one_id(tmp_path: Path, spelling: str) -> None:
    dataset = talekeep.init(tmp_path / "harbor")

    def written(entry_id: str, text: str) -> Path:
        place = tmp_path / "chat.jsonl"
        place.write_text(json.dumps({"id": entry_id, "messages": [{"role": "user", "content": text}]}) + "\n")
        return place

    dataset.import_files(written(spelling, "One?"))
    assert [entry["id"] for entry in dataset.entries()] == [UUID]
    assert len(dataset.import_files(written(UUID, "One?")).same) == 1
    (other,) = dataset.import_files(written(spelling, "Two?")).added
    assert other.id != UUID
    with pytest.raises(talekeep.Usage, match="is here already"):
        dataset.add({"id": spelling, "messages": [{"role": "user", "content": "Three?"}]})
    assert dataset.validate().counts["error"] == 0


def test_an_id_in_capitals_that_stands_in_a_part_is_not_doubled(tmp_path: Path) -> None:
    """A hand edit, or version 0.1.0, may have left one."""
    dataset = talekeep.init(tmp_path / "harbor")
    dataset.add({"id": UUID, "messages": [{"role": "user", "content": "One?"}]})
    (part,) = (dataset.path / "entries").rglob("*.jsonl")
    part.write_text(part.read_text().replace(UUID, UUID.upper()))
    dataset.commit("By hand")
    (tmp_path / "chat.jsonl").write_text(
        json.dumps({"id": UUID, "messages": [{"role": "user", "content": "Other?"}]}) + "\n"
    )

    (taken,) = dataset.import_files(tmp_path / "chat.jsonl").added

    assert taken.id.lower() != UUID
    assert dataset.validate().counts["error"] == 0
