"""Selecting with and without what the cache remembers of words: the same answers, always."""

import json
import sqlite3

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.core.errors import NotFound
from talekeep.core.errors import Outside
from talekeep.core.query.parser import parse
from talekeep.ops.workspace import select as selection
from talekeep.ops.workspace.select import select
from talekeep.store.cache import Cache
from talekeep.store.view import View

WORDS = (
    "lamp",
    "Lampe",
    "STORM",
    "Straße",
    "strasse",
    "ﬁre",
    "fire",
    "café",
    "cafe\u0301",
    "灯台",
    "ガ",
    "ｶﾞ",
    "“ok”",
)
QUERIES = ("lamp", "strasse", "fire storm", "café", "灯台", "ガ", '"lamp fire"', "lamp or storm", "ok -lamp")


@pytest.fixture
def remembered(dataset):
    """The blobs whose words the cache holds."""
    return lambda: {blob for blob, _, _ in dataset.cache.words()}


def results_of(dataset, query: str) -> list[tuple[str, int]]:
    return [(s.line.part, s.line.number) for s in select(dataset, dataset.now(), query)]


def plainly(dataset, query: str) -> list[tuple[str, int]]:
    wanted = parse(query)
    return [(line.part, line.number) for line in dataset.now().entries() if wanted.matches(line.value)]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4), min_size=1, max_size=6))
def test_the_cache_changes_no_answer(dataset, texts) -> None:
    lines = [
        {"id": f"{n}", "messages": [{"role": "user", "content": " ".join(t)}]} for n, t in enumerate(texts)
    ]
    for number in range(0, len(lines), 2):
        part = dataset.path / f"entries/0000/{number:05d}-aaaa.jsonl"
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_text("".join(json.dumps(e, ensure_ascii=False) + "\n" for e in lines[number : number + 2]))

    for query in QUERIES:
        assert results_of(dataset, query) == results_of(dataset, query) == plainly(dataset, query)


VOCABULARY = """
[aliases]
gentle = "slow_burn"
[categories.mood]
name = "Mood and pace"
[categories.style_two]
name = "Style two"
[tags.slow_burn]
category = "mood"
"""


@pytest.fixture
def renamed(dataset, take, talk) -> None:
    take([talk("old", tags=["gentle"]), talk("new", tags=["slow_burn"]), talk("other", tags=["dialogue"])])
    (dataset.path / "library/tags.toml").write_text(VOCABULARY)


@pytest.mark.parametrize("asked", ["tag:gentle", "tag:slow_burn", "tags=gentle", "category:mood"])
def test_a_renamed_tag_is_found_by_any_of_its_names(dataset, renamed, asked) -> None:
    assert [number for _, number in results_of(dataset, asked)] == [1, 2]


def test_a_category_is_found_by_its_name_and_built_in_ones_are_there(dataset, renamed) -> None:
    assert [number for _, number in results_of(dataset, 'category:"mood and pace"')] == [1, 2]
    assert [number for _, number in results_of(dataset, "category:style")] == [3]
    assert [number for _, number in results_of(dataset, "-category:mood")] == [3]
    assert results_of(dataset, "category:style_two") == []


def test_a_category_that_does_not_exist_is_no_empty_answer(dataset, renamed) -> None:
    with pytest.raises(NotFound, match="no category moods") as caught:
        results_of(dataset, "category:moods")
    assert "did you mean mood?" in (caught.value.hint or "")


def test_the_vocabulary_is_read_only_for_names_of_tags(dataset, renamed) -> None:
    values = dataset.now()
    closed = View(
        values.files, lambda path: values.read(path) if "tags.toml" not in path else pytest.fail(path)
    )

    assert len(list(select(dataset, closed, "untagged or old"))) == 1


def test_an_edit_is_seen_and_its_part_remembered_anew(dataset, take, talk, edit, remembered) -> None:
    take([talk("lamp")])
    assert results_of(dataset, "storm") == []
    before = remembered()
    edit("lamp", "storm")

    assert len(results_of(dataset, "storm")) == 1
    assert before < remembered()


