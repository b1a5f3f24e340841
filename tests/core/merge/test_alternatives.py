"""Alternatives in a merge stand beside the entry that has their message, under the digest it has there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.merge.test_split_entries import TEXTS

from talekeep.core.codec import digest
from talekeep.core.merge.alternatives import Version
from talekeep.core.merge.alternatives import carried
from talekeep.core.merge.records import merge_entry
from talekeep.core.merge.records import merge_records

ROLES = ("user", "assistant")
LATE = ("Late.", "夜深了。")


def message(place, text):
    return {"role": ROLES[place % 2], "content": text}


def chat(name, texts):
    return {"id": name, "messages": [message(n, text) for n, text in enumerate(texts)]}


def other(text, of):
    return {"of": digest(of), "kind": "swipe", "messages": [{"role": "assistant", "content": text}]}


def version(entries, alternatives):
    return Version({entry["id"]: entry for entry in entries}, alternatives)


@pytest.mark.parametrize("script", sorted(TEXTS))
def test_an_alternative_of_a_message_that_both_sides_edited_is_of_the_merged_one(script):
    texts = TEXTS[script]
    base = chat("A", texts)
    ours = chat("A", [texts[0], texts[1] + " Copper.", *texts[2:]])
    theirs = chat("A", [texts[0], "铜。" + texts[1], *texts[2:]])
    whole = merge_entry(base, ours, theirs).value
    sides = [version([e], {"A": [other("Late.", e["messages"][1])]}) for e in (base, ours, theirs)]

    result = carried(*sides, {"A": whole})

    assert result == {"A": [other("Late.", whole["messages"][1])]}
    assert whole["messages"][1]["content"].startswith("铜。")


def test_an_alternative_goes_to_the_part_that_has_its_message():
    texts = TEXTS["en"]
    base = chat("A", texts)
    first, second = chat("A", texts[:2]), chat("B", texts[2:])
    theirs = chat("A", [*texts[:3], texts[3] + " Again.", *texts[4:]])
    merged_second = chat("B", [texts[2], texts[3] + " Again.", *texts[4:]])
    of = base["messages"][3]

    result = carried(
        version([base], {"A": [other("Late.", of)]}),
        version([first, second], {"B": [other("Late.", of)]}),
        version([theirs], {"A": [other("Late.", theirs["messages"][3])]}),
        {"A": first, "B": merged_second},
    )

    assert result == {"A": [], "B": [other("Late.", merged_second["messages"][1])]}


def test_what_one_side_adds_and_what_the_other_takes_out_both_hold():
    base = chat("A", TEXTS["en"])
    m1, m3 = base["messages"][1], base["messages"][3]
    ours = chat("A", [*TEXTS["en"][:4], "Changed.", *TEXTS["en"][5:]])
    result = carried(
        version([base], {"A": [other("One.", m1), other("Two.", m3)]}),
        version([ours], {"A": [other("Two.", m3), other("Three.", m3)]}),
        version([base], {"A": [other("One.", m1), other("Two.", m3), other("Four.", m1)]}),
        {"A": ours},
    )
    assert sorted(o["messages"][0]["content"] for o in result["A"]) == ["Four.", "Three.", "Two."]


def test_one_of_a_message_that_is_gone_keeps_what_it_says():
    base = chat("A", TEXTS["en"])
    ours = chat("A", TEXTS["en"][:2])
    alone = {"A": [other("Late.", base["messages"][3])]}
    assert (
        carried(version([base], alone), version([ours], alone), version([base], alone), {"A": ours}) == alone
    )


def test_what_a_hand_edit_spoiled_stays_as_it_is():
    base, ours = chat("A", TEXTS["en"]), chat("A", TEXTS["en"][:3])
    odd = {"A": ["no object", {"of": 7}, {"of": None, "messages": []}, 3]}
    assert carried(version([base], odd), version([ours], odd), version([base], odd), {"A": ours}) == odd


def test_two_of_one_text_belong_to_their_own_messages():
    base = chat("A", TEXTS["en"])
    m1, m3 = base["messages"][1], base["messages"][3]
    both = [other("Late.", m1), other("Late.", m3)]
    ours = chat("A", [*TEXTS["en"][:4], "Changed.", *TEXTS["en"][5:]])
    result = carried(
        version([base], {"A": both}),
        version([ours], {"A": both[1:]}),
        version([base], {"A": both}),
        {"A": ours},
    )
    assert result == {"A": [other("Late.", m3)]}


TEXT = st.sampled_from([*LATE, "Again.", "Never."])
ITEMS = st.lists(
    st.builds(lambda text, of: {"of": of, "said": text}, TEXT, st.sampled_from("abc")), max_size=4
)


@given(ITEMS, ITEMS, ITEMS)
def test_a_list_of_alternatives_merges_one_by_one_or_is_a_conflict(base, ours, theirs):
    sides = [[{"id": "A", "alternatives": items}] for items in (base, ours, theirs)]
    one, two = merge_records(*sides), merge_records(sides[0], sides[2], sides[1])
    assert len(one.conflicts) == len(two.conflicts)
    if not one.conflicts:
        (merged,) = one.records
        assert merged == two.records[0]
        texts = [{item["said"] for item in items} for items in (base, ours, theirs)]
        kept = (texts[1] & texts[2]) | ((texts[1] ^ texts[2]) - texts[0])
        assert {item["said"] for item in merged["alternatives"]} == kept


def test_alternatives_that_two_machines_added_stand_side_by_side():
    base, ours, theirs = (
        [{"id": "A", "alternatives": [{"of": "m", "said": text} for text in texts]}]
        for texts in (["One."], ["One.", "Two."], ["One.", "Three."])
    )
    merged = merge_records(base, ours, theirs)
    assert merged.conflicts == ()
    assert {item["said"] for item in merged.records[0]["alternatives"]} == {"One.", "Two.", "Three."}
