"""What version 0.1.0 stored, every later version opens, edits, merges, restores and takes back."""

import hashlib
import json
import os
import shutil
import tarfile
from pathlib import Path

import pytest

import talekeep
from talekeep.core import codec

ARCHIVE = Path(__file__).parents[1] / "data" / "v1" / "v1.tar.gz"
ID = "11111111-2222-4333-8444-5555555555{:02}"
MADE = "01a22a6e-8b7e-7001-84ad-3da179f6a895"
IDS = [
    *(ID.format(1), ID.format(2), ID.format(3), ID.format(4), "01a22a6e-b6d3-7002-8e23-43e60a605327"),
    *(ID.format(6), MADE, "01a22a6e-8b7e-7002-a4fb-567134c83540"),
]
DIGESTS = [
    "edcb44af4d66d847dfbe",
    "42ff19f96beed111f633",
    "75954b06bba6936addfd",
    "86739f6a35ebfe96acc3",
    "b9eed8f024d2106a420b",
    "eaed2947d6e66a5dcd11",
]
HEAD = "3fd126122131cbbad1799a626ac4697b1dd99ab4"


@pytest.fixture
def v1(tmp_path: Path) -> Path:
    """The folder of the archive, with its mirrors where this test has them."""
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(tmp_path, filter="data")
    config = tmp_path / "v1/harbor/.git/config"
    config.write_text(config.read_text().replace("/v1/", f"{tmp_path / 'v1'}/"))
    return tmp_path / "v1"


@pytest.fixture
def dataset(v1: Path) -> talekeep.Dataset:
    return talekeep.open(v1 / "harbor")


@pytest.fixture
def same_machine(v1: Path) -> None:
    """This is the machine that made it, and the folder lies where it lay: pushes go on in its own name."""
    state = Path(os.environ["XDG_STATE_HOME"]) / "talekeep"
    state.mkdir(parents=True)
    shutil.copy(v1 / "keys/machine", state / "machine")
    git_dir = v1 / "harbor/.git"
    for place in (git_dir / "talekeep/mirrors").glob("*/writer.json"):
        known = json.loads(place.read_bytes())
        known["path"] = hashlib.sha256(str(git_dir.resolve()).encode()).hexdigest()
        place.write_text(json.dumps(known))


def part(v1: Path) -> bytes:
    (place,) = (v1 / "harbor/entries").rglob("*.jsonl")
    return place.read_bytes()


def test_it_opens_and_nothing_in_it_changes_by_that(dataset, v1: Path, same_machine) -> None:
    before = {p: p.read_bytes() for p in (v1 / "harbor").rglob("*") if p.is_file() and ".git/" not in str(p)}

    assert [entry["id"] for entry in dataset.entries()] == IDS
    assert dataset.validate().counts["error"] == 0
    status = dataset.status()
    assert (status.commit, status.branch, status.entries, status.changes.any) == (HEAD, "main", 8, False)
    assert {mirror.name: mirror.push for mirror in status.mirrors} == {"backup": 2, "secret": 2}

    assert {p: p.read_bytes() for p in before} == before


def test_its_bytes_are_canonical_still(v1: Path) -> None:
    for line in part(v1).splitlines(keepends=True):
        assert codec.encode(codec.decode(line)) == line
    (sidecars,) = (v1 / "harbor/sidecars").rglob("*.jsonl")
    for line in sidecars.read_bytes().splitlines(keepends=True):
        assert codec.encode(codec.decode(line)) == line


CANONICAL = [
    (
        {
            "tags": ["a"],
            "zeta": 1,
            "id": "x",
            "messages": [{"content": "c", "role": "user", "x": {"b": 1, "a": 2}}],
        },
        b'{"id":"x","messages":[{"role":"user","content":"c","x":{"a":2,"b":1}}],"tags":["a"],"zeta":1}\n',
    ),
    (
        {"messages": [{"name": "mara", "content": None, "role": "assistant", "tool_calls": []}], "id": "y"},
        b'{"id":"y","messages":[{"role":"assistant","name":"mara","content":null,"tool_calls":[]}]}\n',
    ),
    (
        {"id": "z", "text": 'a\u2028b\u2029c\u0085d/é恋🕯️\t"', "number": 1.5, "big": 12345678901234567890},
        '{"id":"z","big":12345678901234567890,"number":1.5,"text":"a\\u2028b\\u2029c\\u0085d/é恋🕯️\\t\\""}\n'.encode(),
    ),
]


@pytest.mark.parametrize(("value", "line"), CANONICAL, ids=lambda x: x["id"] if isinstance(x, dict) else "")
def test_the_canonical_bytes_of_a_value_never_change(value: dict, line: bytes) -> None:
    assert codec.encode(value) == line


