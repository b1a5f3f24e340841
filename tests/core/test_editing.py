"""Changes of whole entries: every message and key that is not meant to change comes through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talekeep.core.editing import with_system
from talekeep.core.errors import Refused

KEYS = st.sampled_from(["weight", "tool_calls", "tool_call_id", "mood", "name"])
VALUES = st.one_of(st.none(), st.integers(), st.text(max_size=5), st.lists(st.integers(), max_size=2))
CONTENTS = st.one_of(st.text(max_size=12), st.none(), st.just([{"type": "text", "text": "Hm."}]))


@st.composite
def messages(draw, roles=("system", "user", "assistant", "tool", "developer")):
    extra = draw(st.dictionaries(KEYS, VALUES, max_size=2))
    return {"role": draw(st.sampled_from(roles)), "content": draw(CONTENTS), **extra}


ENTRIES = st.fixed_dictionaries(
    {"id": st.just("e"), "messages": st.lists(messages(), max_size=12)},
    optional={"tags": st.lists(st.text(max_size=4), max_size=3), "score": VALUES, "tools": VALUES},
)


@given(ENTRIES, st.text())
def test_a_system_prompt_is_replaced_or_put_first_and_all_else_stays(entry, text):
    changed = with_system(entry, text)
    old, new = entry["messages"], changed["messages"]
    had = bool(old) and old[0]["role"] == "system"
    assert new[0]["role"] == "system"
    assert new[0]["content"] == text
    assert new[1:] == (old[1:] if had else old)
    assert {k: v for k, v in changed.items() if k != "messages"} == {
        k: v for k, v in entry.items() if k != "messages"
    }
    if had:
        assert {**old[0], "content": text} == new[0]
    assert with_system(changed, text) == changed


def test_an_entry_without_messages_gets_no_system_prompt():
    with pytest.raises(Refused, match="entry e has no list of messages"):
        with_system({"id": "e", "messages": "gone"}, "Be brief.")
