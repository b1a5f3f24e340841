"""A file that people write is checked once a version; after that its model is made without a check."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.core.errors import Outside
from talekeep.core.errors import Refused
from talekeep.library.characters import KIND
from talekeep.library.characters import Character
from talekeep.library.tags import Tag
from talekeep.library.tags import Vocabulary
from talekeep.store import config
from talekeep.store import libraries
from talekeep.store import models
from talekeep.store import toml
from talekeep.store.checked_files import CheckedFiles
from talekeep.store.models import Models


def read(known: Models, data: bytes) -> dict[str, Character]:
    result: dict[str, Character] = known.read(KIND.shape, data, KIND.path, dict)
    return result


@pytest.fixture
def kept(tmp_path) -> CheckedFiles:
    return CheckedFiles(tmp_path / "checked")


@pytest.fixture
def checked(monkeypatch) -> list[Any]:
    """The tables that were checked, one item a check."""
    calls: list[Any] = []
    check = models.check
    monkeypatch.setattr(models, "check", lambda kind, tables: (calls.append(tables), check(kind, tables)))
    return calls


MARA = b'[mara]\nname = "Mara"\nhair = "red"\n'


def test_a_version_is_checked_once_for_all_processes(kept: CheckedFiles, checked: list[Any]) -> None:
    first = read(Models(kept), MARA)
    again = read(Models(kept), MARA)

    assert first == again == {"mara": Character(name="Mara", unknown={"hair": "red"})}
    assert len(checked) == 1


def test_another_version_is_checked_again(kept: CheckedFiles, checked: list[Any]) -> None:
    read(Models(kept), MARA)

    with pytest.raises(
        Refused, match=r"^library/characters\.toml: mara\.active: should be a boolean, not 3$"
    ):
        read(Models(kept), MARA + b"active = 3\n")
    with pytest.raises(Refused):
        read(Models(kept), MARA + b"active = 3\n")
    assert len(checked) == 3


def test_an_item_that_is_no_table_is_named_by_its_slug() -> None:
    with pytest.raises(Refused, match=r"^library/characters\.toml: mara: should be a table, not 1$"):
        read(Models(), b"mara = 1")


def test_one_file_is_never_taken_for_another(kept: CheckedFiles) -> None:
    config.parse(b'format = 1\nid = "x"\nname = "Harbor"\n', Models(kept))

    with pytest.raises(Refused):
        read(Models(kept), b'format = 1\nid = "x"\nname = "Harbor"\n')


def test_what_json_cannot_hold_is_read_again_and_not_checked_again(
    kept: CheckedFiles, checked: list[Any]
) -> None:
    data = MARA + b"born = 1990-01-02\nnumbers = [123456789012345678901234567890, inf]\n"

    first, again = read(Models(kept), data), read(Models(kept), data)

    assert first == again
    assert again["mara"].unknown["born"] == date(1990, 1, 2)
    assert again["mara"].unknown["numbers"] == [123456789012345678901234567890, float("inf")]
    assert len(checked) == 1


def test_what_talekeep_writes_is_not_checked(kept: CheckedFiles, checked: list[Any]) -> None:
    cast = {"mara": Character(name="Mara"), "ann": Character(name="Ann", card={"data": {"x": [1]}})}
    words = Vocabulary(tags={"noir": Tag(name="Noir")}, aliases={"dark": "noir"})
    settings = config.Config(format=1, id="x", name="Harbor")

    known = Models(kept)
    people = libraries.dump(KIND, cast, known)
    tags = libraries.dump_vocabulary(words, known)
    own = config.dump(settings, known)

    assert read(Models(kept), people) == cast
    assert config.parse(own, Models(kept)) == settings
    libraries.check(libraries.tags.KIND, tags, Models(kept))
    assert checked == []


def test_a_file_too_large_to_be_read_is_never_written() -> None:
    with pytest.raises(Refused, match="longer than 64 KiB"):
        libraries.dump(KIND, {"mara": Character(name="x\r" * 40_000)}, Models())


def test_a_model_shares_nothing_with_the_next_one(kept: CheckedFiles) -> None:
    known = Models(kept)
    read(known, MARA)["mara"].unknown["hair"] = "dyed"

    assert read(known, MARA)["mara"].unknown == {"hair": "red"}


def test_a_full_disk_stops_nobody(kept: CheckedFiles, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise Outside("full", None)

    monkeypatch.setattr(kept, "record", full)

    assert read(Models(kept), MARA)["mara"].name == "Mara"


def test_many_versions_do_not_pile_up(kept: CheckedFiles, tmp_path: Path) -> None:
    for number in range(200):
        read(Models(kept), b"# %d\n" % number + MARA)

    assert len(list((tmp_path / "checked").iterdir())) == 64


def test_a_note_that_was_cut_off_is_taken_for_none(
    kept: CheckedFiles, checked: list[Any], tmp_path: Path
) -> None:
    first = read(Models(kept), MARA)
    (note,) = (tmp_path / "checked").iterdir()
    note.write_bytes(note.read_bytes()[:-3])

    assert read(Models(kept), MARA) == first
    assert len(checked) == 2
    assert read(Models(kept), MARA) == first
    assert len(checked) == 2


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=9)
values = st.recursive(
    texts | st.booleans() | st.integers() | st.floats() | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(texts, st.dictionaries(texts, values, max_size=3), max_size=3))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_model_is_the_same_from_the_file_and_from_the_cache(
    kept: CheckedFiles, tables: dict[str, dict[str, Any]]
) -> None:
    data = toml.dump({slug: {**table, "name": slug} for slug, table in tables.items()})
    try:
        first = read(Models(kept), data)
    except Refused:
        return

    assert repr(read(Models(kept), data)) == repr(first) == repr(read(Models(), data))


def test_what_was_merged_from_checked_files_is_not_checked_and_from_others_is(
    kept: CheckedFiles, checked: list[Any]
) -> None:
    known = Models(kept)
    ours = libraries.dump(KIND, {"mara": Character(name="Mara")}, known)
    theirs = libraries.dump(KIND, {"wren": Character(name="Wren")}, known)
    both = ours + theirs

    known.merged(both, KIND.path, [ours, theirs])
    assert {*read(Models(kept), both)} == {"mara", "wren"}
    assert checked == []

    foreign = b'[wren]\nname = "Wren"\nactive = 3\n'
    known.merged(ours + foreign, KIND.path, [ours, foreign])
    with pytest.raises(Refused, match="active"):
        read(Models(kept), ours + foreign)