def test_the_digests_of_values_never_change(v1: Path) -> None:
    """Sidecars name records by them: another digest would make every file look new at its next import."""
    records = [json.loads(line) for line in (v1 / "chat.jsonl").read_text().splitlines()]

    assert [codec.digest(record) for record in records] == DIGESTS
    assert codec.digest({"b": [1, 2.5, None], "a": "é\u2028"}) == "6f9d62e3916360798272"


def test_an_edit_changes_its_own_line_alone(dataset, v1: Path) -> None:
    before = part(v1).splitlines()

    dataset.replace("Both are kept.", "Both are there.", [ID.format(2)])

    after = part(v1).splitlines()
    assert [number for number in range(8) if before[number] != after[number]] == [1]
    assert b'{"id":"11111111-2222-4333-8444-555555555503"' in after[2]


def test_what_is_known_beside_an_entry_is_kept(dataset) -> None:
    dataset.replace("The lamp turns twice.", "The lamp turns.", [ID.format(1)])

    assert dataset.show(ID.format(1)).sidecar == {
        "id": ID.format(1),
        "note": "From the old forum.",
        "source": {"digest": "edcb44af4d66d847dfbe", "from": "chat_jsonl", "record": 1},
        "suppress": [{"reason": "meant so", "rule": "T201"}],
    }


def test_its_libraries_are_read_and_an_old_name_of_a_tag_still_leads_to_the_new(dataset, run) -> None:
    assert [entry["id"] for entry in dataset.entries(where="tag:night")] == [ID.format(6)]
    assert [entry["id"] for entry in dataset.entries(where="category:weather")] == [ID.format(1)]
    assert [entry["id"] for entry in dataset.entries(where="source:shared.json")] == IDS[-2:]
    names = run("-C", dataset.path, "character", "list", "--json", check=0).json["characters"]
    assert [(row["slug"], row["name"]) for row in names] == [("mara", "Mara"), ("wren", "wren")]
    assert (
        run("-C", dataset.path, "prompt", "show", "the_keeper", check=0).out.strip()
        == "You keep the lighthouse."
    )


def test_its_branches_merge(dataset) -> None:
    assert dataset.merge("side").done

    assert dataset.get(MADE)["messages"][1]["content"] == "It was, once."
    entry = dataset.get(ID.format(1))
    assert entry["tags"] == ["slow_burn", "storm", "kept"]
    assert entry["messages"][2]["content"].endswith("The lamp turns twice.")


def test_its_conflicts_are_conflicts(dataset) -> None:
    assert not dataset.merge("clash").done

    (conflict,) = dataset.conflicts()
    assert (conflict.entry, conflict.path) == (ID.format(1), ("messages", 2, "content"))
    dataset.resolve("theirs")
    dataset.commit()
    assert dataset.get(ID.format(1))["messages"][2]["content"].endswith("The lamp is out.")


def test_its_history_is_read_and_taken_back(dataset) -> None:
    assert len(dataset.log()) == 14
    assert dataset.blame(ID.format(1)).messages[2].commit == HEAD
    assert dataset.snapshots().snapshots[0].note == "Before the edits"
    assert dataset.restore([ID.format(5)], rev="first").added == 1
    assert dataset.get(ID.format(5))["messages"][0]["content"] == "To be removed."
    dataset.undo(HEAD)
    assert dataset.get(ID.format(1))["messages"][2]["content"].endswith("The lamp turns once.")


def test_its_mirror_restores_and_goes_on(dataset, v1: Path, tmp_path: Path, git, same_machine) -> None:
    again = talekeep.clone(v1 / "synced/harbor-tales-backup", tmp_path / "again")

    assert [entry["id"] for entry in again.entries()] == IDS
    heads = ["for-each-ref", "--format=%(objectname) %(refname)", "refs/heads", "refs/tags"]
    here = git(*heads, cwd=dataset.path, check=0).out
    assert git(*heads, cwd=again.path, check=0).out == here
    dataset.tag("later", [ID.format(1)])
    assert dataset.push("backup").number == 3
    assert again.fetch("backup").writers[0].number == 3


def test_its_encrypted_mirror_restores_and_goes_on(
    dataset, v1: Path, tmp_path: Path, run, same_machine
) -> None:
    pytest.importorskip("pyrage")
    folder = v1 / "sealed/harbor-tales-backup"
    run("clone", folder, tmp_path / "locked", check=4)
    run("remote", "unlock", folder, "--key-file", v1 / "recovery-key.txt", check=0)

    again = talekeep.clone(folder, tmp_path / "again")

    assert [entry["id"] for entry in again.entries()] == IDS
    dataset.tag("later", [ID.format(1)])
    assert dataset.push("secret").number == 3
    assert again.fetch().writers[0].number == 3


