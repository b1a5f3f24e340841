"""Export: a whole file or none, never onto anything that is there, and what was imported comes back."""

import errno
import hashlib
import json
import os
from pathlib import Path

import pytest

from talekeep.core.errors import NotFound
from talekeep.core.errors import Outside
from talekeep.core.errors import Problem
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.ops.entries import split_join
from talekeep.ops.exchange import export
from talekeep.ops.exchange.incoming import import_files
from talekeep.ops.history import commit


def rows(file: Path) -> list[dict]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n") if line]


def note(file: Path) -> dict:
    return json.loads(file.with_name(f".{file.name}.provenance.json").read_text(encoding="utf-8"))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "train.jsonl"


@pytest.mark.parametrize("name", ["real/sharegpt-toolcalls.json", "real/sharegpt-fastchat.json"])
def test_sharegpt_records_come_back_as_they_were(
    dataset, take, shared: Path, tmp_path: Path, name: str
) -> None:
    take(shared / name)
    given = json.loads((shared / name).read_text(encoding="utf-8"))

    result = export.export(dataset, tmp_path / "back.json", format="sharegpt")

    answer = json.loads((tmp_path / "back.json").read_text(encoding="utf-8"))
    assert result.losses == {}
    assert len(answer) == len(given)
    for was, now in zip(given, answer, strict=True):
        assert {k: v for k, v in now.items() if k in was or k not in ("id", "tags")} == was


@pytest.mark.parametrize(
    "name", ["real/llamafactory-v1-reasoning-tools.jsonl", "real/llamafactory-v1-sft.jsonl"]
)
def test_messages_come_back_as_they_were(dataset, take, shared: Path, out: Path, name: str) -> None:
    take(shared / name)

    export.export(dataset, out)

    result = rows(out)
    for record in result:
        record.pop("id")
        assert record.pop("tags", []) == []
    assert result == rows(shared / name)


def test_a_full_export_holds_everything_and_a_clean_one_the_conversation(dataset, take, talk, out) -> None:
    take([talk("1", id="row-1", tags=["night"], score=3, tools=[{"name": "t"}])])

    export.export(dataset, out)
    assert {k: rows(out)[0][k] for k in ("tags", "score")} == {"tags": ["night"], "score": 3}
    export.export(dataset, out, clean=True, force=True)
    assert rows(out) == [{"messages": talk("1")["messages"], "tools": [{"name": "t"}]}]
    export.export(dataset, out, clean=True, force=True, format="sharegpt")
    assert rows(out)[0].keys() == {"conversations", "tools"}


def test_the_provenance_says_what_is_in_the_file_and_where_from(dataset, take, talk, out) -> None:
    take([talk("1", tags=["a"]), talk("2")])

    result = export.export(dataset, out, where="tag:a", format="sharegpt")

    output = note(out)
    assert output["sha256"] == result.sha256 == hashlib.sha256(out.read_bytes()).hexdigest()
    assert output["schema"] == "talekeep.provenance/1"
    assert output["dataset"] == dataset.config.id
    assert (output["query"], output["format"], output["clean"]) == ("tag:a", "sharegpt", False)
    assert output["entries"] == result.entries == len(rows(out)) == 1
    assert output["commit"] == dataset.repo.head()
    assert result.files == ["train.jsonl", ".train.jsonl.provenance.json"]


def test_the_commit_is_named_only_if_the_file_holds_its_entries(dataset, take, talk, out, edit) -> None:
    take([talk("1")])
    edit("A friend of 1", "Nobody")

    result = export.export(dataset, out)

    assert result.commit is None
    assert "Nobody" in out.read_text()


def test_the_past_is_exported_as_it_was(dataset, take, talk, out) -> None:
    take([talk("1")])
    old = dataset.repo.head()
    take([talk("2")], "b.jsonl")

    result = export.export(dataset, out, revision="HEAD~1")

    assert (result.entries, result.commit) == (1, old)
    assert [r["messages"][0]["content"] for r in rows(out)] == ["1"]
    with pytest.raises(NotFound):
        export.export(dataset, out, revision="HEAD~9", force=True)


