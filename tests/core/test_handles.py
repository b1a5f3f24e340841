"""A piece of an id that only one entry has is its name."""

from hypothesis import given
from hypothesis import strategies as st

from talekeep.core.handles import alike
from talekeep.core.handles import short

IDS = st.lists(st.uuids(version=4).map(str), min_size=1, max_size=40, unique=True)


@given(IDS)
def test_what_is_shown_means_the_entry_it_is_shown_for(ids: list[str]) -> None:
    for full, end in short(ids, len(ids)).items():
        assert full.endswith(end)
        assert [each for each in ids if each.endswith(end)] == [full]


def test_the_beginning_comes_before_the_end_and_the_end_before_the_middle() -> None:
    ids = ["aaaa-bbbb-cccc", "cccc-aaaa-bbbb", "dddd-cccc-eeee"]

    assert alike(ids, "cccc") == ["cccc-aaaa-bbbb"]
    assert alike(ids, "bbbb") == ["cccc-aaaa-bbbb"]
    assert alike(ids, "b-cc") == ["aaaa-bbbb-cccc"]
    assert alike(ids, "EEEE") == ["dddd-cccc-eeee"]


def test_a_piece_in_the_middle_has_four_characters_at_least() -> None:
    assert alike(["aaaa-bbbb-cccc"], "bbb") == []
    assert alike(["aaaa-bbbb-cccc"], "") == []


def test_more_entries_get_longer_names() -> None:
    one = "0193c7d2-7a31-7d52-8f00-5a3c9d11e6b4"
    assert len(short([one], 9)[one]) < len(short([one], 100_000)[one]) <= 12
