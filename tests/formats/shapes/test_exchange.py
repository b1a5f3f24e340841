"""The short way reads a record as the long one does."""

from typing import Any
from typing import cast

import pytest
from hypothesis import example
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.core.errors import BadRecord
from talekeep.formats import READERS
from talekeep.formats.shapes import ShapeFormat

TEXTS = st.one_of(
    st.sampled_from(
        ["", "Hi", "Go\non.", "[]", "{}", " a", "\n\nHuman: a", "<extra_id_1>User\na", "a\n", "Hey."]
    ),
    st.none(),
    st.just([{"role": "user", "content": "Hi"}]),
)
_KEYS = (
    "prompt instruction question input context output response completion chosen rejected system tags history"
    " system_prompt id character label messages text chosen_response score"
)
KEYS = st.sampled_from(_KEYS.split())


@pytest.mark.parametrize("name", ["alpaca", "prompt-completion", "preference"])
@given(record=st.dictionaries(KEYS, TEXTS, max_size=6))
@example(record={"instruction": "Hi", "input": None, "output": "Hi"})
@example(record={"instruction": "Hi", "input": "", "output": "Hi"})
@settings(max_examples=300, deadline=None)
def test_the_short_way_agrees_with_the_long_one(name: str, record: dict[str, Any]) -> None:
    row = cast(ShapeFormat, READERS[name])
    if not row.claims(record):
        return
    try:
        long = row.read_at_length(record)
    except BadRecord:
        with pytest.raises(BadRecord):
            row.read(record)
        return
    assert row.read(record) == long


def test_a_plain_exchange_goes_the_short_way() -> None:
    row = cast(ShapeFormat, READERS["alpaca"])
    record = {"instruction": "Go on.", "input": "", "output": "A knock.", "id": "a1", "tags": ["Slow Burn"]}
    short = row._plans.read(record)
    assert short is not None
    assert short == row.read_at_length(record)
