"""`combine`: what is kept, what is told, and that no source is touched."""

import json

import pytest

from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.ops.combine import combine as combine_op
from talekeep.ops.combine.result import Options
from talekeep.ops.exchange.incoming import import_files
from talekeep.ops.merge import undo
from talekeep.ops.project import init
from talekeep.ops.workspace import validation
from talekeep.store.dataset import Dataset
from talekeep.store.view import Difference

pytestmark = pytest.mark.slow

ID = "123e4567-e89b-42d3-a456-42661417400"
LONG = " ".join(f"word{n}" for n in range(80))


def chat(text, *, system=None, id=None, **more):
    prompt = [{"role": "system", "content": system}] if system else []
    turns = [{"role": "user", "content": text}, {"role": "assistant", "content": f"A friend of {text}"}]
    return {**({"id": id} if id else {}), "messages": prompt + turns, **more}


def bytes_of(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def made(tmp_path, given):
    """A dataset of these records, by its folder."""

    def build(name, *records, libraries=None):
        init.init(tmp_path / name)
        with Dataset.open(tmp_path / name) as opened:
            import_files.import_files(opened, [given(list(records), f"{name}.jsonl")])
            with opened.writing("test"):
                files = {f"library/{n}.toml": text.encode() for n, text in (libraries or {}).items()}
                if files:
                    opened.write(files, "Libraries\n")
        return tmp_path / name

    return build


@pytest.fixture
def result(tmp_path):
    """The entries of the dataset that was made, and what lies beside each."""

    def read(name="all"):
        with Dataset.open(tmp_path / name) as opened:
            now = opened.now()
            beside = {k: v for part in now.parts() for k, v in now.sidecars(part).items()}
            return [line.value for line in now.entries()], beside

    return read


@pytest.fixture
def combine(tmp_path):
    def run(*sources, into="all", **options):
        return combine_op.combine(sources, tmp_path / into, Options(**options))

    return run


def texts(entries):
    return [e["messages"][-2]["content"] for e in entries]


# What is kept


def test_equal_entries_become_one_with_the_tags_and_keys_of_all(made, combine, result):
    one = made("one", chat("a", id=f"{ID}1", tags=["night"], score=4), chat("b", id=f"{ID}2"))
    two = made("two", chat("a ", id=f"{ID}3", tags=["storm"], score=5, mood="calm"), chat("c"))
    outcome = combine(one, two)
    entries, _ = result()

    assert texts(entries) == ["a", "b", "c"]
    assert entries[0] == {
        **chat("a", id=f"{ID}1", tags=["night", "storm"], score=4, mood="calm"),
        "messages": entries[0]["messages"],
    }
    (twin,) = outcome.duplicates
    assert (twin.kept, twin.dropped, twin.source) == (f"{ID}1", f"{ID}3", str(two))
    assert twin.place.startswith("entries/0000/00000-")
    assert twin.place.endswith(":1")
    assert (twin.tags, twin.differ, twin.likeness) == (["storm"], ["score"], 1.0)
    assert outcome.added == [e["id"] for e in entries]
    assert [(s.kind, s.entries, s.added, s.duplicates) for s in outcome.sources] == [
        ("dataset", 2, 2, 0),
        ("dataset", 2, 1, 1),
    ]


def test_different_personas_stay_two(made, combine, result):
    one, two = (made(who, chat("a", system=f"You are a {who}.")) for who in ("keeper", "thief"))
    assert combine(one, two, dedupe="near").duplicates == []
    assert len(result()[0]) == 2


def test_entries_that_differ_in_what_is_no_text_stay_two(made, combine, result):
    calls = [{"id": "c", "type": "function", "function": {"name": n, "arguments": "{}"}} for n in "ab"]
    made_of = [chat(LONG) for _ in calls]
    for entry, call in zip(made_of, calls, strict=True):
        entry["messages"][1] = {"role": "assistant", "content": None, "tool_calls": [call]}
    assert combine(made("one", *made_of), dedupe="near").duplicates == []


def test_near_twins_are_left_out_on_request_and_the_report_says_how_alike(made, combine, result):
    words = LONG.split()
    words[40] = "changed"
    source = made("one", chat(LONG), chat(" ".join(words)), chat("something else altogether"))
    assert combine(source, into="exact").duplicates == []
    (twin,) = combine(source, dedupe="near").duplicates
    assert 0.85 <= twin.likeness < 1
    assert len(result()[0]) == 2


def test_a_clash_of_ids_keeps_both_entries_and_tells(made, combine, result):
    one, two = made("one", chat("a", id=f"{ID}1")), made("two", chat("b", id=f"{ID}1"))
    (output,) = combine(one, two).reminted
    entries, beside = result()
    assert (output.before, output.source) == (f"{ID}1", str(two))
    assert [e["id"] for e in entries] == [f"{ID}1", output.now]
    assert beside[output.now]["source"]["id"] == f"{ID}1"


def test_without_dedupe_everything_stays_but_the_same_entry_twice(made, combine, result):
    one = made("one", chat("a", id=f"{ID}1"), chat("a", id=f"{ID}2"), chat("b", id=f"{ID}3"))
    two = made("two", chat("c", id=f"{ID}3"), chat("a", id=f"{ID}4"))
    assert len(combine(one, two, two, dedupe="none").added) == 5
    again = combine(two, one, dedupe="none")
    assert (again.added, again.commit) == ([], None)


def test_the_committed_state_of_a_source_is_taken(made, combine, result, tmp_path):
    one = made("one", chat("a"))
    (part,) = (one / "entries").rglob("*.jsonl")
    part.write_bytes(part.read_bytes() + b"not an entry\n")
    assert len(combine(one).added) == 1


def test_what_is_not_sound_is_set_aside_and_the_rest_comes(made, combine, result, given):
    one = made("one", chat("a"))
    with Dataset.open(one) as opened, opened.writing("test"):
        (part,) = opened.now().parts()
        data = opened.now().read(part)
        more = b'{"id":"%s5","messages":[]}\n{"messages":3}\n[]\n' % ID.encode()
        opened.write({part: more + data}, "Broken\n")
    file = given(b'{"text":"once"}\n' + json.dumps(chat("b")).encode() + b"\n", "loose.jsonl")
    outcome = combine(one, file)
    assert len(outcome.refused) == 4
    assert texts(result()[0]) == ["a", "b"]
    assert [s.refused for s in outcome.sources] == [3, 1]


def test_a_dataset_of_a_newer_format_is_refused(made, combine):
    one = made("one", chat("a"))
    with Dataset.open(one) as opened, opened.writing("test"):
        opened.write({"talekeep.toml": b"format = 99\n"}, "Newer\n")
    with pytest.raises(Refused, match="format 99"):
        combine(one)


# Files


def test_files_and_rolethread_folders_come_in_as_import_takes_them(given, combine, result, shared):
    folder = next(f for f in sorted((shared / "rolethread").iterdir()) if f.is_dir())
    file = given(
        [chat("a"), {"conversations": [{"from": "human", "value": "b"}, {"from": "gpt", "value": "c"}]}]
    )
    before = bytes_of(folder)
    outcome = combine(file, folder)
    assert [s.kind for s in outcome.sources] == ["file", "rolethread"]
    assert outcome.sources[0].added == 2
    assert outcome.sources[1].added > 0
    assert bytes_of(folder) == before
    again = combine(file, folder)
    assert (again.added, again.changed, again.commit) == ([], [], None)


def test_the_place_of_a_duplicate_in_a_file_is_its_line(given, combine):
    one = given(b"\n" + json.dumps(chat("a")).encode() + b"\n", "one.jsonl")
    two = given([chat("x"), chat("a"), chat("x")], "two.jsonl")
    assert [twin.place for twin in combine(one, two).duplicates] == ["two.jsonl:2", "two.jsonl:3"]


# Libraries and sidecars


def test_libraries_are_merged_and_the_first_wins(made, combine, tmp_path):
    first = {
        "characters": '[mara]\nname = "Mara"\n',
        "tags": '[aliases]\ndusk = "night"\n[categories]\n[tags.night]\nname = "Night"\n',
    }
    second = {
        "characters": '[mara]\nname = "Mara the Elder"\n[wren]\nname = "Wren"\n',
        "prompts": '[keeper]\nname = "Keeper"\ncontent = "You keep it."\n',
        "tags": '[aliases]\nnight = "dusk"\nold = "dusk"\n[categories]\n[tags.dusk]\nname = "Dusk"\n',
    }
    outcome = combine(made("one", chat("a"), libraries=first), made("two", chat("b"), libraries=second))
    assert [(c.kind, c.name, c.differ) for c in outcome.clashes] == [
        ("tags", "dusk", []),
        ("aliases", "night", []),
        ("characters", "mara", ["name"]),
    ]
    assert outcome.libraries["characters"] == ["mara", "wren"]
    assert outcome.libraries["prompts"] == ["keeper"]
    assert outcome.libraries["aliases"] == ["dusk", "old"]
    assert 'name = "Mara"\n' in (tmp_path / "all/library/characters.toml").read_text()
    with Dataset.open(tmp_path / "all") as opened:
        assert (
            validation.gate(
                opened, Difference(opened.of_tree("4b825dc642cb6eb9a060e54bf8d69288fbee4904"), opened.now())
            )
            == []
        )


def test_sidecars_are_kept_those_of_duplicates_too_and_sources_keep_their_tables(
    made, combine, result, tmp_path
):
    one, two = made("one", chat("a")), made("two", chat("a"), chat("b"))
    outcome = combine(one, two)
    entries, beside = result()
    kept = beside[entries[0]["id"]]
    assert kept["source"]["from"] == "one_jsonl"
    assert kept["joined"] == [
        {"id": outcome.duplicates[0].dropped, "source": {**kept["source"], "from": "two_jsonl"}}
    ]
    assert beside[entries[1]["id"]]["source"]["record"] == 2


def test_sources_of_one_name_stand_side_by_side(made, combine, result, tmp_path, given):
    one = made("one", chat("a"))
    other = given([chat("b"), chat("c")], "one.jsonl")
    outcome = combine(one, other)
    entries, beside = result()
    assert [beside[e["id"]]["source"]["from"] for e in entries] == ["one_jsonl", "one_jsonl_2", "one_jsonl_2"]
    fresh = combine(tmp_path / "all", one, into="new")
    assert fresh.clashes == []
    assert len(fresh.duplicates) == 1
    assert outcome.clashes == []


# Into what


@pytest.mark.parametrize("dedupe", ["exact", "near", "none"])
def test_a_source_given_twice_adds_nothing_the_second_time(made, combine, result, dedupe):
    one = made("one", chat("a", tags=["night"]), chat("b"))
    first = combine(one, dedupe=dedupe)
    again = combine(one, dedupe=dedupe)
    assert len(first.added) == 2
    assert (again.added, again.changed, again.commit) == ([], [], None)
    assert len(result()[0]) == 2


def test_an_existing_dataset_gets_one_commit_and_undo_gives_the_very_tree_back(
    made, combine, tmp_path, result
):
    home = made("all", chat("a", id=f"{ID}1", tags=["night"]), chat("z"))
    one = made("one", chat("a", id=f"{ID}7", tags=["storm"]), chat("b", id=f"{ID}8"))
    with Dataset.open(home) as opened:
        tree, head = opened.head_tree(), opened.repo.head()
        outcome = combine(one)
        text = opened.repo.commit(outcome.commit).message
        assert list(opened.repo.commit(outcome.commit).parents) == [head]
        assert text == "Combine 1 entry from 1 source\n\nTalekeep-Op: combine\nTalekeep-Entries: +1 ~1 -0\n"
        assert outcome.changed == [f"{ID}1"]
        assert [e["tags"] for e in result()[0]] == [["night", "storm"], [], []]
        undo.undo(opened)
        assert opened.head_tree() == tree


def test_undo_gives_the_tree_back_where_nothing_changed_but_the_end(made, combine):
    home, one = made("all", chat("a")), made("one", chat("b"))
    with Dataset.open(home) as opened:
        tree = opened.head_tree()
        combine(one)
        undo.undo(opened)
        assert opened.head_tree() == tree


def test_an_order_is_the_same_for_the_same_seed(made, combine, result):
    one = made("one", *(chat(f"t{n}") for n in range(30)))
    for into, seed in (("a", 1), ("b", 1), ("c", 2), ("d", None)):
        combine(one, into=into, seed=seed)
    a, b, c, d = (texts(result(name)[0]) for name in "abcd")
    assert a == b
    assert sorted(a) == sorted(c) == sorted(d)
    assert len({tuple(order) for order in (a, c, d)}) == 3
    assert d == [f"t{n}" for n in range(30)]


def test_a_dry_run_says_the_same_and_leaves_nothing(made, combine, tmp_path):
    one, two = (
        made("one", chat("a", id=f"{ID}1")),
        made("two", chat("a", id=f"{ID}2"), chat("b", id=f"{ID}3")),
    )
    before = bytes_of(tmp_path)
    would = combine(one, two, dry_run=True)
    assert bytes_of(tmp_path) == before
    did = combine(one, two)
    assert (would.added, would.duplicates, would.into) == (did.added, did.duplicates, did.into)
    before = bytes_of(tmp_path / "all")
    assert len(combine(made("three", chat("c")), dry_run=True).added) == 1
    after = bytes_of(tmp_path / "all")
    assert {k: v for k, v in after.items() if "/talekeep/" not in k} == {
        k: v for k, v in before.items() if "/talekeep/" not in k
    }


@pytest.mark.parametrize("dedupe", ["exact", "near", "none"])
def test_no_byte_of_a_source_changes(made, combine, tmp_path, dedupe, given):
    one, two = made("one", chat("a")), made("two", chat("a", tags=["x"]), chat("b"))
    # Not even what a command there would do first: an empty cache, a lock, a journal.
    (one / ".git/talekeep/cache.sqlite").unlink()
    before = bytes_of(one), bytes_of(two)
    combine(one, two, dedupe=dedupe)
    combine(one, two, dedupe=dedupe)
    assert (bytes_of(one), bytes_of(two)) == before


def test_a_failure_leaves_nothing_of_a_new_dataset(made, combine, tmp_path, monkeypatch):
    one = made("one", chat("a"))

    def full(*_, **__):
        raise OSError(28, "no space")

    monkeypatch.setattr(Dataset, "write", full)
    (tmp_path / "all").mkdir()
    with pytest.raises(OSError, match="no space"):
        combine(one)
    assert list((tmp_path / "all").iterdir()) == []


def test_what_makes_no_sense_is_refused(made, combine, tmp_path, given):
    one = made("one", chat("a"))
    (tmp_path / "full").mkdir()
    (tmp_path / "empty").mkdir()
    given([chat("a")], "full/a.jsonl")
    for sources, options, problem in (
        ([tmp_path / "none"], {}, NotFound),
        ([one], {"into": "one"}, Usage),
        ([one], {"into": "one/inside"}, Usage),
        ([tmp_path / "empty"], {}, Usage),
        ([one], {"dedupe": "half"}, Usage),
        ([one], {"into": "full"}, Refused),
    ):
        with pytest.raises(problem):
            combine(*sources, **options)
    assert not (tmp_path / "all").exists()


def test_an_edited_dataset_is_not_written_over(made, combine):
    home, one = made("all", chat("a", tags=[])), made("one", chat("a", tags=["x"]))
    (part,) = (home / "entries").rglob("*.jsonl")
    part.write_bytes(part.read_bytes().replace(b"friend", b"fiend"))
    with Dataset.open(home) as opened:
        outcome = combine(one)
        assert len(outcome.added) == 1
        assert b"fiend" in part.read_bytes()
        assert b"fiend" not in opened.at("HEAD").read(part.relative_to(home).as_posix())
