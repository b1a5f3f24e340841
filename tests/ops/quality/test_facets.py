"""Facets count what the queries they stand for find."""

from talekeep.ops.entries.list_show import neighbours
from talekeep.ops.quality import review
from talekeep.ops.quality.facets import facets
from talekeep.ops.workspace.select import select


def test_each_count_is_what_its_query_finds(dataset, take, talk) -> None:
    take([talk("one", tags=["night"]), talk("two", tags=["night", "fog"]), talk("three")])
    ids = [line.value["id"] for line in dataset.now().entries()]
    review.review(dataset, "approved", ids[:2], by="wren")
    review.review(dataset, "rejected", ids[:1], by="mara")

    known = facets(dataset)

    assert known.entries == 3
    assert known.tags == {"night": 2, "fog": 1}
    for state, count in known.reviews.items():
        assert count == sum(1 for _ in select(dataset, dataset.now(), f"review:{state}"))


def test_neighbours_cross_parts_and_keep_to_a_query(dataset, take, talk) -> None:
    take([talk("one", tags=["night"]), talk("x" * 150_000), talk("three", tags=["night"]), talk("four")])
    ids = [line.value["id"] for line in dataset.now().entries()]
    assert len(dataset.now().parts()) > 1

    around = [neighbours(dataset, entry) for entry in ids]

    assert around == [(None, ids[1]), (ids[0], ids[2]), (ids[1], ids[3]), (ids[2], None)]
    assert neighbours(dataset, ids[2], where="tag:night") == (ids[0], None)
    assert neighbours(dataset, ids[1], where="tag:night") == (None, None)
