"""Import: whatever a file holds, each record goes in or is refused by name, and none is lost."""

import hashlib
import json
import os
from pathlib import Path

import pytest

from talekeep.core.entry import is_uuid
from talekeep.core.entry_edit import speakers
from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.library import sources
from talekeep.ops.exchange.incoming import import_files
from talekeep.ops.library import vocabulary
from talekeep.ops.workspace import validation
from talekeep.store import libraries

GOOD = b'{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}'


def line(text: str) -> bytes:
    return GOOD.replace(b'"a"', json.dumps(text, ensure_ascii=False).encode("utf-8", "surrogatepass"))


ODD_BUT_FINE = {
    "a byte order mark": (b"\xef\xbb\xbf" + GOOD + b"\n" + line("2") + b"\n", ["a", "2"]),
    "carriage returns": (GOOD + b"\r\n" + line("2") + b"\r\n", ["a", "2"]),
    "a line separator inside a text": (line("x\u2028y\u2029z\u0085") + b"\n", ["x\u2028y\u2029z\u0085"]),
    "no newline at the end": (GOOD + b"\n" + line("2"), ["a", "2"]),
    "blank lines": (b"\n\n" + GOOD + b"\n  \n", ["a"]),
    "a JSON array": (b"[" + GOOD + b",\n" + line("2") + b"]", ["a", "2"]),
    "one object over many lines": (json.dumps(json.loads(GOOD), indent=2).encode(), ["a"]),
    "an empty file": (b"", []),
}

SET_ASIDE = {
    "a lone surrogate": (GOOD.replace(b'"a"', b'"\\ud83d"'), "surrogate"),
    "NaN": (GOOD.replace(b"}]}", b'}],"score":NaN}'), "NaN"),
    "the same key twice": (GOOD.replace(b"}]}", b'}],"x":1,"x":2}'), '"x" stands twice'),
    "a nesting bomb": (b'{"a":' * 5000 + b"1" + b"}" * 5000, "nested|deep"),
    "a text": (b'"hello"', "not an object"),
    "a number": (b"42", "not an object"),
    "null": (b"null", "not an object"),
    "half a record": (GOOD[:-20], "too early"),
    "no UTF-8": (GOOD.replace(b'"a"', b'"\xff"'), "UTF-8"),
    "rubbish": (b"hello there", "not JSON"),
    "no conversation": (b'{"title": "x"}', "no conversation"),
    "no messages": (b'{"messages": []}', "message"),
}


@pytest.mark.parametrize("kind", ODD_BUT_FINE)
def test_an_odd_file_is_read(take, entries, kind: str) -> None:
    data, texts = ODD_BUT_FINE[kind]

    result = take(data)

    assert result.refused == []
    assert [e["messages"][0]["content"] for e in entries()] == texts
    assert len(result.added) == len(texts)


@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("kind", SET_ASIDE)
def test_a_bad_record_is_set_aside_with_its_line_and_the_rest_goes_in(
    take, entries, kind: str, last: bool
) -> None:
    bad, reason = SET_ASIDE[kind]
    lines = [GOOD, line("2"), bad] if last else [GOOD, bad, line("2")]

    result = take(b"\n".join(lines))

    assert [(r.line, r.record) for r in result.refused] == [(lines.index(bad) + 1,) * 2]
    assert any(word in result.refused[0].reason for word in reason.split("|")), result.refused[0].reason
    assert [e["messages"][0]["content"] for e in entries()] == ["a", "2"]
    assert [t.line for t in result.added] == [n for n, one in enumerate(lines, 1) if one != bad]


def test_a_line_of_50_megabytes_is_set_aside_and_the_next_is_read(take, entries) -> None:
    result = take(GOOD + b"\n" + line("x" * 50_000_000) + b"\n" + line("2") + b"\n")

    assert [(r.line, r.record) for r in result.refused] == [(2, 2)]
    assert "MiB" in result.refused[0].reason
    assert [e["messages"][0]["content"] for e in entries()] == ["a", "2"]


def test_what_cannot_be_stored_is_mended_on_request(take, entries) -> None:
    bad = [SET_ASIDE["a lone surrogate"][0], SET_ASIDE["NaN"][0]]

    result = take(b"\n".join(bad), mend=True)

    assert result.refused == []
    assert entries()[0]["messages"][0]["content"] == "\ufffd"
    assert entries()[1]["score"] is None


def test_the_format_is_decided_record_by_record(take, entries, talk) -> None:
    share = {"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Ho"}]}

    result = take([share, talk("One"), share | {"id": "x"}, talk("Two")])

    assert result.refused == []
    assert result.formats == {"sharegpt": 2, "chatml": 2}
    roles = [[m["role"] for m in e["messages"]] for e in entries()]
    assert roles == [["user", "assistant"]] * 4