@pytest.mark.parametrize("count", [1, 3])
def test_a_json_name_gives_one_array(dataset, take, talk, tmp_path: Path, count: int) -> None:
    take([talk(str(n)) for n in range(count)])
    out = tmp_path / "train.JSON"

    result = export.export(dataset, out)

    assert len(json.loads(out.read_text(encoding="utf-8"))) == result.entries == count
    assert result.sha256 == hashlib.sha256(out.read_bytes()).hexdigest()


@pytest.mark.parametrize("name", ["train.jsonl", ".train.jsonl.provenance.json"])
def test_what_is_there_is_kept_without_force(dataset, take, talk, out, name: str) -> None:
    take([talk("1")])
    (out.parent / name).write_text("mine")

    with pytest.raises(Refused, match="exists") as raised:
        export.export(dataset, out)

    assert "--force" in (raised.value.hint or "")
    assert (out.parent / name).read_text() == "mine"
    export.export(dataset, out, force=True)
    assert note(out)["entries"] == len(rows(out)) == 1


INSIDE = [
    "entries/0000/PART",
    "entries/new.jsonl",
    "sidecars/x.jsonl",
    "library/x.jsonl",
    ".git/x.jsonl",
    ".git/hooks/pre-commit",
    "talekeep.toml",
    "README.md",
    ".gitignore",
    "notes.txt",
    ".",
]


@pytest.mark.parametrize("name", INSIDE)
def test_nothing_of_the_dataset_is_ever_replaced(dataset, take, talk, git, name: str) -> None:
    take([talk("1")])
    (dataset.path / "notes.txt").write_text("tracked")
    git("add", "notes.txt", cwd=dataset.path, check=0)
    target = dataset.path / name.replace("entries/0000/PART", dataset.now().parts()[0])
    before = target.read_bytes() if target.is_file() else None

    with pytest.raises(Refused):
        export.export(dataset, target, force=True)

    assert (target.read_bytes() if target.is_file() else None) == before


def test_a_way_round_by_a_link_is_no_way(dataset, take, talk, tmp_path: Path) -> None:
    take([talk("1")])
    part = dataset.path / dataset.now().parts()[0]
    before = part.read_bytes()
    (tmp_path / "link.jsonl").symlink_to(part)
    (tmp_path / "folder").symlink_to(part.parent)

    for target in (tmp_path / "link.jsonl", tmp_path / "folder" / part.name):
        with pytest.raises(Refused):
            export.export(dataset, target, force=True)
    assert part.read_bytes() == before


def test_a_folder_or_a_missing_folder_is_named(dataset, take, talk, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="is a folder"):
        export.export(dataset, tmp_path)
    with pytest.raises(Refused, match="no folder") as raised:
        export.export(dataset, tmp_path / "deep" / "x.jsonl")
    assert "mkdir -p" in (raised.value.hint or "")


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("step", ["fsync_stream", "replace"])
def test_a_failure_leaves_the_old_files_and_nothing_else(dataset, take, talk, out, step: str) -> None:
    take([talk("1")])
    export.export(dataset, out)
    before = {p.name: p.read_bytes() for p in out.parent.iterdir() if p.is_file()}
    take([talk("2")], "b.jsonl")
    before["b.jsonl"] = (out.parent / "b.jsonl").read_bytes()

    with pytest.MonkeyPatch.context() as disk:
        disk.setattr(export, step, full)
        with pytest.raises(Outside, match="No space"):
            export.export(dataset, out, force=True)

    assert {p.name: p.read_bytes() for p in out.parent.iterdir() if p.is_file()} == before


def test_a_dry_run_counts_and_writes_nothing(dataset, take, talk, out) -> None:
    take([talk("1"), talk("2")])
    before = sorted(p.name for p in out.parent.iterdir())

    result = export.export(dataset, out, dry_run=True)

    assert result.entries == 2
    assert sorted(p.name for p in out.parent.iterdir()) == before


