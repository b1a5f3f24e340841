"""Which entries count as one, and what the one that stays takes over."""

import pytest

from talekeep.core.entry_edit.equality import content_key
from talekeep.core.entry_edit.equality import frame_key
from talekeep.core.entry_edit.equality import united

ASKED = {"role": "user", "content": "Who goes there?"}
SAID = {"role": "assistant", "content": "A friend."}
CALL = {"role": "assistant", "content": None, "tool_calls": [{"id": "c", "function": {"name": "look"}}]}


def entry(*messages, **more):
    return {"messages": list(messages), **more}


def test_form_line_ends_and_white_space_around_a_text_do_not_count():
    one = entry({"role": "user", "content": "Cafe\u0301\r\nopen? "}, SAID)
    assert content_key(one) == content_key(entry({"role": "user", "content": "Café\nopen?"}, SAID))
    assert content_key(one) != content_key(entry({"role": "user", "content": "café\nopen?"}, SAID))


@pytest.mark.parametrize(
    "other",
    [
        entry({"role": "system", "content": "You keep it."}, ASKED, SAID),
        entry(ASKED, {**SAID, "name": "mara"}),
        entry(ASKED, {**SAID, "weight": 0}),
        entry(ASKED, SAID, tools=[{"type": "function"}]),
        entry(ASKED, CALL),
    ],
)
def test_all_that_a_conversation_holds_counts(other):
    assert content_key(entry(ASKED, SAID)) != content_key(other)


@pytest.mark.parametrize(
    "odd", [{}, entry(), {"messages": "no"}, entry("text"), entry({"content": "x"}), entry({"role": "Mara"})]
)
def test_an_entry_of_unknown_shape_has_no_key(odd):
    assert content_key(odd) is None


def test_tags_ids_and_other_keys_do_not_make_a_conversation_another():
    assert content_key(entry(ASKED, SAID, id="a", tags=["x"], score=1)) == content_key(entry(ASKED, SAID))


def test_a_frame_is_prompts_tools_and_calls_but_no_text():
    other = entry(ASKED, {**SAID, "content": "Nobody."})
    prompt = {"role": "system", "content": "You keep it."}
    assert frame_key(other) == frame_key(entry(ASKED, SAID))
    framed = [
        frame_key(e) for e in (entry(ASKED, CALL), entry(prompt, ASKED, SAID), entry(ASKED, SAID, tools=[1]))
    ]
    assert len({*framed, frame_key(other)}) == 4


def test_the_one_that_stays_takes_tags_and_keys_it_lacks():
    kept = entry(SAID, id="a", tags=["night"], score=4)
    whole, differ = united(kept, entry(ASKED, id="b", tags=["storm", "night", "storm"], score=5, mood="calm"))
    assert whole == {**kept, "tags": ["night", "storm"], "mood": "calm"}
    assert differ == ["score"]
    assert united(kept, {**kept, "id": "b"}) == (kept, [])
