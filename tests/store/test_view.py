"""A view is the dataset at one moment, and a change after it is another moment."""

from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from talekeep.store.git.files import index
from talekeep.store.view import Difference
from talekeep.store.view import View
from talekeep.store.view import of_folder
from talekeep.store.view import with_ids

PART = "entries/0000/00000-aaaa.jsonl"
BY_HAND = "entries/0000/00001-bbbb.jsonl"


def test_the_folder_counts_as_it_lies(dataset, line, save) -> None:
    save({PART: line(1), "library/characters.toml": b""})
    (dataset.path / BY_HAND).write_bytes(line(2))
    (dataset.path / PART).write_bytes(line(3))
    (dataset.path / "library/characters.toml").unlink()
    (dataset.path / "notes.txt").write_text("not the dataset's own")

    now = dataset.now()

    assert [entry.value["id"][:8] for entry in now.entries()] == ["00000003", "00000002"]
    assert "library/characters.toml" not in now.files
    assert "notes.txt" not in now.files


def test_the_past_and_what_is_staged_are_read_from_blobs(dataset, git, line, save) -> None:
    first = save({PART: line(1)})
    (dataset.path / PART).write_bytes(line(2))
    git("add", PART, cwd=dataset.path, check=0)
    (dataset.path / PART).write_bytes(line(3))

    lines = [[e.value["id"][:8] for e in value.entries()] for value in (dataset.at(first), dataset.staged())]

    assert lines == [["00000001"], ["00000002"]]
    assert [e.value["id"][:8] for e in dataset.now().entries()] == ["00000003"]


def test_an_unreadable_line_comes_with_its_place_and_reason(dataset, line, save) -> None:
    (dataset.path / "entries/0000").mkdir(parents=True)
    (dataset.path / PART).write_bytes(line(1) + b'\n{"id": \n' + line(2))

    items = list(dataset.now().entries())

    assert [(f.part, f.number) for f in items] == [(PART, 1), (PART, 3), (PART, 4)]
    assert items[1].reason is not None
    assert items[1].value is None
    assert [f.reason for f in (items[0], items[2])] == [None, None]


def test_sidecars_are_found_by_entry_and_an_absent_file_has_none(dataset, line, save) -> None:
    save({PART: line(1), "sidecars/0000/00000-aaaa.jsonl": b'{"id":"x","note":"n"}\nrubbish\n[]\n'})

    assert dataset.now().sidecars(PART) == {"x": {"id": "x", "note": "n"}}
    assert dataset.now().sidecars(BY_HAND) == {}
    assert dataset.now().optional("library/none.toml") is None


def test_a_part_staged_and_then_deleted_is_not_there_now(dataset, git, line) -> None:
    (dataset.path / "entries/0000").mkdir(parents=True)
    (dataset.path / PART).write_bytes(line(1))
    git("add", PART, cwd=dataset.path, check=0)
    (dataset.path / PART).unlink()

    assert PART not in dataset.now_from(index.read(dataset.repo)).files
    assert PART in dataset.staged().files


def test_some_files_are_seen_without_a_look_at_the_others(dataset, line, save) -> None:
    save({PART: line(1)})
    values = of_folder(dataset.path, [PART, "library/none.toml"])

    assert dict(values.files) == {PART: dataset.now().files[PART]}
    assert values.optional(PART) == line(1)


LINES = st.lists(
    st.sampled_from([b'{"id":"a"}', b'{"id":"b"}', b'{"id":"a","x":1}', b"{", b"[1]", b'{"y":2}', b""])
)


@given(LINES, LINES)
def test_the_ids_after_a_change_are_told_without_decoding_unchanged_lines(before, after) -> None:
    noted: dict[str, Any] = {}
    part = "entries/0000/00000-aaaa.jsonl"
    old, new = (b"\n".join(lines) for lines in (before, after))
    views = [View({part: str(n)}, lambda _, data=data: data) for n, data in enumerate((old, new))]
    ids = SimpleNamespace(note=noted.__setitem__)
    for each in views:
        with_ids(each, ids).read_through(part)  # type: ignore[arg-type]

    known = {line: entry for entry, line in noted["0"][0]}

    assert Difference(*views).ids(part, known) == noted["1"]