def test_an_entry_with_an_error_is_not_let_out(dataset, take, talk, out, edit) -> None:
    take([talk("1"), talk("2")])
    edit('"role":"user"', '"role":"narrator"')

    with pytest.raises(Problem, match="narrator"):
        export.export(dataset, out)
    assert not out.exists()


def test_a_line_that_cannot_be_read_is_not_left_out_in_silence(dataset, take, talk, out, edit) -> None:
    take([talk("1"), talk("2")])
    edit('{"id"', "{id")

    with pytest.raises(Problem, match=r"\.jsonl"):
        export.export(dataset, out)
    assert not out.exists()


def test_what_a_format_cannot_hold_is_counted(dataset, take, talk, out) -> None:
    take([talk("1", conversations="a key of its own")])

    result = export.export(dataset, out, format="sharegpt")

    assert sum(result.losses.values()) >= 1


def test_the_settings_of_the_dataset_hold_until_told_otherwise(dataset, take, talk, out) -> None:
    take([talk("1", score=1)])
    toml = dataset.path / "talekeep.toml"
    toml.write_text(
        toml.read_text()
        .replace('format = "chatml"', 'format = "sharegpt"')
        .replace("clean = false", "clean = true")
    )
    commit.commit(dataset)
    vars(dataset).pop("config", None)

    result = export.export(dataset, out)

    assert (result.format, result.clean) == ("sharegpt", True)
    assert rows(out)[0].keys() == {"conversations"}
    with pytest.raises(Usage, match="no format 'pdf'"):
        export.export(dataset, out, format="pdf", force=True)


def test_of_entries_made_of_one_record_the_first_is_written_with_its_id(dataset, take, entries, out) -> None:
    turns = [{"from": who, "value": f"{who} {n}"} for n in (1, 2, 3) for who in ("human", "gpt")]
    others = [{"id": "twin", "conversations": [{"from": "human", "value": text}]} for text in "ab"]
    take([{"id": "chat_7", "conversations": turns}, {"id": [8], "conversations": turns[:2]}, *others])
    first, odd = (entry["id"] for entry in entries()[:2])
    split_join.split(dataset, [1], [first])
    split_join.duplicate(dataset, [first, odd])

    result = export.export(dataset, out, format="sharegpt")

    ids, own = [row["id"] for row in rows(out)], [entry["id"] for entry in entries()]
    assert ids == ["chat_7", own[1], own[2], [8], own[4], "twin", "twin"]
    held = "the source's id (another entry made of the same record has it)"
    assert result.losses == {held: 3}
    assert held not in export.export(dataset, out, format="chatml", force=True).losses
    assert held not in export.export(dataset, out, format="sharegpt", clean=True, force=True).losses


def test_a_copy_keeps_the_id_of_its_source_where_the_first_is_not_written(
    dataset, take, entries, out
) -> None:
    take([{"id": "chat_7", "conversations": [{"from": "human", "value": "a"}]}])
    (copy,) = split_join.duplicate(dataset, [entries()[0]["id"]]).made

    export.export(dataset, out, format="sharegpt", where=f"id:{copy}")

    assert [row["id"] for row in rows(out)] == ["chat_7"]


PARTS = [
    {"type": "reasoning", "value": "SECRET THOUGHT"},
    {"type": "text", "value": "Seventeen."},
    {"type": "tool_call", "value": '{"name": "roll", "arguments": {"sides": 20}}'},
]


def test_an_edit_of_the_words_in_rolethread_keeps_reasoning_and_calls(
    dataset, take, talk, entries, out: Path
) -> None:
    take([talk(messages=[{"role": "user", "content": "Roll."}, {"role": "assistant", "content": PARTS}])])
    export.export(dataset, out, format="rolethread")
    (record,) = rows(out)
    record["messages"][1] = {"role": "assistant", "content": "Eighteen."}
    out.write_text(json.dumps(record) + "\n", encoding="utf-8")

    result = import_files.import_files(dataset, [out])

    assert (len(result.changed), result.conflicts) == (1, [])
    (entry,) = entries()
    assert entry["messages"][1]["content"] == [PARTS[0], {"type": "text", "value": "Eighteen."}, PARTS[2]]