def test_a_forced_format_reads_nothing_else(take, talk) -> None:
    share = {"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Ho"}]}

    result = take([share, talk()], format="chatml")

    assert [r.line for r in result.refused] == [1]
    assert [t.line for t in result.added] == [2]
    with pytest.raises(Usage, match="no format 'docx'") as raised:
        take([talk()], format="docx")
    assert "sharegpt" in (raised.value.hint or "")


def test_everything_in_a_record_is_kept(take, entries) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "chart", "arguments": '{"a": 1}'}}
    record = {
        "messages": [
            {"role": "system", "content": "S"},
            {
                "role": "user",
                "name": "wren",
                "content": [{"type": "text", "text": "Look"}, {"type": "image"}],
            },
            {"role": "assistant", "content": None, "tool_calls": [call], "weight": 0},
            {"role": "tool", "tool_call_id": "c1", "content": "{}"},
            {
                "role": "assistant",
                "content": "Done.",
                "reasoning_content": "Hm.",
                "weight": 1,
                "odd": [1.5, None],
            },
        ],
        "source": {"b": 1, "a": [True]},
        "score": 12345678901234567890123,
    }

    assert take([record]).refused == []

    result = entries()[0]
    assert result["messages"] == record["messages"]
    assert {k: result[k] for k in ("source", "score")} == {k: record[k] for k in ("source", "score")}
    assert result["tags"] == []


def test_new_ids_are_in_the_order_of_the_file_and_own_uuids_stay(take, entries, talk) -> None:
    own = "123e4567-e89b-42d3-a456-426614174000"

    result = take([talk("1"), talk("2", id=own), talk("3", id="row-3"), talk("4")])

    ids = [t.id for t in result.added]
    assert ids == [e["id"] for e in entries()]
    assert ids[1] == own
    fresh = [ids[0], *ids[2:]]
    assert fresh == sorted(fresh)
    assert all(is_uuid(i) and i[14] == "7" for i in fresh)


def test_where_an_entry_came_from_is_recorded(dataset, take, given, talk) -> None:
    file = given([talk("1"), talk("2", id="row-2")], "My Chat.jsonl")
    result = take(file)
    now = dataset.now()

    source = libraries.read(now, sources.KIND, sources.Source)["my_chat_jsonl"]
    assert (source.file, source.records, source.format) == ("My Chat.jsonl", 2, "chatml")
    assert source.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    sidecars = now.sidecars(now.parts()[0])
    origins = [sidecars[t.id]["source"] for t in result.added]
    assert [(o["from"], o["record"], o.get("id")) for o in origins] == [
        ("my_chat_jsonl", 1, None),
        ("my_chat_jsonl", 2, "row-2"),
    ]


def test_a_second_file_of_the_same_name_has_a_source_of_its_own(dataset, take, talk) -> None:
    take([talk("1")])
    take([talk("2")])

    assert list(libraries.read(dataset.now(), sources.KIND, sources.Source)) == ["chat_jsonl", "chat_jsonl_2"]


def test_tags_are_made_slugs_and_put_behind_the_records_own(take, entries, talk) -> None:
    take([talk(tags=["old", "needs_review"])], tags=("Needs Review!", "恋愛"))

    assert entries()[0]["tags"] == ["old", "needs_review", "恋愛"]
    with pytest.raises(Usage, match="no letter or digit"):
        take([talk()], tags=("!?",))


def test_the_file_is_never_touched(take, given, talk) -> None:
    file = given(b"\xef\xbb\xbf" + GOOD + b"\r\nrubbish\r\n")
    os.utime(file, (10**9, 10**9))
    file.chmod(0o444)
    before = file.read_bytes(), file.stat().st_mtime_ns

    take(file)

    assert (file.read_bytes(), file.stat().st_mtime_ns) == before
    assert sorted(p.name for p in file.parent.iterdir()) == ["chat.jsonl", "harbor"]


def everything(top: Path) -> dict[str, bytes]:
    """Every byte below a folder but the caches, which can be deleted at any time."""
    files = (p for p in top.rglob("*") if p.is_file() and p.parent.name != "checked")
    results = (p for p in files if p.name not in ("cache.sqlite", "lock"))
    return {p.relative_to(top).as_posix(): p.read_bytes() for p in results}


def test_a_dry_run_says_the_same_and_writes_nothing_at_all(dataset, take, talk) -> None:
    take([talk("0")], "first.jsonl")
    records = [talk("1"), {"no": 1}, talk("2"), talk("0")]
    before = everything(dataset.path)

    output = take(records, dry_run=True)

    assert everything(dataset.path) == before
    result = take(records)
    assert output.commit is None
    assert ([t.line for t in output.added], [t.line for t in output.same], output.refused) == (
        [t.line for t in result.added],
        [t.line for t in result.same],
        result.refused,
    )
    assert [len(x) for x in (output.added, output.same, output.refused)] == [2, 1, 1]


