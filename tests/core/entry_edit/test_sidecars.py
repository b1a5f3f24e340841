"""What is known beside an entry follows it: nothing is dropped."""

from hypothesis import given
from hypothesis import strategies as st

from talekeep.core.codec import digest
from talekeep.core.entry_edit.sidecars import divided
from talekeep.core.entry_edit.sidecars import following
from talekeep.core.entry_edit.sidecars import joined
from talekeep.core.entry_edit.split_join import split

MESSAGES = [
    {"role": r, "content": f"{r} {n}", "name": "wren"} for n in range(3) for r in ("user", "assistant")
]
ENTRY = {"id": "e", "messages": MESSAGES}
NAMES = [digest(message) for message in MESSAGES]


def rejected(at, text):
    return {"of": at, "message": {"role": "assistant", "content": text}}


def test_a_split_gives_each_part_the_note_and_source_and_the_alternatives_of_its_messages():
    known = {
        "id": "e",
        "note": "n",
        "source": {"from": "chat"},
        "alternatives": [rejected(NAMES[5], "late"), rejected(NAMES[1], "early"), rejected("gone", "old")],
    }
    left, right = divided(known, split(ENTRY, [2]))
    assert {k: v for k, v in left.items() if k != "alternatives"} == {"note": "n", "source": {"from": "chat"}}
    assert left["alternatives"] == [rejected(NAMES[1], "early"), rejected("gone", "old")]
    assert right == {
        "note": "n",
        "source": {"from": "chat"},
        "alternatives": [rejected(NAMES[5], "late")],
        "split_from": "e",
    }


def test_alternatives_kept_as_an_object_are_divided_by_key():
    known = {"alternatives": {NAMES[5]: ["late"], NAMES[1]: ["early"]}}
    left, right = divided(known, split(ENTRY, [2]))
    assert left == {"alternatives": {NAMES[1]: ["early"]}}
    assert right == {"alternatives": {NAMES[5]: ["late"]}, "split_from": "e"}


def test_a_part_of_a_part_says_what_it_was_cut_from_last():
    left, right = divided({"split_from": "first"}, split(ENTRY, [1]))
    assert (left, right) == ({"split_from": "first"}, {"split_from": "e"})


@given(st.lists(st.tuples(st.sampled_from([*NAMES, "gone"]), st.text(max_size=3))), st.sampled_from([1, 2]))
def test_dividing_loses_no_alternative_and_invents_none(pairs, after):
    items = [rejected(*pair) for pair in pairs]
    shares = divided({"alternatives": items}, split(ENTRY, [after]))
    rows = [item for share in shares for item in share.get("alternatives", [])]
    assert sorted(map(str, rows)) == sorted(map(str, items))


def test_alternatives_follow_a_message_whose_text_was_edited():
    edited = {**MESSAGES[1], "content": "assistant 0, said better"}
    after = {**ENTRY, "messages": [{"role": "system", "content": "New."}, MESSAGES[0], edited, *MESSAGES[2:]]}
    known = {"alternatives": [rejected(NAMES[1], "a"), rejected(NAMES[3], "b"), rejected("gone", "c")]}
    assert following(known, ENTRY, after)["alternatives"] == [
        rejected(digest(edited), "a"),
        rejected(NAMES[3], "b"),
        rejected("gone", "c"),
    ]
    assert following({"alternatives": {NAMES[1]: ["a"]}}, ENTRY, after) == {
        "alternatives": {digest(edited): ["a"]}
    }


def test_joining_puts_notes_below_each_other_and_keeps_what_has_no_room():
    first = {"id": "e", "note": "one", "source": {"from": "a"}, "suppress": [{"rule": "C101"}]}
    second = {"id": "f", "note": "two", "source": {"from": "b"}, "suppress": [{"rule": "C102"}], "seen": True}
    assert joined([("e", first), ("f", second), ("g", {})]) == {
        "note": "one\n\ntwo",
        "source": {"from": "a"},
        "suppress": [{"rule": "C101"}, {"rule": "C102"}],
        "seen": True,
        "joined": [{"id": "f", "source": {"from": "b"}}, {"id": "g"}],
    }


def test_joining_what_was_split_gives_the_sidecar_back():
    known = {"note": "n", "alternatives": [rejected(NAMES[1], "a"), rejected(NAMES[5], "b")], "odd": {"x": 1}}
    parts = divided(known, split(ENTRY, [1, 2]))
    assert joined([*zip(["e", "f", "g"], parts, strict=True)]) == known


def test_a_part_joined_to_another_entry_keeps_where_it_came_from():
    assert joined([("e", {}), ("f", {"split_from": "x"})]) == {"joined": [{"id": "f", "split_from": "x"}]}
