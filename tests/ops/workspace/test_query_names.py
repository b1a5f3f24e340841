"""A name in a query that nothing has is refused with the nearest one that is there; any name on an entry is
good, in whatever library it is missing."""

import pytest

from talekeep.core.errors import NotFound
from talekeep.ops.workspace.select import select


def results_of(dataset, where):
    return [selected.entry["id"] for selected in select(dataset, dataset.now(), where)]


@pytest.fixture
def entries(dataset, take, talk):
    return take([talk("lamp", tags=["homemade"]), talk("door")])


@pytest.mark.parametrize(
    ("where", "hint"),
    [
        ("tag:aproved", "did you mean approved?"),
        ("-tag:aproved", "did you mean approved?"),
        ("lamp or not (tag:homemad lamp)", "did you mean homemade?"),
        ("tags=approved,nope", "talekeep tag list"),
        ("character:nobody", "talekeep character list"),
        ("source:nofile.jsonl", "talekeep source list"),
        ("id:ffffffff", "talekeep list"),
    ],
)
def test_a_name_that_is_nowhere_is_refused(dataset, entries, where, hint) -> None:
    with pytest.raises(NotFound) as raised:
        results_of(dataset, where)

    assert hint in (raised.value.hint or "")


@pytest.mark.parametrize("where", ["tag:approved", "tag:-", "tags=approved,-", "-tag:draft"])
def test_a_tag_of_the_vocabulary_may_be_on_no_entry(dataset, entries, where) -> None:
    assert isinstance(results_of(dataset, where), list)


def test_a_tag_that_only_an_entry_has_is_known(dataset, entries) -> None:
    assert len(results_of(dataset, "tag:homemade")) == 1
    assert len(results_of(dataset, "not tag:homemade")) == 1