def test_an_import_is_one_commit_in_numbers_without_any_text(dataset, take, talk, git) -> None:
    result = take([talk("A secret."), talk("Another.")])

    message = git("log", "-1", "--format=%B", cwd=dataset.path, check=0).out
    assert result.commit == dataset.repo.head()
    assert message.startswith("Import 2 entries from chat.jsonl\n")
    assert "Talekeep-Op: import\nTalekeep-Entries: +2 ~0 -0\n" in message
    assert "secret" not in message
    assert git("status", "--porcelain", cwd=dataset.path).out == ""
    assert git("fsck", "--strict", cwd=dataset.path).code == 0


def test_nothing_added_is_no_commit(dataset, take) -> None:
    before = dataset.repo.head()

    assert take([{"no": 1}]).commit is None
    assert dataset.repo.head() == before


def test_without_a_commit_it_is_staged(dataset, take, talk, git) -> None:
    before = dataset.repo.head()

    assert take([talk()], commit=False).commit is None
    assert dataset.repo.head() == before
    rows = git("status", "--porcelain", cwd=dataset.path).out.splitlines()
    assert [row[:2] for row in rows] == ["A "] * 3


def test_several_files_are_one_commit(dataset, given, talk) -> None:
    files = [given([talk(str(n))], f"{n}.jsonl") for n in range(3)]

    result = import_files.import_files(dataset, files)

    assert [t.file for t in result.added] == ["0.jsonl", "1.jsonl", "2.jsonl"]
    assert dataset.repo.commit(result.commit or "").subject == "Import 3 entries from 3 files"


def test_a_missing_file_is_named_before_anything_is_read(dataset, given, talk, tmp_path: Path) -> None:
    before = dataset.repo.head()

    with pytest.raises(NotFound, match=r"none\.jsonl"):
        import_files.import_files(dataset, [given([talk()]), tmp_path / "none.jsonl"])
    assert dataset.repo.head() == before


def test_a_source_library_being_edited_is_not_swept_along(dataset, take, talk) -> None:
    take([talk("1")])
    library = dataset.path / sources.KIND.path
    library.write_text(library.read_text() + "# mine\n")

    with pytest.raises(Refused, match=r"library/sources\.toml has changes"):
        take([talk("2")], "other.jsonl")
    assert library.read_text().endswith("# mine\n")


def test_progress_is_told(dataset, given, talk) -> None:
    collected = []

    import_files.import_files(
        dataset, [given([talk(str(n)) for n in range(600)])], progress=lambda *text: collected.append(text)
    )

    reading = [text for text in collected if text[0] == "reading chat.jsonl"]
    assert reading
    assert all(result <= total for _, result, total in reading)


# Names the dataset knows better


def test_old_names_of_tags_come_in_as_current_ones(dataset, take, talk, entries) -> None:
    vocabulary.create(dataset, ["dusk"])
    vocabulary.rename(dataset, "dusk", "twilight")
    result = take(
        [talk("1", tags=["fog", "Dusk", "twilight"]), talk("2", tags=["fog"]), talk("3", tags=["dusk"])],
        tags=("new",),
    )

    assert [entry["tags"] for entry in entries()] == [
        ["fog", "twilight", "new"],
        ["fog", "new"],
        ["twilight", "new"],
    ]
    assert result.notes == ["chat.jsonl: current names for tags of 2 entries: dusk is twilight now"]
    assert validation.validate_at(dataset, select=["S116"]).findings == []
    assert len(take([talk("3", tags=["dusk"])], "again.jsonl").same) == 1


def test_a_label_of_the_map_that_nobody_has_is_named(dataset, take, talk) -> None:
    wanted = speakers.casting(["Mara=assistant:mara", "Wern=user:wren"])
    spoken = {"messages": [{"role": "user", "content": "Who?"}, {"role": "Mara", "content": "Me."}]}

    assert take([spoken], speakers=wanted).notes == ["nobody speaks as Wern"]
    again = take([spoken], speakers=wanted)
    assert (len(again.same), again.unheard) == (1, ["Wern"])
    assert take([talk("1")]).notes == []


def test_a_label_is_looked_for_in_all_files(dataset, given, talk) -> None:
    wanted = speakers.casting(["Mara=assistant:mara", "Wern=user:wren"])
    spoken = {"messages": [{"role": "user", "content": "Who?"}, {"role": "Mara", "content": "Me."}]}
    files = [given([talk("1")], "a.jsonl"), given([spoken], "b.jsonl")]

    result = import_files.import_files(dataset, files, import_files.Options(speakers=wanted))

    assert result.notes == ["nobody speaks as Wern"]