def test_a_part_without_the_words_is_not_read(dataset, take, talk) -> None:
    take([talk("lamp")])
    results_of(dataset, "storm")
    values = dataset.now()
    closed = View(values.files, lambda path: pytest.fail(f"{path} was read"))

    assert list(select(dataset, closed, "storm")) == []
    assert list(select(dataset, closed, "storm or rain")) == []


def test_a_list_without_texts_remembers_nothing(dataset, take, talk, remembered) -> None:
    take([talk("lamp")])

    results_of(dataset, "tag:draft")
    assert remembered() == set()


def test_a_search_remembers_a_share_of_the_parts(dataset, remembered, monkeypatch) -> None:
    monkeypatch.setattr(selection, "_FEW", 2)
    for number in range(5):
        part = dataset.path / f"entries/0000/{number:05d}-aaaa.jsonl"
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(f'{{"id":"{number}","messages":[{{"role":"user","content":"lamp"}}]}}\n')

    sizes = []
    for _ in range(3):
        assert len(results_of(dataset, "lamp")) == 5
        sizes.append(len(remembered()))
    assert sizes == [2, 4, 5]


def test_words_of_parts_long_gone_are_forgotten(dataset, take, talk, edit, remembered) -> None:
    take([talk("word 0")])
    for number in range(6):
        results_of(dataset, "storm")
        edit(f"word {number}", f"word {number + 1}")
    results_of(dataset, "storm")

    assert len(remembered()) <= 2


def test_a_file_changed_meanwhile_is_not_remembered_as_its_blob(dataset, take, talk, remembered) -> None:
    take([talk("lamp")])
    values = dataset.now()
    late = View(values.files, lambda path: values.read(path).replace(b"lamp", b"rain"))

    assert list(select(dataset, late, "storm")) == []
    assert remembered() == set()


def test_a_full_disk_stops_no_search(dataset, take, talk, monkeypatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise Outside("no space")

    take([talk("lamp")])
    monkeypatch.setattr(Cache, "record_words", full)

    assert len(results_of(dataset, "lamp")) == 1


def test_a_lost_cache_is_made_again(dataset, take, talk, remembered) -> None:
    take([talk("lamp")])
    results_of(dataset, "storm")
    dataset.cache.close()
    (dataset.private / "cache.sqlite").unlink()

    assert len(results_of(dataset, "lamp")) == 1
    assert remembered()


def test_a_cache_of_the_version_before_is_extended(tmp_path) -> None:
    place = tmp_path / "private" / "cache.sqlite"
    place.parent.mkdir()
    with sqlite3.connect(place) as old:
        old.execute("pragma user_version = 1")
    old.close()
    cache = Cache(place)

    cache.record_words([("a" * 40, "", b"lamp")], keep={"a" * 40})
    assert list(cache.words()) == [("a" * 40, "", b"lamp")]
    cache.close()


def test_a_line_that_holds_no_entry_is_told_even_if_no_text_could_match(dataset, take, talk, edit) -> None:
    take([talk("lamp"), talk("storm")])
    edit('{"id"', '{"id')
    collected = []

    assert len(list(select(dataset, dataset.now(), "storm", unreadable=collected.append))) == 1
    assert [line.number for line in collected] == [1]
    assert len(results_of(dataset, "storm")) == 1


def test_sidecars_are_read_only_when_asked_for(dataset, take, talk) -> None:
    take([talk("lamp")])
    values = dataset.now()
    read = []
    watched = View(values.files, lambda path: (read.append(path), values.read(path))[1])

    one = next(select(dataset, watched, "lamp"))
    assert [path for path in read if path.startswith("sidecars/")] == []
    assert one.sidecar["source"]["record"] == 1
    assert len([path for path in read if path.startswith("sidecars/")]) == 1