def test_its_exports_are_merged_back(dataset, v1: Path) -> None:
    assert len(dataset.import_files(v1 / "export.jsonl").same) == 8
    text = (v1 / "export.jsonl").read_text().replace("First reply.", "A better reply.")
    (v1 / "export.jsonl").write_text(text)
    dataset.tag("meanwhile", [ID.format(4)])

    result = dataset.import_files(v1 / "export.jsonl")

    assert ([taken.id for taken in result.changed], result.added) == ([ID.format(4)], [])
    entry = dataset.get(ID.format(4))
    assert (entry["messages"][1]["content"], entry["tags"]) == ("A better reply.", ["draft", "meanwhile"])


def test_its_sharegpt_export_is_merged_back(dataset, v1: Path) -> None:
    text = (v1 / "export.json").read_text().replace("It was.", "It was not.")
    (v1 / "export.json").write_text(text)

    result = dataset.import_files(v1 / "export.json")

    # 0.1.0 stored the tag C++ as `c`; the export has it as it was written, so that it gets its name back.
    assert [taken.id for taken in result.changed] == [ID.format(2), MADE]
    assert dataset.get(ID.format(2))["tags"] == ["恋愛", "c_plus_plus"]
    assert dataset.get(MADE)["messages"][1]["content"] == "It was not."


def test_the_files_it_was_made_of_are_known(dataset, v1: Path) -> None:
    result = dataset.import_files([v1 / "shared.json"])

    assert (len(result.same), result.added, result.commit) == (2, [], None)


def test_hooks_and_drivers_can_be_installed(dataset, run, git) -> None:
    run("-C", dataset.path, "setup", check=0)
    git("merge", "-q", "side", cwd=dataset.path, check=0)

    assert dataset.get(MADE)["messages"][1]["content"] == "It was, once."
    assert run("-C", dataset.path, "doctor", "--json", check=0).json["ok"]


def test_an_old_cache_is_used_or_replaced(dataset) -> None:
    cache = dataset.path / ".git/talekeep/cache.sqlite"
    assert cache.is_file()

    assert dataset.search("lamp").total == 1
    assert dataset.insights().entries == 8
    cache.write_bytes(b"SQLite format 3\0" + bytes(100))
    assert dataset.count() == 8


def test_a_newer_format_is_refused_by_name(dataset) -> None:
    place = dataset.path / "talekeep.toml"
    place.write_text(place.read_text().replace("format = 1\n", "format = 2\n"))

    with pytest.raises(talekeep.Refused, match="format 2; this Talekeep knows 1") as error:
        dataset.validate()
    assert error.value.hint == "pip install --upgrade talekeep"


def test_unknown_keys_of_a_newer_version_are_kept(dataset, run) -> None:
    place = dataset.path / "talekeep.toml"
    place.write_text(place.read_text() + "\n[future]\nkey = 1\n")
    dataset.commit("A setting of tomorrow")

    run("-C", dataset.path, "config", "name", "Another name", check=0)

    assert "[future]\nkey = 1\n" in place.read_text()


def test_a_newer_note_of_a_change_is_left_for_the_newer_program(dataset) -> None:
    note = dataset.path / ".git/talekeep/pending.json"
    note.write_text('{"format": 2, "steps": []}')

    with pytest.raises(talekeep.Refused, match="by a newer Talekeep was cut short"):
        dataset.tag("x", [ID.format(1)])
    assert note.is_file()


def test_a_newer_manifest_is_not_read_but_its_bundles_are(v1: Path, tmp_path: Path, run) -> None:
    for place in (v1 / "synced").rglob("*manifest*"):
        newer = place.read_bytes().replace(b"# talekeep-mirror 1\n", b"# talekeep-mirror 2\n")
        body = newer[: newer.index(b"# self-sha256")]
        place.write_bytes(body + b"# self-sha256 " + hashlib.sha256(body).hexdigest().encode() + b"\n")

    result = run("clone", v1 / "synced/harbor-tales-backup", tmp_path / "again", check=0)

    assert "no manifest could be used; put together from 2 bundles that describe themselves" in result.err
    assert [entry["id"] for entry in talekeep.open(tmp_path / "again").entries()] == IDS


def test_a_newer_provenance_is_not_trusted(dataset, v1: Path) -> None:
    note = v1 / "export.jsonl.provenance.json"
    note.write_text(note.read_text().replace("talekeep.provenance/1", "talekeep.provenance/2"))

    result = dataset.import_files(v1 / "export.jsonl")

    assert any("only added, not merged back" in remark for remark in result.notes)
