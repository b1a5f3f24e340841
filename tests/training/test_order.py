"""Order, sample and split: decided by the seed and the name alone."""

from hypothesis import given
from hypothesis import strategies as st

from talekeep.training import order

NAMES = st.lists(st.text(min_size=1, max_size=8), unique=True, max_size=40)
PARTS = {"train": 90, "validation": 5, "test": 5}


@given(NAMES, NAMES, st.integers(0, 99))
def test_a_new_name_leaves_the_order_of_the_others(names: list[str], more: list[str], seed: int) -> None:
    before = order.shuffled(names, seed)
    after = order.shuffled({*names, *more}, seed)

    assert [name for name in after if name in names] == before


def test_another_seed_gives_another_order() -> None:
    names = [str(n) for n in range(50)]

    assert order.shuffled(names, 1) != order.shuffled(names, 2)
    assert sorted(order.shuffled(names, 1)) == sorted(names)


def test_a_split_has_the_shares_that_were_asked_for() -> None:
    sides = [order.side_of(str(n), PARTS, 7) for n in range(20_000)]

    assert 0.89 < sides.count("train") / 20_000 < 0.91
    assert 0.04 < sides.count("test") / 20_000 < 0.06


def test_a_sample_is_balanced_over_the_values() -> None:
    values = {str(n): ["common"] for n in range(100)} | {f"r{n}": ["rare"] for n in range(5)}

    sample = order.sampled(values, 10, 3)

    assert len(sample) == 10
    assert sum(name.startswith("r") for name in sample) == 5


@given(NAMES, st.integers(0, 50), st.integers(0, 99))
def test_a_sample_has_the_size_that_was_asked_for(names: list[str], size: int, seed: int) -> None:
    sample = order.sampled({name: [name[:1]] for name in names}, size, seed)

    assert len(sample) == min(size, len(names))
    assert sample <= set(names)


def test_a_weight_of_two_and_a_half_is_twice_or_three_times() -> None:
    counts = [order.times(str(n), 2.5, 1) for n in range(2000)]

    assert set(counts) == {2, 3}
    assert 900 < counts.count(3) < 1100


def test_a_part_is_named_as_the_hub_names_it() -> None:
    assert order.part_name("val") == "validation"
    assert order.part_name("train") == "train"
